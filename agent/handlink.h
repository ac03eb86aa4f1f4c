/* SPDX-License-Identifier: ISC */
/*
 * The link to the hand.
 */

#ifndef HANDLINK_H
#define HANDLINK_H

#include "agent.h"

/* Use a new link: the hand is told everything. */
void	 handlink_set(struct agent *, int fd);
/* Tell the hand everything, from the beginning. */
void	 handlink_sync(struct agent *);
/* Tell the hand what there is to tell, of all networks. */
void	 handlink_tell(struct agent *);
/* Have the hand leave a network. */
void	 handlink_leave(struct agent *, const char *network);

#endif
