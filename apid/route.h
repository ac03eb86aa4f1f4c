/* SPDX-License-Identifier: ISC */
/*
 * Which request goes to which dialect's code.
 */

#ifndef ROUTE_H
#define ROUTE_H

#include <stdbool.h>

struct conn;

/*
 * Find the route of the request whose head c has, before its body is read.
 * Returns false if there is none: then the answer has been made.
 */
bool	 route_find(struct conn *);
/* The body is there: answer, or ask leased. */
void	 route_call(struct conn *);
/* Answer a request that cannot be served at all, in the listener's dialect. */
void	 route_refuse(struct conn *, int status);
/* The connection ends: drop what a dialect keeps for it. */
void	 route_forget(struct conn *);

/* What the dialects offer to route.c. */
void	 autowg_register(struct conn *);
void	 autowg_peers(struct conn *);
void	 autowg_other(struct conn *);
void	 autowg_forget(struct conn *);
void	 native_put(struct conn *);
void	 native_get(struct conn *);
void	 native_delete(struct conn *);
void	 health_livez(struct conn *);
void	 health_readyz(struct conn *);

#endif
