/* SPDX-License-Identifier: ISC */
/*
 * The hand: the only process that changes the kernel's state, and one that
 * trusts no other.  This file has its start, its link to the parent and its
 * end.
 */

#include <sys/socket.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "drift.h"
#include "driftlog.h"
#include "egress.h"
#include "egress_route.h"
#include "expiry.h"
#include "filter.h"
#include "hand.h"
#include "hand_conf.h"
#include "hand_net.h"
#include "hand_peer.h"
#include "hold.h"
#include "kern_ops.h"
#include "link_agent.h"
#include "log.h"
#include "mnet.h"
#include "mnet_state.h"
#include "mtunnel.h"
#include "neighbour.h"
#include "network.h"
#include "orphan.h"
#include "show.h"
#include "stats.h"
#include "sync.h"
#include "sysctl.h"
#include "tell.h"
#include "undo.h"

#define LS_IDLE	0x01	/* first state of sync.c */

#define STOP_MS	50	/* time for the last message to leave */

static void
expire_cb(evutil_socket_t fd, short what, void *arg)
{
	peer_expire(arg);
}

static void
health_cb(evutil_socket_t fd, short what, void *arg)
{
	tell_health(arg);
}

static void
stop_cb(evutil_socket_t fd, short what, void *arg)
{
	struct hand *k = arg;

	(void)event_base_loopbreak(k->base);
}

/* agentd is linked to the hand of a device, in leased's place. */
static int
take_agent(struct hand *k, int fd)
{
	if (k->agent != NULL) {
		stats_clear(k);
		k->meshing = false;
		chan_free(k->agent);
	}
	k->agent = chan_new(k->base, fd, P_HAND, P_AGENT, "agentd",
	    &link_agent_ops, CHAN_UP, k);
	if (k->agent == NULL) {
		log_warn("cannot take the link to agentd");
		return (0);
	}
	if (!k->entered)
		chan_pause(k->agent);
	mnet_tell_all(k);
	return (0);
}

static int
hand_setup_peer(struct chan *c, uint32_t id, const struct msg_setup_peer *m,
    int fd)
{
	struct hand *k = chan_arg(c);
	struct knet *n;

	if (m->role == P_AGENT && m->index == 0)
		return (take_agent(k, fd));
	if (m->role != P_LEASED) {
		close(fd);
		return (-1);
	}
	if (k->leased != NULL) {
		sync_clear(k);
		stats_clear(k);
		k->sync_running = false;
		chan_free(k->leased);
	}
	k->leased = chan_new(k->base, fd, P_HAND, P_LEASED, "leased",
	    &link_leased_ops, LS_IDLE, k);
	if (k->leased == NULL) {
		log_warn("cannot take the link to leased");
		return (0);
	}
	/* Wishes for networks that are not known yet would be lost. */
	if (!k->entered)
		chan_pause(k->leased);
	TAILQ_FOREACH(n, &k->nets, entry) {
		hold_forget(n);
		hold_look(n);
		seen_forget(n);
		tell_network_again(n);
	}
	return (0);
}

static void
undo(struct hand *k, struct msg_setup_stopped *m)
{
	struct knet *n;

	/* The filter goes last: nothing may be forwarded without it. */
	sysctl_undo(k);
	m->failed = 0;
	TAILQ_FOREACH(n, &k->nets, entry)
		m->failed |= net_undo(n) == -1;
	m->failed |= egress_undo(k) == -1;
	m->failed |= mtunnel_undo(k) == -1;
	m->left = orphan_tell(k);
	if (!m->failed)
		log_info("everything taken back");
}

static int
hand_setup_stop(struct chan *c, uint32_t id, const struct msg_setup_stop *m)
{
	struct timeval tv = { 0, STOP_MS * 1000 };
	struct msg_setup_stopped stopped = { .failed = 0 };
	struct hand *k = chan_arg(c);

	k->beside = m->beside != 0;
	if (m->undo)
		undo(k, &stopped);
	if (chan_send_setup_stopped(c, 0, &stopped, -1) == -1)
		log_warn("cannot tell the parent that all is stopped");
	k->stopping = true;
	evtimer_del(k->expire_ev);
	evtimer_del(k->check_ev);
	evtimer_del(k->drift_ev);
	evtimer_del(k->egress_ev);
	if (k->notify_ev != NULL)
		event_del(k->notify_ev);
	(void)evtimer_add(k->stop_ev, &tv);
	return (0);
}

static int
hand_conf_network(struct chan *c, uint32_t id, const struct msg_conf_network *m)
{
	hand_conf_add_network(childconf_shadow(c), m);
	return (0);
}

