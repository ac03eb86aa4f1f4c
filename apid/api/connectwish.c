/* SPDX-License-Identifier: ISC */
/*
 * The members of all calls as one table.  An id is a name; that of a network may
 * be its uuid, too.
 */

#include "connectwish.h"
#include "wishtake.h"

#define CALL(NAME)	(1U << CALL_##NAME)

#define NEW		(CALL(CREATE_NET) | CALL(ENROL))
#define ONE_NET		(CALL(GET_NET) | CALL(DELETE_NET) | CALL(LIST_PEERS))
#define DEVICE		(CALL(ADD_DEVICE) | CALL(REMOVE_DEVICE) | CALL(SET_ROLE))
#define VIA		(CALL(ASSIGN) | CALL(UNASSIGN))
#define OF_RELAY	(CALL(ASSIGN_RELAY) | CALL(REMOVE_RELAY))
#define IN_NET		(ONE_NET | DEVICE | VIA | OF_RELAY)
#define RELAY		(CALL(DELETE_RELAY) | OF_RELAY)

/* clang-format off */
static const struct wish_member members[] = {
	{ "tenant_id", WISH_TEXT, NEW | CALL(LIST_NETS) | IN_NET, 0, 0,
	    WISH_AT(tenant), "a string of at most 64 bytes" },
	{ "network_id", WISH_TEXT, IN_NET, IN_NET, 0, WISH_AT(network),
	    "a string of at most 64 bytes" },
	{ "name", WISH_TEXT, NEW, NEW, 0, WISH_AT(network),
	    "a string of at most 64 bytes" },
	{ "subnet_cidr", WISH_NET4, NEW, 0, WITH_NET4, WISH_AT(net4),
	    "an IPv4 prefix" },
	{ "subnet_cidr6", WISH_NET6, NEW, 0, WITH_NET6, WISH_AT(net6),
	    "an IPv6 prefix" },
	{ "group_id", WISH_TEXT, NEW, CALL(ENROL), WITH_GROUP, WISH_AT(group),
	    "a string of at most 64 bytes" },
	{ "listen_port", WISH_NUMBER, NEW, 0, WITH_PORT, WISH_AT(port),
	    "a number of 0 to 65535" },
	{ "device_id", WISH_TEXT, DEVICE, DEVICE, 0, WISH_AT(device),
	    "a string of at most 64 bytes" },
	{ "is_relay", WISH_BOOL, CALL(SET_ROLE), 0, 0, WISH_AT(relay),
	    "true or false" },
	{ "is_egress_gateway", WISH_EGRESS, CALL(SET_ROLE), 0, 0,
	    WISH_AT(mesh), "true or false" },
	{ "egress_subnets", WISH_PREFIXES, CALL(SET_ROLE), 0, 0,
	    WISH_AT(egress), "an array of at most 16 prefixes" },
	{ "peer_device_id", WISH_TEXT, VIA, VIA, 0, WISH_AT(device),
	    "a string of at most 64 bytes" },
	{ "relay_device_id", WISH_TEXT, CALL(ASSIGN), CALL(ASSIGN), 0,
	    WISH_AT(via), "a string of at most 64 bytes" },
	{ "name", WISH_TEXT, CALL(CREATE_RELAY), CALL(CREATE_RELAY), 0,
	    WISH_AT(device), "a string of at most 64 bytes" },
	{ "relay_id", WISH_TEXT, RELAY, RELAY, 0, WISH_AT(device),
	    "a string of at most 64 bytes" },
};
/* clang-format on */

static const struct wish_table table = { members,
	sizeof(members) / sizeof(members[0]), true };

const char *
connectwish_parse(enum connect_call call, const char *body, size_t len,
    struct msg_mesh_op *m, char *text, size_t size)
{
	return (wish_take(&table, 1U << call, body, len, m, text, size));
}
