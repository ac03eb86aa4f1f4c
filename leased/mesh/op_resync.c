/* SPDX-License-Identifier: ISC */
/*
 * After an older database was restored, devices may have generations that are
 * given once more.  One mesh forgets that there were any; for all of them, there
 * is another epoch.
 */

#include <sodium.h>

#include "meshgen.h"
#include "meshrow.h"
#include "op_mesh.h"
#include "op_resync.h"

static uint8_t
resync_one(struct mesh *n, const struct msg_mesh_op *m, struct mesh_answer *a)
{
	struct meshes *ms = n->meshes;
	struct mesh_row r;

	if (gen_reserve(n, 1) == -1)
		return (mesh_no(a, LEASE_E_STORE, "%s", ""));
	meshrow_mesh(n, &r);
	r.floor = gen_take(n);
	if (store_begin(ms->store) == -1 ||
	    store_put_mesh(ms->store, &r) == -1 ||
	    mesh_event(ms, "mesh.resync", n, "", m, "") == -1 ||
	    store_commit(ms->store) == -1)
		return (mesh_failed(ms, a));
	n->floor = r.floor;
	mesh_log("mesh.resync", n, "", m, "");
	mesh_changed(n, NULL, 0);
	return (a->code);
}

static uint8_t
resync_all(struct meshes *ms, const struct msg_mesh_op *m,
    struct mesh_answer *a)
{
	struct mesh_row r;
	struct mesh *n;
	uint64_t epoch;

	randombytes_buf(&epoch, sizeof(epoch));
	epoch &= INT64_MAX;
	if (store_begin(ms->store) == -1)
		return (mesh_failed(ms, a));
	RB_FOREACH(n, mesh_tree, &ms->meshes) {
		meshrow_mesh(n, &r);
		r.epoch = epoch;
		if (store_put_mesh(ms->store, &r) == -1)
			return (mesh_failed(ms, a));
	}
	if (mesh_event(ms, "mesh.resync", NULL, "", m, "") == -1 ||
	    store_commit(ms->store) == -1)
		return (mesh_failed(ms, a));
	mesh_log("mesh.resync", NULL, "", m, "");
	RB_FOREACH(n, mesh_tree, &ms->meshes) {
		n->epoch = epoch;
		mesh_changed(n, NULL, 0);
	}
	return (a->code);
}

uint8_t
op_resync(struct meshes *ms, const struct msg_mesh_op *m, struct mesh_answer *a)
{
	struct mesh *n;

	if (m->network[0] == '\0')
		return (resync_all(ms, m, a));
	if ((n = op_mesh(ms, m, a)) == NULL)
		return (a->code);
	return (resync_one(n, m, a));
}
