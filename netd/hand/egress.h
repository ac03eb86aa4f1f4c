/* SPDX-License-Identifier: ISC */
/*
 * The packet filter, and the rules and routes of all egress.
 */

#ifndef EGRESS_H
#define EGRESS_H

struct hand;

/* Returns the number of changes. */
unsigned int egress_ensure(struct hand *);
void	 egress_undo(struct hand *);

#endif
