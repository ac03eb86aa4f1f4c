/* SPDX-License-Identifier: ISC */
/*
 * Peers that their owner removed, in their last state: the answer to an owner
 * who asks again because the first answer was lost.
 */

#ifndef REMOVAL_H
#define REMOVAL_H

#include "asker.h"
#include "leased.h"

void	 removals_init(struct leased *);
/*
 * Keep the last state of a peer that its owner removes.  Returns a number other
 * than 0.
 */
uint32_t removal_add(struct leased *, const struct peer *, struct mono asked);
/*
 * The number of the owner's last removal of this key, or 0.  The removal was
 * asked for again.
 */
uint32_t removal_find(struct leased *, const struct network *,
    const char *owner, const uint8_t *key, struct mono asked);
/* The peer is gone: answer everyone who asked with its last state. */
void	 removal_answer(struct leased *, uint32_t removal, const struct asker *);
/* There is a peer of this key again: answer only those who wait already. */
void
removal_forget(struct leased *, const struct network *, const uint8_t *key);

#endif
