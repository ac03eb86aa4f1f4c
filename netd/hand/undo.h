/* SPDX-License-Identifier: ISC */
/*
 * Removing everything that was made for a network.
 */

#ifndef UNDO_H
#define UNDO_H

#define UNDO_TRIES	3	/* an operation may fail once, for no reason */

struct knet;

void	 net_undo(struct knet *);

#endif
