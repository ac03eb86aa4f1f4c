/* SPDX-License-Identifier: ISC */
/*
 * A relay has the prefix of the whole network, and a member that is reached
 * directly its own addresses: the longer one wins.  So a member that comes,
 * goes or switches changes no peer but its own.  Only a member with another
 * relay than most, and the prefixes behind a relayed member, are listed at the
 * relay.
 */

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "pair.h"
#include "wantset.h"

#define RENDEZVOUS_KEEPALIVE	25

bool
want_accepts(const struct map_net *n, const struct map_peer *x,
    const struct want_policy *pol, const struct prefix *p)
{
	char one[MAP_NAME + 32];

	if (p->len != 0)
		return (prefix_among(pol->routes, pol->nroutes, p));
	if (pol->full_tunnel[0] == '\0')
		return (false);
	snprintf(one, sizeof(one), "%s/m%" PRIu64, n->name, x->id);
	return (strcmp(pol->full_tunnel, n->name) == 0 ||
	    strcmp(pol->full_tunnel, one) == 0);
}

static void
add(struct want_peer *w, const struct prefix *p)
{
	unsigned int i;

	for (i = 0; i < w->nprefixes; i++)
		if (prefix_equal(&w->prefixes[i], p))
			return;
	if (w->nprefixes == WANT_PREFIXES)
		w->cut = true;
	else
		w->prefixes[w->nprefixes++] = *p;
}

/* True if no member with a lower id serves the same prefix. */
static bool
is_first(struct map_net *n, const struct map_peer *x, const struct prefix *p)
{
	struct map_peer *y;
	uint8_t i;

	RB_FOREACH (y, map_peers, &n->peers) {
		if (y->id >= x->id)
			break;
		for (i = 0; i < y->negress; i++)
			if (prefix_equal(&y->egress[i], p))
				return (false);
	}
	return (true);
}

static void
add_egress(struct map_net *n, const struct map_peer *x,
    const struct want_policy *pol, struct want_peer *w)
{
	uint8_t i;

	for (i = 0; i < x->negress; i++)
		if (want_accepts(n, x, pol, &x->egress[i]) &&
		    is_first(n, x, &x->egress[i]))
			add(w, &x->egress[i]);
}

static void
add_addrs(const struct map_peer *x, struct want_peer *w)
{
	uint8_t i;

	for (i = 0; i < x->naddrs; i++)
		add(w, &x->addrs[i]);
}

static void
add_network(const struct map_net *n, struct want_peer *w)
{
	struct prefix p;
	uint8_t i;

	for (i = 0; i < n->self.naddrs; i++) {
		p = n->self.addrs[i];
		prefix_mask(&p);
		add(w, &p);
	}
}

/* Add the prefixes that a relay carries for others. */
static void
add_relayed(struct map_net *n, const struct map_peer *r,
    const struct want_policy *pol, want_path *path, void *arg,
    struct want_peer *w)
{
	struct map_peer *x;
	struct path_wish pw;
	bool is_main;

	if (n->self.relay || n->self.hub)
		return;
	is_main = pair_main_relay(n) == r;
	if (is_main)
		add_network(n, w);
	RB_FOREACH (x, map_peers, &n->peers) {
		if (x == r || pair_relay(n, x) != r)
			continue;
		path(arg, x, &pw);
		if (pw.present && pw.direct)
			continue;
		if (!is_main)
			add_addrs(x, w);
		add_egress(n, x, pol, w);
	}
}

bool
want_peer(struct map_net *n, const struct map_peer *x,
    const struct want_policy *pol, want_path *path, void *arg,
    struct want_peer *w)
{
	struct path_wish pw;

	memset(w, 0, sizeof(*w));
	if (n->self.state != MAP_ACTIVE)
		return (false);
	path(arg, x, &pw);
	if (!pw.present)
		return (false);
	w->member = x->id;
	memcpy(w->key, x->key, sizeof(w->key));
	w->endpoint = pw.endpoint;
	w->keepalive = pw.keepalive;
	if (!pw.direct)
		return (true);
	add_addrs(x, w);
	add_egress(n, x, pol, w);
	if (x->relay || x->hub)
		add_relayed(n, x, pol, path, arg, w);
	return (true);
}

bool
want_rendezvous(const struct map_net *n, const struct map_endpoint *at,
    struct want_peer *w)
{
	memset(w, 0, sizeof(*w));
	if (n->self.state != MAP_ACTIVE || at->addr.family == 0 ||
	    n->rendezvous.endpoint[0] == '\0')
		return (false);
	memcpy(w->key, n->rendezvous.key, sizeof(w->key));
	w->endpoint = *at;
	w->keepalive = RENDEZVOUS_KEEPALIVE;
	return (true);
}

static void
hash_prefix(crypto_generichash_state *st, const struct prefix *p)
{
	const uint8_t head[2] = { p->family, p->len };

	crypto_generichash_update(st, head, sizeof(head));
	crypto_generichash_update(st, p->addr, sizeof(p->addr));
}

void
want_hash(const struct want_peer *w, uint8_t hash[WANT_HASH])
{
	const uint16_t nums[3] = { w->endpoint.port, w->keepalive,
		w->nprefixes };
	crypto_generichash_state st;
	unsigned int i;

	crypto_generichash_init(&st, NULL, 0, WANT_HASH);
	crypto_generichash_update(&st, w->key, sizeof(w->key));
	crypto_generichash_update(&st, (const uint8_t *)nums, sizeof(nums));
	hash_prefix(&st, &w->endpoint.addr);
	for (i = 0; i < w->nprefixes; i++)
		hash_prefix(&st, &w->prefixes[i]);
	crypto_generichash_final(&st, hash, WANT_HASH);
}
