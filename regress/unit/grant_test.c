/* SPDX-License-Identifier: ISC */
/*
 * Leases: random registrations, ends and batches against a naive model.
 * Invariant 1 of the design holds after each, changes taken back leave nothing
 * behind, and what is committed comes back from the store the same.
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

#include "peer_rig.h"
#include "deadline.h"
#include "own.h"
#include "pool.h"
#include "row.h"

/* The state that a lease must have, by the simplest rules. */
struct model {
	bool		 known, live;
	int		 key;
	struct prefix	 addr;		/* the IPv6 one, last had */
	int64_t		 rests;		/* seconds */
};

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
	uint8_t k[WGKEY_LEN], psk[WGKEY_LEN], want, code;
	bool undo = random() % 3 == 0;
	struct prefix addr;
	char text[16], *before;
	struct grant g;
	int i;

	snprintf(text, sizeof(text), "n%d", name);
	peers_key(key, k);
	want = expect_register(all, name, key);
	before = peers_picture(w, true);
	code = grant_register(&w->reg, w->n, text,
	    random() % 20 == 0 ? "other" : "who", k, random_psk(psk),
	    mono_of(w), wall_of(w), &g);
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
		peers_same(before, peers_picture(w, true));
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

/*
 * What was given back is known from what ended in another way, and is forgotten
 * with its change.
 */
static void
end_lease(struct world *w, struct peer *p, struct grant *g)
{
	bool given_back = random() % 2 == 0;

	if (given_back) {
		grant_release(&w->reg, p, mono_of(w), wall_of(w), g);
		assert_true(peer_given_back(p));
	} else {
		grant_end(&w->reg, p, mono_of(w), wall_of(w), g);
		/* One that was renewed in the same second cannot be told. */
		assert_int_equal(peer_given_back(p),
		    p->renewed == wall_of(w).s);
	}
	assert_false(peer_served(p));
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
	before = peers_picture(w, true);
	assert_false(peer_given_back(p));
	end_lease(w, p, &g);
	if (random() % 3 == 0) {
		change_undo(&g.change, &w->reg);
		peers_same(before, peers_picture(w, true));
	} else {
		free(before);
		change_done(&g.change);
		m->live = false;
		m->rests = w->s + REST_S;
	}
}

/* Several changes taken back together, the last first. */
static void
do_batch(struct world *w)
{
	struct grant g[8];
	char *before;
	int i, n = 0;

	before = peers_picture(w, true);
	for (i = 0; i < 8; i++) {
		n += peers_change_lease(w, &g[n]);
		peers_check(w);
	}
	while (n > 0)
		change_undo(&g[--n].change, &w->reg);
	peers_same(before, peers_picture(w, true));
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
		peers_check(w);
	}
}

/* A pool that goes leaves its leases outside; back, they are served again. */
static void
pool_changes(void **state)
{
	struct world *w = *state;
	struct msg_conf_network c;
	struct grant g;
	struct prefix had;
	struct peer *p;

	assert_int_equal(peers_register(w, "a", 1, &g), LEASE_OK_NEW);
	change_done(&g.change);
	p = g.peer;
	had = p->addrs[1].p;
	c = w->conf;
	c.pools[1].first = prefix_of("fd00:2::/124");
	registry_configure(w->n, &c);
	/* One address of the two is left, and served. */
	assert_int_equal(w->n->live, 1);
	assert_int_equal(w->n->outside, 0);
	peer_set_state(p, LEASE_ACTIVE, false);
	assert_int_equal(peer_state(p), LEASE_PARTLY);
	c.pools[0].first = prefix_of("10.10.0.0/24");
	registry_configure(w->n, &c);
	assert_int_equal(w->n->live, 0);
	assert_int_equal(w->n->outside, 1);
	assert_int_equal(peer_state(p), LEASE_OUTSIDE);
	/* Its key is still its own. */
	assert_int_equal(peers_register(w, "b", 1, &g), LEASE_E_KEY_TAKEN);
	registry_configure(w->n, &w->conf);
	assert_int_equal(w->n->live, 1);
	assert_int_equal(peer_state(p), LEASE_ACTIVE);
	assert_true(prefix_equal(&peer_by_name(w->n, "a")->addrs[1].p, &had));
	registry_configure(w->n, NULL);
	assert_int_equal(w->n->live, 0);
	registry_configure(w->n, &w->conf);
	peers_check(w);
	assert_int_equal(peers_register(w, "a", 1, &g), LEASE_OK_SAME);
	assert_true(g.renewed_only);
	change_done(&g.change);
	/* One family less: it lets go of that address. */
	c = w->conf;
	c.npools = 1;
	registry_configure(w->n, &c);
	assert_int_equal(peers_register(w, "a", 1, &g), LEASE_OK_SAME);
	assert_false(g.renewed_only);
	assert_int_equal(g.peer->naddrs, 1);
	assert_non_null(peer_addr(g.peer, AF_INET));
	change_done(&g.change);
}

