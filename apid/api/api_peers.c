/* SPDX-License-Identifier: ISC */
/*
 * sallyport's own API for peers with an owner, /api/v1/networks/NAME/peers: the
 * list, and single peers.  api_set.c has the whole sets.
 */

#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "audit_line.h"
#include "form.h"
#include "link_leased.h"
#include "owner.h"
#include "peerjson.h"
#include "peerlist.h"
#include "peers.h"
#include "refuse.h"
#include "reply.h"
#include "request.h"

static void	 peer_put(struct request *, const struct msg_owned_reply *);
static void	 peer_deleted(struct request *, const struct msg_owned_reply *);
static void	 peers_failed(struct request *, const char *);
static void	 peers_refused(struct request *, uint8_t, const char *);

static const struct ask ask_put = ASK_ONE(owned_reply, peer_put, peers_failed,
    ASK_MS);

static const struct ask ask_delete = ASK_ONE(owned_reply, peer_deleted,
    peers_failed, ASK_MS);

static const struct peerlist_form list_form = {
	.type = "application/json",
	.head = "{\"peers\":[",
	.tail = "],\"next\":null}\n",
	.none = "],\"next\":null}\n",
	.etag = true,
	.item = peerjson_native,
	.refused = peers_refused,
};

static const struct peerlist_form one_form = {
	.type = "application/json",
	.head = "",
	.tail = "\n",
	.etag = true,
	.item = peerjson_native,
	.refused = peers_refused,
};

static void
peers_failed(struct request *r, const char *text)
{
	reply_problem(r, 503, "gateway-busy", text, 0);
}

void
peers_problem(struct request *r, uint8_t code, const char *text, uint32_t retry)
{
	const struct lease_answer *p;

	p = lease_answer(code);
	audit_refused(r, p->text);
	reply_problem(r, p->status, p->code, text[0] != '\0' ? text : p->text,
	    p->status == 503 ? (int)(retry & 0xffff) : -1);
}

static void
peers_refused(struct request *r, uint8_t code, const char *text)
{
	peers_problem(r, code, text, 0);
}

/* Take the network of the path, if the identity may use it. */
static bool
take_network(struct request *r, const struct owner *o, char name[NETNAME_SIZE])
{
	struct http_span v = r->args[0];

	if (v.len >= NETNAME_SIZE)
		goto unknown;
	memcpy(name, r->head + v.off, v.len);
	name[v.len] = '\0';
	if (settings_network(r->set, name) == NULL)
		goto unknown;
	if (o->network[0] == '\0' || strcmp(o->network, name) == 0)
		return (true);
	audit_refused(r, "the network is not this identity's");
	reply_problem(r, 403, "identity-denied",
	    "the network is not this identity's", -1);
	return (false);
unknown:
	reply_problem(r, 404, "network-not-found", "there is no such network",
	    -1);
	return (false);
}

bool
peers_denied(struct request *r, const char *why)
{
	const char *code = "identity-denied";

	if (r->who.why != NULL) {
		code = "identity-not-matched";
		why = r->who.why;
	}
	audit_refused(r, why);
	reply_problem(r, 403, code, why, -1);
	return (false);
}

bool
peers_query(struct request *r, struct form *f, const char *const *words)
{
	const char *why;

	why = form_decode(f, r->head + r->http.query.off, r->http.query.len);
	/* A misspelt dry_run must not change anything. */
	if (why == NULL && form_unknown(f, words) != NULL)
		why = "the query has a parameter that is not known here";
	if (why == NULL)
		return (true);
	reply_problem(r, 400, "bad-request", why, -1);
	return (false);
}

bool
peers_begin(struct request *r, struct owner *o, char name[NETNAME_SIZE],
    const char *const *words, struct form *f)
{
	const char *why;

	if (owner_prove(r, o, &why) == -1)
		return (peers_denied(r, why));
	return (take_network(r, o, name) && peers_query(r, f, words));
}

bool
peers_choice(struct request *r, const struct form *f, const char *name,
    const char *no, const char *yes_word, uint8_t *yes)
{
	char text[96];

	*yes = 0;
	if (form_choice(f, name, no, yes_word, yes) == 0)
		return (true);
	snprintf(text, sizeof(text), "%s is %s or %s, once", name, yes_word,
	    no);
	reply_problem(r, 400, "bad-request", text, -1);
	return (false);
}

bool
peers_is_json(const struct request *r)
{
	static const char type[] = "application/json";
	struct http_span v = { 0, 0 };
	size_t len = sizeof(type) - 1;

	if (http_field(r->head, &r->http, "content-type", &v) != 1)
		return (false);
	if (v.len > len && strchr("; \t", r->head[v.off + len]) != NULL)
		v.len = (uint16_t)len;
	return (http_is_nocase(r->head, v, type));
}

