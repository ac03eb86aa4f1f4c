/* SPDX-License-Identifier: ISC */
/*
 * Peers and owners as rows of the store, and back.
 */

#ifndef ROW_H
#define ROW_H

#include "change.h"
#include "store.h"

/*
 * Read the networks into an empty registry and, when these are configured,
 * their owners and peers.  Both return 0, or -1 with errno from the store.
 */
int	 row_load_networks(struct store *, struct registry *);
int row_load_peers(struct store *, struct registry *, struct mono, struct wall);
int	 row_put_owner(struct store *, struct owner *);	/* sets its id */
/* Write a step immediately after it was applied. */
int	 row_put_step(struct store *, const struct step *);
/* Write the end of a lease, or the counters of a peer. */
int	 row_put_term(struct store *, const struct peer *);
int	 row_put_counters(struct store *, const struct peer *);

#endif
