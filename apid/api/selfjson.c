/* SPDX-License-Identifier: ISC */
/*
 * The answers to a member about itself, and its own requests, as JSON.
 */

#include <arpa/inet.h>

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "jsonw.h"
#include "placejson.h"
#include "printable.h"
#include "selfjson.h"

#define SELF_SIZE	4096
#define NUMBER_MAX	20	/* digits */

char *
selfjson_head(const struct msg_mesh_self *m)
{
	char buf[256];
	struct jsonw w;
	unsigned int i;

	jsonw_init(&w, buf, sizeof(buf));
	jsonw_add(&w, "\"id\":\"");
	for (i = 0; i < UUID_LEN; i++)
		jsonw_add(&w, "%s%02x",
		    i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "",
		    m->uuid[i]);
	jsonw_add(&w, "\",\"name\":");
	jsonw_string(&w, m->name);
	return (w.full ? NULL : strdup(buf));
}

static void
add_roles(struct jsonw *w, uint8_t role)
{
	static const char *const names[] = { "relay", "egress", "hub",
		"platform" };
	const char *sep = "";
	unsigned int i;

	jsonw_add(w, "\"role\":[");
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if ((role & 1U << i) != 0) {
			jsonw_add(w, "%s\"%s\"", sep, names[i]);
			sep = ",";
		}
	jsonw_add(w, "],");
}

/* A list of words with commas or blanks between them. */
static void
add_words(struct jsonw *w, const char *list)
{
	char word[STUN_SIZE];
	const char *sep = "";
	size_t n;

	jsonw_add(w, "[");
	for (;;) {
		list += strspn(list, ", ");
		if ((n = strcspn(list, ", ")) == 0)
			break;
		memcpy(word, list, n);
		word[n] = '\0';
		jsonw_add(w, "%s", sep);
		jsonw_string(w, word);
		sep = ",";
		list += n;
	}
	jsonw_add(w, "]");
}

char *
selfjson_self(const struct msg_mesh_self *m)
{
	static const char *const states[] = { [MEMBER_INVITED] = "invited",
		[MEMBER_ACTIVE] = "active",
		[MEMBER_SUSPENDED] = "suspended" };
	char buf[SELF_SIZE];
	struct jsonw w;

	jsonw_init(&w, buf, sizeof(buf));
	jsonw_add(&w, "\"self\":{\"member\":\"m%llu\",\"address\":",
	    (unsigned long long)m->member);
	jsonw_prefixes(&w, m->addrs, m->naddrs);
	jsonw_add(&w, ",\"port\":%u,", m->port);
	placejson_add(&w, &m->endpoint, m->endpoint_port, m->nat, m->via);
	add_roles(&w, m->role);
	jsonw_add(&w, "\"egress\":");
	jsonw_prefixes(&w, m->egress, m->negress);
	jsonw_add(&w, ",\"keepalive\":%u,\"dns\":", m->keepalive);
	jsonw_string(&w, m->dns);
	jsonw_add(&w, ",\"stun\":");
	add_words(&w, m->stun);
	jsonw_add(&w, ",\"topology\":\"%s\",\"state\":\"%s\",\"need_key\":%s}",
	    m->topology == TOPOLOGY_HUB ? "hub" : "full", states[m->state],
	    m->has_key ? "false" : "true");
	return (w.full ? NULL : strdup(buf));
}

static json_t *
parse_object(const char *body, size_t len, const char **code,
    const char **detail)
{
	json_error_t err;
	json_t *root;

	*code = "bad-request";
	root = json_loadb(body, len, JSON_REJECT_DUPLICATES, &err);
	if (root != NULL && json_is_object(root))
		return (root);
	json_decref(root);
	*detail = "the body is not one JSON object without duplicate members";
	return (NULL);
}

static int
parse_text(const json_t *v, char *dst, size_t size)
{
	const char *s = json_string_value(v);
	size_t n;

	if (s == NULL || (n = json_string_length(v)) >= size ||
	    !printable_utf8(s, n))
		return (-1);
	memcpy(dst, s, n);
	dst[n] = '\0';
	return (0);
}

