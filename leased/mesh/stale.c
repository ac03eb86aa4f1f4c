/* SPDX-License-Identifier: ISC */
/*
 * That a member is stale is known in memory alone: after a start, devices have
 * some time to come before the first of them is.
 */

#include <string.h>

#include "lazy.h"
#include "log.h"
#include "meshgen.h"
#include "meshop.h"
#include "stale.h"

#define START_S		600	/* time to come after a start */
#define SEEN_S		600	/* a time that is seen is written so often */

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

static void
end(struct leased *l, struct member *m)
{
	struct msg_mesh_op op;

	memset(&op, 0, sizeof(op));
	strlcpy(op.who, "mesh.stale", sizeof(op.who));
	if (store_begin(l->store) == -1)
		return;
	if (mesh_event(l->meshes, "member.stale", m->mesh, m->device->name, &op,
		"") == -1 ||
	    store_commit(l->store) == -1) {
		store_rollback(l->store);
		return;
	}
	mesh_log("member.stale", m->mesh, m->device->name, &op, "");
	m->stale = true;
	if (gen_touch(m) == -1)
		m->stale = false;
}

void
stale_look(struct leased *l)
{
	uint32_t s = l->conf->mesh.stale;
	int64_t now = wall_now().s;
	struct member *m;
	struct mesh *n;

	if (s == 0 || s == LEASE_NEVER ||
	    mono_diff_ms(mono_now(), l->mesh_since) <
		(int64_t)(s < START_S ? s : START_S) * 1000)
		return;
	RB_FOREACH(n, mesh_tree, &l->meshes->meshes)
		RB_FOREACH(m, member_tree, &n->members)
			if (member_seen(m) && last_heard(m) < now - (int64_t)s)
				end(l, m);
}
