/* SPDX-License-Identifier: ISC */
/*
 * Peers that their owner removed, as they were: the answer to an owner who
 * asks again because the first one was lost.
 */

#ifndef REMOVAL_H
#define REMOVAL_H

#include "asker.h"
#include "leased.h"

void	 removals_init(struct leased *);
/* Keep how a peer was that its owner removes.  Returns a number, not 0. */
uint32_t removal_add(struct leased *, const struct peer *, struct mono asked);
/* The number of the owner's removal of this key that is known, or 0; it was
 * asked for again. */
uint32_t removal_find(struct leased *, const struct network *,
    const char *owner, const uint8_t *key, struct mono asked);
/* The peer is gone: tell whoever asked how it was. */
void	 removal_answer(struct leased *, uint32_t removal, const struct asker *);
/* There is a peer of this key again: tell only those who wait already. */
void
removal_forget(struct leased *, const struct network *, const uint8_t *key);

#endif
