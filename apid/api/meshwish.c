/* SPDX-License-Identifier: ISC */
/*
 * Bodies about the mesh: a table of members, and which operation has which.
 */

#include "meshwish.h"
#include "wishtake.h"

#define OF_TENANT	0x01
#define OF_NEW		0x02	/* a new mesh */
#define OF_MESH		0x04
#define OF_MEMBER	0x08

/* clang-format off */
static const struct wish_member members[] = {
	{ "mesh_enabled", WISH_BOOL, OF_TENANT, 0, WITH_MESH, WISH_AT(mesh),
	    "true or false" },
	{ "ip_range", WISH_NET4, OF_TENANT, 0, WITH_NET4, WISH_AT(net4),
	    "an IPv4 prefix" },
	{ "ip6_range", WISH_NET6, OF_TENANT, 0, WITH_NET6, WISH_AT(net6),
	    "an IPv6 prefix" },
	{ "default_listen_port", WISH_NUMBER, OF_TENANT, 0, WITH_PORT,
	    WISH_AT(port), "a number of 0 to 65535" },
	{ "default_keepalive", WISH_NUMBER, OF_TENANT, 0, WITH_KEEPALIVE,
	    WISH_AT(keepalive), "a number of 0 to 65535" },
	{ "default_dns", WISH_TEXT, OF_TENANT, 0, WITH_DNS, WISH_AT(dns),
	    "a string of at most 128 bytes" },
	{ "nat_traversal_enabled", WISH_BOOL, OF_TENANT, 0, WITH_NAT,
	    WISH_AT(nat), "true or false" },
	{ "stun_servers", WISH_WORDS, OF_TENANT, 0, WITH_STUN, WISH_AT(stun),
	    "an array of strings, together at most 256 bytes" },
	{ "tenant", WISH_NAME, OF_NEW, 0, 0, WISH_AT(tenant),
	    "a string of 1 to 64 bytes" },
	{ "name", WISH_NAME, OF_NEW, OF_NEW, 0, WISH_AT(network),
	    "a string of 1 to 64 bytes" },
	{ "cidr", WISH_NET4, OF_NEW, 0, WITH_NET4, WISH_AT(net4),
	    "an IPv4 prefix" },
	{ "cidr6", WISH_NET6, OF_NEW, 0, WITH_NET6, WISH_AT(net6),
	    "an IPv6 prefix" },
	{ "group", WISH_NAME, OF_NEW, 0, WITH_GROUP, WISH_AT(group),
	    "a string of 1 to 64 bytes" },
	{ "group", WISH_TEXT, OF_MESH, 0, WITH_GROUP, WISH_AT(group),
	    "a string of at most 64 bytes, or null" },
	{ "listen_port", WISH_NUMBER, OF_NEW | OF_MESH, 0, WITH_PORT,
	    WISH_AT(port), "a number of 0 to 65535" },
	{ "keepalive", WISH_NUMBER, OF_NEW | OF_MESH, 0, WITH_KEEPALIVE,
	    WISH_AT(keepalive), "a number of 0 to 65535" },
	{ "dns", WISH_TEXT, OF_NEW | OF_MESH, 0, WITH_DNS, WISH_AT(dns),
	    "a string of at most 128 bytes" },
	{ "topology", WISH_TOPOLOGY, OF_NEW | OF_MESH, 0, WITH_TOPOLOGY,
	    WISH_AT(topology), "full or hub" },
	{ "relay", WISH_BOOL, OF_MEMBER, 0, WITH_RELAY, WISH_AT(relay),
	    "true or false" },
	{ "egress", WISH_EGRESS, OF_MEMBER, 0, 0, WISH_AT(mesh),
	    "true or false" },
	{ "egress_prefixes", WISH_PREFIXES, OF_MEMBER, 0, WITH_EGRESS,
	    WISH_AT(egress), "an array of at most 16 prefixes" },
	{ "hub", WISH_BOOL, OF_MEMBER, 0, WITH_HUB, WISH_AT(hub),
	    "true or false" },
	{ "via", WISH_TEXT, OF_MEMBER, 0, WITH_VIA, WISH_AT(via),
	    "a string of at most 64 bytes, or null" },
	{ "endpoint", WISH_ENDPOINT, OF_MEMBER, 0, WITH_ENDPOINT,
	    WISH_AT(endpoint), "an address with a port, or null" },
	{ "suspended", WISH_BOOL, OF_MEMBER, 0, WITH_SUSPENDED,
	    WISH_AT(suspended), "true or false" },
};
/* clang-format on */

static const struct wish_table table = { members,
	sizeof(members) / sizeof(members[0]), false };

static uint32_t
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

const char *
meshwish_parse(const char *body, size_t len, struct msg_mesh_op *m, char *text,
    size_t size)
{
	return (wish_take(&table, of_op(m->op), body, len, m, text, size));
}
