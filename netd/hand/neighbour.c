/* SPDX-License-Identifier: ISC */
/*
 * Other suites in the same network namespace.  What each network has is told
 * apart by its interface; the sysctls are the host's, and are not taken away
 * from another suite.
 */

#include <errno.h>
#include <string.h>

#include "hand.h"
#include "kern_list.h"
#include "kern_ops.h"
#include "mark.h"
#include "neighbour.h"
#include "network.h"

bool
neighbour_took(const struct knet *n)
{
	struct kern_link l;

	return (!n->conf.adopt &&
	    n->k->ops->link_get(n->k->io, n->conf.interface, &l) == 0 &&
	    mark_is(l.alias) && !mark_is_of(&n->conf, l.alias) &&
	    l.ifindex != n->had_ifindex);
}

bool
neighbour_has(struct hand *k, const char *interface)
{
	const struct knet *n;

	TAILQ_FOREACH(n, &k->nets, entry) {
		if (strcmp(n->conf.interface, interface) == 0)
			return (neighbour_took(n));
	}
	return (true);
}

bool
neighbour_gone(struct hand *k, const char *interface)
{
	struct kern_link l;

	return (neighbour_has(k, interface) &&
	    k->ops->link_get(k->io, interface, &l) == -1 && errno == ENODEV);
}

/* Ours may have been renamed. */
static bool
was_ours(const struct hand *k, int ifindex)
{
	const struct knet *n;

	TAILQ_FOREACH(n, &k->nets, entry) {
		if (n->had_ifindex == ifindex)
			return (true);
	}
	return (false);
}

bool
neighbour_here(struct hand *k, char name[IFNAME_SIZE])
{
	struct kern_rules rules = { NULL, 0, 0 };
	struct kern_link l;
	bool found = false;
	size_t i;

	for (i = 0;
	     k->ops->link_find(k->io, "sp", (unsigned int)i, name, &l) == 0;
	     i++) {
		if (neighbour_has(k, name) && !was_ours(k, l.ifindex))
			return (true);
	}
	if (k->ops->rule_list(k->io, &rules) == -1)
		rules.n = 0;
	for (i = 0; i < rules.n && !found; i++) {
		found = neighbour_has(k, rules.list[i].iif);
		if (found)
			strlcpy(name, rules.list[i].iif, IFNAME_SIZE);
	}
	kern_rules_clear(&rules);
	return (found);
}