static int
parse_number(const json_t *v, json_int_t lo, json_int_t hi, json_int_t *n)
{
	if (!json_is_integer(v))
		return (-1);
	*n = json_integer_value(v);
	return (*n < lo || *n > hi ? -1 : 0);
}

/* "m12" */
static int
parse_member(const json_t *v, uint64_t *id)
{
	const char *s = json_string_value(v), *errstr;

	if (s == NULL || *s != 'm' || s[1] < '1' || s[1] > '9' ||
	    strlen(s) > NUMBER_MAX)
		return (-1);
	*id = (uint64_t)strtonum(s + 1, 1, INT64_MAX, &errstr);
	return (errstr == NULL ? 0 : -1);
}

/* "192.0.2.1:51820", "[2001:db8::1]:51820" */
static int
parse_endpoint(const json_t *v, struct prefix *addr, uint16_t *port)
{
	char text[PREFIX_TEXT + 8];
	const char *errstr;
	char *host, *colon;
	size_t n;

	if (parse_text(v, text, sizeof(text)) == -1 ||
	    (colon = strrchr(text, ':')) == NULL)
		return (-1);
	*colon = '\0';
	host = text;
	n = strlen(host);
	if (*host == '[') {
		if (n < 3 || host[n - 1] != ']')
			return (-1);
		host[n - 1] = '\0';
		host++;
	} else if (strchr(host, ':') != NULL)
		return (-1);
	*port = (uint16_t)strtonum(colon + 1, 1, UINT16_MAX, &errstr);
	if (errstr != NULL || strchr(host, '/') != NULL ||
	    prefix_parse(host, addr) == -1)
		return (-1);
	return ((addr->family == AF_INET6) == (host != text) ? 0 : -1);
}

static int
parse_locals(const json_t *v, struct msg_mesh_key *m)
{
	size_t i;

	if (!json_is_array(v) || json_array_size(v) > MEMBER_LOCAL_MAX)
		return (-1);
	for (i = 0; i < json_array_size(v); i++)
		if (parse_endpoint(json_array_get(v, i), &m->local[i].addr,
			&m->local[i].port) == -1)
			return (-1);
	m->nlocal = (uint8_t)i;
	return (0);
}

int
selfjson_key(const char *body, size_t len, struct msg_mesh_key *m,
    const char **code, const char **detail)
{
	const char *name, *bad = NULL;
	bool key = false;
	json_int_t n;
	json_t *root, *v;

	if ((root = parse_object(body, len, code, detail)) == NULL)
		return (-1);
	json_object_foreach(root, name, v)
	{
		if (strcmp(name, "public_key") == 0) {
			key = json_is_string(v) &&
			    wgkey_parse(json_string_value(v),
				json_string_length(v), m->pubkey) == 0;
			if (!key) {
				*code = "invalid-public-key";
				bad =
				    "public_key is no key of WireGuard in base64";
			}
		} else if (strcmp(name, "listen_port") == 0) {
			if (parse_number(v, 1, UINT16_MAX, &n) == -1)
				bad = "listen_port is not in 1..65535";
			else
				m->port = (uint16_t)n;
		} else if (strcmp(name, "local") == 0) {
			if (parse_locals(v, m) == -1)
				bad =
				    "local is no list of at most 8 addresses with ports";
		} else
			bad =
			    "only public_key, listen_port and local are known members";
	}
	json_decref(root);
	if (bad == NULL && !key)
		bad = "public_key is missing";
	*detail = bad;
	return (bad == NULL ? 0 : -1);
}

static int
parse_wants(const json_t *v, struct msg_mesh_report *m)
{
	size_t i;

	if (!json_is_array(v) || json_array_size(v) > MESH_WANT_MAX)
		return (-1);
	for (i = 0; i < json_array_size(v); i++)
		if (parse_member(json_array_get(v, i), &m->want[i]) == -1)
			return (-1);
	m->nwant = (uint8_t)i;
	return (0);
}

