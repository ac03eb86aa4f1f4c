/* SPDX-License-Identifier: ISC */
/*
 * Peers on our interface that leased does not know: those that were on an
 * adopted interface before its network was known, and those of a database that
 * is gone or older than it was.  A portal or a device claims its own peers
 * within minutes, and keeps its tunnels.  Peers that nobody has claimed by then
 * are removed.  On an adopted interface, a peer of which sallyport could not
 * keep all is foreign, and never removed.
 */

#include "claim.h"
#include "expiry.h"
#include "hand.h"
#include "log.h"
#include "network.h"
#include "policy.h"
#include "reconcile.h"
#include "subnet.h"
#include "wanted.h"

#define CLAIM_MS	(GRACE_MAX_S * 1000)	/* three syncs of a portal */

void
net_claims_begin(struct knet *n, uint32_t keep_s)
{
	bool adopts = n->conf.adopt && !n->synced && n->wanted.count == 0;

	if (!adopts && keep_s == 0)
		return;
	n->wanted.collect = n->claims = true;
	n->claims_told = adopts;
	n->claim_end = mono_add_ms(mono_now(),
	    adopts ? CLAIM_MS : (int64_t)keep_s * 1000);
	if (adopts)
		log_notice(
		    "network %s: nothing is known of its peers yet: those on %s in our pools stay for %d minutes, to be claimed",
		    n->conf.name, n->conf.interface, CLAIM_MS / 60000);
}

void
net_claims_tell(struct knet *n)
{
	unsigned int count = 0;
	struct wish *x;

	if (!n->claims || n->claims_told || n->wanted.collect)
		return;
	n->claims_told = true;
	RB_FOREACH(x, wish_tree, &n->wanted.keys)
		count += x->claim;
	n->claims = count > 0;
	if (count == 0)
		return;
	log_warnx(
	    "network %s: %s has %u peers that leased's database does not have: they stay for %lld minutes, to be claimed; \"sallyctl drop unclaimed\" removes them now",
	    n->conf.name, n->conf.interface, count,
	    (long long)(mono_diff_ms(n->claim_end, mono_now()) + 59999) /
		60000);
}

void
net_claims_changed(struct knet *n)
{
	const struct snappeer *p;
	struct reconcile_own own;
	struct policy was;
	struct wish *x;
	size_t i;

	net_policy(n, &was);
	subnet_own(n, &own);
	for (i = 0; n->nforeign > 0 && i < n->snap->npeers; i++) {
		p = &n->snap->peers[i];
		if (!policy_is_foreign(&was, p->key) ||
		    !reconcile_can_keep(n->snap, p, &own) ||
		    (x = wanted_stray(&n->wanted, p->key)) == NULL || x->wanted)
			continue;
		x->claim = true;
		n->claims = n->claims_told = true;
		n->claim_end = mono_add_ms(mono_now(), CLAIM_MS);
		log_notice(
		    "network %s: peer=%s on %s is in our pools now: it stays for %d minutes, to be claimed",
		    n->conf.name, log_key(p->key), n->conf.interface,
		    CLAIM_MS / 60000);
	}
}

void
net_claims_end(struct knet *n, bool now)
{
	struct wish *x, *next;

	if (!n->claims || (!now && mono_cmp(mono_now(), n->claim_end) < 0))
		return;
	n->claims = n->wanted.collect = false;
	n->addrs_due = true;
	for (x = RB_MIN(wish_tree, &n->wanted.keys); x != NULL; x = next) {
		next = RB_NEXT(wish_tree, &n->wanted.keys, x);
		if (!x->claim)
			continue;
		x->claim = false;
		expiry_unset(&n->k->expiry, &x->expiry);
		wanted_release(&n->wanted, x);
	}
	log_notice(
	    "network %s: peers on %s in our pools that nobody has claimed are removed",
	    n->conf.name, n->conf.interface);
}
