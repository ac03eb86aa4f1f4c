/* SPDX-License-Identifier: ISC */
/*
 * Peers with an owner, in memory: a portal's peers and the operator's static
 * ones.  They last until their owner takes them back; unlike a lease they have
 * a key of their own choice, up to PEER_ADDRS_MAX addresses and no end.  No
 * address and no key is held twice in a network, by whomever.
 */

#ifndef OWNED_H
#define OWNED_H

#include <sys/queue.h>
#include <sys/tree.h>

#include "addr.h"
#include "clock.h"
#include "proto.h"

#define OWNER_STATIC	"static"
#define OWNER_PORTAL	"portal:"	/* and the portal's name */
#define OWNERS_MAX	1024		/* in a network */

struct broker;
struct lease;
struct lease_was;
struct lnet;
struct owned;
struct owner;

/* An address of a peer, as the index has it. */
struct oaddr {
	struct owned	*peer;
	struct prefix	 p;
	bool		 indexed;
	bool		 held;		/* a pool knows of it */
};

struct owned {
	RB_ENTRY(owned)	 byowner;
	RB_ENTRY(owned)	 bynet;
	LIST_ENTRY(owned) dirty;
	struct owner	*owner;
	char		*name;		/* a label, may be "" */
	int64_t		 id;
	int64_t		 created;	/* wall */
	int64_t		 handshake;	/* wall, 0 never */
	uint64_t	 rx, tx;	/* since it was added */
	uint64_t	 rx_raw, tx_raw;	/* the last counters */
	struct prefix	 endpoint;
	uint16_t	 port;
	uint32_t	 wish;		/* the last one at the kernel hand */
	struct oaddr	*addrs;		/* in order */
	uint8_t		 naddrs;	/* 0: others took them all */
	bool		 outside : 1;	/* the pools do not have it */
	bool		 pending : 1;	/* the kernel hand did not confirm it */
	bool		 synced : 1;	/* sent in the running sync */
	bool		 is_dirty : 1;
	bool		 gone : 1;	/* taken out, not yet free */
	bool		 seen : 1;	/* the set that is compared has it */
	uint8_t		 key[WGKEY_LEN];
};

RB_HEAD(owned_byowner, owned);
RB_HEAD(owned_bynet, owned);
LIST_HEAD(owned_list, owned);
RB_PROTOTYPE(owned_byowner, owned, byowner, owned_cmp)
RB_PROTOTYPE(owned_bynet, owned, bynet, owned_cmp)

/* One owner's peers in one network. */
struct owner {
	TAILQ_ENTRY(owner) entry;
	struct lnet	*net;
	int64_t		 id;		/* in the database, 0: not there yet */
	char		 name[OWNER_SIZE];
	uint64_t	 generation;	/* of the set: counts changes */
	struct owned_byowner peers;
	uint32_t	 count;
	int64_t		 synced;	/* wall: the last set, 0 never */
	struct msg_set_done last;	/* what became of it */
	bool		 busy;		/* a set is under way */
};

TAILQ_HEAD(owners, owner);

/* --- owned.c --- */

struct owner *owner_find(const struct lnet *, const char *name);
/* Or make it: NULL, there are OWNERS_MAX that have had peers. */
struct owner *owner_get(struct lnet *, const char *name);
struct owner *owner_add(struct lnet *, const char *name);	/* it is new */
uint8_t	 owner_source(const struct owner *);	/* enum peer_source */
/* May there be an owner of this name? */
bool	 owner_valid(const char *name);
void	 owners_clear(struct broker *, struct lnet *);

struct owned *owned_by_key(const struct lnet *, const uint8_t *key);
struct owned *owned_by_addr(const struct lnet *, const struct prefix *);
/* The first peer behind a key (NULL: of all), of one owner or of the network. */
struct owned *owned_next(const struct owner *, const uint8_t *after);
struct owned *owned_next_any(struct lnet *, const uint8_t *after);
/* A peer without addresses; the key must be free. */
struct owned *owned_new(struct owner *, const uint8_t *key, const char *name);
/* Out of all indexes and pools, and back. */
void	 owned_unlink(struct owned *);
void	 owned_link(struct owned *);
void	 owned_free(struct owned *);	/* an unlinked one */
/* Other addresses; the old ones are the caller's to free. */
struct oaddr *owned_swap_addrs(struct owned *, struct oaddr *, uint8_t *n);
struct oaddr *oaddrs_new(const struct prefix *, uint8_t n);
uint8_t	 owned_addrs(const struct owned *, struct prefix *);
bool	 owned_same_addrs(const struct owned *, const struct prefix *, uint8_t n);
/* In order, without repeats. */
uint8_t	 owned_sort(struct prefix *, uint8_t n);
bool	 owned_served(const struct owned *);	/* WireGuard is to have it */
bool	 owned_online(const struct owned *, int64_t now);
/* Take the addresses in pools that are new. */
void	 owned_place(struct owned *);
/* See whether it is outside the pools. */
void	 owned_settle(struct owned *);

/* --- dirty.c --- */

void	 owned_set_dirty(struct broker *, struct owned *);
void	 owned_clear_dirty(struct owned *);

/* --- owned_change.c --- */

enum undo_kind {
	UNDO_ADD,		/* the peer was not there */
	UNDO_DROP,		/* it was */
	UNDO_ADDRS,		/* it had others */
	UNDO_NAME,		/* it had another label */
	UNDO_LEASE		/* an ended lease had the address */
};

struct undo {
	enum undo_kind	 kind;
	struct owned	*peer;
	struct oaddr	*addrs;
	uint8_t		 naddrs;
	bool		 moved;		/* an address went to another */
	char		*name;
	struct lease	*lease;
	struct lease_was *was;
};

/* Changes of one owner's peers, that can be taken back together. */
struct oop {
	struct owner	*owner;
	uint64_t	 generation;	/* as it was */
	int64_t		 id;		/* the same */
	struct undo	*log;
	size_t		 n, max;
};

void	 oop_begin(struct oop *, struct owner *);
/*
 * Would the owner be allowed to have this peer?  LEASE_OK_SAME, or an error
 * and why.  The addresses must be in order.
 */
uint8_t	 oop_check(const struct broker *, const struct owner *,
    const uint8_t *key, const struct prefix *, uint8_t n, struct mono now,
    char *text, size_t size);
/* Add what was checked, or change it: LEASE_OK_NEW, _REKEYED (changed) or
 * _SAME (nothing to do). */
uint8_t	 oop_put(struct oop *, struct broker *, const uint8_t *key,
    const char *name, const struct prefix *, uint8_t n, struct wall);
void	 oop_drop(struct oop *, struct broker *, struct owned *);
/* Take the addresses away, so that others can have them. */
void	 oop_strip(struct oop *, struct owned *);
void	 oop_undo(struct oop *, struct broker *);	/* the last first */
void	 oop_done(struct oop *);

#endif