/* {"peer":"m12","handshake":5,"path":"direct"} */
static int
parse_path(const json_t *v, struct msg_mesh_path *p)
{
	static const char *const states[] = { [MPATH_DIRECT] = "direct",
		[MPATH_RELAY] = "relay",
		[MPATH_NONE] = "none" };
	const json_t *age = json_object_get(v, "handshake");
	json_int_t n = UINT32_MAX;
	char state[8];

	if (json_object_size(v) != 3 ||
	    parse_member(json_object_get(v, "peer"), &p->peer) == -1 ||
	    (!json_is_null(age) &&
		parse_number(age, 0, UINT32_MAX, &n) == -1) ||
	    parse_text(json_object_get(v, "path"), state, sizeof(state)) == -1)
		return (-1);
	p->age = (uint32_t)n;
	for (p->state = MPATH_DIRECT; p->state <= MPATH_NONE; p->state++)
		if (strcmp(state, states[p->state]) == 0)
			return (0);
	return (-1);
}

static int
parse_paths(const json_t *v, struct self_report *r)
{
	size_t i;

	if (!json_is_array(v) || json_array_size(v) > MESH_PATHS_MAX)
		return (-1);
	for (i = 0; i < json_array_size(v); i++)
		if (parse_path(json_array_get(v, i), &r->paths[i]) == -1)
			return (-1);
	r->npaths = (unsigned int)i;
	return (0);
}

static int
parse_nat(const json_t *v, struct msg_mesh_report *m)
{
	static const char *const nats[] = { [NAT_UNKNOWN] = "unknown",
		[NAT_OPEN] = "open",
		[NAT_CONE] = "cone",
		[NAT_HARD] = "hard" };
	char text[16];

	if (parse_text(v, text, sizeof(text)) == -1)
		return (-1);
	for (m->nat = NAT_UNKNOWN; m->nat <= NAT_HARD; m->nat++)
		if (strcmp(text, nats[m->nat]) == 0)
			return (0);
	return (-1);
}

/* One member of a report.  Returns NULL, or what is wrong with it. */
static const char *
report_member(const char *name, const json_t *v, struct self_report *r)
{
	struct msg_mesh_report *m = &r->report;
	json_int_t n;

	if (strcmp(name, "network") == 0)
		return (parse_text(v, m->mesh, sizeof(m->mesh)) == -1 ?
			"network is no id of a network" :
			NULL);
	if (strcmp(name, "gen") == 0) {
		if (parse_number(v, 0, INT64_MAX, &n) == -1)
			return ("gen is no generation");
		m->gen = (uint64_t)n;
		return (NULL);
	}
	if (strcmp(name, "error") == 0)
		return (parse_text(v, m->nack, sizeof(m->nack)) == -1 ?
			"error is no text of at most 512 printable bytes" :
			NULL);
	if (strcmp(name, "endpoint") == 0)
		return (parse_endpoint(v, &m->endpoint, &m->port) == -1 ||
				prefix_is_local(&m->endpoint) ?
			"endpoint is no address with a port that others can reach" :
			NULL);
	if (strcmp(name, "nat") == 0)
		return (parse_nat(v, m) == -1 ?
			"nat is not open, cone, hard or unknown" :
			NULL);
	if (strcmp(name, "want") == 0)
		return (parse_wants(v, m) == -1 ?
			"want is no list of at most 8 members" :
			NULL);
	if (strcmp(name, "paths") == 0)
		return (parse_paths(v, r) == -1 ?
			"paths is no list of at most 256 objects with peer, handshake and path" :
			NULL);
	return (
	    "only network, gen, error, endpoint, nat, want and paths are known members");
}

int
selfjson_report(const char *body, size_t len, struct self_report *r,
    const char **code, const char **detail)
{
	const char *name, *bad = NULL;
	json_t *root, *v;

	if ((root = parse_object(body, len, code, detail)) == NULL)
		return (-1);
	json_object_foreach(root, name, v)
	{
		if ((bad = report_member(name, v, r)) != NULL)
			break;
	}
	json_decref(root);
	if (bad == NULL && r->report.mesh[0] == '\0')
		bad = "network is missing";
	*detail = bad;
	return (bad == NULL ? 0 : -1);
}
