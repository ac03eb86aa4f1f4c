/* SPDX-License-Identifier: ISC */
/*
 * The lease machine: random changes against a naive model, invariant 1 of the
 * design after each, and changes taken back leave nothing behind.
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

#include "lease.h"
#include "pool.h"

#define NAMES	24
#define KEYS	30
#define LEASE_S	100
#define REST_S	50
#define MAX	10

struct model {
	bool		 known, live;
	int		 key;
	uint8_t		 addr[16];	/* the IPv6 one, last had */
	int64_t		 rests;		/* seconds */
};

struct world {
	struct broker	 b;
	struct lnet	*n;
	struct model	 m[NAMES];
	int64_t		 s;		/* the time */
};

static struct prefix
P(const char *text) {
	struct prefix p;

	assert_int_equal(prefix_parse(text, &p), 0);
	return (p);
}

static void
network(struct msg_conf_network *c)
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
world_init(struct world *w)
{
	struct msg_conf_network c;

	memset(w, 0, sizeof(*w));
	broker_init(&w->b);
	w->n = lnet_add(&w->b, "net", 1);
	network(&c);
	lnet_configure(&w->b, w->n, &c);
	w->s = 1000;
}

static struct mono
mono_of(const struct world *w)
{
	struct mono t = { w->s * INT64_C(1000000000) };

	return (t);
}

static struct wall
wall_of(const struct world *w)
{
	struct wall t = { w->s + 1700000000 };

	return (t);
}

static void
key_of(int i, uint8_t key[WGKEY_LEN])
{
	memset(key, i + 1, WGKEY_LEN);
}

