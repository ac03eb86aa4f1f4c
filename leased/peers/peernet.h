/* SPDX-License-Identifier: ISC */
/*
 * One WireGuard network: its configuration, what the kernel hand says of it,
 * its pools, and the indexes of its peers.
 */

#ifndef PEERNET_H
#define PEERNET_H

#include <sys/queue.h>

#include "hash.h"
#include "peerowner.h"
#include "peer.h"
#include "proto.h"

struct pool;

struct network {
	TAILQ_ENTRY(network) entry;
	int64_t		 id;		/* in the store */
	char		 name[NETNAME_SIZE];
	bool		 configured;
	struct msg_conf_network conf;
	struct msg_hand_network hand;	/* the last that it told us */
	struct pool	*pools[NET_POOLS_MAX];
	unsigned int	 npools;
	struct owners	 owners;
	unsigned int	 nowners;
	struct peer_tree peers;		/* leases by name, others by key */
	struct hash	 keys;		/* of the peers that have not ended */
	struct hash	 addrs;		/* of struct peer_addr */
	uint64_t	 live;		/* leases that are served */
	uint64_t	 pending;	/* leases among these */
	uint64_t	 outside;	/* leases that the pools do not have */
	uint64_t	 nowned;	/* peers that are no leases */
};

struct pool *network_pool(const struct network *, const struct prefix *host);
bool	 network_up(const struct network *);
/* max_peers leaves no room for one more. */
bool	 network_full(const struct network *);
/* It is the address of the gateway itself. */
bool	 network_own_addr(const struct network *, const struct prefix *);
/* It is in a pool, and a host can have it. */
bool	 network_has_host(const struct network *, const struct prefix *);

#endif
