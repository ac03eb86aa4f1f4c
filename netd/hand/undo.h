/* SPDX-License-Identifier: ISC */
/*
 * Removing everything that was made for a network.
 */

#ifndef UNDO_H
#define UNDO_H

#define UNDO_TRIES	3	/* an operation may fail once, for no reason */

struct knet;

/* Returns 0, or -1 if something stays, which is logged. */
int	 net_undo(struct knet *);

#endif
