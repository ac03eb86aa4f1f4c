/* SPDX-License-Identifier: ISC */
/*
 * autowg's HTTP interface: POST v1/register for devices, GET v1/peers.json for
 * dashboards.  Where the original is wrong (two answers to one bad key, a name
 * that only begins like the pattern), this is right instead.
 */

#include <sys/socket.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "audit_line.h"
#include "autowg.h"
#include "dialects.h"
#include "granted.h"
#include "request.h"
#include "leaseask.h"
#include "link_leased.h"
#include "peerlist.h"
#include "refuse.h"
#include "reply.h"

#define TEXT_TYPE	"text/plain; charset=UTF-8"

static void	 register_done(struct request *, const struct msg_lease_reply *);
static void	 register_failed(struct request *, const char *);
static void	 peers_refused(struct request *, uint8_t, const char *);

static const struct ask ask_register = ASK_ONE(lease_reply, register_done,
    register_failed, ASK_MS);

static const struct peerlist_form peers_form = {
	.type = "application/json; charset=UTF-8",
	.head = "{",
	.tail = "\n}\n",
	.none = "}\n",
	.item = autowg_item,
	.refused = peers_refused,
};

/* The error page of the original, which is that of Python's http.server. */
static void
error_page(struct request *r, int status, const char *message,
    const char *explain)
{
	char body[640];

	snprintf(body, sizeof(body),
	    "<!DOCTYPE HTML>\n"
	    "<html lang=\"en\">\n"
	    "    <head>\n"
	    "        <meta charset=\"utf-8\">\n"
	    "        <title>Error response</title>\n"
	    "    </head>\n"
	    "    <body>\n"
	    "        <h1>Error response</h1>\n"
	    "        <p>Error code: %d</p>\n"
	    "        <p>Message: %s.</p>\n"
	    "        <p>Error code explanation: %d - %s.</p>\n"
	    "    </body>\n"
	    "</html>\n",
	    status, message, status, explain);
	reply_send_reason(r, status, message, "text/html;charset=utf-8", NULL,
	    body, strlen(body));
}

static void
permission_denied(struct request *r, const char *why)
{
	audit_refused(r, why);
	error_page(r, 403, "permission denied",
	    "Request forbidden -- authorization will not help");
}

static void
not_found(struct request *r)
{
	error_page(r, 404, "not found", "Nothing matches the given URI");
}

static void
register_failed(struct request *r, const char *text)
{
	reply_text_retry(r, text, 0);
}

static void
register_refused(struct request *r, const struct msg_lease_reply *m)
{
	const struct lease_answer *a = lease_answer(m->code);
	int status = a->status;

	if (m->code == LEASE_E_DENIED) {
		permission_denied(r, a->text);
		return;
	}
	audit_refused(r, a->text);
	/* The client sent the name, but not the network. */
	if (m->code == LEASE_E_NAME)
		status = 400;
	else if (status == 404)
		status = 500;
	else if (m->code == LEASE_E_PENDING)
		/* The client knows no other answer after which it retries. */
		status = 503;
	if (status == 503)
		reply_text_retry(r, a->text, m->retry_after);
	else
		reply_text(r, status, a->text);
}

static void
register_done(struct request *r, const struct msg_lease_reply *m)
{
	char body[AUTOWG_LEASE_SIZE];
	struct devconf d;
	int len;

	if (m->code > LEASE_OK_REKEYED) {
		register_refused(r, m);
		return;
	}
	if (granted_lease(r, m, &d) == -1) {
		register_failed(r, lease_answer(LEASE_E_BUSY)->text);
		return;
	}
	if ((len = autowg_lease(&d, body)) == -1) {
		audit_refused(r,
		    "autowg needs an IPv6 pool and an IPv6 route: add them to the network");
		reply_text(r, 500, "the network has no IPv6 pool or route");
		return;
	}
	audit_registered(r, m);
	reply_send(r, 200, TEXT_TYPE, NULL, body, (size_t)len);
}

