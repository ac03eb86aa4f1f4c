/* SPDX-License-Identifier: ISC */
/*
 * What leased may wish for, and all that it may not.
 */

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy.h"

struct fixture {
	struct msg_conf_network	 conf;
	struct policy		 policy;
	struct wanted		 wanted;
	struct msg_peer_set	 set;
	uint8_t			 foreign[2][WGKEY_LEN];
};

static void
prefix(struct prefix *p, const char *text)
{
	assert_int_equal(0, prefix_parse(text, p));
}

static void
key(uint8_t k[WGKEY_LEN], uint8_t n)
{
	memset(k, n, WGKEY_LEN);
	k[31] &= 0x7f;
}

static void
good_set(struct fixture *f, uint8_t n, const char *v6, const char *v4)
{
	memset(&f->set, 0, sizeof(f->set));
	(void)strlcpy(f->set.network, "devices", sizeof(f->set.network));
	key(f->set.pubkey, n);
	f->set.source = SOURCE_LEASE;
	f->set.ttl = LEASE_NEVER;
	f->set.naddrs = 2;
	prefix(&f->set.addrs[0], v6);
	prefix(&f->set.addrs[1], v4);
}

static int
setup(void **state)
{
	struct fixture	*f = calloc(1, sizeof(*f));

	(void)strlcpy(f->conf.name, "devices", sizeof(f->conf.name));
	f->conf.max_peers = 4;
	f->conf.naddrs = 2;
	prefix(&f->conf.addrs[0], "fd00::1/64");
	prefix(&f->conf.addrs[1], "10.0.0.1/16");
	f->conf.npools = 2;
	prefix(&f->conf.pools[0].first, "fd00::/64");
	prefix(&f->conf.pools[1].first, "10.0.1.0/24");
	key(f->foreign[0], 0x60);
	key(f->foreign[1], 0x61);
	f->policy.conf = &f->conf;
	f->policy.has_pub = true;
	key(f->policy.pub, 0x55);
	f->policy.limit = UINT32_MAX;
	f->policy.foreign = (const uint8_t (*)[WGKEY_LEN])f->foreign;
	f->policy.nforeign = 2;
	wanted_init(&f->wanted, NULL);
	good_set(f, 1, "fd00::10", "10.0.1.10");
	*state = f;
	return (0);
}

static int
teardown(void **state)
{
	struct fixture	*f = *state;

	wanted_clear(&f->wanted);
	free(f);
	return (0);
}

#define expect(f, code)							\
	assert_int_equal(code,						\
	    policy_check(&(f)->policy, &(f)->wanted, &(f)->set, false))

static void
want(struct fixture *f)
{
	assert_non_null(wanted_set(&f->wanted, f->set.pubkey, f->set.addrs,
	    f->set.naddrs, f->set.source));
}

static void
test_good(void **state)
{
	struct fixture	*f = *state;

	expect(f, PEER_OK);
	want(f);
	expect(f, PEER_OK);
}

/* Peers of a rendezvous have no addresses, and no others may be without. */
static void
test_rendezvous(void **state)
{
	struct fixture	*f = *state;

	f->set.naddrs = 0;
	expect(f, PEER_E_ADDR);
	f->conf.rendezvous = 1;
	f->conf.npools = f->conf.naddrs = 0;
	expect(f, PEER_OK);
	want(f);
	expect(f, PEER_OK);
	f->set.naddrs = 1;
	expect(f, PEER_E_ADDR);
}

static void
test_network(void **state)
{
	struct fixture	*f = *state;

	(void)strlcpy(f->set.network, "other", sizeof(f->set.network));
	expect(f, PEER_E_NETWORK);
}

static void
test_key(void **state)
{
	struct fixture	*f = *state;

	memset(f->set.pubkey, 0, WGKEY_LEN);
	expect(f, PEER_E_KEY);
	f->set.pubkey[0] = 1;
	expect(f, PEER_E_KEY);
	key(f->set.pubkey, 0x55);
	expect(f, PEER_E_KEY);
	key(f->set.pubkey, 0x60);
	expect(f, PEER_E_KEY);
	key(f->set.pubkey, 0x61);
	expect(f, PEER_E_KEY);
	key(f->set.pubkey, 0x62);
	expect(f, PEER_OK);
}

