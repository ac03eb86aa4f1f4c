/* SPDX-License-Identifier: ISC */
/*
 * Wishes and sync against a WireGuard in memory that takes allowed addresses
 * from one peer for another, as the real one does; and a plain table that
 * says what must come out.
 */

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto.h"
#include "reconcile.h"

#define KEYS	40
#define ADDRS	60
#define PER	3

/* Which key has an address; 0 is nobody.  Keys count from 1. */
struct device {
	bool	 there[KEYS + 1];
	int	 owner[ADDRS];
};

struct oracle {
	bool	 wanted[KEYS + 1];
	int	 addrs[KEYS + 1][PER];
	int	 n[KEYS + 1];
	int	 owner[ADDRS];
};

struct world {
	struct device	 dev;
	struct oracle	 must;
	struct wanted	 w;
	struct msg_conf_network	 conf;
};

static void
make_key(uint8_t k[WGKEY_LEN], int n)
{
	memset(k, 0, WGKEY_LEN);
	k[0] = (uint8_t)(n * 37);
	k[5] = (uint8_t)n;
}

static int
key_number(const uint8_t *k)
{
	return (k[5]);
}

static void
make_addr(struct prefix *p, int n)
{
	memset(p, 0, sizeof(*p));
	p->family = AF_INET;
	p->len = 32;
	p->addr[0] = 10;
	p->addr[3] = (uint8_t)n;
}

static void
device_remove(struct device *d, int key)
{
	int	 i;

	d->there[key] = false;
	for (i = 0; i < ADDRS; i++) {
		if (d->owner[i] == key)
			d->owner[i] = 0;
	}
}

static void
device_set(struct device *d, int key, const struct wish *x)
{
	int	 i;

	device_remove(d, key);
	d->there[key] = true;
	for (i = 0; i < x->naddrs; i++)
		d->owner[x->addrs[i].prefix.addr[3]] = key;
}

static struct snapshot *
device_dump(const struct device *d)
{
	struct snapshot	*s = snapshot_new();
	struct prefix	 p;
	uint8_t		 k[WGKEY_LEN];
	int		 i, j;

	assert_non_null(s);
	for (i = KEYS; i > 0; i--) {
		if (!d->there[i])
			continue;
		make_key(k, i);
		assert_non_null(snapshot_add_peer(s, k));
		for (j = ADDRS - 1; j >= 0; j--) {
			if (d->owner[j] != i)
				continue;
			make_addr(&p, j);
			assert_int_equal(0, snapshot_add_addr(s, &p));
		}
	}
	return (s);
}

/* Apply up to max chunks of a random size. */
static void
apply(struct world *w, size_t max)
{
	struct wish	*take[7];
	size_t		 i, n, chunk;
	int		 key;

	for (chunk = 0; chunk < max; chunk++) {
		n = wanted_take(&w->w, take, 1 + arc4random_uniform(7));
		if (n == 0)
			return;
		for (i = 0; i < n; i++) {
			key = key_number(take[i]->key);
			if (take[i]->wanted)
				device_set(&w->dev, key, take[i]);
			else
				device_remove(&w->dev, key);
			wanted_release(&w->w, take[i]);
		}
	}
}

static void
oracle_drop(struct oracle *o, int key)
{
	int	 i;

	o->wanted[key] = false;
	for (i = 0; i < ADDRS; i++) {
		if (o->owner[i] == key)
			o->owner[i] = 0;
	}
}

/* A wish for addresses nobody else wants. */
static void
wish(struct world *w, int key)
{
	struct prefix	 p[PER];
	struct wish	*x;
	uint8_t		 k[WGKEY_LEN];
	int		 n = 0, a, i;

	oracle_drop(&w->must, key);
	for (i = 0; i < PER; i++) {
		a = (int)arc4random_uniform(ADDRS);
		if (w->must.owner[a] != 0)
			continue;
		w->must.owner[a] = key;
		make_addr(&p[n++], a);
	}
	make_key(k, key);
	if (n == 0) {
		x = wanted_find(&w->w, k);
		if (x == NULL)
			return;
		wanted_drop(&w->w, x);
	} else {
		w->must.wanted[key] = true;
		x = wanted_set(&w->w, k, p, (uint8_t)n, SOURCE_LEASE);
		assert_non_null(x);
	}
	wanted_queue(&w->w, x, arc4random_uniform(2));
}

static void
unwish(struct world *w, int key)
{
	struct wish	*x;
	uint8_t		 k[WGKEY_LEN];

	oracle_drop(&w->must, key);
	make_key(k, key);
	x = wanted_find(&w->w, k);
	if (x == NULL)
		return;
	wanted_drop(&w->w, x);
	wanted_queue(&w->w, x, arc4random_uniform(2));
}