/* The body may have had a preshared key in it. */
static void
wipe_body(struct request *r)
{
	if (r->body_len > 0)
		sodium_memzero(r->body, r->body_len);
}

static void
autowg_register(struct request *r)
{
	struct msg_lease_register m;
	struct autowg_keys k;
	int parsed;

	if (!r->http.has_body) {
		reply_text(r, 400, "Content-Length is missing");
		return;
	}
	if (who_prove(r) == -1) {
		permission_denied(r, r->who.why);
		return;
	}
	if (r->who.id.role != ROLE_DEVICE) {
		permission_denied(r, "this identity is not a device");
		return;
	}
	parsed = autowg_parse(r->body, r->body_len, &k);
	wipe_body(r);
	if (parsed == -1 || !wgkey_usable(k.pubkey)) {
		audit_refused(r, "the body is not a usable public key");
		reply_text(r, 400,
		    "the body must be a WireGuard public key in base64, and perhaps a preshared key on a second line");
		return;
	}
	leaseask_register(r, &m);
	memcpy(m.pubkey, k.pubkey, sizeof(m.pubkey));
	m.has_psk = k.has_psk;
	memcpy(m.psk, k.psk, sizeof(m.psk));
	sodium_memzero(&k, sizeof(k));
	ASK(r, &ask_register, lease_register, &m);
	sodium_memzero(m.psk, sizeof(m.psk));
}

/* Compare the password in a time that does not depend on it. */
static bool
is_authorized(struct request *r)
{
	struct http_span v = { 0, 0 };
	size_t len = strlen(r->set->basic);

	if (len == 0 || http_field(r->head, &r->http, "authorization", &v) != 1)
		return (false);
	return (v.len == len &&
	    sodium_memcmp(r->head + v.off, r->set->basic, len) == 0);
}

/* The network whose leases the client may list, or NULL. */
static const char *
may_list(struct request *r)
{
	const struct settings *s = r->set;
	const char *network;

	/* The network that devices of this listener register with. */
	network = s->first_network[r->lst->proof];
	if (network[0] == '\0')
		network = s->networks[0].name;
	if (is_authorized(r))
		return (network);
	if (who_prove(r) == -1 ||
	    (r->who.id.role != ROLE_MONITOR && r->who.id.role != ROLE_OPERATOR))
		return (NULL);
	return (r->who.id.network[0] != '\0' ? r->who.id.network : network);
}

static void
unauthorized(struct request *r)
{
	struct http_span v;

	/*
	 * Without a password, the client only asks for the challenge.  With one
	 * it guesses: each guess costs it a connection, and connections are
	 * limited.
	 */
	if (http_field(r->head, &r->http, "authorization", &v) != 0)
		reply_punish(r);
	reply_send(r, 401, NULL, "WWW-Authenticate: Basic realm=auth\r\n", NULL,
	    0);
}

static void
peers_refused(struct request *r, uint8_t code, const char *text)
{
	reply_text_retry(r,
	    text[0] != '\0' ? text : "the list cannot be had at the moment", 0);
}

static void
autowg_peers(struct request *r)
{
	const char *network;

	if ((network = may_list(r)) == NULL)
		unauthorized(r);
	else
		peerlist_start_leases(r, network, &peers_form);
}

/* All other paths of a listener that speaks autowg. */
static void
autowg_other(struct request *r)
{
	if (r->http.method == VERB_GET) {
		if (may_list(r) == NULL)
			unauthorized(r);
		else
			not_found(r);
		return;
	}
	if (r->http.method == VERB_POST && who_prove(r) == -1) {
		permission_denied(r, r->who.why);
		return;
	}
	not_found(r);
}

static const struct route routes[] = {
	{ VERB_POST, true, "v1/register", autowg_register, NULL },
	{ VERB_GET, true, "v1/peers.json", autowg_peers, NULL },
};

static const struct route other = { 0, false, NULL, autowg_other, NULL };

const struct dialect dialect_autowg = {
	.api = API_AUTOWG,
	.routes = routes,
	.nroutes = sizeof(routes) / sizeof(routes[0]),
	.other = &other,
	.refuse = refuse_text,
};
