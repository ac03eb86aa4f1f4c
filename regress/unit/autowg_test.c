/* SPDX-License-Identifier: ISC */
/* autowg's bytes, as its client and dashboards know them. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "autowg.h"
#include "peerjson.h"

#define KEY	"aqIUKESXUZSIXgqF9v7kSaEtwtu95jkVlFWrW0y7rUw="
#define PSK	"FpCyhws9cxwWoV4xELtfJvjJN+zQVRPISllRWgeopVE="

static void
keys(void **state)
{
	static const struct {
		const char	*body;
		bool		 good;
	} cases[] = {
		{ KEY, true },
		{ KEY "\n", true },
		{ "\r\n  " KEY "\t", true },
		{ "aqIUKESXUZSIXgqF9v7k\nSaEtwtu95jkVlFWrW0y7rUw=", true },
		{ "\"" KEY "\"", true },
		{ "", false },
		{ "=", false },
		{ KEY "=", false },
		{ KEY KEY, false },
		{ "aqIUKESXUZSIXgqF9v7kSaEtwtu95jkVlFWrW0y7rUw", false },
		{ "aqIUKESXUZSIXgqF9v7kSaEtwtu95jkVlFWrW0y7rUx=", false },
		{ "\303\251" KEY, false },
		{ "key=" KEY, false },
	};
	struct autowg_keys k;
	uint8_t want[WGKEY_LEN];
	size_t i;
	int r;

	assert_int_equal(wgkey_parse(KEY, strlen(KEY), want), 0);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		r = autowg_parse(cases[i].body, strlen(cases[i].body), &k);
		if (r != (cases[i].good ? 0 : -1))
			fail_msg("case %zu: %d", i, r);
		if (r == 0)
			assert_memory_equal(k.pubkey, want, sizeof(want));
		assert_false(r == 0 && k.has_psk);
	}
}

static void
preshared(void **state)
{
	static const struct {
		const char	*body;
		int		 r;
		bool		 has;
	} cases[] = {
		{ KEY "\n" PSK, 0, true },
		{ KEY "\r\n" PSK "\n", 0, true },
		{ KEY "\n" PSK "\n\n", 0, true },
		{ " " KEY "\n\n \"" PSK "\"", 0, true },
		{ KEY, 0, false },
		{ KEY "\n", 0, false },
		{ KEY "\n\r\n \n", 0, false },
		{ KEY "\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", 0,
		    false },
		{ KEY "\nAAAA", -1, false },
		{ KEY "\n" PSK "\n" PSK, -1, false },
		{ KEY "\n" PSK "x", -1, false },
		{ KEY "\n\303\251" PSK, -1, false },
		{ "AAAA\n" PSK, -1, false },
		{ KEY KEY, -1, false },
		{ KEY " " PSK, -1, false },
		{ "", -1, false },
	};
	uint8_t key[WGKEY_LEN], psk[WGKEY_LEN];
	struct autowg_keys k;
	size_t i;

	assert_int_equal(wgkey_parse(KEY, strlen(KEY), key), 0);
	assert_int_equal(wgkey_parse(PSK, strlen(PSK), psk), 0);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (autowg_parse(cases[i].body, strlen(cases[i].body), &k) !=
			cases[i].r ||
		    k.has_psk != cases[i].has)
			fail_msg("case %zu", i);
		if (cases[i].r == 0)
			assert_memory_equal(k.pubkey, key, sizeof(key));
		if (cases[i].has)
			assert_memory_equal(k.psk, psk, sizeof(psk));
		else
			assert_true(sodium_is_zero(k.psk, sizeof(k.psk)));
	}
}

static void
lease(void **state)
{
	char buf[AUTOWG_LEASE_SIZE], host[HOST_SIZE];
	struct msg_conf_network net;
	struct msg_hand_server server;
	struct msg_lease_reply m;
	struct devconf d = { &m, &net, &server, "vpn.example.com" };
	int n;

	memset(&m, 0, sizeof(m));
	memset(&net, 0, sizeof(net));
	memset(&server, 0, sizeof(server));
	server.port = 53092;
	net.keepalive = 25;
	assert_int_equal(wgkey_parse(KEY, strlen(KEY), server.pubkey), 0);
	assert_int_equal(autowg_lease(&d, buf), -1);
	m.naddrs = 2;
	assert_int_equal(prefix_parse("100.64.1.1/32", &m.addrs[0]), 0);
	assert_int_equal(prefix_parse("fde3:25fb:7f6c:1::1", &m.addrs[1]), 0);
	assert_int_equal(autowg_lease(&d, buf), -1);
	net.nroutes = 3;
	assert_int_equal(prefix_parse("10.0.0.0/8", &net.routes[0]), 0);
	assert_int_equal(prefix_parse("fde3:25fb:7f6c::/48", &net.routes[1]),
	    0);
	assert_int_equal(prefix_parse("fd00::/8", &net.routes[2]), 0);
	n = autowg_lease(&d, buf);
	assert_string_equal(buf,
	    "endpoint=vpn.example.com:53092\n"
				 "pubkey=" KEY "\nroute=fde3:25fb:7f6c::/48\n"
				 "ip=fde3:25fb:7f6c:1::1\nkeepalive=25\n");
	assert_int_equal(n, (int)strlen(buf));
	d.endpoint = "2001:db8::1";
	assert_true(autowg_lease(&d, buf) > 0);
	assert_non_null(strstr(buf, "endpoint=[2001:db8::1]:53092\n"));
	/* The longest host there can be still fits. */
	memset(host, 'a', sizeof(host) - 1);
	host[sizeof(host) - 1] = '\0';
	d.endpoint = host;
	n = autowg_lease(&d, buf);
	assert_true(n > 0 && n < AUTOWG_LEASE_SIZE);
}

