/* SPDX-License-Identifier: ISC */
/*
 * vpn-daemon's HTTP interface, for an eduVPN portal: the node, WireGuard peers
 * and OpenVPN clients.  Where the behaviour of the original is not known (bad
 * input), one line of text says what is wrong.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit_line.h"
#include "dialects.h"
#include "form.h"
#include "ibuf.h"
#include "link_leased.h"
#include "node.h"
#include "outbuf.h"
#include "owner.h"
#include "peerjson.h"
#include "peerlist.h"
#include "refuse.h"
#include "reply.h"
#include "request.h"

#define JSON_TYPE	"application/json"
#define OVPN_MAX	(8 * 1024 * 1024)	/* bytes of a list */

/* OpenVPN's clients, collected before the answer begins. */
struct clients {
	struct job	 job;
	struct outbuf	 out;
	bool		 any;
};

static void	 node_done(struct request *, const struct msg_node_reply *);
static void	 added(struct request *, const struct msg_owned_reply *);
static void	 removed(struct request *, const struct msg_owned_reply *);
static void	 ovpn_item(struct request *, const struct msg_ovpn_item *);
static void	 ovpn_end(struct request *, const struct msg_ovpn_end *);
static void	 disconnected(struct request *, const struct msg_ovpn_end *);
static void	 portal_failed(struct request *, const char *);
static void	 portal_refused(struct request *, uint8_t, const char *);
static void	 clients_free(struct job *);

static const struct job_ops clients_ops = {
	.free = clients_free,
};

static const struct ask ask_node = ASK_ONE(node_reply, node_done, portal_failed,
    ASK_FAST_MS);

static const struct ask ask_add = ASK_ONE(owned_reply, added, portal_failed,
    ASK_FAST_MS);

static const struct ask ask_remove = ASK_ONE(owned_reply, removed,
    portal_failed, ASK_FAST_MS);

static const struct ask ask_clients = {
	.answers = {
		ANSWER_PART(ovpn_item, ovpn_item),
		ANSWER(ovpn_end, ovpn_end),
	},
	.failed = portal_failed,
	.ms = ASK_FAST_MS,
};

static const struct ask ask_disconnect = ASK_ONE(ovpn_end, disconnected,
    portal_failed, ASK_FAST_MS);

static const struct peerlist_form list_form = {
	.type = JSON_TYPE,
	.head = "{\"peer_list\":[",
	.tail = "]}\n",
	.none = "]}\n",
	.fast = true,
	.served = true,
	.item = peerjson_portal,
	.refused = portal_refused,
};

static void
portal_failed(struct request *r, const char *text)
{
	request_job_end(r);
	reply_text_retry(r, text, 0);
}

/*
 * A header line for an answer in which clients of some OpenVPN servers are
 * missing.  To an unmodified portal an error would be an empty list, so the
 * clients that are known are told.
 */
static const char *
unasked_line(unsigned int unasked, char *buf, size_t size)
{
	if (unasked == 0)
		return (NULL);
	snprintf(buf, size, "X-OpenVPN-Unasked: %u\r\n", unasked);
	return (buf);
}

/* Answer that servers could not be asked, and are to be asked again. */
static void
unasked(struct request *r, const struct msg_ovpn_end *m)
{
	char line[128];

	snprintf(line, sizeof(line),
	    "%u of %u OpenVPN servers could not be asked; the log names them",
	    m->unasked, (unsigned int)m->unasked + m->asked);
	reply_text_retry(r, line, 0);
}

/* Answer with an error code of leased; text is leased's own, or "". */
static void
portal_error(struct request *r, uint8_t code, const char *text, uint32_t retry)
{
	const struct lease_answer *p;
	char line[TEXT_SIZE];
	int status;
	char *s;

	p = lease_answer(code);
	strlcpy(line, text[0] != '\0' ? text : p->text, sizeof(line));
	/* Send one line, whatever leased's text is. */
	for (s = line; *s != '\0'; s++) {
		if ((unsigned char)*s < ' ' || *s == 0x7f)
			*s = '?';
	}
	audit_refused(r, p->text);
	/*
	 * 404 is for paths.  If our own network is missing, the error is ours.
	 */
	status = p->status == 404 ? 500 : p->status;
	if (status == 503)
		reply_text_retry(r, line, retry & 0xffff);
	else
		reply_text(r, status, line);
}

