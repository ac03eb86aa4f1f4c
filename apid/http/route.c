/* SPDX-License-Identifier: ISC */
/*
 * The table of routes.  A path matches byte by byte, but that '*' stands for
 * one or more bytes other than '/'; nothing is normalised.
 */

#include <stdio.h>
#include <string.h>

#include "conn.h"
#include "reply.h"
#include "route.h"

struct route {
	uint8_t		 methods;	/* enum http_verb */
	uint16_t	 api;		/* listeners that have any of these */
	bool		 prefixed;	/* path follows the listener's prefix */
	const char	*path;
	void		 (*fn)(struct conn *);
};

#define SET	"/api/v1/networks/*/peers"
#define PEER	"/api/v1/networks/*/peers/*"

/* clang-format off */
static const struct route routes[] = {
	{ VERB_POST, API_AUTOWG, true, "v1/register", autowg_register },
	{ VERB_GET, API_AUTOWG, true, "v1/peers.json", autowg_peers },
	{ VERB_PUT, API_NATIVE, false, "/api/v1/self/lease", native_put },
	{ VERB_GET, API_NATIVE, false, "/api/v1/self/lease", native_get },
	{ VERB_DELETE, API_NATIVE, false, "/api/v1/self/lease",
	    native_delete },
	{ VERB_GET, API_NATIVE, false, SET, native_peers },
	{ VERB_PUT, API_NATIVE, false, SET, set_end },
	{ VERB_GET, API_NATIVE, false, PEER, native_peer_get },
	{ VERB_PUT, API_NATIVE, false, PEER, native_peer_put },
	{ VERB_DELETE, API_NATIVE, false, PEER, native_peer_delete },
	{ VERB_GET, API_PORTAL, false, "/i/node", portal_node },
	{ VERB_POST, API_PORTAL, false, "/w/add_peer", portal_add_peer },
	{ VERB_GET, API_PORTAL, false, "/w/peer_list", portal_peer_list },
	{ VERB_POST, API_PORTAL, false, "/w/remove_peer", portal_remove_peer },
	{ VERB_GET, API_PORTAL, false, "/o/connection_list",
	    portal_connections },
	{ VERB_POST, API_PORTAL, false, "/o/disconnect_client",
	    portal_disconnect },
	{ VERB_GET | VERB_HEAD, API_NATIVE | API_METRICS, false, "/livez",
	    health_livez },
	{ VERB_GET | VERB_HEAD, API_NATIVE | API_METRICS, false, "/readyz",
	    health_readyz },
	{ VERB_GET | VERB_HEAD, API_NATIVE | API_METRICS, false, "/healthz",
	    health_readyz },
};
/* clang-format on */

#define NROUTES	(sizeof(routes) / sizeof(routes[0]))

static const struct route other = { 0, API_AUTOWG, false, NULL, autowg_other };

static bool
path_fits(struct conn *c, const char *path)
{
	const char *p = c->in + c->req.path.off, *end = p + c->req.path.len;
	struct http_span *arg = c->args;
	const char *from;

	for (; *path != '\0'; path++) {
		if (*path != '*') {
			if (p == end || *p++ != *path)
				return (false);
			continue;
		}
		for (from = p; p < end && *p != '/'; p++)
			continue;
		if (p == from)
			return (false);
		arg->off = (uint16_t)(from - c->in);
		arg->len = (uint16_t)(p - from);
		arg++;
	}
	return (p == end);
}

static bool
path_is(struct conn *c, const struct route *r)
{
	struct http_span rest = c->req.path;
	size_t len;

	if (!r->prefixed)
		return (path_fits(c, r->path));
	len = strlen(c->lst->prefix);
	if (rest.len < len ||
	    memcmp(c->in + rest.off, c->lst->prefix, len) != 0)
		return (false);
	rest.off = (uint16_t)(rest.off + len);
	rest.len = (uint16_t)(rest.len - len);
	return (http_is(c->in, rest, r->path));
}

