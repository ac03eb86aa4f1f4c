/* SPDX-License-Identifier: ISC */
/*
 * A peer: an entry that WireGuard has or is about to have.  A lease is a peer
 * that a device registered by its name.  It has addresses from the pools, at
 * most one of each family, and perhaps a term.  When it ends it is kept for a
 * while, so that a device that comes back gets its addresses and totals again.
 * A peer with an owner (a portal or the operator) has the addresses that its
 * owner chose, and lasts until its owner removes it.  The operator's can have
 * prefixes in the network's subnets, too, which is why an address is a prefix
 * here.  Within a network, no key is held by two peers that have not ended, and
 * no address by two peers.
 *
 * Times: stored and shown times are wall times.  Decisions are made by mono
 * times, which are computed at load or change from the remaining duration, so
 * that a clock set back or forth while we run neither ends a lease nor revives
 * one.
 */

#ifndef PEER_H
#define PEER_H

#include <sys/queue.h>
#include <sys/tree.h>

#include "addr.h"
#include "clock.h"
#include "proto.h"

#define FORGET_S	(90 * 24 * 60 * 60)	/* ended leases are kept */
#define ONLINE_S	180	/* a handshake within this time: online */
#define ADDRS_INLINE	2

struct network;
struct owner;
struct peer;

/*
 * The name of a lease and its proof, or of a peer with an owner without one, in
 * one allocation that begins with the proof.  Most proofs end with the name
 * ("cn:NAME"), which then is a part of them.
 */
struct peer_text {
	char		*name;
	uint8_t		 at;		/* bytes in front of the name */
};

/* An address of a peer, as an item of the index. */
struct peer_addr {
	struct peer	*peer;
	struct prefix	 p;
	bool		 held;		/* is taken in a pool or a subnet */
};

struct peer {
	RB_ENTRY(peer)	 entry;
	struct network	*net;
	struct owner	*owner;		/* NULL: a lease */
	char		*name;		/* the name in its struct peer_text */
	int64_t		 id;		/* id in the store */
	int64_t		 first;		/* wall: first registration of a lease */
	int64_t		 created;	/* wall: last change of the key */
	int64_t		 renewed;	/* wall: last registration */
	int64_t		 expires;	/* wall: end, or 0; if ended, the end */
	struct mono	 deadline;	/* end; if ended, time to forget it */
	struct mono	 ready;		/* if ended: end of addresses' rest */
	uint64_t	 rx, tx;	/* bytes since the first registration */
	uint64_t	 rx_raw, tx_raw;	/* WireGuard's last counters */
	int64_t		 handshake;	/* wall, 0 never */
	struct prefix	 endpoint;
	uint16_t	 port;
	uint32_t	 link;		/* its tunnel's number, from 1, or 0 */
	uint32_t	 wish;		/* last wish at the hand, or 0 */
	uint32_t	 heap;		/* position in the heap, from 1 */
	uint32_t	 dirty;		/* place among those to write, from 1 */
	uint8_t		 state;		/* enum lease_state */
	uint8_t		 naddrs;
	uint8_t		 name_at;	/* bytes of the text before the name */
	bool		 outside : 1;	/* lives, but the pools lack all of it */
	bool		 refused : 1;	/* not to be served, whatever it has */
	bool		 synced : 1;	/* sent in the running sync */
	bool		 gone : 1;	/* removed, but can be restored */
	bool		 seen : 1;	/* is in the set being compared */
	bool		 psk : 1;	/* WireGuard has a preshared key for it */
	bool		 has_psk : 1;	/* it is to have one: see psk.h */
	uint8_t		 key[WGKEY_LEN];
	struct peer_addr *addrs;	/* in order; points here if few: */
	struct peer_addr few[ADDRS_INLINE];
};

RB_HEAD(peer_tree, peer);
RB_PROTOTYPE(peer_tree, peer, entry, peer_cmp)

/* A place in a network's list of peers: behind a name or behind a key. */
struct peer_place {
	bool		 owned;		/* behind the leases */
	bool		 has_key;
	char		 name[IDENT_SIZE];
	uint8_t		 key[WGKEY_LEN];
};

