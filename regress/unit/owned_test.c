/* SPDX-License-Identifier: ISC */
/*
 * Peers with an owner beside leases: random changes of both, in transactions
 * of which some are taken back, against slow and simple rules; no address and
 * no key is ever held twice, and the database says the same.
 */

#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "store_rig.h"
#include "pool.h"
#include "row.h"
#include "rules.h"

#define KEYS	40
#define MAX	24

static const char *const owners[] = { "portal:a", "portal:b", "static" };

static struct prefix
P(const char *text) {
	struct prefix p;

	assert_int_equal(prefix_parse(text, &p), 0);
	return (p);
}

static int
setup(void **state)
{
	struct world *w;

	if ((w = world_new()) == NULL)
		return (-1);
	(void)strlcpy(w->conf.name, "net", sizeof(w->conf.name));
	w->conf.assign = ASSIGN_POOL;
	w->conf.lease = 300;
	w->conf.quarantine = 100;
	w->conf.max_peers = MAX;
	w->conf.npools = 2;
	w->conf.pools[0] = P("10.0.0.0/27");
	w->conf.pools[1] = P("fd00::/123");
	w->conf.nreserve = 1;
	w->conf.reserve[0] = P("10.0.0.16/29");
	w->conf.naddrs = 2;
	w->conf.addrs[0] = P("10.0.0.1/27");
	w->conf.addrs[1] = P("fd00::1/64");
	*state = w;
	return (0);
}

static int
teardown(void **state)
{
	world_free(*state);
	return (0);
}

static void
key_of(int i, uint8_t key[WGKEY_LEN])
{
	memset(key, i + 1, WGKEY_LEN);
}

/* All that can be seen, as text. */
static char *
picture(const struct world *w)
{
	char text[PREFIX_TEXT], *p;
	struct lease *l;
	struct owned *o;
	struct owner *owner;
	size_t len;
	FILE *f;
	uint8_t i;

	f = open_memstream(&p, &len);
	RB_FOREACH(l, lease_tree, &w->n->byname)
		fprintf(f, "%s %d %d %d %02x %02x %d\n", l->name, l->key[0],
		    l->state == LEASE_EXPIRED, l->has,
		    l->has & 1 ? l->addr4[3] : 0, l->has & 2 ? l->addr6[15] : 0,
		    l->held);
	RB_FOREACH(o, owned_bynet, &w->n->owned) {
		fprintf(f, "%d %s %s %lld %lld", o->key[0], o->owner->name,
		    o->name, (long long)o->created, (long long)o->rx);
		for (i = 0; i < o->naddrs; i++)
			fprintf(f, " %s%s", prefix_format(&o->addrs[i].p, text),
			    o->addrs[i].held ? "*" : "");
		fprintf(f, "\n");
	}
	TAILQ_FOREACH(owner, &w->n->owners, entry)
		if (owner->generation > 0)
			fprintf(f, "%s %llu %u\n", owner->name,
			    (unsigned long long)owner->generation,
			    owner->count);
	for (i = 0; i < w->n->npools; i++)
		fprintf(f, "%llu\n",
		    (unsigned long long)pool_used(w->n->pools[i]));
	fclose(f);
	return (p);
}

static void
same(char *a, char *b)
{
	if (strcmp(a, b) != 0)
		fail_msg("before:\n%safter:\n%s", a, b);
	free(a);
	free(b);
}

struct seen {
	struct prefix	 addrs[256];
	unsigned int	 naddrs, held;
	uint8_t		 keys[256];
	unsigned int	 nkeys;
};

static void
see_addr(struct seen *s, const struct prefix *p)
{
	unsigned int i;

	for (i = 0; i < s->naddrs; i++)
		assert_false(prefix_equal(&s->addrs[i], p));
	s->addrs[s->naddrs++] = *p;
}

static void
see_key(struct seen *s, uint8_t key)
{
	unsigned int i;

	for (i = 0; i < s->nkeys; i++)
		assert_int_not_equal(s->keys[i], key);
	s->keys[s->nkeys++] = key;
}

