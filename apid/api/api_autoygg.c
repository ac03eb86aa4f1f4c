/* SPDX-License-Identifier: ISC */
/*
 * autoygg's HTTP interface, for nodes of Yggdrasil that lease an address of
 * this gateway: GET info, GET and POST register, POST renew and release.
 *
 * Its client looks at no status.  JSON without "Error" is a success to it, JSON
 * with "Error" the end, and anything else makes it come again.  So each refusal
 * here has "Error", and what passes by itself is plain text.
 */

#include <sys/socket.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit_line.h"
#include "autoygg.h"
#include "devconf.h"
#include "dialects.h"
#include "leaseask.h"
#include "link_leased.h"
#include "refuse.h"
#include "reply.h"
#include "request.h"

#define JSON_TYPE	"application/json; charset=utf-8"
#define TEXT_TYPE	"text/plain; charset=utf-8"

#define MALFORMED	"Malformed json request"
#define KEY_LENGTH	"Malformed json request: PublicKey length incorrect"
#define NOT_ALLOWED	"Registration not allowed"
#define NOT_FOUND	"Registration not found"
#define NO_CONTACT	"Client name, e-mail and phone must be supplied"
#define INTERNAL	"Internal Server Error"

/* The end of a lease that was given back lies so far in the past. */
#define PAST_S		10

/* The parsed body of a request, which is kept until the answer repeats it. */
struct wishjob {
	struct job	 job;
	struct autoygg_wish wish;
};

static void	 registered(struct request *, const struct msg_lease_reply *);
static void	 renewed(struct request *, const struct msg_lease_reply *);
static void	 released(struct request *, const struct msg_lease_reply *);
static void	 release_shown(struct request *, const struct msg_lease_reply *);
static void	 shown(struct request *, const struct msg_lease_reply *);
static void	 come_again(struct request *, const char *);

static const struct ask ask_register = ASK_ONE(lease_reply, registered,
    come_again, ASK_MS);
static const struct ask ask_renew = ASK_ONE(lease_reply, renewed, come_again,
    ASK_MS);
static const struct ask ask_release = ASK_ONE(lease_reply, released, come_again,
    ASK_MS);
static const struct ask ask_released = ASK_ONE(lease_reply, release_shown,
    come_again, ASK_MS);
static const struct ask ask_show = ASK_ONE(lease_reply, shown, come_again,
    ASK_MS);

static void
wishjob_free(struct job *j)
{
	free(j);
}

static const struct job_ops wishjob_ops = {
	.free = wishjob_free,
};

static void
come_again(struct request *r, const char *text)
{
	reply_text_retry(r, text, 0);
}

static void
send_json(struct request *r, int status, const char *type, const char *body,
    int len)
{
	if (len == -1)
		come_again(r, "the answer is too long");
	else
		reply_send(r, status, type, NULL, body, (size_t)len);
}

static void
send_row(struct request *r, int status, const char *type,
    const struct autoygg_row *row)
{
	char body[AUTOYGG_SIZE];
	int len;

	len = autoygg_registration(row, body);
	send_json(r, status, type, body, len);
}

/* Most errors are a registration in which nothing else is set. */
static void
long_error(struct request *r, int status, const char *error)
{
	struct autoygg_row row;

	memset(&row, 0, sizeof(row));
	row.error = error;
	send_row(r, status, JSON_TYPE, &row);
}

static void
short_error(struct request *r, int status, const char *error)
{
	char body[AUTOYGG_SIZE];
	int len;

	len = autoygg_error(error, body);
	send_json(r, status, JSON_TYPE, body, len);
}

static void
not_allowed(struct request *r, const char *why)
{
	audit_refused(r, why);
	long_error(r, 403, NOT_ALLOWED);
}

static void
refused(struct request *r, const struct msg_lease_reply *m)
{
	const struct lease_answer *a = lease_answer(m->code);

	switch (m->code) {
	case LEASE_E_NOT_FOUND:
		long_error(r, 404, NOT_FOUND);
		return;
	case LEASE_E_GIVEN_BACK:
		short_error(r, 404, NOT_FOUND);
		return;
	case LEASE_E_KEY:
	case LEASE_E_KEY_TAKEN:
	case LEASE_E_DENIED:
	case LEASE_E_NAME:
	case LEASE_E_PENDING:
		not_allowed(r, a->text);
		return;
	case LEASE_E_CONTACT:
		audit_refused(r, a->text);
		long_error(r, 403, NO_CONTACT);
		return;
	}
	audit_refused(r, a->text);
	if (m->code == LEASE_E_BUSY || m->code == LEASE_E_STORE ||
	    m->code == LEASE_E_NETWORK)
		reply_text_retry(r, a->text, m->retry_after);
	else
		long_error(r, 500, INTERNAL);
}

static const struct prefix *
first_v4(const struct prefix *list, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		if (list[i].family == AF_INET)
			return (&list[i]);
	return (NULL);
}

