/* SPDX-License-Identifier: ISC */
/*
 * Subnets behind peers, and what the host itself has in them.  If a network of
 * the host's other interfaces overlaps a subnet, packets for the peer would go
 * to that network, or the host's packets to the peer.
 */

#include <linux/rtnetlink.h>

#include <stdio.h>
#include <string.h>

#include "hand.h"
#include "kern_list.h"
#include "kern_ops.h"
#include "log.h"
#include "network.h"
#include "subnet.h"

void
subnet_own(const struct knet *n, struct reconcile_own *own)
{
	own->pools = n->pools;
	own->npools = n->npools;
	own->subnets = n->conf.subnets;
	own->nsubnets = n->conf.nsubnets;
}

const struct prefix *
subnet_routed(const struct knet *n, size_t i)
{
	if (i < n->npools)
		return (&n->pools[i]);
	i -= n->npools;
	return (i < n->conf.nsubnets ? &n->conf.subnets[i] : NULL);
}

const struct prefix *
subnet_hit(const struct msg_conf_network *n, const struct prefix *p)
{
	size_t i;

	for (i = 0; i < n->nsubnets; i++) {
		if (prefix_overlaps(&n->subnets[i], p))
			return (&n->subnets[i]);
	}
	return (NULL);
}

static bool
is_hit(const void *conf, const struct prefix *p)
{
	return (subnet_hit(conf, p) != NULL);
}

/* True if the subnet is in force: then its route is there. */
static bool
is_routed(const struct kern_routes *have, const struct prefix *s)
{
	size_t i;

	for (i = 0; i < have->n; i++) {
		if (prefix_equal(&have->list[i].dst, s))
			return (true);
	}
	return (false);
}

static int
check_form(const struct msg_conf_network *n, char *why, size_t size)
{
	char text[PREFIX_TEXT];
	size_t i;

	for (i = 0; i < n->nsubnets; i++) {
		if (prefix_is_canonical(&n->subnets[i]) &&
		    n->subnets[i].len > 1 && !n->gre)
			continue;
		snprintf(why, size, "subnets: %s cannot be behind a peer",
		    prefix_format(&n->subnets[i], text));
		return (-1);
	}
	return (0);
}

int
subnet_check(struct hand *k, const struct msg_conf_network *n, char *why,
    size_t size)
{
	struct kern_routes have = { NULL, 0, 0 };
	char text[PREFIX_TEXT], addr[PREFIX_TEXT];
	struct prefix host[KERN_ADDRS_MAX];
	struct kern_link l = { .ifindex = 0 };
	const struct prefix *s;
	size_t i, count = 0;

	if (n->nsubnets == 0)
		return (0);
	if (check_form(n, why, size) == -1)
		return (-1);
	/* The addresses of our own interface follow the configuration. */
	if (n->adopt || k->ops->link_get(k->io, n->interface, &l) == -1)
		l.ifindex = 0;
	if (k->ops->addr_others(k->io, l.ifindex, is_hit, n, host,
		KERN_ADDRS_MAX, &count) == -1 ||
	    k->ops->route_list(k->io, RT_TABLE_MAIN, 0, &have) == -1)
		log_warnx(
		    "network %s: cannot compare its subnets with the host: %s",
		    n->name, k->ops->error(k->io));
	for (i = 0; i < count; i++) {
		/* A subnet that was in force before this address stays so. */
		s = subnet_hit(n, &host[i]);
		if (!is_routed(&have, s))
			break;
	}
	if (i < count)
		snprintf(why, size,
		    "the subnet %s overlaps %s, which is an address of this host and its network: it cannot be behind a peer",
		    prefix_format(s, text), prefix_format(&host[i], addr));
	kern_routes_clear(&have);
	return (i < count ? -1 : 0);
}
