/* SPDX-License-Identifier: ISC */
/*
 * One network of the hand: its life, and the functions that other files need.
 */

#ifndef NETWORK_H
#define NETWORK_H

#include <event2/event.h>

#include <sys/queue.h>

#include <stdbool.h>
#include <stdint.h>

#include "clock.h"
#include "hold.h"
#include "kern_ops.h"
#include "policy.h"
#include "proto.h"
#include "seen.h"
#include "snapshot.h"
#include "wanted.h"

struct hand;
struct hand_confnet;
struct mnet;

struct knet {
	TAILQ_ENTRY(knet) entry;
	struct hand	*k;
	struct msg_conf_network conf;
	struct prefix	 pools[NET_PIECES_MAX];	/* conf's as prefixes */
	size_t		 npools;
	uint8_t		 priv[WGKEY_LEN];
	bool		 has_priv;

	enum net_state	 state;
	struct wg_dev	 dev;		/* ifindex 0: there is no interface */
	uint8_t		 pub[WGKEY_LEN];
	bool		 has_pub;
	uint16_t	 port;
	uint32_t	 nforeign;
	uint8_t		(*foreign)[WGKEY_LEN];	/* sorted */
	struct policy_held *held;	/* sorted */
	size_t		 nheld;
	size_t		 nown;
	struct prefix	 own[KERN_ADDRS_MAX];	/* others' on the interface */
	size_t		 nhost;
	/* The host's in the pools or, with their networks, in the subnets. */
	struct prefix	 host[KERN_ADDRS_MAX];
	struct holds	 holds;
	char		 text[TEXT_SIZE];
	int		 had_ifindex;	/* the interface when it was ours */
	int		 said_other;	/* interface that is not known as ours */
	bool		 upped;		/* adopted, and we set it up */
	bool		 said_fallback;
	bool		 synced;	/* the wanted state is complete */
	struct mono	 claim_end;	/* time at which unclaimed peers go */
	bool		 claims;	/* there may be unclaimed peers */
	bool		 claims_told;	/* their number was logged */
	bool		 unread;	/* was busy last time: read again */
	bool		 made;		/* all of it was there once */
	bool		 uncompared;	/* a sync came while it was busy */
	struct msg_hand_network sent;	/* state that leased was told last */

	struct wanted	 wanted;
	struct mnet	*mesh;		/* NULL: a network of a gateway */
	struct seen	 seen;
	struct kern_fw_elems touched;	/* addresses to tell the filter */
	bool		 addrs_due;	/* and all of them are to be compared */
	struct snapshot	*snap;
	struct event	*retry;		/* calls net_ensure again */
	struct event	*work;		/* continues the work on the queues */
	struct event	*uapi;		/* sees the end of the connection */
	unsigned int	 backoff_s;
};

TAILQ_HEAD(knet_list, knet);

struct knet *net_find(struct hand *, const char *name);
/*
 * Make a network that is down and not yet in any list.  Its timers call retry,
 * to look at it again, and work, when there is more in its queues.  Returns
 * NULL with errno ENOMEM.
 */
struct knet *net_new(struct hand *, const struct hand_confnet *,
    event_callback_fn retry, event_callback_fn work);
/* The network has this configuration from now on. */
void	 net_configure(struct knet *, const struct hand_confnet *);
/* Free the network.  What it made in the kernel stays. */
void	 net_free(struct knet *);
void	 net_policy(const struct knet *, struct policy *);
void	 net_uapi_close(struct knet *);
/*
 * Look at the network again after a back-off.  Looks in between do not prolong
 * it.
 */
void	 net_retry_later(struct knet *);
/* The network is down: this is the reason, for people. */
void	 net_explain(struct knet *, const char *why);
/* The device cannot be reached: log this and retry later. */
void	 net_lost(struct knet *, const char *why);

#endif
