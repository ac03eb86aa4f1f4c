/* SPDX-License-Identifier: ISC */
/*
 * A network of the kernel hand: its life, and what others ask of it.
 */

#ifndef NETWORK_H
#define NETWORK_H

#include <event2/event.h>

#include <sys/queue.h>

#include <stdbool.h>
#include <stdint.h>

#include "clock.h"
#include "kern_ops.h"
#include "policy.h"
#include "proto.h"
#include "snapshot.h"
#include "wanted.h"

struct hand;
struct hand_confnet;

struct knet {
	TAILQ_ENTRY(knet) entry;
	struct hand	*k;
	struct msg_conf_network conf;
	uint8_t		 priv[WGKEY_LEN];
	bool		 has_priv;

	enum net_state	 state;
	struct wg_dev	 dev;		/* ifindex 0: no interface */
	uint8_t		 pub[WGKEY_LEN];
	bool		 has_pub;
	uint16_t	 port;
	uint32_t	 nforeign;
	uint8_t		(*foreign)[WGKEY_LEN];	/* sorted */
	char		 text[TEXT_SIZE];
	bool		 upped;		/* adopted, and we set it up */
	bool		 said_fallback;
	bool		 synced;	/* the wanted state is the whole one */
	struct mono	 claim_end;	/* when none is left */
	bool		 claims;	/* there may be some */
	bool		 unread;	/* busy when we looked: look again */
	unsigned int	 changes;	/* made by the last net_ensure */
	struct msg_hand_network sent;	/* what leased knows */

	struct wanted	 wanted;
	struct snapshot	*snap;
	struct event	*retry;		/* net_ensure again */
	struct event	*work;		/* more in the queues */
	struct event	*uapi;		/* the end of the connection */
	unsigned int	 backoff_s;
};

TAILQ_HEAD(knet_list, knet);

struct knet *net_find(struct hand *, const char *name);
/*
 * A network that is down and known to nobody.  Its timers call retry (look at
 * it again) and work (there is more in its queues).  NULL with errno ENOMEM.
 */
struct knet *net_new(struct hand *, const struct hand_confnet *,
    event_callback_fn retry, event_callback_fn work);
/* Forget it; what it made in the kernel stays. */
void	 net_free(struct knet *);
void	 net_policy(const struct knet *, struct policy *);
void	 net_uapi_close(struct knet *);
/* Look at it again after a back-off, which nobody who looks before prolongs. */
void	 net_retry_later(struct knet *);
/* The device cannot be reached: say so and try again later. */
void	 net_lost(struct knet *, const char *why);

#endif
