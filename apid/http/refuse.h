/* SPDX-License-Identifier: ISC */
/*
 * Two forms in which a dialect can refuse a request that reached no route; see
 * struct dialect.
 */

#ifndef REFUSE_H
#define REFUSE_H

struct request;

/* The reason in words, which need no escaping. */
const char *refuse_detail(int status);
/* Answer with a line of plain text. */
void	 refuse_text(struct request *, int status, const char *extra);
/* Answer with a problem, RFC 9457. */
void	 refuse_problem(struct request *, int status, const char *extra);

#endif
