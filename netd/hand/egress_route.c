/* SPDX-License-Identifier: ISC */
/*
 * The way out of each network with a wan: two rules for packets that come from
 * its interface.  The first one leads to a table that all networks share, with
 * their pools and subnets, so that traffic between networks and to devices is
 * routed as in the main table; the second one to the network's own table with
 * the default route through wan.  Behind that is an unreachable one, so that
 * nothing leaks when the wan goes, and no rule is made before it is there.
 *
 * A network of tunnels has the same two rules for packets from each of its
 * pools.  Before them, one rule for packets to each pool leads to the main
 * table, where each tunnel has its route, and to no route for more than a host.
 */

#include <sys/socket.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/rtnetlink.h>

#include "driftlog.h"
#include "egress_route.h"
#include "egress_rule.h"
#include "hand.h"
#include "kern_list.h"
#include "kern_ops.h"
#include "log.h"
#include "neighbour.h"
#include "network.h"
#include "subnet.h"

#define WORST_METRIC	0xff000000U	/* metric of the unreachable routes */
#define PREF_TUNNELS	32399U		/* priorities of the rules */
#define PREF_INSIDE	32400U
#define PREF_TABLE	32401U

/* One wan, as the kernel has it. */
struct uplink {
	const char	*name;
	bool		 up;
	struct kern_route via[2];	/* default routes, IPv4 and IPv6 */
	bool		 has[2];
};

struct want {
	uint32_t	 inside;	/* the table with the pools */
	struct kern_routes routes;	/* sorted by their place */
	bool		*there;		/* for each: it is in the kernel */
	struct kern_rules rules;
	struct uplink	 uplinks[NETWORKS_MAX];
	size_t		 nuplinks;
	bool		 unsure;	/* the kernel did not tell everything */
	bool		 no_memory;
};

static const uint8_t families[2] = { AF_INET, AF_INET6 };

static void
complain(struct hand *k, const char *what)
{
	log_warnx("egress: cannot %s: %s", what, k->ops->error(k->io));
	k->egress_failed = true;
}

/* Two routes with the same place cannot both be in the kernel. */
static int
place_cmp(const void *x, const void *y)
{
	const struct kern_route *a = x, *b = y;

	if (a->table != b->table)
		return (a->table < b->table ? -1 : 1);
	if (a->metric != b->metric)
		return (a->metric < b->metric ? -1 : 1);
	return (prefix_cmp(&a->dst, &b->dst));
}

static bool
same_route(const struct kern_route *a, const struct kern_route *b)
{
	return (place_cmp(a, b) == 0 && a->unreachable == b->unreachable &&
	    a->oif == b->oif && prefix_cmp(&a->gateway, &b->gateway) == 0);
}

static void
want_route(struct want *w, const struct kern_route *r)
{
	if (kern_routes_add(&w->routes, r) == -1)
		w->no_memory = true;
}

static void
want_unreachable(struct want *w, uint32_t table, const struct prefix *dst)
{
	struct kern_route r;

	memset(&r, 0, sizeof(r));
	r.dst = *dst;
	r.table = table;
	r.metric = WORST_METRIC;
	r.unreachable = true;
	want_route(w, &r);
}

/* The state of a wan, which is asked of the kernel once for all networks. */
static const struct uplink *
look_up(struct hand *k, struct want *w, const char *name)
{
	struct uplink *u;
	struct kern_link l;
	size_t i;

	for (i = 0; i < w->nuplinks; i++) {
		if (strcmp(w->uplinks[i].name, name) == 0)
			return (&w->uplinks[i]);
	}
	u = &w->uplinks[w->nuplinks++];
	u->name = name;
	if (k->ops->link_get(k->io, name, &l) == -1) {
		w->unsure = w->unsure || errno != ENODEV;
		return (u);
	}
	u->up = l.up;
	for (i = 0; i < 2 && u->up; i++) {
		if (k->ops->route_default(k->io, families[i], l.ifindex,
			&u->via[i]) == 0) {
			u->has[i] = true;
			u->via[i].oif = l.ifindex;
		} else if (errno != EAFNOSUPPORT && errno != EOPNOTSUPP)
			w->unsure = true;
	}
	return (u);
}

