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
/* Remove the tunnels of a network.  Returns 0, or -1 with something logged. */
int	 net_undo_tunnels(struct knet *);

#endif
