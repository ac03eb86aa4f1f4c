/* SPDX-License-Identifier: ISC */
/*
 * Routes of the pools into the interface, by difference.  Only routes with our
 * protocol number are removed.
 */

#include <linux/rtnetlink.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "driftlog.h"
#include "hand.h"
#include "kern_ops.h"
#include "log.h"
#include "network.h"
#include "pool_route.h"

/* An address of the interface brings the kernel's own route to its prefix. */
static bool
is_connected(const struct knet *n, const struct prefix *pool)
{
	size_t i;

	for (i = 0; i < n->conf.naddrs; i++) {
		if (prefix_contains(&n->conf.addrs[i], pool))
			return (true);
	}
	return (false);
}

static bool
same_route(const struct kern_route *a, const struct kern_route *b)
{
	return (a->table == b->table && a->oif == b->oif &&
	    a->metric == b->metric && a->unreachable == b->unreachable &&
	    prefix_equal(&a->dst, &b->dst) && a->dst.len == b->dst.len);
}

static int
route_fail(struct knet *n, const char *what, const struct prefix *p)
{
	char text[PREFIX_TEXT];

	snprintf(n->text, sizeof(n->text), "cannot %s route %s via %s: %s",
	    what, p == NULL ? "any" : prefix_format(p, text), n->conf.interface,
	    n->k->ops->error(n->k->io));
	return (-1);
}

static size_t
wanted_routes(const struct knet *n, struct kern_route *list)
{
	size_t i, k = 0;

	for (i = 0; i < n->npools; i++) {
		if (is_connected(n, &n->pools[i]))
			continue;
		memset(&list[k], 0, sizeof(list[k]));
		list[k].dst = n->pools[i];
		list[k].table = RT_TABLE_MAIN;
		list[k].oif = n->dev.ifindex;
		k++;
	}
	return (k);
}

static int
add_route(struct knet *n, const struct kern_route *r)
{
	char text[PREFIX_TEXT];

	if (n->k->ops->route_add(n->k->io, r) == 0) {
		drift_say(n->k, n, "route", &r->dst);
		n->changes++;
		return (0);
	}
	if (errno != EEXIST)
		return (route_fail(n, "add", &r->dst));
	/* The program that made the interface may have made the route. */
	if (n->conf.adopt)
		return (0);
	snprintf(n->text, sizeof(n->text),
	    "cannot add route %s via %s: another route to it exists; remove it or change the pool",
	    prefix_format(&r->dst, text), n->conf.interface);
	return (-1);
}

int
route_pools(struct knet *n)
{
	struct kern_route have[KERN_ROUTES_MAX], want[NET_PIECES_MAX];
	size_t nhave, nwant, i, j;

	if (n->k->ops->route_list(n->k->io, have, KERN_ROUTES_MAX, &nhave) ==
	    -1)
		return (route_fail(n, "read", NULL));
	nwant = wanted_routes(n, want);
	for (i = 0; i < nhave; i++) {
		if (have[i].oif != n->dev.ifindex ||
		    have[i].table != RT_TABLE_MAIN)
			continue;
		for (j = 0; j < nwant; j++) {
			if (same_route(&have[i], &want[j]))
				break;
		}
		if (j < nwant)
			continue;
		if (n->k->ops->route_del(n->k->io, &have[i]) == -1)
			return (route_fail(n, "remove", &have[i].dst));
		drift_say(n->k, n, "route", &have[i].dst);
		n->changes++;
	}
	for (j = 0; j < nwant; j++) {
		for (i = 0; i < nhave; i++) {
			if (same_route(&have[i], &want[j]))
				break;
		}
		if (i == nhave && add_route(n, &want[j]) == -1)
			return (-1);
	}
	return (0);
}

int
route_undo(struct knet *n)
{
	struct kern_route have[KERN_ROUTES_MAX];
	size_t nhave, i;
	int r = 0;

	if (n->k->ops->route_list(n->k->io, have, KERN_ROUTES_MAX, &nhave) ==
	    -1)
		return (route_fail(n, "read", NULL));
	for (i = 0; i < nhave; i++) {
		if (have[i].oif == n->dev.ifindex &&
		    have[i].table == RT_TABLE_MAIN &&
		    n->k->ops->route_del(n->k->io, &have[i]) == -1)
			r = route_fail(n, "remove", &have[i].dst);
	}
	return (r);
}
