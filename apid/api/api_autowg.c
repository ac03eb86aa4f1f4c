/* SPDX-License-Identifier: ISC */
/*
 * autowg's HTTP interface: POST v1/register for devices, GET v1/peers.json for
 * dashboards.  Where the original is wrong (two answers to one bad key, a name
 * that only begins like the pattern) this is right instead.
 */

#include <sys/socket.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "audit_line.h"
#include "autowg.h"
#include "conn.h"
#include "link_leased.h"
#include "log.h"
#include "reply.h"
#include "route.h"

#define TEXT_TYPE	"text/plain; charset=UTF-8"
#define LIST_TYPE	"application/json; charset=UTF-8"
#define PIECE_FIRST	16384
#define PIECE_MAX	(512 * 1024)

/* A list under way: one page of leased's is one piece of the answer. */
struct peers {
	char		 network[NETNAME_SIZE];
	char		 after[IDENT_SIZE];	/* the last name seen */
	char		*buf;		/* REPLY_FRONT bytes, then the piece */
	size_t		 len;		/* of the piece */
	size_t		 size;		/* of buf */
	unsigned int	 items;		/* in this page */
	bool		 any;		/* an item was written */
	bool		 begun;		/* the head has been sent */
	bool		 broken;	/* out of memory, or a page too large */
};

static void	 register_done(struct conn *, const struct msg_lease_reply *);
static void	 register_failed(struct conn *, const char *);
static void	 peers_item(struct conn *, const struct msg_lease_item *);
static void	 peers_end(struct conn *, const struct msg_lease_list_end *);
static void	 peers_failed(struct conn *, const char *);
static void	 peers_more(struct conn *);

static const struct ask ask_register = {
	.answers = {
		ANSWER(lease_reply, register_done),
	},
	.failed = register_failed,
};

static const struct ask ask_peers = {
	.answers = {
		ANSWER_PART(lease_item, peers_item),
		ANSWER(lease_list_end, peers_end),
	},
	.failed = peers_failed,
	.drained = peers_more,
};

