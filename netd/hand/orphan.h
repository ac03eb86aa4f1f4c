/* SPDX-License-Identifier: ISC */
/*
 * Interfaces of networks that are no longer in the configuration.
 */

#ifndef ORPHAN_H
#define ORPHAN_H

struct hand;

/*
 * Log each and return their number.  Nobody may look after its peers, or
 * another suite does: it is not ours to remove it.
 */
unsigned int orphan_tell(struct hand *);

#endif
