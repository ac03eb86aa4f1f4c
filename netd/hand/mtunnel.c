/* SPDX-License-Identifier: ISC */
/*
 * The full tunnel of a device.  It is there as long as a member has the default
 * route, whether or not the member can be reached: until then everything is
 * closed but what the main table has a route to that is no default.  A hand
 * that is started again leaves the one that it finds until agentd has said what
 * is wished.
 */

#include <sys/socket.h>

#include <string.h>

#include "filter.h"
#include "hand.h"
#include "kern_ops.h"
#include "log.h"
#include "mnet.h"
#include "mtunnel.h"
#include "network.h"
#include "sysctl.h"
#include "wanted.h"

static bool
has_default(struct knet *n, uint8_t family)
{
	struct prefix p;

	memset(&p, 0, sizeof(p));
	p.family = family;
	return (wanted_owner(&n->wanted, &p) != NULL);
}

/* The network with the default route; there is one tunnel at most. */
static struct knet *
find(struct hand *k)
{
	struct knet *n;

	TAILQ_FOREACH(n, &k->nets, entry) {
		if (n->mesh != NULL && !n->mesh->refused &&
		    (has_default(n, AF_INET) || has_default(n, AF_INET6)))
			return (n);
	}
	return (NULL);
}

/* WireGuard's own packets must not go into the tunnel. */
static int
mark(struct knet *n)
{
	struct hand *k = n->k;

	if (n->state != NET_UP || n->mesh->marked == n->dev.ifindex)
		return (0);
	if (k->ops->wg_mark(k->io, &n->dev, KERN_TUNNEL_TABLE) == -1)
		return (-1);
	n->mesh->marked = n->dev.ifindex;
	return (0);
}

/* The packet filter knows which network is the tunnel, if any. */
static void
guard(struct hand *k, const struct knet *tunnel)
{
	struct knet *n;
	bool news = false;

	TAILQ_FOREACH(n, &k->nets, entry) {
		if (n->mesh == NULL || n->mesh->tunnel == (n == tunnel))
			continue;
		n->mesh->tunnel = n == tunnel;
		news = true;
	}
	if (news)
		(void)filter_ensure(k);
	sysctl_ensure(k);
}

static void
set_up(struct knet *n)
{
	struct hand *k = n->k;
	struct kern_tunnel t;

	memset(&t, 0, sizeof(t));
	t.ifindex = n->state == NET_UP ? n->dev.ifindex : 0;
	t.four = has_default(n, AF_INET);
	t.six = has_default(n, AF_INET6);
	t.uid = k->policy->agent_uid;
	/*
	 * If the family or the interface is another one, the routes are made
	 * anew; the rules stay meanwhile.
	 */
	t.anew = k->tunnel && memcmp(&t, &k->tunnel_is, sizeof(t)) != 0;
	if (mark(n) == -1 || k->ops->tunnel_set(k->io, &t) == -1) {
		log_warnx("network %s: full tunnel: %s", n->conf.name,
		    k->ops->error(k->io));
		return;
	}
	if (!k->tunnel)
		log_notice("network %s: everything goes into the tunnel",
		    n->conf.name);
	k->tunnel = true;
	k->tunnel_is = t;
	k->tunnel_is.anew = false;
	guard(k, n);
}

int
mtunnel_undo(struct hand *k)
{
	if (k->policy == NULL)
		return (0);
	if (k->ops->tunnel_clear(k->io) == -1) {
		log_warnx("full tunnel: cannot take it back: %s",
		    k->ops->error(k->io));
		return (-1);
	}
	if (k->tunnel)
		log_notice("nothing goes into a full tunnel any more");
	k->tunnel = false;
	return (0);
}

void
mtunnel_ensure(struct hand *k)
{
	struct knet *n;

	if (k->policy == NULL)
		return;
	if ((n = find(k)) != NULL)
		set_up(n);
	else if (k->mesh_synced && (k->tunnel || !k->tunnel_seen)) {
		/* A tunnel of the hand before this one is looked for once. */
		if (mtunnel_undo(k) == -1)
			return;
		k->tunnel_seen = true;
		guard(k, NULL);
	}
}
