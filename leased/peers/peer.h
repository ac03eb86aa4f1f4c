/* SPDX-License-Identifier: ISC */
/*
 * A peer: what WireGuard holds or shall hold.  A lease is a peer that a device
 * registered by its name; it has addresses from the pools, at most one of each
 * family, and perhaps a term.  When it ends it is kept for a while, so that a
 * device that comes back has its addresses and totals again.  A peer with an
 * owner (a portal, or the operator) has the addresses that its owner chose and
 * lasts until its owner removes it.  In a network no key is held by two peers
 * that have not ended, and no address by two peers.
 *
 * Times: what is stored and shown is wall time; what decides is mono time,
 * computed at load or change from the duration that is left, so that a clock
 * set back or forth while we run ends no lease and revives none.
 */

#ifndef PEER_H
#define PEER_H

#include <sys/queue.h>
#include <sys/tree.h>

#include "addr.h"
#include "clock.h"
#include "proto.h"

#define FORGET_S	(90 * 24 * 60 * 60)	/* ended leases are kept */
#define ONLINE_S	180	/* a handshake that recent means online */
#define ADDRS_INLINE	2

struct network;
struct owner;
struct peer;

/* An address of a peer, as the index has it. */
struct peer_addr {
	struct peer	*peer;
	struct prefix	 p;
	bool		 held;		/* a pool knows that it is taken */
};

struct peer {
	RB_ENTRY(peer)	 entry;
	LIST_ENTRY(peer) dirty;
	struct network	*net;
	struct owner	*owner;		/* NULL: it is a lease */
	char		*name;		/* for a lease, its proof behind the NUL */
	int64_t		 id;		/* in the store */
	int64_t		 first;		/* wall: first registration of a lease */
	int64_t		 created;	/* wall: last change of the key */
	int64_t		 renewed;	/* wall: last registration */
	int64_t		 expires;	/* wall: end, or 0; of an ended: when */
	struct mono	 deadline;	/* of the end; of an ended: forget it */
	struct mono	 ready;		/* of an ended: addresses rest till */
	uint64_t	 rx, tx;	/* bytes since the first registration */
	uint64_t	 rx_raw, tx_raw;	/* WireGuard's last counters */
	int64_t		 handshake;	/* wall, 0 never */
	struct prefix	 endpoint;
	uint16_t	 port;
	uint32_t	 wish;		/* the last one at the kernel hand, or 0 */
	uint32_t	 heap;		/* place among the deadlines, from 1 */
	uint8_t		 state;		/* enum lease_state */
	uint8_t		 naddrs;
	bool		 outside : 1;	/* it lives, but the pools lack it */
	bool		 is_dirty : 1;	/* to be written lazily */
	bool		 synced : 1;	/* sent in the running sync */
	bool		 gone : 1;	/* removed, and kept to be undone */
	bool		 seen : 1;	/* the set that is compared has it */
	uint8_t		 key[WGKEY_LEN];
	struct peer_addr *addrs;	/* in order; these, if they are enough: */
	struct peer_addr few[ADDRS_INLINE];
};

RB_HEAD(peer_tree, peer);
LIST_HEAD(peer_list, peer);
RB_PROTOTYPE(peer_tree, peer, entry, peer_cmp)

/* A place in a network's list of peers: behind a name or a key. */
struct peer_place {
	bool		 owned;		/* behind the leases */
	bool		 has_key;
	char		 name[IDENT_SIZE];
	uint8_t		 key[WGKEY_LEN];
};

/* Give a new network its empty indexes. */
void	 peer_init_network(struct network *);

/*
 * Make a lease that has ended, without key and addresses, or a peer with an
 * owner and a key, which must be free.  NULL: there is a lease of that name.
 */
struct peer *
peer_new_lease(struct network *, const char *name, const char *who);
struct peer *
peer_new_owned(struct owner *, const uint8_t *key, const char *name);
/* Take it out of all indexes and pools, and put it back. */
void	 peer_unlink(struct peer *);
void	 peer_link(struct peer *);
/* Free a peer that is unlinked and has no deadline. */
void	 peer_free(struct peer *);

struct peer *peer_by_name(const struct network *, const char *name);
struct peer *peer_by_key(const struct network *, const uint8_t *key);
struct peer *peer_by_addr(const struct network *, const struct prefix *);
/*
 * The first peer behind a place, leases in order of names, then the others in
 * order of keys; and the peer that follows.  With an owner only its own count.
 */
struct peer *peer_behind(const struct network *, const struct peer_place *,
    const struct owner *);
struct peer *peer_next(struct peer *, const struct owner *);
void	 peer_place_set(struct peer_place *, const struct peer *);
/* An owner's peers, one after the other. */
struct peer *peer_first_of(const struct owner *);

/* WireGuard is to have it. */
bool	 peer_served(const struct peer *);
bool	 peer_online(const struct peer *, int64_t now);
/* Seconds left, rounded up: 0 is over, LEASE_NEVER. */
uint32_t peer_ttl(const struct peer *, struct mono now);
uint8_t	 peer_source(const struct peer *);	/* enum peer_source */
/* The proof of a lease's last registration, or the owner. */
const char *peer_who(const struct peer *);
/* Its addresses rest no longer, or none of the pools has this one. */
bool	 peer_robbable(const struct peer *, const struct prefix *, struct mono);

/* Give it other texts.  The old ones are the caller's to free. */
char	*peer_set_text(struct peer *, const char *name, const char *who);
void	 peer_set_key(struct peer *, const uint8_t *key);
/* A peer that ends or lives again takes its addresses to their rest and back:
 * ready is to be set before it ends. */
void	 peer_set_state(struct peer *, enum lease_state, bool outside);

uint8_t	 peer_addrs(const struct peer *, struct prefix *dst);
bool	 peer_has_addrs(const struct peer *, const struct prefix *, uint8_t n);
/* Its address of this family (AF_INET, AF_INET6), or NULL. */
const struct peer_addr *peer_addr(const struct peer *, int family);
/* These must be in order, and nobody else's. */
void	 peer_set_addrs(struct peer *, const struct prefix *, uint8_t n);
void	 peer_add_addr(struct peer *, const struct prefix *);
void	 peer_drop_addr(struct peer *, const struct prefix *);
/* Put addresses in order, without repeats.  Returns how many there are. */
uint8_t	 peer_sort_addrs(struct prefix *, uint8_t n);
/* See whether it is outside the pools. */
void	 peer_settle(struct peer *);
/* The pools are new: take its addresses in them, and settle it. */
void	 peer_place_anew(struct peer *);

#endif
