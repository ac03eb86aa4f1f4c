/* SPDX-License-Identifier: ISC */
/*
 * Egress and isolation of networks: the packet filter, and for each network
 * with a wan a rule and a routing table of its own.  Behind the table's default
 * route is an unreachable one, so that nothing leaks when the wan goes.  Only
 * differences are applied, so that this can run at any time.
 */

#include <sys/socket.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <linux/rtnetlink.h>

#include "driftlog.h"
#include "egress.h"
#include "fwtable.h"
#include "hand.h"
#include "kern_ops.h"
#include "log.h"
#include "neighbour.h"
#include "network.h"
#include "policy.h"
#include "undo.h"

#define WORST_METRIC	0xff000000U	/* metric of the unreachable route */
#define WANT_MAX	KERN_ROUTES_MAX
#define RULES_MAX	(4 * NETWORKS_MAX)

struct rules {
	struct kern_rule list[RULES_MAX];
	bool		 others[RULES_MAX];	/* it is another suite's */
	size_t		 n;
};

struct want {
	struct kern_route routes[WANT_MAX];
	size_t		 nroutes;
	struct kern_rule rules[2 * NETWORKS_MAX];
	size_t		 nrules;
	bool		 unsure;	/* the kernel did not tell everything */
};

static bool
has_egress(const struct knet *n)
{
	return (n->conf.wan[0] != '\0' && n->conf.table != 0);
}

/*
 * A rule belongs to the suite that has its interface, and a table to the suite
 * whose rule leads to it.
 */
static bool
others_table(const struct rules *have, uint32_t table)
{
	size_t i;

	for (i = 0; i < have->n; i++) {
		if (have->list[i].table == table && have->others[i])
			return (true);
	}
	return (false);
}

static int
read_rules(struct hand *k, struct rules *have)
{
	size_t i;

	have->n = 0;
	if (k->ops->rule_list(k->io, have->list, RULES_MAX, &have->n) == -1)
		return (-1);
	for (i = 0; i < have->n; i++)
		have->others[i] = neighbour_has(k, have->list[i].iif);
	return (0);
}

static void
want_route(struct want *w, const struct kern_route *r)
{
	size_t i;

	for (i = 0; i < w->nroutes; i++) {
		if (prefix_cmp(&w->routes[i].dst, &r->dst) == 0 &&
		    w->routes[i].table == r->table &&
		    w->routes[i].metric == r->metric)
			return;
	}
	if (w->nroutes < WANT_MAX)
		w->routes[w->nroutes++] = *r;
}

/* Traffic between networks is routed as in the main table. */
static void
want_inside(struct hand *k, struct want *w, uint32_t table)
{
	struct kern_route r;
	struct knet *n;
	size_t i;

	TAILQ_FOREACH(n, &k->nets, entry) {
		if (n->dev.ifindex == 0)
			continue;
		memset(&r, 0, sizeof(r));
		r.table = table;
		r.oif = n->dev.ifindex;
		for (i = 0; i < n->npools; i++) {
			r.dst = n->pools[i];
			want_route(w, &r);
		}
	}
}

static void
want_family(struct hand *k, struct want *w, const struct knet *n,
    uint8_t family, const struct kern_link *wan)
{
	struct kern_route r, via;
	struct kern_rule *rule;

	memset(&r, 0, sizeof(r));
	r.dst.family = family;
	r.table = n->conf.table;
	if (wan != NULL && wan->up) {
		r.oif = wan->ifindex;
		if (k->ops->route_default(k->io, family, wan->ifindex, &via) ==
		    0) {
			r.gateway = via.gateway;
			want_route(w, &r);
		} else if (errno != EAFNOSUPPORT && errno != EOPNOTSUPP)
			w->unsure = true;
	}
	memset(&r.gateway, 0, sizeof(r.gateway));
	r.oif = 0;
	r.unreachable = true;
	r.metric = WORST_METRIC;
	want_route(w, &r);
	rule = &w->rules[w->nrules++];
	memset(rule, 0, sizeof(*rule));
	rule->family = family;
	rule->table = n->conf.table;
	strlcpy(rule->iif, n->conf.interface, sizeof(rule->iif));
}

static void
want_all(struct hand *k, struct want *w, const struct rules *have)
{
	struct kern_link wan;
	struct knet *n;
	bool there;

	memset(w, 0, sizeof(*w));
	TAILQ_FOREACH(n, &k->nets, entry) {
		/* Networks that do not come up, for what others have. */
		if (!has_egress(n) || others_table(have, n->conf.table) ||
		    neighbour_took(n))
			continue;
		there = k->ops->link_get(k->io, n->conf.wan, &wan) == 0;
		w->unsure = w->unsure || (!there && errno != ENODEV);
		want_family(k, w, n, AF_INET, there ? &wan : NULL);
		want_family(k, w, n, AF_INET6, there ? &wan : NULL);
		want_inside(k, w, n->conf.table);
	}
}

