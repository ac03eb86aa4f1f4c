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
 * A rule belongs to the suite that has its interface, and a table to the suite
 * whose rule leads to it.
 */
bool
rules_others_table(const struct rules *have, uint32_t table)
{
	size_t i;

	for (i = 0; i < have->all.n; i++) {
		if (have->all.list[i].table == table && have->others[i])
			return (true);
	}
	return (false);
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
	for (i = 0; i < have->all.n; i++)
		have->others[i] = neighbour_has(k, have->all.list[i].iif);
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

static bool
same_rule(const struct kern_rule *a, const struct kern_rule *b)
{
	return (a->family == b->family && a->table == b->table &&
	    a->priority == b->priority && strcmp(a->iif, b->iif) == 0);
}

bool
rules_have(const struct kern_rules *l, const struct kern_rule *r)
{
	size_t i;

	for (i = 0; i < l->n; i++) {
		if (same_rule(&l->list[i], r))
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
		if (neighbour_gone(k, r->iif) &&
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
		/* Whose the interface itself is, device_owner() finds out. */
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
	for (i = 0; i < have.all.n; i++) {
		r = &have.all.list[i];
		if (strcmp(r->iif, n->conf.interface) == 0 &&
		    n->k->ops->rule_del(n->k->io, r) == -1)
			ret = -1;
	}
	rules_clear(&have);
	return (ret);
}