/* The invariant: no address and no key twice, and the pools know. */
static void
check(const struct world *w)
{
	struct prefix addrs[FAMS];
	struct seen s = { 0 };
	struct lease *l;
	struct owned *o;
	uint64_t used = 0;
	unsigned int i, n;

	RB_FOREACH(l, lease_tree, &w->n->byname) {
		n = lease_addrs(l, addrs);
		for (i = 0; i < n; i++)
			see_addr(&s, &addrs[i]);
		s.held += (l->held & 1) + (l->held >> 1 & 1);
		if (l->state != LEASE_EXPIRED)
			see_key(&s, l->key[0]);
	}
	RB_FOREACH(o, owned_bynet, &w->n->owned) {
		see_key(&s, o->key[0]);
		assert_ptr_equal(owned_by_key(w->n, o->key), o);
		for (i = 0; i < o->naddrs; i++) {
			see_addr(&s, &o->addrs[i].p);
			s.held += o->addrs[i].held;
			assert_ptr_equal(owned_by_addr(w->n, &o->addrs[i].p),
			    o);
		}
	}
	for (i = 0; i < w->n->npools; i++)
		used += pool_used(w->n->pools[i]);
	assert_int_equal(used, s.held);
	assert_true(w->n->live + w->n->nowned <= MAX);
}

/* By the rules, slowly: would this be refused, and how? */
static uint8_t
expect_put(const struct world *w, const char *owner, const uint8_t *key,
    const struct prefix *addrs, uint8_t n)
{
	struct prefix have[FAMS];
	struct lease *l;
	struct owned *o;
	uint8_t i, j, k;

	RB_FOREACH(l, lease_tree, &w->n->byname)
		if (l->state != LEASE_EXPIRED &&
		    memcmp(l->key, key, WGKEY_LEN) == 0)
			return (LEASE_E_KEY_TAKEN);
	RB_FOREACH(o, owned_bynet, &w->n->owned)
		if (memcmp(o->key, key, WGKEY_LEN) == 0 &&
		    strcmp(o->owner->name, owner) != 0)
			return (LEASE_E_KEY_TAKEN);
	for (i = 0; i < n; i++) {
		if (addrs[i].family == AF_INET ?
			(addrs[i].addr[3] == 0 || addrs[i].addr[3] >= 31) :
			(addrs[i].addr[15] == 0 || addrs[i].addr[15] >= 32))
			return (LEASE_E_OUTSIDE);
		if (addrs[i].addr[addrs[i].family == AF_INET ? 3 : 15] == 1)
			return (LEASE_E_ADDR_TAKEN);
		RB_FOREACH(l, lease_tree, &w->n->byname) {
			k = lease_addrs(l, have);
			for (j = 0; j < k; j++)
				if (prefix_equal(&have[j], &addrs[i]) &&
				    (l->state != LEASE_EXPIRED ||
					mono_cmp(l->ready, mono_of(w)) > 0))
					return (LEASE_E_ADDR_TAKEN);
		}
		RB_FOREACH(o, owned_bynet, &w->n->owned)
			for (j = 0; j < o->naddrs; j++)
				if (prefix_equal(&o->addrs[j].p, &addrs[i]) &&
				    strcmp(o->owner->name, owner) != 0)
					return (LEASE_E_ADDR_TAKEN);
	}
	return (LEASE_OK_SAME);
}

static uint8_t
random_addrs(struct prefix *addrs)
{
	uint8_t i, n = (uint8_t)(1 + random() % 3);

	for (i = 0; i < n; i++) {
		addrs[i] = P(random() % 2 ? "10.0.0.0/32" : "fd00::/128");
		addrs[i].addr[addrs[i].family == AF_INET ? 3 : 15] =
		    (uint8_t)(random() % 34);
	}
	return (owned_sort(addrs, n));
}

