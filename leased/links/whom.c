/* SPDX-License-Identifier: ISC */
/*
 * A name is looked up where names are kept.  Only a name that is nowhere is
 * compared with the proofs of all leases: that is slow, but an operator typed
 * it.
 */

#include <stdio.h>
#include <string.h>

#include "meshstart.h"
#include "peer.h"
#include "rules.h"
#include "whom.h"

struct search {
	const char	*network;
	const char	*name;
	const struct peer *lease;	/* the first that fits */
	const struct peer *owned;
	unsigned int	 nleases;	/* with different names */
};

static bool
in_network(const struct network *n, const char *network)
{
	return (network[0] == '\0' || strcmp(network, n->name) == 0);
}

static bool
is_known(struct leased *l, const char *network, const char *name)
{
	enum approval state = APPROVAL_NONE;
	const struct network *n;
	const struct entry *e;
	size_t pos = 0;

	TAILQ_FOREACH(n, &l->reg.nets, entry)
		if (in_network(n, network) && peer_by_name(n, name) != NULL)
			return (true);
	while ((e = hash_next(&l->denied, &pos)) != NULL)
		if (strcmp(e->name, name) == 0)
			return (true);
	if (network[0] == '\0' && mesh_knows(l, name))
		return (true);
	(void)store_get_approval(l->store, network, name, &state);
	return (state != APPROVAL_NONE);
}

/* "cn:NAME" is the proof NAME, and itself. */
static bool
proves(const char *who, const char *name)
{
	const char *colon;

	if (strcmp(who, name) == 0)
		return (true);
	colon = strchr(who, ':');
	return (colon != NULL && strcmp(colon + 1, name) == 0);
}

static void
look(struct search *s, struct peer *p)
{
	if (p->owner != NULL) {
		if (strcmp(p->name, s->name) == 0)
			s->owned = p;
		return;
	}
	if (!proves(peer_who(p), s->name))
		return;
	if (s->lease == NULL)
		s->lease = p;
	else if (strcmp(s->lease->name, p->name) == 0)
		return;
	s->nleases++;
}

enum whom
whom_find(struct leased *l, const char *network, const char *name,
    char lease[IDENT_SIZE], char why[TEXT_SIZE])
{
	static const struct peer_place start;
	struct search s = { .network = network, .name = name };
	struct network *n;
	struct peer *p;

	strlcpy(lease, name, IDENT_SIZE);
	why[0] = '\0';
	if (is_known(l, network, name))
		return (WHOM_KNOWN);
	TAILQ_FOREACH(n, &l->reg.nets, entry)
		if (in_network(n, network))
			for (p = peer_behind(n, &start, NULL); p != NULL;
			     p = peer_next(p, NULL))
				look(&s, p);
	if (s.nleases > 0) {
		strlcpy(lease, s.lease->name, IDENT_SIZE);
		snprintf(why, TEXT_SIZE,
		    s.nleases == 1 ?
			"%s is the proof of %s" :
			"%s is the proof of several leases, %s among them: name one of them (sallyctl show leases)",
		    name, lease);
		return (s.nleases == 1 ? WHOM_PROOF : WHOM_SEVERAL);
	}
	if (s.owned != NULL) {
		snprintf(why, TEXT_SIZE,
		    "%s is no lease: it is a peer of %s in network %s, which takes it out of its set",
		    name, peer_who(s.owned), s.owned->net->name);
		return (WHOM_OWNED);
	}
	snprintf(why, TEXT_SIZE,
	    "nobody is known as %s (sallyctl show leases, sallyctl test cn): say force to deny the name before it comes",
	    name);
	return (WHOM_NOBODY);
}
