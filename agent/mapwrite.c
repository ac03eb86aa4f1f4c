/* SPDX-License-Identifier: ISC */
/*
 * Writes what mapjson.c reads.  All memory is checked once, at the end: a value
 * that could not be made is missing, and then there is no text.
 */

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "endpoint.h"
#include "mapwrite.h"

struct writer {
	bool		 failed;
};

static void
put(struct writer *w, json_t *o, const char *name, json_t *v)
{
	if (json_object_set_new(o, name, v) == -1)
		w->failed = true;
}

static void
append(struct writer *w, json_t *list, json_t *v)
{
	if (json_array_append_new(list, v) == -1)
		w->failed = true;
}

static json_t *
member(uint64_t id)
{
	char text[24];

	snprintf(text, sizeof(text), "m%" PRIu64, id);
	return (json_string(text));
}

static json_t *
prefixes(struct writer *w, const struct prefix *p, uint8_t n)
{
	char text[PREFIX_TEXT];
	json_t *list;
	uint8_t i;

	list = json_array();
	for (i = 0; i < n; i++)
		append(w, list, json_string(prefix_format(&p[i], text)));
	return (list);
}

static void
put_endpoint(struct writer *w, json_t *o, const char *name,
    const struct map_endpoint *e)
{
	char text[ENDPOINT_TEXT];

	if (e->addr.family != 0)
		put(w, o, name, json_string(endpoint_format(e, text)));
}

static void
put_nat(struct writer *w, json_t *o, uint8_t nat)
{
	static const char *const words[] = { "unknown", "open", "cone",
		"hard" };

	put(w, o, "nat", json_string(words[nat]));
}

static json_t *
peer(struct writer *w, const struct map_peer *p)
{
	char text[ENDPOINT_TEXT];
	json_t *o, *list;
	uint8_t i;

	o = json_object();
	put(w, o, "id", member(p->id));
	put(w, o, "key", json_string(wgkey_format(p->key, text)));
	put(w, o, "addresses", prefixes(w, p->addrs, p->naddrs));
	put(w, o, "egress", prefixes(w, p->egress, p->negress));
	put_endpoint(w, o, "endpoint", &p->endpoint);
	put_nat(w, o, p->nat);
	if (p->via != 0)
		put(w, o, "via", member(p->via));
	put(w, o, "relay", json_boolean(p->relay));
	put(w, o, "hub", json_boolean(p->hub));
	list = json_array();
	for (i = 0; i < p->nlocal; i++)
		append(w, list,
		    json_string(endpoint_format(&p->local[i], text)));
	put(w, o, "local", list);
	return (o);
}

static json_t *
self(struct writer *w, const struct map_self *s)
{
	static const char *const states[] = { "invited", "active",
		"suspended" };
	json_t *o, *list;
	uint8_t i;

	o = json_object();
	put(w, o, "member", member(s->member));
	if (s->via != 0)
		put(w, o, "via", member(s->via));
	put(w, o, "state", json_string(states[s->state]));
	put(w, o, "need_key", json_boolean(s->need_key));
	put(w, o, "address", prefixes(w, s->addrs, s->naddrs));
	put(w, o, "egress", prefixes(w, s->egress, s->negress));
	put(w, o, "port", json_integer(s->port));
	put(w, o, "keepalive", json_integer(s->keepalive));
	put(w, o, "topology", json_string(s->hub_topology ? "hub" : "full"));
	put_endpoint(w, o, "endpoint", &s->endpoint);
	put_nat(w, o, s->nat);
	put(w, o, "dns", json_string(s->dns));
	list = json_array();
	if (s->relay)
		append(w, list, json_string("relay"));
	if (s->hub)
		append(w, list, json_string("hub"));
	if (s->negress > 0)
		append(w, list, json_string("egress"));
	put(w, o, "role", list);
	list = json_array();
	for (i = 0; i < s->nstun; i++)
		append(w, list, json_string(s->stun[i]));
	put(w, o, "stun", list);
	return (o);
}

static json_t *
net(struct writer *w, struct map_net *n)
{
	const struct map_rendezvous *v = &n->rendezvous;
	char text[WGKEY_TEXT];
	struct map_peer *p;
	json_t *o, *list;

	o = json_object();
	put(w, o, "id", json_string(n->uuid));
	put(w, o, "name", json_string(n->name));
	put(w, o, "base", json_null());
	put(w, o, "gen", json_integer((json_int_t)n->gen));
	put(w, o, "more", json_boolean(n->more));
	put(w, o, "self", self(w, &n->self));
	if (v->endpoint[0] != '\0')
		put(w, o, "rendezvous",
		    json_pack("{s:s,s:s}", "key", wgkey_format(v->key, text),
			"endpoint", v->endpoint));
	list = json_array();
	RB_FOREACH (p, map_peers, &n->peers)
		append(w, list, peer(w, p));
	put(w, o, "peers", list);
	return (o);
}

char *
mapwrite_net(const struct map *m, struct map_net *n)
{
	struct writer w = { false };
	json_t *root, *list;
	char *text = NULL;

	root = json_object();
	put(&w, root, "schema", json_integer(1));
	put(&w, root, "epoch", json_string(m->epoch));
	list = json_array();
	append(&w, list, net(&w, n));
	put(&w, root, "networks", list);
	if (!w.failed)
		text = json_dumps(root, JSON_COMPACT);
	json_decref(root);
	if (text == NULL)
		errno = ENOMEM;
	return (text);
}
