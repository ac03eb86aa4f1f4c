/* SPDX-License-Identifier: ISC */
/* The native API's JSON, in and out. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "leasejson.h"

#define KEY	"aqIUKESXUZSIXgqF9v7kSaEtwtu95jkVlFWrW0y7rUw="
#define ZERO	"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

static void
preshared(void **state)
{
	static const struct {
		const char	*member;
		int		 r;
		bool		 has;
	} cases[] = {
		{ "", 0, false },
		{ ",\"preshared_key\":\"" KEY "\"", 0, true },
		{ ",\"preshared_key\":\"AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
		  "AAAAAAA=\"",
		    0, true },
		{ ",\"preshared_key\":\"" ZERO "\"", 0, false },
		{ ",\"preshared_key\":null", 0, false },
		{ ",\"preshared_key\":\"\"", -1, false },
		{ ",\"preshared_key\":true", -1, false },
		{ ",\"preshared_key\":\"" KEY "\\u0000\"", -1, false },
		{ ",\"preshared_key\":\"" KEY KEY "\"", -1, false },
		{ ",\"preshared_key\":null,\"preshared_key\":null", -1, false },
	};
	const char *code, *detail;
	struct lease_wish w;
	char text[512];
	uint8_t key[WGKEY_LEN];
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		(void)snprintf(text, sizeof(text),
		    "{\"public_key\":\"" KEY "\"%s}", cases[i].member);
		if (leasejson_parse(text, strlen(text), &w, &code, &detail) !=
		    cases[i].r)
			fail_msg("%s", text);
		if (cases[i].r == 0)
			assert_int_equal(w.has_psk, cases[i].has);
		else
			assert_string_equal(code, "bad-request");
	}
	(void)snprintf(text, sizeof(text), "{\"public_key\":\"" KEY "\"%s}",
	    cases[1].member);
	assert_int_equal(wgkey_parse(KEY, strlen(KEY), key), 0);
	assert_int_equal(leasejson_parse(text, strlen(text), &w, &code,
			     &detail),
	    0);
	assert_memory_equal(w.psk, key, sizeof(key));
}

/* As long as a member of a contact may be. */
#define LONG "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static void
wishes(void **state)
{
	/* code NULL: taken, with this network. */
	static const struct {
		const char	*body;
		const char	*code;
		const char	*network;
	} cases[] = {
		{ "{\"public_key\":\"" KEY "\"}", NULL, "" },
		{ " {\"network\":\"devices\",\"public_key\":\"" KEY "\"} \n",
		    NULL, "devices" },
		{ "", "bad-request", "" },
		{ "\"x\"", "bad-request", "" },
		{ "[]", "bad-request", "" },
		{ "{}", "bad-request", "" },
		{ "{\"public_key\":\"" KEY "\"}x", "bad-request", "" },
		{ "{\"public_key\":\"" KEY "\",\"public_key\":\"" KEY "\"}",
		    "bad-request", "" },
		{ "{\"public_key\":\"" KEY "\",\"ttl\":1}", "bad-request", "" },
		{ "{\"public_key\":\"" KEY "\",\"network\":null}",
		    "bad-request", "" },
		{ "{\"public_key\":\"" KEY "\",\"network\":\"\"}",
		    "bad-request", "" },
		{ "{\"public_key\":\"" KEY "\",\"network\":"
		  "\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"}",
		    "bad-request", "" },
		{ "{\"public_key\":null}", "invalid-public-key", "" },
		{ "{\"public_key\":\"\"}", "invalid-public-key", "" },
		{ "{\"public_key\":\" " KEY "\"}", "invalid-public-key", "" },
		{ "{\"public_key\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
		  "AAA=\"}",
		    "invalid-public-key", "" },
		{ "{\"public_key\":\"AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
		  "AAA=\"}",
		    "invalid-public-key", "" },
		{ "{\"network\":\"devices\"}", "bad-request", "" },
		{ "{\"public_key\":\"" KEY "\",\"contact\":{}}", NULL, "" },
		{ "{\"public_key\":\"" KEY "\",\"contact\":[]}", "bad-request",
		    "" },
		{ "{\"public_key\":\"" KEY "\",\"contact\":\"Joe\"}",
		    "bad-request", "" },
		{ "{\"public_key\":\"" KEY "\",\"contact\":{\"name\":1}}",
		    "bad-request", "" },
		{ "{\"public_key\":\"" KEY "\",\"contact\":{\"name\":\"\"}}",
		    "bad-request", "" },
		{ "{\"public_key\":\"" KEY "\",\"contact\":{\"fax\":\"1\"}}",
		    "bad-request", "" },
		{ "{\"public_key\":\"" KEY "\",\"contact\":"
		  "{\"name\":\"a\\u0000\"}}",
		    "bad-request", "" },
		{ "{\"public_key\":\"" KEY "\",\"contact\":"
		  "{\"email\":\"a\\nb\"}}",
		    "bad-request", "" },
		{ "{\"public_key\":\"" KEY "\",\"contact\":"
		  "{\"phone\":\"" LONG "x\"}}",
		    "bad-request", "" },
		{ "{\"public_key\":\"" KEY "\",\"contact\":"
		  "{\"phone\":\"" LONG "\"}}",
		    NULL, "" },
		{ "{\"public_key\":\"\\u0000\"}", "bad-request", "" },
	};
	const char *code, *detail;
	struct lease_wish w;
	size_t i;
	int r;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		detail = NULL;
		r = leasejson_parse(cases[i].body, strlen(cases[i].body), &w,
		    &code, &detail);
		if (r != (cases[i].code == NULL ? 0 : -1))
			fail_msg("%s: %d", cases[i].body, r);
		if (r == 0)
			assert_string_equal(w.network, cases[i].network);
		else {
			assert_string_equal(code, cases[i].code);
			assert_non_null(detail);
		}
	}
}