/* Somebody else changes the device. */
static void
meddle(struct world *w)
{
	int	 key = 1 + (int)arc4random_uniform(KEYS);

	if (arc4random_uniform(2))
		device_remove(&w->dev, key);
	else {
		w->dev.there[key] = true;
		w->dev.owner[arc4random_uniform(ADDRS)] = key;
	}
}

static void
compare(struct world *w)
{
	uint32_t	 count = 0;
	int		 i;

	for (i = 1; i <= KEYS; i++) {
		assert_int_equal(w->must.wanted[i], w->dev.there[i]);
		count += w->must.wanted[i];
	}
	for (i = 0; i < ADDRS; i++)
		assert_int_equal(w->must.owner[i], w->dev.owner[i]);
	assert_int_equal(count, w->w.count);
}

static void
sync(struct world *w, struct difference *d)
{
	struct snapshot	*s;

	s = device_dump(&w->dev);
	(void)reconcile_classify(s, &w->w, w->conf.adopt != 0,
	    &(struct reconcile_own){ .pools = NULL });
	assert_int_equal(0, reconcile_diff(&w->w, s, d));
	snapshot_free(s);
}

static void
test_oracle(void **state)
{
	struct world		 w;
	struct difference	 d;
	int			 round, i;

	memset(&w, 0, sizeof(w));
	wanted_init(&w.w, NULL);
	for (round = 0; round < 3000; round++) {
		for (i = 0; i < 20; i++) {
			if (arc4random_uniform(3) == 0)
				unwish(&w, 1 + (int)arc4random_uniform(KEYS));
			else
				wish(&w, 1 + (int)arc4random_uniform(KEYS));
			if (arc4random_uniform(4) == 0)
				apply(&w, 1);
		}
		if (round % 2 == 0) {
			/* Wishes alone: the queues suffice. */
			apply(&w, SIZE_MAX);
			compare(&w);
		}
		for (i = 0; i < 5; i++)
			meddle(&w);
		sync(&w, &d);
		apply(&w, SIZE_MAX);
		compare(&w);
		sync(&w, &d);
		assert_int_equal(0, d.added + d.removed + d.changed);
		assert_int_equal(w.w.count, d.unchanged);
		assert_true(wanted_idle(&w.w));
	}
	wanted_clear(&w.w);
}

static void
add_peer(struct snapshot *s, int key, const char *addr)
{
	struct prefix	 p;
	uint8_t		 k[WGKEY_LEN];

	make_key(k, key);
	assert_non_null(snapshot_add_peer(s, k));
	if (addr == NULL)
		return;
	assert_int_equal(0, prefix_parse(addr, &p));
	assert_int_equal(0, snapshot_add_addr(s, &p));
}

static void
test_foreign(void **state)
{
	struct difference	 d;
	struct snapshot		*s = snapshot_new();
	struct wanted		 w;
	struct wish		*x;
	struct prefix		 pool, p;
	struct reconcile_own	 own = { .pools = &pool, .npools = 1 };
	uint8_t			 k[WGKEY_LEN];

	assert_int_equal(0, prefix_parse("10.0.0.0/24", &pool));
	wanted_init(&w, NULL);
	add_peer(s, 1, "192.0.2.0/24");
	add_peer(s, 2, "2001:db8::/32");
	add_peer(s, 3, NULL);
	add_peer(s, 4, "10.0.0.4/32");
	add_peer(s, 5, "0.0.0.0/0");
	add_peer(s, 6, NULL);
	make_key(k, 6);
	assert_int_equal(0, prefix_parse("10.0.0.6", &p));
	assert_non_null(wanted_set(&w, k, &p, 1, SOURCE_LEASE));
	assert_int_equal(4, reconcile_classify(s, &w, true, &own));
	assert_int_equal(0, reconcile_diff(&w, s, &d));
	/* 4 was ours once, 6 lost its address. */
	assert_int_equal(1, d.removed);
	assert_int_equal(1, d.changed);
	assert_int_equal(0, d.added);
	make_key(k, 1);
	assert_null(wanted_find(&w, k));
	make_key(k, 4);
	x = wanted_find(&w, k);
	assert_non_null(x);
	assert_false(x->wanted);
	/* On our own interface nobody is foreign. */
	assert_int_equal(0, reconcile_classify(s, &w, false, &own));
	wanted_clear(&w);
	snapshot_free(s);
}

