/* SPDX-License-Identifier: ISC */
/*
 * The packet filter, and the rules and routes of all egress.
 */

#ifndef EGRESS_H
#define EGRESS_H

struct hand;
struct knet;

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
/*
 * Find out whether the network's routing table is no other suite's.  Returns 0,
 * or -1 with n->text.
 */
int	 egress_table_free(struct knet *);
/*
 * Remove the rules of a network that is taken out: nobody knows them as ours
 * afterwards.  Returns 0, or -1.
 */
int	 egress_forget(struct knet *);

#endif
