/* SPDX-License-Identifier: ISC */
/*
 * The kernel hand's own state: one struct for the process.
 */

#ifndef HAND_H
#define HAND_H

#include <event2/event.h>

#include <sys/queue.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "chan.h"
#include "child.h"
#include "childconf.h"
#include "clock.h"
#include "expiry.h"
#include "kern_ops.h"
#include "network.h"
#include "stats.h"
#include "sync.h"
#include "sysctl.h"

#define CHECK_S		20	/* look at everything, notified or not */
#define HEALTH_S	2

struct hand {
	struct childconf conf;		/* first; its shadow is a kconf */
	struct event_base *base;
	struct child	 child;
	struct chan	*parent;
	struct chan	*leased;
	const struct kern_ops *ops;
	struct kern_io	*io;
	bool		 entered;	/* the sandbox */
	bool		 stopping;	/* nothing is put right any more */
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
	struct msg_hand_health health;

	struct syncitem_list sync_items;
	size_t		 sync_n;
	bool		 sync_running;	/* END came, DONE is owed */
	struct msg_peer_sync_done sync_done;
	uint32_t	 apply_failed;	/* changes that failed, ever */
	uint32_t	 sync_base;	/* the same when the sync ended */
	struct statreq_list stats;
	size_t		 nstats;
};


#endif
