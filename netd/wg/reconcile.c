/* SPDX-License-Identifier: ISC */
/*
 * The difference between the wanted state and a device.  An equal peer is not
 * touched, and a foreign one never.
 */

#include <string.h>

#include "reconcile.h"

bool
reconcile_can_keep(const struct snapshot *s, const struct snappeer *p,
    const struct reconcile_own *own)
{
	const struct prefix *a = snapshot_addrs(s, p);
	size_t i;

	for (i = 0; i < p->naddrs; i++) {
		if ((!prefix_is_host(&a[i]) ||
			!prefix_among(own->pools, own->npools, &a[i])) &&
		    !prefix_among(own->subnets, own->nsubnets, &a[i]))
			return (false);
	}
	return (p->naddrs > 0 && p->naddrs <= PEER_ADDRS_MAX);
}

uint32_t
reconcile_classify(struct snapshot *s, struct wanted *w, bool adopted,
    const struct reconcile_own *own)
{
	struct snappeer *p;
	struct wish *x;
	uint32_t foreign = 0;
	size_t i;

	for (i = 0; i < s->npeers; i++) {
		p = &s->peers[i];
		x = wanted_find(w, p->key);
		p->foreign = adopted && (x == NULL || !x->wanted) &&
		    !reconcile_can_keep(s, p, own);
		if (p->foreign)
			foreign++;
		if (w->collect && !p->foreign)
			x = wanted_stray(w, p->key);
		if (x != NULL && w->collect && !p->foreign && !x->wanted &&
		    !x->queued && !x->ended)
			x->claim = true;
		p->spared = x != NULL && x->claim && !p->foreign;
		if (p->spared)
			x->nhad = (uint8_t)(p->naddrs < UINT8_MAX ? p->naddrs :
								    0);
	}
	w->collect = false;
	return (foreign);
}

/* Where a peer of WireGuard is, only its own packets say. */
static bool
same_remote(const struct wish *x, const struct snappeer *p)
{
	return (
	    x->remote.family == 0 || prefix_equal(&x->remote, &p->endpoint));
}

/* An address that another wish has taken over is no longer this one's. */
static bool
wants_addr(const struct wish *x, const struct prefix *a)
{
	size_t j;

	for (j = 0; j < x->naddrs; j++) {
		if (x->addrs[j].indexed && prefix_equal(&x->addrs[j].prefix, a))
			return (true);
	}
	return (false);
}

/* True if it wants these n addresses and no others. */
static bool
same_addrs(const struct wish *x, const struct prefix *a, size_t n)
{
	size_t i, j, have = 0;

	for (j = 0; j < x->naddrs; j++)
		have += x->addrs[j].indexed;
	if (have != n)
		return (false);
	for (i = 0; i < n; i++) {
		if (!wants_addr(x, &a[i]))
			return (false);
	}
	return (true);
}

/* True if it has only to gain addresses. */
static bool
may_keep(const struct wish *x, const struct snapshot *s,
    const struct snappeer *p)
{
	const struct prefix *a = snapshot_addrs(s, p);
	size_t i;

	for (i = 0; i < p->naddrs; i++) {
		if (!wants_addr(x, &a[i]))
			return (false);
	}
	return (true);
}

static bool
same_dial(const struct wish *x, const struct snappeer *p)
{
	return (!x->dials || (!x->redial && x->keepalive == p->keepalive));
}

/*
 * The first look at a peer of whose endpoint nothing was known: one that
 * WireGuard has may be that to which the peer has roamed while nobody ran.
 */
static void
meet(struct wish *x, const struct snappeer *p)
{
	if (x->first && p->endpoint.family != 0)
		x->redial = false;
	x->first = false;
}

static bool
same_psk(const struct wish *x, const struct snappeer *p)
{
	return (p->psk == (x->psk == NULL ? 0 : snapshot_psk(x->psk)));
}

int
reconcile_diff(struct wanted *w, const struct snapshot *s, struct difference *d)
{
	const struct snappeer *p;
	struct wish *x;
	size_t i;

	memset(d, 0, sizeof(*d));
	w->seen++;
	for (i = 0; i < s->npeers; i++) {
		p = &s->peers[i];
		if (p->foreign || p->spared)
			continue;
		x = wanted_stray(w, p->key);
		if (x == NULL)
			return (-1);
		x->seen = w->seen;
		meet(x, p);
		d->psks += x->wanted && !same_psk(x, p);
		if (!x->wanted)
			d->removed++;
		else if (same_remote(x, p) && same_psk(x, p) &&
		    same_dial(x, p) &&
		    same_addrs(x, snapshot_addrs(s, p), p->naddrs)) {
			d->unchanged++;
			continue;
		} else {
			d->changed++;
			x->keep = x->dials && may_keep(x, s, p);
		}
		wanted_queue(w, x, false);
	}
	RB_FOREACH(x, wish_tree, &w->keys) {
		if (!x->wanted || x->seen == w->seen)
			continue;
		/* WireGuard knows nothing of where it is. */
		x->redial = x->dials && x->endpoint.family != 0;
		d->added++;
		wanted_queue(w, x, false);
	}
	return (0);
}
