/* SPDX-License-Identifier: ISC */
/*
 * The part of the store that is about the mesh, with the rules of store.h.
 *
 * The store holds, and looks at each row as it is written:
 *	a name		once among tenants; among the devices, the groups and
 *			the networks of a tenant,
 *	a block		of addresses once in its space,
 *	a key		once among all members,
 *	an address	once among the members of a network,
 *	an egress prefix once in a network.
 * When the row of a network is deleted, all rows that belong to it go, too.
 */

#ifndef STORE_MESH_H
#define STORE_MESH_H

#include "msg_mesh.h"
#include "store.h"

struct tenant_row {
	int64_t		 id;
	const char	*name;
	bool		 mesh;		/* may it have networks? */
	struct prefix	 range[2];	/* IPv4, IPv6; family 0: as configured */
	uint16_t	 port;
	uint16_t	 keepalive;
	bool		 nat;		/* STUN */
	const char	*dns;
	const char	*stun;
	int64_t		 created;
};

struct device_row {
	int64_t		 id;
	int64_t		 tenant;
	const char	*name;
	const char	*who;		/* last proof, or "" */
	bool		 platform;	/* a relay of the platform */
	int64_t		 created;
	int64_t		 seen;		/* 0: never */
	const char	*version;
};

struct group_row {
	int64_t		 id;
	int64_t		 tenant;
	const char	*name;
};

struct group_device_row {
	int64_t		 group;
	int64_t		 device;
	bool		 by_rule;	/* not by an operator */
};

struct mesh_row {
	int64_t		 id;
	const uint8_t	*uuid;		/* UUID_LEN bytes */
	int64_t		 tenant;
	const char	*name;
	uint8_t		 topology;
	struct prefix	 net[2];	/* IPv4, IPv6; family 0: none */
	uint16_t	 port;
	uint16_t	 keepalive;
	const char	*dns;
	int64_t		 group;		/* 0: none */
	uint64_t	 gen_limit;
	uint64_t	 floor;
	uint64_t	 epoch;
	int64_t		 enrol_after;	/* -1: no enrolment is under way */
	int64_t		 created;
};

struct mesh_block_row {
	int64_t		 space;
	int64_t		 mesh;
	struct prefix	 block;		/* a /24 or a /64 */
};

struct member_row {
	int64_t		 id;
	int64_t		 mesh;
	int64_t		 device;
	uint8_t		 state;
	const uint8_t	*key;		/* NULL: none yet */
	struct prefix	 addr[2];	/* IPv4, IPv6; family 0: none */
	uint8_t		 role;
	int64_t		 via;		/* id of a member_row, or 0 */
	uint16_t	 port;
	struct prefix	 endpoint;	/* family 0: none */
	uint16_t	 endpoint_port;
	uint8_t		 endpoint_src;
	const char	*local;		/* "A:P B:P" */
	uint8_t		 nat;
	uint64_t	 gen;
	uint64_t	 acked;
	int64_t		 acked_at;
	const char	*nack;
	int64_t		 handshake;
	int64_t		 seen;
	int64_t		 ready;
	int64_t		 created;
};

struct egress_row {
	int64_t		 mesh;
	int64_t		 member;
	struct prefix	 prefix;
};

struct gone_row {
	int64_t		 mesh;
	int64_t		 member;
	uint64_t	 gen;
	int64_t		 at;
};

int	 store_load_tenants(struct store *,
	    int (*cb)(void *arg, const struct tenant_row *), void *arg);
int	 store_load_devices(struct store *,
	    int (*cb)(void *arg, const struct device_row *), void *arg);
int	 store_load_groups(struct store *,
	    int (*cb)(void *arg, const struct group_row *), void *arg);
int	 store_load_group_devices(struct store *,
	    int (*cb)(void *arg, const struct group_device_row *), void *arg);
int	 store_load_meshes(struct store *,
	    int (*cb)(void *arg, const struct mesh_row *), void *arg);
int	 store_load_mesh_blocks(struct store *,
	    int (*cb)(void *arg, const struct mesh_block_row *), void *arg);
/* Members, and those that left, come in order of network and generation. */
int	 store_load_members(struct store *,
	    int (*cb)(void *arg, const struct member_row *), void *arg);
int	 store_load_egress(struct store *,
	    int (*cb)(void *arg, const struct egress_row *), void *arg);
int	 store_load_gone(struct store *,
	    int (*cb)(void *arg, const struct gone_row *), void *arg);

/* A new row gets its id. */
int	 store_add_tenant(struct store *, struct tenant_row *);
int	 store_put_tenant(struct store *, const struct tenant_row *);
int	 store_del_tenant(struct store *, int64_t id);
int	 store_add_device(struct store *, struct device_row *);
int	 store_put_device(struct store *, const struct device_row *);
int	 store_del_device(struct store *, int64_t id);
int	 store_add_group(struct store *, struct group_row *);
int	 store_del_group(struct store *, int64_t id);
int	 store_put_group_device(struct store *, const struct group_device_row *);
int	 store_del_group_device(struct store *, int64_t group, int64_t device);
int	 store_add_mesh(struct store *, struct mesh_row *);
/* Write everything but uuid, tenant, name, prefixes and created. */
int	 store_put_mesh(struct store *, const struct mesh_row *);
int	 store_del_mesh(struct store *, int64_t id);
int	 store_add_mesh_block(struct store *, const struct mesh_block_row *);
int	 store_add_member(struct store *, struct member_row *);
/* Write everything but network, device and created. */
int	 store_put_member(struct store *, const struct member_row *);
int	 store_del_member(struct store *, int64_t id);
int	 store_add_egress(struct store *, const struct egress_row *);
/* Delete all prefixes of a member. */
int	 store_del_egress(struct store *, int64_t member);
/* A second row of the same member replaces the first. */
int	 store_put_gone(struct store *, const struct gone_row *);
int	 store_del_gone(struct store *, int64_t mesh, int64_t member);
/* Delete the rows of a network up to a generation. */
int	 store_trim_gone(struct store *, int64_t mesh, uint64_t gen);

#endif
