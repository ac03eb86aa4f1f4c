/* SPDX-License-Identifier: ISC */
/*
 * The difference between what is wanted and what a device holds.
 */

#ifndef RECONCILE_H
#define RECONCILE_H

#include "snapshot.h"
#include "wanted.h"

struct difference {
	uint32_t	 added;
	uint32_t	 removed;
	uint32_t	 changed;
	uint32_t	 unchanged;
};

/*
 * Tell our peers from foreign ones in a dump: on an interface that others
 * made (adopted), a peer is ours if it is wanted or has an allowed address in
 * a pool.
 * Of ours, those that nobody wants are spared while w->spare.  Returns how
 * many are foreign.
 */
uint32_t reconcile_classify(struct snapshot *, struct wanted *, bool adopted,
    const struct prefix *pools, size_t npools);

/*
 * Queue every key in which the wanted state and the classified dump differ.
 * Returns 0, or -1 with errno ENOMEM (the rest is for the next time).
 */
int
reconcile_diff(struct wanted *, const struct snapshot *, struct difference *);

#endif