static bool
same_route(const struct kern_route *a, const struct kern_route *b)
{
	return (prefix_cmp(&a->dst, &b->dst) == 0 && a->table == b->table &&
	    a->metric == b->metric && a->unreachable == b->unreachable &&
	    a->oif == b->oif && prefix_cmp(&a->gateway, &b->gateway) == 0);
}

static bool
same_rule(const struct kern_rule *a, const struct kern_rule *b)
{
	return (a->family == b->family && a->table == b->table &&
	    strcmp(a->iif, b->iif) == 0);
}

static void
complain(struct hand *k, const char *what)
{
	log_warnx("egress: cannot %s: %s", what, k->ops->error(k->io));
	k->egress_failed = true;
}

/*
 * Without a route or a rule, packets may take a way that they should not: look
 * again soon, and not as late as in any case.
 */
static void
look_again(struct hand *k)
{
	struct timeval tv = { 0, 0 };

	if (!k->egress_failed) {
		k->egress_wait_s = 0;
		return;
	}
	k->egress_wait_s = k->egress_wait_s == 0 ? 1 : k->egress_wait_s * 2;
	if (k->egress_wait_s > CHECK_S)
		k->egress_wait_s = CHECK_S;
	tv.tv_sec = k->egress_wait_s;
	if (k->egress_ev != NULL)
		(void)evtimer_add(k->egress_ev, &tv);
}

static unsigned int
sync_routes(struct hand *k, const struct want *w, const struct rules *rules)
{
	struct kern_route have[KERN_ROUTES_MAX];
	size_t nhave, i, j;
	unsigned int changes = 0;

	if (k->ops->route_list(k->io, have, KERN_ROUTES_MAX, &nhave) == -1) {
		complain(k, "read routes");
		return (0);
	}
	for (i = 0; i < nhave && !w->unsure; i++) {
		/*
		 * Routes in the main table belong to pool_route.c, notes to
		 * sysctl.c.
		 */
		if (have[i].table == RT_TABLE_MAIN ||
		    have[i].table == SALLYPORT_NOTES ||
		    others_table(rules, have[i].table))
			continue;
		for (j = 0; j < w->nroutes; j++) {
			if (same_route(&have[i], &w->routes[j]))
				break;
		}
		if (j < w->nroutes)
			continue;
		if (k->ops->route_del(k->io, &have[i]) == -1) {
			complain(k, "remove a route");
			continue;
		}
		drift_say(k, NULL, "egress route", &have[i].dst);
		changes++;
	}
	for (j = 0; j < w->nroutes; j++) {
		for (i = 0; i < nhave; i++) {
			if (same_route(&have[i], &w->routes[j]))
				break;
		}
		if (i < nhave)
			continue;
		if (k->ops->route_add(k->io, &w->routes[j]) == -1) {
			if (errno != EEXIST)
				complain(k, "add a route");
			continue;
		}
		drift_say(k, NULL, "egress route", &w->routes[j].dst);
		changes++;
	}
	return (changes);
}

static unsigned int
sync_rules(struct hand *k, const struct want *w, const struct rules *have)
{
	const struct kern_rule *r;
	size_t i, j;
	unsigned int changes = 0;

	for (i = 0; i < have->n; i++) {
		r = &have->list[i];
		for (j = 0; j < w->nrules; j++) {
			if (same_rule(r, &w->rules[j]))
				break;
		}
		if (j < w->nrules || have->others[i])
			continue;
		if (k->ops->rule_del(k->io, r) == -1) {
			complain(k, "remove a rule");
			continue;
		}
		drift_say(k, NULL, "egress rule", NULL);
		changes++;
	}
	for (j = 0; j < w->nrules; j++) {
		for (i = 0; i < have->n; i++) {
			if (same_rule(&have->list[i], &w->rules[j]))
				break;
		}
		if (i < have->n)
			continue;
		if (k->ops->rule_add(k->io, &w->rules[j]) == -1) {
			complain(k, "add a rule");
			continue;
		}
		drift_say(k, NULL, "egress rule", NULL);
		changes++;
	}
	return (changes);
}

/* Collect the contents that the packet filter must have now. */
static size_t
want_fw(struct hand *k, struct kern_fw *list)
{
	struct knet *n;
	struct kern_fw *f;
	size_t i, count = 0;

	TAILQ_FOREACH(n, &k->nets, entry) {
		if ((!n->conf.isolate && n->conf.wan[0] == '\0') ||
		    count == NETWORKS_MAX)
			continue;
		f = &list[count++];
		memset(f, 0, sizeof(*f));
		strlcpy(f->interface, n->conf.interface, sizeof(f->interface));
		strlcpy(f->wan, n->conf.wan, sizeof(f->wan));
		f->isolate = n->conf.isolate;
		f->masquerade = n->conf.masquerade;
		f->npools = (uint8_t)n->npools;
		for (i = 0; i < n->npools; i++)
			f->pools[i] = n->pools[i];
	}
	return (count);
}

