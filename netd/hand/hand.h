/* SPDX-License-Identifier: ISC */
/*
 * The kernel hand's own state: one struct for the process, one for each
 * network.  Private to the files of the kernel hand.
 */

#ifndef HAND_H
#define HAND_H

#include <sys/queue.h>

#include <event2/event.h>

#include "chan.h"
#include "child.h"
#include "clock.h"
#include "expiry.h"
#include "kern_ops.h"
#include "policy.h"
#include "reconcile.h"
#include "snapshot.h"
#include "wanted.h"

#define SYSCTL_UPLINKS	2	/* forwarding comes before */
#define SYSCTLS		(SYSCTL_UPLINKS + NETWORKS_MAX)
#define SNAPSHOT_AGE_MS	100	/* one dump serves all who ask within it */
#define CHECK_S		20	/* look at everything, notified or not */
#define HEALTH_S	2

struct kern;

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

/* One network's slice of the configuration. */
struct kconfnet {
	struct msg_conf_network conf;
	uint8_t		 priv[WGKEY_LEN];
	bool		 has_priv;
	bool		 bad_priv;	/* there was one and it is no key */
};

struct ksysctl {
	int		 fd;		/* -1: none */
	bool		 changed;
	char		 old[16];
	char		 interface[IFNAME_SIZE];	/* of an uplink's */
	int		 ifindex;
};

struct kconf {
	uint32_t	 generation;
	uint8_t		 on_stop;
	size_t		 n;
	struct kconfnet	 nets[NETWORKS_MAX];
	struct ksysctl	 sysctl[SYSCTLS];
	char		 error[TEXT_SIZE];
};

/* A PEER_STATS_GET being answered, a page at a time. */
struct statreq {
	STAILQ_ENTRY(statreq) entry;
	uint32_t	 id;
	char		 network[NETNAME_SIZE];
	struct snapshot	*snap;
	size_t		 pos;
};
STAILQ_HEAD(statreq_list, statreq);

/* A wish that came between PEER_SYNC_BEGIN and _END. */
struct syncitem {
	STAILQ_ENTRY(syncitem) entry;
	uint32_t	 id;
	bool		 del;
	uint8_t		 source;
	uint8_t		 has_old;
	uint8_t		 naddrs;
	uint32_t	 ttl;
	struct knet	*net;		/* NULL: unknown network */
	uint8_t		 key[WGKEY_LEN];
	uint8_t		 old[WGKEY_LEN];
	struct prefix	 addrs[];
};
STAILQ_HEAD(syncitem_list, syncitem);

struct kern {
	struct event_base *base;
	struct child	 child;
	struct chan	*parent;
	struct chan	*leased;
	const struct kern_ops *ops;
	struct kern_io	*io;
	bool		 entered;	/* the sandbox */
	bool		 stopping;	/* nothing is put right any more */
	struct kconf	*shadow;
	uint32_t	 generation;
	struct knet_list nets;
	struct ksysctl	 sysctl[SYSCTLS];
	struct expiry	 expiry;
	struct event	*expire_ev;
	struct event	*health_ev;
	struct event	*check_ev;
	struct event	*notify_ev;
	struct event	*drift_ev;
	struct event	*stop_ev;
	unsigned int	 drift_wait_ms;	/* back-off */
	struct kern_fw	 fw[NETWORKS_MAX];	/* as it was set last */
	size_t		 nfw;
	bool		 fw_set;
	struct mono	 drift_last;
	bool		 drift_looking;	/* what changes now is drift */
	struct msg_kern_health health;

	struct syncitem_list sync_items;
	size_t		 sync_n;
	bool		 sync_running;	/* END came, DONE is owed */
	struct msg_peer_sync_done sync_done;
	uint32_t	 apply_failed;	/* changes that failed, ever */
	uint32_t	 sync_base;	/* the same when the sync ended */
	struct statreq_list stats;
	size_t		 nstats;
};

/* --- kern_net.c: a network's interface --- */

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
/* Before the first sync: may peers that nobody wants yet be claimed? */
void	 net_claims_begin(struct knet *);
/* Is that time over? */
void	 net_claims_end(struct knet *);
void	 net_uapi_close(struct knet *);
/* A fresh enough dump, or NULL with the text of the error logged. */
struct snapshot *net_snapshot(struct knet *, int64_t max_age_ms);
/* --- device.c: its WireGuard device --- */

/* What became of a step: on to the next, or not now, or not at all. */
enum step {
	STEP_OK,
	STEP_WAIT,
	STEP_FAILED
};

/* Find or make it: n->dev and the link are set then.  With any other answer
 * n->text says why. */
