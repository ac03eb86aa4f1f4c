/* SPDX-License-Identifier: ISC */
/*
 * The difference between the wanted state and a device.  An equal peer is not
 * touched, and a foreign one never.
 */

#include <string.h>

#include "reconcile.h"

uint32_t
reconcile_classify(struct snapshot *s, struct wanted *w, bool adopted,
    const struct prefix *pools, size_t npools)
{
	struct snappeer *p;
	const struct prefix *a;
	struct wish *x;
	uint32_t foreign = 0;
	size_t i, j;

	for (i = 0; i < s->npeers; i++) {
		p = &s->peers[i];
		p->foreign = adopted;
		a = snapshot_addrs(s, p);
		for (j = 0; j < p->naddrs && p->foreign; j++) {
			if (prefix_among(pools, npools, &a[j]))
				p->foreign = false;
		}
		if (p->foreign) {
			x = wanted_find(w, p->key);
			p->foreign = x == NULL || !x->wanted;
		}
		if (p->foreign)
			foreign++;
		x = w->collect && !p->foreign ? wanted_stray(w, p->key) :
						wanted_find(w, p->key);
		if (x != NULL && w->collect && !p->foreign && !x->wanted &&
		    !x->queued)
			x->claim = true;
		p->spared = x != NULL && x->claim;
	}
	w->collect = false;
	return (foreign);
}

static bool
same_addrs(const struct wish *x, const struct prefix *a, size_t n)
{
	size_t i, j;

	if (x->naddrs != n)
		return (false);
	for (i = 0; i < n; i++) {
		for (j = 0; j < n; j++) {
			if (prefix_equal(&x->addrs[j].prefix, &a[i]))
				break;
		}
		if (j == n)
			return (false);
	}
	return (true);
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
		if (!x->wanted)
			d->removed++;
		else if (same_addrs(x, snapshot_addrs(s, p), p->naddrs)) {
			d->unchanged++;
			continue;
		} else
			d->changed++;
		wanted_queue(w, x, false);
	}
	RB_FOREACH(x, wish_tree, &w->keys) {
		if (!x->wanted || x->seen == w->seen)
			continue;
		d->added++;
		wanted_queue(w, x, false);
	}
	return (0);
}