/* A renewal never changes an address, and what has run out comes back. */
static void
renewals(void **state)
{
	struct world *w = *state;
	struct msg_conf_network c;
	struct prefix had;
	struct grant g;
	struct peer *p;

	assert_int_equal(peers_register(w, "a", 1, &g), LEASE_OK_NEW);
	change_done(&g.change);
	p = g.peer;
	had = p->addrs[1].p;
	assert_true(grant_renewable(w->n, p, mono_of(w)));
	w->s += LEASE_S;
	grant_end(&w->reg, p, mono_of(w), wall_of(w), &g);
	change_done(&g.change);
	assert_false(peer_given_back(p));
	w->s += 2 * REST_S;
	assert_true(grant_renewable(w->n, p, mono_of(w)));
	c = w->conf;
	c.pools[1].first = prefix_of("fd00:2::/124");
	registry_configure(w->n, &c);
	assert_false(grant_renewable(w->n, p, mono_of(w)));
	registry_configure(w->n, &w->conf);
	assert_true(grant_renewable(w->n, p, mono_of(w)));
	/* Another has one of its addresses now. */
	peer_drop_addr(p, &had);
	assert_false(grant_renewable(w->n, p, mono_of(w)));
	assert_int_equal(peers_register(w, "a", 1, &g), LEASE_OK_NEW);
	change_done(&g.change);
	assert_true(grant_renewable(w->n, p, mono_of(w)));
}

/* Import a lease; what is refused leaves nothing behind. */
static uint8_t
import(struct world *w, const char *name, int key, const char *addr,
    uint32_t ttl)
{
	struct import im = { prefix_of(addr), ttl };
	uint8_t k[WGKEY_LEN], code;
	struct grant g;
	char *before;

	peers_key(key, k);
	before = peers_picture(w, true);
	code = grant_import(&w->reg, w->n, name, "who", k, &im, mono_of(w),
	    wall_of(w), &g);
	if (code != LEASE_OK_NEW) {
		peers_same(before, peers_picture(w, true));
		return (code);
	}
	change_undo(&g.change, &w->reg);
	peers_same(before, peers_picture(w, true));
	assert_int_equal(grant_import(&w->reg, w->n, name, "who", k, &im,
			     mono_of(w), wall_of(w), &g),
	    LEASE_OK_NEW);
	assert_true(g.store && g.wish && !g.renewed_only);
	assert_true(
	    prefix_equal(&peer_addr(g.peer, im.addr.family)->p, &im.addr));
	/* The other family comes from the pools. */
	assert_int_equal(g.peer->naddrs, 2);
	change_done(&g.change);
	peers_check(w);
	return (code);
}

