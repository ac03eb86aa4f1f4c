/* SPDX-License-Identifier: ISC */
/*
 * vpn-daemon's HTTP interface, for an eduVPN portal: the node, WireGuard peers
 * and OpenVPN clients.  Where the original could not be seen (bad input) one
 * line of text says what is wrong.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit_line.h"
#include "conn.h"
#include "form.h"
#include "link_leased.h"
#include "node.h"
#include "outbuf.h"
#include "owner.h"
#include "peerjson.h"
#include "peerlist.h"
#include "printable.h"
#include "reply.h"
#include "route.h"

#define JSON_TYPE	"application/json"
#define OVPN_MAX	(8 * 1024 * 1024)	/* of a list, in bytes */

/* OpenVPN's clients, collected before the first byte of the answer. */
struct clients {
	struct outbuf	 out;
	bool		 any;
};

static void	 node_done(struct conn *, const struct msg_node_reply *);
static void	 added(struct conn *, const struct msg_owned_reply *);
static void	 removed(struct conn *, const struct msg_owned_reply *);
static void	 ovpn_item(struct conn *, const struct msg_ovpn_item *);
static void	 ovpn_end(struct conn *, const struct msg_ovpn_end *);
static void	 disconnected(struct conn *, const struct msg_ovpn_end *);
static void	 portal_failed(struct conn *, const char *);
static void	 portal_refused(struct conn *, uint8_t, const char *);

static const struct ask ask_node = {
	.answers = {
		ANSWER(node_reply, node_done),
	},
	.failed = portal_failed,
	.ms = ASK_FAST_MS,
};

static const struct ask ask_add = {
	.answers = {
		ANSWER(owned_reply, added),
	},
	.failed = portal_failed,
	.ms = ASK_FAST_MS,
};

static const struct ask ask_remove = {
	.answers = {
		ANSWER(owned_reply, removed),
	},
	.failed = portal_failed,
	.ms = ASK_FAST_MS,
};

static const struct ask ask_clients = {
	.answers = {
		ANSWER_PART(ovpn_item, ovpn_item),
		ANSWER(ovpn_end, ovpn_end),
	},
	.failed = portal_failed,
	.ms = ASK_FAST_MS,
};

static const struct ask ask_disconnect = {
	.answers = {
		ANSWER(ovpn_end, disconnected),
	},
	.failed = portal_failed,
	.ms = ASK_FAST_MS,
};

static const struct peerlist_form list_form = {
	.head = "{\"peer_list\":[",
	.tail = "]}\n",
	.fast = true,
	.item = peerjson_portal,
	.refused = portal_refused,
};

static void
portal_failed(struct conn *c, const char *text)
{
	portal_forget(c);
	reply_text_retry(c, text, 0);
}

/* A code of leased that is no success; text is its own, or "". */
static void
portal_error(struct conn *c, uint8_t code, const char *text, uint32_t retry)
{
	const struct lease_answer *p;
	char line[TEXT_SIZE];
	int status;
	char *s;

	p = lease_answer(code);
	(void)strlcpy(line, text[0] != '\0' ? text : p->text, sizeof(line));
	/* One line, whatever leased says. */
	for (s = line; *s != '\0'; s++) {
		if ((unsigned char)*s < ' ' || *s == 0x7f)
			*s = '?';
	}
	audit_refused(c, p->text);
	/* 404 is for paths: a network of ours that is not there is ours. */
	status = p->status == 404 ? 500 : p->status;
	if (status == 503)
		reply_text_retry(c, line, retry & 0xffff);
	else
		reply_text(c, status, line);
}

static void
portal_refused(struct conn *c, uint8_t code, const char *text)
{
	portal_error(c, code, text, 0);
}

static bool
is_portal(struct conn *c, struct owner *o)
{
	const char *code, *why = "this identity is no portal";

	if (owner_prove(c, o, &code, &why) == 0 && o->role == ROLE_PORTAL)
		return (true);
	audit_refused(c, why);
	reply_text(c, 403, why);
	return (false);
}

static void
bad_input(struct conn *c, const char *what, const char *why)
{
	char line[256];

	(void)snprintf(line, sizeof(line), "%s: %s", what, why);
	reply_text(c, 400, line);
}

/* The query's or the body's parameters; false if a 400 has been sent. */
static bool
has_query(struct conn *c, struct form *f)
{
	const char *why;

	why = form_decode(f, c->in + c->req.query.off, c->req.query.len);
	if (why != NULL)
		bad_input(c, "query", why);
	return (why == NULL);
}

