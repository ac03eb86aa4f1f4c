/* SPDX-License-Identifier: ISC */
/*
 * sallyport's own API: a device's lease as a resource, /api/v1/self/lease.
 */

#include <string.h>

#include "audit_line.h"
#include "conn.h"
#include "leasejson.h"
#include "link_leased.h"
#include "reply.h"
#include "route.h"

static void	 native_lease(struct conn *, const struct msg_lease_reply *);
static void	 native_released(struct conn *, const struct msg_lease_reply *);
static void	 native_failed(struct conn *, const char *);

static const struct ask ask_lease = {
	.answers = {
		ANSWER(lease_reply, native_lease),
	},
	.failed = native_failed,
};

static const struct ask ask_release = {
	.answers = {
		ANSWER(lease_reply, native_released),
	},
	.failed = native_failed,
};

static void
native_failed(struct conn *c, const char *text)
{
	reply_problem(c, 503, "gateway-busy", text, 0);
}

static void
native_error(struct conn *c, const struct msg_lease_reply *m)
{
	const struct lease_answer *a = lease_answer(m->code);

	audit_refused(c, a->text);
	if (m->code == LEASE_E_NOT_FOUND)
		reply_problem(c, 404, "lease-not-found",
		    "this identity has no lease", -1);
	else
		reply_problem(c, a->status, a->code, a->text,
		    a->status == 503 ? (int)(m->retry_after & 0xffff) : -1);
}

static void
native_lease(struct conn *c, const struct msg_lease_reply *m)
{
	char body[LEASEJSON_SIZE];
	int len;

	if (m->code > LEASE_OK_REKEYED) {
		native_error(c, m);
		return;
	}
	if (m->state == LEASE_EXPIRED) {
		reply_problem(c, 404, "lease-expired",
		    "the lease of this identity has run out", -1);
		return;
	}
	audit_registered(c, m);
	if ((len = leasejson_format(m, body, sizeof(body))) == -1) {
		reply_problem(c, 500, "internal-error",
		    "the lease does not fit the answer", -1);
		return;
	}
	reply_send(c, lease_answer(m->code)->status, "application/json", NULL,
	    body, (size_t)len);
}

static void
native_released(struct conn *c, const struct msg_lease_reply *m)
{
	if (m->code > LEASE_OK_REKEYED)
		native_error(c, m);
	else
		reply_send(c, 204, NULL, NULL, NULL, 0);
}

/* Who asks must be a device; false if the refusal has been sent. */
static bool
is_device(struct conn *c)
{
	const char *code = "identity-not-matched", *why;

	if (who_prove(c) == -1)
		why = c->who.why;
	else if (c->who.id.role != ROLE_DEVICE) {
		code = "identity-denied";
		why = "this identity is not a device";
	} else
		return (true);
	audit_refused(c, why);
	reply_problem(c, 403, code, why, -1);
	return (false);
}

/* A network that is named must be the one of the identity's rule. */
static bool
network_fits(struct conn *c, const char *network)
{
	if (network[0] == '\0' || strcmp(network, c->who.id.network) == 0)
		return (true);
	if (settings_has_network(c->set, network)) {
		audit_refused(c, "the network is not this identity's");
		reply_problem(c, 403, "identity-denied",
		    "the network is not this identity's", -1);
	} else {
		reply_problem(c, 404, "network-not-found",
		    "there is no such network", -1);
	}
	return (false);
}

/* application/json, parameters or not. */
static bool
is_json(struct conn *c)
{
	static const char type[] = "application/json";
	struct http_span v = { 0, 0 };
	size_t len = sizeof(type) - 1;

	if (http_field(c->in, &c->req, "content-type", &v) != 1 || v.len < len)
		return (false);
	if (v.len > len && strchr("; \t", c->in[v.off + len]) == NULL)
		return (false);
	v.len = (uint16_t)len;
	return (http_is_nocase(c->in, v, type));
}

void
native_put(struct conn *c)
{
	struct msg_lease_register m;
	struct lease_wish wish;
	const char *code, *detail;

	if (!is_device(c))
		return;
	if (!c->req.has_length) {
		route_refuse(c, 411);
		return;
	}
	if (!is_json(c)) {
		reply_problem(c, 415, "unsupported-media-type",
		    "Content-Type must be application/json", -1);
		return;
	}
	if (leasejson_parse(c->body, c->body_len, &wish, &code, &detail) ==
	    -1) {
		audit_refused(c, detail);
		reply_problem(c, 400, code, detail, -1);
		return;
	}
	if (!network_fits(c, wish.network))
		return;
	memset(&m, 0, sizeof(m));
	(void)strlcpy(m.network, c->who.id.network, sizeof(m.network));
	(void)strlcpy(m.name, c->who.id.name, sizeof(m.name));
	(void)strlcpy(m.who, c->who.label, sizeof(m.who));
	memcpy(m.pubkey, wish.pubkey, sizeof(m.pubkey));
	m.from = c->from;
	(void)strlcpy(m.req, c->reqid, sizeof(m.req));
	ASK(c, &ask_lease, lease_register, &m);
}

void
native_get(struct conn *c)
{
	struct msg_lease_get m;

	if (!is_device(c))
		return;
	memset(&m, 0, sizeof(m));
	(void)strlcpy(m.network, c->who.id.network, sizeof(m.network));
	(void)strlcpy(m.name, c->who.id.name, sizeof(m.name));
	ASK(c, &ask_lease, lease_get, &m);
}

void
native_delete(struct conn *c)
{
	struct msg_lease_release m;

	if (!is_device(c))
		return;
	memset(&m, 0, sizeof(m));
	(void)strlcpy(m.network, c->who.id.network, sizeof(m.network));
	(void)strlcpy(m.name, c->who.id.name, sizeof(m.name));
	m.from = c->from;
	(void)strlcpy(m.req, c->reqid, sizeof(m.req));
	ASK(c, &ask_release, lease_release, &m);
}
