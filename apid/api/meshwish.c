/* SPDX-License-Identifier: ISC */
/*
 * Bodies about the mesh: a table of members, and which operation has which.
 */

#include <sys/socket.h>

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "meshwish.h"
#include "printable.h"

enum kind {
	NAME,			/* a string that is not empty */
	TEXT,			/* a string, or null for "" */
	BOOL,
	NUMBER,			/* 0..65535 */
	NET4,			/* a prefix, or null for none */
	NET6,
	TOPOLOGY,
	WORDS,			/* an array of strings */
	PREFIXES,
	ENDPOINT		/* "A:P", or null */
};

#define OF_TENANT	0x01
#define OF_NEW		0x02	/* a new mesh */
#define OF_MESH		0x04
#define OF_MEMBER	0x08

#define AT(m)                                                                  \
	offsetof(struct msg_mesh_op, m), sizeof(((struct msg_mesh_op *)0)->m)

/* clang-format off */
static const struct {
	const char *name;
	enum kind kind;
	uint8_t of;
	uint16_t with;
	size_t off;
	size_t size;
	const char *what;
} members[] = {
	{ "mesh_enabled", BOOL, OF_TENANT, WITH_MESH, AT(mesh),
	    "true or false" },
	{ "ip_range", NET4, OF_TENANT, WITH_NET4, AT(net4),
	    "an IPv4 prefix" },
	{ "ip6_range", NET6, OF_TENANT, WITH_NET6, AT(net6),
	    "an IPv6 prefix" },
	{ "default_listen_port", NUMBER, OF_TENANT, WITH_PORT, AT(port),
	    "a number of 0 to 65535" },
	{ "default_keepalive", NUMBER, OF_TENANT, WITH_KEEPALIVE,
	    AT(keepalive), "a number of 0 to 65535" },
	{ "default_dns", TEXT, OF_TENANT, WITH_DNS, AT(dns),
	    "a string of at most 128 bytes" },
	{ "nat_traversal_enabled", BOOL, OF_TENANT, WITH_NAT, AT(nat),
	    "true or false" },
	{ "stun_servers", WORDS, OF_TENANT, WITH_STUN, AT(stun),
	    "an array of strings, together at most 256 bytes" },
	{ "tenant", NAME, OF_NEW, 0, AT(tenant),
	    "a string of 1 to 64 bytes" },
	{ "name", NAME, OF_NEW, 0, AT(network), "a string of 1 to 64 bytes" },
	{ "cidr", NET4, OF_NEW, WITH_NET4, AT(net4), "an IPv4 prefix" },
	{ "cidr6", NET6, OF_NEW, WITH_NET6, AT(net6), "an IPv6 prefix" },
	{ "group", NAME, OF_NEW, WITH_GROUP, AT(group),
	    "a string of 1 to 64 bytes" },
	{ "listen_port", NUMBER, OF_NEW | OF_MESH, WITH_PORT, AT(port),
	    "a number of 0 to 65535" },
	{ "keepalive", NUMBER, OF_NEW | OF_MESH, WITH_KEEPALIVE,
	    AT(keepalive), "a number of 0 to 65535" },
	{ "dns", TEXT, OF_NEW | OF_MESH, WITH_DNS, AT(dns),
	    "a string of at most 128 bytes" },
	{ "topology", TOPOLOGY, OF_NEW | OF_MESH, WITH_TOPOLOGY, AT(topology),
	    "full or hub" },
	{ "relay", BOOL, OF_MEMBER, WITH_RELAY, AT(relay), "true or false" },
	/* egress follows from egress_prefixes and must not contradict them. */
	{ "egress", BOOL, OF_MEMBER, 0, AT(mesh), "true or false" },
	{ "egress_prefixes", PREFIXES, OF_MEMBER, WITH_EGRESS, AT(egress),
	    "an array of at most 16 prefixes" },
	{ "hub", BOOL, OF_MEMBER, WITH_HUB, AT(hub), "true or false" },
	{ "via", TEXT, OF_MEMBER, WITH_VIA, AT(via),
	    "a string of at most 64 bytes, or null" },
	{ "endpoint", ENDPOINT, OF_MEMBER, WITH_ENDPOINT, AT(endpoint),
	    "an address with a port, or null" },
	{ "suspended", BOOL, OF_MEMBER, WITH_SUSPENDED, AT(suspended),
	    "true or false" },
};
/* clang-format on */

static uint8_t
of_op(uint8_t op)
{
	switch (op) {
	case MESH_TENANT_PUT:
		return (OF_TENANT);
	case MESH_NET_ADD:
		return (OF_NEW);
	case MESH_NET_SET:
		return (OF_MESH);
	default:
		return (OF_MEMBER);
	}
}

/* Returns the string if it has no NUL and can be shown, or NULL. */
static const char *
string(const json_t *v)
{
	size_t len = json_string_length(v);
	const char *s;

	if ((s = json_string_value(v)) == NULL || strlen(s) != len ||
	    (len > 0 && !printable_utf8(s, len)))
		return (NULL);
	return (s);
}

static int
take_text(const json_t *v, bool name, char *dst, size_t size)
{
	const char *s;

	if (!name && json_is_null(v)) {
		dst[0] = '\0';
		return (0);
	}
	if ((s = string(v)) == NULL || (name && s[0] == '\0'))
		return (-1);
	return (strlcpy(dst, s, size) < size ? 0 : -1);
}