bool
peers_json(struct request *r)
{
	if (!r->http.has_body) {
		refuse_problem(r, 411, NULL);
		return (false);
	}
	if (peers_is_json(r))
		return (true);
	reply_problem(r, 415, "unsupported-media-type",
	    "Content-Type must be application/json", -1);
	return (false);
}

void
native_peers(struct request *r)
{
	static const char *const words[] = { "online", NULL };
	char network[NETNAME_SIZE];
	struct owner o;
	struct form f;
	uint8_t online;

	if (peers_begin(r, &o, network, words, &f) &&
	    peers_choice(r, &f, "online", "no", "yes", &online))
		peerlist_start(r, &o, network, online, &list_form);
}

/* The beginning of all routes of one peer: owner, network, no query, key. */
static bool
one_begin(struct request *r, struct owner *o, char network[NETNAME_SIZE],
    uint8_t key[WGKEY_LEN])
{
	static const char *const words[] = { NULL };
	struct form f;

	if (!peers_begin(r, o, network, words, &f))
		return (false);
	if (peerjson_path_key(r->head + r->args[1].off, r->args[1].len, key) ==
	    0)
		return (true);
	reply_problem(r, 400, "invalid-public-key",
	    "the key in the path is not 32 bytes in base64url", -1);
	return (false);
}

static void
send_peer(struct request *r, int status, const struct msg_peer_item *m)
{
	char body[PEERJSON_SIZE];
	int n;

	if ((n = peerjson_native(m, body, sizeof(body) - 1)) == -1) {
		reply_problem(r, 500, "internal-error",
		    "the peer does not fit the answer", -1);
		return;
	}
	body[n++] = '\n';
	reply_send(r, status, "application/json", NULL, body, (size_t)n);
}

static void
peer_put(struct request *r, const struct msg_owned_reply *m)
{
	if (m->code <= LEASE_OK_REKEYED)
		audit_put(r, m);
	if (m->code > LEASE_OK_REKEYED)
		peers_problem(r, m->code, m->text, m->retry_after);
	else if (m->has_item)
		send_peer(r, lease_answer(m->code)->status, &m->item);
	else
		reply_send(r, 204, NULL, NULL, NULL, 0);
}

void
native_peer_put(struct request *r)
{
	char network[NETNAME_SIZE];
	const char *code, *detail;
	struct msg_owned_put m;
	struct owner o;
	int parsed;

	memset(&m, 0, sizeof(m));
	if (!one_begin(r, &o, network, m.pubkey) || !peers_json(r))
		return;
	if (!wgkey_usable(m.pubkey)) {
		peers_problem(r, LEASE_E_KEY, "", 0);
		return;
	}
	parsed = peerjson_parse(r->body, r->body_len, &m, &code, &detail);
	/* It may have had a preshared key in it. */
	if (r->body_len > 0)
		sodium_memzero(r->body, r->body_len);
	if (parsed == -1) {
		reply_problem(r, 400, code, detail, -1);
		return;
	}
	strlcpy(m.network, network, sizeof(m.network));
	strlcpy(m.owner, o.name, sizeof(m.owner));
	m.from = r->from;
	strlcpy(m.req, r->id, sizeof(m.req));
	ASK(r, &ask_put, owned_put, &m);
	sodium_memzero(m.psk, sizeof(m.psk));
}

static void
peer_deleted(struct request *r, const struct msg_owned_reply *m)
{
	if (m->code <= LEASE_OK_REKEYED)
		audit_drop(r, m);
	if (m->code > LEASE_OK_REKEYED)
		peers_problem(r, m->code, m->text, m->retry_after);
	else if (m->has_item)
		send_peer(r, 200, &m->item);
	else
		reply_send(r, 204, NULL, NULL, NULL, 0);
}

void
native_peer_delete(struct request *r)
{
	char network[NETNAME_SIZE];
	struct msg_owned_drop m;
	struct owner o;

	memset(&m, 0, sizeof(m));
	if (!one_begin(r, &o, network, m.pubkey))
		return;
	strlcpy(m.network, network, sizeof(m.network));
	strlcpy(m.owner, o.name, sizeof(m.owner));
	m.from = r->from;
	strlcpy(m.req, r->id, sizeof(m.req));
	ASK(r, &ask_delete, owned_drop, &m);
}

void
native_peer_get(struct request *r)
{
	char network[NETNAME_SIZE];
	uint8_t key[WGKEY_LEN];
	struct owner o;

	if (one_begin(r, &o, network, key))
		peerlist_start_one(r, &o, network, key, &one_form);
}