/* The original's error page, which is that of Python's http.server. */
static void
error_page(struct conn *c, int status, const char *message, const char *explain)
{
	char body[640];

	(void)snprintf(body, sizeof(body),
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
	reply_send_reason(c, status, message, "text/html;charset=utf-8", NULL,
	    body, strlen(body));
}

static void
permission_denied(struct conn *c, const char *why)
{
	audit_refused(c, why);
	error_page(c, 403, "permission denied",
	    "Request forbidden -- authorization will not help");
}

static void
not_found(struct conn *c)
{
	error_page(c, 404, "not found", "Nothing matches the given URI");
}

static void
register_failed(struct conn *c, const char *text)
{
	reply_text_retry(c, text, 0);
}

static void
register_refused(struct conn *c, const struct msg_lease_reply *m)
{
	const struct lease_answer *a = lease_answer(m->code);
	int status = a->status;

	if (m->code == LEASE_E_DENIED) {
		permission_denied(c, a->text);
		return;
	}
	audit_refused(c, a->text);
	/* A name is what the client sent, a network is not. */
	if (m->code == LEASE_E_NAME)
		status = 400;
	else if (status == 404)
		status = 500;
	if (status == 503)
		reply_text_retry(c, a->text, m->retry_after);
	else
		reply_text(c, status, a->text);
}

static void
register_done(struct conn *c, const struct msg_lease_reply *m)
{
	char body[AUTOWG_LEASE_SIZE];
	int len;

	if (m->code > LEASE_OK_REKEYED) {
		register_refused(c, m);
		return;
	}
	if ((len = autowg_lease(m, body)) == -1) {
		audit_refused(c,
		    "autowg needs an IPv6 pool and an IPv6 route: "
		    "add them to the network");
		reply_text(c, 500, "the network has no IPv6 pool or route");
		return;
	}
	audit_registered(c, m);
	reply_send(c, 200, TEXT_TYPE, NULL, body, (size_t)len);
}

static void
key_refused(struct conn *c)
{
	if (autowg_has_preshared(c->body, c->body_len)) {
		audit_refused(c,
		    "the device sends a preshared key, which is not "
		    "supported: let it send its public key alone");
		reply_text(c, 400,
		    "preshared keys are not supported: send the public key "
		    "alone");
		return;
	}
	audit_refused(c, "the body is not a usable public key");
	reply_text(c, 400, "the body must be a WireGuard public key in base64");
}

void
autowg_register(struct conn *c)
{
	struct msg_lease_register m;

	if (!c->req.has_length) {
		reply_text(c, 400, "Content-Length is missing");
		return;
	}
	if (who_prove(c) == -1) {
		permission_denied(c, c->who.why);
		return;
	}
	if (c->who.id.role != ROLE_DEVICE) {
		permission_denied(c, "this identity is not a device");
		return;
	}
	memset(&m, 0, sizeof(m));
	if (autowg_key(c->body, c->body_len, m.pubkey) == -1 ||
	    !wgkey_usable(m.pubkey)) {
		key_refused(c);
		return;
	}
	(void)strlcpy(m.network, c->who.id.network, sizeof(m.network));
	(void)strlcpy(m.name, c->who.id.name, sizeof(m.name));
	(void)strlcpy(m.who, c->who.label, sizeof(m.who));
	m.from = c->from;
	(void)strlcpy(m.req, c->reqid, sizeof(m.req));
	ASK(c, &ask_register, lease_register, &m);
}

/* The password, compared in a time that tells nothing about it. */
static bool
is_authorized(struct conn *c)
{
	struct http_span v = { 0, 0 };
	size_t len = strlen(c->set->basic);

	if (len == 0 || http_field(c->in, &c->req, "authorization", &v) != 1)
		return (false);
	return (v.len == len &&
	    sodium_memcmp(c->in + v.off, c->set->basic, len) == 0);
}

/* Whose leases the client may list; NULL: none. */
static const char *
may_list(struct conn *c)
{
	const struct settings *s = c->set;
	const char *network;

	/* The network that devices of this listener register with. */
	network = s->first_network[c->lst->proof];
	if (network[0] == '\0')
		network = s->networks[0];
	if (is_authorized(c))
		return (network);
	if (who_prove(c) == -1 ||
	    (c->who.id.role != ROLE_MONITOR && c->who.id.role != ROLE_OPERATOR))
		return (NULL);
	return (c->who.id.network[0] != '\0' ? c->who.id.network : network);
}

static void
unauthorized(struct conn *c)
{
	struct http_span v;

	/*
	 * Without a password the client only asks for the question.  With one
	 * it guesses: each guess costs it a connection, which are counted.
	 */
	if (http_field(c->in, &c->req, "authorization", &v) != 0) {
		conn_punish(c);
		c->close = c->linger = true;
	}
	reply_send(c, 401, NULL, "WWW-Authenticate: Basic realm=auth\r\n", NULL,
	    0);
}

void
autowg_forget(struct conn *c)
{
	if (c->peers == NULL)
		return;
	free(c->peers->buf);
	free(c->peers);
	c->peers = NULL;
}

static void
peers_ask(struct conn *c)
{
	struct msg_lease_list m;

	memset(&m, 0, sizeof(m));
	(void)strlcpy(m.network, c->peers->network, sizeof(m.network));
	(void)strlcpy(m.after, c->peers->after, sizeof(m.after));
	c->peers->items = 0;
	ASK(c, &ask_peers, lease_list, &m);
}

void
autowg_peers(struct conn *c)
{
	const char *network;

	if ((network = may_list(c)) == NULL) {
		unauthorized(c);
		return;
	}
	autowg_forget(c);
	if ((c->peers = calloc(1, sizeof(*c->peers))) == NULL) {
		reply_text_retry(c, "out of memory", 0);
		return;
	}
	(void)strlcpy(c->peers->network, network, sizeof(c->peers->network));
	peers_ask(c);
}

/* Room for n bytes more and what reply_piece puts around them. */
static char *
peers_room(struct peers *p, size_t n)
{
	size_t need, size;
	char *buf;

	need = REPLY_FRONT + p->len + n + REPLY_BACK;
	if (need > p->size) {
		size = p->size == 0 ? PIECE_FIRST : p->size;
		while (size < need)
			size *= 2;
		if (size > PIECE_MAX || (buf = realloc(p->buf, size)) == NULL) {
			p->broken = true;
			return (NULL);
		}
		p->buf = buf;
		p->size = size;
	}
	return (p->buf + REPLY_FRONT + p->len);
}

static void
peers_item(struct conn *c, const struct msg_lease_item *m)
{
	struct peers *p = c->peers;
	char *dst;
	int n;

	if (p->broken || (dst = peers_room(p, AUTOWG_ITEM_SIZE)) == NULL)
		return;
	if ((n = autowg_item(m, !p->any, dst, AUTOWG_ITEM_SIZE)) == -1) {
		p->broken = true;
		return;
	}
	p->len += (size_t)n;
	p->any = true;
	p->items++;
	(void)strlcpy(p->after, m->name, sizeof(p->after));
}

static void
peers_failed(struct conn *c, const char *text)
{
	bool begun = c->peers->begun;

	autowg_forget(c);
	/* Half a list has no error but its end. */
	if (begun)
		c->state = CONN_DEAD;
	else
		reply_text_retry(c, text, 0);
}

static void
peers_end(struct conn *c, const struct msg_lease_list_end *m)
{
	struct peers *p = c->peers;
	bool last = m->more == 0;
	char *dst, *piece;
	size_t len;
	int n;

	if (m->code != LEASE_OK_SAME || p->broken ||
	    (dst = peers_room(p, 8)) == NULL || (!last && p->items == 0)) {
		peers_failed(c, "the list cannot be had at the moment");
		return;
	}
	if (last) {
		if ((n = autowg_end(!p->any, dst, 8)) == -1) {
			peers_failed(c, "the list cannot be had");
			return;
		}
		p->len += (size_t)n;
	}
	piece = p->buf;
	len = p->len;
	p->buf = NULL;
	p->len = p->size = 0;
	if (last && !p->begun)
		reply_whole(c, LIST_TYPE, NULL, piece, len);
	else {
		if (!p->begun)
			reply_begin(c, LIST_TYPE, NULL);
		p->begun = true;
		reply_piece(c, piece, len, last);
	}
	if (last)
		autowg_forget(c);
}

static void
peers_more(struct conn *c)
{
	peers_ask(c);
}

/* Everything else below a listener that speaks autowg. */
void
autowg_other(struct conn *c)
{
	if (c->req.method == VERB_GET) {
		if (may_list(c) == NULL)
			unauthorized(c);
		else
			not_found(c);
		return;
	}
	if (c->req.method == VERB_POST && who_prove(c) == -1) {
		permission_denied(c, c->who.why);
		return;
	}
	not_found(c);
}
