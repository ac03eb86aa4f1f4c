/* SPDX-License-Identifier: ISC */
/*
 * The check of leased's wishes against our own copy of the configuration: a
 * captured leased can add and remove peers inside the pools, move subnets of the
 * configuration between static peers, and nothing else.
 * All functions are pure.
 */

#include <stdlib.h>
#include <string.h>

#include "hostaddr.h"
#include "network.h"
#include "policy.h"
#include "wanted.h"
#include "yggaddr.h"

#define HALF_LEN	1	/* 0.0.0.0/1 and 128.0.0.0/1 */
#define OLD_MAX		4096	/* parts of a subnet that a sync replaces */

int
policy_key_cmp(const void *a, const void *b)
{
	return (memcmp(a, b, WGKEY_LEN));
}

int
policy_held_cmp(const void *a, const void *b)
{
	const struct policy_held *x = a, *y = b;

	return (prefix_cmp(&x->addr, &y->addr));
}

const uint8_t *
policy_holder(const struct policy *p, const struct prefix *a)
{
	const struct policy_held *h;
	struct policy_held x;

	if (p->nheld == 0)
		return (NULL);
	x.addr = *a;
	h = bsearch(&x, p->held, p->nheld, sizeof(*h), policy_held_cmp);
	return (h != NULL ? h->key : NULL);
}

bool
policy_is_foreign(const struct policy *p, const uint8_t *key)
{
	if (p->nforeign == 0)
		return (false);
	return (bsearch(key, p->foreign, p->nforeign, WGKEY_LEN,
	    policy_key_cmp) != NULL);
}

/* True if the wish is wanted and is not one that a sync is replacing. */
static bool
counts(const struct wanted *w, const struct wish *x, bool sync)
{
	return (x->wanted && (!sync || x->gen == w->gen));
}

/* True if the address of this wish would be taken from it. */
static bool
robs(const struct wanted *w, const struct wish *x, const struct msg_peer_set *m,
    bool sync)
{
	return (counts(w, x, sync) &&
	    memcmp(x->key, m->pubkey, WGKEY_LEN) != 0 &&
	    (!m->has_old || memcmp(x->key, m->old, WGKEY_LEN) != 0));
}

static bool
overlaps_any(const struct prefix *list, size_t n, const struct prefix *p)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (prefix_overlaps(&list[i], p))
			return (true);
	}
	return (false);
}

/*
 * True if a foreign or unclaimed peer of another key has a part of the prefix,
 * or more than it.  A default route of theirs counts for nothing.
 */
static bool
held_by_others(const struct policy *p, const struct prefix *s,
    const uint8_t *key)
{
	struct prefix wide = *s;
	const uint8_t *has;
	size_t low = 0, high = p->nheld, mid;

	for (; p->nheld > 0 && wide.len > HALF_LEN;
	     wide.len--, prefix_mask(&wide)) {
		has = policy_holder(p, &wide);
		if (has != NULL && memcmp(has, key, WGKEY_LEN) != 0)
			return (true);
	}
	while (low < high) {
		mid = low + (high - low) / 2;
		if (prefix_cmp(&p->held[mid].addr, s) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	for (; low < p->nheld && prefix_contains(s, &p->held[low].addr);
	     low++) {
		if (memcmp(p->held[low].key, key, WGKEY_LEN) != 0)
			return (true);
	}
	return (false);
}

/* A subnet leads to one peer: no other may have a part of it, or more. */
static bool
subnet_allowed(const struct policy *p, struct wanted *w,
    const struct msg_peer_set *m, const struct prefix *s, bool sync)
{
	struct prefix wide = *s;
	struct waddr *a;
	struct wish *x;
	unsigned int old = 0;

	if (overlaps_any(p->host, p->nhost, s) ||
	    overlaps_any(p->own, p->nown, s))
		return (false);
	/* An earlier wish is put right; nothing new is taken away. */
	x = wanted_owner(w, s);
	if ((x == NULL || memcmp(x->key, m->pubkey, WGKEY_LEN) != 0) &&
	    held_by_others(p, s, m->pubkey))
		return (false);
	for (; hostaddr_subnet(p->conf, &wide);
	     wide.len--, prefix_mask(&wide)) {
		x = wanted_owner(w, &wide);
		if (x != NULL && robs(w, x, m, sync))
			return (false);
	}
	for (a = wanted_from(w, s); a != NULL && prefix_contains(s, &a->prefix);
	     a = wanted_next(a)) {
		if (robs(w, a->owner, m, sync) || old++ == OLD_MAX)
			return (false);
	}
	return (true);
}

static bool
addr_allowed(const struct policy *p, struct wanted *w,
    const struct msg_peer_set *m, size_t n, bool sync)
{
	const struct prefix *a = &m->addrs[n];
	const uint8_t *key;
	struct wish *x;

	if (hostaddr_of_peer(p->conf, m->source, a) != HOSTADDR_OK ||
	    overlaps_any(m->addrs, n, a))
		return (false);
	if (hostaddr_subnet(p->conf, a))
		return (subnet_allowed(p, w, m, a, sync));
	x = wanted_owner(w, a);
	/* An earlier wish is put right; nothing new is taken away. */
	if (x == NULL) {
		key = policy_holder(p, a);
		return (key == NULL || memcmp(key, m->pubkey, WGKEY_LEN) == 0);
	}
	return (!robs(w, x, m, sync));
}

/*
 * A tunnel leads to the node of the key, and to nobody else; without a tunnel,
 * nothing may be said of its end.
 */
static bool
remote_allowed(const struct policy *p, const struct msg_peer_set *m)
{
	if (!p->conf->gre)
		return (m->remote.family == 0);
	return (m->source == SOURCE_LEASE && !m->has_psk &&
	    yggaddr_fits(&m->remote, m->pubkey) &&
	    !prefix_equal(&m->remote, &p->conf->local));
}

enum peer_code
policy_check(const struct policy *p, struct wanted *w,
    const struct msg_peer_set *m, bool sync)
{
	struct wish *x, *old;
	uint32_t have;
	size_t i;

	if (strcmp(p->conf->name, m->network) != 0)
		return (PEER_E_NETWORK);
	if (!wgkey_usable(m->pubkey) ||
	    (p->has_pub && memcmp(p->pub, m->pubkey, WGKEY_LEN) == 0) ||
	    policy_is_foreign(p, m->pubkey))
		return (PEER_E_KEY);
	if ((m->naddrs == 0) != (p->conf->rendezvous != 0) ||
	    m->naddrs > PEER_ADDRS_MAX || !remote_allowed(p, m))
		return (PEER_E_ADDR);
	for (i = 0; i < m->naddrs; i++) {
		if (!addr_allowed(p, w, m, i, sync))
			return (PEER_E_ADDR);
	}
	x = wanted_find(w, m->pubkey);
	if (x != NULL && x->wanted)
		return (PEER_OK);
	old = m->has_old ? wanted_find(w, m->old) : NULL;
	have = w->count;
	if (old != NULL && old->wanted && have > 0)
		have--;
	if (have >= p->conf->max_peers || have >= p->limit)
		return (PEER_E_MAX);
	return (PEER_OK);
}
