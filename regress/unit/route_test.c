/* SPDX-License-Identifier: ISC */
/* Which handler a request reaches, on which listener. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "conn.h"
#include "reply.h"
#include "route.h"

static const char *called;
static int	 status;
static char	 extra_seen[128];

#define HANDLER(name)							\
	void name(struct conn *c)					\
	{								\
		called = #name;						\
	}

/* clang-format off */
HANDLER(autowg_register)
HANDLER(autowg_peers)
HANDLER(autowg_other)
HANDLER(autowg_forget)
HANDLER(native_put)
HANDLER(native_get)
HANDLER(native_delete)
HANDLER(native_peers)
HANDLER(native_peer_get)
HANDLER(native_peer_put)
HANDLER(native_peer_delete)
HANDLER(set_begin)
HANDLER(set_end)
HANDLER(set_forget)
HANDLER(peerlist_forget)
HANDLER(portal_node)
HANDLER(portal_add_peer)
HANDLER(portal_peer_list)
HANDLER(portal_remove_peer)
HANDLER(portal_connections)
HANDLER(portal_disconnect)
HANDLER(portal_forget)
HANDLER(health_livez)
HANDLER(health_readyz)
/* clang-format on */

void
set_piece(struct conn *c, const char *buf, size_t len)
{
	called = "set_piece";
}

void
reply_send(struct conn *c, int st, const char *type, const char *extra,
    const char *body, size_t len)
{
	status = st;
	(void)strlcpy(extra_seen, extra == NULL ? "" : extra,
	    sizeof(extra_seen));
}

void
reply_text(struct conn *c, int st, const char *text)
{
	status = st;
}

void
reply_text_retry(struct conn *c, const char *text, unsigned int after)
{
	status = 503;
}

void
reply_problem(struct conn *c, int st, const char *code, const char *detail,
    int retry)
{
	status = st;
}

/* "METHOD PATH" on a listener with these dialects: a handler or a status. */
static const char *
route(uint16_t api, const char *prefix, const char *line)
{
	static char text[32];
	static struct listener l;
	static struct conn c;
	int n;

	memset(&c, 0, sizeof(c));
	memset(&l, 0, sizeof(l));
	l.api = api;
	(void)strlcpy(l.prefix, prefix, sizeof(l.prefix));
	c.lst = &l;
	n = snprintf(c.in, sizeof(c.in), "%s HTTP/1.1\r\nHost: a\r\n\r\n",
	    line);
	assert_true(http_parse(c.in, (size_t)n, &c.req) > 0);
	called = NULL;
	status = 0;
	if (route_find(&c)) {
		assert_int_equal(status, 0);
		route_call(&c);
		return (called);
	}
	(void)snprintf(text, sizeof(text), "%d", status);
	return (text);
}

