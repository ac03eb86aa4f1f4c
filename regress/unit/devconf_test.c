/* SPDX-License-Identifier: ISC */
/*
 * What leased may say of a lease, and the form of an endpoint.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "devconf.h"

static struct msg_conf_network net;
static struct msg_lease_reply reply;

static void
prefixes(struct prefix *dst, uint8_t *n, const char *text)
{
	char copy[256], *p, *list = copy;

	strlcpy(copy, text, sizeof(copy));
	for (*n = 0; (p = strsep(&list, " ")) != NULL;)
		if (*p != '\0')
			assert_int_equal(prefix_parse(p, &dst[(*n)++]), 0);
}

static int
setup(void **state)
{
	memset(&net, 0, sizeof(net));
	strlcpy(net.name, "devices", sizeof(net.name));
	prefixes(net.addrs, &net.naddrs, "10.0.0.1/16 fd00::1/48");
	net.npools = 2;
	assert_int_equal(block_parse("10.0.1.0/24", &net.pools[0]), 0);
	assert_int_equal(block_parse("fd00:0:0:1::/64", &net.pools[1]), 0);
	prefixes(net.reserve, &net.nreserve, "10.0.1.128/25");
	memset(&reply, 0, sizeof(reply));
	reply.code = LEASE_OK_NEW;
	reply.state = LEASE_ACTIVE;
	strlcpy(reply.network, "devices", sizeof(reply.network));
	strlcpy(reply.name, "dev", sizeof(reply.name));
	return (0);
}

/* Returns 0 if a device may be told these addresses. */
static int
says(const char *addrs)
{
	char why[256] = "";
	int r;

	prefixes(reply.addrs, &reply.naddrs, addrs);
	r = devconf_check(&reply, &net, "dev", why, sizeof(why));
	assert_int_equal(r == 0, why[0] == '\0');
	return (r);
}

static void
addresses(void **state)
{
	static const char *const bad[] = { "", "::/0", "0.0.0.0/0",
		"10.0.1.0/24", "fd00:0:0:1::/64", "10.0.1.2/31", "10.0.0.1",
		"10.0.1.0", "10.0.1.255", "10.0.1.200", "8.8.8.8", "fd00::1",
		"fd00:0:0:1::", "10.0.1.2 10.0.1.3",
		"fd00:0:0:1::2 fd00:0:0:1::3", "10.0.1.2 ::/0",
		"0.0.0.0/0 fd00:0:0:1::2", "10.0.1.2 fd00:0:0:1::2 10.0.1.3" };
	size_t i;

	assert_int_equal(says("10.0.1.2"), 0);
	assert_int_equal(says("fd00:0:0:1::2"), 0);
	assert_int_equal(says("10.0.1.2 fd00:0:0:1::2"), 0);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (says(bad[i]) == 0)
			fail_msg("a device is told '%s'", bad[i]);
	/* Nothing is left of this one, and no lie can be told instead. */
	reply.state = LEASE_OUTSIDE;
	assert_int_equal(says(""), 0);
	assert_int_equal(says("::/0"), -1);
	reply.state = LEASE_PARTLY;
	assert_int_equal(says("10.0.1.2"), 0);
	assert_int_equal(says("10.0.1.2 ::/0"), -1);
}

static void
others(void **state)
{
	strlcpy(reply.name, "dev2", sizeof(reply.name));
	assert_int_equal(says("10.0.1.2"), -1);
	strlcpy(reply.name, "dev", sizeof(reply.name));
	strlcpy(reply.network, "other", sizeof(reply.network));
	assert_int_equal(says("10.0.1.2"), -1);
}

static void
endpoints(void **state)
{
	struct msg_hand_server server = { "devices", { 0 }, 65535 };
	struct devconf d = { &reply, &net, &server, "vpn.example.com" };
	char text[DEVCONF_ENDPOINT], host[HOST_SIZE];

	assert_string_equal(devconf_endpoint(&d, text),
	    "vpn.example.com:65535");
	d.endpoint = "192.0.2.1";
	assert_string_equal(devconf_endpoint(&d, text), "192.0.2.1:65535");
	d.endpoint = "2001:db8::1";
	assert_string_equal(devconf_endpoint(&d, text), "[2001:db8::1]:65535");
	d.endpoint = "[2001:db8::1]";
	assert_string_equal(devconf_endpoint(&d, text), "[2001:db8::1]:65535");
	memset(host, ':', sizeof(host) - 1);
	host[sizeof(host) - 1] = '\0';
	d.endpoint = host;
	assert_int_equal(strlen(devconf_endpoint(&d, text)), HOST_SIZE + 7);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(addresses, setup),
		cmocka_unit_test_setup(others, setup),
		cmocka_unit_test_setup(endpoints, setup),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