/* The address of the gateway beside that of the client, with its length. */
static const struct prefix *
gateway_of(const struct msg_conf_network *n, const struct prefix *ip)
{
	unsigned int i;

	for (i = 0; i < n->naddrs; i++)
		if (prefix_contains(&n->addrs[i], ip))
			return (&n->addrs[i]);
	return (NULL);
}

/*
 * Fill in the addresses of a lease, if the configuration has them.  Returns
 * false if the refusal was sent.
 */
static bool
has_addresses(struct request *r, const struct msg_lease_reply *m,
    struct autoygg_row *row, char tunnel[AUTOYGG_TUNNEL])
{
	const struct msg_conf_network *n;
	char why[TEXT_SIZE / 2];

	n = settings_network(r->apid->set, r->who.id.network);
	if (n == NULL) {
		come_again(r, lease_answer(LEASE_E_NETWORK)->text);
		return (false);
	}
	if (devconf_check(m, n, r->who.id.name, why, sizeof(why)) == -1) {
		/* Another may have the addresses of a lease that is over. */
		if (m->code == LEASE_E_GIVEN_BACK)
			return (true);
		audit_refused(r, why);
		come_again(r, lease_answer(LEASE_E_BUSY)->text);
		return (false);
	}
	row->ip = first_v4(m->addrs, m->naddrs);
	row->gateway = row->ip == NULL ? NULL : gateway_of(n, row->ip);
	if (row->gateway == NULL) {
		audit_refused(r,
		    "autoygg needs an IPv4 pool inside an address of the network");
		long_error(r, 500, INTERNAL);
		return (false);
	}
	row->tunnel = autoygg_tunnel(n, row->ip, tunnel);
	return (true);
}

/* Answer with a lease.  state is the original's word for its state. */
static void
send_lease(struct request *r, int status, const struct msg_lease_reply *m,
    const char *state)
{
	char tunnel[AUTOYGG_TUNNEL];
	struct autoygg_wish client;
	struct autoygg_row row;

	memset(&row, 0, sizeof(row));
	if (!has_addresses(r, m, &row, tunnel))
		return;
	row.id = m->id;
	row.created = m->first;
	row.updated = m->renewed;
	row.expires = m->expires;
	if (m->state == LEASE_EXPIRED)
		row.expires -= PAST_S;
	row.state = state;
	row.key = m->pubkey;
	row.ygg = &r->from;
	row.gateway_key = r->apid->set->autoygg.public_key;
	/* A GET says nothing. */
	if (r->job != NULL)
		client = ((struct wishjob *)r->job)->wish;
	else
		memset(&client, 0, sizeof(client));
	if (m->contact.name[0] != '\0') {
		strlcpy(client.name, m->contact.name, sizeof(client.name));
		strlcpy(client.email, m->contact.email, sizeof(client.email));
		strlcpy(client.phone, m->contact.phone, sizeof(client.phone));
	}
	row.client = &client;
	send_row(r, status, JSON_TYPE, &row);
}

static void
registered(struct request *r, const struct msg_lease_reply *m)
{
	if (m->code > LEASE_OK_REKEYED) {
		refused(r, m);
		return;
	}
	audit_registered(r, m);
	/* The original answers before the tunnel is there. */
	send_lease(r, 200, m, "open");
}

static void
renewed(struct request *r, const struct msg_lease_reply *m)
{
	if (m->code > LEASE_OK_REKEYED)
		refused(r, m);
	else
		send_lease(r, 200, m,
		    m->code == LEASE_OK_NEW ? "open" : "success");
}

/* The lease has ended: the answer is the rest of it. */
static void
released(struct request *r, const struct msg_lease_reply *m)
{
	struct msg_lease_get get;

	if (m->code > LEASE_OK_REKEYED) {
		refused(r, m);
		return;
	}
	leaseask_get(r, &get);
	ASK(r, &ask_released, lease_get, &get);
}

static void
release_shown(struct request *r, const struct msg_lease_reply *m)
{
	if (m->code == LEASE_E_GIVEN_BACK)
		send_lease(r, 200, m, "expired");
	else
		shown(r, m);
}

static void
shown(struct request *r, const struct msg_lease_reply *m)
{
	switch (m->code) {
	case LEASE_E_NOT_FOUND:
		/* To the original this is an answer, and no error. */
		if (r->apid->set->autoygg.require_contact)
			long_error(r, 403, NO_CONTACT);
		else
			long_error(r, 404, NULL);
		return;
	case LEASE_E_GIVEN_BACK:
		send_lease(r, 200, m, "expired");
		return;
	}
	if (m->code > LEASE_OK_REKEYED)
		refused(r, m);
	else if (m->state == LEASE_PENDING)
		send_lease(r, 200, m, "open");
	else if (m->state == LEASE_OUTSIDE)
		long_error(r, 500, INTERNAL);
	else
		send_lease(r, 201, m, "success");
}

static bool
is_device(struct request *r)
{
	if (who_prove(r) == -1)
		not_allowed(r, r->who.why);
	else if (r->who.id.role != ROLE_DEVICE)
		not_allowed(r, "this identity is not a device");
	else
		return (true);
	return (false);
}