static void
portal_refused(struct request *r, uint8_t code, const char *text)
{
	portal_error(r, code, text, 0);
}

static bool
is_portal(struct request *r, struct owner *o)
{
	const char *why = "this identity is no portal";

	if (owner_prove(r, o, &why) == 0 && o->role == ROLE_PORTAL)
		return (true);
	audit_refused(r, why);
	reply_text(r, 403, why);
	return (false);
}

static void
bad_input(struct request *r, const char *what, const char *why)
{
	char line[256];

	snprintf(line, sizeof(line), "%s: %s", what, why);
	reply_text(r, 400, line);
}

/* Get the parameters of the body.  Returns false if a 400 was sent. */
static bool
has_body(struct request *r, struct form *f)
{
	static const char type[] = "application/x-www-form-urlencoded";
	struct http_span v = { 0, 0 };
	const char *why;

	if (http_field(r->head, &r->http, "content-type", &v) == 1 &&
	    v.len > sizeof(type) - 1 &&
	    r->head[v.off + sizeof(type) - 1] == ';')
		v.len = sizeof(type) - 1;
	if (!http_is_nocase(r->head, v, type)) {
		bad_input(r, "Content-Type", "not a form");
		return (false);
	}
	if ((why = form_decode(f, r->body, r->body_len)) != NULL)
		bad_input(r, "body", why);
	return (why == NULL);
}

/* The only value of a parameter, or NULL if a 400 was sent. */
static const char *
parameter(struct request *r, const struct form *f, const char *name)
{
	const char *value;
	unsigned int n;

	if ((n = form_get(f, name, &value)) == 1)
		return (value);
	bad_input(r, name, n == 0 ? "missing" : "given more than once");
	return (NULL);
}

/*
 * A word of the query, as documented: "yes" is yes, and all else is the
 * default, which is no.  Of several values the first one counts.
 */
static bool
is_yes(const struct request *r, const char *name)
{
	const char *value;
	struct form f;

	return (form_decode(&f, r->head + r->http.query.off,
		    r->http.query.len) == NULL &&
	    form_get(&f, name, &value) > 0 && strcmp(value, "yes") == 0);
}

static void
node_done(struct request *r, const struct msg_node_reply *m)
{
	struct node_load l;
	char body[512], extra[40];
	int n;

	node_load(r->apid->proc_fds[PROC_LOADAVG], r->apid->cpus, &l);
	n = snprintf(body, sizeof(body),
	    "{\"cpu_count\":%u,\"load_average\":[%s],\"rel_load_average\":[%s],\"node_uptime\":%lld,\"maintenance_mode\":%s,\"v\":\"%s\"",
	    r->apid->cpus, l.load, l.rel,
	    node_uptime(r->apid->proc_fds[PROC_UPTIME]),
	    m->maintenance ? "true" : "false", VERSION);
	/* Nothing was sent yet, so that the question can be asked again. */
	if (is_yes(r, "include_client_peer_count"))
		n += snprintf(body + n, sizeof(body) - (size_t)n,
		    ",\"o_client_count\":%u,\"w_peer_count\":%u", m->o_count,
		    m->w_count);
	n += snprintf(body + n, sizeof(body) - (size_t)n, "}\n");
	reply_send(r, 200, JSON_TYPE,
	    unasked_line(m->o_unasked, extra, sizeof(extra)), body, (size_t)n);
}

static void
portal_node(struct request *r)
{
	struct msg_node_get m;
	struct owner o;

	if (!is_portal(r, &o))
		return;
	m.counts = is_yes(r, "include_client_peer_count");
	ASK(r, &ask_node, node_get, &m);
}