static void
list(void **state)
{
	char buf[PEERJSON_SIZE];
	struct msg_peer_item m;

	memset(&m, 0, sizeof(m));
	strlcpy(m.name, "23", sizeof(m.name));
	assert_int_equal(wgkey_parse(KEY, strlen(KEY), m.pubkey), 0);
	m.created = 1735689600;
	m.handshake = 1735776000;
	m.rx = UINT64_MAX;
	m.tx = 654321;
	m.naddrs = 1;
	assert_int_equal(prefix_parse("fde3::23", &m.addrs[0]), 0);
	assert_true(autowg_item(&m, buf, sizeof(buf)) > 0);
	assert_string_equal(buf,
	    "\n"
				 "    \"23\": {\n"
				 "        \"created\": 1735689600,\n"
				 "        \"ip\": \"fde3::23\",\n"
				 "        \"last_handshake\": 1735776000,\n"
				 "        \"pubkey\": \"" KEY "\",\n"
				 "        \"rx_bytes\": 18446744073709551615,\n"
				 "        \"tx_bytes\": 654321,\n"
				 "        \"using_psk\": false\n"
				 "    }");
	m.psk = 1;
	assert_true(autowg_item(&m, buf, sizeof(buf)) > 0);
	assert_non_null(strstr(buf, ",\n        \"using_psk\": true\n    }"));
	m.naddrs = 0;
	assert_true(autowg_item(&m, buf, sizeof(buf)) > 0);
	assert_non_null(strstr(buf, "\"ip\": \"\",\n"));
	/* A name that Python would have escaped, as it would. */
	strlcpy(m.name, "\"\303\251\360\237\230\200\\", sizeof(m.name));
	assert_true(autowg_item(&m, buf, sizeof(buf)) > 0);
	assert_non_null(strstr(buf, "\"\\\"\\u00e9\\ud83d\\ude00\\\\\": {"));
	/* The longest, six bytes for each character. */
	memset(m.name, 0x7f, sizeof(m.name) - 1);
	m.created = m.handshake = INT64_MAX;
	assert_true(autowg_item(&m, buf, sizeof(buf)) > 0);
	assert_int_equal(autowg_item(&m, buf, 100), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys),
		cmocka_unit_test(preshared),
		cmocka_unit_test(lease),
		cmocka_unit_test(list),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