static bool
has_body(struct conn *c, struct form *f)
{
	static const char type[] = "application/x-www-form-urlencoded";
	struct http_span v = { 0, 0 };
	const char *why;

	if (http_field(c->in, &c->req, "content-type", &v) == 1 &&
	    v.len > sizeof(type) - 1 && c->in[v.off + sizeof(type) - 1] == ';')
		v.len = sizeof(type) - 1;
	if (!http_is_nocase(c->in, v, type)) {
		bad_input(c, "Content-Type", "not a form");
		return (false);
	}
	if ((why = form_decode(f, c->body, c->body_len)) != NULL)
		bad_input(c, "body", why);
	return (why == NULL);
}

/* The only value of a parameter; NULL if a 400 has been sent. */
static const char *
parameter(struct conn *c, const struct form *f, const char *name)
{
	const char *value;
	unsigned int n;

	if ((n = form_get(f, name, &value)) == 1)
		return (value);
	bad_input(c, name, n == 0 ? "missing" : "given more than once");
	return (NULL);
}

static bool
choice(struct conn *c, const char *name, uint8_t *yes)
{
	struct form f;

	*yes = 0;
	if (!has_query(c, &f))
		return (false);
	if (form_choice(&f, name, "no", "yes", yes) == 0)
		return (true);
	bad_input(c, name, "neither yes nor no");
	return (false);
}

static void
node_done(struct conn *c, const struct msg_node_reply *m)
{
	struct node_load l;
	char body[512];
	uint8_t counts;
	struct form f;
	int n;

	node_load(c->apid->proc_fds[PROC_LOADAVG], c->apid->cpus, &l);
	n = snprintf(body, sizeof(body),
	    "{\"cpu_count\":%u,\"load_average\":[%s],"
	    "\"rel_load_average\":[%s],\"node_uptime\":%lld,"
	    "\"maintenance_mode\":%s,\"v\":\"%s\"",
	    c->apid->cpus, l.load, l.rel,
	    node_uptime(c->apid->proc_fds[PROC_UPTIME]),
	    m->maintenance ? "true" : "false", VERSION);
	/* The request is still there to be asked again. */
	counts = 0;
	if (form_decode(&f, c->in + c->req.query.off, c->req.query.len) == NULL)
		(void)form_choice(&f, "include_client_peer_count", "no", "yes",
		    &counts);
	if (counts)
		n += snprintf(body + n, sizeof(body) - (size_t)n,
		    ",\"o_client_count\":%u,\"w_peer_count\":%u", m->o_count,
		    m->w_count);
	n += snprintf(body + n, sizeof(body) - (size_t)n, "}\n");
	reply_send(c, 200, JSON_TYPE, NULL, body, (size_t)n);
}

void
portal_node(struct conn *c)
{
	struct msg_node_get m;
	struct owner o;

	if (is_portal(c, &o) &&
	    choice(c, "include_client_peer_count", &m.counts))
		ASK(c, &ask_node, node_get, &m);
}

static bool
parse_key(struct conn *c, const struct form *f, uint8_t key[WGKEY_LEN])
{
	const char *s;

	if ((s = parameter(c, f, "public_key")) == NULL)
		return (false);
	if (wgkey_parse(s, strlen(s), key) == 0)
		return (true);
	bad_input(c, "public_key", "not 32 bytes in canonical base64");
	return (false);
}

/* ip_net, once or more; the same twice counts once. */
static bool
parse_nets(struct conn *c, const struct form *f, struct msg_owned_put *m)
{
	struct prefix p;
	const char *s;
	unsigned int i;

	for (s = form_next(f, "ip_net", NULL); s != NULL;
	    s = form_next(f, "ip_net", s)) {
		if (strchr(s, '/') == NULL || prefix_parse(s, &p) == -1 ||
		    !prefix_is_canonical(&p)) {
			bad_input(c, "ip_net", "not a canonical prefix");
			return (false);
		}
		for (i = 0; i < m->naddrs; i++) {
			if (prefix_equal(&m->addrs[i], &p))
				break;
		}
		if (i < m->naddrs)
			continue;
		if (i == PEER_ADDRS_MAX) {
			bad_input(c, "ip_net", "given more than 16 times");
			return (false);
		}
		m->addrs[m->naddrs++] = p;
	}
	if (m->naddrs == 0)
		bad_input(c, "ip_net", "missing");
	return (m->naddrs > 0);
}

static void
added(struct conn *c, const struct msg_owned_reply *m)
{
	if (m->code > LEASE_OK_REKEYED) {
		portal_error(c, m->code, m->text, m->retry_after);
		return;
	}
	audit_put(c, m);
	reply_send(c, 204, NULL, NULL, NULL, 0);
}

void
portal_add_peer(struct conn *c)
{
	struct msg_owned_put m;
	struct owner o;
	struct form f;

	memset(&m, 0, sizeof(m));
	if (!is_portal(c, &o) || !has_body(c, &f) ||
	    !parse_key(c, &f, m.pubkey))
		return;
	if (!wgkey_usable(m.pubkey)) {
		bad_input(c, "public_key", "zero or of low order");
		return;
	}
	if (!parse_nets(c, &f, &m))
		return;
	(void)strlcpy(m.network, o.network, sizeof(m.network));
	(void)strlcpy(m.owner, o.name, sizeof(m.owner));
	m.from = c->from;
	(void)strlcpy(m.req, c->reqid, sizeof(m.req));
	ASK(c, &ask_add, owned_put, &m);
}

