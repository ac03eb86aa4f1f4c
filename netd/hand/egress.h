/* SPDX-License-Identifier: ISC */
/*
 * The packet filter, and the rules and routes of all egress.
 */

#ifndef EGRESS_H
#define EGRESS_H

struct kern;

/* Returns how many things were changed. */
unsigned int egress_ensure(struct kern *);
void	 egress_undo(struct kern *);

#endif
