/* SPDX-License-Identifier: ISC */
/*
 * Which request goes to which dialect's code.
 */

#ifndef ROUTE_H
#define ROUTE_H

#include <stdbool.h>
#include <stddef.h>

struct conn;

/*
 * Find the route of the request whose head c has, before its body is read.
 * Returns false if there is none: then the answer has been made.
 */
bool	 route_find(struct conn *);
/* The body is there: answer, or ask leased. */
void	 route_call(struct conn *);
/*
 * The route takes its body as it comes: route_begin before the first byte and
 * route_piece for each piece, while the state is CONN_BODY, and route_call when
 * all of it was there.  Each may answer instead.
 */
bool	 route_streams(const struct conn *);
void	 route_begin(struct conn *);
void	 route_piece(struct conn *, const char *, size_t);
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
void	 native_peers(struct conn *);
void	 native_peer_get(struct conn *);
void	 native_peer_put(struct conn *);
void	 native_peer_delete(struct conn *);
void	 set_begin(struct conn *);
void	 set_piece(struct conn *, const char *, size_t);
void	 set_end(struct conn *);
void	 set_forget(struct conn *);
void	 peerlist_forget(struct conn *);
void	 portal_node(struct conn *);
void	 portal_add_peer(struct conn *);
void	 portal_peer_list(struct conn *);
void	 portal_remove_peer(struct conn *);
void	 portal_connections(struct conn *);
void	 portal_disconnect(struct conn *);
void	 portal_forget(struct conn *);
void	 health_livez(struct conn *);
void	 health_readyz(struct conn *);

#endif
