/* SPDX-License-Identifier: ISC */
/*
 * Groups of devices.  A device that joins a group is invited to the meshes
 * that enrol it, in the same transaction, so that none is missed.
 */

#include <stdio.h>
#include <string.h>

#include "enrol.h"
#include "log.h"
#include "meshgen.h"
#include "meshrow.h"
#include "op_group.h"
#include "op_tenant.h"

#define INVITES_MAX	DEVICE_MESHES_MAX

uint8_t
op_group_row(struct meshes *ms, const struct tenant *t, const char *name,
    struct group_row *r, struct mesh_answer *a)
{
	const struct meshgroup *g;

	r->id = 0;
	r->tenant = t->id;
	r->name = name;
	if ((g = group_find(ms, t, name)) != NULL) {
		r->id = g->id;
		return (LEASE_OK_SAME);
	}
	if (!mesh_name_ok(name))
		return (mesh_no(a, LEASE_E_REQUEST,
		    "a group's name is of letters, digits and ._- and begins with a letter or a digit"));
	if (ms->ngroups >= GROUPS_MAX)
		return (mesh_no(a, LEASE_E_LIMIT,
		    "there are %d groups, the most there can be", GROUPS_MAX));
	return (LEASE_OK_SAME);
}

struct device *
op_device(struct meshes *ms, struct tenant *t, const struct msg_mesh_op *m,
    struct mesh_answer *a)
{
	struct device_row r = { .tenant = t->id,
		.name = m->device,
		.who = "",
		.version = "",
		.created = wall_now().s };
	struct device *d;

	if ((d = device_find(ms, t, m->device)) != NULL)
		return (d);
	if (m->device[0] == '\0') {
		(void)mesh_no(a, LEASE_E_REQUEST, "a device's name is missing");
		return (NULL);
	}
	if (ms->ndevices >= DEVICES_MAX) {
		(void)mesh_no(a, LEASE_E_LIMIT,
		    "there are %d devices, the most there can be", DEVICES_MAX);
		return (NULL);
	}
	if (store_begin(ms->store) == -1 ||
	    store_add_device(ms->store, &r) == -1 ||
	    mesh_event(ms, "device.add", NULL, r.name, m, t->name) == -1 ||
	    store_commit(ms->store) == -1) {
		(void)mesh_failed(ms, a);
		return (NULL);
	}
	d = device_new(ms, t, r.id, r.name);
	meshrow_take_device(d, &r);
	mesh_log("device.add", NULL, d->name, m, "");
	return (d);
}

/* The meshes that enrol the group, for a device that joins it. */
struct joining {
	struct mesh	*mesh[INVITES_MAX];
	struct invite	 inv[INVITES_MAX];
	unsigned int	 n;
};

/* A mesh that has no room is left out; the log says so. */
static void
joining_fill(struct meshes *ms, const struct meshgroup *g, struct device *d,
    struct joining *j)
{
	struct mesh_answer a;
	struct mesh *n;

	j->n = 0;
	if (g == NULL)
		return;
	for (n = mesh_behind(ms, 0); n != NULL && j->n < INVITES_MAX;
	     n = mesh_behind(ms, n->id)) {
		if (n->group != g || member_of(n, d) != NULL ||
		    gen_reserve(n, 1) == -1)
			continue;
		if (invite_prepare(n, d, 0, &j->inv[j->n], &a) !=
		    LEASE_OK_SAME) {
			log_warnx("mesh %s:%s: %s is not invited: %s",
			    n->tenant->name, n->name, log_vis(d->name), a.text);
			continue;
		}
		j->mesh[j->n++] = n;
	}
}

static int
join_store(struct meshes *ms, struct joining *j, struct group_row *g,
    const struct device *d, bool by_rule, const struct msg_mesh_op *m)
{
	struct group_device_row x = { .device = d->id, .by_rule = by_rule };
	char detail[MESHNAME_SIZE + 16];
	unsigned int i;

	if (store_begin(ms->store) == -1 ||
	    (g->id == 0 && store_add_group(ms->store, g) == -1))
		return (-1);
	x.group = g->id;
	snprintf(detail, sizeof(detail), "group=%s", g->name);
	if (store_put_group_device(ms->store, &x) == -1 ||
	    mesh_event(ms, "group.add", NULL, d->name, m, detail) == -1)
		return (-1);
	for (i = 0; i < j->n; i++)
		if (invite_store(j->mesh[i], &j->inv[i]) == -1 ||
		    mesh_event(ms, "member.invite", j->mesh[i], d->name, m,
			detail) == -1)
			return (-1);
	return (store_commit(ms->store));
}

/* Bring a device into a group and its meshes. */
static uint8_t
join(struct meshes *ms, struct device *d, const char *name, bool by_rule,
    const struct msg_mesh_op *m, struct mesh_answer *a)
{
	static struct joining j;
	struct meshgroup *g;
	struct group_row r;
	unsigned int i;

	if (op_group_row(ms, d->tenant, name, &r, a) != LEASE_OK_SAME)
		return (a->code);
	g = group_find(ms, d->tenant, name);
	if (g != NULL && grouped_find(g, d) != NULL)
		return (LEASE_OK_SAME);
	if (d->ngroups >= DEVICE_GROUPS_MAX)
		return (mesh_no(a, LEASE_E_LIMIT,
		    "%s is in %d groups, the most a device can be in", d->name,
		    DEVICE_GROUPS_MAX));
	joining_fill(ms, g, d, &j);
	if (join_store(ms, &j, &r, d, by_rule, m) == -1) {
		(void)mesh_failed(ms, a);
		for (i = j.n; i > 0; i--)
			invite_undo(j.mesh[i - 1], &j.inv[i - 1]);
		return (a->code);
	}
	if (g == NULL)
		g = group_new(ms, d->tenant, r.id, r.name);
	(void)grouped_new(g, d, by_rule);
	mesh_log("group.add", NULL, d->name, m, g->name);
	for (i = 0; i < j.n; i++) {
		mesh_log("member.invite", j.mesh[i], d->name, m, g->name);
		(void)invite_done(j.mesh[i], &j.inv[i]);
	}
	return (a->code = LEASE_OK_NEW);
}

