/* SPDX-License-Identifier: ISC */
/*
 * The calls of umoo's WireGuard plugin: their names, and the members of their
 * requests.  Nothing here knows a connection.
 */

#ifndef CONNECTWISH_H
#define CONNECTWISH_H

#include <stddef.h>

#include "proto.h"

/* clang-format off */
#define CONNECT_CALLS(X)						\
	X(CREATE_NET, "CreateWireGuardNetwork")				\
	X(GET_NET, "GetWireGuardNetwork")				\
	X(LIST_NETS, "ListWireGuardNetworks")				\
	X(DELETE_NET, "DeleteWireGuardNetwork")				\
	X(ENROL, "EnrollGroupInNetwork")				\
	X(ADD_DEVICE, "AddDeviceToNetwork")				\
	X(REMOVE_DEVICE, "RemoveDeviceFromNetwork")			\
	X(LIST_PEERS, "ListWireGuardPeers")				\
	X(SET_ROLE, "SetPeerRole")					\
	X(ASSIGN, "AssignRelay")					\
	X(UNASSIGN, "RemoveRelayAssignment")				\
	X(CREATE_RELAY, "CreatePlatformRelay")				\
	X(LIST_RELAYS, "ListPlatformRelays")				\
	X(DELETE_RELAY, "DeletePlatformRelay")				\
	X(ASSIGN_RELAY, "AssignPlatformRelayToNetwork")			\
	X(REMOVE_RELAY, "RemovePlatformRelayFromNetwork")
/* clang-format on */

enum connect_call {
#define X(NAME, name) CALL_##NAME,
	CONNECT_CALLS(X)
#undef X
};

/*
 * Take the request of a call into the members of a wish.  Returns NULL, or text
 * with what is wrong.
 */
const char *connectwish_parse(enum connect_call, const char *body, size_t len,
    struct msg_mesh_op *, char *text, size_t size);

#endif
