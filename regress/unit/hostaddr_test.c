/* SPDX-License-Identifier: ISC */
/*
 * The addresses that no peer may have, and that leased's pools have the same
 * opinion of each address.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "hostaddr.h"
#include "pool.h"
#include "registry.h"
#include "reserve.h"

static struct prefix
P(const char *text) {
	struct prefix p;

	assert_int_equal(prefix_parse(text, &p), 0);
	return (p);
}

static struct msg_conf_network
small(void)
{
	struct msg_conf_network c;

	memset(&c, 0, sizeof(c));
	strlcpy(c.name, "net", sizeof(c.name));
	c.naddrs = 3;
	c.addrs[0] = P("10.1.0.1/22");
	c.addrs[1] = P("fd00::1/64");
	c.addrs[2] = P("10.1.1.77/32");
	c.npools = 6;
	c.pools[0].first = P("10.1.1.0/24");
	c.pools[1].first = P("fd00::/120");
	c.pools[2].first = P("10.1.3.254/31");
	c.pools[3].first = P("10.1.0.0/31");
	/* A range has no edges, and no address beside it. */
	(void)block_parse("10.1.2.4-10.1.2.9", &c.pools[4]);
	(void)block_parse("fd00::103-fd00::1fe", &c.pools[5]);
	c.nreserve = 3;
	c.reserve[0] = P("10.1.1.128/26");
	c.reserve[1] = P("10.1.1.9/32");
	c.reserve[2] = P("fd00::f0/124");
	return (c);
}

static void
one_by_one(void **state)
{
	static const struct {
		const char	*addr;
		enum hostaddr	 is;
	} list[] = {
		{ "10.1.1.1", HOSTADDR_OK },
		{ "fd00::2", HOSTADDR_OK },
		{ "10.1.1.127", HOSTADDR_OK },
		{ "fd00::ef", HOSTADDR_OK },
		{ "10.1.3.254", HOSTADDR_OK },	/* a /31 has no edges */
		{ "10.1.1.9", HOSTADDR_RESERVED },
		{ "10.1.1.128", HOSTADDR_RESERVED },
		{ "10.1.1.191", HOSTADDR_RESERVED },
		{ "fd00::f0", HOSTADDR_RESERVED },
		{ "10.1.0.1", HOSTADDR_GATEWAY },
		{ "10.1.1.77", HOSTADDR_GATEWAY },
		{ "fd00::1", HOSTADDR_GATEWAY },
		{ "10.1.1.0", HOSTADDR_OUTSIDE },	/* the pool's first */
		{ "10.1.1.255", HOSTADDR_OUTSIDE },	/* and last */
		{ "10.1.0.0", HOSTADDR_OUTSIDE },	/* the interface's */
		{ "10.1.3.255", HOSTADDR_OUTSIDE },
		{ "fd00::", HOSTADDR_OUTSIDE },
		{ "fd00::ff", HOSTADDR_RESERVED },
		{ "10.1.2.3", HOSTADDR_OUTSIDE },
		{ "10.1.2.4", HOSTADDR_OK },	/* the first of a range */
		{ "10.1.2.8", HOSTADDR_OK },
		{ "10.1.2.9", HOSTADDR_OK },	/* and the last */
		{ "10.1.2.10", HOSTADDR_OUTSIDE },
		{ "10.1.2.8/31", HOSTADDR_OUTSIDE },
		{ "fd00::102", HOSTADDR_OUTSIDE },
		{ "fd00::103", HOSTADDR_OK },
		{ "fd00::1fe", HOSTADDR_OK },
		{ "fd00::1ff", HOSTADDR_OUTSIDE },
		{ "::", HOSTADDR_OUTSIDE },
		{ "0.0.0.0", HOSTADDR_OUTSIDE },
		{ "::/0", HOSTADDR_OUTSIDE },
		{ "0.0.0.0/0", HOSTADDR_OUTSIDE },
		{ "10.1.1.2/31", HOSTADDR_OUTSIDE },
		{ "fd00::2/127", HOSTADDR_OUTSIDE },
		{ "10.1.1.128/26", HOSTADDR_OUTSIDE },
	};
	struct msg_conf_network c = small();
	struct prefix p;
	size_t i;

	for (i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		p = P(list[i].addr);
		if (hostaddr_check(&c, &p) != list[i].is)
			fail_msg("%s: %s", list[i].addr,
			    hostaddr_text(hostaddr_check(&c, &p)));
	}
	assert_string_equal(hostaddr_text(HOSTADDR_OK), "");
	memset(&p, 0, sizeof(p));
	assert_int_equal(hostaddr_check(&c, &p), HOSTADDR_OUTSIDE);
}

