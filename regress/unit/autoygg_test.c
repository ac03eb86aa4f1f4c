/* SPDX-License-Identifier: ISC */
/* autoygg's bytes, as its client writes and reads them. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "autoygg.h"

#define K16	"0123456789abcdef"
#define KEY	K16 K16 K16 K16

static int
parse(const char *body, struct autoygg_wish *w)
{
	return (autoygg_parse(body, strlen(body), w));
}

static void
bodies(void **state)
{
	static const struct {
		const char	*body;
		int		 len;	/* the key's, or -1: refused */
	} cases[] = {
		{ "{\"PublicKey\":\"" KEY "\"}", 64 },
		{ " {\"publicKEY\" : \"" KEY "\"}\n", 64 },
		{ "{\"PublicKey\":\"" KEY "\",\"ID\":\"x\",\"foo\":[{}]}", 64 },
		{ "{\"PublicKey\":\"" KEY "\"} and more", 64 },
		{ "{\"PublicKey\":\"" KEY "\"}{", 64 },
		{ "{\"PublicKey\":\"x\",\"publickey\":\"" KEY "\"}", 64 },
		{ "{\"PublicKey\":\"" KEY "0\"}", 65 },
		{ "{\"PublicKey\":\"\"}", 0 },
		{ "{\"PublicKey\":null,\"ClientName\":null}", 0 },
		{ "{}", 0 },
		{ "null", 0 },
		{ "", -1 },
		{ "{", -1 },
		{ "[]", -1 },
		{ "\"x\"", -1 },
		{ "true", -1 },
		{ "{\"PublicKey\":1}", -1 },
		{ "{\"PublicKey\":{}}", -1 },
		{ "{\"ClientName\":1}", -1 },
		{ "{\"ClientVersion\":[]}", -1 },
		{ "{\"ClientEmail\":\"a\\nb\"}", -1 },
		{ "{\"ClientPhone\":\"\\u202e\"}", -1 },
		{ "{\"ClientName\":\"\\u0000\"}", -1 },
		{ "{\"ClientName\":\"\xff\"}", -1 },
		{ "{\"ClientName\":\"" KEY "\"}", 0 },
		{ "{\"ClientName\":\"" KEY "0\"}", -1 },
	};
	struct autoygg_wish w;
	size_t i;
	int r;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		r = parse(cases[i].body, &w);
		if (r != (cases[i].len == -1 ? -1 : 0) ||
		    (r == 0 && w.key_len != (size_t)cases[i].len))
			fail_msg("case %zu: %d %zu", i, r, w.key_len);
	}
	assert_int_equal(
	    parse(
		"{\"clientname\":\"J\xc3\xb6\",\"ClientEmail\":\"j@e\",\"ClientPhone\":\"1\",\"CLIENTVERSION\":\"v9\"}",
		&w),
	    0);
	assert_string_equal(w.name, "J\xc3\xb6");
	assert_string_equal(w.email, "j@e");
	assert_string_equal(w.phone, "1");
	assert_string_equal(w.version, "v9");
}

static void
keys(void **state)
{
	uint8_t key[YGGKEY_LEN], same[YGGKEY_LEN];

	assert_int_equal(autoygg_key(KEY, key), 0);
	assert_int_equal(key[0], 0x01);
	assert_int_equal(key[7], 0xef);
	assert_int_equal(autoygg_key("0123456789ABCDEF" K16 K16 K16, same), 0);
	assert_memory_equal(key, same, sizeof(key));
	assert_int_equal(autoygg_key("0123456789abcdeg" K16 K16 K16, key), -1);
	assert_int_equal(autoygg_key("", key), -1);
	assert_int_equal(autoygg_key("0", key), -1);
}

