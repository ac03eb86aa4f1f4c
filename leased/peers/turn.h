/* SPDX-License-Identifier: ISC */
/*
 * Changes that come in one turn of the event loop share a transaction: each is
 * applied at once; when it is durable the kernel hand is told, and its answer
 * is the answer to whoever asked.
 */

#ifndef TURN_H
#define TURN_H

#include "asker.h"
#include "change.h"
#include "leased.h"

void	 turn_init(struct leased *);
/* Register a lease.  from may be NULL. */
void	 turn_register(struct leased *, struct network *, const char *name,
    const char *who, const uint8_t *key, const struct prefix *from,
    const struct asker *);
/* End a lease; what is the event that says why. */
void	 turn_end(struct leased *, struct peer *, const char *what,
    const struct prefix *from, const struct asker *);
/* Add a peer for its owner, or change it.  The answer to a refusal may have a
 * text: then it is written to text, of TEXT_SIZE, and its code is returned. */
uint8_t turn_put(struct leased *, struct network *,
    const struct msg_owned_put *, const struct asker *, char *text);
/* Remove one.  asked is when its owner asked for that. */
void	 turn_drop(struct leased *, struct peer *, const struct prefix *from,
    struct mono asked, const struct asker *);
/* Write what a change did from a step on, and the events of owners' peers.
 * by is who did it besides the owner, or NULL.  Returns 0 or -1. */
int	 turn_store(struct leased *, const struct change *, size_t step,
    const struct prefix *from, const char *by);
/* Open the transaction, to write something besides.  Returns 0 or -1. */
int	 turn_begin(struct leased *);
/* Store and send on what has gathered; 0, or -1 if it was all taken back. */
int	 turn_commit(struct leased *);
/* The same, once all who were ready in this round of the loop had their say. */
void	 turn_soon(struct leased *);
/* Take everything back that has gathered. */
void	 turn_abort(struct leased *);
void	 turn_forget_chan(struct leased *, struct chan *);

#endif
