/* SPDX-License-Identifier: ISC */
/*
 * The lease machine in memory: networks, leases and their indexes, and the
 * changes made to them.  It knows neither messages nor the database: a change
 * (struct op) is applied at once and can be taken back until it is durable.
 *
 * Times: what is stored and shown is wall time; what decides is mono time,
 * computed at load or change from the duration that is left, so that a clock
 * set back or forth while we run ends no lease and revives none.
 */

#ifndef LEASE_H
#define LEASE_H

#include <sys/queue.h>
#include <sys/tree.h>

#include "addr.h"
#include "clock.h"
#include "hash.h"
#include "owned.h"
#include "proto.h"

struct pool;

enum fam {
	FAM4,
	FAM6
};
#define FAMS		2
#define FAM_BIT(f)	(1U << (f))

/* Ended leases are kept this long, so that a device that comes back has its
 * address and its totals again. */
#define FORGET_S	(90 * 24 * 60 * 60)

struct lease {
	RB_ENTRY(lease)	 byname;
	LIST_ENTRY(lease) dirty;
	struct lnet	*net;
	char		*name;		/* behind its NUL: see lease_who() */
	int64_t		 id;		/* its row's, 0: there is none yet */
	int64_t		 first;		/* wall: first registration */
	int64_t		 created;	/* wall: last change of the key */
	int64_t		 renewed;	/* wall: last registration */
	int64_t		 expires;	/* wall: end, or 0; of an ended: when */
	struct mono	 deadline;	/* of the end; of an ended: forget it */
	struct mono	 ready;		/* of an ended: addresses rest till */
	uint64_t	 rx, tx;	/* since the first registration */
	uint64_t	 rx_raw, tx_raw;	/* the peer's last counters */
	int64_t		 handshake;	/* wall */
	struct prefix	 endpoint;
	uint16_t	 port;
	uint16_t	 waiting;	/* wishes at the kernel hand */
	uint32_t	 heap;		/* place among the deadlines, from 1 */
	uint8_t		 state;		/* enum lease_state */
	uint8_t		 has;		/* FAM_BITs: addresses it has */
	uint8_t		 held;		/* those that a pool knows of */
	bool		 outside : 1;	/* live, but not in the pools */
	bool		 is_dirty : 1;	/* to be written lazily */
	bool		 synced : 1;	/* sent in the running sync */
	uint8_t		 key[WGKEY_LEN];
	uint8_t		 addr4[4];
	uint8_t		 addr6[16];
};

RB_HEAD(lease_tree, lease);
RB_PROTOTYPE(lease_tree, lease, byname, lease_cmp)
LIST_HEAD(lease_list, lease);

struct lnet {
	TAILQ_ENTRY(lnet) entry;
	int64_t		 id;		/* in the database */
	char		 name[NETNAME_SIZE];
	bool		 configured;
	struct msg_conf_network conf;
	struct msg_hand_network kern;	/* the last that we heard */
	struct pool	*pools[NET_POOLS_MAX];
	unsigned int	 npools;
	struct lease_tree byname;
	struct hash	 keys;		/* of those not ended */
	struct hash	 addrs[FAMS];
	uint64_t	 live;		/* not ended, not outside */
	uint64_t	 pending;	/* of those */
	uint64_t	 outside;
	struct owners	 owners;
	unsigned int	 nowners;
	struct owned_bynet owned;
	struct hash	 owned_keys;
	struct hash	 owned_addrs;	/* of struct oaddr */
	uint64_t	 nowned;
};

TAILQ_HEAD(lnets, lnet);

struct broker {
	struct lnets	 nets;
	struct lease_list dirty;
	struct owned_list owned_dirty;
	struct lease	**heap;		/* from 1 */
	uint32_t	 heap_n;
	uint32_t	 heap_max;
};

void	 broker_init(struct broker *);
void	 broker_clear(struct broker *);

/* --- lnet.c --- */

struct lnet *lnet_find(const struct broker *, const char *name);
struct lnet *lnet_add(struct broker *, const char *name, int64_t id);
/*
 * Take over a configuration (NULL: the network is no longer configured), build
 * the pools anew and put each lease where it belongs.  Leases that do not fit
 * are outside: kept, but not served, until the pools take them again.
 */
void
lnet_configure(struct broker *, struct lnet *, const struct msg_conf_network *);
struct pool *lnet_pool(const struct lnet *, enum fam, const uint8_t addr[16]);
bool	 lnet_up(const struct lnet *);
/* Is there room for one more, by max_peers? */
bool	 lnet_full(const struct lnet *);
/* owned.c: */
void	 lnet_init_owned(struct lnet *);

/* --- lease.c --- */

