/* SPDX-License-Identifier: ISC */
/*
 * Routes of the pools.  These are parts of net_ensure(); they return 0, or -1
 * with a text in net->text.
 */

#ifndef POOL_ROUTE_H
#define POOL_ROUTE_H

struct knet;

int	 route_pools(struct knet *);
int	 route_undo(struct knet *);

#endif