static int
take_net(const json_t *v, uint8_t family, struct prefix *dst)
{
	const char *s;

	memset(dst, 0, sizeof(*dst));
	if (json_is_null(v))
		return (0);
	if ((s = string(v)) == NULL || prefix_parse(s, dst) == -1)
		return (-1);
	return (dst->family == family ? 0 : -1);
}

static int
take_words(json_t *v, char *dst, size_t size)
{
	const char *s;
	json_t *one;
	size_t i;

	dst[0] = '\0';
	if (!json_is_array(v))
		return (-1);
	json_array_foreach(v, i, one) if ((s = string(one)) == NULL ||
	    s[0] == '\0' || strpbrk(s, " ,") != NULL ||
		    (i > 0 && strlcat(dst, " ", size) >= size) ||
	    strlcat(dst, s, size) >= size) return (-1);
	return (0);
}

static int
take_prefixes(json_t *v, struct msg_mesh_op *m)
{
	const char *s;
	json_t *one;
	size_t i;

	m->negress = 0;
	if (!json_is_array(v) || json_array_size(v) > MEMBER_EGRESS_MAX)
		return (-1);
	json_array_foreach(v, i, one) if ((s = string(one)) == NULL ||
	    prefix_parse(s, &m->egress[m->negress++]) == -1) return (-1);
	return (0);
}

static int
take_endpoint(const json_t *v, struct msg_mesh_op *m)
{
	struct sockaddr_storage ss;
	socklen_t len;
	const char *s;

	memset(&m->endpoint, 0, sizeof(m->endpoint));
	if (json_is_null(v))
		return (0);
	if ((s = string(v)) == NULL || sockaddr_parse(s, &ss, &len) == -1)
		return (-1);
	m->endpoint = prefix_from_sockaddr((struct sockaddr *)&ss);
	m->endpoint_port = ntohs(ss.ss_family == AF_INET ?
		((struct sockaddr_in *)&ss)->sin_port :
		((struct sockaddr_in6 *)&ss)->sin6_port);
	return (0);
}

static int
take_number(const json_t *v, uint16_t *dst)
{
	json_int_t n = json_integer_value(v);

	if (!json_is_integer(v) || n < 0 || n > UINT16_MAX)
		return (-1);
	*dst = (uint16_t)n;
	return (0);
}

static int
take_topology(const json_t *v, uint8_t *dst)
{
	const char *s = string(v);

	if (s != NULL && strcmp(s, "full") == 0)
		*dst = TOPOLOGY_FULL;
	else if (s != NULL && strcmp(s, "hub") == 0)
		*dst = TOPOLOGY_HUB;
	else
		return (-1);
	return (0);
}

static int
take(struct msg_mesh_op *m, size_t i, json_t *v)
{
	void *dst = (char *)m + members[i].off;

	switch (members[i].kind) {
	case NAME:
		return (take_text(v, true, dst, members[i].size));
	case TEXT:
		return (take_text(v, false, dst, members[i].size));
	case BOOL:
		*(uint8_t *)dst = json_is_true(v);
		return (json_is_boolean(v) ? 0 : -1);
	case NUMBER:
		return (take_number(v, dst));
	case NET4:
		return (take_net(v, AF_INET, dst));
	case NET6:
		return (take_net(v, AF_INET6, dst));
	case TOPOLOGY:
		return (take_topology(v, dst));
	case WORDS:
		return (take_words(v, dst, members[i].size));
	case PREFIXES:
		return (take_prefixes(v, m));
	case ENDPOINT:
		return (take_endpoint(v, m));
	}
	return (-1);
}

static const char *
take_all(json_t *root, struct msg_mesh_op *m, char *text, size_t size)
{
	uint8_t of = of_op(m->op);
	const char *name;
	json_t *v;
	size_t i;

	json_object_foreach(root, name, v)
	{
		for (i = 0; i < sizeof(members) / sizeof(members[0]); i++)
			if ((members[i].of & of) &&
			    strcmp(members[i].name, name) == 0)
				break;
		if (i == sizeof(members) / sizeof(members[0])) {
			snprintf(text, size,
			    "the body has a member that is not known here");
			return (text);
		}
		if (take(m, i, v) == -1) {
			snprintf(text, size, "%s is not %s", members[i].name,
			    members[i].what);
			return (text);
		}
		m->set |= members[i].with;
	}
	v = json_object_get(root, "egress");
	if (v != NULL && json_is_true(v) != (m->negress > 0)) {
		snprintf(text, size,
		    "egress does not fit egress_prefixes, which say where to");
		return (text);
	}
	return (NULL);
}

const char *
meshwish_parse(const char *body, size_t len, struct msg_mesh_op *m, char *text,
    size_t size)
{
	const char *wrong;
	json_t *root;

	root = json_loadb(body, len, JSON_REJECT_DUPLICATES, NULL);
	if (root == NULL || !json_is_object(root)) {
		snprintf(text, size,
		    "the body is not one JSON object without duplicate members");
		wrong = text;
	} else
		wrong = take_all(root, m, text, size);
	json_decref(root);
	return (wrong);
}