static int
hand_conf_firewall(struct chan *c, uint32_t id,
    const struct msg_conf_firewall *m)
{
	struct hand_conf *conf = childconf_shadow(c);

	conf->firewall = m->mode;
	return (0);
}

static int
hand_conf_mpolicy(struct chan *c, uint32_t id, const struct msg_conf_mpolicy *m)
{
	struct hand_conf *conf = childconf_shadow(c);

	free(conf->policy);
	if ((conf->policy = malloc(sizeof(*m))) == NULL)
		return (-1);
	*conf->policy = *m;
	return (0);
}

static int
hand_conf_mnet(struct chan *c, uint32_t id, const struct msg_conf_mnet *m,
    int fd)
{
	mnet_key(chan_arg(c), m, fd);
	return (0);
}

static int
hand_wgkey_failed(struct chan *c, uint32_t id, const struct msg_wgkey_failed *m)
{
	mnet_key_failed(chan_arg(c), m);
	return (0);
}

static int
hand_conf_wgkey(struct chan *c, uint32_t id, const struct msg_conf_wgkey *m,
    int fd)
{
	hand_conf_add_wgkey(childconf_shadow(c), m->network, fd);
	return (0);
}

static int
hand_conf_sysctl(struct chan *c, uint32_t id, const struct msg_conf_sysctl *m,
    int fd)
{
	if (childconf_shadow(c) != NULL)
		hand_conf_add_sysctl(childconf_shadow(c), m, fd);
	else if (m->which == SYSCTL_ACCEPT_RA)
		sysctl_uplink(chan_arg(c), m->interface, fd);
	else {
		close(fd);
		return (-1);
	}
	return (0);
}

static int
hand_conf_uapi(struct chan *c, uint32_t id, const struct msg_conf_uapi *m,
    int fd)
{
	struct knet *n;

	n = net_find(chan_arg(c), m->network);
	if (n == NULL || n->conf.backend == BACKEND_KERNEL)
		close(fd);
	else
		net_uapi(n, fd);
	return (0);
}

static int
hand_uapi_failed(struct chan *c, uint32_t id, const struct msg_uapi_failed *m)
{
	struct knet *n;

	n = net_find(chan_arg(c), m->network);
	if (n != NULL && n->state != NET_UP && n->dev.fd == -1)
		net_explain(n, m->text);
	return (0);
}

static void *
conf_begin(void *arg, uint32_t generation)
{
	return (hand_conf_new());
}

static const char *
conf_check(void *arg, void *shadow)
{
	return (hand_conf_check(arg, shadow));
}

static void
conf_drop(void *shadow)
{
	hand_conf_free(shadow);
}

/*
 * False if an interface has the mark of another network: it may turn out to be
 * ours, and then its packet filter is.
 */
static bool
knows_own(const struct hand *k)
{
	const struct knet *n;

	TAILQ_FOREACH(n, &k->nets, entry) {
		if (neighbour_took(n))
			return (false);
	}
	return (true);
}

static int
conf_commit(void *arg, void *shadow)
{
	struct hand *k = arg;
	struct knet *n;

	if (!k->stopping) {
		hand_conf_apply(k, shadow);
		mnet_policy_changed(k);
	}
	hand_conf_free(shadow);
	if (k->stopping)
		return (0);
	if (!k->entered) {
		child_enter(&k->child, NULL);
		k->entered = true;
		if (chan_send_bare(k->parent, MSG_SETUP_READY, 0) == -1)
			return (-1);
		/* On a device, agentd says later which networks there are. */
		if (k->policy == NULL)
			(void)orphan_tell(k);
		k->beside = (k->child.flags & HELLO_BESIDE) != 0;
		egress_sweep(k);
		if (k->leased != NULL)
			chan_resume(k->leased);
		if (k->agent != NULL)
			chan_resume(k->agent);
	}
	/* Before the first interface; the routes need their numbers. */
	if (knows_own(k))
		(void)filter_ensure(k);
	k->committing = true;
	TAILQ_FOREACH(n, &k->nets, entry)
		net_ensure(n, true);
	k->committing = false;
	(void)egress_ensure(k);
	sysctl_ensure(k);
	TAILQ_FOREACH(n, &k->nets, entry)
		tell_network(n);
	return (0);
}

static const struct childconf_ops conf_ops = {
	.begin = conf_begin,
	.check = conf_check,
	.commit = conf_commit,
	.drop = conf_drop,
};

/* Without the parent there is nothing to do; tunnels go on by themselves. */
static void
parent_closed(struct chan *c, const char *reason)
{
	struct hand *k = chan_arg(c);

	log_debug("link to the parent ended: %s", reason);
	(void)event_base_loopbreak(k->base);
}