static void
want_rule(struct want *w, const struct kern_rule *rule)
{
	if (kern_rules_add(&w->rules, rule) == -1)
		w->no_memory = true;
}

/* Rules from the network to a table. */
static void
want_from(struct want *w, const struct knet *n, uint32_t table,
    uint32_t priority)
{
	struct kern_rule r;
	size_t i;

	for (i = 0; i < 2; i++) {
		memset(&r, 0, sizeof(r));
		r.family = families[i];
		r.table = table;
		r.priority = priority;
		strlcpy(r.iif, n->conf.interface, sizeof(r.iif));
		want_rule(w, &r);
	}
	for (i = 0; i < n->npools && n->conf.gre; i++) {
		memset(&r, 0, sizeof(r));
		r.family = n->pools[i].family;
		r.table = table;
		r.priority = priority;
		r.src = n->pools[i];
		want_rule(w, &r);
	}
}

static void
want_tunnels(struct want *w, const struct knet *n)
{
	struct kern_rule r;
	size_t i;

	for (i = 0; i < n->npools; i++) {
		memset(&r, 0, sizeof(r));
		r.family = n->pools[i].family;
		r.table = RT_TABLE_MAIN;
		r.priority = PREF_TUNNELS;
		r.dst = n->pools[i];
		r.hosts = true;
		want_rule(w, &r);
	}
}

static void
want_way_out(struct hand *k, struct want *w, const struct knet *n)
{
	const struct uplink *u;
	struct kern_route r;
	size_t i;

	u = look_up(k, w, n->conf.wan);
	for (i = 0; i < 2; i++) {
		memset(&r, 0, sizeof(r));
		r.dst.family = families[i];
		r.table = n->conf.table;
		if (u->has[i]) {
			r.oif = u->via[i].oif;
			r.gateway = u->via[i].gateway;
			want_route(w, &r);
		}
		want_unreachable(w, n->conf.table, &r.dst);
	}
	want_from(w, n, n->conf.table, PREF_TABLE);
	if (!n->conf.gre)
		want_from(w, n, w->inside, PREF_INSIDE);
}

/*
 * Without the interface, packets for its pools and subnets must not go out
 * either.
 */
static void
want_inside(struct want *w, const struct knet *n)
{
	const struct prefix *p;
	struct kern_route r;
	size_t i;

	for (i = 0; (p = subnet_routed(n, i)) != NULL; i++) {
		memset(&r, 0, sizeof(r));
		r.dst = *p;
		r.table = w->inside;
		r.oif = n->dev.ifindex;
		if (r.oif != 0)
			want_route(w, &r);
		want_unreachable(w, w->inside, &r.dst);
	}
	/* These rules also say whose those to its tunnels are. */
	if (n->conf.gre) {
		want_from(w, n, w->inside, PREF_INSIDE);
		want_tunnels(w, n);
	}
}

static int
want_all(struct hand *k, struct want *w, const struct rules *have)
{
	struct knet *n;
	bool any = false;

	memset(w, 0, sizeof(*w));
	w->inside = rules_inside(have);
	TAILQ_FOREACH(n, &k->nets, entry) {
		/* Networks that do not come up, for what others have. */
		if (!rules_has_egress(n) ||
		    rules_others_table(have, n->conf.table) ||
		    neighbour_took(n))
			continue;
		want_way_out(k, w, n);
		any = true;
	}
	TAILQ_FOREACH(n, &k->nets, entry) {
		if (any && !neighbour_took(n))
			want_inside(w, n);
	}
	w->there = calloc(w->routes.n + 1, sizeof(*w->there));
	if (w->there == NULL || w->no_memory)
		return (-1);
	if (w->routes.n > 0)
		qsort(w->routes.list, w->routes.n, sizeof(*w->routes.list),
		    place_cmp);
	rules_sort(&w->rules);
	return (0);
}

static void
want_clear(struct want *w)
{
	kern_routes_clear(&w->routes);
	kern_rules_clear(&w->rules);
	free(w->there);
}

