/* SPDX-License-Identifier: ISC */
/*
 * The difference between the wanted state and a device.
 */

#ifndef RECONCILE_H
#define RECONCILE_H

#include "conf.h"
#include "snapshot.h"
#include "wanted.h"

struct difference {
	uint32_t	 added;
	uint32_t	 removed;
	uint32_t	 changed;
	uint32_t	 unchanged;
	uint32_t	 psks;		/* with another preshared key */
};

/* The addresses that peers of a network may have. */
struct reconcile_own {
	const struct prefix *pools;
	size_t		 npools;
	const struct prefix *subnets;
	size_t		 nsubnets;
};

/*
 * True if sallyport can have set the peer, or can take it over as it is: all of
 * its allowed addresses are hosts in the pools, or lie in the subnets.
 */
bool	 reconcile_can_keep(const struct snapshot *, const struct snappeer *,
    const struct reconcile_own *);
/*
 * Tell our peers from foreign ones in a dump: on an interface that another
 * program made (adopted), a peer is ours if it is wanted or can be kept as it
 * is.  Peers of ours that are not wanted are spared while they may be claimed.
 * Returns the number of foreign peers.
 */
uint32_t reconcile_classify(struct snapshot *, struct wanted *, bool adopted,
    const struct reconcile_own *);

/*
 * Queue every key in which the wanted state and the classified dump differ.
 * Returns 0, or -1 with errno ENOMEM, when the rest is left for the next time.
 */
int
reconcile_diff(struct wanted *, const struct snapshot *, struct difference *);

#endif
