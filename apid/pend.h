/* SPDX-License-Identifier: ISC */
/*
 * Requests that wait for an answer of leased, by the id that travels with
 * them.  Bounded: a full table is an answer, too.
 */

#ifndef PEND_H
#define PEND_H

#include <stdint.h>

struct pend;

/* Room for max (1..65535) requests.  NULL with errno. */
struct pend *pend_new(unsigned int max);
void	 pend_free(struct pend *);	/* NULL is fine */

/*
 * Enter what (not NULL) and get its id, never 0.  An id comes back only after
 * 65,535 others from the same slot.  Returns 0 when the table is full.
 */
uint32_t pend_add(struct pend *, void *what);
/* What waits under id, or NULL: never asked, or no longer waiting. */
void	*pend_find(const struct pend *, uint32_t id);
/* Forget id; an unknown one is fine. */
void	 pend_del(struct pend *, uint32_t id);
unsigned int pend_count(const struct pend *);
/* Any one that waits, or NULL: to empty the table with. */
void	*pend_any(const struct pend *);

#endif