/* A peer that we could not have set so is never ours to remove. */
static void
test_mixed(void **state)
{
	struct prefix		 pools[2], p;
	struct reconcile_own	 own = { .pools = pools, .npools = 2 };
	struct difference	 d;
	struct snapshot		*s = snapshot_new();
	struct wanted		 w;
	struct wish		*x;

	assert_int_equal(0, prefix_parse("10.0.0.0/24", &pools[0]));
	assert_int_equal(0, prefix_parse("fd00::/64", &pools[1]));
	wanted_init(&w, NULL);
	add_peer(s, 1, "10.0.0.1/32");
	assert_int_equal(0, prefix_parse("192.168.50.0/24", &p));
	assert_int_equal(0, snapshot_add_addr(s, &p));
	add_peer(s, 2, "10.0.0.2/32");
	s->peers[1].psk = 7;
	add_peer(s, 3, "10.0.0.8/29");
	add_peer(s, 4, "10.0.0.4/32");
	assert_int_equal(0, prefix_parse("fd00::4", &p));
	assert_int_equal(0, snapshot_add_addr(s, &p));
	w.collect = true;
	assert_int_equal(2, reconcile_classify(s, &w, true, &own));
	assert_true(s->peers[1].spared);
	assert_true(s->peers[3].spared);
	assert_int_equal(0, reconcile_diff(&w, s, &d));
	assert_int_equal(0, d.removed + d.changed + d.added);
	/* The time of grace is over. */
	RB_FOREACH(x, wish_tree, &w.keys)
		x->claim = false;
	assert_int_equal(2, reconcile_classify(s, &w, true, &own));
	assert_int_equal(0, reconcile_diff(&w, s, &d));
	assert_int_equal(2, d.removed);
	wanted_clear(&w);
	snapshot_free(s);
}

/* A subnet of the configuration is ours like a host in a pool. */
static void
test_subnets(void **state)
{
	struct prefix pool, subnets[2], p;
	struct reconcile_own own = { &pool, 1, subnets, 2 };
	struct snapshot *s = snapshot_new();
	struct wanted w;
	size_t i;

	assert_int_equal(0, prefix_parse("10.0.0.0/24", &pool));
	assert_int_equal(0, prefix_parse("192.168.0.0/16", &subnets[0]));
	assert_int_equal(0, prefix_parse("fd01::/48", &subnets[1]));
	wanted_init(&w, NULL);
	add_peer(s, 1, "10.0.0.1/32");
	assert_int_equal(0, prefix_parse("192.168.50.0/24", &p));
	assert_int_equal(0, snapshot_add_addr(s, &p));
	add_peer(s, 2, "192.168.0.0/16");
	add_peer(s, 3, "fd01:0:0:7::/64");
	add_peer(s, 4, "192.168.0.0/15");
	add_peer(s, 5, "10.0.0.8/29");
	add_peer(s, 6, "0.0.0.0/0");
	assert_int_equal(3, reconcile_classify(s, &w, true, &own));
	for (i = 0; i < s->npeers; i++)
		assert_int_equal(s->peers[i].foreign, i >= 3);
	wanted_clear(&w);
	snapshot_free(s);
}

/* What leased let go of before the first look is nobody's to claim. */
static void
test_ended(void **state)
{
	struct prefix pools[1];
	struct reconcile_own own = { .pools = pools, .npools = 1 };
	struct snapshot *s = snapshot_new();
	struct difference d;
	struct wanted w;
	struct wish *x;

	assert_int_equal(0, prefix_parse("10.0.0.0/24", &pools[0]));
	wanted_init(&w, NULL);
	add_peer(s, 1, "10.0.0.1/32");
	add_peer(s, 2, "10.0.0.2/32");
	add_peer(s, 3, "192.168.50.0/24");
	assert_non_null(x = wanted_stray(&w, s->peers[0].key));
	x->ended = true;
	/* A foreign peer stays, whatever leased says. */
	assert_non_null(x = wanted_stray(&w, s->peers[2].key));
	x->ended = true;
	w.collect = true;
	assert_int_equal(1, reconcile_classify(s, &w, true, &own));
	assert_false(s->peers[0].spared);
	assert_true(s->peers[1].spared);
	assert_int_equal(0, reconcile_diff(&w, s, &d));
	assert_int_equal(1, d.removed);
	assert_true(wanted_find(&w, s->peers[0].key)->queued);
	assert_false(wanted_find(&w, s->peers[2].key)->queued);
	wanted_forget_ended(&w);
	assert_null(wanted_find(&w, s->peers[2].key));
	assert_non_null(wanted_find(&w, s->peers[1].key));
	wanted_clear(&w);
	snapshot_free(s);
}