static void
removed(struct conn *c, const struct msg_owned_reply *m)
{
	char body[PEERJSON_SIZE];
	int n;

	if (m->code == LEASE_E_NOT_FOUND ||
	    (m->code <= LEASE_OK_REKEYED && !m->has_item)) {
		reply_send(c, 204, NULL, NULL, NULL, 0);
		return;
	}
	if (m->code > LEASE_OK_REKEYED) {
		portal_error(c, m->code, m->text, m->retry_after);
		return;
	}
	audit_drop(c, m);
	if ((n = peerjson_portal(&m->item, body, sizeof(body) - 1)) == -1) {
		reply_text(c, 500, "the peer does not fit the answer");
		return;
	}
	body[n++] = '\n';
	reply_send(c, 200, JSON_TYPE, NULL, body, (size_t)n);
}

void
portal_remove_peer(struct conn *c)
{
	struct msg_owned_drop m;
	struct owner o;
	struct form f;

	memset(&m, 0, sizeof(m));
	if (!is_portal(c, &o) || !has_body(c, &f) ||
	    !parse_key(c, &f, m.pubkey))
		return;
	(void)strlcpy(m.network, o.network, sizeof(m.network));
	(void)strlcpy(m.owner, o.name, sizeof(m.owner));
	m.from = c->from;
	(void)strlcpy(m.req, c->reqid, sizeof(m.req));
	ASK(c, &ask_remove, owned_drop, &m);
}

void
portal_peer_list(struct conn *c)
{
	struct owner o;
	uint8_t all;

	if (is_portal(c, &o) && choice(c, "show_all", &all))
		peerlist_start(c, &o, o.network, !all, &list_form);
}

void
portal_forget(struct conn *c)
{
	if (c->clients == NULL)
		return;
	outbuf_clear(&c->clients->out);
	free(c->clients);
	c->clients = NULL;
}

void
portal_connections(struct conn *c)
{
	static const char head[] = "{\"connection_list\":[";
	struct owner o;

	if (!is_portal(c, &o))
		return;
	portal_forget(c);
	if ((c->clients = calloc(1, sizeof(*c->clients))) == NULL) {
		reply_text_retry(c, "out of memory", 0);
		return;
	}
	outbuf_init(&c->clients->out, OVPN_MAX);
	outbuf_add(&c->clients->out, head, sizeof(head) - 1);
	ASK_BARE(c, &ask_clients, OVPN_LIST);
}

static void
ovpn_item(struct conn *c, const struct msg_ovpn_item *m)
{
	struct clients *l = c->clients;
	char *dst;
	int n;

	/* As the original: only who has both addresses. */
	if (m->ip4.family == 0 || m->ip6.family == 0 ||
	    (dst = outbuf_room(&l->out, PEERJSON_SIZE + 1)) == NULL)
		return;
	*dst = ',';
	if ((n = peerjson_ovpn(m, dst + l->any, PEERJSON_SIZE)) == -1) {
		l->out.broken = true;
		return;
	}
	l->out.len += (size_t)n + l->any;
	l->any = true;
}

static void
ovpn_end(struct conn *c, const struct msg_ovpn_end *m)
{
	char *piece;
	size_t len;

	if (m->code > LEASE_OK_REKEYED) {
		portal_forget(c);
		portal_error(c, m->code, "", 0);
		return;
	}
	outbuf_add(&c->clients->out, "]}\n", 3);
	if (c->clients->out.broken) {
		portal_failed(c, "the list is too large");
		return;
	}
	piece = outbuf_take(&c->clients->out, &len);
	portal_forget(c);
	reply_whole(c, JSON_TYPE, NULL, piece, len);
}

static void
disconnected(struct conn *c, const struct msg_ovpn_end *m)
{
	if (m->code > LEASE_OK_REKEYED)
		portal_error(c, m->code, "", 0);
	else
		reply_send(c, 204, NULL, NULL, NULL, 0);
}

void
portal_disconnect(struct conn *c)
{
	struct msg_ovpn_kill m;
	struct owner o;
	struct form f;
	const char *s;

	if (!is_portal(c, &o) || !has_body(c, &f) ||
	    (s = parameter(c, &f, "common_name")) == NULL)
		return;
	if (s[0] == '\0' || strlcpy(m.cn, s, sizeof(m.cn)) >= sizeof(m.cn) ||
	    !printable_utf8(s, strlen(s))) {
		bad_input(c, "common_name", "not 1 to 64 printable bytes");
		return;
	}
	ASK(c, &ask_disconnect, ovpn_kill, &m);
}
