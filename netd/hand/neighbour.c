/* SPDX-License-Identifier: ISC */
/*
 * Other suites in the same network namespace.  Routes, rules and tables of a
 * network are told apart by its interface; the sysctls are the host's, and are
 * not taken away from another suite.
 */

#include <ctype.h>
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
	char name[IFNAME_SIZE];
	struct kern_link l;

	if (n->conf.gre)
		return (n->state != NET_UP && neighbour_tunnels(n, name));
	return (!n->conf.adopt &&
	    n->k->ops->link_get(n->k->io, n->conf.interface, &l) == 0 &&
	    mark_is(l.alias) && !mark_is_of(&n->conf, l.alias) &&
	    l.ifindex != n->had_ifindex);
}

/* The packet filter calls the tunnels of a network "spg*". */
static bool
is_called(const struct knet *n, const char *interface)
{
	size_t len = strlen(n->conf.interface);

	if (strncmp(n->conf.interface, interface, len) != 0)
		return (false);
	return (interface[len] == '\0' ||
	    (n->conf.gre && strcmp(interface + len, "*") == 0));
}

bool
neighbour_has(struct hand *k, const char *interface)
{
	const struct knet *n;

	TAILQ_FOREACH(n, &k->nets, entry) {
		if (is_called(n, interface))
			return (neighbour_took(n));
	}
	return (true);
}

/* True for the links that are called like the first argument and a number. */
static bool
is_numbered(const void *begin, const char *link, const char *network)
{
	size_t len = strcspn(begin, "*");

	return (strncmp(link, begin, len) == 0 &&
	    isdigit((unsigned char)link[len]));
}

bool
neighbour_gone(struct hand *k, const char *interface)
{
	char name[IFNAME_SIZE];
	struct kern_link l;

	return (neighbour_has(k, interface) &&
	    k->ops->link_get(k->io, interface, &l) == -1 && errno == ENODEV &&
	    k->ops->tunnel_find(k->io, is_numbered, interface, name) == -1 &&
	    errno == ENODEV);
}

struct tunnels {
	const struct hand *k;
	const char	*begin;		/* NULL: any */
};

/* True for a tunnel that none of our networks has. */
static bool
is_others(const void *arg, const char *link, const char *network)
{
	const struct tunnels *t = arg;
	const struct knet *n;

	if (t->begin != NULL && !is_numbered(t->begin, link, network))
		return (false);
	TAILQ_FOREACH(n, &t->k->nets, entry) {
		if (n->conf.gre && strcmp(n->conf.name, network) == 0 &&
		    is_numbered(n->conf.interface, link, network))
			return (false);
	}
	return (true);
}

bool
neighbour_tunnels(const struct knet *n, char name[IFNAME_SIZE])
{
	struct tunnels t = { n->k, n->conf.interface };

	return (n->k->ops->tunnel_find(n->k->io, is_others, &t, name) == 0);
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
neighbour_stray(struct hand *k, char name[IFNAME_SIZE])
{
	struct tunnels t = { k, NULL };

	return (k->ops->tunnel_find(k->io, is_others, &t, name) == 0);
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
	if (neighbour_stray(k, name))
		return (true);
	if (k->ops->rule_list(k->io, &rules) == -1)
		rules.n = 0;
	for (i = 0; i < rules.n && !found; i++) {
		found = *rules.list[i].iif != '\0' &&
		    neighbour_has(k, rules.list[i].iif);
		if (found)
			strlcpy(name, rules.list[i].iif, IFNAME_SIZE);
	}
	kern_rules_clear(&rules);
	return (found);
}