enum step device_find(struct knet *, struct kern_link *);
/* A link without our alias is ours if nobody has used it yet. */
enum step device_owner(struct knet *, const struct kern_link *);
/* The device's key and port. */
enum step device_set(struct knet *);
/* It could not be dumped: what to do now. */
enum step device_unread(struct knet *);
/* Dump the device into n->snap.  Returns 0, or -1 with errno. */
int	 device_dump(struct knet *);
/* Remember whose keys in the dump are foreign, for policy. */
void	 device_note_foreign(struct knet *);

/* --- undo.c: take everything back that we made for it --- */

void	 net_undo(struct knet *);
/* The parent sent the connection to its user space WireGuard. */
void	 net_uapi(struct knet *, int fd);
void	 net_policy(const struct knet *, struct policy *);
/* Tell leased, if something changed; or what it was told last. */
void	 kern_send_network(struct knet *);
void	 kern_repeat_network(struct knet *);
/* --- egress.c: packet filter, rules and egress routes of all networks --- */

/* Returns how many things were changed. */
unsigned int egress_ensure(struct kern *);
void	 egress_undo(struct kern *);

/* --- ifc.c, route.c: parts of net_ensure; -1 with net->text set --- */

int	 ifc_addresses(struct knet *);
int	 ifc_undo_addresses(struct knet *);
int	 ifc_up(struct knet *, const struct kern_link *);
int	 route_pools(struct knet *);
int	 route_undo(struct knet *);

/* --- kern_peer.c: wishes --- */

void	 peer_set(struct kern *, uint32_t id, const struct msg_peer_set *);
void	 peer_del(struct kern *, uint32_t id, const struct msg_peer_del *);
/* Take a checked wish into the wanted state, not queued.  NULL: no memory. */
struct wish *peer_want(struct knet *, const struct msg_peer_set *);
/* Work on the queues of a network for a moment. */
void	 peer_work(struct knet *);
/* Everybody who waits for a change of this network gets this answer. */
void	 peer_fail_waiters(struct knet *, enum peer_code);
/* Compare a dump with the wanted state and queue the difference. */
void	 peer_resync(struct knet *, struct difference *);
void	 peer_expire(struct kern *);
void	 peer_arm_expiry(struct kern *);
/* Wishes outside the network's (new) pools go. */
void	 peer_recheck(struct knet *);
void	 kern_send_health(struct kern *);

/* --- sync.c: the link to leased --- */

extern const struct chan_ops kern_leased_ops;
void	 sync_clear(struct kern *);
/* A network goes: what was collected of a sync for it does not count. */
void	 sync_forget(struct kern *, const struct knet *);
/* Send PEER_SYNC_DONE if one is owed and nothing is queued any more. */
void	 sync_check(struct kern *);

/* --- stats.c --- */

void	 stats_get(struct kern *, uint32_t id, const char *network);
void	 stats_continue(struct kern *);
void	 stats_clear(struct kern *);

/* --- kern_conf.c: the configuration --- */

struct kconf *kconf_new(uint32_t generation);
void	 kconf_free(struct kconf *);
/* Returns 0, or -1 with conf->error. */
int	 kconf_check(struct kconf *);
int	 kconf_network(struct kconf *, const struct msg_conf_network *);
/* The descriptor is taken. */
void	 kconf_sysctl(struct kconf *, const struct msg_conf_sysctl *, int fd);
/* The descriptor is closed. */
void	 kconf_wgkey(struct kconf *, const char *network, int fd);
/* Make it what runs; its keys and descriptors move out of it. */
void	 kconf_apply(struct kern *, struct kconf *);

/* --- sysctl.c --- */

void	 sysctl_init(struct ksysctl [SYSCTLS]);
void	 sysctl_close(struct ksysctl [SYSCTLS]);
/* Take another configuration's descriptors out of it. */
void	 sysctl_take(struct kern *, struct ksysctl [SYSCTLS]);
/*
 * Forwarding on if a network wants it.  Old values are kept.  Returns how many
 * were on and are on again.
 */
unsigned int sysctl_ensure(struct kern *);
void	 sysctl_undo(struct kern *);

/* --- drift.c --- */

/*
 * Say what is put right, if it is: somebody else took it away.  The network
 * and the prefix may be NULL.
 */
void	 drift_say(const struct kern *, const struct knet *, const char *what,
	    const struct prefix *);
void	 drift_event_cb(evutil_socket_t, short, void *);
void	 drift_check_cb(evutil_socket_t, short, void *);
void	 drift_timer_cb(evutil_socket_t, short, void *);

#endif
