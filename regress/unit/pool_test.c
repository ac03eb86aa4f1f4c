/* SPDX-License-Identifier: ISC */
/*
 * The allocator against an oracle that keeps one byte for each address.
 */

#include <sys/socket.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "pool.h"

enum {
	O_FREE,
	O_SKIP,
	O_HELD,
	O_REST,
	O_OTHERS		/* a peer outside has it; may be claimed */
};

struct oracle {
	struct block	 block;
	struct prefix	 pool;		/* its first address */
	size_t		 n;
	uint8_t		*state;
	int64_t		*ready;
};

static struct prefix
P(const char *text) {
	struct prefix p;

	assert_int_equal(prefix_parse(text, &p), 0);
	return (p);
}

static struct block
B(const char *text) {
	struct block b;

	assert_int_equal(block_parse(text, &b), 0);
	return (b);
}

/* The i-th address of the pool; the host part fits 32 bits here. */
static void
nth(const struct oracle *o, size_t i, uint8_t addr[16])
{
	unsigned int len = o->pool.family == AF_INET ? 4 : 16, k;
	uint64_t carry = i;

	memset(addr, 0, 16);
	memcpy(addr, o->pool.addr, len);
	for (k = len; k > 0; k--) {
		carry += addr[k - 1];
		addr[k - 1] = carry & 0xff;
		carry >>= 8;
	}
}

static size_t
index_of(const struct oracle *o, const uint8_t *addr)
{
	unsigned int len = o->pool.family == AF_INET ? 4 : 16, k;
	size_t a = 0, b = 0;

	for (k = len - 4; k < len; k++) {
		a = a << 8 | addr[k];
		b = b << 8 | o->pool.addr[k];
	}
	return (a - b);
}

/* The addresses of the prefix that are free become of another state. */
static void
oracle_skip(struct oracle *o, const struct prefix *skip, uint8_t state)
{
	struct prefix host;
	size_t i;

	for (i = 0; i < o->n; i++) {
		host = o->pool;
		host.len = prefix_bits(&host);
		nth(o, i, host.addr);
		if (prefix_contains(skip, &host) && o->state[i] == O_FREE)
			o->state[i] = state;
	}
}

static void
oracle_init(struct oracle *o, const char *text)
{
	struct prefix last;
	bool whole;

	o->block = B(text);
	o->pool = block_first(&o->block);
	last = block_last(&o->block);
	o->n = index_of(o, last.addr) + 1;
	assert_true(o->n <= 65536);
	o->state = calloc(o->n, 1);
	o->ready = calloc(o->n, sizeof(*o->ready));
	whole = block_is_range(&o->block) || o->n < 4;
	if (!whole)
		o->state[0] = O_SKIP;
	if (!whole && o->pool.family == AF_INET)
		o->state[o->n - 1] = O_SKIP;
}

static void
oracle_clear(struct oracle *o)
{
	free(o->state);
	free(o->ready);
}

/* What the oracle would give: the lowest free, else the longest resting. */
static int
oracle_peek(const struct oracle *o, int64_t now, size_t *found)
{
	size_t i;
	int rc = -1;

	for (i = 0; i < o->n; i++)
		if (o->state[i] == O_FREE) {
			*found = i;
			return (0);
		}
	for (i = 0; i < o->n; i++)
		if (o->state[i] == O_REST && o->ready[i] <= now &&
		    (rc == -1 || o->ready[i] < o->ready[*found])) {
			*found = i;
			rc = 1;
		}
	return (rc);
}

static uint64_t
oracle_count(const struct oracle *o, uint8_t state)
{
	uint64_t n = 0;
	size_t i;

	for (i = 0; i < o->n; i++)
		n += o->state[i] == state;
	return (n);
}

static void
compare(const struct pool *p, const struct oracle *o, int64_t now)
{
	struct mono ready = { 0 }, t = { now };
	uint8_t addr[16];
	size_t want = 0;
	int rc;

	rc = oracle_peek(o, now, &want);
	assert_int_equal(pool_peek(p, t, addr, &ready), rc);
	if (rc != -1)
		assert_int_equal(index_of(o, addr), want);
	if (rc == 1)
		assert_int_equal(ready.ns, o->ready[want]);
	assert_int_equal(pool_size(p),
	    o->n - oracle_count(o, O_SKIP) - oracle_count(o, O_OTHERS));
	assert_int_equal(pool_used(p),
	    oracle_count(o, O_HELD) + oracle_count(o, O_REST));
	assert_int_equal(pool_resting(p), oracle_count(o, O_REST));
}