static void
contact(void **state)
{
	static const char body[] =
	    "{\"contact\":{\"phone\":\"+49 1\","
	    "\"name\":\"J\\u00fc\",\"email\":\"j@e\"},\"public_key\":\"" KEY
	    "\"}";
	const char *code, *detail;
	struct lease_wish w;

	assert_int_equal(leasejson_parse(body, sizeof(body) - 1, &w, &code,
			     &detail),
	    0);
	assert_string_equal(w.contact.name, "J\303\274");
	assert_string_equal(w.contact.email, "j@e");
	assert_string_equal(w.contact.phone, "+49 1");
}

/* Nested deep enough to overflow a stack that follows it. */
static void
deep(void **state)
{
	static char body[16384];
	const char *code, *detail;
	struct lease_wish w;

	memset(body, '[', sizeof(body));
	assert_int_equal(leasejson_parse(body, sizeof(body), &w, &code,
			     &detail),
	    -1);
}

static void
lease(void **state)
{
	char buf[LEASEJSON_SIZE], host[HOST_SIZE];
	struct msg_conf_network net;
	struct msg_hand_server server;
	struct msg_lease_reply m;
	struct devconf d = { &m, &net, &server, "vpn.example.com" };
	json_t *v;
	int i, n;

	memset(&m, 0, sizeof(m));
	memset(&net, 0, sizeof(net));
	memset(&server, 0, sizeof(server));
	m.code = LEASE_OK_NEW;
	m.state = LEASE_ACTIVE;
	strlcpy(m.name, "a\"\303\251", sizeof(m.name));
	strlcpy(m.network, "devices", sizeof(m.network));
	server.port = 51820;
	net.keepalive = 25;
	net.ndns = 2;
	assert_int_equal(prefix_parse("fd00::53", &net.dns[0]), 0);
	assert_int_equal(prefix_parse("10.0.0.53", &net.dns[1]), 0);
	m.created = 1735689600;
	m.ttl = LEASE_NEVER;
	m.naddrs = 1;
	assert_int_equal(prefix_parse("fd00::1", &m.addrs[0]), 0);
	n = leasejson_format(&d, buf, sizeof(buf));
	assert_true(n > 0);
	assert_string_equal(buf,
	    "{\"name\":\"a\\\"\\u00e9\",\"network\":\"devices\","
	    "\"state\":\"active\",\"public_key\":"
	    "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\","
	    "\"preshared_key\":false,\"addresses\":[\"fd00::1/128\"],"
	    "\"created\":\"2025-01-01T00:00:00Z\",\"expires\":null,"
	    "\"ttl\":null,\"server\":{\"public_key\":"
	    "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\","
	    "\"endpoint\":\"vpn.example.com:51820\",\"keepalive\":25,"
	    "\"routes\":[],\"dns\":[\"fd00::53\",\"10.0.0.53\"]}}\n");
	m.psk = 1;
	assert_true(leasejson_format(&d, buf, sizeof(buf)) > 0);
	assert_non_null(strstr(buf, ",\"preshared_key\":true,"));
	assert_int_equal(leasejson_format(&d, buf, 100), -1);
	/* The largest of everything still fits, and is JSON. */
	memset(m.name, 0x7f, sizeof(m.name) - 1);
	memset(host, ':', sizeof(host) - 1);
	host[sizeof(host) - 1] = '\0';
	d.endpoint = host;
	for (i = 0; i < IDENT_SIZE - 1; i += 2)
		memcpy(m.contact.name + i, "\303\274", 2);
	memcpy(m.contact.email, m.contact.name, sizeof(m.contact.email));
	memcpy(m.contact.phone, m.contact.name, sizeof(m.contact.phone));
	m.expires = 1735689600;
	m.ttl = 3600;
	m.naddrs = NET_POOLS_MAX;
	net.nroutes = NET_ROUTES_MAX;
	for (i = 0; i < NET_ROUTES_MAX; i++)
		assert_int_equal(prefix_parse("fde3:25fb:7f6c:1111:2222:3333:"
					      "4444:5555/128",
				     &net.routes[i]),
		    0);
	memcpy(m.addrs, net.routes, sizeof(m.addrs));
	net.ndns = NET_DNS_MAX;
	memcpy(net.dns, net.routes, sizeof(net.dns));
	n = leasejson_format(&d, buf, sizeof(buf));
	assert_true(n > 0);
	v = json_loads(buf, 0, NULL);
	assert_non_null(v);
	assert_int_equal(json_integer_value(json_object_get(v, "ttl")), 3600);
	assert_string_equal(json_string_value(json_object_get(v, "expires")),
	    "2025-01-01T00:00:00Z");
	assert_string_equal(json_string_value(
				json_object_get(json_object_get(v, "contact"),
				    "phone")),
	    m.contact.name);
	json_decref(v);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wishes),
		cmocka_unit_test(preshared),
		cmocka_unit_test(contact),
		cmocka_unit_test(deep),
		cmocka_unit_test(lease),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
