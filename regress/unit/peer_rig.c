/* SPDX-License-Identifier: ISC */
/*
 * A network with leases and peers with an owner.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "peer_rig.h"
#include "pool.h"
#include "psk.h"

const char *const peers_owners[OWNERS] = { "portal:a", "portal:b", "static" };

struct prefix
prefix_of(const char *text)
{
	struct prefix p;

	assert_int_equal(prefix_parse(text, &p), 0);
	return (p);
}

static void
conf_leases(struct msg_conf_network *c)
{
	memset(c, 0, sizeof(*c));
	(void)strlcpy(c->name, "net", sizeof(c->name));
	c->assign = ASSIGN_POOL;
	c->lease = LEASE_S;
	c->quarantine = REST_S;
	c->max_peers = MAX;
	c->npools = 3;
	c->pools[0].first = prefix_of("10.0.0.0/29");
	c->pools[1].first = prefix_of("fd00::/124");
	c->pools[2].first = prefix_of("10.0.1.0/29");
	c->nreserve = 1;
	c->reserve[0] = prefix_of("fd00::8/126");
	c->naddrs = 2;
	c->addrs[0] = prefix_of("fd00::1/64");
	c->addrs[1] = prefix_of("10.0.0.1/16");
}

static void
conf_owners(struct msg_conf_network *c)
{
	conf_leases(c);
	c->lease = 300;
	c->quarantine = 100;
	c->max_peers = OWN_MAX;
	c->npools = 2;
	c->pools[0].first = prefix_of("10.0.0.0/27");
	c->pools[1].first = prefix_of("fd00::/123");
	c->reserve[0] = prefix_of("10.0.0.16/29");
	c->addrs[0] = prefix_of("10.0.0.1/27");
	c->addrs[1] = prefix_of("fd00::1/64");
}

/* Its store is there, and open: a test without one does not look at it. */
int
peers_setup(void **state)
{
	struct world *w;

	if ((w = world_new()) == NULL)
		return (-1);
	conf_leases(&w->conf);
	world_open(w);
	*state = w;
	return (0);
}

int
peers_setup_owners(void **state)
{
	struct world *w;

	if (peers_setup(state) == -1)
		return (-1);
	w = *state;
	conf_owners(&w->conf);
	registry_configure(w->n, &w->conf);
	return (0);
}

int
peers_teardown(void **state)
{
	world_close(*state);
	world_free(*state);
	return (0);
}

void
peers_key(int i, uint8_t key[WGKEY_LEN])
{
	memset(key, i + 1, WGKEY_LEN);
}

/* What the store has of a peer and, with all, what is only in memory. */
static void
picture_peer(FILE *f, const struct peer *p, bool all)
{
	char text[PREFIX_TEXT];
	uint8_t i;

	fprintf(f, "%s %s %lld %d %d %d", p->name, peer_who(p),
	    (long long)p->id, p->key[0], psk_of(p) == NULL ? 0 : psk_of(p)[0],
	    p->state == LEASE_EXPIRED);
	for (i = 0; i < p->naddrs; i++)
		fprintf(f, " %s%s", prefix_format(&p->addrs[i].p, text),
		    p->addrs[i].held ? "*" : "");
	fprintf(f, " %d %lld %lld %lld %lld %llu %llu %llu %llu", p->outside,
	    (long long)p->first, (long long)p->created, (long long)p->renewed,
	    (long long)p->expires, (unsigned long long)p->rx,
	    (unsigned long long)p->tx, (unsigned long long)p->rx_raw,
	    (unsigned long long)p->tx_raw);
	if (all)
		fprintf(f, " %d %lld %lld %d", p->state,
		    (long long)p->deadline.ns,
		    p->state == LEASE_EXPIRED ? (long long)p->ready.ns : 0LL,
		    p->heap != 0);
	fprintf(f, "\n");
}

char *
peers_picture(const struct world *w, bool all)
{
	const struct network *n = w->n;
	struct mono ready;
	struct owner *o;
	struct peer *p;
	uint8_t addr[16] = { 0 };
	unsigned int i;
	size_t len;
	char *text;
	FILE *f;

	f = open_memstream(&text, &len);
	RB_FOREACH(p, peer_tree, &w->n->peers)
		picture_peer(f, p, all);
	for (i = 0; i < OWNERS; i++)
		if ((o = owner_find(n, peers_owners[i])) != NULL &&
		    o->generation > 0)
			fprintf(f, "%s %llu %u\n", o->name,
			    (unsigned long long)o->generation, o->count);
	for (i = 0; i < n->npools; i++)
		fprintf(f, "%llu %llu %llu %d %02x\n",
		    (unsigned long long)pool_used(n->pools[i]),
		    (unsigned long long)pool_resting(n->pools[i]),
		    (unsigned long long)pool_ranges(n->pools[i]),
		    pool_peek(n->pools[i], mono_of(w), addr, &ready), addr[15]);
	fprintf(f, "%llu %llu %llu %zu %zu\n", (unsigned long long)n->live,
	    (unsigned long long)n->outside, (unsigned long long)n->nowned,
	    n->keys.used, n->addrs.used);
	if (all)
		fprintf(f, "%llu %u\n", (unsigned long long)n->pending,
		    w->reg.heap_n);
	fclose(f);
	return (text);
}

