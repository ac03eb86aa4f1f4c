/* SPDX-License-Identifier: ISC */
/*
 * The map that the server has told: the networks of this device and their
 * members, from full answers and from differences.  Nothing here knows the
 * kernel or the server's JSON.
 */

#ifndef MAP_H
#define MAP_H

#include <sys/queue.h>
#include <sys/tree.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "addr.h"
#include "wgkey.h"

#define MAP_NETS_MAX	64
#define MAP_PEERS_MAX	10000	/* in a network */
#define MAP_GONE_MAX	10000	/* tombstones in an answer */
#define MAP_EGRESS_MAX	16	/* prefixes behind a member */
#define MAP_LOCAL_MAX	8
#define MAP_WANT_MAX	8
#define MAP_STUN_MAX	4
#define MAP_UUID	37	/* with NUL */
#define MAP_NAME	65
#define MAP_EPOCH	33
#define MAP_HOST	260	/* "name:port" */
#define MAP_CURSOR	2048

enum map_nat {
	MAP_NAT_UNKNOWN,
	MAP_NAT_OPEN,
	MAP_NAT_CONE,
	MAP_NAT_HARD
};

struct map_endpoint {
	struct prefix	 addr;		/* a host; family 0: none */
	uint16_t	 port;
};

/* A member, as every other member sees it. */
struct map_peer {
	RB_ENTRY(map_peer) entry;	/* in struct map_net */
	uint64_t	 id;
	uint64_t	 via;		/* its relay, or 0 */
	uint8_t		 key[WGKEY_LEN];
	bool		 relay;
	bool		 hub;
	uint8_t		 nat;		/* enum map_nat */
	uint8_t		 naddrs;
	uint8_t		 negress;
	uint8_t		 nlocal;
	struct prefix	 addrs[2];	/* hosts, at most one of a family */
	struct prefix	 egress[MAP_EGRESS_MAX];
	struct map_endpoint endpoint;
	struct map_endpoint local[MAP_LOCAL_MAX];
};

enum map_state {
	MAP_INVITED,
	MAP_ACTIVE,
	MAP_SUSPENDED
};

/* This device in a network. */
struct map_self {
	uint64_t	 member;
	uint64_t	 via;
	uint8_t		 state;		/* enum map_state */
	uint8_t		 nat;		/* enum map_nat */
	bool		 need_key;
	bool		 relay;
	bool		 hub;
	bool		 hub_topology;
	uint16_t	 port;
	uint16_t	 keepalive;	/* for all pairs; 0: where needed */
	uint8_t		 naddrs;
	uint8_t		 negress;
	uint8_t		 nstun;
	struct prefix	 addrs[2];	/* with the length of the network */
	struct prefix	 egress[MAP_EGRESS_MAX];
	struct map_endpoint endpoint;	/* as the server sees us, or none */
	char		 stun[MAP_STUN_MAX][MAP_HOST];
	char		 dns[MAP_HOST];
};

struct map_rendezvous {
	uint8_t		 key[WGKEY_LEN];
	char		 endpoint[MAP_HOST];	/* "": none */
};

RB_HEAD(map_peers, map_peer);

struct map_net {
	TAILQ_ENTRY(map_net) entry;
	char		 uuid[MAP_UUID];
	char		 name[MAP_NAME];
	uint64_t	 gen;		/* generation of this map */
	uint64_t	 acked;		/* generation that the kernel holds */
	uint64_t	 told;		/* generation that was refused here, or 0 */
	bool		 complete;	/* false: gen is no base for a difference */
	bool		 more;		/* the answer was cut */
	struct map_self	 self;
	struct map_rendezvous rendezvous;
	struct map_peers peers;
	unsigned int	 npeers;
	uint8_t		 nwant;
	uint64_t	 want[MAP_WANT_MAX];	/* they wish to be called */
};

TAILQ_HEAD(map_nets, map_net);

struct map {
	char		 epoch[MAP_EPOCH];	/* "": nothing is known */
	struct map_nets	 nets;
	unsigned int	 nnets;
};

/* One network of an answer.  Its parser has checked each value by itself. */
struct map_update {
	char		 uuid[MAP_UUID];
	char		 name[MAP_NAME];
	bool		 full;		/* without base: all members are here */
	bool		 more;
	bool		 has_self;
	bool		 has_rendezvous;
	uint64_t	 base;		/* the generation that it changes */
	uint64_t	 gen;
	struct map_self	 self;
	struct map_rendezvous rendezvous;
	struct map_peer	*peers;
	unsigned int	 npeers;
	uint64_t	*gone;
	unsigned int	 ngone;
	uint8_t		 nwant;
	uint64_t	 want[MAP_WANT_MAX];
};

struct map_answer {
	char		 epoch[MAP_EPOCH];
	unsigned int	 retry_spread;	/* seconds */
	struct map_update *nets;
	unsigned int	 nnets;
};

RB_PROTOTYPE(map_peers, map_peer, entry, map_peer_cmp)
int	 map_peer_cmp(const struct map_peer *, const struct map_peer *);

void	 map_init(struct map *);
void	 map_clear(struct map *);
struct map_net *map_net(const struct map *, const char *uuid);
struct map_peer *map_peer(struct map_net *, uint64_t id);

/*
 * Change the map as the answer says: all of it, or nothing with a text in err.
 * Networks that the answer lacks are not removed here; map_lacks() tells them.
 */
int
map_apply(struct map *, const struct map_answer *, char *err, size_t errsize);
bool	 map_lacks(const struct map_answer *, const struct map_net *);
void	 map_remove(struct map *, struct map_net *);
/* Forget what is no base for differences any more: ask for all of it. */
void	 map_net_doubt(struct map_net *);

/*
 * Write the cursor, which tells the server what the kernel holds, as an entity
 * tag in quotes.  Returns 0, or -1 if there is none or it does not fit.
 */
int	 map_cursor(const struct map *, char *dst, size_t size);

void	 map_answer_clear(struct map_answer *);

#endif
