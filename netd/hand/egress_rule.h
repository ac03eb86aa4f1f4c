/* SPDX-License-Identifier: ISC */
/*
 * The rules of all egress in the kernel, and the suites that they belong to.
 *
 * Rules are for an interface, or from or to a pool of tunnels.  The many
 * tunnels of a network have no interface that a rule could name; its rules for
 * an interface name the beginning of their names, which no packet has, and say
 * by that whose the table is to which the rules from its pools lead.
 */

#ifndef EGRESS_RULE_H
#define EGRESS_RULE_H

#include <stdbool.h>
#include <stdint.h>

#include "kern_ops.h"

struct hand;
struct knet;

/* The rules in the kernel. */
struct rules {
	struct kern_rules all;
	bool		*others;	/* true for another suite's rules */
};

/* Returns 0, or -1 with nothing to clear. */
int	 rules_read(struct hand *, struct rules *);
void	 rules_clear(struct rules *);
/* True if the table is another suite's. */
bool	 rules_others_table(const struct rules *, uint32_t table);
/* The table for our pools. */
uint32_t rules_inside(const struct rules *);
/*
 * Sort a list so that a rule comes after those that tell whose it is.
 * rules_read() has done this.
 */
void	 rules_sort(struct kern_rules *);
/* True if the rule is in a sorted list. */
bool	 rules_have(const struct kern_rules *, const struct kern_rule *);
/* True if the rule is from or to a pool of the network's tunnels. */
bool	 rules_is_of_pool(const struct knet *, const struct kern_rule *);
/* True if the network has a way out, and so a table. */
bool	 rules_has_egress(const struct knet *);
/* Remove rules whose interfaces are gone, see egress_sweep(). */
void	 rules_sweep(struct hand *);
/*
 * Find out whether the network's routing table is no other suite's.  Returns 0,
 * or -1 with n->text.
 */
int	 rules_table_free(struct knet *);
/*
 * Remove the rules of a network that is taken out: nobody knows them as ours
 * afterwards.  Returns 0, or -1.
 */
int	 rules_forget(struct knet *);

#endif
