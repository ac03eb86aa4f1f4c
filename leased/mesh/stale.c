/* SPDX-License-Identifier: ISC */
/*
 * That a member is stale is known in memory alone.  After a start, no member is
 * stale before devices have had some time to come.
 */

#include <string.h>

#include "lazy.h"
#include "log.h"
#include "meshgen.h"
#include "meshop.h"
#include "stale.h"

#define START_S		600	/* time to come after a start */
#define SEEN_S		600	/* a time that is seen is written so often */
#define PAGE		256	/* events in a transaction */

void
stale_heard(struct leased *l, struct member *m)
{
	int64_t now = wall_now().s;

	if (m->seen_kept < now - SEEN_S || m->seen_kept > now) {
		m->seen_kept = now;
		lazy_note(m);
	}
	m->seen = now;
	if (!m->stale)
		return;
	m->stale = false;
	log_info("member.heard name=%s mesh=%s:%s", log_vis(m->device->name),
	    m->mesh->tenant->name, m->mesh->name);
	if (gen_touch(m) == -1)
		log_warnx("mesh: a member that is back is told later");
}

static int64_t
last_heard(const struct member *m)
{
	int64_t at = m->seen > m->handshake ? m->seen : m->handshake;

	return (at > m->created ? at : m->created);
}

/* Write the events of n members.  Returns 0 or -1. */
static int
store(struct leased *l, struct member *const *m, unsigned int n,
    const struct msg_mesh_op *op)
{
	unsigned int i;

	if (store_begin(l->store) == -1)
		return (-1);
	for (i = 0; i < n; i++)
		if (mesh_event(l->meshes, "member.stale", m[i]->mesh,
			m[i]->device->name, op, "") == -1)
			goto fail;
	if (store_commit(l->store) == 0)
		return (0);
fail:
	store_rollback(l->store);
	return (-1);
}

/* n members are stale.  If the store fails, the next look finds them again. */
static int
end(struct leased *l, struct member *const *m, unsigned int n)
{
	struct msg_mesh_op op;
	unsigned int i;

	memset(&op, 0, sizeof(op));
	strlcpy(op.who, "mesh.stale", sizeof(op.who));
	if (store(l, m, n, &op) == -1)
		return (-1);
	for (i = 0; i < n; i++) {
		mesh_log("member.stale", m[i]->mesh, m[i]->device->name, &op,
		    "");
		m[i]->stale = true;
		if (gen_touch(m[i]) == -1)
			m[i]->stale = false;
	}
	return (0);
}

void
stale_look(struct leased *l)
{
	uint32_t s = l->conf->mesh.stale;
	int64_t now = wall_now().s;
	struct member *m, *found[PAGE];
	unsigned int count = 0;
	struct mesh *n;

	if (s == 0 || s == LEASE_NEVER ||
	    mono_diff_ms(mono_now(), l->mesh_since) <
		(int64_t)(s < START_S ? s : START_S) * 1000)
		return;
	RB_FOREACH(n, mesh_tree, &l->meshes->meshes)
		RB_FOREACH(m, member_tree, &n->members) {
			if (!member_seen(m) ||
			    last_heard(m) >= now - (int64_t)s)
				continue;
			found[count++] = m;
			if (count < PAGE)
				continue;
			if (end(l, found, count) == -1)
				return;
			count = 0;
		}
	if (count > 0)
		(void)end(l, found, count);
}