static void
test_addr(void **state)
{
	static const char *const bad[] = { "::/0", "0.0.0.0/0", "fd00::/64",
		"fd00::10/127", "fd00::1/128", "fd00:0:0:1::1/128",
		"10.0.1.0/24", "10.0.0.1/32", "10.0.2.1/32", "8.8.8.8/32" };
	struct fixture	*f = *state;
	size_t		 i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		prefix(&f->set.addrs[0], bad[i]);
		expect(f, PEER_E_ADDR);
	}
	prefix(&f->set.addrs[0], "fd00::10");
	expect(f, PEER_OK);
	f->set.addrs[1] = f->set.addrs[0];
	expect(f, PEER_E_ADDR);
	f->set.naddrs = 0;
	expect(f, PEER_E_ADDR);
}

/* Whose peer it is makes no difference. */
static void
test_reserved(void **state)
{
	static const char *const bad[] = { "10.0.1.0", "10.0.1.255",
		"10.0.1.64", "10.0.1.127", "10.0.1.9" };
	static const uint8_t sources[] = { SOURCE_LEASE, SOURCE_PORTAL,
		SOURCE_STATIC };
	struct fixture	*f = *state;
	size_t		 i, k;

	f->conf.nreserve = 2;
	prefix(&f->conf.reserve[0], "10.0.1.64/26");
	prefix(&f->conf.reserve[1], "10.0.1.9/32");
	for (k = 0; k < sizeof(sources); k++) {
		f->set.source = sources[k];
		for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
			prefix(&f->set.addrs[1], bad[i]);
			expect(f, PEER_E_ADDR);
		}
		prefix(&f->set.addrs[1], "10.0.1.63");
		expect(f, PEER_OK);
	}
}

static void
test_taken(void **state)
{
	struct fixture	*f = *state;

	want(f);
	good_set(f, 2, "fd00::11", "10.0.1.10");
	expect(f, PEER_E_ADDR);
	/* Unless it takes that key's place. */
	f->set.has_old = 1;
	key(f->set.old, 1);
	expect(f, PEER_OK);
	key(f->set.old, 3);
	expect(f, PEER_E_ADDR);
	f->set.has_old = 0;
	/* A sync replaces what was wished before it. */
	f->wanted.gen++;
	assert_int_equal(PEER_OK,
	    policy_check(&f->policy, &f->wanted, &f->set, true));
	want(f);
	good_set(f, 4, "fd00::11", "10.0.1.99");
	assert_int_equal(PEER_E_ADDR,
	    policy_check(&f->policy, &f->wanted, &f->set, true));
}

/* A peer on the interface keeps its addresses. */
static void
test_held(void **state)
{
	struct policy_held held[2];
	struct fixture	*f = *state;

	prefix(&held[0].addr, "10.0.1.10");
	key(held[0].key, 7);
	prefix(&held[1].addr, "10.0.1.99");
	key(held[1].key, 8);
	f->policy.held = held;
	f->policy.nheld = 2;
	expect(f, PEER_E_ADDR);
	assert_int_equal(PEER_E_ADDR,
	    policy_check(&f->policy, &f->wanted, &f->set, true));
	key(held[0].key, 1);
	expect(f, PEER_OK);
	/* It was ours before another program gave it to that peer. */
	want(f);
	key(held[0].key, 7);
	expect(f, PEER_OK);
}

/* A static peer with one prefix. */
static void
good_subnet(struct fixture *f, uint8_t n, const char *text)
{
	memset(&f->set, 0, sizeof(f->set));
	(void)strlcpy(f->set.network, "devices", sizeof(f->set.network));
	key(f->set.pubkey, n);
	f->set.source = SOURCE_STATIC;
	f->set.ttl = LEASE_NEVER;
	f->set.naddrs = 1;
	prefix(&f->set.addrs[0], text);
}

static void
subnets(struct fixture *f)
{
	f->conf.nsubnets = 2;
	prefix(&f->conf.subnets[0], "192.168.0.0/16");
	prefix(&f->conf.subnets[1], "fd01::/48");
}

