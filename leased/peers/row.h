/* SPDX-License-Identifier: ISC */
/*
 * Peers and owners as rows of the store, and back.
 */

#ifndef ROW_H
#define ROW_H

#include "change.h"
#include "store.h"

/*
 * Read the networks into an empty registry; then, with these configured, their
 * owners and peers.  They return 0, or -1 with errno as the store does.
 */
int	 row_load_networks(struct store *, struct registry *);
int row_load_peers(struct store *, struct registry *, struct mono, struct wall);
int	 row_put_owner(struct store *, struct owner *);	/* sets its id */
/* Write what a step did, right after it did it. */
int	 row_put_step(struct store *, const struct step *);
/* Write the end of a lease's term, or a peer's counters. */
int	 row_put_term(struct store *, const struct peer *);
int	 row_put_counters(struct store *, const struct peer *);

#endif
