/* SPDX-License-Identifier: ISC */
/*
 * What the kernel hand is to do, and what became of it: one wish for each peer
 * that changed, with an id that its answer has too.
 */

#ifndef WISH_H
#define WISH_H

#include "asker.h"
#include "leased.h"

void	 wishes_init(struct leased *);
/*
 * Wish for a peer as it is now, but of its addresses only those in mask; old is
 * a key that it replaces, or NULL.  The asker is told code when it is done.
 */
void wish_set(struct leased *, struct peer *, uint16_t mask, const uint8_t *old,
    const struct asker *, uint8_t code);
/* Wish that a key goes; removal is what removal_add() gave, or 0. */
void	 wish_gone(struct leased *, struct network *, const uint8_t *key,
    const struct asker *, uint8_t code, uint32_t removal);
/* Send a peer as part of a sync: nobody waits for an answer.  0 or -1. */
int	 wish_send_synced(struct leased *, const struct peer *);
/* The kernel hand's answer to a wish. */
void	 wish_done(struct leased *, uint32_t id, uint8_t code);
/* The link to the kernel hand is gone. */
void	 wishes_lost(struct leased *);
void	 wishes_forget_chan(struct leased *, struct chan *);

#endif
