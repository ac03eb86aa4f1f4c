/* SPDX-License-Identifier: ISC */
/*
 * Generations are reserved in steps, so that most changes write no row of their
 * mesh.
 */

#include <stdlib.h>

#include "log.h"
#include "meshgen.h"
#include "meshrow.h"

#define GEN_STEP	1000

int
gen_reserve(struct mesh *n, unsigned int count)
{
	struct mesh_row r;

	if (n->gen_limit - n->gen >= count)
		return (0);
	meshrow_mesh(n, &r);
	r.gen_limit = n->gen + count + GEN_STEP;
	if (store_put_mesh(n->meshes->store, &r) == -1)
		return (-1);
	n->gen_limit = r.gen_limit;
	return (0);
}

uint64_t
gen_take(struct mesh *n)
{
	return (++n->gen);
}

int
gen_touch(struct member *m)
{
	struct mesh *n = m->mesh;

	if (gen_reserve(n, 1) == -1)
		return (-1);
	m->gen = gen_take(n);
	member_set_state(m, m->state);
	mesh_changed(n, m, 0);
	return (0);
}

void
gone_add(struct mesh *n, int64_t member, uint64_t gen, int64_t at)
{
	struct gone *g;

	gone_drop(n, member);
	if ((g = calloc(1, sizeof(*g))) == NULL)
		fatal("member that has left");
	g->member = member;
	g->gen = gen;
	g->at = at;
	TAILQ_INSERT_TAIL(&n->gone, g, entry);
	n->ngone++;
}

static void
gone_free(struct mesh *n, struct gone *g)
{
	TAILQ_REMOVE(&n->gone, g, entry);
	n->ngone--;
	free(g);
}

void
gone_drop(struct mesh *n, int64_t member)
{
	struct gone *g;

	TAILQ_FOREACH(g, &n->gone, entry)
		if (g->member == member) {
			gone_free(n, g);
			return;
		}
}

/* The generation that every active member holds. */
static uint64_t
held_by_all(const struct mesh *n)
{
	const struct member *m;
	uint64_t least = n->gen;

	/* A member that has all that it sees has all departures, too. */
	TAILQ_FOREACH(m, &n->bygen, bygen)
		if (m->state == MEMBER_ACTIVE && m->acked < least &&
		    (member_sees_all(m) || m->acked < n->gen_all))
			least = m->acked;
	return (least);
}

int
gone_trim(struct mesh *n, struct wall now)
{
	uint64_t held, upto = 0;
	unsigned int left = n->ngone;
	struct mesh_row r;
	struct gone *g;

	if (left == 0)
		return (0);
	held = held_by_all(n);
	TAILQ_FOREACH(g, &n->gone, entry) {
		if (g->gen > held && left <= MESH_GONE_MAX &&
		    g->at > now.s - MESH_GONE_S)
			break;
		upto = g->gen;
		left--;
	}
	if (upto == 0)
		return (0);
	meshrow_mesh(n, &r);
	r.floor = upto;
	if (store_begin(n->meshes->store) == -1)
		return (-1);
	if (store_put_mesh(n->meshes->store, &r) == -1 ||
	    store_trim_gone(n->meshes->store, n->id, upto) == -1 ||
	    store_commit(n->meshes->store) == -1) {
		store_rollback(n->meshes->store);
		return (-1);
	}
	n->floor = upto;
	while ((g = TAILQ_FIRST(&n->gone)) != NULL && g->gen <= upto)
		gone_free(n, g);
	return (0);
}

int
gone_forget(struct mesh *n, struct wall now)
{
	struct member *m, *next;

	RB_FOREACH_SAFE(m, member_tree, &n->members, next) {
		if (m->state != MEMBER_RESTING ||
		    m->ready_at > now.s - MESH_FORGET_S)
			continue;
		if (store_del_member(n->meshes->store, m->id) == -1)
			return (-1);
		member_free(m);
	}
	return (0);
}
