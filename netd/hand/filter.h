/* SPDX-License-Identifier: ISC */
/*
 * The packet filter of all networks.
 */

#ifndef FILTER_H
#define FILTER_H

struct hand;

/*
 * Bring the packet filter to what the configuration asks for.  Returns the
 * number of corrections; egress_failed of the hand is set if it is not in
 * force.
 */
unsigned int filter_ensure(struct hand *);
/* Remove it.  Returns 0, or -1, which is logged. */
int	 filter_undo(struct hand *);

#endif
