/* SPDX-License-Identifier: ISC */
/*
 * Removing what was made for a network: our peers, routes and addresses, and
 * the interface if it is ours.  What other programs made stays as it was.
 */

#include <string.h>

#include "device.h"
#include "hand.h"
#include "ifc.h"
#include "kern_ops.h"
#include "log.h"
#include "network.h"
#include "pool_route.h"
#include "undo.h"

/* Remove our peers in chunks: an interface is not deleted with peers on it. */
static void
undo_peers(struct knet *n)
{
	struct peer_op ops[KERN_CHUNK];
	size_t i, k = 0;

	if (n->dev.backend == BACKEND_USERSPACE && n->dev.fd == -1)
		return;
	if (device_dump(n) == -1) {
		log_warnx("undo net=%s: cannot read %s: %s", n->conf.name,
		    n->conf.interface, n->k->ops->error(n->k->io));
		return;
	}
	device_note_foreign(n);
	for (i = 0; i <= n->snap->npeers; i++) {
		if (k == KERN_CHUNK || (i == n->snap->npeers && k > 0)) {
			if (n->k->ops->wg_peers(n->k->io, &n->dev, ops, k) ==
			    -1)
				log_warnx("undo net=%s: cannot remove peers: %s",
				    n->conf.name, n->k->ops->error(n->k->io));
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
}

void
net_undo(struct knet *n)
{
	const struct kern_ops *ops = n->k->ops;
	struct kern_linkset set = { .up = 0 };
	struct kern_link l;

	if (ops->link_get(n->k->io, n->conf.interface, &l) == -1)
		return;
	if (!n->conf.adopt && strncmp(l.alias, "sp:", 3) != 0)
		return;
	n->dev.ifindex = l.ifindex;
	if (l.kind == LINK_WIREGUARD)
		n->dev.backend = BACKEND_KERNEL;
	undo_peers(n);
	if (!n->conf.adopt) {
		if (ops->link_del(n->k->io, l.ifindex) == -1)
			log_warnx("undo net=%s: cannot delete %s: %s",
			    n->conf.name, n->conf.interface,
			    ops->error(n->k->io));
	} else {
		if (route_undo(n) == -1 || ifc_undo_addresses(n) == -1)
			log_warnx("undo net=%s: %s", n->conf.name, n->text);
		if (n->upped && ops->link_set(n->k->io, l.ifindex, &set) == -1)
			log_warnx("undo net=%s: cannot set %s down: %s",
			    n->conf.name, n->conf.interface,
			    ops->error(n->k->io));
	}
	n->state = NET_DOWN;
	n->dev.ifindex = 0;
	net_uapi_close(n);
}
