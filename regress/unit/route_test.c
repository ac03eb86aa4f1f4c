/* SPDX-License-Identifier: ISC */
/*
 * Which route a request reaches, on which listener.  The dialects are made
 * like those of apid/api: one owns a prefix, one takes what no route has, and
 * one is spoken beside two others.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "request.h"
#include "route.h"

#define HANDLER(name)							\
	static void name(struct request *r)                                    \
	{								\
		called = #name;						\
	}

static const char *called;
static int	 status;
static const char *refused_by;
static char	 extra_seen[128];

/* clang-format off */
HANDLER(autowg_register)
HANDLER(autowg_peers)
HANDLER(autowg_other)
HANDLER(native_put)
HANDLER(native_get)
HANDLER(native_delete)
HANDLER(native_peers)
HANDLER(native_set)
HANDLER(native_peer_get)
HANDLER(native_peer_put)
HANDLER(native_peer_delete)
HANDLER(portal_node)
HANDLER(portal_add_peer)
HANDLER(portal_peer_list)
HANDLER(health_livez)
HANDLER(health_readyz)
/* clang-format on */

static void
refuse(const char *by, int st, const char *extra)
{
	refused_by = by;
	status = st;
	(void)strlcpy(extra_seen, extra == NULL ? "" : extra,
	    sizeof(extra_seen));
}

