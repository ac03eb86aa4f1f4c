/* SPDX-License-Identifier: ISC */
/*
 * The packet filter of all networks.
 */

#ifndef FILTER_H
#define FILTER_H

#include <stddef.h>

struct hand;
struct kern_fw;

/*
 * Bring the packet filter to what the configuration asks for.  Returns the
 * number of corrections; egress_failed of the hand is set if it is not in
 * force.
 */
unsigned int filter_ensure(struct hand *);
/* Remove it.  Returns 0, or -1, which is logged. */
int	 filter_undo(struct hand *);
/* Tell the log of each network that no packet filter keeps apart. */
void	 filter_warn(const struct hand *);
/*
 * The networks as the packet filter knows them, in list, which has room for
 * NETWORKS_MAX.  Returns their number.
 */
size_t	 filter_networks(const struct hand *, struct kern_fw *list);

#endif
