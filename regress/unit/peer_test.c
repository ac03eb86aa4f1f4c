/* SPDX-License-Identifier: ISC */
/*
 * Peers: random changes of leases and of peers with an owner, against naive
 * models.  Invariant 1 of the design holds after each, changes taken back leave
 * nothing behind, and what is committed comes back from the store the same.
 */

#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store_rig.h"
#include "deadline.h"
#include "own.h"
#include "pool.h"
#include "row.h"

#define NAMES	24
#define KEYS	40
#define LEASE_S	100
#define REST_S	50
#define MAX	10		/* peers of the model of leases */
#define OWN_MAX	24		/* and of the one with owners */

static const char *const owners[] = { "portal:a", "portal:b", "static" };

/* What a lease must be, by the simplest rules. */
struct model {
	bool		 known, live;
	int		 key;
	struct prefix	 addr;		/* the IPv6 one, last had */
	int64_t		 rests;		/* seconds */
};

static struct prefix
P(const char *text) {
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
	c->pools[0] = P("10.0.0.0/29");
	c->pools[1] = P("fd00::/124");
	c->pools[2] = P("10.0.1.0/29");
	c->nreserve = 1;
	c->reserve[0] = P("fd00::8/126");
	c->naddrs = 2;
	c->addrs[0] = P("fd00::1/64");
	c->addrs[1] = P("10.0.0.1/16");
}

static void
conf_owners(struct msg_conf_network *c)
{
	conf_leases(c);
	c->lease = 300;
	c->quarantine = 100;
	c->max_peers = OWN_MAX;
	c->npools = 2;
	c->pools[0] = P("10.0.0.0/27");
	c->pools[1] = P("fd00::/123");
	c->reserve[0] = P("10.0.0.16/29");
	c->addrs[0] = P("10.0.0.1/27");
	c->addrs[1] = P("fd00::1/64");
}

/* Its store is there, and open: a test without one does not look at it. */
static int
setup(void **state)
{
	struct world *w;

	if ((w = world_new()) == NULL)
		return (-1);
	conf_leases(&w->conf);
	world_open(w);
	*state = w;
	return (0);
}

static int
setup_owners(void **state)
{
	struct world *w;

	if (setup(state) == -1)
		return (-1);
	w = *state;
	conf_owners(&w->conf);
	registry_configure(w->n, &w->conf);
	return (0);
}

static int
teardown(void **state)
{
	world_close(*state);
	world_free(*state);
	return (0);
}

static void
key_of(int i, uint8_t key[WGKEY_LEN])
{
	memset(key, i + 1, WGKEY_LEN);
}