static bool
parse_key(struct request *r, const struct form *f, uint8_t key[WGKEY_LEN])
{
	const char *s;

	if ((s = parameter(r, f, "public_key")) == NULL)
		return (false);
	if (wgkey_parse(s, strlen(s), key) == 0)
		return (true);
	bad_input(r, "public_key", "not 32 bytes in canonical base64");
	return (false);
}

/* Take ip_net, once or more; repeats count once. */
static bool
parse_nets(struct request *r, const struct form *f, struct msg_owned_put *m)
{
	struct prefix p;
	const char *s;
	unsigned int i;

	for (s = form_next(f, "ip_net", NULL); s != NULL;
	    s = form_next(f, "ip_net", s)) {
		if (strchr(s, '/') == NULL || prefix_parse(s, &p) == -1 ||
		    !prefix_is_canonical(&p)) {
			bad_input(r, "ip_net", "not a canonical prefix");
			return (false);
		}
		for (i = 0; i < m->naddrs; i++) {
			if (prefix_equal(&m->addrs[i], &p))
				break;
		}
		if (i < m->naddrs)
			continue;
		if (i == PEER_ADDRS_MAX) {
			bad_input(r, "ip_net", "given more than 16 times");
			return (false);
		}
		m->addrs[m->naddrs++] = p;
	}
	if (m->naddrs == 0)
		bad_input(r, "ip_net", "missing");
	return (m->naddrs > 0);
}

static void
added(struct request *r, const struct msg_owned_reply *m)
{
	if (m->code > LEASE_OK_REKEYED) {
		portal_error(r, m->code, m->text, m->retry_after);
		return;
	}
	audit_put(r, m);
	reply_send(r, 204, NULL, NULL, NULL, 0);
}

static void
portal_add_peer(struct request *r)
{
	struct msg_owned_put m;
	struct owner o;
	struct form f;

	memset(&m, 0, sizeof(m));
	if (!is_portal(r, &o) || !has_body(r, &f) ||
	    !parse_key(r, &f, m.pubkey))
		return;
	if (!wgkey_usable(m.pubkey)) {
		bad_input(r, "public_key", "zero or of low order");
		return;
	}
	if (!parse_nets(r, &f, &m))
		return;
	strlcpy(m.network, o.network, sizeof(m.network));
	strlcpy(m.owner, o.name, sizeof(m.owner));
	m.from = r->from;
	strlcpy(m.req, r->id, sizeof(m.req));
	ASK(r, &ask_add, owned_put, &m);
}

static void
removed(struct request *r, const struct msg_owned_reply *m)
{
	char body[PEERJSON_SIZE];
	int n;

	if (m->code == LEASE_E_NOT_FOUND ||
	    (m->code <= LEASE_OK_REKEYED && !m->has_item)) {
		reply_send(r, 204, NULL, NULL, NULL, 0);
		return;
	}
	if (m->code > LEASE_OK_REKEYED) {
		portal_error(r, m->code, m->text, m->retry_after);
		return;
	}
	audit_drop(r, m);
	if ((n = peerjson_portal(&m->item, body, sizeof(body) - 1)) == -1) {
		reply_text(r, 500, "the peer does not fit the answer");
		return;
	}
	body[n++] = '\n';
	reply_send(r, 200, JSON_TYPE, NULL, body, (size_t)n);
}

static void
portal_remove_peer(struct request *r)
{
	struct msg_owned_drop m;
	struct owner o;
	struct form f;

	memset(&m, 0, sizeof(m));
	if (!is_portal(r, &o) || !has_body(r, &f) ||
	    !parse_key(r, &f, m.pubkey))
		return;
	strlcpy(m.network, o.network, sizeof(m.network));
	strlcpy(m.owner, o.name, sizeof(m.owner));
	m.from = r->from;
	strlcpy(m.req, r->id, sizeof(m.req));
	ASK(r, &ask_remove, owned_drop, &m);
}