/* Read the body.  Returns NULL if the refusal was sent. */
static const struct autoygg_wish *
read_body(struct request *r)
{
	struct autoygg_row row;
	struct wishjob *j;

	if ((j = request_job(r, &wishjob_ops, sizeof(*j))) == NULL) {
		come_again(r, "out of memory");
		return (NULL);
	}
	if (autoygg_parse(r->body, r->body_len, &j->wish) == -1) {
		memset(&row, 0, sizeof(row));
		row.error = MALFORMED;
		send_row(r, 400, TEXT_TYPE, &row);
		return (NULL);
	}
	if (j->wish.key_len == YGGKEY_TEXT - 1)
		return (&j->wish);
	long_error(r, 400, KEY_LENGTH);
	return (NULL);
}

/*
 * The key that a client names must be its own, as the node of this address has
 * proved to have the key of this address and no other.
 */
static bool
has_key(struct request *r, const struct autoygg_wish *w, uint8_t *key)
{
	if (autoygg_key(w->key, key) == -1)
		not_allowed(r, "the public key is not hexadecimal");
	else if (yggaddr_is(&r->from) && !yggaddr_fits(&r->from, key))
		not_allowed(r, "the public key is that of another address");
	else
		return (true);
	return (false);
}

static void
post_register(struct request *r)
{
	const struct autoygg_wish *w;
	struct msg_lease_register m;

	if ((w = read_body(r)) == NULL || !is_device(r))
		return;
	leaseask_register(r, &m);
	if (!has_key(r, w, m.pubkey))
		return;
	strlcpy(m.contact.name, w->name, sizeof(m.contact.name));
	strlcpy(m.contact.email, w->email, sizeof(m.contact.email));
	strlcpy(m.contact.phone, w->phone, sizeof(m.contact.phone));
	ASK(r, &ask_register, lease_register, &m);
}

static void
get_register(struct request *r)
{
	struct msg_lease_get m;

	if (!is_device(r))
		return;
	leaseask_get(r, &m);
	ASK(r, &ask_show, lease_get, &m);
}

/* The lease is that of the address, whatever key the body has. */
static void
post_renew(struct request *r)
{
	struct msg_lease_renew m;

	if (read_body(r) == NULL || !is_device(r))
		return;
	leaseask_renew(r, &m);
	ASK(r, &ask_renew, lease_renew, &m);
}

static void
post_release(struct request *r)
{
	struct msg_lease_release m;

	if (read_body(r) == NULL || !is_device(r))
		return;
	leaseask_release(r, &m);
	ASK(r, &ask_release, lease_release, &m);
}

/* Everybody may know this, and leased need not be there. */
static void
get_info(struct request *r)
{
	char body[AUTOYGG_SIZE];
	int len;

	len = autoygg_info(&r->apid->set->autoygg, body);
	send_json(r, 200, JSON_TYPE, body, len);
}

/* The path has a slash at its end that does not belong there. */
static void
redirect(struct request *r)
{
	char extra[URLPREFIX_SIZE + 64], body[URLPREFIX_SIZE + 96];
	const struct http_span *path = &r->http.path;
	int len = path->len - 1;

	snprintf(extra, sizeof(extra), "Location: %.*s\r\n", len,
	    r->head + path->off);
	if (r->http.method != VERB_GET) {
		reply_send_reason(r, 307, "Temporary Redirect", NULL, extra,
		    NULL, 0);
		return;
	}
	snprintf(body, sizeof(body),
	    "<a href=\"%.*s\">Moved Permanently</a>.\n\n", len,
	    r->head + path->off);
	reply_send_reason(r, 301, "Moved Permanently",
	    "text/html; charset=utf-8", extra, body, strlen(body));
}

static void
autoygg_refuse(struct request *r, int status, const char *extra)
{
	static const char page[] = "404 page not found";
	bool routed = (r->http.method & (VERB_OPTIONS | VERB_OTHER)) == 0;

	/* The original knows no method that a path does not have. */
	if (status == 404 || status == 405 || (status == 501 && !routed))
		reply_send(r, 404, "text/plain", NULL, page, strlen(page));
	else if (status == 503 || status == 408)
		refuse_text(r, status, NULL);
	else
		short_error(r, status, refuse_detail(status));
}

static const struct route routes[] = {
	{ VERB_GET, true, "info", get_info, NULL },
	{ VERB_GET, true, "register", get_register, NULL },
	{ VERB_POST, true, "register", post_register, NULL },
	{ VERB_POST, true, "renew", post_renew, NULL },
	{ VERB_POST, true, "release", post_release, NULL },
	{ VERB_GET, true, "info/", redirect, NULL },
	{ VERB_GET | VERB_POST, true, "register/", redirect, NULL },
	{ VERB_POST, true, "renew/", redirect, NULL },
	{ VERB_POST, true, "release/", redirect, NULL },
};

const struct dialect dialect_autoygg = {
	.api = API_AUTOYGG,
	.routes = routes,
	.nroutes = sizeof(routes) / sizeof(routes[0]),
	.refuse = autoygg_refuse,
};
