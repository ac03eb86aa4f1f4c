/* SPDX-License-Identifier: ISC */
/*
 * Taking everything back that was made for a network.
 */

#ifndef UNDO_H
#define UNDO_H

struct knet;

void	 net_undo(struct knet *);

#endif
