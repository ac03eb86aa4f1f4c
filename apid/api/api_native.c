/* SPDX-License-Identifier: ISC */
/*
 * sallyport's own API: the lease of a device as a resource, /api/v1/self/lease.
 */

#include <string.h>

#include <sodium.h>

#include "audit_line.h"
#include "dialects.h"
#include "granted.h"
#include "request.h"
#include "leaseask.h"
#include "leasejson.h"
#include "peers.h"
#include "refuse.h"
#include "link_leased.h"
#include "reply.h"

static void	 native_lease(struct request *, const struct msg_lease_reply *);
static void	 native_released(struct request *, const struct msg_lease_reply *);
static void	 native_failed(struct request *, const char *);

static const struct ask ask_lease = ASK_ONE(lease_reply, native_lease,
    native_failed, ASK_MS);

static const struct ask ask_release = ASK_ONE(lease_reply, native_released,
    native_failed, ASK_MS);

static void
native_failed(struct request *r, const char *text)
{
	reply_problem(r, 503, "gateway-busy", text, 0);
}

static void
native_error(struct request *r, const struct msg_lease_reply *m)
{
	const struct lease_answer *a = lease_answer(m->code);

	audit_refused(r, a->text);
	if (m->code == LEASE_E_NOT_FOUND)
		reply_problem(r, 404, "lease-not-found",
		    "this identity has no lease", -1);
	else
		reply_problem(r, a->status, a->code, a->text,
		    a->status == 503 || m->code == LEASE_E_PENDING ?
			(int)(m->retry_after & 0xffff) :
			-1);
}

static void
native_lease(struct request *r, const struct msg_lease_reply *m)
{
	char body[LEASEJSON_SIZE];
	struct devconf d;
	int len;

	if (m->code > LEASE_OK_REKEYED) {
		native_error(r, m);
		return;
	}
	if (m->state == LEASE_EXPIRED) {
		reply_problem(r, 404, "lease-expired",
		    "the lease of this identity has run out", -1);
		return;
	}
	if (granted_lease(r, m, &d) == -1) {
		native_failed(r, lease_answer(LEASE_E_BUSY)->text);
		return;
	}
	audit_registered(r, m);
	if ((len = leasejson_format(&d, body, sizeof(body))) == -1) {
		reply_problem(r, 500, "internal-error",
		    "the lease does not fit the answer", -1);
		return;
	}
	reply_send(r, lease_answer(m->code)->status, "application/json", NULL,
	    body, (size_t)len);
}

static void
native_released(struct request *r, const struct msg_lease_reply *m)
{
	if (m->code > LEASE_OK_REKEYED)
		native_error(r, m);
	else
		reply_send(r, 204, NULL, NULL, NULL, 0);
}

/* The client must be a device.  Returns false if the refusal was sent. */
static bool
is_device(struct request *r)
{
	if (who_prove(r) == 0 && r->who.id.role == ROLE_DEVICE)
		return (true);
	return (peers_denied(r, "this identity is not a device"));
}

/* A network in the request must be that of the identity's rule. */
static bool
network_fits(struct request *r, const char *network)
{
	if (network[0] == '\0' || strcmp(network, r->who.id.network) == 0)
		return (true);
	if (settings_network(r->set, network) != NULL) {
		audit_refused(r, "the network is not this identity's");
		reply_problem(r, 403, "identity-denied",
		    "the network is not this identity's", -1);
	} else {
		reply_problem(r, 404, "network-not-found",
		    "there is no such network", -1);
	}
	return (false);
}

static void
native_put(struct request *r)
{
	struct msg_lease_register m;
	struct lease_wish wish;
	const char *code, *detail;
	int parsed;

	if (!is_device(r))
		return;
	if (!peers_json(r))
		return;
	parsed = leasejson_parse(r->body, r->body_len, &wish, &code, &detail);
	/* It may have had a preshared key in it. */
	if (r->body_len > 0)
		sodium_memzero(r->body, r->body_len);
	if (parsed == -1) {
		audit_refused(r, detail);
		reply_problem(r, 400, code, detail, -1);
		return;
	}
	if (!network_fits(r, wish.network))
		return;
	leaseask_register(r, &m);
	memcpy(m.pubkey, wish.pubkey, sizeof(m.pubkey));
	m.has_psk = wish.has_psk;
	memcpy(m.psk, wish.psk, sizeof(m.psk));
	m.contact = wish.contact;
	ASK(r, &ask_lease, lease_register, &m);
	sodium_memzero(m.psk, sizeof(m.psk));
	sodium_memzero(wish.psk, sizeof(wish.psk));
}

static void
native_get(struct request *r)
{
	struct msg_lease_get m;

	if (!is_device(r))
		return;
	leaseask_get(r, &m);
	ASK(r, &ask_lease, lease_get, &m);
}

static void
native_delete(struct request *r)
{
	struct msg_lease_release m;

	if (!is_device(r))
		return;
	leaseask_release(r, &m);
	ASK(r, &ask_release, lease_release, &m);
}

#define LEASE	"/api/v1/self/lease"
#define SET	"/api/v1/networks/*/peers"
#define PEER	"/api/v1/networks/*/peers/*"

static const struct route routes[] = {
	{ VERB_PUT, false, LEASE, native_put, NULL },
	{ VERB_GET, false, LEASE, native_get, NULL },
	{ VERB_DELETE, false, LEASE, native_delete, NULL },
	{ VERB_GET, false, SET, native_peers, NULL },
	{ VERB_PUT, false, SET, NULL, native_set_begin },
	{ VERB_GET, false, PEER, native_peer_get, NULL },
	{ VERB_PUT, false, PEER, native_peer_put, NULL },
	{ VERB_DELETE, false, PEER, native_peer_delete, NULL },
};

const struct dialect dialect_native = {
	.api = API_NATIVE,
	.prefix = "/api/",
	.routes = routes,
	.nroutes = sizeof(routes) / sizeof(routes[0]),
	.refuse = refuse_problem,
};