/* What the store has of a peer and, with all, what is only in memory. */
static void
picture_peer(FILE *f, const struct peer *p, bool all)
{
	char text[PREFIX_TEXT];
	uint8_t i;

	fprintf(f, "%s %s %lld %d %d", p->name, peer_who(p), (long long)p->id,
	    p->key[0], p->state == LEASE_EXPIRED);
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

/* Everything that can be seen, as text. */
static char *
picture(const struct world *w, bool all)
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
	for (i = 0; i < 3; i++)
		if ((o = owner_find(n, owners[i])) != NULL && o->generation > 0)
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

/* Two pictures are the same; else the lines that differ. */
static void
same(char *a, char *b)
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

/* Invariant 1, and the books agree with what they count. */
static void
check(const struct world *w)
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

/* Who has or lately had this address? */
static int
holder(const struct world *w, const struct model *m, const struct prefix *addr,
    int but)
{
	int i;

	for (i = 0; i < NAMES; i++)
		if (i != but && m[i].known && prefix_equal(&m[i].addr, addr) &&
		    (m[i].live || m[i].rests > w->s))
			return (i);
	return (-1);
}

static uint8_t
expect_register(const struct model *m, int name, int key)
{
	int i, live = 0;

	for (i = 0; i < NAMES; i++) {
		live += m[i].live;
		if (i != name && m[i].live && m[i].key == key)
			return (LEASE_E_KEY_TAKEN);
	}
	if (!m[name].live)
		return (live >= MAX ? LEASE_E_POOL : LEASE_OK_NEW);
	return (m[name].key == key ? LEASE_OK_SAME : LEASE_OK_REKEYED);
}

static void
do_register(struct world *w, struct model *all, int name, int key)
{
	struct model *m = &all[name], was = *m;
	uint8_t k[WGKEY_LEN], want, code;
	bool undo = random() % 3 == 0;
	struct prefix addr;
	char text[16], *before;
	struct grant g;
	int i;

	snprintf(text, sizeof(text), "n%d", name);
	key_of(key, k);
	want = expect_register(all, name, key);
	before = picture(w, true);
	code = grant_register(&w->reg, w->n, text,
	    random() % 20 == 0 ? "other" : "who", k, mono_of(w), wall_of(w),
	    &g);
	/* Resting addresses may leave less room than max allows. */
	if (code == LEASE_E_POOL && want == LEASE_OK_NEW) {
		for (i = 0; i < NAMES; i++)
			if (all[i].known && !all[i].live && all[i].rests > w->s)
				break;
		assert_true(i < NAMES);
		want = code;
	}
	assert_int_equal(code, want);
	if (code >= LEASE_E_KEY || undo) {
		if (code < LEASE_E_KEY)
			change_undo(&g.change, &w->reg);
		/* A renewal of the text of the proof is taken back as well. */
		same(before, picture(w, true));
		return;
	}
	free(before);
	change_done(&g.change);
	addr = g.peer->addrs[1].p;
	assert_int_equal(holder(w, all, &addr, name), -1);
	if (was.live || (was.known && was.rests > w->s))
		assert_true(prefix_equal(&addr, &was.addr));
	m->known = m->live = true;
	m->key = key;
	m->addr = addr;
}

static void
do_end(struct world *w, struct model *m, int name)
{
	char text[16], *before;
	struct grant g;
	struct peer *p;

	snprintf(text, sizeof(text), "n%d", name);
	p = peer_by_name(w->n, text);
	assert_int_equal(p != NULL && peer_served(p), m->live);
	if (!m->live)
		return;
	before = picture(w, true);
	grant_end(&w->reg, p, mono_of(w), wall_of(w), &g);
	if (random() % 3 == 0) {
		change_undo(&g.change, &w->reg);
		same(before, picture(w, true));
	} else {
		free(before);
		change_done(&g.change);
		m->live = false;
		m->rests = w->s + REST_S;
	}
}

/* A random change of a lease; false if it was refused. */
static bool
change_lease(struct world *w, struct grant *g)
{
	uint8_t key[WGKEY_LEN];
	struct peer *p;
	char name[16];

	snprintf(name, sizeof(name), "n%d", (int)(random() % NAMES));
	key_of((int)(random() % KEYS), key);
	p = peer_by_name(w->n, name);
	if (random() % 3 == 0 && p != NULL && p->state != LEASE_EXPIRED) {
		grant_end(&w->reg, p, mono_of(w), wall_of(w), g);
		return (true);
	}
	return (grant_register(&w->reg, w->n, name,
		    random() % 9 ? "who" : "another", key, mono_of(w),
		    wall_of(w), g) < LEASE_E_KEY);
}

/* Several changes taken back together, the last first. */
static void
do_batch(struct world *w)
{
	struct grant g[8];
	char *before;
	int i, n = 0;

	before = picture(w, true);
	for (i = 0; i < 8; i++) {
		n += change_lease(w, &g[n]);
		check(w);
	}
	while (n > 0)
		change_undo(&g[--n].change, &w->reg);
	same(before, picture(w, true));
}

static void
do_expire(struct world *w, struct model *m)
{
	struct grant g;
	struct peer *p;

	while ((p = deadline_first(&w->reg)) != NULL &&
	    mono_cmp(p->deadline, mono_of(w)) <= 0) {
		if (p->state == LEASE_EXPIRED) {
			m[atoi(p->name + 1)].known = false;
			registry_forget(&w->reg, p);
			continue;
		}
		m[atoi(p->name + 1)].live = false;
		m[atoi(p->name + 1)].rests = w->s + REST_S;
		grant_end(&w->reg, p, mono_of(w), wall_of(w), &g);
		change_done(&g.change);
	}
}

static void
random_leases(void **state)
{
	struct model m[NAMES] = { 0 };
	struct world *w = *state;
	int i, name;

	for (i = 0; i < 40000; i++) {
		w->s += random() % 4;
		if (random() % 5000 == 0)
			w->s += FORGET_S;
		do_expire(w, m);
		name = (int)(random() % NAMES);
		switch (random() % 8) {
		case 0:
			do_end(w, &m[name], name);
			break;
		case 1:
			do_batch(w);
			break;
		case 2:
			/* The same configuration again changes nothing. */
			registry_configure(w->n, &w->conf);
			break;
		default:
			do_register(w, m, name, (int)(random() % 30));
			break;
		}
		check(w);
	}
}

static uint8_t
reg(struct world *w, const char *name, int key, struct grant *g)
{
	uint8_t k[WGKEY_LEN];

	key_of(key, k);
	return (grant_register(&w->reg, w->n, name, "who", k, mono_of(w),
	    wall_of(w), g));
}

/* A pool that goes leaves its leases outside; back, they are served again. */
static void
pool_changes(void **state)
{
	struct world *w = *state;
	struct msg_conf_network c;
	struct grant g;
	struct prefix had;

	assert_int_equal(reg(w, "a", 1, &g), LEASE_OK_NEW);
	change_done(&g.change);
	had = g.peer->addrs[1].p;
	c = w->conf;
	c.pools[1] = P("fd00:2::/124");
	registry_configure(w->n, &c);
	assert_int_equal(w->n->live, 0);
	assert_int_equal(w->n->outside, 1);
	/* Its key is still its own. */
	assert_int_equal(reg(w, "b", 1, &g), LEASE_E_KEY_TAKEN);
	registry_configure(w->n, &w->conf);
	assert_int_equal(w->n->live, 1);
	assert_true(prefix_equal(&peer_by_name(w->n, "a")->addrs[1].p, &had));
	registry_configure(w->n, NULL);
	assert_int_equal(w->n->live, 0);
	registry_configure(w->n, &w->conf);
	check(w);
	assert_int_equal(reg(w, "a", 1, &g), LEASE_OK_SAME);
	assert_true(g.renewed_only);
	change_done(&g.change);
	/* One family less: it lets go of that address. */
	c.npools = 1;
	registry_configure(w->n, &c);
	assert_int_equal(reg(w, "a", 1, &g), LEASE_OK_NEW);
	assert_int_equal(g.peer->naddrs, 1);
	assert_non_null(peer_addr(g.peer, AF_INET));
	change_done(&g.change);
}

/* What is left comes from the wall clock only at the start, and is bounded. */
static void
clocks(void **state)
{
	struct world *w = *state;
	struct grant g;
	struct peer *p;
	struct wall back;

	assert_int_equal(reg(w, "a", 1, &g), LEASE_OK_NEW);
	change_done(&g.change);
	p = g.peer;
	assert_int_equal(peer_ttl(p, mono_of(w)), LEASE_S);
	/* Loaded with the wall clock a day back: never more than it had. */
	back = wall_of(w);
	back.s -= 86400;
	deadline_load(&w->reg, p, mono_of(w), back);
	assert_int_equal(peer_ttl(p, mono_of(w)), LEASE_S);
	back.s += 86400 + 60;
	deadline_load(&w->reg, p, mono_of(w), back);
	assert_int_equal(peer_ttl(p, mono_of(w)), LEASE_S - 60);
	back.s += LEASE_S;
	deadline_load(&w->reg, p, mono_of(w), back);
	assert_int_equal(peer_ttl(p, mono_of(w)), 0);
}

/* A lease for ever: a renewal stores nothing and asks nobody. */
static void
never(void **state)
{
	struct world *w = *state;
	struct grant g;

	w->n->conf.lease = LEASE_NEVER;
	assert_int_equal(reg(w, "a", 1, &g), LEASE_OK_NEW);
	assert_true(g.store && g.wish);
	change_done(&g.change);
	assert_int_equal(w->reg.heap_n, 0);
	assert_int_equal(reg(w, "a", 1, &g), LEASE_OK_SAME);
	assert_true(!g.store && g.wish);	/* still pending */
	change_done(&g.change);
	peer_set_state(g.peer, LEASE_ACTIVE, false);
	assert_int_equal(reg(w, "a", 1, &g), LEASE_OK_SAME);
	assert_true(!g.store && !g.wish);
	change_done(&g.change);
}

/* Transactions of random changes, some of them taken back on both sides. */
static void
reopen(void **state)
{
	struct world *w = *state;
	struct grant g[8];
	char *before;
	int i, k, n;

	for (i = 0; i < 1500; i++) {
		w->s += random() % 20;
		assert_int_equal(store_begin(w->store), 0);
		for (n = k = 0; k < 8; k++)
			if (change_lease(w, &g[n]))
				assert_int_equal(world_store_grant(w, &g[n++]),
				    0);
		if (random() % 4 == 0) {
			store_rollback(w->store);
			while (n > 0)
				change_undo(&g[--n].change, &w->reg);
		} else {
			assert_int_equal(store_commit(w->store), 0);
			while (n > 0)
				change_done(&g[--n].change);
		}
		if (i % 50 != 0)
			continue;
		before = picture(w, false);
		world_close(w);
		world_open(w);
		same(before, picture(w, false));
	}
}

static struct peer *
peer_with(const struct world *w, const struct prefix *addr)
{
	struct peer *p;
	uint8_t i;

	RB_FOREACH(p, peer_tree, &w->n->peers)
		for (i = 0; i < p->naddrs; i++)
			if (prefix_equal(&p->addrs[i].p, addr))
				return (p);
	return (NULL);
}

static bool
is_ended(const struct world *w, const struct peer *p)
{
	return (
	    p->state == LEASE_EXPIRED && mono_cmp(p->ready, mono_of(w)) <= 0);
}

/* By the rules, slowly: would this be refused, and how? */
static uint8_t
expect_put(const struct world *w, const char *owner, const uint8_t *key,
    const struct prefix *addrs, uint8_t n)
{
	struct peer *p;
	uint8_t i, last;

	RB_FOREACH(p, peer_tree, &w->n->peers)
		if (p->state != LEASE_EXPIRED &&
		    memcmp(p->key, key, WGKEY_LEN) == 0 &&
		    (p->owner == NULL || strcmp(p->owner->name, owner) != 0))
			return (LEASE_E_KEY_TAKEN);
	for (i = 0; i < n; i++) {
		last = addrs[i].addr[addrs[i].family == AF_INET ? 3 : 15];
		if (last == 0 || last >= (addrs[i].family == AF_INET ? 31 : 32))
			return (LEASE_E_OUTSIDE);
		if (last == 1)
			return (LEASE_E_ADDR_TAKEN);
		p = peer_with(w, &addrs[i]);
		if (p != NULL &&
		    (p->owner == NULL ? !is_ended(w, p) :
					strcmp(p->owner->name, owner) != 0))
			return (LEASE_E_ADDR_TAKEN);
	}
	return (LEASE_OK_SAME);
}

static uint8_t
random_addrs(struct prefix *addrs)
{
	uint8_t i, n = (uint8_t)(1 + random() % 4);

	for (i = 0; i < n; i++) {
		addrs[i] = P(random() % 2 ? "10.0.0.0/32" : "fd00::/128");
		addrs[i].addr[addrs[i].family == AF_INET ? 3 : 15] =
		    (uint8_t)(random() % 34);
	}
	return (peer_sort_addrs(addrs, n));
}

static void
put(struct world *w, struct change *c)
{
	struct owner *o;
	struct peer *p, *q;
	struct prefix addrs[4];
	uint8_t key[WGKEY_LEN], n, want, code;
	char text[129];
	size_t first;
	bool full;

	o = owner_get(w->n, owners[random() % 3]);
	key_of((int)(random() % KEYS), key);
	n = random_addrs(addrs);
	change_begin(c, o);
	want = expect_put(w, o->name, key, addrs, n);
	code = own_check(&w->reg, o, key, addrs, n, mono_of(w), text,
	    sizeof(text));
	assert_int_equal(code, want);
	assert_int_equal(code == LEASE_OK_SAME, text[0] == '\0');
	if (code != LEASE_OK_SAME)
		return;
	full = w->n->live + w->n->nowned >= OWN_MAX;
	q = peer_by_key(w->n, key);
	/* A set strips its peers first. */
	if (q != NULL && random() % 3 == 0)
		own_strip(c, q);
	assert_int_equal(world_store(w, c, 0), 0);
	first = c->n;
	code = own_put(c, key, random() % 3 ? "" : "label", addrs, n,
	    wall_of(w));
	if (q == NULL && full) {
		assert_int_equal(code, LEASE_E_POOL);
		assert_int_equal(c->n, 0);
		return;
	}
	p = peer_by_key(w->n, key);
	assert_non_null(p);
	assert_true(peer_has_addrs(p, addrs, n));
	assert_int_equal(code == LEASE_OK_NEW, q == NULL);
	assert_int_equal(code == LEASE_OK_SAME, c->n == first);
	if (code == LEASE_OK_NEW)
		p->rx = (uint64_t)(random() % 100);
	assert_int_equal(world_store(w, c, first), 0);
}

static void
drop(struct world *w, struct change *c)
{
	struct peer *p;
	uint8_t key[WGKEY_LEN];

	change_begin(c, NULL);
	key_of((int)(random() % KEYS), key);
	if ((p = peer_by_key(w->n, key)) == NULL || p->owner == NULL)
		return;
	change_begin(c, p->owner);
	own_drop(c, p);
	assert_int_equal(world_store(w, c, 0), 0);
}

/* One change of a lease or of an owner's peer.  Returns 1 if it was made. */
static int
change(struct world *w, struct change *c)
{
	struct grant g;

	if (random() % 3 == 0) {
		if (!change_lease(w, &g))
			return (0);
		assert_int_equal(world_store_grant(w, &g), 0);
		*c = g.change;
		return (1);
	}
	if (random() % 3 == 0)
		drop(w, c);
	else
		put(w, c);
	return (c->n > 0);
}

static void
write_counters(struct world *w)
{
	struct peer *p;

	RB_FOREACH(p, peer_tree, &w->n->peers)
		assert_int_equal(row_put_counters(w->store, p), 0);
}

static void
random_owners(void **state)
{
	struct world *w = *state;
	struct change all[8];
	char *before;
	int i, k, n;
	bool undo;

	for (i = 0; i < 3000; i++) {
		w->s += random() % 40;
		undo = random() % 3 == 0;
		before = picture(w, true);
		assert_int_equal(store_begin(w->store), 0);
		for (n = k = 0; k < 8; k++) {
			n += change(w, &all[n]);
			check(w);
		}
		if (undo) {
			store_rollback(w->store);
			while (n > 0)
				change_undo(&all[--n], &w->reg);
			same(before, picture(w, true));
		} else {
			free(before);
			write_counters(w);
			assert_int_equal(store_commit(w->store), 0);
			while (n > 0)
				change_done(&all[--n]);
		}
		check(w);
		if (i % 100 != 99)
			continue;
		before = picture(w, false);
		world_close(w);
		world_open(w);
		check(w);
		same(before, picture(w, false));
	}
}

/* Places in the list are right whether their peer is there or not. */
static void
places(void **state)
{
	struct peer_place at = { .owned = false };
	struct world *w = *state;
	struct prefix addr = P("10.0.0.5/32");
	uint8_t key[WGKEY_LEN];
	struct change c;
	struct owner *o;
	struct grant g;
	struct peer *p;

	assert_null(peer_behind(w->n, &at, NULL));
	assert_int_equal(reg(w, "b", 1, &g), LEASE_OK_NEW);
	change_done(&g.change);
	o = owner_get(w->n, "static");
	assert_null(peer_first_of(o));
	change_begin(&c, o);
	key_of(2, key);
	assert_int_equal(own_put(&c, key, "x", &addr, 1, wall_of(w)),
	    LEASE_OK_NEW);
	change_done(&c);
	p = peer_by_key(w->n, key);
	assert_ptr_equal(peer_first_of(o), p);
	assert_null(peer_first_of(owner_get(w->n, "portal:a")));
	assert_ptr_equal(peer_behind(w->n, &at, NULL), g.peer);
	(void)strlcpy(at.name, "a", sizeof(at.name));
	assert_ptr_equal(peer_behind(w->n, &at, NULL), g.peer);
	peer_place_set(&at, g.peer);
	assert_ptr_equal(peer_behind(w->n, &at, NULL), p);
	assert_ptr_equal(peer_next(g.peer, NULL), p);
	peer_place_set(&at, p);
	assert_null(peer_behind(w->n, &at, NULL));
	at.key[0]--;
	assert_ptr_equal(peer_behind(w->n, &at, NULL), p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(random_leases, setup, teardown),
		cmocka_unit_test_setup_teardown(pool_changes, setup, teardown),
		cmocka_unit_test_setup_teardown(clocks, setup, teardown),
		cmocka_unit_test_setup_teardown(never, setup, teardown),
		cmocka_unit_test_setup_teardown(reopen, setup, teardown),
		cmocka_unit_test_setup_teardown(random_owners, setup_owners,
		    teardown),
		cmocka_unit_test_setup_teardown(places, setup_owners, teardown),
	};

	if (sodium_init() == -1)
		return (1);
	srandom(20240602);
	return (cmocka_run_group_tests_name("peer", tests, NULL, NULL));
}
