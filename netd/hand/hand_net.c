/* SPDX-License-Identifier: ISC */
/*
 * A network, from nothing to up and back.  Whatever the reason for a look, its
 * device, addresses and routes are compared with their configured state, and
 * leased is told the result.
 */

#include <stdio.h>

#include "claim.h"
#include "device.h"
#include "driftlog.h"
#include "egress.h"
#include "egress_rule.h"
#include "hand.h"
#include "hand_conf.h"
#include "hand_net.h"
#include "hand_peer.h"
#include "hold.h"
#include "ifc.h"
#include "kern_ops.h"
#include "log.h"
#include "mark.h"
#include "mnet.h"
#include "neighbour.h"
#include "network.h"
#include "pool_route.h"
#include "reconcile.h"
#include "sysctl.h"
#include "tell.h"
#include "undo.h"
#include "wish_answer.h"

/* While no question is open, the connection can only report its end. */
static void
uapi_cb(evutil_socket_t fd, short what, void *arg)
{
	struct knet *n = arg;

	net_uapi_close(n);
	if (n->state == NET_UP)
		net_lost(n, "the connection to wireguard-go ended");
}

void
net_uapi(struct knet *n, int fd)
{
	net_uapi_close(n);
	n->dev.fd = fd;
	n->uapi = event_new(n->k->base, fd, EV_READ, uapi_cb, n);
	if (n->uapi == NULL || event_add(n->uapi, NULL) == -1)
		log_warnx("network %s: cannot watch wireguard-go",
		    n->conf.name);
	net_ensure(n, true);
}

/*
 * The network's routing table is another suite's.  Without its rule, packets
 * would take the way of the main table: none go through.
 */
static enum step
shut(struct knet *n)
{
	struct kern_linkset set = { .up = 0 };
	struct kern_link l;

	if (n->conf.gre)
		(void)net_undo_tunnels(n);
	else if (!n->conf.adopt &&
	    n->k->ops->link_get(n->k->io, n->conf.interface, &l) == 0 &&
	    mark_is_of(&n->conf, l.alias) &&
	    n->k->ops->link_set(n->k->io, l.ifindex, &set) == -1)
		log_warnx("network %s: cannot set %s down: %s", n->conf.name,
		    n->conf.interface, n->k->ops->error(n->k->io));
	return (STEP_FAILED);
}

/* The links of a network of tunnels are its peers, and there is no other. */
static enum step
tunnel_steps(struct knet *n, bool full)
{
	char name[IFNAME_SIZE];

	/* The packet filter knows tunnels by how their names begin. */
	if (n->state != NET_UP && neighbour_tunnels(n, name)) {
		snprintf(n->text, sizeof(n->text),
		    "the tunnel %s is that of a network which is not in this configuration: choose another \"interface\", or remove it (ip link delete %s)",
		    name, name);
		return (STEP_FAILED);
	}
	device_tunnels(n);
	if (!full && n->state == NET_UP && !n->unread)
		return (STEP_OK);
	if (device_dump(n) == -1)
		return (device_unread(n));
	device_note_foreign(n);
	return (STEP_OK);
}

static enum step
steps(struct knet *n, bool full)
{
	struct kern_link l;
	enum step s;
	int before = n->dev.ifindex;

	if (rules_table_free(n) == -1)
		return (shut(n));
	if (n->conf.gre)
		return (tunnel_steps(n, full));
	s = device_find(n, &l);
	if (s != STEP_OK)
		return (s);
	if (n->state != NET_UP || before != n->dev.ifindex || n->unread)
		full = true;
	if (full) {
		if (device_dump(n) == -1)
			return (device_unread(n));
		s = device_owner(n, &l);
		if (s != STEP_OK) {
			n->dev.ifindex = 0;
			return (s);
		}
	}
	if (ifc_mark(n, &l) == -1)
		return (STEP_FAILED);
	n->had_ifindex = n->dev.ifindex;
	if (full) {
		s = device_set(n);
		if (s != STEP_OK)
			return (s);
	}
	if (ifc_addresses(n, &l) == -1 || ifc_up(n, &l) == -1 ||
	    route_pools(n) == -1)
		return (STEP_FAILED);
	/* A port that the kernel chose is known once the interface is up. */
	if (full && n->port == 0 && device_dump(n) == -1)
		return (device_unread(n));
	if (full)
		device_note_foreign(n);
	return (STEP_OK);
}

void
net_ensure(struct knet *n, bool full)
{
	struct difference d;
	enum step s;
	bool came_up;

	if (n->k->stopping || (n->mesh != NULL && n->mesh->refused))
		return;
	s = steps(n, full);
	if (s == STEP_BUSY)
		return;
	full = full || n->unread;
	n->unread = false;
	if (s != STEP_OK) {
		n->state = s == STEP_WAIT ? NET_DOWN : NET_FAILED;
		wish_fail_all(n, PEER_E_NETWORK);
		tell_network(n);
		net_retry_later(n);
		return;
	}
	evtimer_del(n->retry);
	n->backoff_s = 0;
	n->text[0] = '\0';
	full = full || n->state != NET_UP;
	came_up = n->state != NET_UP;
	n->state = NET_UP;
	net_claims_end(n, false);
	if (full && n->synced) {
		peer_resync(n, &d);
		net_claims_tell(n);
		if (!n->uncompared)
			drift_say_peers(n, d.added + d.removed + d.changed);
		n->uncompared = false;
	}
	n->made = true;
	hold_look(n);
	peer_work(n);
	/* Its peers are known now, for the packet filter. */
	n->addrs_due = n->addrs_due || came_up;
	if (n->k->committing)
		return;
	if (came_up) {
		(void)egress_ensure(n->k);
		sysctl_ensure(n->k);
	}
	/* Packets go where they may, and nowhere else: now it is up. */
	tell_network(n);
}

static void
retry_cb(evutil_socket_t fd, short what, void *arg)
{
	net_ensure(arg, true);
}

static void
work_cb(evutil_socket_t fd, short what, void *arg)
{
	peer_work(arg);
}

struct knet *
net_add(struct hand *k, const struct hand_confnet *c)
{
	struct knet *n;

	n = net_new(k, c, retry_cb, work_cb);
	if (n != NULL)
		TAILQ_INSERT_TAIL(&k->nets, n, entry);
	return (n);
}