static void
portal_peer_list(struct request *r)
{
	struct owner o;

	if (is_portal(r, &o))
		peerlist_start(r, &o, o.network, !is_yes(r, "show_all"),
		    &list_form);
}

static void
clients_free(struct job *j)
{
	struct clients *l = (struct clients *)j;

	outbuf_clear(&l->out);
	free(l);
}

static void
portal_connections(struct request *r)
{
	static const char head[] = "{\"connection_list\":[";
	struct clients *l;
	struct owner o;

	if (!is_portal(r, &o))
		return;
	if ((l = request_job(r, &clients_ops, sizeof(*l))) == NULL) {
		reply_text_retry(r, "out of memory", 0);
		return;
	}
	outbuf_init(&l->out, OVPN_MAX);
	outbuf_add(&l->out, head, sizeof(head) - 1);
	ASK_BARE(r, &ask_clients, OVPN_LIST);
}

static void
ovpn_item(struct request *r, const struct msg_ovpn_item *m)
{
	struct clients *l = (struct clients *)r->job;
	char *dst;
	int n;

	if ((dst = outbuf_room(&l->out, PEERJSON_SIZE + 1)) == NULL)
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
ovpn_end(struct request *r, const struct msg_ovpn_end *m)
{
	struct clients *l = (struct clients *)r->job;
	char extra[40], *piece;
	size_t len;

	if (m->code > LEASE_OK_REKEYED) {
		request_job_end(r);
		portal_error(r, m->code, "", 0);
		return;
	}
	if (m->asked == 0 && m->unasked > 0) {
		request_job_end(r);
		unasked(r, m);
		return;
	}
	outbuf_add(&l->out, "]}\n", 3);
	if (l->out.broken) {
		portal_failed(r, "the list is too large");
		return;
	}
	piece = outbuf_take(&l->out, &len);
	request_job_end(r);
	reply_whole(r, JSON_TYPE,
	    unasked_line(m->unasked, extra, sizeof(extra)), piece, len);
}

static void
disconnected(struct request *r, const struct msg_ovpn_end *m)
{
	if (m->code > LEASE_OK_REKEYED)
		portal_error(r, m->code, "", 0);
	else if (m->unasked > 0)
		unasked(r, m);
	else
		reply_send(r, 204, NULL, NULL, NULL, 0);
}

/* A name as OpenVPN tells it: also one that a person could not be shown. */
static bool
is_client_name(const char *s)
{
	size_t i, n, len = strlen(s);

	for (i = 0; i < len; i += n) {
		n = ibuf_utf8_len((const uint8_t *)s + i, len - i);
		if (n == 0 || (unsigned char)s[i] < ' ' || s[i] == 0x7f)
			return (false);
	}
	return (len > 0 && len < OVPN_NAME_SIZE);
}

static void
portal_disconnect(struct request *r)
{
	struct msg_ovpn_kill m;
	struct owner o;
	struct form f;
	const char *s;

	if (!is_portal(r, &o) || !has_body(r, &f) ||
	    (s = parameter(r, &f, "common_name")) == NULL)
		return;
	if (!is_client_name(s)) {
		bad_input(r, "common_name", "not 1 to 255 bytes of text");
		return;
	}
	strlcpy(m.cn, s, sizeof(m.cn));
	ASK(r, &ask_disconnect, ovpn_kill, &m);
}

static const struct route routes[] = {
	{ VERB_GET, false, "/i/node", portal_node, NULL },
	{ VERB_POST, false, "/w/add_peer", portal_add_peer, NULL },
	{ VERB_GET, false, "/w/peer_list", portal_peer_list, NULL },
	{ VERB_POST, false, "/w/remove_peer", portal_remove_peer, NULL },
	{ VERB_GET, false, "/o/connection_list", portal_connections, NULL },
	{ VERB_POST, false, "/o/disconnect_client", portal_disconnect, NULL },
};

const struct dialect dialect_portal = {
	.api = API_PORTAL,
	.routes = routes,
	.nroutes = sizeof(routes) / sizeof(routes[0]),
	.refuse = refuse_text,
};
