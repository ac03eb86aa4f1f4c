/* SPDX-License-Identifier: ISC */
/*
 * Requests that wait for an answer of leased, found by the id of their
 * question.  The table is bounded: when it is full, the request is refused.
 */

#ifndef PEND_H
#define PEND_H

#include <stdint.h>

struct pend;

/* Make room for max (1..65535) requests.  Returns NULL with errno. */
struct pend *pend_new(unsigned int max);
void	 pend_free(struct pend *);	/* NULL is allowed */

/*
 * Add a waiting request, which is not NULL, and get its id, which is never 0.
 * An id is used again only after 65,535 others of the same slot.  Returns 0
 * when the table is full.
 */
uint32_t pend_add(struct pend *, void *what);
/* The request that waits under id, or NULL if none does. */
void	*pend_find(const struct pend *, uint32_t id);
/* Remove id, which may be unknown. */
void	 pend_del(struct pend *, uint32_t id);
unsigned int pend_count(const struct pend *);
/* Any waiting request, or NULL: for emptying the table. */
void	*pend_any(const struct pend *);

#endif