#define REFUSE(name)							\
	static void refuse_##name(struct request *r, int st,                   \
	    const char *extra)                                                 \
	{								\
		refuse(#name, st, extra);				\
	}

/* clang-format off */
REFUSE(portal)
REFUSE(native)
REFUSE(autowg)
REFUSE(health)
/* clang-format on */

#define LEASE	"/api/v1/self/lease"
#define SET	"/api/v1/networks/*/peers"
#define PEER	"/api/v1/networks/*/peers/*"

static const struct route portal_routes[] = {
	{ VERB_GET, false, "/i/node", portal_node, NULL },
	{ VERB_POST, false, "/w/add_peer", portal_add_peer, NULL },
	{ VERB_GET, false, "/w/peer_list", portal_peer_list, NULL },
};
static const struct route native_routes[] = {
	{ VERB_PUT, false, LEASE, native_put, NULL },
	{ VERB_GET, false, LEASE, native_get, NULL },
	{ VERB_DELETE, false, LEASE, native_delete, NULL },
	{ VERB_GET, false, SET, native_peers, NULL },
	{ VERB_PUT, false, SET, NULL, native_set },
	{ VERB_GET, false, PEER, native_peer_get, NULL },
	{ VERB_PUT, false, PEER, native_peer_put, NULL },
	{ VERB_DELETE, false, PEER, native_peer_delete, NULL },
};
static const struct route autowg_routes[] = {
	{ VERB_POST, true, "v1/register", autowg_register, NULL },
	{ VERB_GET, true, "v1/peers.json", autowg_peers, NULL },
};
static const struct route other = { 0, false, NULL, autowg_other, NULL };
static const struct route health_routes[] = {
	{ VERB_GET | VERB_HEAD, false, "/livez", health_livez, NULL },
	{ VERB_GET | VERB_HEAD, false, "/readyz", health_readyz, NULL },
	{ VERB_GET | VERB_HEAD, false, "/healthz", health_readyz, NULL },
};

#define ROUTES(r)	.routes = (r), .nroutes = sizeof(r) / sizeof((r)[0])

static const struct dialect portal = {
	.api = API_PORTAL,
	ROUTES(portal_routes),
	.refuse = refuse_portal,
};
static const struct dialect native = {
	.api = API_NATIVE,
	.prefix = "/api/",
	ROUTES(native_routes),
	.refuse = refuse_native,
};
static const struct dialect autowg = {
	.api = API_AUTOWG,
	ROUTES(autowg_routes),
	.other = &other,
	.refuse = refuse_autowg,
};
static const struct dialect health = {
	.api = API_NATIVE | API_METRICS,
	ROUTES(health_routes),
	.refuse = refuse_health,
};
static const struct dialect *const dialects[] = { &portal, &native, &autowg,
	&health, NULL };

static struct request *
request(uint16_t api, const char *prefix, const char *line)
{
	static struct http_field fields[4];
	static char head[256];
	static struct apid a;
	static struct listener l;
	static struct request r;
	int n;

	memset(&r, 0, sizeof(r));
	memset(&l, 0, sizeof(l));
	a.dialects = dialects;
	l.api = api;
	(void)strlcpy(l.prefix, prefix, sizeof(l.prefix));
	r.apid = &a;
	r.lst = &l;
	r.head = head;
	n = snprintf(head, sizeof(head), "%s HTTP/1.1\r\nHost: a\r\n\r\n",
	    line);
	r.http.fields = fields;
	r.http.max_fields = 4;
	r.http.max_head = sizeof(head);
	assert_true(http_parse(head, (size_t)n, &r.http) > 0);
	called = refused_by = NULL;
	status = 0;
	return (&r);
}

/* "METHOD PATH" on a listener with these dialects: a handler or a status. */
static const char *
route(uint16_t api, const char *prefix, const char *line)
{
	static char text[32];
	struct request *r;

	r = request(api, prefix, line);
	if (route_find(r)) {
		assert_int_equal(status, 0);
		if (r->route->begin != NULL)
			r->route->begin(r);
		else
			r->route->call(r);
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
		{ both, "/vpn/", "PATCH /api/v1/self/lease", "405" },
		{ both, "/vpn/", "OPTIONS /vpn/v1/register", "405" },
		{ both, "/vpn/", "get /livez", "405" },
		{ both, "/vpn/", "PATCH /vpn/nothing", "501" },
		{ both, "/vpn/", "OPTIONS /api/v1/self", "501" },
		{ API_PORTAL, "/", "TRACE /w/add_peer", "405" },
		{ API_PORTAL, "/", "BREW /", "501" },
		{ API_NATIVE, "/", "GET http://a/livez", "health_livez" },
		{ API_NATIVE, "/", "GET http://a", "404" },
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
		{ API_PORTAL, "/", "GET /api/v1/networks/a/peers", "404" },
		{ API_NATIVE, "/", "GET /i/node", "404" },
		{ API_NATIVE, "/", "GET /api/v1/networks/a/peers",
		    "native_peers" },
		{ API_NATIVE, "/", "PUT /api/v1/networks/a/peers",
		    "native_set" },
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
	(void)route(API_NATIVE, "/", "PATCH /api/v1/self/lease");
	assert_string_equal(extra_seen, "Allow: GET, PUT, DELETE\r\n");
}

/* In whose words a request is refused that has no route. */
static void
words(void **state)
{
	const struct {
		uint16_t	 api;
		const char	*line;
		const char	*by;
	} cases[] = {
		{ API_AUTOWG, "GET /x", "autowg" },
		{ API_AUTOWG | API_NATIVE, "GET /x", "native" },
		{ API_NATIVE | API_PORTAL, "GET /x", "portal" },
		{ API_NATIVE | API_PORTAL, "GET /api/x", "native" },
		{ API_NATIVE | API_PORTAL, "GET /api", "portal" },
		{ API_PORTAL, "GET /api/x", "portal" },
		{ API_METRICS, "GET /x", "health" },
		{ 0, "GET /x", "health" },
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		route_refuse(request(cases[i].api, "/", cases[i].line), 400);
		assert_int_equal(status, 400);
		assert_string_equal(refused_by, cases[i].by);
	}
	/* A path with other methods: in those of its own dialect. */
	(void)route(API_NATIVE, "/", "POST /livez");
	assert_string_equal(refused_by, "health");
	(void)route(API_NATIVE, "/", "POST /api/v1/self/lease");
	assert_string_equal(refused_by, "native");
}

/* What '*' stands for. */
static void
arguments(void **state)
{
	struct request *r;

	r = request(API_NATIVE, "/", "GET /api/v1/networks/net/peers/key");
	assert_true(route_find(r));
	assert_true(http_is(r->head, r->args[0], "net"));
	assert_true(http_is(r->head, r->args[1], "key"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table),
		cmocka_unit_test(allow),
		cmocka_unit_test(words),
		cmocka_unit_test(arguments),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
