/* SPDX-License-Identifier: ISC */
/*
 * Pairs by mesh, member and peer, and in the order of their reports.  An id is
 * never given twice: when a member has gone, its pairs become nobody else's.
 */

#include <stdlib.h>

#include "pathseen.h"

static int
cmp(const struct pathseen *a, const struct pathseen *b)
{
	if (a->mesh != b->mesh)
		return (a->mesh < b->mesh ? -1 : 1);
	if (a->member != b->member)
		return (a->member < b->member ? -1 : 1);
	return (a->peer < b->peer ? -1 : a->peer > b->peer);
}

RB_GENERATE(pathseen_tree, pathseen, entry, cmp)

void
pathseen_drop(struct meshes *ms, struct pathseen *p)
{
	RB_REMOVE(pathseen_tree, &ms->paths, p);
	TAILQ_REMOVE(&ms->old_paths, p, old);
	ms->npaths--;
	free(p);
}

void
pathseen_clear(struct meshes *ms)
{
	struct pathseen *p;

	while ((p = TAILQ_FIRST(&ms->old_paths)) != NULL)
		pathseen_drop(ms, p);
}

void
pathseen_note(struct meshes *ms, const struct member *m,
    const struct member *peer, uint8_t state, int64_t at)
{
	struct pathseen key = { .mesh = m->mesh->id,
		.member = m->id,
		.peer = peer->id };
	struct pathseen *p;

	if ((p = RB_FIND(pathseen_tree, &ms->paths, &key)) == NULL) {
		if (ms->npaths == PATHS_MAX)
			pathseen_drop(ms, TAILQ_FIRST(&ms->old_paths));
		if ((p = calloc(1, sizeof(*p))) == NULL)
			return;
		*p = key;
		RB_INSERT(pathseen_tree, &ms->paths, p);
		ms->npaths++;
	} else
		TAILQ_REMOVE(&ms->old_paths, p, old);
	TAILQ_INSERT_TAIL(&ms->old_paths, p, old);
	p->state = state;
	p->at = at;
}

struct pathseen *
pathseen_behind(struct meshes *ms, const struct pathseen *p)
{
	struct pathseen key = *p;

	key.peer++;
	return (RB_NFIND(pathseen_tree, &ms->paths, &key));
}
