/* SPDX-License-Identifier: ISC */
/*
 * The mesh, as several processes know it: words, bounds and the values of
 * fields.  Values are part of the protocol and of the database: never reused.
 */

#ifndef MSG_MESH_H
#define MSG_MESH_H

#include <stdint.h>

#include "addr.h"
#include "conf.h"
#include "wgkey.h"

#define UUID_LEN	16
#define UUID_TEXT	37	/* with NUL */
#define MESHNAME_SIZE	65	/* name of a tenant, group or mesh, with NUL */
#define DNS_SIZE	129	/* a list of addresses, with NUL */
#define STUN_SIZE	257	/* a list of servers, with NUL */
#define LOCAL_TEXT	513	/* a member's local addresses as text */
#define AGENT_SIZE	33	/* an agent's version, with NUL */

/* Bounds of lists. */
#define MEMBER_EGRESS_MAX	16	/* prefixes of a member */
#define MEMBER_LOCAL_MAX	8	/* local addresses of a member */
#define DEVICE_MESHES_MAX	64
#define DEVICE_GROUPS_MAX	64

enum mesh_topology {
	TOPOLOGY_FULL = 1,		/* each member reaches each other */
	TOPOLOGY_HUB = 2		/* by way of the hubs */
};

enum member_state {
	MEMBER_INVITED = 1,	/* has its addresses, and no key yet */
	MEMBER_ACTIVE = 2,
	MEMBER_SUSPENDED = 3,
	MEMBER_RESTING = 4	/* has left: its addresses are kept for it */
};

/* The role of a member: a mask. */
enum member_role {
	MEMBER_RELAY = 0x01,
	MEMBER_EGRESS = 0x02,
	MEMBER_HUB = 0x04,
	MEMBER_PLATFORM = 0x08	/* a relay that serves many tenants */
};
#define MEMBER_ROLES	0x0f

/* From where an endpoint is known; the greater one counts more. */
enum endpoint_source {
	ENDPOINT_NONE = 0,
	ENDPOINT_STUN = 1,
	ENDPOINT_RENDEZVOUS = 2,
	ENDPOINT_OPERATOR = 3
};

/* How the NAT before a member behaves, as its agent says. */
enum member_nat {
	NAT_UNKNOWN = 0,
	NAT_OPEN = 1,
	NAT_CONE = 2,
	NAT_HARD = 3
};

/* Operations on the mesh; struct msg_mesh_op has their arguments. */
enum mesh_op {
	MESH_TENANT_ADD = 1,	/* there is none of that name */
	MESH_TENANT_SET = 2,	/* there is one */
	MESH_TENANT_PUT = 3,	/* either way; what is not set is the default */
	MESH_TENANT_DEL = 4,
	MESH_NET_ADD = 5,
	MESH_NET_SET = 6,
	MESH_NET_DEL = 7,
	MESH_NET_ENROL = 8,	/* add all devices of its group */
	MESH_MEMBER_ADD = 9,
	MESH_MEMBER_SET = 10,
	MESH_MEMBER_PUT = 11,	/* add it if it is no member */
	MESH_MEMBER_DEL = 12,
	MESH_GROUP_ADD = 13,	/* add a device to a group */
	MESH_GROUP_DEL = 14,	/* remove it; without a device, the group */
	MESH_RELAY_ADD = 15,	/* add a relay of the platform */
	MESH_RELAY_DEL = 16,
	MESH_RELAY_ASSIGN = 17,	/* give it to a tenant's mesh */
	MESH_RELAY_REMOVE = 18,
	MESH_RESYNC = 19,	/* tell members all again, of one mesh or all */
	MESH_WAIT = 20		/* until members have all of one mesh, or all */
};
#define MESH_OP_MAX	MESH_WAIT
#define MESH_WAIT_S	60	/* usual time of MESH_WAIT */
#define MESH_WAIT_MAX_S	3600

/* The members of a msg_mesh_op that are set: a mask. */
enum mesh_set {
	WITH_MESH = 0x0001,
	WITH_NET4 = 0x0002,	/* family 0: none, or as configured */
	WITH_NET6 = 0x0004,
	WITH_PORT = 0x0008,
	WITH_KEEPALIVE = 0x0010,
	WITH_NAT = 0x0020,
	WITH_DNS = 0x0040,
	WITH_STUN = 0x0080,
	WITH_TOPOLOGY = 0x0100,
	WITH_GROUP = 0x0200,
	WITH_RELAY = 0x0400,
	WITH_EGRESS = 0x0800,	/* the prefixes; none: no egress */
	WITH_HUB = 0x1000,
	WITH_VIA = 0x2000,
	WITH_ENDPOINT = 0x4000,	/* family 0: none */
	WITH_SUSPENDED = 0x8000
};

