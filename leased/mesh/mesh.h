/* SPDX-License-Identifier: ISC */
/*
 * The mesh in memory: tenants with their devices and groups, and meshes, which
 * are networks of devices, with their members.  A mesh has nothing to do with a
 * network of the configuration: the gateway has no interface in it.
 *
 * The database is written first, and memory follows when that is durable, so
 * that nothing here is ever undone.  What other parts keep over a turn of the
 * event loop is an id, never a pointer.
 *
 * Every change of a mesh takes the mesh's next generation.  A member is on the
 * list bygen at the place of its last one; a member that has left is on the list
 * gone instead.  So what has changed since a generation is the end of these two
 * lists.  Generations are reserved in the database in steps (gen_limit), and
 * after a start all that were reserved count as used: none is given twice,
 * whatever was lost.
 */

#ifndef MESH_H
#define MESH_H

#include <sys/queue.h>
#include <sys/tree.h>

#include "hash.h"
#include "meshconf.h"
#include "msg_mesh.h"
#include "pool.h"
#include "store.h"

#define FAMS		2	/* indexes: IPv4, IPv6 */

/* Most of all of them; the words of the configuration bound meshes. */
#define TENANTS_MAX	1024
#define GROUPS_MAX	4096
#define DEVICES_MAX	200000
#define MEMBERS_MAX	200000
#define PREFIXES_MAX	256	/* prefixes of a mesh */
#define MESH_REST_S	600	/* addresses rest after their member left */
#define MESH_FORGET_S	(90 * 24 * 60 * 60)	/* and are kept so long */
#define MESH_GONE_MAX	10000	/* members that have left, on the list */
#define MESH_GONE_S	(30 * 24 * 60 * 60)

/* The tenant of relays that the platform has for all others. */
#define TENANT_PLATFORM	"platform"

struct device;
struct feed;
struct member;
struct mesh;
struct meshes;
struct meshgroup;
struct pathseen;
struct tenant;
struct wants;

/* A device's place in a group. */
struct grouped {
	RB_ENTRY(grouped) entry;	/* in the group, by device */
	LIST_ENTRY(grouped) ofdev;
	struct meshgroup *group;
	struct device	*device;
	bool		 by_rule;
};

RB_HEAD(grouped_tree, grouped);
RB_HEAD(device_tree, device);
RB_HEAD(tenant_tree, tenant);
RB_HEAD(mesh_tree, mesh);
RB_HEAD(member_tree, member);

struct meshgroup {
	TAILQ_ENTRY(meshgroup) entry;
	int64_t		 id;
	struct tenant	*tenant;
	struct grouped_tree devices;	/* by id of the device */
	unsigned int	 ndevices;
	unsigned int	 nmeshes;	/* meshes that enrol this group */
	char		 name[MESHNAME_SIZE];
};

struct tenant {
	RB_ENTRY(tenant) entry;		/* by id */
	int64_t		 id;
	struct device_tree devices;	/* by id */
	TAILQ_HEAD(, meshgroup) groups;
	unsigned int	 ndevices;
	unsigned int	 nmeshes;
	unsigned int	 ngroups;
	int64_t		 created;
	struct prefix	 range[FAMS];	/* family 0: as configured */
	uint16_t	 port;
	uint16_t	 keepalive;
	bool		 mesh;		/* may it have meshes? */
	bool		 nat;		/* STUN */
	char		 name[MESHNAME_SIZE];
	char		 dns[DNS_SIZE];
	char		 stun[STUN_SIZE];
};

struct device {
	RB_ENTRY(device) entry;		/* in the tenant, by id */
	int64_t		 id;
	struct tenant	*tenant;
	LIST_HEAD(, grouped) groups;
	LIST_HEAD(, member) members;	/* resting ones, too */
	int64_t		 created;
	int64_t		 seen;
	unsigned int	 nmembers;	/* resting ones, too */
	unsigned int	 ngroups;
	bool		 platform;
	char		 version[AGENT_SIZE];
	char		 name[IDENT_SIZE];
	char		 who[PROOF_SIZE];
};

/* An address and a port. */
struct mesh_endpoint {
	struct prefix	 addr;		/* family 0: none */
	uint16_t	 port;
};

/* A member as feed.c and meet.c know it. */
struct member_fed {
	uint64_t	 view_gen;	/* it sees the same members since then */
	bool		 known;		/* the rest is known */
	bool		 active;
	bool		 whole;		/* it sees all members */
	bool		 shown;		/* all have seen it once */
	bool		 peer;		/* others may have had it as a peer */
	bool		 met;		/* the rendezvous has this key */
	uint8_t		 key[WGKEY_LEN];
	struct mono	 met_at;	/* the rendezvous saw it last; 0: never */
};