uint8_t
op_group_add(struct meshes *ms, const struct msg_mesh_op *m,
    struct mesh_answer *a)
{
	struct tenant *t;
	struct device *d;
	struct group_row r;

	if ((t = op_tenant(ms, m, a)) == NULL ||
	    op_group_row(ms, t, m->group, &r, a) != LEASE_OK_SAME ||
	    (d = op_device(ms, t, m, a)) == NULL)
		return (a->code);
	/* An answer cannot show a group, and is not to show its tenant. */
	a->tenant = NULL;
	return (join(ms, d, m->group, false, m, a));
}

/* Take a device out of a group.  It stays in the meshes that it is in. */
static uint8_t
leave(struct meshes *ms, struct grouped *x, const struct msg_mesh_op *m,
    struct mesh_answer *a)
{
	char detail[MESHNAME_SIZE + 16];

	snprintf(detail, sizeof(detail), "group=%s", x->group->name);
	if (store_begin(ms->store) == -1 ||
	    store_del_group_device(ms->store, x->group->id, x->device->id) ==
		-1 ||
	    mesh_event(ms, "group.remove", NULL, x->device->name, m, detail) ==
		-1 ||
	    store_commit(ms->store) == -1)
		return (mesh_failed(ms, a));
	mesh_log("group.remove", NULL, x->device->name, m, detail);
	grouped_free(x);
	return (LEASE_OK_SAME);
}

static uint8_t delete (struct meshes *ms, struct meshgroup *g,
    const struct msg_mesh_op *m, struct mesh_answer *a)
{
	if (g->nmeshes > 0)
		return (mesh_no(a, LEASE_E_IN_USE,
		    "%u meshes enrol the group %s: delete them, or enrol another group there",
		    g->nmeshes, g->name));
	if (store_begin(ms->store) == -1 ||
	    store_del_group(ms->store, g->id) == -1 ||
	    mesh_event(ms, "group.delete", NULL, g->name, m, "") == -1 ||
	    store_commit(ms->store) == -1)
		return (mesh_failed(ms, a));
	mesh_log("group.delete", NULL, g->name, m, "");
	group_free(ms, g);
	return (LEASE_OK_SAME);
}

uint8_t
op_group_del(struct meshes *ms, const struct msg_mesh_op *m,
    struct mesh_answer *a)
{
	struct meshgroup *g;
	struct grouped *x;
	struct tenant *t;
	struct device *d;

	if ((t = op_tenant(ms, m, a)) == NULL)
		return (a->code);
	if ((g = group_find(ms, t, m->group)) == NULL)
		return (mesh_no(a, LEASE_E_GROUP,
		    "the tenant %s has no group %s", t->name, m->group));
	if (m->device[0] == '\0')
		return (delete(ms, g, m, a));
	d = device_find(ms, t, m->device);
	if (d == NULL || (x = grouped_find(g, d)) == NULL)
		return (mesh_no(a, LEASE_E_DEVICE, "%s is not in the group %s",
		    m->device, g->name));
	return (leave(ms, x, m, a));
}

/* --- devices --- */

static bool
among(const char *name, const char (*groups)[MESHNAME_SIZE], uint8_t n)
{
	uint8_t i;

	for (i = 0; i < n; i++)
		if (strcmp(groups[i], name) == 0)
			return (true);
	return (false);
}

/* Note what has changed of a device. */
static uint8_t
note(struct meshes *ms, struct device *d, const struct msg_mesh_op *m,
    const char *version, struct mesh_answer *a)
{
	struct device_row r;

	meshrow_device(d, &r);
	if (strcmp(r.who, m->who) == 0 && strcmp(r.version, version) == 0 &&
	    r.seen != 0)
		return (LEASE_OK_SAME);
	r.who = m->who;
	r.version = version;
	r.seen = wall_now().s;
	if (store_put_device(ms->store, &r) == -1)
		return (mesh_no(a, LEASE_E_STORE, "%s", ""));
	meshrow_take_device(d, &r);
	return (LEASE_OK_SAME);
}

uint8_t
op_device_hello(struct meshes *ms, const struct msg_mesh_op *m,
    const char *version, const char (*groups)[MESHNAME_SIZE], uint8_t ngroups,
    struct device **out, struct mesh_answer *a)
{
	struct grouped *x, *next;
	struct tenant *t;
	struct device *d;
	uint8_t i;

	*out = NULL;
	memset(a, 0, sizeof(*a));
	a->code = LEASE_OK_SAME;
	if ((t = op_tenant(ms, m, a)) == NULL ||
	    (d = op_device(ms, t, m, a)) == NULL ||
	    note(ms, d, m, version, a) != LEASE_OK_SAME)
		return (a->code);
	*out = d;
	for (x = LIST_FIRST(&d->groups); x != NULL; x = next) {
		next = LIST_NEXT(x, ofdev);
		if (x->by_rule && !among(x->group->name, groups, ngroups) &&
		    leave(ms, x, m, a) != LEASE_OK_SAME)
			return (a->code);
	}
	for (i = 0; i < ngroups; i++)
		if (join(ms, d, groups[i], true, m, a) >= LEASE_E_KEY)
			return (a->code);
	if (!t->mesh)
		return (mesh_no(a, LEASE_E_MESH_OFF,
		    "mesh is off for the tenant %s", t->name));
	return (a->code = LEASE_OK_SAME);
}
