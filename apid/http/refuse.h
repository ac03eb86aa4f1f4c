/* SPDX-License-Identifier: ISC */
/*
 * Two forms in which a dialect can refuse what never reached a route: see
 * struct dialect.
 */

#ifndef REFUSE_H
#define REFUSE_H

struct request;

/* A line of plain text. */
void	 refuse_text(struct request *, int status, const char *extra);
/* RFC 9457. */
void	 refuse_problem(struct request *, int status, const char *extra);

#endif