static unsigned int
sync_fw(struct hand *k)
{
	struct kern_fw list[NETWORKS_MAX];
	size_t count;
	bool known = k->fw_set;
	int there;

	memset(list, 0, sizeof(list));
	count = want_fw(k, list);
	there = fwtable_find(k);
	if (k->fw_set && count == k->nfw && there == (count > 0) &&
	    memcmp(list, k->fw, count * sizeof(list[0])) == 0)
		return (0);
	if (there == -1 && k->fw_set) {
		complain(k, "read the packet filter");
		return (0);
	}
	fwtable_text(list, count, k->fw_owner);
	if (count == 0 && there == 0) {
		k->nfw = 0;
		k->fw_set = true;
		return (0);
	}
	if (there == -1 ||
	    k->ops->fw_set(k->io, k->fw_table, k->fw_owner, list, count) ==
		-1) {
		/* This is logged once: a kernel without nftables stays so. */
		if (!k->fw_said)
			log_warnx(
			    "packet filter: %s: devices are not isolated and egress is not masqueraded; load the kernel's nf_tables",
			    there == -1 && errno == EBUSY ?
				"other suites have all its tables" :
				k->ops->error(k->io));
		k->fw_said = k->egress_failed = true;
		k->fw_set = false;
		return (0);
	}
	if (k->fw_said)
		log_notice("packet filter: it is in force now");
	k->fw_said = false;
	if (known)
		drift_say(k, NULL, "the packet filter", NULL);
	memcpy(k->fw, list, sizeof(k->fw));
	k->nfw = count;
	k->fw_set = true;
	return (known ? 1 : 0);
}

unsigned int
egress_ensure(struct hand *k)
{
	struct rules have;
	struct want w;
	unsigned int changes;

	k->egress_failed = false;
	changes = sync_fw(k);
	if (read_rules(k, &have) == -1)
		complain(k, "read rules");
	else {
		want_all(k, &w, &have);
		k->egress_failed |= w.unsure;
		/* A rule sends packets to its table: first the routes. */
		changes += sync_routes(k, &w, &have);
		changes += sync_rules(k, &w, &have);
	}
	look_again(k);
	return (changes);
}

void
egress_sweep(struct hand *k)
{
	struct rules have;
	size_t i;

	if (read_rules(k, &have) == -1)
		have.n = 0;
	for (i = 0; i < have.n; i++) {
		if (neighbour_gone(k, have.list[i].iif) &&
		    k->ops->rule_del(k->io, &have.list[i]) == -1)
			log_warnx("egress: cannot remove an old rule: %s",
			    k->ops->error(k->io));
	}
	fwtable_sweep(k);
}

int
egress_table_free(struct knet *n)
{
	struct rules have;
	size_t i;

	if (!has_egress(n))
		return (0);
	if (read_rules(n->k, &have) == -1) {
		snprintf(n->text, sizeof(n->text), "cannot read rules: %s",
		    n->k->ops->error(n->k->io));
		return (-1);
	}
	for (i = 0; i < have.n; i++) {
		/* Whose the interface itself is, device_owner() finds out. */
		if (!have.others[i] || have.list[i].table != n->conf.table ||
		    strcmp(have.list[i].iif, n->conf.interface) == 0)
			continue;
		snprintf(n->text, sizeof(n->text),
		    "the routing table %u is in use for %s, which is not in this configuration: choose another egress.table",
		    n->conf.table, have.list[i].iif);
		return (-1);
	}
	return (0);
}

int
egress_forget(struct knet *n)
{
	struct rules have;
	size_t i;
	int r;

	if (neighbour_took(n))
		return (0);
	r = read_rules(n->k, &have);
	for (i = 0; i < have.n; i++) {
		if (strcmp(have.list[i].iif, n->conf.interface) == 0 &&
		    n->k->ops->rule_del(n->k->io, &have.list[i]) == -1)
			r = -1;
	}
	return (r);
}

int
egress_undo(struct hand *k)
{
	struct rules have;
	struct want w;
	unsigned int tries = 0;
	int there;

	memset(&w, 0, sizeof(w));
	egress_sweep(k);
	do {
		k->egress_failed = false;
		if (read_rules(k, &have) == -1)
			complain(k, "read rules");
		else {
			(void)sync_rules(k, &w, &have);
			(void)sync_routes(k, &w, &have);
		}
		there = fwtable_find(k);
		if ((there == -1 && errno != EBUSY) ||
		    (there == 1 &&
			k->ops->fw_set(k->io, k->fw_table, "", NULL, 0) == -1))
			complain(k, "remove the packet filter");
	} while (k->egress_failed && ++tries < UNDO_TRIES);
	k->fw_set = false;
	return (k->egress_failed ? -1 : 0);
}