/* Subnets are the configuration's, and the operator's peers have them. */
static void
test_subnet(void **state)
{
	static const char *const good[] = { "192.168.0.0/16", "fd01::/48",
		"192.168.7.0/24", "fd01:0:0:7::/64", "192.168.255.255" };
	static const char *const bad[] = { "192.168.0.0/15", "192.168.7.1/24",
		"192.169.0.0/24", "0.0.0.0/0", "128.0.0.0/1", "::/0",
		"fd01::/47", "fd00::/64", "10.0.1.0/24", "10.0.0.0/16" };
	struct fixture *f = *state;
	size_t i;

	good_subnet(f, 1, "192.168.7.0/24");
	expect(f, PEER_E_ADDR);
	subnets(f);
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		good_subnet(f, 1, good[i]);
		expect(f, PEER_OK);
		f->set.source = SOURCE_LEASE;
		expect(f, PEER_E_ADDR);
		f->set.source = SOURCE_PORTAL;
		expect(f, PEER_E_ADDR);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		good_subnet(f, 1, bad[i]);
		expect(f, PEER_E_ADDR);
	}
	/* Not twice in one peer, either, and beside an address. */
	good_subnet(f, 1, "192.168.7.0/24");
	f->set.naddrs = 2;
	prefix(&f->set.addrs[1], "192.168.7.0/24");
	expect(f, PEER_E_ADDR);
	prefix(&f->set.addrs[1], "192.168.7.128/25");
	expect(f, PEER_E_ADDR);
	prefix(&f->set.addrs[1], "192.168.0.0/16");
	expect(f, PEER_E_ADDR);
	prefix(&f->set.addrs[1], "10.0.1.10");
	expect(f, PEER_OK);
}

/* A subnet leads to one peer. */
static void
test_subnet_taken(void **state)
{
	static const char *const taken[] = { "192.168.7.0/24",
		"192.168.7.128/25", "192.168.7.9", "192.168.4.0/22",
		"192.168.0.0/16" };
	struct fixture *f = *state;
	size_t i;

	subnets(f);
	good_subnet(f, 1, "192.168.7.0/24");
	want(f);
	good_subnet(f, 3, "192.168.8.0/24");
	want(f);
	for (i = 0; i < sizeof(taken) / sizeof(taken[0]); i++) {
		good_subnet(f, 2, taken[i]);
		expect(f, PEER_E_ADDR);
		/* It may take that key's place. */
		f->set.has_old = 1;
		key(f->set.old, 1);
		expect(f, i < 4 ? PEER_OK : PEER_E_ADDR);
		key(f->set.old, 4);
		expect(f, PEER_E_ADDR);
		/* The peer that has the subnet may have more or less of it. */
		good_subnet(f, 1, taken[i]);
		expect(f, i < 4 ? PEER_OK : PEER_E_ADDR);
	}
	good_subnet(f, 2, "192.168.6.0/24");
	expect(f, PEER_OK);
	/* A sync replaces what was wished before it. */
	f->wanted.gen++;
	for (i = 0; i < sizeof(taken) / sizeof(taken[0]); i++) {
		good_subnet(f, 2, taken[i]);
		assert_int_equal(PEER_OK,
		    policy_check(&f->policy, &f->wanted, &f->set, true));
	}
	good_subnet(f, 2, "192.168.7.0/25");
	want(f);
	good_subnet(f, 4, "192.168.0.0/20");
	assert_int_equal(PEER_E_ADDR,
	    policy_check(&f->policy, &f->wanted, &f->set, true));
	good_subnet(f, 4, "192.168.7.64/26");
	assert_int_equal(PEER_E_ADDR,
	    policy_check(&f->policy, &f->wanted, &f->set, true));
	good_subnet(f, 4, "192.168.7.128/25");
	assert_int_equal(PEER_OK,
	    policy_check(&f->policy, &f->wanted, &f->set, true));
}

