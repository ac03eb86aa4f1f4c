/* SPDX-License-Identifier: ISC */
/*
 * One WireGuard network: its configuration, its state at the hand, its pools,
 * and the indexes of its peers.
 */

#ifndef PEERNET_H
#define PEERNET_H

#include <sys/queue.h>

#include "hash.h"
#include "holder.h"
#include "peerowner.h"
#include "peer.h"
#include "proto.h"
#include "span.h"

struct pool;
struct registry;

struct network {
	TAILQ_ENTRY(network) entry;
	struct registry	*registry;	/* it is part of this */
	int64_t		 id;		/* id in the store */
	char		 name[NETNAME_SIZE];
	bool		 configured;
	struct msg_conf_network conf;
	struct msg_hand_network hand;	/* the last state from the hand */
	struct pool	*pools[NET_POOLS_MAX];
	unsigned int	 npools;
	struct owners	 owners;
	unsigned int	 nowners;
	struct peer_tree peers;		/* leases by name, others by key */
	struct hash	 keys;		/* keys of peers that have not ended */
	struct hash	 addrs;		/* entries are struct peer_addr */
	struct spans	 subnets;	/* struct peer_addr of served peers */
	struct holders	 held;		/* addresses that others have */
	struct holders	 coming;	/* the next list, not yet complete */
	bool		 held_known;	/* the hand has sent a list */
	uint64_t	 live;		/* leases that are served */
	uint64_t	 pending;	/* those of them that are pending */
	uint64_t	 outside;	/* leases outside of the pools */
	uint64_t	 nowned;	/* peers with an owner */
	struct msg_count traffic[TRAFFIC_N];	/* since our start, and before */
	struct msg_count counted[TRAFFIC_N];	/* as the hand said last */
	uint32_t	 counted_id;	/* id of the question for counted */
};

struct pool *network_pool(const struct network *, const struct prefix *host);
bool	 network_up(const struct network *);
/*
 * True if we know who else has addresses on the interface, which we must on one
 * that others made.
 */
bool	 network_known(const struct network *);
/* True if max_peers leaves no room for another peer. */
bool	 network_full(const struct network *);

#endif
