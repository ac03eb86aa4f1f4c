/* SPDX-License-Identifier: ISC */
/*
 * A table of the options about the mesh: each sets a member of the request, and
 * the bit that says so.
 */

#include <sys/socket.h>

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "grammar_mesh.h"

enum kind_of {
	ON_OFF,
	TEXT,			/* a name that must be there */
	TEXT_NONE,		/* "none" is "" */
	NET,			/* a prefix of one family, or "none" */
	NUMBER,
	TOPOLOGY,
	PREFIXES,		/* A,B ... or "none" */
	ENDPOINT,		/* A:P or "none" */
	LIST			/* A,B ... or "none", kept with blanks */
};

#define OP(m)                                                                  \
	offsetof(struct msg_mesh_op, m), sizeof(((struct msg_mesh_op *)0)->m)

/* clang-format off */
static const struct {
	const char	*word;
	const char	*value;
	enum kind_of	 kind;
	uint16_t	 with;
	size_t		 off;
	size_t		 size;
	uint8_t		 family;
} options[] = {
	[P_TENANT - P_TENANT] = { "tenant", "TENANT", TEXT, 0, OP(tenant), 0 },
	[P_CIDR - P_TENANT] = { "cidr", "PREFIX", NET, WITH_NET4, OP(net4),
	    AF_INET },
	[P_CIDR6 - P_TENANT] = { "cidr6", "PREFIX", NET, WITH_NET6, OP(net6),
	    AF_INET6 },
	[P_RANGE - P_TENANT] = { "range", "PREFIX", NET, WITH_NET4, OP(net4),
	    AF_INET },
	[P_RANGE6 - P_TENANT] = { "range6", "PREFIX", NET, WITH_NET6, OP(net6),
	    AF_INET6 },
	[P_MESH - P_TENANT] = { "mesh", "on|off", ON_OFF, WITH_MESH, OP(mesh),
	    0 },
	[P_GROUP - P_TENANT] = { "group", "GROUP", TEXT, WITH_GROUP, OP(group),
	    0 },
	[P_PORT - P_TENANT] = { "port", "PORT", NUMBER, WITH_PORT, OP(port),
	    0 },
	[P_KEEPALIVE - P_TENANT] = { "keepalive", "SECONDS", NUMBER,
	    WITH_KEEPALIVE, OP(keepalive), 0 },
	[P_TOPOLOGY - P_TENANT] = { "topology", "full|hub", TOPOLOGY,
	    WITH_TOPOLOGY, OP(topology), 0 },
	[P_DNS - P_TENANT] = { "dns", "ADDRESS,...", LIST, WITH_DNS, OP(dns),
	    0 },
	[P_STUN - P_TENANT] = { "stun", "SERVER:PORT,...", LIST, WITH_STUN,
	    OP(stun), 0 },
	[P_NAT - P_TENANT] = { "nat", "on|off", ON_OFF, WITH_NAT, OP(nat), 0 },
	[P_RELAY - P_TENANT] = { "relay", "on|off", ON_OFF, WITH_RELAY,
	    OP(relay), 0 },
	[P_HUB - P_TENANT] = { "hub", "on|off", ON_OFF, WITH_HUB, OP(hub), 0 },
	[P_SUSPENDED - P_TENANT] = { "suspended", "on|off", ON_OFF,
	    WITH_SUSPENDED, OP(suspended), 0 },
	[P_EGRESS - P_TENANT] = { "egress", "PREFIX,...", PREFIXES,
	    WITH_EGRESS, OP(egress), 0 },
	[P_VIA - P_TENANT] = { "via", "RELAY|none", TEXT_NONE, WITH_VIA,
	    OP(via), 0 },
	[P_REACHED - P_TENANT] = { "endpoint", "ADDRESS:PORT", ENDPOINT,
	    WITH_ENDPOINT, OP(endpoint), 0 },
};
/* clang-format on */

const char *
mesh_word(enum param p)
{
	return (options[p - P_TENANT].word);
}

const char *
mesh_value_name(enum param p)
{
	return (options[p - P_TENANT].value);
}

static int
wrong(FILE *err, enum param p, const char *word)
{
	fprintf(err, "sallyctl: %s: not \"%s\", but %s\n", mesh_word(p), word,
	    mesh_value_name(p));
	return (-1);
}

/* One of two words, with the value of the second. */
static int
choice(const char *word, const char *no, const char *yes, uint8_t *dst)
{
	*dst = strcmp(word, yes) == 0;
	return (*dst || strcmp(word, no) == 0 ? 0 : -1);
}

static int
take_net(const char *word, uint8_t family, struct prefix *dst)
{
	memset(dst, 0, sizeof(*dst));
	if (strcmp(word, "none") == 0)
		return (0);
	return (
	    prefix_parse(word, dst) == -1 || dst->family != family ? -1 : 0);
}

static int
take_prefixes(const char *word, struct msg_mesh_op *m)
{
	char copy[MEMBER_EGRESS_MAX * PREFIX_TEXT], *next = copy, *one;

	m->negress = 0;
	if (strcmp(word, "none") == 0)
		return (0);
	if (strlcpy(copy, word, sizeof(copy)) >= sizeof(copy))
		return (-1);
	while ((one = strsep(&next, ",")) != NULL)
		if (m->negress == MEMBER_EGRESS_MAX ||
		    prefix_parse(one, &m->egress[m->negress++]) == -1)
			return (-1);
	return (0);
}

static int
take_endpoint(const char *word, struct msg_mesh_op *m)
{
	memset(&m->endpoint, 0, sizeof(m->endpoint));
	if (strcmp(word, "none") == 0)
		return (0);
	return (endpoint_parse(word, &m->endpoint, &m->endpoint_port));
}

static int
take_number(const char *word, uint16_t *dst)
{
	const char *errstr;

	*dst = (uint16_t)strtonum(word, 0, UINT16_MAX, &errstr);
	return (errstr != NULL ? -1 : 0);
}

static int
take_text(const char *word, char *dst, size_t size, bool none, bool list)
{
	char *p;

	if (none && strcmp(word, "none") == 0)
		word = "";
	else if (word[0] == '\0')
		return (-1);
	if (strlcpy(dst, word, size) >= size)
		return (-1);
	for (p = dst; list && (p = strchr(p, ',')) != NULL;)
		*p = ' ';
	return (0);
}

int
mesh_value(struct msg_mesh_op *m, enum param p, const char *word, FILE *err)
{
	void *dst = (char *)m + options[p - P_TENANT].off;
	size_t size = options[p - P_TENANT].size;
	uint8_t hub = 0;
	int rc = -1;

	switch (options[p - P_TENANT].kind) {
	case ON_OFF:
		rc = choice(word, "off", "on", dst);
		break;
	case TEXT:
		rc = take_text(word, dst, size, false, false);
		break;
	case TEXT_NONE:
		rc = take_text(word, dst, size, true, false);
		break;
	case LIST:
		rc = take_text(word, dst, size, true, true);
		break;
	case NET:
		rc = take_net(word, options[p - P_TENANT].family, dst);
		break;
	case NUMBER:
		rc = take_number(word, dst);
		break;
	case TOPOLOGY:
		rc = choice(word, "full", "hub", &hub);
		m->topology = hub ? TOPOLOGY_HUB : TOPOLOGY_FULL;
		break;
	case PREFIXES:
		rc = take_prefixes(word, m);
		break;
	case ENDPOINT:
		rc = take_endpoint(word, m);
		break;
	}
	m->set |= options[p - P_TENANT].with;
	return (rc == -1 ? wrong(err, p, word) : 0);
}