/* Prefixes of the host or of others on the interface stay theirs. */
static void
test_subnet_held(void **state)
{
	struct policy_held held[3];
	struct fixture *f = *state;
	struct prefix own;

	subnets(f);
	prefix(&held[0].addr, "0.0.0.0/0");
	key(held[0].key, 7);
	prefix(&held[1].addr, "192.168.0.0/20");
	key(held[1].key, 8);
	prefix(&held[2].addr, "192.168.32.5");
	key(held[2].key, 9);
	f->policy.held = held;
	f->policy.nheld = 3;
	good_subnet(f, 1, "192.168.7.0/24");
	expect(f, PEER_E_ADDR);
	good_subnet(f, 8, "192.168.7.0/24");
	expect(f, PEER_OK);
	good_subnet(f, 1, "192.168.32.0/24");
	expect(f, PEER_E_ADDR);
	good_subnet(f, 9, "192.168.32.0/24");
	expect(f, PEER_OK);
	/* A default route of theirs counts for nothing. */
	good_subnet(f, 1, "192.168.33.0/24");
	expect(f, PEER_OK);
	prefix(&own, "192.168.33.1/24");
	f->policy.host = &own;
	f->policy.nhost = 1;
	expect(f, PEER_E_ADDR);
	f->policy.nhost = 0;
	f->policy.own = &own;
	f->policy.nown = 1;
	expect(f, PEER_E_ADDR);
	good_subnet(f, 1, "192.168.34.0/24");
	expect(f, PEER_OK);
}

static void
test_max(void **state)
{
	struct fixture	*f = *state;
	char		 v6[32], v4[32];
	uint8_t		 i;

	for (i = 1; i <= 4; i++) {
		(void)snprintf(v6, sizeof(v6), "fd00::1%u", i);
		(void)snprintf(v4, sizeof(v4), "10.0.1.1%u", i);
		good_set(f, i, v6, v4);
		expect(f, PEER_OK);
		want(f);
	}
	good_set(f, 5, "fd00::25", "10.0.1.25");
	expect(f, PEER_E_MAX);
	/* Instead of another it may come. */
	f->set.has_old = 1;
	key(f->set.old, 2);
	expect(f, PEER_OK);
	good_set(f, 3, "fd00::25", "10.0.1.25");
	expect(f, PEER_OK);
	/* And what the back end takes is a limit too. */
	f->conf.max_peers = 100;
	f->policy.limit = 4;
	good_set(f, 5, "fd00::25", "10.0.1.25");
	expect(f, PEER_E_MAX);
}

/* A tunnel leads to the node of the key, and to nobody else. */
static void
test_tunnel(void **state)
{
	struct fixture	*f = *state;

	prefix(&f->set.remote, "207:fefe:fefe:fefe:fefe:fefe:fefe:fefe");
	expect(f, PEER_E_ADDR);
	f->conf.gre = 1;
	prefix(&f->conf.local, "200::1");
	expect(f, PEER_OK);
	f->set.source = SOURCE_STATIC;
	expect(f, PEER_E_ADDR);
	f->set.source = SOURCE_LEASE;
	prefix(&f->set.remote, "307:fefe:fefe:fefe::7");
	expect(f, PEER_OK);
	prefix(&f->set.remote, "207:fefe:fefe:fefe:fefe:fefe:fefe:fefd");
	expect(f, PEER_E_ADDR);
	prefix(&f->set.remote, "fd00::10");
	expect(f, PEER_E_ADDR);
	prefix(&f->set.remote, "10.0.1.10");
	expect(f, PEER_E_ADDR);
	memset(&f->set.remote, 0, sizeof(f->set.remote));
	expect(f, PEER_E_ADDR);
	prefix(&f->set.remote, "207:fefe:fefe:fefe:fefe:fefe:fefe:fefe");
	f->conf.local = f->set.remote;
	expect(f, PEER_E_ADDR);
}

#define fixture_test(t) cmocka_unit_test_setup_teardown(t, setup, teardown)

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		fixture_test(test_good),
		fixture_test(test_rendezvous),
		fixture_test(test_network),
		fixture_test(test_key),
		fixture_test(test_addr),
		fixture_test(test_reserved),
		fixture_test(test_taken),
		fixture_test(test_held),
		fixture_test(test_subnet),
		fixture_test(test_subnet_taken),
		fixture_test(test_subnet_held),
		fixture_test(test_max),
		fixture_test(test_tunnel),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
