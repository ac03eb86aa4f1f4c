/* SPDX-License-Identifier: ISC */
/*
 * The state of the hand: one struct for the process.
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
#include "show.h"
#include "stats.h"
#include "sync.h"
#include "sysctl.h"

#define CHECK_S		20	/* seconds between looks in any case */
#define HEALTH_S	2

struct drifts;

struct hand {
	struct childconf conf;		/* first; its shadow: hand_conf */
	struct event_base *base;
	struct child	 child;
	struct chan	*parent;
	struct chan	*leased;
	struct chan	*agent;		/* agentd's, in a device's suite */
	struct msg_conf_mpolicy *policy;	/* NULL in a gateway's suite */
	bool		 meshing;	/* a sync of agentd is under way */
	bool		 mesh_synced;	/* a sync of agentd has ended */
	bool		 tunnel;	/* the full tunnel is set up */
	struct kern_tunnel tunnel_is;	/* the full tunnel */
	bool		 tunnel_seen;	/* no tunnel is left from before */
	const struct kern_ops *ops;
	struct kern_io	*io;
	bool		 entered;	/* is in its sandbox */
	bool		 beside;	/* another suite lives */
	bool		 stopping;	/* nothing is put right any more */
	bool		 committing;	/* egress is checked after the commit */
	struct knet_list nets;
	struct knet_list waiting;	/* networks of a mesh without a key */
	struct ksysctl	 sysctl[SYSCTLS];
	struct expiry	 expiry;
	struct event	*expire_ev;
	struct event	*health_ev;
	struct event	*check_ev;
	struct event	*notify_ev;
	struct event	*drift_ev;
	struct event	*egress_ev;	/* to look again after a failure */
	struct event	*stop_ev;
	unsigned int	 drift_wait_ms;	/* current back-off of drift */
	uint8_t		 firewall;	/* enum conf_firewall */
	bool		 fw_left;	/* it is not ours to set, and removed */
	struct kern_fw	 fw[NETWORKS_MAX];	/* as it was set last */
	size_t		 nfw;
	bool		 fw_set;	/* and nfw of it are in force */
	unsigned int	 fw_table;	/* in which table */
	char		 fw_owner[FW_OWNER_SIZE];	/* set with this text */
	bool		 fw_said;	/* that it cannot be set */
	bool		 egress_failed;	/* something could not be set now */
	unsigned int	 egress_wait_s;	/* current back-off of that */
	struct kern_routes egress_routes;	/* as wanted last */
	struct kern_rules egress_rules;
	bool		 egress_known;	/* all of egress_routes were set */
	struct mono	 drift_last;
	struct drifts	*drifts;
	struct shown	 shown;
	struct msg_hand_health health;

	struct syncitem_list sync_items;
	size_t		 sync_n;
	bool		 sync_running;	/* END has come, DONE is to be sent */
	struct msg_peer_sync_done sync_done;
	struct msg_peer_sync_begin sync_begin;
	uint32_t	 dropped;	/* peers that a configuration removed */
	uint32_t	 apply_failed;	/* all changes that failed */
	uint32_t	 sync_base;	/* apply_failed at the sync's end */
	struct statreq_list stats;
	size_t		 nstats;
};


#endif
