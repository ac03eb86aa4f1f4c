/* SPDX-License-Identifier: ISC */
/*
 * What one network's WireGuard is wanted to hold, by key and by address, and
 * which keys still have to be brought in line.  Level, not edge: a queued key
 * is set to whatever is wanted for it when its turn comes, so several wishes
 * for one key are one change.
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
	SLIST_HEAD(, waiter) waiters;	/* ids that want to know */
	struct expiry_item expiry;
	void		*net;		/* the owner of the table */
	uint8_t		 key[WGKEY_LEN];
	bool		 wanted;	/* else: only there to be removed */
	bool		 expired;	/* removed because its time was up */
	bool		 queued;
	bool		 urgent;	/* which queue */
	bool		 pair;		/* in one message with the next */
	bool		 claim;		/* there before us, may be claimed */
	uint8_t		 source;
	uint8_t		 naddrs;
	uint32_t	 gen;		/* of the sync that wished it last */
	uint32_t	 seen;		/* mark of reconcile */
	struct waddr	*addrs;
};

RB_HEAD(wish_tree, wish);
RB_HEAD(waddr_tree, waddr);
TAILQ_HEAD(wish_queue, wish);

struct wanted {
	struct wish_tree  keys;
	struct waddr_tree addrs;
	struct wish_queue urgent;	/* somebody waits for it */
	struct wish_queue bulk;
	void		 *net;
	bool		  collect;	/* the next look finds the claims */
	uint32_t	  count;	/* wanted ones */
	uint32_t	  gen;
	uint32_t	  seen;
};

RB_PROTOTYPE(wish_tree, wish, entry, wish_cmp)
RB_PROTOTYPE(waddr_tree, waddr, entry, waddr_cmp)

void	 wanted_init(struct wanted *, void *net);
/* Forget everything.  The deadlines must be out of their heap. */
void	 wanted_clear(struct wanted *);

/* A wish of that key, wanted or on its way out; or NULL. */
struct wish *wanted_find(struct wanted *, const uint8_t *key);
/* Who wants this address, or NULL. */
struct wish *wanted_owner(struct wanted *, const struct prefix *);

/*
 * Want these addresses for the key.  One that another wish has goes over to
 * this one; whether it may is policy's business.  NULL with errno ENOMEM, the
 * table unchanged.
 */
struct wish *wanted_set(struct wanted *, const uint8_t *key,
	    const struct prefix *, uint8_t n, uint8_t source);
/* A wish that is there to be removed from the device.  NULL with ENOMEM. */
struct wish *wanted_stray(struct wanted *, const uint8_t *key);
/* Want it no more.  It stays while it is queued; see wanted_release. */
void	 wanted_drop(struct wanted *, struct wish *);
/* Free it if nobody needs it. */
void	 wanted_release(struct wanted *, struct wish *);

/* Put it at the end of a queue; urgent takes it out of bulk. */
void	 wanted_queue(struct wanted *, struct wish *, bool urgent);
/* Let id be told.  Returns 0, or -1 with errno ENOMEM. */
int	 wanted_wait(struct wish *, uint32_t id);
/* Take up to max off the queues, urgent first; pairs are not parted unless
 * max forces it.  Returns how many. */
size_t	 wanted_take(struct wanted *, struct wish **, size_t max);
bool	 wanted_idle(const struct wanted *);

#endif
