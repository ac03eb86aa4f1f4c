/* SPDX-License-Identifier: ISC */
/*
 * The list of members whose rows lack what has changed in memory.
 */

#include "lazy.h"
#include "meshrow.h"

void
lazy_note(struct member *m)
{
	if (m->unwritten || m->state == MEMBER_RESTING)
		return;
	m->unwritten = true;
	TAILQ_INSERT_TAIL(&m->mesh->meshes->unwritten, m, late);
}

int
lazy_write(struct meshes *ms, unsigned int max)
{
	char local[LOCAL_TEXT];
	struct member_row r;
	struct member *m, *end;
	unsigned int n = 0;

	if (TAILQ_EMPTY(&ms->unwritten))
		return (0);
	if (store_begin(ms->store) == -1)
		return (-1);
	TAILQ_FOREACH(end, &ms->unwritten, late) {
		if (n++ == max)
			break;
		meshrow_member(end, &r, local);
		if (store_put_member(ms->store, &r) == -1)
			goto fail;
	}
	if (store_commit(ms->store) == -1)
		goto fail;
	while ((m = TAILQ_FIRST(&ms->unwritten)) != end) {
		TAILQ_REMOVE(&ms->unwritten, m, late);
		m->unwritten = false;
	}
	return (end != NULL);
fail:
	store_rollback(ms->store);
	return (-1);
}