static void
random_step(struct pool *p, struct oracle *o, int64_t now)
{
	size_t i = (size_t)random() % o->n;
	struct mono ready;
	uint8_t addr[16];
	int rc;

	if (random() % 3 == 0) {
		ready.ns = 0;
		rc = pool_peek(p, (struct mono){ now }, addr, &ready);
		if (rc == -1)
			return;
		i = index_of(o, addr);
		if (rc == 1)
			assert_int_equal(pool_unrest(p, addr, ready), 0);
		else
			assert_int_equal(pool_take(p, addr), 0);
		o->state[i] = O_HELD;
		return;
	}
	nth(o, i, addr);
	switch (o->state[i]) {
	case O_SKIP:
		assert_int_equal(pool_take(p, addr), -1);
		assert_int_equal(pool_claim(p, addr), -1);
		break;
	case O_OTHERS:
		/* Claimed and given back: it is no lease's to have. */
		assert_int_equal(pool_take(p, addr), -1);
		assert_int_equal(pool_claim(p, addr), 0);
		pool_give(p, addr);
		break;
	case O_FREE:
		assert_int_equal(pool_claim(p, addr), -1);
		assert_int_equal(pool_take(p, addr), 0);
		o->state[i] = O_HELD;
		break;
	case O_HELD:
		assert_int_equal(pool_take(p, addr), -1);
		if (random() % 2) {
			pool_give(p, addr);
			o->state[i] = O_FREE;
		} else {
			/* Distinct, so that the order is. */
			ready.ns = now + 10 + random() % 1000 * 100000 +
			    (int64_t)i;
			pool_rest(p, addr, ready);
			o->state[i] = O_REST;
			o->ready[i] = ready.ns;
		}
		break;
	case O_REST:
		ready.ns = o->ready[i] + 1;
		assert_int_equal(pool_take(p, addr), -1);
		assert_int_equal(pool_unrest(p, addr, ready), -1);
		ready.ns = o->ready[i];
		assert_int_equal(pool_unrest(p, addr, ready), 0);
		o->state[i] = O_HELD;
		break;
	}
}

static void
random_pool(const char *text, const char *const *skip, unsigned int steps)
{
	struct oracle o;
	struct prefix s;
	struct pool *p;
	unsigned int i;
	int64_t now = 1000;

	oracle_init(&o, text);
	p = pool_new(&o.block, block_is_range(&o.block));
	for (; skip != NULL && *skip != NULL; skip++) {
		if (**skip == '+') {
			s = P(*skip + 1);
			oracle_skip(&o, &s, O_OTHERS);
			pool_reserve(p, &s);
			continue;
		}
		s = P(*skip);
		oracle_skip(&o, &s, O_SKIP);
		pool_skip(p, &s);
	}
	compare(p, &o, now);
	for (i = 0; i < steps; i++) {
		now += random() % 20000;
		random_step(p, &o, now);
		if (o.n <= 256 || i % 64 == 0)
			compare(p, &o, now);
	}
	pool_destroy(p);
	oracle_clear(&o);
}

static void
small_pools(void **state)
{
	static const char *const v4[] = { "10.0.0.4/30", "10.0.0.0/31",
		"10.0.0.7/32", "10.0.0.0/29", "192.168.7.0/28", "10.1.0.0/24",
		"255.255.255.0/24", "0.0.0.0/24", NULL };
	static const char *const v6[] = { "fd00::/126", "fd00::/127",
		"fd00::5/128", "fd00:1::ff00/120", "2001:db8::/112",
		"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ff00/120", "::/120", NULL };
	unsigned int i;

	for (i = 0; v4[i] != NULL; i++)
		random_pool(v4[i], NULL, 3000);
	for (i = 0; v6[i] != NULL; i++)
		random_pool(v6[i], NULL, 3000);
}

static void
reserved(void **state)
{
	static const char *const s4[] = { "10.1.0.0/28", "10.1.0.128/25",
		"10.1.0.16/32", "10.1.0.130/31", "10.9.0.0/16", NULL };
	static const char *const all[] = { "10.0.0.0/8", NULL };
	/* With a plus: a peer outside has it. */
	static const char *const others[] = { "10.1.0.0/28", "+10.1.0.12/30",
		"+10.1.0.14/31", "+10.1.0.77/32", "+10.1.0.64/27",
		"+10.1.0.255/32", NULL };
	static const char *const wide[] = { "10.1.0.3/32", "+10.0.0.0/8",
		NULL };
	static const char *const s6[] = { "fd00::1:0/120", "fd00::1:ffff/128",
		"fd00::1:8000/113", "fd00::1:10/124", NULL };

	random_pool("10.1.0.0/24", others, 5000);
	random_pool("10.1.0.0/24", wide, 500);
	random_pool("10.1.0.0/24", s4, 5000);
	random_pool("10.1.0.0/24", all, 100);
	random_pool("10.1.0.0/16", s4, 3000);
	random_pool("fd00::1:0/112", s6, 3000);
	random_pool("10.1.0.1-10.1.0.254", others, 5000);
	random_pool("10.1.0.1-10.1.0.254", wide, 500);
	random_pool("10.0.255.7-10.1.2.9", s4, 3000);
	random_pool("fd00::1:1-fd00::1:fffe", s6, 3000);
}

