/* SPDX-License-Identifier: ISC */
/*
 * The model and the store: how what is in memory becomes a row, and a row what
 * is in memory.
 */

#ifndef ROW_H
#define ROW_H

#include "lease.h"
#include "store.h"

/* Read the networks into an empty broker; then, with these configured, the
 * owners and peers.  Return 0 or -1. */
int	 row_load_networks(struct store *, struct broker *);
int row_load_peers(struct store *, struct broker *, struct mono, struct wall);

int	 row_add_lease(struct store *, struct lease *);	/* sets its id */
int	 row_put_lease(struct store *, const struct lease *);	/* all of it */
int	 row_put_term(struct store *, const struct lease *);	/* a renewal */
int	 row_put_lease_counters(struct store *, const struct lease *);
int	 row_put_owner(struct store *, struct owner *);	/* sets its id */
int	 row_put_owned_counters(struct store *, const struct owned *);
/* What a change did from the log's entry on; right after it did it. */
int	 row_put_changes(struct store *, const struct oop *, size_t from);

#endif