/* The first route at that place or behind it. */
static size_t
first_at(const struct kern_routes *l, const struct kern_route *r)
{
	size_t low = 0, high = l->n, mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (place_cmp(&l->list[mid], r) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return (low);
}

/* True if the route was wanted before, and set. */
static bool
was_route(const struct hand *k, const struct kern_route *r)
{
	size_t i = first_at(&k->egress_routes, r);

	return (
	    i < k->egress_routes.n && same_route(&k->egress_routes.list[i], r));
}

static bool
is_wanted(const struct want *w, const struct kern_route *r)
{
	size_t i = first_at(&w->routes, r);

	return (i < w->routes.n && same_route(&w->routes.list[i], r));
}

/* Returns 1 if the route is removed, else 0. */
static unsigned int
remove_route(struct hand *k, const struct kern_route *r)
{
	if (k->ops->route_del(k->io, r) == -1) {
		complain(k, "remove a route");
		return (0);
	}
	if (k->egress_known && !was_route(k, r))
		drift_say(k, NULL, "egress route", &r->dst);
	return (1);
}

/* Add what is missing; what has the place of it goes first. */
static unsigned int
add_routes(struct hand *k, struct want *w, const struct kern_routes *have)
{
	const struct kern_route *r;
	unsigned int changes = 0;
	size_t i, j;

	for (j = 0; j < w->routes.n; j++) {
		r = &w->routes.list[j];
		for (i = first_at(have, r);
		     i < have->n && place_cmp(&have->list[i], r) == 0; i++) {
			if (same_route(&have->list[i], r))
				w->there[j] = true;
			else
				changes += remove_route(k, &have->list[i]);
		}
		if (w->there[j])
			continue;
		if (k->ops->route_add(k->io, r) == 0) {
			w->there[j] = true;
			if (was_route(k, r))
				drift_say(k, NULL, "egress route", &r->dst);
			changes++;
		} else if (errno != EAFNOSUPPORT && errno != EOPNOTSUPP &&
		    errno != ENETDOWN) /* it is looked at again when it is up */
			complain(k, "add a route");
	}
	return (changes);
}

static unsigned int
remove_routes(struct hand *k, const struct want *w, const struct rules *rules,
    const struct kern_routes *have)
{
	const struct kern_route *r;
	unsigned int changes = 0;
	size_t i, j;

	for (i = 0; i < have->n; i++) {
		r = &have->list[i];
		/*
		 * Routes in the main table belong to pool_route.c, notes to
		 * sysctl.c.
		 */
		if (r->table == RT_TABLE_MAIN || r->table == SALLYPORT_NOTES ||
		    rules_others_table(rules, r->table) || is_wanted(w, r))
			continue;
		/* It had the place of another one, and is gone. */
		j = first_at(&w->routes, r);
		if (j < w->routes.n && place_cmp(&w->routes.list[j], r) == 0)
			continue;
		changes += remove_route(k, r);
	}
	return (changes);
}

/* True if nothing can leave the table of the rule by the main table. */
static bool
is_closed(const struct want *w, const struct kern_rule *rule)
{
	struct kern_route r;
	size_t i;

	if (rule->table == w->inside || rule->table == RT_TABLE_MAIN)
		return (true);
	memset(&r, 0, sizeof(r));
	r.dst.family = rule->family;
	r.table = rule->table;
	r.metric = WORST_METRIC;
	i = first_at(&w->routes, &r);
	return (i < w->routes.n && place_cmp(&w->routes.list[i], &r) == 0 &&
	    w->there[i]);
}

/*
 * Tunnels with addresses of a pool that was taken out stay until leased has
 * said which peers are wanted and the hand has done it: until then they have no
 * other way.
 */
static bool
has_old_tunnels(const struct hand *k, const struct kern_rule *r)
{
	const struct knet *n;
	bool busy = false;

	if (*r->iif != '\0')
		return (false);
	TAILQ_FOREACH(n, &k->nets, entry) {
		if (rules_is_of_pool(n, r))
			return (false);
		busy |= n->conf.gre && rules_has_egress(n) &&
		    (!n->synced || !wanted_idle(&n->wanted));
	}
	return (busy);
}

static unsigned int
remove_rules(struct hand *k, const struct want *w, const struct rules *have)
{
	const struct kern_rule *r;
	unsigned int changes = 0;
	size_t i;

	/* Backwards: a rule that tells whose others are is before them. */
	for (i = have->all.n; i > 0; i--) {
		r = &have->all.list[i - 1];
		if (rules_have(&w->rules, r) || have->others[i - 1])
			continue;
		if (w->rules.n > 0 && has_old_tunnels(k, r)) {
			k->egress_failed = true;
			continue;
		}
		if (k->ops->rule_del(k->io, r) == -1) {
			complain(k, "remove a rule");
			continue;
		}
		if (k->egress_known && !rules_have(&k->egress_rules, r))
			drift_say(k, NULL, "egress rule", NULL);
		changes++;
	}
	return (changes);
}

/* The new rules come first: no packet is without one. */
static unsigned int
sync_rules(struct hand *k, const struct want *w, const struct rules *have)
{
	const struct kern_rule *r;
	unsigned int changes = 0;
	size_t i;

	for (i = 0; i < w->rules.n; i++) {
		r = &w->rules.list[i];
		if (rules_have(&have->all, r) || !is_closed(w, r))
			continue;
		if (k->ops->rule_add(k->io, r) == -1) {
			complain(k, "add a rule");
			continue;
		}
		if (rules_have(&k->egress_rules, r))
			drift_say(k, NULL, "egress rule", NULL);
		changes++;
	}
	return (changes + remove_rules(k, w, have));
}

static unsigned int
apply(struct hand *k, struct want *w, const struct rules *rules)
{
	struct kern_routes routes = { NULL, 0, 0 };
	unsigned int changes = 0;

	if (k->ops->route_list(k->io, 0, 0, &routes) == -1)
		complain(k, "read routes");
	else {
		if (routes.n > 0)
			qsort(routes.list, routes.n, sizeof(*routes.list),
			    place_cmp);
		changes = add_routes(k, w, &routes);
		changes += sync_rules(k, w, rules);
		if (!w->unsure)
			changes += remove_routes(k, w, rules, &routes);
	}
	kern_routes_clear(&routes);
	return (changes);
}

/*
 * All that was wanted is there now.  A difference at the next look was made by
 * others, unless something else is wanted by then.
 */
static void
remember(struct hand *k, struct want *w)
{
	size_t i, n = 0;

	for (i = 0; i < w->routes.n; i++) {
		if (w->there[i])
			w->routes.list[n++] = w->routes.list[i];
	}
	w->routes.n = n;
	egress_route_forget(k);
	k->egress_routes = w->routes;
	k->egress_rules = w->rules;
	k->egress_known = true;
	memset(&w->routes, 0, sizeof(w->routes));
	memset(&w->rules, 0, sizeof(w->rules));
}

unsigned int
egress_route_ensure(struct hand *k)
{
	struct rules have;
	struct want w;
	unsigned int changes = 0;
	bool failed = k->egress_failed;

	if (rules_read(k, &have) == -1) {
		complain(k, "read rules");
		return (0);
	}
	if (want_all(k, &w, &have) == -1) {
		log_warnx("egress: no memory");
		k->egress_failed = true;
	} else {
		k->egress_failed = w.unsure;
		changes = apply(k, &w, &have);
		if (!k->egress_failed)
			remember(k, &w);
		k->egress_failed = k->egress_failed || failed;
	}
	want_clear(&w);
	rules_clear(&have);
	return (changes);
}

void
egress_route_forget(struct hand *k)
{
	kern_routes_clear(&k->egress_routes);
	kern_rules_clear(&k->egress_rules);
	k->egress_known = false;
}

void
egress_route_undo(struct hand *k)
{
	struct rules have;
	struct want none;

	memset(&none, 0, sizeof(none));
	egress_route_forget(k);
	if (rules_read(k, &have) == -1) {
		complain(k, "read rules");
		return;
	}
	(void)apply(k, &none, &have);
	rules_clear(&have);
}