/* An ended lease without key and addresses.  NULL if the name has one. */
struct lease *
lease_new(struct broker *, struct lnet *, const char *name, const char *who);
/* Out of all indexes and pools, and free. */
void	 lease_free(struct broker *, struct lease *);
struct lease *lease_find(const struct lnet *, const char *name);
struct lease *lease_by_key(const struct lnet *, const uint8_t *key);
struct lease *
lease_by_addr(const struct lnet *, enum fam, const uint8_t addr[16]);
/* The first lease behind a name, in order; from the start with "". */
struct lease *lease_after(struct lnet *, const char *name);
bool	 lease_live(const struct lease *);	/* not ended, not outside */
/* Seconds left, rounded up: 0 is over, LEASE_NEVER. */
uint32_t lease_ttl(const struct lease *, struct mono now);
/* The proof of the last registration. */
const char *lease_who(const struct lease *);
uint8_t	 lease_addrs(const struct lease *, struct prefix *dst);
void	 lease_set_addr(struct lease *, enum fam, const uint8_t *addr);
void	 lease_drop_addr(struct lease *, enum fam);
void	 lease_get_addr(const struct lease *, enum fam, uint8_t addr[16]);
void	 lease_set_key(struct lease *, const uint8_t *key);
void	 lease_set_state(struct lease *, enum lease_state, bool outside);
/* Replace the text of the proof; the old text is the caller's to free. */
char	*lease_set_who(struct lease *, const char *who);

/* --- dirty.c --- */

void	 lease_set_dirty(struct broker *, struct lease *);
void	 lease_clear_dirty(struct lease *);
/* In the order of the rows: then one page takes many of them. */
void	 dirty_sort(struct broker *);

/* --- deadline.c --- */

/* Set the times that decide from those that were stored. */
void
lease_load_deadline(struct broker *, struct lease *, struct mono, struct wall);

void	 deadline_set(struct broker *, struct lease *, struct mono);
void	 deadline_clear(struct broker *, struct lease *);
/* The lease whose deadline is the earliest, or NULL. */
struct lease *deadline_first(const struct broker *);

/* --- place.c --- */

/* Let the pools know of a lease's addresses, or forget them. */
void	 place_lease(struct lease *);
void	 unplace_lease(struct lease *);
/* Place it, and say whether it is outside. */
void	 settle_lease(struct lease *);

/* --- grant.c --- */

struct lease_was {			/* what a change may change */
	uint8_t		 key[WGKEY_LEN];
	uint8_t		 addr4[4];
	uint8_t		 addr6[16];
	uint8_t		 has, held, state;
	bool		 outside;
	int64_t		 created, renewed, expires;
	struct mono	 deadline, ready;
	bool		 timed;
	uint64_t	 rx_raw, tx_raw;
};

struct op {
	struct lease	*lease;
	struct lease_was was;
	char		*text;		/* the old name and proof, if replaced */
	bool		 created;	/* there was no such lease */
	struct lease	*victim[FAMS];	/* ended ones that lost an address */
	struct lease_was victim_was[FAMS];
	uint8_t		 code;		/* enum lease_code */
	bool		 store;		/* something durable changed */
	bool		 wish;		/* the kernel hand must hear of it */
	bool		 ended;
	bool		 rekeyed;	/* was.key goes */
	bool		 renewed_only;	/* of what is stored */
};

/*
 * Register name with key.  Fills op and returns its code; after an error (a
 * code from LEASE_E_KEY up) nothing has changed.  The rest of the policy, who
 * may register at all, is the caller's.
 */
uint8_t	 grant_register(struct broker *, struct lnet *, const char *name,
    const char *who, const uint8_t *key, struct mono now, struct wall wall,
    struct op *op);
/* End a lease that is not ended. */
void	 grant_end(struct broker *, struct lease *, struct mono now,
	    struct wall wall, struct op *op);
/* Take a change back; the last first. */
void	 grant_undo(struct broker *, struct op *);
/* The change is durable: let go of what was kept to undo it. */
void	 grant_done(struct op *);
/* Let op's lease, or a peer with an owner, have what an ended lease holds. */
struct lease_was *lease_rob(struct lease *, enum fam);
void	 lease_unrob(struct broker *, struct lease *, struct lease_was *);
/* Has its rest ended, so that others may have its address? */
bool	 lease_robbable(const struct lease *, enum fam, struct mono now);
/* The addresses that name has or would get.  Returns LEASE_OK_SAME (has them),
 * LEASE_OK_NEW or an error; changes nothing. */
uint8_t	 grant_preview(struct lnet *, const char *name, struct mono now,
	    struct prefix *addrs, uint8_t *naddrs);

#endif