void
peers_same(char *a, char *b)
{
	char *x, *y, *p = a, *q = b;

	while (p != NULL || q != NULL) {
		x = strsep(&p, "\n");
		y = strsep(&q, "\n");
		if (x == NULL || y == NULL || strcmp(x, y) != 0)
			fail_msg("before %s after %s", x, y);
	}
	free(a);
	free(b);
}

static void
check_pair(const struct peer *a, const struct peer *b)
{
	uint8_t i, j;

	if (a->owner == NULL && b->owner == NULL)
		assert_true(strcmp(a->name, b->name) != 0);
	if (a->state != LEASE_EXPIRED && b->state != LEASE_EXPIRED)
		assert_true(memcmp(a->key, b->key, WGKEY_LEN) != 0);
	for (i = 0; i < a->naddrs; i++)
		for (j = 0; j < b->naddrs; j++)
			assert_false(
			    prefix_equal(&a->addrs[i].p, &b->addrs[j].p));
}

/* A lease that lives has one address of each family, and no reserved one. */
static void
check_lease(const struct peer *p)
{
	uint8_t i;

	assert_int_equal(p->naddrs, 2);
	assert_int_equal(p->addrs[0].p.family, AF_INET);
	assert_int_equal(p->addrs[1].p.family, AF_INET6);
	for (i = 0; i < 2; i++) {
		assert_true(p->addrs[i].held);
		assert_false(
		    prefix_contains(&p->net->conf.reserve[0], &p->addrs[i].p));
	}
	assert_true(p->addrs[1].p.addr[15] > 1);
}

void
peers_check(const struct world *w)
{
	struct peer *p, *o, *last = NULL;
	uint64_t live = 0, owned = 0, pending = 0, held = 0, used = 0, n = 0;
	unsigned int i;

	RB_FOREACH(p, peer_tree, &w->n->peers) {
		RB_FOREACH(o, peer_tree, &w->n->peers)
			if (o != p)
				check_pair(p, o);
		if (p->owner == NULL)
			assert_ptr_equal(peer_by_name(w->n, p->name), p);
		/* In order: leases by name, then the others by key. */
		if (last != NULL && last->owner == NULL && p->owner == NULL)
			assert_true(strcmp(last->name, p->name) < 0);
		else if (last != NULL && last->owner != NULL) {
			assert_non_null(p->owner);
			assert_true(memcmp(last->key, p->key, WGKEY_LEN) < 0);
		}
		last = p;
		if (p->state != LEASE_EXPIRED)
			assert_ptr_equal(peer_by_key(w->n, p->key), p);
		for (i = 0; i < p->naddrs; i++, n++) {
			held += p->addrs[i].held;
			assert_ptr_equal(p->addrs[i].peer, p);
			assert_ptr_equal(peer_by_addr(w->n, &p->addrs[i].p), p);
			assert_true(!p->addrs[i].held ||
			    network_pool(w->n, &p->addrs[i].p) != NULL);
		}
		owned += p->owner != NULL;
		if (p->owner != NULL || !peer_served(p))
			continue;
		live++;
		pending += p->state == LEASE_PENDING;
		check_lease(p);
	}
	for (i = 0; i < w->n->npools; i++)
		used += pool_used(w->n->pools[i]);
	assert_int_equal(used, held);
	assert_int_equal(n, w->n->addrs.used);
	assert_int_equal(live, w->n->live);
	assert_int_equal(pending, w->n->pending);
	assert_int_equal(owned, w->n->nowned);
	assert_true(live + owned <= w->n->conf.max_peers);
}

uint8_t
peers_register(struct world *w, const char *name, int key, struct grant *g)
{
	uint8_t k[WGKEY_LEN];

	peers_key(key, k);
	return (grant_register(&w->reg, w->n, name, "who", k, NULL, mono_of(w),
	    wall_of(w), g));
}

const uint8_t *
random_psk(uint8_t psk[WGKEY_LEN])
{
	int i = (int)(random() % 4);

	memset(psk, i, WGKEY_LEN);
	return (i < 2 ? NULL : psk);
}

bool
peers_change_lease(struct world *w, struct grant *g)
{
	uint8_t key[WGKEY_LEN], psk[WGKEY_LEN];
	struct peer *p;
	char name[16];

	snprintf(name, sizeof(name), "n%d", (int)(random() % NAMES));
	peers_key((int)(random() % KEYS), key);
	p = peer_by_name(w->n, name);
	if (random() % 3 == 0 && p != NULL && p->state != LEASE_EXPIRED) {
		grant_end(&w->reg, p, mono_of(w), wall_of(w), g);
		return (true);
	}
	return (grant_register(&w->reg, w->n, name,
		    random() % 9 ? "who" : "another", key, random_psk(psk),
		    mono_of(w), wall_of(w), g) < LEASE_E_KEY);
}
