/* SPDX-License-Identifier: ISC */
/*
 * The feed of the meshes, from leased to the fronts, and what members say to
 * leased through them.  proto.h lists the messages.
 */

#ifndef MSG_FEED_H
#define MSG_FEED_H

#include <stdint.h>

#include "addr.h"
#include "conf.h"
#include "leasecode.h"
#include "msg_mesh.h"
#include "wgkey.h"

#define MESH_WANT_MAX	8	/* members that want to be tried */
#define MESH_ACKS_MAX	128	/* acknowledgements of one message */
#define MESH_PATHS_MAX	256	/* paths of one report */
#define MESH_PAGE_SIZE	64	/* entries of one page */

/* The members that may have a member as a peer. */
enum mesh_seen {
	SEEN_ALL = 1,
	SEEN_BY_HUBS = 2,
	SEEN_NO_MORE = 3	/* only by hubs now; others must forget it */
};

/* A device asks for its meshes. */
struct msg_mesh_hello {
	char		 tenant[NETNAME_SIZE];
	char		 device[IDENT_SIZE];
	char		 who[PROOF_SIZE];
	char		 version[AGENT_SIZE];
	uint8_t		 ngroups;
	char		 groups[RULE_GROUPS_MAX][NETNAME_SIZE];
	struct prefix	 from;
	char		 req[REQID_SIZE];
};

/* One of the device's meshes, as it is for its member there. */
struct msg_mesh_self {
	uint64_t	 mesh;
	uint8_t		 uuid[UUID_LEN];
	char		 name[MESHNAME_SIZE];
	uint64_t	 member;
	uint64_t	 gen;		/* the last that the front was told */
	uint64_t	 floor;
	uint64_t	 self_gen;	/* this message is of that generation */
	uint64_t	 view_gen;	/* it sees the same members since */
	uint8_t		 whole;		/* 1: it sees all of them */
	uint8_t		 state;		/* enum member_state */
	uint8_t		 has_key;
	uint8_t		 role;		/* mask of enum member_role */
	uint8_t		 topology;	/* enum mesh_topology */
	uint8_t		 nat;		/* enum member_nat */
	uint64_t	 via;		/* member, or 0 */
	struct prefix	 endpoint;	/* host; family 0: none */
	uint16_t	 endpoint_port;
	uint32_t	 members;	/* active ones */
	uint16_t	 port;
	uint16_t	 keepalive;
	uint8_t		 naddrs;
	struct prefix	 addrs[2];	/* with the mesh's length */
	uint8_t		 negress;
	struct prefix	 egress[MEMBER_EGRESS_MAX];
	char		 dns[DNS_SIZE];
	char		 stun[STUN_SIZE];
};

struct msg_mesh_self_end {
	uint8_t		 code;		/* enum lease_code */
	uint64_t	 device;
	uint64_t	 epoch;
};

/* The front needs no changes of this mesh any more. */
struct msg_mesh_watch {
	uint64_t	 mesh;
};

struct mesh_local {
	struct prefix	 addr;
	uint16_t	 port;
};

/* A member as it is now; with id 0, a change. */
struct msg_mesh_entry {
	uint64_t	 mesh;
	uint64_t	 gen;
	uint64_t	 member;
	uint8_t		 here;		/* 0: it has left; no more fields */
	uint8_t		 seen;		/* enum mesh_seen */
	uint8_t		 key[WGKEY_LEN];
	uint8_t		 role;
	uint8_t		 nat;		/* enum member_nat */
	uint64_t	 via;		/* member, or 0 */
	struct prefix	 endpoint;	/* host; family 0: none */
	uint16_t	 port;
	uint8_t		 naddrs;
	struct prefix	 addrs[2];	/* hosts */
	uint8_t		 negress;
	struct prefix	 egress[MEMBER_EGRESS_MAX];
	uint8_t		 nlocal;
	struct mesh_local local[MEMBER_LOCAL_MAX];
};

/* All changes up to this generation have been sent. */
struct msg_mesh_tick {
	uint64_t	 mesh;
	uint64_t	 gen;
	uint64_t	 floor;
};

enum mesh_why {
	POKE_SELF = 1,		/* its meshes or memberships have changed */
	POKE_WANT = 2		/* others want it to try them */
};

struct msg_mesh_poke {
	uint64_t	 device;	/* 0: all members of the mesh */
	uint64_t	 mesh;		/* 0 with it: all devices */
	uint8_t		 why;		/* enum mesh_why */
	uint8_t		 nwant;
	uint64_t	 want[MESH_WANT_MAX];	/* members */
};

/* A page of the members behind a generation. */
struct msg_mesh_page {
	uint64_t	 mesh;
	uint64_t	 since;
	uint8_t		 whole;		/* 1: with members that only hubs see */
	uint8_t		 full;		/* 1: without members that left */
};

struct msg_mesh_page_end {
	uint8_t		 code;		/* enum lease_code; NO_MATCH: */
	uint64_t	 floor;		/* older departures are forgotten */
	uint64_t	 next;		/* since of the next page */
	uint8_t		 more;
};

/* A member gives its key or, if leave is set, leaves. */
struct msg_mesh_key {
	char		 tenant[NETNAME_SIZE];
	char		 device[IDENT_SIZE];
	char		 who[PROOF_SIZE];
	char		 mesh[MESHNAME_SIZE];	/* uuid or name */
	uint8_t		 leave;
	uint8_t		 pubkey[WGKEY_LEN];
	uint16_t	 port;		/* 0: the mesh's */
	uint8_t		 nlocal;
	struct mesh_local local[MEMBER_LOCAL_MAX];
	struct prefix	 from;
	char		 req[REQID_SIZE];
};

struct mesh_ack {
	uint64_t	 mesh;
	uint64_t	 member;
	uint64_t	 gen;
};

/* The generations that members have applied; a front gathers them. */
struct msg_mesh_acks {
	uint8_t		 n;
	struct mesh_ack	 acks[MESH_ACKS_MAX];
};

struct msg_mesh_report {
	char		 tenant[NETNAME_SIZE];
	char		 device[IDENT_SIZE];
	char		 mesh[MESHNAME_SIZE];
	uint64_t	 gen;
	char		 nack[TEXT_SIZE];	/* "": none */
	struct prefix	 endpoint;	/* as STUN saw it; family 0: none */
	uint16_t	 port;
	uint8_t		 nat;		/* enum member_nat */
	uint8_t		 nwant;
	uint64_t	 want[MESH_WANT_MAX];
	char		 req[REQID_SIZE];
};

enum mesh_path {
	MPATH_DIRECT = 1,
	MPATH_RELAY = 2,
	MPATH_NONE = 3
};

/* Follows a report, and has the same id. */
struct msg_mesh_path {
	uint64_t	 peer;
	uint32_t	 age;		/* seconds since the last handshake;
					   UINT32_MAX: never */
	uint8_t		 state;		/* enum mesh_path */
};

/* The answer to MESH_KEY and MESH_REPORT. */
struct msg_mesh_done {
	uint8_t		 code;
	char		 text[TEXT_SIZE];
};

#endif
