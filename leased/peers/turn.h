/* SPDX-License-Identifier: ISC */
/*
 * Changes that come in one turn of the event loop share a transaction.  Each is
 * applied at once.  When it is durable the hand is told, and the hand's answer
 * is the answer to the asker.
 */

#ifndef TURN_H
#define TURN_H

#include "asker.h"
#include "change.h"
#include "leased.h"

void	 turn_init(struct leased *);
/*
 * Register a lease.  psk and from may be NULL.  If the request has written
 * something else, it is not answered before the commit of that.
 */
void	 turn_register(struct leased *, struct network *, const char *name,
    const char *who, const uint8_t *key, const uint8_t *psk,
    const struct prefix *from, bool written, const struct asker *);
/* Take over a lease, or with dry_run only find the answer. */
void	 turn_import(struct leased *, struct network *,
    const struct msg_ctl_lease *, const struct asker *);
/* End a lease; what is the name of the event. */
void	 turn_end(struct leased *, struct peer *, const char *what,
    const struct prefix *from, const struct asker *);
/* End a lease that its device gives back. */
void	 turn_release(struct leased *, struct peer *, const struct prefix *from,
    const struct asker *);
/*
 * Add a peer for its owner, or change it.  If a refusal has a text, it is
 * written to text, which has TEXT_SIZE bytes, and its code is returned.
 */
uint8_t turn_put(struct leased *, struct network *,
    const struct msg_owned_put *, const struct asker *, char *text);
/* Remove a peer.  asked is the time at which its owner asked for that. */
void	 turn_drop(struct leased *, struct peer *, const struct prefix *from,
    struct mono asked, const struct asker *);
/*
 * Write a change from a step on, and the events of owners' peers.  by is the
 * name of whoever did it besides the owner, or NULL.  Returns 0 or -1.
 */
int	 turn_store(struct leased *, const struct change *, size_t step,
    const struct prefix *from, const char *by);
/* Open the transaction, to write something else in it.  Returns 0 or -1. */
int	 turn_begin(struct leased *);
/* Store and send all pending changes.  Returns 0, or -1 if all were undone. */
int	 turn_commit(struct leased *);
/* The same, after all events that are ready in this round of the loop. */
void	 turn_soon(struct leased *);
/* Undo all pending changes. */
void	 turn_abort(struct leased *);
void	 turn_forget_chan(struct leased *, struct chan *);

#endif