struct member {
	RB_ENTRY(member) entry;		/* in the mesh, by id */
	TAILQ_ENTRY(member) bygen;	/* linked unless the member rests */
	TAILQ_ENTRY(member) late;	/* linked while it is unwritten */
	LIST_ENTRY(member) ofdev;
	int64_t		 id;
	struct mesh	*mesh;
	struct device	*device;
	uint64_t	 gen;		/* generation of its last change */
	uint64_t	 acked;		/* the device says that it holds this */
	int64_t		 acked_at;
	int64_t		 handshake;
	int64_t		 seen;		/* its device asked for it last */
	int64_t		 seen_kept;	/* the time that the row has, or will */
	int64_t		 created;
	int64_t		 ready_at;	/* resting: wall, and the pools' time */
	struct mono	 ready;
	int64_t		 via;		/* id of the relay that it uses, or 0 */
	struct prefix	 addr[FAMS];	/* hosts; family 0: none */
	uint8_t		 hold[FAMS];	/* enum addr_hold: at the pool */
	struct mesh_endpoint endpoint;
	struct mesh_endpoint *local;	/* nlocal of them */
	struct prefix	*egress;	/* negress of them, in order */
	char		*nack;		/* why its device refused, or NULL */
	struct wants	*wants;		/* wants.c's, or NULL */
	uint16_t	 port;
	uint8_t		 nlocal;
	uint8_t		 negress;
	uint8_t		 state;		/* enum member_state */
	uint8_t		 role;		/* mask of enum member_role */
	uint8_t		 nat;		/* enum member_nat */
	uint8_t		 endpoint_src;	/* enum endpoint_source */
	struct member_fed fed;
	bool		 unwritten;	/* lazy.c writes its row */
	bool		 stale;		/* nothing was heard of it for long */
	bool		 has_key;
	uint8_t		 key[WGKEY_LEN];
};

/* The state of a member's address in its pool. */
enum addr_hold {
	HOLD_NONE,
	HOLD_TAKEN,
	HOLD_RESTS
};

/* A member that has left. */
struct gone {
	TAILQ_ENTRY(gone) entry;
	int64_t		 member;
	uint64_t	 gen;
	int64_t		 at;
};

struct mesh {
	RB_ENTRY(mesh)	 entry;		/* by id */
	int64_t		 id;
	struct meshes	*meshes;
	struct tenant	*tenant;
	struct meshgroup *group;	/* the group that it enrols, or NULL */
	struct member_tree members;	/* by id, resting ones, too */
	TAILQ_HEAD(member_list, member) bygen;	/* the newest is the last */
	TAILQ_HEAD(gone_list, gone) gone;	/* likewise */
	struct pool	*pool[FAMS];	/* NULL: none of the family */
	struct prefix	 net[FAMS];
	int64_t		 space[FAMS];	/* no other mesh in it has them */
	uint64_t	 gen;		/* the last one given */
	uint64_t	 gen_limit;	/* generations up to it are reserved */
	uint64_t	 gen_all;	/* the last that every member sees */
	uint64_t	 settled;	/* gen of half a minute ago, or more */
	uint64_t	 unsettled;	/* gen of the last look at it */
	uint64_t	 settled_all;	/* gen_all at the same times */
	uint64_t	 unsettled_all;
	uint64_t	 floor;		/* departures up to it are forgotten */
	uint64_t	 epoch;
	struct feed	*feed;		/* feed.c's */
	int64_t		 enrol_after;	/* device id; -1: no enrolment runs */
	int64_t		 created;
	unsigned int	 nmembers;	/* without those that rest */
	unsigned int	 nactive;
	unsigned int	 negress;	/* prefixes of all members */
	unsigned int	 ngone;
	uint16_t	 port;
	uint16_t	 keepalive;
	uint8_t		 topology;	/* enum mesh_topology */
	uint8_t		 uuid[UUID_LEN];
	char		 name[MESHNAME_SIZE];
	char		 dns[DNS_SIZE];
};

/* The mesh's questions and messages to the rest of the process. */
struct mesh_hooks {
	/* True if a lease, another peer or the gateway has the key. */
	bool	(*key_taken)(void *arg, const uint8_t *key);
	/*
	 * A member has changed, or with NULL the mesh itself.  gone is the id of
	 * a member that has left, or 0.  The change is durable.
	 */
	void (
	    *changed)(void *arg, struct mesh *, struct member *, int64_t gone);
	/* The mesh is about to be deleted. */
	void	(*deleted)(void *arg, struct mesh *);
};

RB_HEAD(pathseen_tree, pathseen);
RB_HEAD(slice_tree, slice);

