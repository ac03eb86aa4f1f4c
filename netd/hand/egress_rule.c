/* SPDX-License-Identifier: ISC */
/*
 * The rules of all egress in the kernel, and the suites that they belong to.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "egress_rule.h"
#include "hand.h"
#include "kern_list.h"
#include "kern_ops.h"
#include "log.h"
#include "neighbour.h"
#include "network.h"

bool
rules_has_egress(const struct knet *n)
{
	return (n->conf.wan[0] != '\0' && n->conf.table != 0);
}

/*
 * A rule is for an interface, or from a pool of tunnels, or to one.  The first
 * kind comes first in all lists.
 */
static int
kind(const struct kern_rule *r)
{
	return (*r->iif != '\0' ? 0 : r->src.family != 0 ? 1 : 2);
}

static int
number_cmp(uint64_t a, uint64_t b)
{
	return (a < b ? -1 : a > b);
}

static int
rule_cmp(const void *x, const void *y)
{
	const struct kern_rule *a = x, *b = y;
	int c;

	if ((c = kind(a) - kind(b)) != 0 ||
	    (c = number_cmp(a->family, b->family)) != 0 ||
	    (c = number_cmp(a->table, b->table)) != 0 ||
	    (c = number_cmp(a->priority, b->priority)) != 0 ||
	    (c = number_cmp(a->hosts, b->hosts)) != 0 ||
	    (c = strcmp(a->iif, b->iif)) != 0 ||
	    (c = prefix_cmp(&a->src, &b->src)) != 0)
		return (c);
	return (prefix_cmp(&a->dst, &b->dst));
}

void
rules_sort(struct kern_rules *l)
{
	if (l->n > 0)
		qsort(l->list, l->n, sizeof(*l->list), rule_cmp);
}

bool
rules_have(const struct kern_rules *l, const struct kern_rule *r)
{
	return (l->n > 0 &&
	    bsearch(r, l->list, l->n, sizeof(*r), rule_cmp) != NULL);
}

/*
 * A rule for an interface belongs to the suite that has the interface, and a
 * table to the suite whose rule for an interface leads to it.
 */
bool
rules_others_table(const struct rules *have, uint32_t table)
{
	size_t i;

	for (i = 0; i < have->all.n && kind(&have->all.list[i]) == 0; i++) {
		if (have->all.list[i].table == table && have->others[i])
			return (true);
	}
	return (false);
}

/* True if another suite has the rule from the pool to which this one leads. */
static bool
others_pool(const struct rules *have, const struct kern_rule *to)
{
	const struct kern_rule *r;
	size_t i;

	for (i = 0; i < have->all.n; i++) {
		r = &have->all.list[i];
		if (kind(r) == 1 && have->others[i] &&
		    prefix_equal(&r->src, &to->dst))
			return (true);
	}
	return (false);
}

static bool
is_others(struct hand *k, const struct rules *have, const struct kern_rule *r)
{
	switch (kind(r)) {
	case 0:
		return (neighbour_has(k, r->iif));
	case 1:
		return (rules_others_table(have, r->table));
	default:
		return (r->dst.family == 0 || others_pool(have, r));
	}
}

void
rules_clear(struct rules *have)
{
	kern_rules_clear(&have->all);
	free(have->others);
	have->others = NULL;
}

int
rules_read(struct hand *k, struct rules *have)
{
	size_t i;

	memset(have, 0, sizeof(*have));
	if (k->ops->rule_list(k->io, &have->all) == 0)
		have->others = calloc(have->all.n + 1, sizeof(*have->others));
	if (have->others == NULL) {
		rules_clear(have);
		return (-1);
	}
	rules_sort(&have->all);
	for (i = 0; i < have->all.n; i++)
		have->others[i] = is_others(k, have, &have->all.list[i]);
	return (0);
}

/* Each suite has a table of its own for its pools. */
uint32_t
rules_inside(const struct rules *have)
{
	uint32_t i;

	for (i = 0; i < SUITES_MAX - 1; i++) {
		if (!rules_others_table(have, SALLYPORT_INSIDE + i))
			break;
	}
	return (SALLYPORT_INSIDE + i);
}