static void
rows(void **state)
{
	struct prefix ip, gateway, ygg;
	struct autoygg_wish client;
	struct autoygg_row row;
	uint8_t key[YGGKEY_LEN];
	char buf[AUTOYGG_SIZE];

	memset(&row, 0, sizeof(row));
	row.error = "Registration not found";
	assert_int_equal(autoygg_registration(&row, buf), 345 + 22);
	assert_string_equal(buf,
	    "{\"ID\":0,\"CreatedAt\":\"0001-01-01T00:00:00Z\",\"UpdatedAt\":\"0001-01-01T00:00:00Z\",\"DeletedAt\":null,\"State\":\"\",\"GatewayPublicKey\":\"\",\"PublicKey\":\"\",\"YggIP\":\"\",\"ClientIP\":\"\",\"ClientNetMask\":0,\"ClientGateway\":\"\",\"ClientTunnelName\":\"\",\"ClientName\":\"\",\"ClientEmail\":\"\",\"ClientPhone\":\"\",\"ClientVersion\":\"\",\"LeaseExpires\":\"0001-01-01T00:00:00Z\",\"Error\":\"Registration not found\"}");

	assert_int_equal(prefix_parse("10.42.42.1", &ip), 0);
	assert_int_equal(prefix_parse("10.42.0.1/16", &gateway), 0);
	assert_int_equal(prefix_parse("201::7", &ygg), 0);
	assert_int_equal(autoygg_key(KEY, key), 0);
	assert_int_equal(
	    parse(
		"{\"ClientName\":\"a<b>&\\\"\\\\\",\"ClientVersion\":\"J\xc3\xb6\"}",
		&client),
	    0);
	row.id = 1;
	row.created = 1735689600;
	row.updated = 1735689601;
	row.expires = 1735693200;
	row.state = "success";
	row.key = key;
	row.ygg = &ygg;
	row.ip = &ip;
	row.gateway = &gateway;
	row.gateway_key = "ab";
	row.tunnel = "autoygg_client0";
	row.client = &client;
	row.error = NULL;
	assert_true(autoygg_registration(&row, buf) > 0);
	assert_string_equal(buf,
	    "{\"ID\":1,\"CreatedAt\":\"2025-01-01T00:00:00Z\",\"UpdatedAt\":\"2025-01-01T00:00:01Z\",\"DeletedAt\":null,\"State\":\"success\",\"GatewayPublicKey\":\"ab\",\"PublicKey\":\"" KEY
	    "\",\"YggIP\":\"201::7\",\"ClientIP\":\"10.42.42.1\",\"ClientNetMask\":16,\"ClientGateway\":\"10.42.0.1\",\"ClientTunnelName\":\"autoygg_client0\",\"ClientName\":\"a\\u003cb\\u003e\\u0026\\\"\\\\\",\"ClientEmail\":\"\",\"ClientPhone\":\"\",\"ClientVersion\":\"J\xc3\xb6\",\"LeaseExpires\":\"2025-01-01T01:00:00Z\",\"Error\":\"\"}");
	row.expires = 0;
	assert_true(autoygg_registration(&row, buf) > 0);
	assert_non_null(strstr(buf, "\"LeaseExpires\":null,"));
}

/* The longest texts of the configuration fit, however they are escaped. */
static void
texts(void **state)
{
	struct msg_conf_autoygg m;
	char buf[AUTOYGG_SIZE];

	memset(&m, 0, sizeof(m));
	memset(m.owner, '<', sizeof(m.owner) - 1);
	memset(m.description, '<', sizeof(m.description) - 1);
	memset(m.network, '<', sizeof(m.network) - 1);
	memset(m.location, '<', sizeof(m.location) - 1);
	memset(m.info_url, '<', sizeof(m.info_url) - 1);
	assert_true(autoygg_info(&m, buf) > 5 * 6 * (ABOUT_SIZE - 1));
	assert_true(autoygg_error("a\x01\n\xe2\x80\xa8\xff\x7f", buf) > 0);
	assert_string_equal(buf,
	    "{\"Error\":\"a\\u0001\\n\\u2028\\ufffd\x7f\"}");
}

static void
tunnels(void **state)
{
	static const struct {
		const char	*pool;
		const char	*ip;
		const char	*name;
	} cases[] = {
		{ "10.42.42.0/24", "10.42.42.1", "autoygg_client0" },
		{ "10.42.42.0/24", "10.42.42.10", "autoygg_client9" },
		{ "10.42.42.0/24", "10.42.42.11", "autoygg_clien10" },
		{ "10.0.0.0/8", "10.255.255.254", "autoygg16777213" },
		{ "10.42.42.1/32", "10.42.42.1", "autoygg_client0" },
		{ "10.42.42.1-10.42.42.254", "10.42.42.1", "autoygg_client0" },
		{ "10.42.42.7-10.42.42.99", "10.42.42.99", "autoygg_clien92" },
		{ "10.42.42.2/32", "10.42.42.1", "autoy4294967295" },
	};
	struct msg_conf_network n;
	char name[AUTOYGG_TUNNEL];
	struct prefix ip;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		memset(&n, 0, sizeof(n));
		n.npools = 2;
		assert_int_equal(block_parse("fd00::/64", &n.pools[0]), 0);
		assert_int_equal(block_parse(cases[i].pool, &n.pools[1]), 0);
		assert_int_equal(prefix_parse(cases[i].ip, &ip), 0);
		assert_string_equal(autoygg_tunnel(&n, &ip, name),
		    cases[i].name);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bodies),
		cmocka_unit_test(keys),
		cmocka_unit_test(rows),
		cmocka_unit_test(texts),
		cmocka_unit_test(tunnels),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
