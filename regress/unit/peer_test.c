/* SPDX-License-Identifier: ISC */
/*
 * Peers with an owner: random changes against a naive model.  Invariant 1 of
 * the design holds after each, changes taken back leave nothing behind, and
 * what is committed comes back from the store the same.
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
#include "psk.h"
#include "own.h"
#include "row.h"

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
		if (last == 1 ||
		    prefix_contains(&w->n->conf.reserve[0], &addrs[i]))
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
		addrs[i] = prefix_of(
		    random() % 2 ? "10.0.0.0/32" : "fd00::/128");
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
	uint8_t key[WGKEY_LEN], psk[WGKEY_LEN], n, want, code;
	struct own_wish x = { .key = key,
		.name = "",
		.addrs = addrs,
		.psk = psk };
	char text[129];
	size_t first;
	bool full;

	o = owner_get(w->n, peers_owners[random() % 3]);
	peers_key((int)(random() % KEYS), key);
	n = random_addrs(addrs);
	change_begin(c, o);
	want = expect_put(w, o->name, key, addrs, n);
	x.naddrs = n;
	code = own_check(&w->reg, o, &x, false, mono_of(w), text, sizeof(text));
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
	x.name = random() % 3 ? "" : "label";
	x.psk_op = (uint8_t)(random() % (PSK_SET + 1));
	memset(psk, (int)(1 + random() % 2), sizeof(psk));
	code = own_put(c, &x, wall_of(w));
	if (q == NULL && full) {
		assert_int_equal(code, LEASE_E_POOL);
		assert_int_equal(c->n, 0);
		return;
	}
	p = peer_by_key(w->n, key);
	assert_non_null(p);
	assert_true(peer_has_addrs(p, addrs, n));
	if (x.psk_op != PSK_KEEP)
		assert_true(
		    psk_same(psk_of(p), x.psk_op == PSK_SET ? psk : NULL));
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
	peers_key((int)(random() % KEYS), key);
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
		if (!peers_change_lease(w, &g))
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
		before = peers_picture(w, true);
		assert_int_equal(store_begin(w->store), 0);
		for (n = k = 0; k < 8; k++) {
			n += change(w, &all[n]);
			peers_check(w);
		}
		if (undo) {
			store_rollback(w->store);
			while (n > 0)
				change_undo(&all[--n], &w->reg);
			peers_same(before, peers_picture(w, true));
		} else {
			free(before);
			write_counters(w);
			assert_int_equal(store_commit(w->store), 0);
			while (n > 0)
				change_done(&all[--n]);
		}
		peers_check(w);
		if (i % 100 != 99)
			continue;
		before = peers_picture(w, false);
		world_close(w);
		world_open(w);
		peers_check(w);
		peers_same(before, peers_picture(w, false));
	}
}

/* Places in the list are right whether their peer is there or not. */
static void
places(void **state)
{
	struct peer_place at = { .owned = false };
	struct world *w = *state;
	struct prefix addr = prefix_of("10.0.0.5/32");
	uint8_t key[WGKEY_LEN];
	struct own_wish x = { .key = key,
		.name = "x",
		.addrs = &addr,
		.naddrs = 1 };
	struct change c;
	struct owner *o;
	struct grant g;
	struct peer *p;

	assert_null(peer_behind(w->n, &at, NULL));
	assert_int_equal(peers_register(w, "b", 1, &g), LEASE_OK_NEW);
	change_done(&g.change);
	o = owner_get(w->n, "static");
	assert_null(peer_first_of(o));
	change_begin(&c, o);
	peers_key(2, key);
	assert_int_equal(own_put(&c, &x, wall_of(w)), LEASE_OK_NEW);
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

/* A name in its proof or behind it; an undone change leaves both as they were. */
static void
texts(void **state)
{
	static const char *const proofs[] = { "cn:b", "b", "", "cn:other",
		"cn:bb", "addr:200::1" };
	struct world *w = *state;
	char long_one[2 * PROOF_SIZE];
	struct change c;
	struct grant g;
	struct step *s;
	size_t i;

	assert_int_equal(peers_register(w, "b", 1, &g), LEASE_OK_NEW);
	change_done(&g.change);
	for (i = 0; i < sizeof(proofs) / sizeof(proofs[0]); i++) {
		change_begin(&c, NULL);
		s = change_log(&c, STEP_CHANGE, g.peer,
		    change_remember(g.peer));
		change_text(s, "b", "cn:c");
		assert_string_equal(peer_who(g.peer), "cn:c");
		change_text(s, "b", proofs[i]);
		assert_string_equal(g.peer->name, "b");
		assert_string_equal(peer_who(g.peer), proofs[i]);
		change_done(&c);
		change_begin(&c, NULL);
		s = change_log(&c, STEP_CHANGE, g.peer,
		    change_remember(g.peer));
		change_text(s, "b", "cn:c");
		change_undo(&c, &w->reg);
		assert_string_equal(g.peer->name, "b");
		assert_string_equal(peer_who(g.peer), proofs[i]);
	}
	memset(long_one, 'b', sizeof(long_one));
	long_one[sizeof(long_one) - 1] = '\0';
	peer_text_free(peer_set_text(g.peer, "b", long_one));
	assert_string_equal(g.peer->name, "b");
	assert_string_equal(peer_who(g.peer), "");
	assert_ptr_equal(peer_by_name(w->n, "b"), g.peer);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(random_owners,
		    peers_setup_owners, peers_teardown),
		cmocka_unit_test_setup_teardown(places, peers_setup_owners,
		    peers_teardown),
		cmocka_unit_test_setup_teardown(texts, peers_setup,
		    peers_teardown),
	};

	if (sodium_init() == -1)
		return (1);
	srandom(20240602);
	return (cmocka_run_group_tests_name("peer", tests, NULL, NULL));
}
