/* SPDX-License-Identifier: ISC */
/* Peers of a portal as JSON, and keys in paths. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "peerjson.h"

#define KEY	"+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/s="
#define URL	"-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_s"

static void
path_keys(void **state)
{
	static const char *const bad[] = { "", "x", KEY, URL "==", URL "x",
		"-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_t",
		"+_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_s",
		"=_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_s" };
	uint8_t key[WGKEY_LEN], want[WGKEY_LEN];
	size_t i;

	assert_int_equal(wgkey_parse(KEY, strlen(KEY), want), 0);
	assert_int_equal(peerjson_path_key(URL, strlen(URL), key), 0);
	assert_memory_equal(key, want, sizeof(key));
	memset(key, 0, sizeof(key));
	assert_int_equal(peerjson_path_key(URL "=", strlen(URL) + 1, key), 0);
	assert_memory_equal(key, want, sizeof(key));
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(peerjson_path_key(bad[i], strlen(bad[i]), key),
		    -1);
}

/* The largest peer there can be fits, and is JSON. */
static void
largest(void **state)
{
	struct msg_set_change change;
	char buf[PEERJSON_SIZE];
	struct msg_peer_item m;
	unsigned int i;
	json_t *v;
	int n;

	memset(&m, 0, sizeof(m));
	memset(m.name, '\x7f', sizeof(m.name) - 1);
	memset(m.pubkey, 0xfb, sizeof(m.pubkey));
	m.state = LEASE_PENDING;
	m.created = m.handshake = 1640698264;
	m.rx = m.tx = UINT64_MAX;
	m.naddrs = PEER_ADDRS_MAX;
	for (i = 0; i < m.naddrs; i++)
		assert_int_equal(
		    prefix_parse("fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128",
		    &m.addrs[i]),
		    0);
	assert_true((n = peerjson_native(&m, buf, sizeof(buf) - 1)) > 0);
	assert_null(json_loadb(buf, (size_t)n, 0, NULL));	/* 2^64 - 1 */
	m.rx = m.tx = INT64_MAX;
	n = peerjson_native(&m, buf, sizeof(buf) - 1);
	v = json_loadb(buf, (size_t)n, 0, NULL);
	assert_non_null(v);
	json_decref(v);
	assert_true(peerjson_portal(&m, buf, sizeof(buf) - 1) > 0);
	assert_int_equal(peerjson_portal(&m, buf, 100), -1);
	memset(&change, 0, sizeof(change));
	change.op = SET_REJECTED;
	change.code = LEASE_E_OUTSIDE;
	memset(change.text, '\x01', sizeof(change.text) - 1);
	n = peerjson_change(&change, buf, sizeof(buf));
	assert_true(n > 0);
	v = json_loadb(buf, (size_t)n, 0, NULL);
	assert_string_equal(json_string_value(json_object_get(v, "code")),
	    "address-outside");
	json_decref(v);
}

/* The preshared key is set, removed, or not spoken of. */
static void
preshared(void **state)
{
	static const struct {
		const char	*member;
		int		 op;		/* -1: refused */
	} cases[] = {
		{ "", PSK_KEEP },
		{ ",\"preshared_key\":null", PSK_REMOVE },
		{ ",\"preshared_key\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
		  "AAAAAAA=\"",
		    PSK_REMOVE },
		{ ",\"preshared_key\":\"" KEY "\"", PSK_SET },
		{ ",\"preshared_key\":true", -1 },
		{ ",\"preshared_key\":\"" KEY "=\"", -1 },
		{ ",\"preshared_key\":[\"" KEY "\"]", -1 },
	};
	const char *code, *detail;
	struct msg_owned_put m;
	uint8_t key[WGKEY_LEN];
	char text[256];
	size_t i;

	assert_int_equal(wgkey_parse(KEY, strlen(KEY), key), 0);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		memset(&m, 0, sizeof(m));
		(void)snprintf(text, sizeof(text),
		    "{\"addresses\":[\"10.0.0.1\"]%s}", cases[i].member);
		if (peerjson_parse(text, strlen(text), &m, &code, &detail) !=
		    (cases[i].op == -1 ? -1 : 0))
			fail_msg("%s", text);
		if (cases[i].op != -1)
			assert_int_equal(m.psk_op, cases[i].op);
		if (cases[i].op == PSK_SET)
			assert_memory_equal(m.psk, key, sizeof(key));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(preshared),
		cmocka_unit_test(path_keys),
		cmocka_unit_test(largest),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