/* A preshared key that is another, one too many or missing is a difference. */
static void
test_psk(void **state)
{
	static const struct {
		uint8_t		 wanted, live;	/* 0: none */
		bool		 differs;
	} cases[] = { { 0, 0, false }, { 1, 1, false }, { 2, 2, false },
		{ 1, 2, true }, { 1, 0, true }, { 0, 1, true } };
	uint8_t			 k[WGKEY_LEN], psk[WGKEY_LEN];
	struct difference	 d;
	struct snapshot		*s;
	struct wanted		 w;
	struct wish		*x;
	struct prefix		 p;
	size_t			 i;

	memset(psk, 0, sizeof(psk));
	assert_int_equal(0, snapshot_psk(psk));
	assert_int_equal(0, prefix_parse("10.0.0.1", &p));
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		s = snapshot_new();
		wanted_init(&w, NULL);
		make_key(k, 1);
		x = wanted_set(&w, k, &p, 1, SOURCE_LEASE);
		assert_non_null(x);
		memset(psk, cases[i].wanted, sizeof(psk));
		assert_int_equal(0,
		    wanted_psk(x, cases[i].wanted == 0 ? NULL : psk));
		/* Other addresses leave it as it is. */
		assert_ptr_equal(wanted_set(&w, k, &p, 1, SOURCE_LEASE), x);
		add_peer(s, 1, "10.0.0.1/32");
		memset(psk, cases[i].live, sizeof(psk));
		s->peers[0].psk = snapshot_psk(psk);
		assert_int_equal(0, reconcile_diff(&w, s, &d));
		assert_int_equal(cases[i].differs, d.changed);
		assert_int_equal(cases[i].differs, d.psks);
		assert_int_equal(!cases[i].differs, d.unchanged);
		wanted_drop(&w, x);
		assert_null(x->psk);
		wanted_clear(&w);
		snapshot_free(s);
	}
}

static void
test_pair(void **state)
{
	struct wanted	 w;
	struct wish	*x[5], *take[4];
	struct prefix	 p;
	uint8_t		 k[WGKEY_LEN];
	int		 i;

	wanted_init(&w, NULL);
	for (i = 0; i < 5; i++) {
		make_key(k, i + 1);
		make_addr(&p, i);
		x[i] = wanted_set(&w, k, &p, 1, SOURCE_LEASE);
		wanted_queue(&w, x[i], true);
	}
	/* Old and new key do not part at the end of a chunk. */
	x[3]->pair = true;
	assert_int_equal(3, wanted_take(&w, take, 4));
	assert_int_equal(2, wanted_take(&w, take, 4));
	assert_ptr_equal(x[3], take[0]);
	wanted_clear(&w);
}

/* A new key with the addresses of the one it replaces. */
static void
test_takeover(void **state)
{
	struct wanted	 w;
	struct wish	*old, *new;
	struct prefix	 p;
	uint8_t		 k[WGKEY_LEN];

	wanted_init(&w, NULL);
	make_addr(&p, 9);
	make_key(k, 1);
	old = wanted_set(&w, k, &p, 1, SOURCE_LEASE);
	make_key(k, 2);
	new = wanted_set(&w, k, &p, 1, SOURCE_LEASE);
	assert_ptr_equal(new, wanted_owner(&w, &p));
	wanted_drop(&w, old);
	wanted_release(&w, old);
	assert_ptr_equal(new, wanted_owner(&w, &p));
	assert_int_equal(1, w.count);
	wanted_drop(&w, new);
	assert_null(wanted_owner(&w, &p));
	wanted_clear(&w);
}

/* A tunnel that ends elsewhere is another one. */
static void
test_remote(void **state)
{
	struct difference d;
	struct snapshot	*s;
	struct wanted	 w;
	struct wish	*x;
	struct prefix	 p, end;
	uint8_t		 k[WGKEY_LEN];

	wanted_init(&w, NULL);
	make_addr(&p, 9);
	make_key(k, 1);
	x = wanted_set(&w, k, &p, 1, SOURCE_LEASE);
	assert_int_equal(0, prefix_parse("200::1", &end));
	s = snapshot_new();
	snapshot_add_peer(s, k)->endpoint = end;
	assert_int_equal(0, snapshot_add_addr(s, &p));
	/* Without tunnels, it is no matter where a peer is. */
	assert_int_equal(0, reconcile_diff(&w, s, &d));
	assert_int_equal(1, d.unchanged);
	x->remote = end;
	assert_int_equal(0, reconcile_diff(&w, s, &d));
	assert_int_equal(1, d.unchanged);
	x->remote.addr[15] = 2;
	assert_int_equal(0, reconcile_diff(&w, s, &d));
	assert_int_equal(1, d.changed);
	snapshot_free(s);
	wanted_clear(&w);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(test_oracle),
		cmocka_unit_test(test_foreign),
		cmocka_unit_test(test_mixed),
		cmocka_unit_test(test_psk),
		cmocka_unit_test(test_ended),
		cmocka_unit_test(test_subnets),
		cmocka_unit_test(test_pair),
		cmocka_unit_test(test_takeover),
		cmocka_unit_test(test_remote),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
