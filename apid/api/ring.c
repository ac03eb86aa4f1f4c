/* SPDX-License-Identifier: ISC */
/*
 * A list in the order of generations, in which a member occurs once, and a tree
 * by member.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jsonw.h"
#include "log.h"
#include "placejson.h"
#include "ring.h"

static int
entry_cmp(const struct ring_entry *a, const struct ring_entry *b)
{
	return (a->member < b->member ? -1 : a->member > b->member);
}

/* The _STATIC forms of libbsd need a macro that glibc does not have. */
RB_GENERATE_INTERNAL(ring_tree, ring_entry, entry, entry_cmp,
    static __attribute__((unused)))

void
rings_init(struct rings *all)
{
	TAILQ_INIT(&all->used);
	all->bytes = 0;
}

void
ring_init(struct ring *r, struct rings *all, uint64_t gen)
{
	memset(r, 0, sizeof(*r));
	r->rings = all;
	TAILQ_INIT(&r->order);
	RB_INIT(&r->members);
	r->from = r->from_all = r->last_all = gen;
	TAILQ_INSERT_TAIL(&all->used, r, used);
}

static void
drop(struct ring *r, struct ring_entry *e)
{
	size_t n = sizeof(*e) + e->len;

	TAILQ_REMOVE(&r->order, e, order);
	(void)RB_REMOVE(ring_tree, &r->members, e);
	r->bytes -= n;
	r->rings->bytes -= n;
	free(e);
}

/*
 * Forget the oldest entry.  When thousands join a mesh with hubs, only the hubs
 * see them: for ordinary members, the ring still reaches as far back as before.
 */
static void
forget(struct ring *r)
{
	struct ring_entry *e = TAILQ_FIRST(&r->order);

	r->from = e->gen;
	if (e->seen != SEEN_BY_HUBS)
		r->from_all = e->gen;
	drop(r, e);
}

bool
ring_reaches(const struct ring *r, uint64_t gen, bool whole)
{
	return (gen >= (whole ? r->from : r->from_all));
}

void
ring_clear(struct ring *r)
{
	ring_forget(r);
	TAILQ_REMOVE(&r->rings->used, r, used);
}

void
ring_forget(struct ring *r)
{
	while (!TAILQ_EMPTY(&r->order))
		forget(r);
}

void
ring_touch(struct ring *r)
{
	TAILQ_REMOVE(&r->rings->used, r, used);
	TAILQ_INSERT_TAIL(&r->rings->used, r, used);
}

static void
make_room(struct ring *r)
{
	struct ring *old;

	while (r->bytes > RING_MAX)
		forget(r);
	TAILQ_FOREACH(old, &r->rings->used, used) {
		while (r->rings->bytes > RINGS_MAX && !TAILQ_EMPTY(&old->order))
			forget(old);
		if (r->rings->bytes <= RINGS_MAX)
			return;
	}
}

/* There is no room for what has come: whoever is not behind it must ask. */
static void
lose(struct ring *r, uint64_t gen)
{
	ring_forget(r);
	r->from = r->from_all = gen;
}

void
ring_add(struct ring *r, const struct msg_mesh_entry *m)
{
	struct ring_entry *e, *old, key;
	char json[ENTRY_JSON];
	int n = 0;

	if (m->here && (n = ring_format(m, json, sizeof(json))) == -1) {
		log_warnx("mesh: the entry of a member does not fit");
		return;
	}
	if (!m->here || m->seen != SEEN_BY_HUBS)
		r->last_all = m->gen;
	if ((e = malloc(sizeof(*e) + (size_t)n)) == NULL) {
		lose(r, m->gen);
		return;
	}
	key.member = m->member;
	if ((old = RB_FIND(ring_tree, &r->members, &key)) != NULL)
		drop(r, old);
	e->gen = m->gen;
	e->member = m->member;
	e->seen = m->here ? m->seen : 0;
	e->len = (uint16_t)n;
	memcpy(e->json, json, (size_t)n);
	TAILQ_INSERT_TAIL(&r->order, e, order);
	(void)RB_INSERT(ring_tree, &r->members, e);
	r->bytes += sizeof(*e) + (size_t)n;
	r->rings->bytes += sizeof(*e) + (size_t)n;
	make_room(r);
}

const struct ring_entry *
ring_behind(const struct ring *r, uint64_t gen)
{
	const struct ring_entry *e, *found = NULL;

	TAILQ_FOREACH_REVERSE(e, &r->order, ring_list, order)
	{
		if (e->gen <= gen)
			break;
		found = e;
	}
	return (found);
}

int
ring_format(const struct msg_mesh_entry *m, char *dst, size_t size)
{
	char key[WGKEY_TEXT];
	struct jsonw w;
	unsigned int i;

	jsonw_init(&w, dst, size);
	jsonw_add(&w, "{\"id\":\"m%llu\",\"key\":\"%s\",\"addresses\":",
	    (unsigned long long)m->member, wgkey_format(m->key, key));
	jsonw_addrs(&w, m->addrs, m->naddrs);
	jsonw_add(&w, ",");
	placejson_add(&w, &m->endpoint, m->port, m->nat, m->via);
	jsonw_add(&w, "\"local\":[");
	for (i = 0; i < m->nlocal; i++) {
		jsonw_add(&w, "%s", i == 0 ? "" : ",");
		placejson_endpoint(&w, &m->local[i].addr, m->local[i].port);
	}
	jsonw_add(&w, "],\"egress\":");
	jsonw_prefixes(&w, m->egress, m->negress);
	jsonw_add(&w, ",\"relay\":%s,%s\"gen\":%llu",
	    (m->role & MEMBER_RELAY) != 0 ? "true" : "false",
	    (m->role & MEMBER_HUB) != 0 ? "\"hub\":true," : "",
	    (unsigned long long)m->gen);
	return (jsonw_end(&w, "}"));
}