struct meshes {
	struct store	*store;
	struct meshconf	 conf;
	const struct mesh_hooks *hooks;	/* NULL, or a member NULL: none */
	void		*arg;		/* the argument of hooks */
	struct tenant_tree tenants;	/* by id */
	struct mesh_tree meshes;	/* by id */
	struct hash	 tenant_names;
	struct hash	 group_names;
	struct hash	 device_names;
	struct hash	 device_ids;
	struct hash	 mesh_names;
	struct hash	 mesh_uuids;
	struct hash	 keys;		/* the keys of members */
	struct slice_tree slices;	/* blocks that are in use: slice.c */
	TAILQ_HEAD(, member) unwritten;	/* lazy.c's */
	struct pathseen_tree paths;	/* reports of devices: pathseen.c */
	TAILQ_HEAD(, pathseen) old_paths;	/* the newest is the last */
	unsigned int	 npaths;
	unsigned int	 ntenants;
	unsigned int	 ngroups;
	unsigned int	 ndevices;
	unsigned int	 nmeshes;
	unsigned int	 nmembers;	/* with those that rest */
};

RB_PROTOTYPE(grouped_tree, grouped, entry, grouped_cmp)
RB_PROTOTYPE(device_tree, device, entry, device_cmp)
RB_PROTOTYPE(tenant_tree, tenant, entry, tenant_cmp)
RB_PROTOTYPE(mesh_tree, mesh, entry, mesh_cmp)
RB_PROTOTYPE(member_tree, member, entry, member_cmp)

void	 meshes_init(struct meshes *, struct store *);
/* Free everything but the store. */
void	 meshes_clear(struct meshes *);

/* Find by name or id, or NULL.  A mesh is also found by its uuid's text. */
struct tenant *tenant_find(const struct meshes *, const char *name);
struct tenant *tenant_by_id(const struct meshes *, int64_t id);
struct meshgroup *
group_find(const struct meshes *, const struct tenant *, const char *name);
struct device *
device_find(const struct meshes *, const struct tenant *, const char *name);
struct device *device_by_id(const struct meshes *, int64_t id);
struct mesh *
mesh_find(const struct meshes *, const struct tenant *, const char *name);
struct mesh *mesh_by_id(const struct meshes *, int64_t id);
struct mesh *mesh_by_uuid(const struct meshes *, const uint8_t *uuid);
struct member *member_by_id(const struct mesh *, int64_t id);
struct member *member_by_key(const struct meshes *, const uint8_t *key);
/* The membership of a device, also one that rests, or NULL. */
struct member *member_of(const struct mesh *, const struct device *);
/* The first one behind an id, or NULL. */
struct tenant *tenant_behind(const struct meshes *, int64_t id);
struct mesh *mesh_behind(const struct meshes *, int64_t id);
struct device *device_behind(const struct tenant *, int64_t id);
struct member *member_behind(const struct mesh *, int64_t id);
struct grouped *grouped_find(const struct meshgroup *, const struct device *);
struct grouped *grouped_behind(const struct meshgroup *, int64_t id);

/* True if the others of the mesh may have this member as a peer. */
bool	 member_seen(const struct member *);
/* True if it may have all others as peers; and if all others may have it. */
bool	 member_sees_all(const struct member *);
bool	 member_for_all(const struct member *);
/* The most members that the mesh may have. */
unsigned int mesh_max(const struct mesh *);
/* The tenant's range, or the configured one. */
const struct prefix *
tenant_range(const struct meshes *, const struct tenant *, int fam);

/* dst holds UUID_TEXT bytes. */
const char *uuid_format(const uint8_t *uuid, char *dst);
/* Returns 0, or -1 if it is not 8-4-4-4-12 small hexadecimal digits. */
int	 uuid_parse(const char *, uint8_t *uuid);

/*
 * Make something that is known by its id and the names that are given, with
 * everything else zero, and enter it in the indexes; or take it out and free it.
 */
struct tenant *tenant_new(struct meshes *, int64_t id, const char *name);
void	 tenant_free(struct meshes *, struct tenant *);
struct meshgroup *
group_new(struct meshes *, struct tenant *, int64_t id, const char *name);
void	 group_free(struct meshes *, struct meshgroup *);
struct grouped *grouped_new(struct meshgroup *, struct device *, bool by_rule);
void	 grouped_free(struct grouped *);
struct device *
device_new(struct meshes *, struct tenant *, int64_t id, const char *name);
void	 device_free(struct meshes *, struct device *);
struct mesh *mesh_new(struct meshes *, struct tenant *, int64_t id,
    const uint8_t *uuid, const char *name);
void	 mesh_free(struct mesh *);
struct member *member_new(struct mesh *, struct device *, int64_t id);
void	 member_free(struct member *);

/* Give a member another key, or with NULL none. */
void	 member_set_key(struct member *, const uint8_t *key);
/* Put a member in another state, with its place among the counted ones. */
void	 member_set_state(struct member *, uint8_t state);
/* Take these prefixes over, which were allocated, or NULL. */
void	 member_set_egress(struct member *, struct prefix *, uint8_t n);

#endif