static void
put(struct world *w, struct oop *op)
{
	struct owner *o;
	struct owned *p, *q;
	struct prefix addrs[4];
	uint8_t key[WGKEY_LEN], n, want, code;
	char text[129];
	bool full;

	o = owner_get(w->n, owners[random() % 3]);
	key_of((int)(random() % KEYS), key);
	n = random_addrs(addrs);
	oop_begin(op, o);
	want = expect_put(w, o->name, key, addrs, n);
	code = oop_check(&w->b, o, key, addrs, n, mono_of(w), text,
	    sizeof(text));
	assert_int_equal(code, want);
	assert_int_equal(code == LEASE_OK_SAME, text[0] == '\0');
	if (code != LEASE_OK_SAME)
		return;
	full = w->n->live + w->n->nowned >= MAX;
	q = owned_by_key(w->n, key);
	code = oop_put(op, &w->b, key, random() % 3 ? "" : "label", addrs, n,
	    wall_of(w));
	if (q == NULL && full) {
		assert_int_equal(code, LEASE_E_POOL);
		assert_int_equal(op->n, 0);
		return;
	}
	p = owned_by_key(w->n, key);
	assert_non_null(p);
	assert_true(owned_same_addrs(p, addrs, n));
	assert_int_equal(code == LEASE_OK_NEW, q == NULL);
	assert_int_equal(code == LEASE_OK_SAME, op->n == 0);
	if (code == LEASE_OK_NEW)
		p->rx = (uint64_t)(random() % 100);
}

static void
drop(struct world *w, struct oop *op)
{
	struct owned *p;
	uint8_t key[WGKEY_LEN];

	key_of((int)(random() % KEYS), key);
	op->n = 0;
	if ((p = owned_by_key(w->n, key)) == NULL)
		return;
	oop_begin(op, p->owner);
	oop_drop(op, &w->b, p);
}

/* One change of a lease or of a peer, as the turn keeps it. */
struct any {
	bool		 owned;
	struct op	 op;
	struct oop	 oop;
};

/* Returns 1 if something changed. */
static int
change_lease(struct world *w, struct op *op)
{
	uint8_t key[WGKEY_LEN];
	struct lease *l;
	char name[16];

	snprintf(name, sizeof(name), "n%d", (int)(random() % 20));
	key_of((int)(random() % KEYS), key);
	l = lease_find(w->n, name);
	if (random() % 2 == 0 && l != NULL && l->state != LEASE_EXPIRED)
		grant_end(&w->b, l, mono_of(w), wall_of(w), op);
	else if (grant_register(&w->b, w->n, name, "who", key, mono_of(w),
	    wall_of(w), op) >= LEASE_E_KEY)
		return (0);
	assert_int_equal(store(w, op), 0);
	return (1);
}

static int
change(struct world *w, struct any *a)
{
	memset(a, 0, sizeof(*a));
	if (random() % 3 == 0)
		return (change_lease(w, &a->op));
	a->owned = true;
	if (random() % 3 == 0)
		drop(w, &a->oop);
	else
		put(w, &a->oop);
	if (a->oop.n == 0)
		return (0);
	assert_int_equal(row_put_owner(w->store, a->oop.owner), 0);
	assert_int_equal(row_put_changes(w->store, &a->oop, 0), 0);
	return (1);
}

static void
finish(struct world *w, struct any *a, int n, bool undo)
{
	while (undo && n-- > 0)
		if (a[n].owned)
			oop_undo(&a[n].oop, &w->b);
		else
			grant_undo(&w->b, &a[n].op);
	while (!undo && n-- > 0)
		if (a[n].owned)
			oop_done(&a[n].oop);
		else
			grant_done(&a[n].op);
}

static void
write_stats(struct world *w)
{
	struct owned *p;

	RB_FOREACH(p, owned_bynet, &w->n->owned)
		assert_int_equal(row_put_owned_counters(w->store, p), 0);
}

static void
model(void **state)
{
	struct world *w = *state;
	struct any all[8];
	char *before;
	int i, k, n;
	bool undo;

	world_open(w);
	for (i = 0; i < 3000; i++) {
		w->s += random() % 40;
		undo = random() % 3 == 0;
		before = picture(w);
		assert_int_equal(store_begin(w->store), 0);
		for (n = k = 0; k < 8; k++) {
			n += change(w, &all[n]);
			check(w);
		}
		if (undo)
			store_rollback(w->store);
		else {
			write_stats(w);
			assert_int_equal(store_commit(w->store), 0);
		}
		finish(w, all, n, undo);
		check(w);
		if (undo)
			same(before, picture(w));
		else
			free(before);
		if (i % 100 != 99)
			continue;
		before = picture(w);
		world_close(w);
		world_open(w);
		check(w);
		same(before, picture(w));
	}
	world_close(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(model, setup, teardown),
	};

	if (sodium_init() == -1)
		return (1);
	srandom(20261122);
	return (cmocka_run_group_tests_name("owned", tests, NULL, NULL));
}
