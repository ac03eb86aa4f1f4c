/* SPDX-License-Identifier: ISC */
/*
 * The content of the messages of a device's suite: its configuration, and the
 * mesh networks between agentd and the hand.  proto.h lists the messages.
 *
 * A mesh network is named by its UUID without the dashes: 32 hexadecimal
 * digits in lower case (meshid.h).  So it fits where a network's name does.
 */

#ifndef MSG_MNET_H
#define MSG_MNET_H

#include <stdint.h>

#include "addr.h"
#include "conf.h"
#include "wgkey.h"

/* Roles of a device in a network: a mask. */
#define MESH_RELAY	0x01
#define MESH_EGRESS	0x02
#define MESH_HUB	0x04
#define MESH_ROLES	(MESH_RELAY | MESH_EGRESS | MESH_HUB)

/* --- configuration --- */

struct msg_conf_agent {			/* the server, and where state is kept */
	char		 host[HOST_SIZE];	/* a name or an address */
	uint16_t	 port;
	char		 prefix[URLPREFIX_SIZE];	/* begins and ends with "/" */
	char		 state_dir[DIR_SIZE];	/* agentd's own directory */
};

/* The limits of what the server may do here; the hand enforces them. */
struct msg_conf_mpolicy {
	uint8_t		 naccept;
	struct prefix	 accept[POLICY_MAX];	/* for addresses and peers */
	uint8_t		 naccept_routes;
	struct prefix	 accept_routes[POLICY_MAX];	/* egress of others */
	char		 full_tunnel[2 * NETNAME_SIZE];	/* NET or NET/MEMBER; "" */
	uint8_t		 negress;
	struct prefix	 egress[POLICY_MAX];	/* prefixes that it may serve */
	char		 egress_wan[IFNAME_SIZE];	/* "": no egress */
	uint8_t		 relay;
	uint8_t		 networks_max;
	uint32_t	 peers_max;		/* most peers of one network */
	uint8_t		 backend;		/* enum conf_backend, no GRE */
	uint16_t	 port_first;
	uint16_t	 port_last;
	uint32_t	 agent_uid;		/* agentd's, which needs no tunnel */
};

struct msg_conf_raw {			/* +fd: a raw socket for STUN */
	uint8_t		 family;	/* 4 or 6 */
	uint16_t	 port_first;	/* it hears answers to these */
	uint16_t	 port_last;
};

struct msg_wgkey_want {			/* answered by CONF_MNET or WGKEY_FAILED */
	char		 network[NETNAME_SIZE];
};

struct msg_wgkey_drop {			/* the network was left */
	char		 network[NETNAME_SIZE];
};

struct msg_conf_mnet {			/* +fd: its private key file */
	char		 network[NETNAME_SIZE];
	char		 interface[IFNAME_SIZE];
};

struct msg_wgkey_failed {
	char		 network[NETNAME_SIZE];
	char		 text[TEXT_SIZE];	/* reason, for people */
};

/* --- agentd and the hand --- */

/*
 * Have this network, or change it.  The hand asks for its key, makes the
 * interface, and answers with MNET_STATE, which has the same id, and again with
 * id 0 whenever the state changes.  What the policy refuses is NET_FAILED with
 * a text that begins with the word of the policy.
 */
struct msg_mnet_set {
	char		 network[NETNAME_SIZE];
	char		 name[NETNAME_SIZE];	/* for full_tunnel, and logs */
	uint16_t	 port;		/* 0: the first free one of the policy */
	uint16_t	 mtu;		/* 0: 1420; agentd: less with a relay */
	uint8_t		 role;		/* mask of MESH_... */
	uint8_t		 naddrs;	/* 1..MESH_ADDRS_MAX */
	struct prefix	 addrs[MESH_ADDRS_MAX];	/* with the network's length */
	uint8_t		 negress;	/* served here, with MESH_EGRESS */
	struct prefix	 egress[MESH_EGRESS_MAX];
};

struct msg_mnet_del {			/* leave it: interface and key go */
	char		 network[NETNAME_SIZE];
};

struct msg_mnet_state {
	char		 network[NETNAME_SIZE];
	char		 interface[IFNAME_SIZE];	/* "": none yet */
	uint8_t		 state;		/* enum net_state */
	uint8_t		 backend;	/* BACKEND_KERNEL and so on; 0: none */
	uint8_t		 pubkey[WGKEY_LEN];	/* zero unless up */
	uint16_t	 port;
	char		 text[TEXT_SIZE];	/* reason of a failure */
};

/*
 * Have this peer, or change it: only what differs goes to WireGuard.  A prefix
 * that another peer has moves to this one in one message.  The endpoint is set
 * only if it is another than that of the last MPEER_SET of the peer: roaming is
 * WireGuard's.  With id 0 there is no MPEER_DONE.
 */
struct msg_mpeer_set {
	char		 network[NETNAME_SIZE];
	char		 member[NETNAME_SIZE];	/* its id, for full_tunnel */
	uint8_t		 pubkey[WGKEY_LEN];
	struct prefix	 endpoint;	/* host; family 0: none */
	uint16_t	 port;		/* 1.. with an endpoint */
	uint16_t	 keepalive;	/* seconds; 0 is off */
	uint8_t		 nprefixes;	/* 0..MESH_PREFIX_MAX */
	struct prefix	 prefixes[MESH_PREFIX_MAX];	/* also the default */
};

struct msg_mpeer_del {
	char		 network[NETNAME_SIZE];
	uint8_t		 pubkey[WGKEY_LEN];
};

struct msg_mpeer_done {			/* the kernel has it, or why not */
	uint8_t		 code;		/* enum peer_code */
	char		 text[TEXT_SIZE];	/* the policy's word first */
};

#endif
