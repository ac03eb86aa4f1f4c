/* SPDX-License-Identifier: ISC */
/*
 * Peers in our pools that were on an adopted interface before its network was
 * known.  A portal or a device that moves over with the interface claims its
 * own peers within minutes, and keeps its tunnels.  Peers that nobody has
 * claimed by then are removed.
 */

#include "claim.h"
#include "log.h"
#include "network.h"
#include "wanted.h"

#define CLAIM_MS	(15 * 60 * 1000)	/* three syncs of a portal */

void
net_claims_begin(struct knet *n)
{
	if (n->conf.adopt == 0 || n->wanted.count > 0)
		return;
	n->wanted.collect = n->claims = true;
	n->claim_end = mono_add_ms(mono_now(), CLAIM_MS);
	log_notice(
	    "network %s: nothing is known of its peers yet: those on %s in our pools stay for %d minutes, to be claimed",
	    n->conf.name, n->conf.interface, CLAIM_MS / 60000);
}

void
net_claims_end(struct knet *n)
{
	struct wish *x, *next;

	if (!n->claims || mono_cmp(mono_now(), n->claim_end) < 0)
		return;
	n->claims = n->wanted.collect = false;
	for (x = RB_MIN(wish_tree, &n->wanted.keys); x != NULL; x = next) {
		next = RB_NEXT(wish_tree, &n->wanted.keys, x);
		x->claim = false;
		wanted_release(&n->wanted, x);
	}
	log_notice(
	    "network %s: peers on %s in our pools that nobody has claimed are removed",
	    n->conf.name, n->conf.interface);
}