/* Make the empty indexes of a new network. */
void	 peer_init_network(struct network *);

/*
 * Make a lease that has ended, without key and addresses, or a peer with an
 * owner and a key, which must be free.  Returns NULL if there is a lease of
 * that name.
 */
struct peer *
peer_new_lease(struct network *, const char *name, const char *who);
struct peer *
peer_new_owned(struct owner *, const uint8_t *key, const char *name);
/* Take a peer out of all indexes and pools, and put it back. */
void	 peer_unlink(struct peer *);
void	 peer_link(struct peer *);
/* Free a peer that is unlinked and has no deadline. */
void	 peer_free(struct peer *);

struct peer *peer_by_name(const struct network *, const char *name);
struct peer *peer_by_key(const struct network *, const uint8_t *key);
struct peer *peer_by_addr(const struct network *, const struct prefix *);
/*
 * An address of another peer than this that overlaps the prefix, or NULL.  Of
 * addresses that are not served, only this very prefix counts.
 */
const struct peer_addr *
peer_overlap(struct network *, const struct prefix *, const struct peer *but);
/*
 * The first peer behind a place, and the peer that follows a peer: leases come
 * in order of names, then the others in order of keys.  With an owner, only the
 * owner's peers count.
 */
struct peer *peer_behind(const struct network *, const struct peer_place *,
    const struct owner *);
struct peer *peer_next(struct peer *, const struct owner *);
void	 peer_place_set(struct peer_place *, const struct peer *);
/* An owner's peers, one after the other. */
struct peer *peer_first_of(const struct owner *);

/*
 * What is said of the peer: its state, or that the pools lack some or all of
 * its addresses.
 */
enum lease_state peer_state(const struct peer *);
/*
 * True for a lease that its device has given back: the last that it said of the
 * lease was its end.
 */
bool	 peer_given_back(const struct peer *);
/* True if WireGuard should have the peer. */
bool	 peer_served(const struct peer *);
/* True if WireGuard should have the peer, but not all of its addresses. */
bool	 peer_partly(const struct peer *);
/* True if WireGuard should have this address of the peer. */
bool	 peer_addr_served(const struct peer *, uint8_t i);
bool	 peer_online(const struct peer *, int64_t now);
/* Seconds left, rounded up; 0: it is over; or LEASE_NEVER. */
uint32_t peer_ttl(const struct peer *, struct mono now);
uint8_t	 peer_source(const struct peer *);	/* enum peer_source */
/* The proof of a lease's last registration, or the name of the owner. */
const char *peer_who(const struct peer *);
/* True if the peer's addresses rest no longer, or if no pool has this one. */
bool	 peer_robbable(const struct peer *, const struct prefix *, struct mono);

/*
 * Give the peer other texts, and get the old ones, which the caller frees or
 * puts back.
 */
struct peer_text
peer_set_text(struct peer *, const char *name, const char *who);
struct peer_text peer_swap_text(struct peer *, struct peer_text);
void	 peer_text_free(struct peer_text);
void	 peer_set_key(struct peer *, const uint8_t *key);
/*
 * When a peer ends or lives again, its addresses begin or end their rest; ready
 * must be set before it ends.
 */
void	 peer_set_state(struct peer *, enum lease_state, bool outside);

uint8_t	 peer_addrs(const struct peer *, struct prefix *dst);
bool	 peer_has_addrs(const struct peer *, const struct prefix *, uint8_t n);
/* The peer's address of this family (AF_INET, AF_INET6), or NULL. */
const struct peer_addr *peer_addr(const struct peer *, int family);
/* The addresses must be in order and belong to no other peer. */
void	 peer_set_addrs(struct peer *, const struct prefix *, uint8_t n);
void	 peer_add_addr(struct peer *, const struct prefix *);
void	 peer_drop_addr(struct peer *, const struct prefix *);
/* Sort addresses and remove repeats.  Returns their number. */
uint8_t	 peer_sort_addrs(struct prefix *, uint8_t n);
/* Find out whether the pools lack all addresses of the peer. */
void	 peer_settle(struct peer *);
/* The pools are new: take the peer's addresses in them, and settle it. */
void	 peer_place_anew(struct peer *);

#endif
