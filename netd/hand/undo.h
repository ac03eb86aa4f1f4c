/* SPDX-License-Identifier: ISC */
/*
 * Removing everything that was made for a network.
 */

#ifndef UNDO_H
#define UNDO_H

struct knet;

void	 net_undo(struct knet *);

#endif
