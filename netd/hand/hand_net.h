/* SPDX-License-Identifier: ISC */
/*
 * A network as the kernel hand sees it, and its interface.
 */

#ifndef HAND_NET_H
#define HAND_NET_H

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

#define SNAPSHOT_AGE_MS	100	/* one dump serves all who ask within it */

struct kern;
struct kconfnet;

struct knet {
	TAILQ_ENTRY(knet) entry;
	struct kern	*k;
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
	unsigned int	 changes;	/* made by the last net_ensure */
	struct msg_kern_network sent;	/* what leased knows */

	struct wanted	 wanted;
	struct snapshot	*snap;
	struct event	*retry;		/* net_ensure again */
	struct event	*work;		/* more in the queues */
	struct event	*uapi;		/* the end of the connection */
	unsigned int	 backoff_s;
};

TAILQ_HEAD(knet_list, knet);

struct knet *net_find(struct kern *, const char *name);
struct knet *net_new(struct kern *, const struct kconfnet *);
/* Forget it; what it made in the kernel stays. */
void	 net_free(struct knet *);
/* Bring everything of it to what it should be, as far as that goes now, and
 * tell leased if its state changed.  Without full, a device that is up is not
 * dumped. */
void	 net_ensure(struct knet *, bool full);
/* The device cannot be reached: say so and try again later. */
void	 net_lost(struct knet *, const char *why);
void	 net_uapi_close(struct knet *);
/* A fresh enough dump, or NULL with the text of the error logged. */
struct snapshot *net_snapshot(struct knet *, int64_t max_age_ms);
/* The parent sent the connection to its user space WireGuard. */
void	 net_uapi(struct knet *, int fd);
void	 net_policy(const struct knet *, struct policy *);
/* Tell leased, if something changed; or what it was told last. */
void	 kern_send_network(struct knet *);
void	 kern_repeat_network(struct knet *);

#endif
