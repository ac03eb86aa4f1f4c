/* SPDX-License-Identifier: ISC */
/*
 * The wanted peers of one network, by key and by address, and the keys that the
 * device still has to follow.  This is level, not edge: a queued key is set to
 * the state that is wanted when its turn comes, so that several wishes for one
 * key are one change.
 */

#ifndef WANTED_H
#define WANTED_H

#include <sys/queue.h>
#include <sys/tree.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "addr.h"
#include "expiry.h"
#include "wgkey.h"

struct wish;

struct waddr {
	RB_ENTRY(waddr)	 entry;
	struct wish	*owner;
	bool		 indexed;
	struct prefix	 prefix;
};

struct waiter {
	SLIST_ENTRY(waiter) entry;
	uint32_t	 id;
};

struct wish {
	RB_ENTRY(wish)	 entry;
	TAILQ_ENTRY(wish) queue;
	SLIST_HEAD(, waiter) waiters;	/* ids that wait for an answer */
	struct expiry_item expiry;
	void		*net;		/* the owner of the table */
	uint8_t		 key[WGKEY_LEN];
	bool		 wanted;	/* false: it is only to be removed */
	bool		 expired;	/* removed because its time was over */
	bool		 queued;
	bool		 urgent;	/* is in the urgent queue */
	bool		 pair;		/* goes in one message with the next */
	bool		 claim;		/* was there before us: claimable */
	bool		 ended;		/* leased let go of it: not claimable */
	bool		 keep;		/* it has just these addresses already */
	uint8_t		 nhad;		/* addresses of a claimable one */
	uint8_t		 source;
	struct prefix	 remote;	/* end of its tunnel; family 0: none */
	bool		 dials;		/* mesh: has keepalive and endpoint */
	bool		 redial;	/* the endpoint is still to be set */
	bool		 first;		/* WireGuard may have another one */
	uint16_t	 keepalive;
	uint16_t	 port;
	struct prefix	 endpoint;	/* as wished last; family 0: none */
	uint8_t		 naddrs;
	uint32_t	 gen;		/* sync that wished it last */
	uint32_t	 seen;		/* mark for reconcile.c */
	struct waddr	*addrs;
	uint8_t		*psk;		/* NULL: it has no preshared key */
};

enum wanted_change {
	WANTED_SAME,
	WANTED_MORE,
	WANTED_OTHER
};

RB_HEAD(wish_tree, wish);
RB_HEAD(waddr_tree, waddr);
TAILQ_HEAD(wish_queue, wish);

struct wanted {
	struct wish_tree  keys;
	struct waddr_tree addrs;
	struct wish_queue urgent;	/* keys with an answer to come */
	struct wish_queue bulk;
	void		 *net;
	bool		  collect;	/* the next look collects the claims */
	uint32_t	  count;	/* number of wanted ones */
	uint32_t	  gen;
	uint32_t	  seen;
};

RB_PROTOTYPE(wish_tree, wish, entry, wish_cmp)
RB_PROTOTYPE(waddr_tree, waddr, entry, waddr_cmp)

void	 wanted_init(struct wanted *, void *net);
/* Forget everything.  The items must not be in the heap of deadlines. */
void	 wanted_clear(struct wanted *);

/* The wish for a key, wanted or still to be removed, or NULL. */
struct wish *wanted_find(struct wanted *, const uint8_t *key);
/* The wish that has this address, or NULL. */
struct wish *wanted_owner(struct wanted *, const struct prefix *);
/*
 * The first address that is not before this one, by prefix_cmp(), or NULL.
 * The addresses in the prefix follow it, one by one with wanted_next().
 */
struct waddr *wanted_from(struct wanted *, const struct prefix *);
struct waddr *wanted_next(struct waddr *);

/*
 * Want these addresses for the key.  An address of another wish moves to this
 * one; policy decides whether it may.  Returns NULL with errno ENOMEM, and the
 * table unchanged.
 */
struct wish *wanted_set(struct wanted *, const uint8_t *key,
	    const struct prefix *, uint8_t n, uint8_t source);
/*
 * Compare the addresses that it has, without those that moved to others, with
 * these: they are the same, these have all of them and more, or neither.
 */
enum wanted_change
wanted_compare(const struct wish *, const struct prefix *, uint8_t n);
/*
 * Want this preshared key for it, or none (NULL); wanted_set() leaves it as it
 * is.  Returns 0, or -1 with errno ENOMEM.
 */
int	 wanted_psk(struct wish *, const uint8_t *psk);
/*
 * Add a wish for removing a key from the device.  Returns NULL with errno
 * ENOMEM.
 */
struct wish *wanted_stray(struct wanted *, const uint8_t *key);
/* Stop wanting it.  The wish stays while it is queued; see wanted_release(). */
void	 wanted_drop(struct wanted *, struct wish *);
/* Free the wish if nothing needs it. */
void	 wanted_release(struct wanted *, struct wish *);

/* Forget which keys are not claimable. */
void	 wanted_forget_ended(struct wanted *);

/* Put the wish at the end of a queue; urgent takes it out of the bulk queue. */
void	 wanted_queue(struct wanted *, struct wish *, bool urgent);
/* Have id answered.  Returns 0, or -1 with errno ENOMEM. */
int	 wanted_wait(struct wish *, uint32_t id);
/*
 * Take at most max wishes off the queues, urgent ones first.  A pair is parted
 * only if max forces that.  Returns the number of wishes.
 */
size_t	 wanted_take(struct wanted *, struct wish **, size_t max);
bool	 wanted_idle(const struct wanted *);

#endif