static bool
is_native(const struct conn *c)
{
	return ((c->lst->api & API_NATIVE) != 0 &&
	    (c->req.path.len >= 5 &&
	    memcmp(c->in + c->req.path.off, "/api/", 5) == 0));
}

static void
method_not_allowed(struct conn *c, unsigned int methods)
{
	static const char *const names[] = { "GET", "HEAD", "POST", "PUT",
		"DELETE" };
	char extra[64] = "Allow: ", body[512];
	const char *type = "text/plain; charset=UTF-8";
	unsigned int i;
	bool any = false;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if ((methods & (1U << i)) == 0)
			continue;
		if (any)
			(void)strlcat(extra, ", ", sizeof(extra));
		(void)strlcat(extra, names[i], sizeof(extra));
		any = true;
	}
	(void)strlcat(extra, "\r\n", sizeof(extra));
	(void)strlcpy(body, "method not allowed\n", sizeof(body));
	if (is_native(c)) {
		type = "application/problem+json";
		(void)snprintf(body, sizeof(body),
		    "{\"type\":\"/problems/bad-request\",\"title\":\"%s\","
		    "\"status\":405,\"detail\":\"this path does not have that "
		    "method\",\"instance\":\"%s\",\"code\":\"bad-request\"}\n",
		    http_reason(405), c->reqid);
	}
	reply_send(c, 405, type, extra, body, strlen(body));
}

bool
route_find(struct conn *c)
{
	unsigned int methods = 0;
	const struct route *r;
	size_t i;

	for (i = 0; i < NROUTES; i++) {
		r = &routes[i];
		if ((c->lst->api & r->api) == 0 || !path_is(c, r))
			continue;
		if ((r->methods & c->req.method) != 0) {
			c->route = r;
			return (true);
		}
		methods |= r->methods;
	}
	if (methods != 0)
		method_not_allowed(c, methods);
	else if ((c->lst->api & API_AUTOWG) != 0 && !is_native(c)) {
		c->route = &other;
		return (true);
	} else
		route_refuse(c, 404);
	return (false);
}

void
route_call(struct conn *c)
{
	c->route->fn(c);
}

bool
route_streams(const struct conn *c)
{
	return (c->route->fn == set_end);
}

void
route_begin(struct conn *c)
{
	set_begin(c);
}

void
route_piece(struct conn *c, const char *buf, size_t len)
{
	set_piece(c, buf, len);
}

void
route_refuse(struct conn *c, int status)
{
	static const struct {
		int		 status;
		const char	*code;
		const char	*detail;
	} problems[] = {
		{ 400, "bad-request", "the request is malformed" },
		{ 404, "not-found", "there is nothing at this path" },
		{ 408, "bad-request", "the request did not come in time" },
		{ 411, "bad-request",
		    "a Content-Length is needed; transfer "
		    "codings are not taken" },
		{ 413, "too-large", "the body is too large" },
		{ 414, "too-large", "the request target is too long" },
		{ 417, "bad-request", "only 100-continue can be expected" },
		{ 431, "too-large",
		    "the header fields are too many or too "
		    "large" },
		{ 501, "bad-request",
		    "the method or transfer coding is not "
		    "known" },
		{ 503, "gateway-busy", "try again later" },
		{ 505, "bad-request", "only HTTP/1.0 and HTTP/1.1 are spoken" },
	};
	const char *code = "bad-request", *detail = "the request is malformed";
	size_t i;

	for (i = 0; i < sizeof(problems) / sizeof(problems[0]); i++) {
		if (problems[i].status == status) {
			code = problems[i].code;
			detail = problems[i].detail;
		}
	}
	/* A portal knows plain text only. */
	if (is_native(c) ||
	    (c->lst->api & (API_NATIVE | API_PORTAL)) == API_NATIVE)
		reply_problem(c, status, code, detail, status == 503 ? 0 : -1);
	else if (status == 503)
		reply_text_retry(c, detail, 0);
	else
		reply_text(c, status, detail);
}

void
route_forget(struct conn *c)
{
	autowg_forget(c);
	peerlist_forget(c);
	portal_forget(c);
	set_forget(c);
}
