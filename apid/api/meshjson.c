/* SPDX-License-Identifier: ISC */
/*
 * The objects of the mesh as the JSON of the API.
 */

#include <string.h>

#include "jsonw.h"
#include "meshjson.h"
#include "placejson.h"

/* An empty string is null. */
static void
add_str(struct jsonw *w, const char *name, const char *s)
{
	if (s[0] == '\0')
		jsonw_add(w, ",\"%s\":null", name);
	else
		jsonw_text(w, name, s);
}

static void
add_bool(struct jsonw *w, const char *name, uint8_t v)
{
	jsonw_add(w, ",\"%s\":%s", name, v ? "true" : "false");
}

static void
add_prefixes(struct jsonw *w, const char *name, const struct prefix *p,
    unsigned int n)
{
	jsonw_add(w, ",\"%s\":", name);
	jsonw_prefixes(w, p, n);
}

/* A list with blanks as an array. */
static void
add_words(struct jsonw *w, const char *name, const char *s)
{
	char copy[TEXT_SIZE], *next = copy, *one;
	const char *sep = "";

	jsonw_add(w, ",\"%s\":[", name);
	strlcpy(copy, s, sizeof(copy));
	while ((one = strsep(&next, " ,")) != NULL) {
		if (one[0] == '\0')
			continue;
		jsonw_add(w, "%s", sep);
		jsonw_string(w, one);
		sep = ",";
	}
	jsonw_add(w, "]");
}

int
meshjson_tenant(const struct msg_mesh_tenant *m, char *buf, size_t size)
{
	char text[PREFIX_TEXT];
	struct jsonw w;
	uint8_t i;

	jsonw_init(&w, buf, size);
	jsonw_add(&w, "{\"tenant\":");
	jsonw_string(&w, m->name);
	add_bool(&w, "mesh_enabled", m->mesh);
	for (i = 0; i < m->nranges; i++)
		jsonw_add(&w, ",\"%s\":\"%s\"",
		    i == 0 ? "ip_range" : "ip6_range",
		    prefix_format(&m->ranges[i], text));
	jsonw_add(&w, ",\"default_listen_port\":%u,\"default_keepalive\":%u",
	    m->port, m->keepalive);
	add_str(&w, "default_dns", m->dns);
	add_bool(&w, "nat_traversal_enabled", m->nat);
	add_words(&w, "stun_servers", m->stun);
	jsonw_add(&w, ",\"meshes\":%u,\"devices\":%u", m->meshes, m->devices);
	jsonw_time(&w, "created", m->created);
	return (jsonw_end(&w, "}"));
}

static void
net(struct jsonw *w, const struct msg_mesh_net *m)
{
	jsonw_add(w, "{\"id\":\"%s\",\"tenant\":", m->uuid);
	jsonw_string(w, m->tenant);
	jsonw_add(w, ",\"name\":");
	jsonw_string(w, m->name);
	jsonw_add(w, ",\"topology\":\"%s\"",
	    m->topology == TOPOLOGY_HUB ? "hub" : "full");
	add_prefixes(w, "prefixes", m->addrs, m->naddrs);
	jsonw_add(w, ",\"listen_port\":%u,\"keepalive\":%u", m->port,
	    m->keepalive);
	add_str(w, "dns", m->dns);
	add_str(w, "group", m->group);
	add_bool(w, "enrolling", m->enrolling);
	jsonw_add(w, ",\"members\":%u,\"active\":%u,\"generation\":%llu",
	    m->members, m->active, (unsigned long long)m->gen);
	jsonw_time(w, "created", m->created);
}

int
meshjson_net(const struct msg_mesh_net *m, char *buf, size_t size)
{
	struct jsonw w;

	jsonw_init(&w, buf, size);
	net(&w, m);
	return (jsonw_end(&w, "}"));
}

int
meshjson_made(const struct msg_mesh_reply *m, char *buf, size_t size)
{
	struct jsonw w;

	jsonw_init(&w, buf, size);
	net(&w, &m->net);
	jsonw_add(&w, ",\"enrolled\":%u,\"of\":%u", m->enrolled, m->of);
	return (jsonw_end(&w, "}"));
}

static void
add_endpoint(struct jsonw *w, const struct msg_mesh_member *m)
{
	static const char *const sources[] = { NULL, "stun", "rendezvous",
		"operator" };

	if (m->endpoint.family == 0) {
		jsonw_add(w, ",\"endpoint\":null,\"endpoint_source\":null");
		return;
	}
	jsonw_add(w, ",\"endpoint\":");
	placejson_endpoint(w, &m->endpoint, m->port);
	jsonw_add(w, ",\"endpoint_source\":");
	jsonw_string(w, m->source != 0 ? sources[m->source] : "none");
}

int
meshjson_member(const struct msg_mesh_member *m, char *buf, size_t size)
{
	static const char *const states[] = { NULL, "invited", "active",
		"suspended", "resting" };
	static const char *const nats[] = { "unknown", "open", "cone", "hard" };
	char key[WGKEY_TEXT];
	struct jsonw w;

	jsonw_init(&w, buf, size);
	jsonw_add(&w, "{\"tenant\":");
	jsonw_string(&w, m->tenant);
	jsonw_add(&w, ",\"mesh\":");
	jsonw_string(&w, m->network);
	jsonw_add(&w, ",\"device\":");
	jsonw_string(&w, m->device);
	jsonw_add(&w, ",\"member\":%llu,\"state\":\"%s\"",
	    (unsigned long long)m->id, states[m->state]);
	add_str(&w, "public_key",
	    m->has_key ? wgkey_format(m->pubkey, key) : "");
	add_prefixes(&w, "addresses", m->addrs, m->naddrs);
	add_bool(&w, "relay", m->relay);
	add_bool(&w, "hub", m->hub);
	add_bool(&w, "egress", m->egress);
	add_prefixes(&w, "egress_prefixes", m->egress_prefixes,
	    m->negress_prefixes);
	add_bool(&w, "platform", m->platform);
	add_str(&w, "via", m->via);
	add_endpoint(&w, m);
	jsonw_add(&w,
	    ",\"nat\":\"%s\",\"generation\":%llu,\"acknowledged\":%llu",
	    nats[m->nat], (unsigned long long)m->gen,
	    (unsigned long long)m->acked);
	jsonw_time(&w, "acknowledged_at", m->acked_at);
	jsonw_time(&w, "latest_handshake", m->handshake);
	jsonw_time(&w, "seen", m->seen);
	add_bool(&w, "behind", m->behind);
	add_bool(&w, "offline", m->offline);
	add_str(&w, "refusal", m->nack);
	jsonw_time(&w, "created", m->created);
	return (jsonw_end(&w, "}"));
}

int
meshjson_device(const struct msg_mesh_device *m, char *buf, size_t size)
{
	struct jsonw w;

	jsonw_init(&w, buf, size);
	jsonw_add(&w, "{\"tenant\":");
	jsonw_string(&w, m->tenant);
	jsonw_add(&w, ",\"device\":");
	jsonw_string(&w, m->name);
	add_str(&w, "identity", m->who);
	add_str(&w, "agent", m->version);
	add_bool(&w, "platform", m->platform);
	add_words(&w, "groups", m->groups);
	jsonw_add(&w, ",\"meshes\":%u", m->meshes);
	jsonw_time(&w, "seen", m->seen);
	jsonw_time(&w, "created", m->created);
	return (jsonw_end(&w, "}"));
}
