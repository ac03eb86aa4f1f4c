/* SPDX-License-Identifier: ISC */
/*
 * The map is changed by whole answers.  Entries carry states, not steps, so
 * that an answer which repeats what is already here changes nothing.
 */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "map.h"

int
map_peer_cmp(const struct map_peer *a, const struct map_peer *b)
{
	return (a->id < b->id ? -1 : a->id > b->id);
}

RB_GENERATE(map_peers, map_peer, entry, map_peer_cmp)

void
map_init(struct map *m)
{
	memset(m, 0, sizeof(*m));
	TAILQ_INIT(&m->nets);
}

static void
drop_peers(struct map_net *n)
{
	struct map_peer *p, *next;

	RB_FOREACH_SAFE (p, map_peers, &n->peers, next) {
		RB_REMOVE(map_peers, &n->peers, p);
		free(p);
	}
	n->npeers = 0;
}

void
map_remove(struct map *m, struct map_net *n)
{
	drop_peers(n);
	TAILQ_REMOVE(&m->nets, n, entry);
	m->nnets--;
	free(n);
}

void
map_clear(struct map *m)
{
	struct map_net *n;

	while ((n = TAILQ_FIRST(&m->nets)) != NULL)
		map_remove(m, n);
	m->epoch[0] = '\0';
}

struct map_net *
map_net(const struct map *m, const char *uuid)
{
	struct map_net *n;

	TAILQ_FOREACH(n, &m->nets, entry)
		if (strcmp(n->uuid, uuid) == 0)
			return (n);
	return (NULL);
}

struct map_peer *
map_peer(struct map_net *n, uint64_t id)
{
	struct map_peer key = { .id = id };

	return (RB_FIND(map_peers, &n->peers, &key));
}

void
map_net_doubt(struct map_net *n)
{
	n->complete = false;
}

bool
map_lacks(const struct map_answer *a, const struct map_net *n)
{
	unsigned int i;

	for (i = 0; i < a->nnets; i++)
		if (strcmp(a->nets[i].uuid, n->uuid) == 0)
			return (false);
	return (true);
}

/* How many of the members of an update are not in the map yet. */
static unsigned int
count_new(struct map_net *n, const struct map_update *u)
{
	unsigned int i, count = 0;

	for (i = 0; i < u->npeers; i++)
		count += map_peer(n, u->peers[i].id) == NULL;
	return (count);
}

/* Does the update fit to what is here? */
static const char *
check_update(const struct map *m, const struct map_answer *a,
    const struct map_update *u)
{
	struct map_net *n;

	n = map_net(m, u->uuid);
	if (u->full) {
		if (!u->has_self)
			return (
			    "says all of a network, but nothing of this device");
		if (u->npeers > MAP_PEERS_MAX)
			return ("has too many members");
		return (NULL);
	}
	if (n == NULL || !n->complete || strcmp(a->epoch, m->epoch) != 0)
		return ("says the difference to something that is not here");
	if (u->base > n->gen || u->gen < n->gen || u->gen < u->base)
		return ("says the difference between other generations");
	if (n->npeers + count_new(n, u) > MAP_PEERS_MAX)
		return ("has too many members");
	return (NULL);
}

static int
check_answer(const struct map *m, const struct map_answer *a, char *err,
    size_t errsize)
{
	const char *why;
	unsigned int i, j;

	for (i = 0; i < a->nnets; i++) {
		for (j = 0; j < i; j++) {
			if (strcmp(a->nets[i].uuid, a->nets[j].uuid) == 0) {
				snprintf(err, errsize, "network %s comes twice",
				    a->nets[i].uuid);
				return (-1);
			}
		}
		if ((why = check_update(m, a, &a->nets[i])) != NULL) {
			snprintf(err, errsize, "network %s %s", a->nets[i].uuid,
			    why);
			return (-1);
		}
	}
	return (0);
}

/* Take over the value of an entry; its links in the tree stay. */
static int
put_peer(struct map_net *n, const struct map_peer *from)
{
	struct map_peer *p, entry;

	if ((p = map_peer(n, from->id)) == NULL) {
		if ((p = calloc(1, sizeof(*p))) == NULL)
			return (-1);
		p->id = from->id;
		RB_INSERT(map_peers, &n->peers, p);
		n->npeers++;
	}
	entry = *p;
	*p = *from;
	p->entry = entry.entry;
	return (0);
}

