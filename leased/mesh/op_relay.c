/* SPDX-License-Identifier: ISC */
/*
 * Relays of the platform.  The tenants see one as a member, and cannot change
 * it, as it is none of their devices.
 */

#include <stdio.h>
#include <string.h>

#include "meshrow.h"
#include "op_group.h"
#include "op_member.h"
#include "op_mesh.h"
#include "op_relay.h"
#include "op_tenant.h"

/* The tenant of the relays, which the first relay brings. */
static struct tenant *
platform(struct meshes *ms, const struct msg_mesh_op *m, struct mesh_answer *a)
{
	struct msg_mesh_op make = *m;
	struct tenant *t;

	if ((t = tenant_find(ms, TENANT_PLATFORM)) != NULL)
		return (t);
	make.op = MESH_TENANT_ADD;
	make.set = make.has_match = 0;
	strlcpy(make.tenant, TENANT_PLATFORM, sizeof(make.tenant));
	if (op_tenant_put(ms, &make, a) >= LEASE_E_KEY)
		return (NULL);
	return (a->tenant);
}

static struct device *
find(struct meshes *ms, const struct msg_mesh_op *m, struct mesh_answer *a)
{
	struct device *d = NULL;
	struct tenant *t;

	if ((t = tenant_find(ms, TENANT_PLATFORM)) != NULL)
		d = device_find(ms, t, m->device);
	if (d != NULL && d->platform)
		return (d);
	(void)mesh_no(a, LEASE_E_DEVICE, "there is no relay %s", m->device);
	return (NULL);
}

static uint8_t
mark(struct meshes *ms, struct device *d, bool platform,
    const struct msg_mesh_op *m, struct mesh_answer *a)
{
	const char *what = platform ? "relay.add" : "relay.delete";
	struct device_row r;

	meshrow_device(d, &r);
	r.platform = platform;
	if (store_begin(ms->store) == -1 ||
	    store_put_device(ms->store, &r) == -1 ||
	    mesh_event(ms, what, NULL, d->name, m, "") == -1 ||
	    store_commit(ms->store) == -1)
		return (mesh_failed(ms, a));
	d->platform = platform;
	mesh_log(what, NULL, d->name, m, "");
	return (a->code);
}

uint8_t
op_relay_add(struct meshes *ms, const struct msg_mesh_op *m,
    struct mesh_answer *a)
{
	struct tenant *t;
	struct device *d;

	if ((t = platform(ms, m, a)) == NULL ||
	    (d = op_device(ms, t, m, a)) == NULL)
		return (a->code);
	a->code = LEASE_OK_SAME;
	a->relay = d;
	if (d->platform)
		return (a->code);
	a->code = LEASE_OK_NEW;
	return (mark(ms, d, true, m, a));
}

uint8_t
op_relay_del(struct meshes *ms, const struct msg_mesh_op *m,
    struct mesh_answer *a)
{
	const struct member *x;
	struct device *d;

	if ((d = find(ms, m, a)) == NULL)
		return (a->code);
	LIST_FOREACH(x, &d->members, ofdev)
		if (x->state != MEMBER_RESTING)
			return (mesh_no(a, LEASE_E_IN_USE,
			    "the relay is assigned to %s:%s: remove it from there first",
			    x->mesh->tenant->name, x->mesh->name));
	return (mark(ms, d, false, m, a));
}

uint8_t
op_relay_assign(struct meshes *ms, const struct msg_mesh_op *m,
    struct mesh_answer *a)
{
	struct device *d;
	struct mesh *n;

	if ((d = find(ms, m, a)) == NULL || (n = op_mesh(ms, m, a)) == NULL)
		return (a->code);
	a->member = member_of(n, d);
	if (a->member != NULL && a->member->state != MEMBER_RESTING)
		return (a->code);
	return (op_member_add(n, d, MEMBER_RELAY | MEMBER_PLATFORM, m, a));
}

uint8_t
op_relay_remove(struct meshes *ms, const struct msg_mesh_op *m,
    struct mesh_answer *a)
{
	struct device *d;
	struct mesh *n;

	if ((d = find(ms, m, a)) == NULL || (n = op_mesh(ms, m, a)) == NULL)
		return (a->code);
	a->member = member_of(n, d);
	if (a->member == NULL || a->member->state == MEMBER_RESTING)
		return (mesh_no(a, LEASE_E_MEMBER,
		    "the relay %s is not assigned to the mesh %s", d->name,
		    n->name));
	return (op_member_leave(a->member, m, a));
}