/*
 * True if these rules are those of tunnels, which may all be gone although
 * their suite lives.
 */
static bool
is_of_tunnels(const struct rules *have, uint32_t table)
{
	size_t i;

	for (i = 0; i < have->all.n; i++) {
		if (kind(&have->all.list[i]) == 1 &&
		    have->all.list[i].table == table)
			return (true);
	}
	return (false);
}

void
rules_sweep(struct hand *k)
{
	const struct kern_rule *r;
	struct rules have;
	size_t i;

	if (rules_read(k, &have) == -1)
		return;
	for (i = 0; i < have.all.n; i++) {
		r = &have.all.list[i];
		if (kind(r) == 0 && neighbour_gone(k, r->iif) &&
		    !(k->beside && is_of_tunnels(&have, r->table)) &&
		    k->ops->rule_del(k->io, r) == -1)
			log_warnx("egress: cannot remove an old rule: %s",
			    k->ops->error(k->io));
	}
	rules_clear(&have);
}

int
rules_table_free(struct knet *n)
{
	const struct kern_rule *r;
	struct rules have;
	bool taken = false;
	size_t i;

	if (!rules_has_egress(n))
		return (0);
	if (rules_read(n->k, &have) == -1) {
		snprintf(n->text, sizeof(n->text), "cannot read rules: %s",
		    n->k->ops->error(n->k->io));
		return (-1);
	}
	for (i = 0; i < have.all.n && !taken; i++) {
		r = &have.all.list[i];
		if (kind(r) != 0)
			break;
		/* device_owner() finds out whose the interface itself is. */
		if (!have.others[i] || r->table != n->conf.table ||
		    strcmp(r->iif, n->conf.interface) == 0)
			continue;
		taken = true;
		snprintf(n->text, sizeof(n->text),
		    "the routing table %u is in use for %s, which is not in this configuration: choose another egress.table",
		    n->conf.table, r->iif);
	}
	rules_clear(&have);
	return (taken ? -1 : 0);
}

/* True if a rule for the network's interface leads to the table. */
static bool
leads_to(const struct rules *have, const struct knet *n, uint32_t table)
{
	const struct kern_rule *r;
	size_t i;

	for (i = 0; i < have->all.n; i++) {
		r = &have->all.list[i];
		if (r->table == table && strcmp(r->iif, n->conf.interface) == 0)
			return (true);
	}
	return (false);
}

/* True if the rule was made for the network. */
static bool
is_for(const struct rules *have, const struct knet *n,
    const struct kern_rule *r)
{
	const struct kern_rule *from;
	size_t i;

	if (kind(r) == 0)
		return (strcmp(r->iif, n->conf.interface) == 0);
	if (kind(r) == 1)
		return (leads_to(have, n, r->table));
	for (i = 0; i < have->all.n; i++) {
		from = &have->all.list[i];
		if (kind(from) == 1 && leads_to(have, n, from->table) &&
		    prefix_equal(&from->src, &r->dst))
			return (true);
	}
	return (false);
}

bool
rules_is_of_pool(const struct knet *n, const struct kern_rule *r)
{
	size_t i;

	for (i = 0; n->conf.gre && i < n->npools; i++) {
		if (prefix_equal(&n->pools[i],
			kind(r) == 1 ? &r->src : &r->dst))
			return (true);
	}
	return (false);
}

int
rules_forget(struct knet *n)
{
	const struct kern_rule *r;
	struct rules have;
	size_t i;
	int ret = 0;

	if (neighbour_took(n))
		return (0);
	if (rules_read(n->k, &have) == -1)
		return (-1);
	/* Backwards: a rule that tells whose others are is before them. */
	for (i = have.all.n; i > 0; i--) {
		r = &have.all.list[i - 1];
		if (is_for(&have, n, r) &&
		    (kind(r) == 0 || rules_is_of_pool(n, r)) &&
		    n->k->ops->rule_del(n->k->io, r) == -1)
			ret = -1;
	}
	rules_clear(&have);
	return (ret);
}