/* All of a range is leased, its first and last address, too. */
static void
range_pools(void **state)
{
	static const char *const text[] = { "10.0.0.0-10.0.0.255",
		"10.0.0.1-10.0.0.254", "10.0.0.5-10.0.0.5",
		"10.0.0.254-10.0.1.1", "255.255.255.250-255.255.255.255",
		"0.0.0.0-0.0.0.9", "fd00::-fd00::ff", "fd00::1-fd00::1",
		"fd00::fffe-fd00::1:1",
		"ffff:ffff:ffff:ffff:ffff:ffff:ffff:fff0-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
		NULL };
	unsigned int i;

	for (i = 0; text[i] != NULL; i++)
		random_pool(text[i], NULL, 3000);
}

/* Every address comes once, the end is said, and all that went back comes
 * again: nothing leaks. */
static void
exhaustion(void **state)
{
	static const char *const pools[] = { "10.0.0.0/30", "10.0.0.0/24",
		"10.0.0.0/16", "fd00::/112", NULL };
	struct mono now = { 5 }, ready;
	struct block block;
	struct pool *p;
	uint8_t addr[16], last[16];
	unsigned int i, bytes, round;
	uint64_t n;

	for (i = 0; pools[i] != NULL; i++) {
		block = B(pools[i]);
		bytes = prefix_bits(&block.first) / 8;
		p = pool_new(&block, false);
		for (round = 0; round < 2; round++) {
			memset(last, 0, sizeof(last));
			for (n = 0; pool_peek(p, now, addr, &ready) == 0; n++) {
				assert_true(memcmp(addr, last, 16) > 0);
				memcpy(last, addr, 16);
				assert_int_equal(pool_take(p, addr), 0);
			}
			assert_int_equal(n, pool_size(p));
			assert_int_equal(pool_peek(p, now, addr, &ready), -1);
			assert_int_equal(pool_ranges(p), 0);
			/* From the middle out, so that ranges grow together. */
			for (; n > 0; n--) {
				pool_give(p, last);
				if (last[bytes - 1]-- == 0)
					last[bytes - 2]--;
			}
			assert_int_equal(pool_used(p), 0);
			assert_int_equal(pool_ranges(p), 1);
		}
		pool_destroy(p);
	}
}

static void
quarantine(void **state)
{
	struct block block = B("10.0.0.0/30");
	struct mono now = { 100 }, at = { 500 }, ready;
	struct pool *p;
	uint8_t one[16], two[16], got[16];

	p = pool_new(&block, false);
	assert_int_equal(pool_peek(p, now, one, &ready), 0);
	assert_int_equal(pool_take(p, one), 0);
	assert_int_equal(pool_peek(p, now, two, &ready), 0);
	assert_int_equal(pool_take(p, two), 0);
	pool_rest(p, one, at);
	at.ns = 499;
	assert_int_equal(pool_peek(p, at, got, &ready), -1);
	at.ns = 500;
	assert_int_equal(pool_peek(p, at, got, &ready), 1);
	assert_memory_equal(got, one, 16);
	assert_int_equal(pool_unrest(p, one, ready), 0);
	assert_int_equal(pool_peek(p, at, got, &ready), -1);
	pool_destroy(p);
}

/* A /64 with a hundred thousand addresses in use costs one range, and huge
 * reserved prefixes nothing. */
static void
large(void **state)
{
	struct block block = B("fd00:1:2:3::/64"), every = B("::/0");
	struct prefix skip, all = P("::/0");
	struct mono now = { 0 }, ready;
	struct pool *p;
	uint8_t addr[16];
	unsigned int i;

	p = pool_new(&block, false);
	skip = P("fd00:1:2:3::/65");
	pool_skip(p, &skip);
	skip = P("fd00:1:2:3:c000::/66");
	pool_skip(p, &skip);
	assert_int_equal(pool_size(p), UINT64_C(1) << 62);
	for (i = 0; i < 100000; i++) {
		assert_int_equal(pool_peek(p, now, addr, &ready), 0);
		assert_int_equal(pool_take(p, addr), 0);
		assert_int_equal(pool_ranges(p), 1);
	}
	assert_int_equal(addr[8], 0x80);
	assert_int_equal(addr[13], (99999 >> 16) & 0xff);
	assert_int_equal(addr[15], 99999 & 0xff);
	pool_destroy(p);

	p = pool_new(&every, false);
	assert_true(pool_size(p) == UINT64_MAX);
	assert_int_equal(pool_peek(p, now, addr, &ready), 0);
	assert_int_equal(addr[15], 1);
	pool_skip(p, &all);
	assert_int_equal(pool_size(p), 0);
	assert_int_equal(pool_peek(p, now, addr, &ready), -1);
	pool_destroy(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(small_pools),
		cmocka_unit_test(reserved),
		cmocka_unit_test(range_pools),
		cmocka_unit_test(exhaustion),
		cmocka_unit_test(quarantine),
		cmocka_unit_test(large),
	};

	srandom(20240601);
	return (cmocka_run_group_tests_name("pool", tests, NULL, NULL));
}