static void
remove_peer(struct map_net *n, uint64_t id)
{
	struct map_peer *p;

	if ((p = map_peer(n, id)) == NULL)
		return;
	RB_REMOVE(map_peers, &n->peers, p);
	n->npeers--;
	free(p);
}

static struct map_net *
add_net(struct map *m, const char *uuid)
{
	struct map_net *n;

	if ((n = calloc(1, sizeof(*n))) == NULL)
		return (NULL);
	strlcpy(n->uuid, uuid, sizeof(n->uuid));
	RB_INIT(&n->peers);
	TAILQ_INSERT_TAIL(&m->nets, n, entry);
	m->nnets++;
	return (n);
}

/* Once this has failed for lack of memory, the network is in doubt. */
static int
apply_update(struct map *m, const struct map_update *u)
{
	struct map_net *n;
	unsigned int i;

	if ((n = map_net(m, u->uuid)) == NULL &&
	    (n = add_net(m, u->uuid)) == NULL)
		return (-1);
	if (u->full) {
		drop_peers(n);
		n->acked = n->told = 0;
	}
	n->complete = false;
	/* A member may have left and come again: it has another id then. */
	for (i = 0; i < u->ngone; i++)
		remove_peer(n, u->gone[i]);
	for (i = 0; i < u->npeers; i++)
		if (put_peer(n, &u->peers[i]) == -1)
			return (-1);
	strlcpy(n->name, u->name, sizeof(n->name));
	if (u->has_self)
		n->self = u->self;
	if (u->has_rendezvous)
		n->rendezvous = u->rendezvous;
	n->nwant = u->nwant;
	memcpy(n->want, u->want, sizeof(n->want));
	n->gen = u->gen;
	n->more = u->more;
	n->complete = true;
	return (0);
}

int
map_apply(struct map *m, const struct map_answer *a, char *err, size_t errsize)
{
	unsigned int i;

	if (a->nnets > MAP_NETS_MAX) {
		snprintf(err, errsize, "more than %d networks", MAP_NETS_MAX);
		return (-1);
	}
	if (check_answer(m, a, err, errsize) == -1)
		return (-1);
	strlcpy(m->epoch, a->epoch, sizeof(m->epoch));
	for (i = 0; i < a->nnets; i++) {
		if (apply_update(m, &a->nets[i]) == -1) {
			snprintf(err, errsize, "out of memory");
			return (-1);
		}
	}
	return (0);
}

int
map_cursor(const struct map *m, char *dst, size_t size)
{
	const struct map_net *n;
	const struct map_net *nets[MAP_NETS_MAX];
	unsigned int i, k = 0;
	char told[24];
	size_t len;
	int r;

	if (m->epoch[0] == '\0')
		return (-1);
	/* The pairs are sorted by member. */
	TAILQ_FOREACH(n, &m->nets, entry) {
		if (!n->complete || (n->acked == 0 && n->told == 0))
			continue;
		for (i = k; i > 0 && nets[i - 1]->self.member > n->self.member;
		     i--)
			nets[i] = nets[i - 1];
		nets[i] = n;
		k++;
	}
	r = snprintf(dst, size, "\"1.%s.", m->epoch);
	for (i = 0; i < k && r >= 0 && (size_t)r < size; i++) {
		len = (size_t)r;
		told[0] = '\0';
		if (nets[i]->told > nets[i]->acked)
			snprintf(told, sizeof(told), "-%" PRIu64,
			    nets[i]->told);
		r = snprintf(dst + len, size - len,
		    "%s%" PRIu64 ":%" PRIu64 "%s", i > 0 ? "," : "",
		    nets[i]->self.member, nets[i]->acked, told);
		if (r >= 0)
			r += (int)len;
	}
	if (r < 0 || (size_t)r + 2 > size)
		return (-1);
	strlcat(dst, "\"", size);
	return (0);
}

void
map_answer_clear(struct map_answer *a)
{
	unsigned int i;

	for (i = 0; i < a->nnets; i++) {
		free(a->nets[i].peers);
		free(a->nets[i].gone);
	}
	free(a->nets);
	memset(a, 0, sizeof(*a));
}