/* The pools give an address if and only if it is allowed. */
static void
as_pools(void **state)
{
	struct msg_conf_network c = small();
	struct registry r;
	struct network *n;
	struct prefix p;
	struct pool *pool;
	unsigned int i, given, had = 0;

	registry_init(&r);
	n = registry_add(&r, c.name, 1);
	registry_configure(n, &c);
	for (i = 0; i < 2048; i++) {
		p = P(i < 1024 ? "10.1.0.0" : "fd00::");
		if (i < 1024)
			p.addr[2] = (uint8_t)(i >> 8);
		else
			p.addr[14] = (uint8_t)(i >> 8 & 3);
		p.addr[i < 1024 ? 3 : 15] = (uint8_t)i;
		pool = network_pool(n, &p);
		given = pool != NULL && pool_take(pool, p.addr) == 0;
		had += given;
		if (given != (hostaddr_check(&c, &p) == HOSTADDR_OK))
			fail_msg("address %u of %s", i & 1023,
			    i < 1024 ? "10.1.0.0/22" : "fd00::/118");
		if (given)
			pool_give(pool, p.addr);
	}
	assert_int_equal(had,
	    (254 - 64 - 2) + (256 - 2 - 16) + 1 + 6 + (0x1fe - 0x103 + 1));
	registry_clear(&r);
}

/* The gateway's addresses elsewhere are reserved where a pool has them. */
static void
others(void **state)
{
	struct config *c;
	struct msg_conf_network *o, n;
	struct prefix p;
	unsigned int i, k;

	c = calloc(1, sizeof(*c));
	assert_non_null(c);
	c->nnetworks = 2;
	c->networks[0].msg = small();
	o = &c->networks[1].msg;
	strlcpy(o->name, "other", sizeof(o->name));
	o->naddrs = 3;
	o->addrs[0] = P("10.1.1.5/16");
	o->addrs[1] = P("192.0.2.1/24");
	o->addrs[2] = P("fd00::5/64");
	n = c->networks[0].msg;
	assert_int_equal(reserve_own(&n, c), 0);
	assert_int_equal(n.nreserve, 5);
	p = P("10.1.1.5");
	assert_int_equal(hostaddr_check(&n, &p), HOSTADDR_RESERVED);
	p = P("fd00::5");
	assert_int_equal(hostaddr_check(&n, &p), HOSTADDR_RESERVED);
	p = P("10.1.1.6");
	assert_int_equal(hostaddr_check(&n, &p), HOSTADDR_OK);
	for (i = 1; i < 9; i++) {
		o = &c->networks[i].msg;
		snprintf(o->name, sizeof(o->name), "n%u", i);
		o->naddrs = NET_ADDRS_MAX;
		for (k = 0; k < NET_ADDRS_MAX; k++) {
			o->addrs[k] = P("10.1.1.0/16");
			o->addrs[k].addr[3] = (uint8_t)(i * 10 + k);
		}
	}
	c->nnetworks = 8;
	n = c->networks[0].msg;
	assert_int_equal(reserve_own(&n, c), 0);
	c->nnetworks = 9;
	n = c->networks[0].msg;
	assert_int_equal(reserve_own(&n, c), -1);
	free(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_by_one),
		cmocka_unit_test(as_pools),
		cmocka_unit_test(others),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
