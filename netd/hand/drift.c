/* SPDX-License-Identifier: ISC */
/*
 * Changes by other programs are put right and counted.  Notifications only wake
 * us: the difference is found by looking.  If something keeps undoing us, we
 * wait longer each time.
 */

#include <string.h>

#include "drift.h"
#include "egress.h"
#include "hand.h"
#include "hand_net.h"
#include "kern_ops.h"
#include "log.h"
#include "mtunnel.h"
#include "network.h"
#include "sysctl.h"
#include "tell.h"

#define WAIT_MIN_MS	100	/* lets a burst end */
#define WAIT_MAX_MS	30000
#define CALM_MS		60000	/* a calm of this length ends the back-off */

static bool
concerns(const struct hand *k, const struct kern_event *ev)
{
	struct knet *n;

	if (ev->lost || ev->ours)
		return (true);
	TAILQ_FOREACH(n, &k->nets, entry) {
		if (ev->ifindex != 0 && ev->ifindex == n->dev.ifindex)
			return (true);
		if (ev->ifname[0] != '\0' &&
		    (strcmp(ev->ifname, n->conf.interface) == 0 ||
			strcmp(ev->ifname, n->conf.wan) == 0))
			return (true);
	}
	return (false);
}

static void
event_cb(const struct kern_event *ev, void *arg)
{
	struct hand *k = arg;
	struct timeval tv;

	if (!concerns(k, ev) || evtimer_pending(k->drift_ev, NULL) != 0)
		return;
	tv.tv_sec = k->drift_wait_ms / 1000;
	tv.tv_usec = (suseconds_t)(k->drift_wait_ms % 1000) * 1000;
	(void)evtimer_add(k->drift_ev, &tv);
}

void
drift_event_cb(evutil_socket_t fd, short what, void *arg)
{
	struct hand *k = arg;

	k->ops->notify_read(k->io, event_cb, k);
}

/* The number of changes in a look decides when the next look may come. */
static void
pace(struct hand *k, uint32_t changes)
{
	if (changes == 0) {
		if (mono_diff_ms(mono_now(), k->drift_last) > CALM_MS)
			k->drift_wait_ms = WAIT_MIN_MS;
		return;
	}
	k->drift_last = mono_now();
	k->drift_wait_ms *= 2;
	if (k->drift_wait_ms > WAIT_MAX_MS)
		k->drift_wait_ms = WAIT_MAX_MS;
	tell_health(k);
}

/* Look at all networks and, if full is true, also at their peers. */
static void
look(struct hand *k, bool full)
{
	struct knet *n;
	uint32_t before = k->health.drift;
	bool filtered = k->fw_set;

	if (k->drift_wait_ms == 0)
		k->drift_wait_ms = WAIT_MIN_MS;
	TAILQ_FOREACH(n, &k->nets, entry)
		net_ensure(n, full);
	(void)egress_ensure(k);
	mtunnel_ensure(k);
	if (full || !filtered)
		sysctl_ensure(k);
	pace(k, k->health.drift - before);
}

void
drift_timer_cb(evutil_socket_t fd, short what, void *arg)
{
	look(arg, false);
}

void
drift_check_cb(evutil_socket_t fd, short what, void *arg)
{
	look(arg, true);
}
