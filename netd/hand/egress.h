/* SPDX-License-Identifier: ISC */
/*
 * The packet filter, and the rules and routes of all egress.
 */

#ifndef EGRESS_H
#define EGRESS_H

struct hand;

/* Returns the number of changes. */
unsigned int egress_ensure(struct hand *);
/* Returns 0, or -1 if something stays, which is logged. */
int	 egress_undo(struct hand *);
/*
 * Remove rules and packet filters whose interfaces are gone.  Only at a start
 * and at the end: another suite's may be gone for a moment, and that suite
 * makes them again.
 */
void	 egress_sweep(struct hand *);

#endif
