/* SPDX-License-Identifier: ISC */
/*
 * A file with a set of peers as JSON becomes the static peers of a network.
 * The document is that of the HTTP interface, and read as strictly: unknown
 * members are refused, since they are mistakes.
 */

#include <errno.h>
#include <jansson.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "apply.h"
#include "lookup.h"
#include "peerset.h"
#include "printable.h"

struct where {
	size_t		 i;		/* index of the peer */
	char		*error;
	size_t		 size;
};

static int bad(const struct where *, const char *, ...)
    __attribute__((format(printf, 2, 3)));

static int
bad(const struct where *w, const char *fmt, ...)
{
	va_list ap;
	int n;

	n = snprintf(w->error, w->size, "peers[%zu]: ", w->i);
	if (n < 0 || (size_t)n >= w->size)
		return (-1);
	va_start(ap, fmt);
	vsnprintf(w->error + n, w->size - (size_t)n, fmt, ap);
	va_end(ap);
	return (-1);
}

static int
parse_addresses(const struct where *w, const json_t *v, struct msg_set_item *m)
{
	const char *s;
	size_t i, n;

	n = json_array_size(v);
	if (!json_is_array(v) || n < 1 || n > PEER_ADDRS_MAX)
		return (bad(w, "addresses must be a list of 1 to %d strings",
		    PEER_ADDRS_MAX));
	for (i = 0; i < n; i++) {
		s = json_string_value(json_array_get(v, i));
		if (s == NULL || prefix_parse(s, &m->addrs[i]) == -1 ||
		    !prefix_is_canonical(&m->addrs[i]))
			return (bad(w,
			    "addresses[%zu] is not an address or prefix", i));
	}
	m->naddrs = (uint8_t)n;
	return (0);
}

static int
parse_name(const struct where *w, const json_t *v, struct msg_set_item *m)
{
	const char *s;

	s = json_string_value(v);
	if (s == NULL || json_string_length(v) != strlen(s) ||
	    strlcpy(m->name, s, sizeof(m->name)) >= sizeof(m->name))
		return (bad(w, "name must be a string of at most %zu bytes",
		    sizeof(m->name) - 1));
	if (!printable_utf8(s, strlen(s)))
		return (
		    bad(w, "name has control characters or invisible ones"));
	return (0);
}

static int
parse_key(const struct where *w, const json_t *v, struct msg_set_item *m)
{
	const char *s;

	s = json_string_value(v);
	if (s == NULL || wgkey_parse(s, json_string_length(v), m->pubkey) == -1)
		return (bad(w, "public_key is not 32 bytes in base64"));
	return (0);
}

/* Null and a key of zeros remove it; without the member, it stays. */
static int
parse_psk(const struct where *w, const json_t *v, struct msg_set_item *m)
{
	const char *s;

	m->psk_op = PSK_REMOVE;
	if (json_is_null(v))
		return (0);
	s = json_string_value(v);
	if (s == NULL || wgkey_parse(s, json_string_length(v), m->psk) == -1)
		return (
		    bad(w, "preshared_key is not 32 bytes in base64, or null"));
	if (!sodium_is_zero(m->psk, sizeof(m->psk)))
		m->psk_op = PSK_SET;
	return (0);
}

static int
parse_peer(const struct where *w, json_t *peer, struct msg_set_item *m)
{
	const char *name;
	json_t *v;
	int r;

	memset(m, 0, sizeof(*m));
	if (!json_is_object(peer))
		return (bad(w, "it is not an object"));
	if (json_object_get(peer, "public_key") == NULL ||
	    json_object_get(peer, "addresses") == NULL)
		return (bad(w, "public_key or addresses is missing"));
	json_object_foreach(peer, name, v)
	{
		if (strcmp(name, "public_key") == 0)
			r = parse_key(w, v, m);
		else if (strcmp(name, "addresses") == 0)
			r = parse_addresses(w, v, m);
		else if (strcmp(name, "name") == 0)
			r = parse_name(w, v, m);
		else if (strcmp(name, "preshared_key") == 0)
			r = parse_psk(w, v, m);
		else
			r = bad(w,
			    "only public_key, addresses, name and preshared_key are known members");
		if (r == -1)
			return (-1);
	}
	return (0);
}

static int
parse_peers(const json_t *peers, struct peerset *s, char *error, size_t size)
{
	struct where w = { 0, error, size };
	struct msg_set_item m;

	for (w.i = 0; w.i < json_array_size(peers); w.i++) {
		if (parse_peer(&w, json_array_get(peers, w.i), &m) == -1)
			return (-1);
		if (peerset_add(s, &m) == -1)
			return (bad(&w, "%s", strerror(errno)));
	}
	return (0);
}

/*
 * The document {"peers":[{"public_key","addresses","name","preshared_key"},
 * ...]} as a set.  Returns 0, or -1 with what is wrong in error.
 */
static int
parse(const char *text, size_t len, struct peerset *s, char *error, size_t size)
{
	const json_t *peers;
	json_error_t e;
	json_t *top;
	int r;

	top = json_loadb(text, len, JSON_REJECT_DUPLICATES, &e);
	if (top == NULL) {
		snprintf(error, size, "line %d: %.160s", e.line, e.text);
		return (-1);
	}
	peers = json_object_get(top, "peers");
	if (!json_is_array(peers) || json_object_size(top) != 1) {
		snprintf(error, size, "it must be {\"peers\": [...]}");
		r = -1;
	} else
		r = parse_peers(peers, s, error, size);
	json_decref(top);
	return (r);
}

int
apply(struct client *c, const struct request *r, struct output *o)
{
	struct set_precond pre = { .match = SET_MATCH_NONE };
	struct msg_ctl_network net;
	struct peerset s = { .items = NULL };
	char error[256], *text;
	size_t len;
	int st;

	if ((text = set_read(c, r->file, &len, &st)) == NULL)
		return (st);
	if (parse(text, len, &s, error, sizeof(error)) == -1)
		st = client_fail(c, EX_DATAERR, "%s: %s", r->file, error);
	free(text);
	if (st == 0)
		st = lookup_network(c, r->network, &net);
	if (st == 0)
		st = set_send(c, r, net.name, &s, &pre, o);
	peerset_clear(&s);
	return (st);
}