static void
table(void **state)
{
	const uint16_t both = API_AUTOWG | API_NATIVE;
	const struct {
		uint16_t	 api;
		const char	*prefix;
		const char	*line;
		const char	*want;
	} cases[] = {
		{ both, "/vpn/", "POST /vpn/v1/register", "autowg_register" },
		{ both, "/vpn/", "POST /vpn/v1/register?a", "autowg_register" },
		{ both, "/", "POST /v1/register", "autowg_register" },
		{ both, "/vpn/", "POST /v1/register", "autowg_other" },
		{ both, "/vpn/", "POST /vpn/v1/register/", "autowg_other" },
		{ both, "/vpn/", "POST /vpn/v1/registe", "autowg_other" },
		{ both, "/vpn/", "POST /vpn/", "autowg_other" },
		{ both, "/vpn/", "POST /", "autowg_other" },
		{ both, "/vpn/", "POST /VPN/v1/register", "autowg_other" },
		{ both, "/vpn/", "POST /vpn/./v1/register", "autowg_other" },
		{ both, "/vpn/", "POST //vpn/v1/register", "autowg_other" },
		{ both, "/vpn/", "GET /vpn/v1/peers.json", "autowg_peers" },
		{ both, "/vpn/", "GET /vpn/v1/register", "405" },
		{ both, "/vpn/", "PUT /api/v1/self/lease", "native_put" },
		{ both, "/vpn/", "GET /api/v1/self/lease", "native_get" },
		{ both, "/vpn/", "DELETE /api/v1/self/lease", "native_delete" },
		{ both, "/vpn/", "POST /api/v1/self/lease", "405" },
		{ both, "/vpn/", "GET /api/v1/self", "404" },
		{ both, "/vpn/", "GET /livez", "health_livez" },
		{ both, "/vpn/", "HEAD /livez", "health_livez" },
		{ both, "/vpn/", "POST /livez", "405" },
		{ API_AUTOWG, "/", "GET /livez", "autowg_other" },
		{ API_AUTOWG, "/", "PUT /api/v1/self/lease", "autowg_other" },
		{ API_NATIVE, "/", "POST /v1/register", "404" },
		{ API_METRICS, "/", "GET /readyz", "health_readyz" },
		{ API_METRICS, "/", "GET /healthz", "health_readyz" },
		{ API_METRICS, "/", "GET /metrics", "404" },
		{ API_METRICS, "/", "POST /v1/register", "404" },
		{ API_METRICS, "/", "GET /api/v1/self/lease", "404" },
		{ API_PORTAL, "/", "GET /livez", "404" },
		{ API_PORTAL, "/", "GET /i/node", "portal_node" },
		{ API_PORTAL, "/", "GET /i/node?x=%20", "portal_node" },
		{ API_PORTAL, "/", "GET /i/nodes", "404" },
		{ API_PORTAL, "/", "POST /i/node", "405" },
		{ API_PORTAL, "/", "POST /w/add_peer", "portal_add_peer" },
		{ API_PORTAL, "/", "GET /w/add_peer", "405" },
		{ API_PORTAL, "/", "GET /w/peer_list", "portal_peer_list" },
		{ API_PORTAL, "/", "POST /w/remove_peer",
		    "portal_remove_peer" },
		{ API_PORTAL, "/", "GET /o/connection_list",
		    "portal_connections" },
		{ API_PORTAL, "/", "POST /o/disconnect_client",
		    "portal_disconnect" },
		{ API_PORTAL, "/", "GET /api/v1/networks/a/peers", "404" },
		{ API_NATIVE, "/", "GET /i/node", "404" },
		{ API_NATIVE, "/", "GET /api/v1/networks/a/peers",
		    "native_peers" },
		{ API_NATIVE, "/", "PUT /api/v1/networks/a/peers", "set_end" },
		{ API_NATIVE, "/", "POST /api/v1/networks/a/peers", "405" },
		{ API_NATIVE, "/", "GET /api/v1/networks//peers", "404" },
		{ API_NATIVE, "/", "GET /api/v1/networks/a/b/peers", "404" },
		{ API_NATIVE, "/", "GET /api/v1/networks/a/peers/", "404" },
		{ API_NATIVE, "/", "GET /api/v1/networks/a/peers/k",
		    "native_peer_get" },
		{ API_NATIVE, "/", "PUT /api/v1/networks/a/peers/k",
		    "native_peer_put" },
		{ API_NATIVE, "/", "DELETE /api/v1/networks/a/peers/k",
		    "native_peer_delete" },
		{ API_NATIVE, "/", "GET /api/v1/networks/a/peers/k/l", "404" },
		{ 0, "/", "GET /livez", "404" },
	};
	const char *got;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		got = route(cases[i].api, cases[i].prefix, cases[i].line);
		if (strcmp(got, cases[i].want) != 0)
			fail_msg("%s: %s, not %s", cases[i].line, got,
			    cases[i].want);
	}
}

static void
allow(void **state)
{
	(void)route(API_NATIVE, "/", "POST /api/v1/self/lease");
	assert_string_equal(extra_seen, "Allow: GET, PUT, DELETE\r\n");
	(void)route(API_NATIVE, "/", "POST /api/v1/networks/a/peers");
	assert_string_equal(extra_seen, "Allow: GET, PUT\r\n");
	(void)route(API_PORTAL, "/", "GET /w/add_peer");
	assert_string_equal(extra_seen, "Allow: POST\r\n");
	(void)route(API_METRICS, "/", "POST /livez");
	assert_string_equal(extra_seen, "Allow: GET, HEAD\r\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table),
		cmocka_unit_test(allow),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