/* A lease of another gateway has its address and the time that is left. */
static void
imports(void **state)
{
	struct world *w = *state;
	struct prefix had;
	struct grant g;
	struct peer *p;

	had = prefix_of("10.0.1.5");
	assert_int_equal(import(w, "a", 1, "10.0.1.5", 40), LEASE_OK_NEW);
	p = peer_by_name(w->n, "a");
	assert_int_equal(peer_ttl(p, mono_of(w)), 40);
	assert_int_equal(p->expires, wall_of(w).s + 40);
	assert_int_equal(import(w, "a", 1, "10.0.1.5", 60), LEASE_OK_SAME);
	assert_int_equal(import(w, "a", 1, "10.0.1.4", 60), LEASE_E_ADDR_TAKEN);
	assert_int_equal(import(w, "a", 2, "10.0.1.5", 60), LEASE_E_ADDR_TAKEN);
	assert_int_equal(import(w, "b", 2, "10.0.1.5", 60), LEASE_E_ADDR_TAKEN);
	assert_int_equal(import(w, "b", 1, "10.0.1.4", 60), LEASE_E_KEY_TAKEN);
	assert_int_equal(import(w, "b", 2, "10.9.0.1", 60), LEASE_E_OUTSIDE);
	assert_int_equal(import(w, "b", 2, "10.0.0.1", 60), LEASE_E_OUTSIDE);
	assert_int_equal(import(w, "b", 2, "fd00::9", 60), LEASE_E_OUTSIDE);
	assert_int_equal(import(w, "b", 2, "fd00::5", 3600), LEASE_OK_NEW);
	assert_int_equal(peer_ttl(peer_by_name(w->n, "b"), mono_of(w)),
	    LEASE_S);
	/* Its own registration renews it as any other. */
	assert_int_equal(peers_register(w, "a", 1, &g), LEASE_OK_SAME);
	change_done(&g.change);
	assert_true(prefix_equal(&peer_addr(p, AF_INET)->p, &had));
	assert_int_equal(peer_ttl(p, mono_of(w)), LEASE_S);
	/* What has ended is no obstacle, when its addresses have rested. */
	grant_end(&w->reg, p, mono_of(w), wall_of(w), &g);
	change_done(&g.change);
	assert_int_equal(import(w, "c", 3, "10.0.1.5", 60), LEASE_E_ADDR_TAKEN);
	assert_int_equal(import(w, "a", 1, "10.0.1.4", 60), LEASE_OK_NEW);
	grant_end(&w->reg, p, mono_of(w), wall_of(w), &g);
	change_done(&g.change);
	w->s += REST_S;
	assert_int_equal(import(w, "c", 3, "10.0.1.4", 60), LEASE_OK_NEW);
}

/* What is left comes from the wall clock only at the start, and is bounded. */
static void
clocks(void **state)
{
	struct world *w = *state;
	struct grant g;
	struct peer *p;
	struct wall back;

	assert_int_equal(peers_register(w, "a", 1, &g), LEASE_OK_NEW);
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
	assert_int_equal(peers_register(w, "a", 1, &g), LEASE_OK_NEW);
	assert_true(g.store && g.wish);
	change_done(&g.change);
	assert_int_equal(w->reg.heap_n, 0);
	assert_int_equal(peers_register(w, "a", 1, &g), LEASE_OK_SAME);
	assert_true(!g.store && g.wish); /* still pending */
	change_done(&g.change);
	peer_set_state(g.peer, LEASE_ACTIVE, false);
	assert_int_equal(peers_register(w, "a", 1, &g), LEASE_OK_SAME);
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
			if (peers_change_lease(w, &g[n]))
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
		before = peers_picture(w, false);
		world_close(w);
		world_open(w);
		peers_same(before, peers_picture(w, false));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(random_leases, peers_setup,
		    peers_teardown),
		cmocka_unit_test_setup_teardown(pool_changes, peers_setup,
		    peers_teardown),
		cmocka_unit_test_setup_teardown(renewals, peers_setup,
		    peers_teardown),
		cmocka_unit_test_setup_teardown(imports, peers_setup,
		    peers_teardown),
		cmocka_unit_test_setup_teardown(clocks, peers_setup,
		    peers_teardown),
		cmocka_unit_test_setup_teardown(never, peers_setup,
		    peers_teardown),
		cmocka_unit_test_setup_teardown(reopen, peers_setup,
		    peers_teardown),
	};

	if (sodium_init() == -1)
		return (1);
	srandom(20240602);
	return (cmocka_run_group_tests_name("grant", tests, NULL, NULL));
}
