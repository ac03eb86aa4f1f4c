/* SPDX-License-Identifier: ISC */
/*
 * Interfaces of networks that are no longer in the configuration.
 */

#ifndef ORPHAN_H
#define ORPHAN_H

struct hand;

/* Log each: nobody looks after its peers, and it is not ours to cut them. */
void	 orphan_tell(struct hand *);

#endif