static const struct chan_handler parent_table[] = {
	ON(setup_peer, CONF_ANY, hand_setup_peer),
	ON(setup_stop, CONF_ANY, hand_setup_stop),
	CHILDCONF_ROWS,
	ON(conf_network, CONF_OPEN, hand_conf_network),
	ON(conf_firewall, CONF_OPEN, hand_conf_firewall),
	ON(conf_wgkey, CONF_OPEN, hand_conf_wgkey),
	/* Between configurations it is an uplink that came late. */
	ON(conf_sysctl, CONF_ANY, hand_conf_sysctl),
	ON(conf_mpolicy, CONF_OPEN, hand_conf_mpolicy),
	ON(conf_mnet, CONF_ANY, hand_conf_mnet),
	ON(wgkey_failed, CONF_ANY, hand_wgkey_failed),
	ON(conf_uapi, CONF_ANY, hand_conf_uapi),
	ON(uapi_failed, CONF_ANY, hand_uapi_failed),
};

static const struct chan_ops parent_ops = {
	.table = parent_table,
	.n = sizeof(parent_table) / sizeof(parent_table[0]),
	.closed = parent_closed,
};

/* Add the timers and descriptors to the loop.  Returns 0, or -1. */
static int
watch(struct hand *k)
{
	struct timeval health = { HEALTH_S, 0 }, check = { CHECK_S, 0 };

	k->expire_ev = evtimer_new(k->base, expire_cb, k);
	k->health_ev = event_new(k->base, -1, EV_PERSIST, health_cb, k);
	k->check_ev = event_new(k->base, -1, EV_PERSIST, drift_check_cb, k);
	k->drift_ev = evtimer_new(k->base, drift_timer_cb, k);
	k->egress_ev = evtimer_new(k->base, drift_timer_cb, k);
	k->stop_ev = evtimer_new(k->base, stop_cb, k);
	k->notify_ev = event_new(k->base, k->ops->notify_fd(k->io),
	    EV_READ | EV_PERSIST, drift_event_cb, k);
	if (k->expire_ev == NULL || k->health_ev == NULL ||
	    k->check_ev == NULL || k->drift_ev == NULL ||
	    k->egress_ev == NULL || k->stop_ev == NULL || k->notify_ev == NULL)
		return (-1);
	if (event_add(k->health_ev, &health) == -1 ||
	    event_add(k->check_ev, &check) == -1)
		return (-1);
	return (event_add(k->notify_ev, NULL));
}

static void
clear(struct hand *k)
{
	struct event *const events[] = { k->expire_ev, k->health_ev,
		k->check_ev, k->notify_ev, k->drift_ev, k->egress_ev,
		k->stop_ev };
	struct knet *n;
	size_t i;

	sync_clear(k);
	stats_clear(k);
	while ((n = TAILQ_FIRST(&k->nets)) != NULL) {
		TAILQ_REMOVE(&k->nets, n, entry);
		net_free(n);
	}
	mnet_clear(k);
	childconf_clear(&k->conf);
	chan_free(k->leased);
	chan_free(k->agent);
	chan_free(k->parent);
	for (i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		event_free(events[i]);
	show_clear(&k->shown);
	egress_route_forget(k);
	free(k->drifts);
	free(k->policy);
	k->ops->close(k->io);
	expiry_clear(&k->expiry);
	event_base_free(k->base);
}

int
main(void)
{
	struct hand k;

	memset(&k, 0, sizeof(k));
	k.conf.ops = &conf_ops;
	TAILQ_INIT(&k.nets);
	TAILQ_INIT(&k.waiting);
	STAILQ_INIT(&k.sync_items);
	STAILQ_INIT(&k.stats);
	expiry_init(&k.expiry);
	sysctl_init(k.sysctl);
	k.drifts = calloc(1, sizeof(*k.drifts));
	if (k.drifts == NULL)
		fatal("start");
	child_start(&k.child, P_HAND, "netd-hand");
	if (sodium_init() == -1)
		fatalx("libsodium does not start");
	k.ops = &kern_ops;
	k.drift_wait_ms = 100;
	k.base = event_base_new();
	if (k.base == NULL)
		fatal("event loop");
	k.io = k.ops->open();
	if (k.io == NULL)
		fatal("cannot open netlink sockets");
	k.parent = chan_new(k.base, CHILD_FD, P_HAND, P_PARENT, "parent",
	    &parent_ops, CONF_IDLE, &k);
	if (k.parent == NULL || watch(&k) == -1)
		fatal("start");
	(void)event_base_dispatch(k.base);
	clear(&k);
	return (0);
}
