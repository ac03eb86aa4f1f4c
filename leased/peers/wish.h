/* SPDX-License-Identifier: ISC */
/*
 * Wishes to the hand and their results: one wish for each peer that changed,
 * with an id that the answer repeats.
 */

#ifndef WISH_H
#define WISH_H

#include "asker.h"
#include "change.h"
#include "leased.h"

void	 wishes_init(struct leased *);
/*
 * Wish for a peer in its present state, with those of its addresses that mask
 * has.  If the step, which may be NULL, gave it another key, the old one goes.
 * The asker gets code when it is done.
 */
void	 wish_set(struct leased *, struct peer *, uint16_t mask,
    const struct step *, const struct asker *, uint8_t code);
/*
 * Tell the hand of the later end of a peer that it has.  The asker gets code at
 * once: until the old end the peer is there in any case, and if the hand forgets
 * the new one, it says when it removes the peer, or the next sync tells it.
 */
void
wish_extend(struct leased *, struct peer *, const struct asker *, uint8_t code);
/* Wish that a key is removed.  removal is the result of removal_add(), or 0. */
void	 wish_gone(struct leased *, struct network *, const uint8_t *key,
    const struct asker *, uint8_t code, uint32_t removal);
/* True if so many wishes wait that those of devices would find no room. */
bool	 wishes_many(const struct leased *);
/*
 * Send a peer as part of a sync, which nobody waits for, or that it has ended.
 * Returns 0 or -1.
 */
int	 wish_send_synced(struct leased *, const struct peer *);
int	 wish_send_ended(struct leased *, const struct peer *);
/* Take the hand's answer to a wish. */
void	 wish_done(struct leased *, uint32_t id, uint8_t code);
/* The link to the hand is gone. */
void	 wishes_lost(struct leased *);
void	 wishes_forget_chan(struct leased *, struct chan *);

#endif
