/* SPDX-License-Identifier: ISC */
/*
 * Removing what was made for a network: our peers, routes and addresses, and
 * the interface if it is ours.  What other programs made stays as it was.
 */

#include <errno.h>
#include <string.h>

#include "device.h"
#include "egress_rule.h"
#include "hand.h"
#include "ifc.h"
#include "kern_ops.h"
#include "log.h"
#include "mark.h"
#include "network.h"
#include "pool_route.h"
#include "renamed.h"
#include "undo.h"

#define TUNNELS_CHUNK	256

_Static_assert(TUNNELS_CHUNK >= KERN_CHUNK, "both kinds have room");

/*
 * Remove our peers in chunks: an interface is not deleted with peers on it.
 * Without a connection to wireguard-go they go with the interface.  The kernel
 * takes as long for a few tunnels as for many.
 */
static int
undo_peers(struct knet *n)
{
	struct peer_op ops[TUNNELS_CHUNK];
	size_t i, k = 0, max = n->conf.gre ? TUNNELS_CHUNK : KERN_CHUNK;
	int r = 0;

	if (n->dev.backend == BACKEND_USERSPACE && n->dev.fd == -1)
		return (0);
	if (device_dump(n) == -1) {
		log_warnx("undo net=%s: cannot read %s: %s", n->conf.name,
		    n->conf.interface, n->k->ops->error(n->k->io));
		return (-1);
	}
	device_note_foreign(n);
	for (i = 0; i <= n->snap->npeers; i++) {
		if (k == max || (i == n->snap->npeers && k > 0)) {
			if (n->k->ops->wg_peers(n->k->io, &n->dev, ops, k) ==
			    -1) {
				log_warnx("undo net=%s: cannot remove peers: %s",
				    n->conf.name, n->k->ops->error(n->k->io));
				r = -1;
			}
			k = 0;
		}
		if (i == n->snap->npeers || n->snap->peers[i].foreign ||
		    n->snap->peers[i].spared)
			continue;
		memset(&ops[k], 0, sizeof(ops[k]));
		ops[k].key = n->snap->peers[i].key;
		ops[k].remove = true;
		k++;
	}
	return (r);
}

/*
 * Find the interface of the network, also if somebody has renamed it.  Returns
 * -1 with errno; ENODEV: there is none.
 */
static int
find(struct knet *n, struct kern_link *l)
{
	char name[IFNAME_SIZE];

	if (n->k->ops->link_get(n->k->io, n->conf.interface, l) == -1 &&
	    (errno != ENODEV || n->conf.adopt ||
		renamed_find(n, name, l) == -1))
		return (-1);
	n->dev.ifindex = l->ifindex;
	n->dev.backend = l->kind == LINK_WIREGUARD ? BACKEND_KERNEL :
						     BACKEND_USERSPACE;
	return (0);
}

/*
 * What we have made may not have its mark yet: it was never used then.  This
 * is the rule by which it would have become ours, see device_owner().  Returns
 * 1 or 0, or -1 if it cannot be read.
 */
static int
is_ours(struct knet *n, const struct kern_link *l)
{
	enum step s;

	if (n->conf.adopt || mark_is_of(&n->conf, l->alias))
		return (1);
	if (n->dev.backend == BACKEND_USERSPACE && n->dev.fd == -1)
		return (0);
	if (device_dump(n) == -1)
		return (-1);
	s = device_owner(n, l);
	return (s == STEP_OK ? 1 : s == STEP_FAILED ? 0 : -1);
}

static int
undo_adopted(struct knet *n, const struct kern_link *l)
{
	struct kern_linkset set = { .up = 0 };
	int r;

	r = undo_peers(n);
	if (route_undo(n) == -1 || ifc_undo_addresses(n) == -1) {
		log_warnx("undo net=%s: %s", n->conf.name, n->text);
		r = -1;
	}
	if (n->upped && n->k->ops->link_set(n->k->io, l->ifindex, &set) == -1) {
		log_warnx("undo net=%s: cannot set %s down: %s", n->conf.name,
		    n->conf.interface, n->k->ops->error(n->k->io));
		r = -1;
	}
	return (r);
}

int
net_undo_tunnels(struct knet *n)
{
	device_tunnels(n);
	return (undo_peers(n));
}

static int
undo_rules(struct knet *n)
{
	if (rules_forget(n) == 0)
		return (0);
	log_warnx("undo net=%s: cannot remove its rules: %s", n->conf.name,
	    n->k->ops->error(n->k->io));
	return (-1);
}

static int
undo_once(struct knet *n, bool last)
{
	const struct kern_ops *ops = n->k->ops;
	struct kern_link l;
	int r;

	/* While there are tunnels, their packets have no other way. */
	if (n->conf.gre) {
		r = net_undo_tunnels(n);
		return (undo_rules(n) == -1 ? -1 : r);
	}
	if (undo_rules(n) == -1 && !last)
		return (-1);
	if (find(n, &l) == -1) {
		if (errno == ENODEV)
			return (0);
		log_warnx("undo net=%s: cannot look at %s: %s", n->conf.name,
		    n->conf.interface, ops->error(n->k->io));
		return (-1);
	}
	r = is_ours(n, &l);
	if (r == 0)
		log_notice("undo net=%s: %s is not known to be ours, and stays",
		    n->conf.name, n->conf.interface);
	if (r != 1)
		return (r);
	if (n->conf.adopt)
		return (undo_adopted(n, &l));
	if (undo_peers(n) == -1 && !last)
		return (-1);
	if (ops->link_del(n->k->io, l.ifindex) == 0)
		return (0);
	log_warnx("undo net=%s: cannot delete %s: %s", n->conf.name,
	    n->conf.interface, ops->error(n->k->io));
	return (-1);
}

int
net_undo(struct knet *n)
{
	unsigned int tries = 0;
	int r;

	do {
		r = undo_once(n, tries + 1 == UNDO_TRIES);
	} while (r == -1 && ++tries < UNDO_TRIES);
	n->state = NET_DOWN;
	n->dev.ifindex = 0;
	net_uapi_close(n);
	return (r);
}
