/* SPDX-License-Identifier: ISC */
/*
 * Routes of the pools and subnets into the interface, by difference.  Only routes with our
 * protocol number are removed.
 */

#include <linux/rtnetlink.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "driftlog.h"
#include "hand.h"
#include "kern_list.h"
#include "kern_ops.h"
#include "mnet_state.h"
#include "network.h"
#include "pool_route.h"
#include "subnet.h"

/* An address of the interface brings the kernel's own route to its prefix. */
static bool
is_connected(const struct knet *n, const struct prefix *p)
{
	size_t i;

	for (i = 0; i < n->conf.naddrs; i++) {
		if (prefix_contains(&n->conf.addrs[i], p))
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

/* Want a route into the interface.  Returns 0, or -1 with errno ENOMEM. */
static int
want(const struct knet *n, struct kern_routes *list, const struct prefix *dst)
{
	struct kern_route r;

	memset(&r, 0, sizeof(r));
	r.dst = *dst;
	r.table = RT_TABLE_MAIN;
	r.oif = n->dev.ifindex;
	return (kern_routes_add(list, &r));
}

/* In a mesh, the prefixes behind members are routed, too. */
static int
wanted_routes(struct knet *n, struct kern_routes *list)
{
	const struct prefix *p;
	struct waddr *a;
	size_t i;

	for (i = 0; (p = subnet_routed(n, i)) != NULL; i++) {
		if (!is_connected(n, p) && want(n, list, p) == -1)
			return (-1);
	}
	if (n->mesh == NULL)
		return (0);
	RB_FOREACH(a, waddr_tree, &n->wanted.addrs) {
		if (a->prefix.len > 0 && !is_connected(n, &a->prefix) &&
		    want(n, list, &a->prefix) == -1)
			return (-1);
	}
	return (0);
}

static int
add_route(struct knet *n, const struct kern_route *r)
{
	char text[PREFIX_TEXT];

	if (n->k->ops->route_add(n->k->io, r) == 0) {
		drift_say(n->k, n, "route", &r->dst);
		return (0);
	}
	if (errno != EEXIST)
		return (route_fail(n, "add", &r->dst));
	/* The program that made the interface may have made the route. */
	if (n->conf.adopt)
		return (0);
	/* A mesh has many routes, and works without one of them. */
	if (n->mesh != NULL) {
		mnet_no_route(n, &r->dst);
		return (0);
	}
	snprintf(n->text, sizeof(n->text),
	    "cannot add route %s via %s: another route to it exists; remove it or change the pool or subnet",
	    prefix_format(&r->dst, text), n->conf.interface);
	return (-1);
}

static bool
among(const struct kern_route *list, size_t n, const struct kern_route *r)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (same_route(&list[i], r))
			return (true);
	}
	return (false);
}

static int
change_pools(struct knet *n, const struct kern_routes *have,
    const struct kern_routes *wanted)
{
	size_t i;

	for (i = 0; i < have->n; i++) {
		if (among(wanted->list, wanted->n, &have->list[i]))
			continue;
		if (n->k->ops->route_del(n->k->io, &have->list[i]) == -1)
			return (route_fail(n, "remove", &have->list[i].dst));
		drift_say(n->k, n, "route", &have->list[i].dst);
	}
	for (i = 0; i < wanted->n; i++) {
		if (!among(have->list, have->n, &wanted->list[i]) &&
		    add_route(n, &wanted->list[i]) == -1)
			return (-1);
	}
	return (0);
}

int
route_pools(struct knet *n)
{
	struct kern_routes have = { NULL, 0, 0 }, wanted = { NULL, 0, 0 };
	int r;

	if (n->k->ops->route_list(n->k->io, RT_TABLE_MAIN, n->dev.ifindex,
		&have) == -1)
		r = route_fail(n, "read", NULL);
	else if (wanted_routes(n, &wanted) == -1) {
		strlcpy(n->text, "no memory", sizeof(n->text));
		r = -1;
	} else
		r = change_pools(n, &have, &wanted);
	kern_routes_clear(&have);
	kern_routes_clear(&wanted);
	return (r);
}

int
route_undo(struct knet *n)
{
	struct kern_routes have = { NULL, 0, 0 };
	size_t i;
	int r = 0;

	if (n->k->ops->route_list(n->k->io, RT_TABLE_MAIN, n->dev.ifindex,
		&have) == -1)
		r = route_fail(n, "read", NULL);
	for (i = 0; r == 0 && i < have.n; i++) {
		if (n->k->ops->route_del(n->k->io, &have.list[i]) == -1)
			r = route_fail(n, "remove", &have.list[i].dst);
	}
	kern_routes_clear(&have);
	return (r);
}