/* Everything that can be seen, as text. */
static char *
picture(const struct world *w)
{
	struct mono ready;
	struct lease *l;
	uint8_t addr[16] = { 0 };
	unsigned int i;
	size_t len;
	char *text;
	FILE *f;

	f = open_memstream(&text, &len);
	RB_FOREACH(l, lease_tree, &w->n->byname)
		fprintf(f,
		    "%s %s %d %d %d %d %d %02x%02x%02x%02x %02x%02x "
		    "%lld %lld %lld %lld %lld %u\n",
		    l->name, lease_who(l), l->key[0], l->state, l->has, l->held,
		    l->outside, l->has & 1 ? l->addr4[0] : 0,
		    l->has & 1 ? l->addr4[1] : 0, l->has & 1 ? l->addr4[2] : 0,
		    l->has & 1 ? l->addr4[3] : 0, l->has & 2 ? l->addr6[0] : 0,
		    l->has & 2 ? l->addr6[15] : 0, (long long)l->created,
		    (long long)l->renewed, (long long)l->expires,
		    (long long)l->deadline.ns,
		    l->state == LEASE_EXPIRED ? (long long)l->ready.ns : 0LL,
		    l->heap != 0);
	for (i = 0; i < w->n->npools; i++)
		fprintf(f, "%llu %llu %llu %d %02x\n",
		    (unsigned long long)pool_used(w->n->pools[i]),
		    (unsigned long long)pool_resting(w->n->pools[i]),
		    (unsigned long long)pool_ranges(w->n->pools[i]),
		    pool_peek(w->n->pools[i], mono_of(w), addr, &ready),
		    addr[15]);
	fprintf(f, "%llu %llu %llu %u %zu\n", (unsigned long long)w->n->live,
	    (unsigned long long)w->n->pending,
	    (unsigned long long)w->n->outside, w->b.heap_n, w->n->keys.used);
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
check_pair(const struct lease *a, const struct lease *b)
{
	enum fam f;
	uint8_t x[16], y[16];

	assert_true(strcmp(a->name, b->name) != 0);
	if (a->state != LEASE_EXPIRED && b->state != LEASE_EXPIRED)
		assert_true(memcmp(a->key, b->key, WGKEY_LEN) != 0);
	for (f = FAM4; f <= FAM6; f++) {
		if ((a->has & b->has & FAM_BIT(f)) == 0)
			continue;
		lease_get_addr(a, f, x);
		lease_get_addr(b, f, y);
		assert_true(memcmp(x, y, sizeof(x)) != 0);
	}
}

/* Invariant 1, and the books agree with what they count. */
static void
check(const struct world *w)
{
	struct prefix addrs[FAMS], reserve = P("fd00::8/126");
	struct lease *l, *o;
	uint64_t live = 0, held = 0, used = 0;
	uint8_t addr[16];
	unsigned int i;
	enum fam f;

	RB_FOREACH(l, lease_tree, &w->n->byname) {
		RB_FOREACH(o, lease_tree, &w->n->byname)
			if (o != l)
				check_pair(l, o);
		live += lease_live(l);
		assert_ptr_equal(lease_find(w->n, l->name), l);
		if (l->state != LEASE_EXPIRED)
			assert_ptr_equal(lease_by_key(w->n, l->key), l);
		for (f = FAM4; f <= FAM6; f++) {
			if ((l->held & FAM_BIT(f)) == 0)
				continue;
			held++;
			lease_get_addr(l, f, addr);
			assert_ptr_equal(lease_by_addr(w->n, f, addr), l);
			assert_non_null(lnet_pool(w->n, f, addr));
		}
		if (!lease_live(l))
			continue;
		assert_int_equal(l->held, 3);
		assert_int_equal(lease_addrs(l, addrs), 2);
		assert_false(prefix_contains(&reserve, &addrs[1]));
		assert_true(addrs[1].addr[15] > 1);
	}
	for (i = 0; i < w->n->npools; i++)
		used += pool_used(w->n->pools[i]);
	assert_int_equal(used, held);
	assert_int_equal(live, w->n->live);
	assert_true(live <= MAX);
}

/* Who has or lately had this address? */
static int
holder(const struct world *w, const uint8_t *addr, int but)
{
	int i;

	for (i = 0; i < NAMES; i++)
		if (i != but && w->m[i].known &&
		    memcmp(w->m[i].addr, addr, 16) == 0 &&
		    (w->m[i].live || w->m[i].rests > w->s))
			return (i);
	return (-1);
}

static uint8_t
expect_register(const struct world *w, int name, int key)
{
	int i, live = 0;

	for (i = 0; i < NAMES; i++) {
		live += w->m[i].live;
		if (i != name && w->m[i].live && w->m[i].key == key)
			return (LEASE_E_KEY_TAKEN);
	}
	if (!w->m[name].live)
		return (live >= MAX ? LEASE_E_POOL : LEASE_OK_NEW);
	return (w->m[name].key == key ? LEASE_OK_SAME : LEASE_OK_REKEYED);
}

static void
do_register(struct world *w, int name, int key)
{
	struct model *m = &w->m[name], was = *m;
	uint8_t k[WGKEY_LEN], want, code;
	char text[16], *before, *after;
	bool undo = random() % 3 == 0;
	struct op op;
	int i;

	snprintf(text, sizeof(text), "n%d", name);
	key_of(key, k);
	want = expect_register(w, name, key);
	before = picture(w);
	code = grant_register(&w->b, w->n, text,
	    random() % 20 == 0 ? "other" : "who", k, mono_of(w), wall_of(w),
	    &op);
	/* Resting addresses may leave less room than max allows. */
	if (code == LEASE_E_POOL && want == LEASE_OK_NEW) {
		for (i = 0; i < NAMES; i++)
			if (w->m[i].known && !w->m[i].live &&
			    w->m[i].rests > w->s)
				break;
		assert_true(i < NAMES);
		want = code;
	}
	assert_int_equal(code, want);
	if (code >= LEASE_E_KEY || undo) {
		if (code < LEASE_E_KEY)
			grant_undo(&w->b, &op);
		after = picture(w);
		/* A renewal of the text of the proof is taken back as well. */
		same(before, after);
		return;
	}
	free(before);
	grant_done(&op);
	assert_int_equal(holder(w, op.lease->addr6, name), -1);
	if (was.live)
		assert_memory_equal(op.lease->addr6, was.addr, 16);
	else if (was.known && was.rests > w->s)
		assert_memory_equal(op.lease->addr6, was.addr, 16);
	m->known = m->live = true;
	m->key = key;
	memcpy(m->addr, op.lease->addr6, 16);
}

static void
do_end(struct world *w, int name)
{
	char text[16], *before, *after;
	struct lease *l;
	struct op op;

	snprintf(text, sizeof(text), "n%d", name);
	l = lease_find(w->n, text);
	assert_int_equal(l != NULL && lease_live(l), w->m[name].live);
	if (!w->m[name].live)
		return;
	before = picture(w);
	grant_end(&w->b, l, mono_of(w), wall_of(w), &op);
	if (random() % 3 == 0) {
		grant_undo(&w->b, &op);
		after = picture(w);
		same(before, after);
	} else {
		free(before);
		grant_done(&op);
		w->m[name].live = false;
		w->m[name].rests = w->s + REST_S;
	}
}

/* Several changes taken back together, the last first. */
static void
do_batch(struct world *w)
{
	uint8_t k[WGKEY_LEN];
	char text[16], *before, *after;
	struct lease *l;
	struct op ops[8];
	int i, n = 0;

	before = picture(w);
	for (i = 0; i < 8; i++) {
		snprintf(text, sizeof(text), "n%d", (int)(random() % NAMES));
		key_of((int)(random() % KEYS), k);
		l = lease_find(w->n, text);
		if (random() % 3 == 0 && l != NULL && lease_live(l)) {
			grant_end(&w->b, l, mono_of(w), wall_of(w), &ops[n++]);
			continue;
		}
		if (grant_register(&w->b, w->n, text, "batch", k, mono_of(w),
		    wall_of(w), &ops[n]) < LEASE_E_KEY)
			n++;
		check(w);
	}
	while (n > 0)
		grant_undo(&w->b, &ops[--n]);
	after = picture(w);
	same(before, after);
}

static void
do_expire(struct world *w)
{
	struct lease *l;
	struct op op;

	while ((l = deadline_first(&w->b)) != NULL &&
	    mono_cmp(l->deadline, mono_of(w)) <= 0) {
		if (l->state == LEASE_EXPIRED) {
			w->m[atoi(l->name + 1)].known = false;
			lease_free(&w->b, l);
			continue;
		}
		w->m[atoi(l->name + 1)].live = false;
		w->m[atoi(l->name + 1)].rests = w->s + REST_S;
		grant_end(&w->b, l, mono_of(w), wall_of(w), &op);
		grant_done(&op);
	}
}

static void
random_changes(void **state)
{
	struct msg_conf_network c;
	struct world w;
	int i;

	world_init(&w);
	network(&c);
	for (i = 0; i < 40000; i++) {
		w.s += random() % 4;
		if (random() % 5000 == 0)
			w.s += FORGET_S;
		do_expire(&w);
		switch (random() % 8) {
		case 0:
			do_end(&w, (int)(random() % NAMES));
			break;
		case 1:
			do_batch(&w);
			break;
		case 2:
			/* The same configuration again changes nothing. */
			lnet_configure(&w.b, w.n, &c);
			break;
		default:
			do_register(&w, (int)(random() % NAMES),
			    (int)(random() % KEYS));
			break;
		}
		check(&w);
	}
	broker_clear(&w.b);
}

static uint8_t
reg(struct world *w, const char *name, int key, struct op *op)
{
	uint8_t k[WGKEY_LEN];

	key_of(key, k);
	return (grant_register(&w->b, w->n, name, "who", k, mono_of(w),
	    wall_of(w), op));
}

/* A pool that goes leaves its leases outside; back, they are served again. */
static void
pool_changes(void **state)
{
	struct msg_conf_network c;
	struct world w;
	struct op op;
	uint8_t had[16];

	world_init(&w);
	network(&c);
	assert_int_equal(reg(&w, "a", 1, &op), LEASE_OK_NEW);
	grant_done(&op);
	memcpy(had, op.lease->addr6, 16);
	c.pools[1] = P("fd00:2::/124");
	lnet_configure(&w.b, w.n, &c);
	assert_int_equal(w.n->live, 0);
	assert_int_equal(w.n->outside, 1);
	/* Its key is still its own. */
	assert_int_equal(reg(&w, "b", 1, &op), LEASE_E_KEY_TAKEN);
	network(&c);
	lnet_configure(&w.b, w.n, &c);
	assert_int_equal(w.n->live, 1);
	assert_memory_equal(lease_find(w.n, "a")->addr6, had, 16);
	lnet_configure(&w.b, w.n, NULL);
	assert_int_equal(w.n->live, 0);
	lnet_configure(&w.b, w.n, &c);
	check(&w);
	assert_int_equal(reg(&w, "a", 1, &op), LEASE_OK_SAME);
	assert_true(op.renewed_only);
	/* One family less: it lets go of that address. */
	c.npools = 1;
	lnet_configure(&w.b, w.n, &c);
	assert_int_equal(reg(&w, "a", 1, &op), LEASE_OK_NEW);
	assert_int_equal(op.lease->has, FAM_BIT(FAM4));
	grant_done(&op);
	broker_clear(&w.b);
}

/* What is left comes from the wall clock only at the start, and is bounded. */
static void
clocks(void **state)
{
	struct world w;
	struct op op;
	struct lease *l;
	struct wall back;

	world_init(&w);
	assert_int_equal(reg(&w, "a", 1, &op), LEASE_OK_NEW);
	grant_done(&op);
	l = op.lease;
	assert_int_equal(lease_ttl(l, mono_of(&w)), LEASE_S);
	/* Loaded with the wall clock a day back: never more than it had. */
	back = wall_of(&w);
	back.s -= 86400;
	lease_load_deadline(&w.b, l, mono_of(&w), back);
	assert_int_equal(lease_ttl(l, mono_of(&w)), LEASE_S);
	back.s += 86400 + 60;
	lease_load_deadline(&w.b, l, mono_of(&w), back);
	assert_int_equal(lease_ttl(l, mono_of(&w)), LEASE_S - 60);
	back.s += LEASE_S;
	lease_load_deadline(&w.b, l, mono_of(&w), back);
	assert_int_equal(lease_ttl(l, mono_of(&w)), 0);
	broker_clear(&w.b);
}

/* A lease for ever: a renewal stores nothing and asks nobody. */
static void
never(void **state)
{
	struct world w;
	struct op op;

	world_init(&w);
	w.n->conf.lease = LEASE_NEVER;
	assert_int_equal(reg(&w, "a", 1, &op), LEASE_OK_NEW);
	assert_true(op.store && op.wish);
	grant_done(&op);
	assert_int_equal(w.b.heap_n, 0);
	assert_int_equal(reg(&w, "a", 1, &op), LEASE_OK_SAME);
	assert_true(!op.store && op.wish);	/* still pending */
	lease_set_state(op.lease, LEASE_ACTIVE, false);
	assert_int_equal(reg(&w, "a", 1, &op), LEASE_OK_SAME);
	assert_true(!op.store && !op.wish);
	broker_clear(&w.b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_changes),
		cmocka_unit_test(pool_changes),
		cmocka_unit_test(clocks),
		cmocka_unit_test(never),
	};

	if (sodium_init() == -1)
		return (1);
	srandom(20240602);
	return (cmocka_run_group_tests_name("lease", tests, NULL, NULL));
}