struct msg_mesh_op {
	uint8_t		 op;		/* enum mesh_op */
	uint16_t	 set;		/* enum mesh_set */
	uint8_t		 force;		/* delete what is not empty */
	uint8_t		 mesh;
	uint8_t		 nat;
	uint8_t		 topology;
	uint8_t		 relay;
	uint8_t		 hub;
	uint8_t		 suspended;
	char		 tenant[MESHNAME_SIZE];
	char		 network[MESHNAME_SIZE];	/* name or uuid */
	char		 device[IDENT_SIZE];
	char		 group[MESHNAME_SIZE];
	char		 via[IDENT_SIZE];	/* "": none */
	struct prefix	 net4;
	struct prefix	 net6;
	uint16_t	 port;
	uint16_t	 keepalive;
	uint8_t		 negress;
	struct prefix	 egress[MEMBER_EGRESS_MAX];
	struct prefix	 endpoint;
	uint16_t	 endpoint_port;
	char		 dns[DNS_SIZE];
	char		 stun[STUN_SIZE];
	uint8_t		 has_match;	/* refuse a version other than match */
	uint64_t	 match;
	uint32_t	 wait;		/* MESH_WAIT: most seconds */
	char		 who[PROOF_SIZE];	/* the asker, as "cn:NAME" */
	struct prefix	 from;
	char		 req[REQID_SIZE];
};

/* --- what there is --- */

struct msg_mesh_tenant {
	uint64_t	 id;
	uint64_t	 version;	/* the version of its settings */
	char		 name[MESHNAME_SIZE];
	uint8_t		 mesh;
	uint8_t		 nat;
	uint8_t		 nranges;
	struct prefix	 ranges[2];	/* its own, or the configured */
	uint16_t	 port;
	uint16_t	 keepalive;
	char		 dns[DNS_SIZE];
	char		 stun[STUN_SIZE];
	uint32_t	 meshes;
	uint32_t	 devices;
	int64_t		 created;
};

struct msg_mesh_net {
	uint64_t	 id;
	uint64_t	 version;
	char		 uuid[UUID_TEXT];
	char		 tenant[MESHNAME_SIZE];
	char		 name[MESHNAME_SIZE];
	uint8_t		 topology;
	uint8_t		 naddrs;
	struct prefix	 addrs[2];
	uint16_t	 port;
	uint16_t	 keepalive;
	char		 dns[DNS_SIZE];
	char		 group[MESHNAME_SIZE];	/* "": none */
	uint8_t		 enrolling;	/* devices of the group still come */
	uint32_t	 members;
	uint32_t	 active;
	uint64_t	 gen;
	int64_t		 created;
};

struct msg_mesh_member {
	uint64_t	 id;
	char		 tenant[MESHNAME_SIZE];
	char		 network[MESHNAME_SIZE];
	char		 uuid[UUID_TEXT];	/* that of the network */
	char		 device[IDENT_SIZE];	/* "relay": the platform's */
	uint8_t		 state;
	uint8_t		 has_key;
	uint8_t		 pubkey[WGKEY_LEN];	/* zero without has_key */
	uint8_t		 naddrs;
	struct prefix	 addrs[2];
	uint8_t		 relay, egress, hub, platform;
	uint8_t		 negress_prefixes;
	struct prefix	 egress_prefixes[MEMBER_EGRESS_MAX];
	char		 via[IDENT_SIZE];	/* "": none */
	struct prefix	 endpoint;	/* family 0: none */
	uint16_t	 port;		/* the endpoint's port */
	uint8_t		 source;	/* enum endpoint_source */
	uint8_t		 nat;
	uint64_t	 gen;
	uint64_t	 acked;
	int64_t		 acked_at;
	int64_t		 handshake;
	int64_t		 seen;
	int64_t		 created;
	uint8_t		 behind;
	uint8_t		 offline;
	char		 nack[TEXT_SIZE];
};

struct msg_mesh_device {
	uint64_t	 id;
	char		 tenant[MESHNAME_SIZE];
	char		 name[IDENT_SIZE];
	char		 who[PROOF_SIZE];
	char		 version[AGENT_SIZE];
	uint8_t		 platform;
	uint32_t	 meshes;
	char		 groups[TEXT_SIZE];	/* "A,B"; cut if too long */
	int64_t		 created;
	int64_t		 seen;
};

/* The kinds of lists.  A list is told page by page. */
enum mesh_what {
	MESH_TENANTS = 1,
	MESH_MESHES = 2,
	MESH_MEMBERS = 3,
	MESH_DEVICES = 4,
	MESH_RELAYS = 5
};

struct msg_mesh_list {
	uint8_t		 what;
	uint8_t		 one;		/* list only the one of that name */
	uint8_t		 behind;	/* members that lack a change */
	uint8_t		 offline;
	char		 tenant[MESHNAME_SIZE];	/* "": all */
	char		 network[MESHNAME_SIZE];	/* name or uuid */
	char		 device[IDENT_SIZE];	/* set if one is set */
	char		 group[MESHNAME_SIZE];	/* "": all devices */
	uint64_t	 network_id;	/* next page of members: its network */
	uint64_t	 after;		/* id of the last one, or 0 */
};

struct msg_mesh_list_end {
	uint8_t		 code;		/* enum lease_code */
	uint8_t		 more;
	uint64_t	 network_id;	/* where the next page begins */
	uint64_t	 after;
	char		 text[TEXT_SIZE];
};

struct msg_mesh_reply {
	uint8_t		 code;		/* enum lease_code */
	char		 text[TEXT_SIZE];	/* "": that of the code */
	uint32_t	 enrolled, of;
	uint8_t		 has;		/* enum mesh_what, or 0 */
	struct msg_mesh_tenant tenant;
	struct msg_mesh_net net;
	struct msg_mesh_member member;
	struct msg_mesh_device device;	/* a relay */
};

#endif
