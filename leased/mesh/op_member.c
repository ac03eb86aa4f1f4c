/* SPDX-License-Identifier: ISC */
/*
 * Members: how they come, change and leave.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "enrol.h"
#include "log.h"
#include "member_role.h"
#include "meshgen.h"
#include "meshrow.h"
#include "op_group.h"
#include "op_member.h"
#include "op_mesh.h"

uint8_t
op_member_add(struct mesh *n, struct device *d, uint8_t role,
    const struct msg_mesh_op *m, struct mesh_answer *a)
{
	struct meshes *ms = n->meshes;
	struct invite inv;

	if (gen_reserve(n, 1) == -1)
		return (mesh_no(a, LEASE_E_STORE, "%s", ""));
	if (invite_prepare(n, d, role, &inv, a) != LEASE_OK_SAME)
		return (a->code);
	if (store_begin(ms->store) == -1 || invite_store(n, &inv) == -1 ||
	    mesh_event(ms, "member.invite", n, d->name, m, "") == -1 ||
	    store_commit(ms->store) == -1) {
		(void)mesh_failed(ms, a);
		invite_undo(n, &inv);
		return (a->code);
	}
	a->member = invite_done(n, &inv);
	mesh_log("member.invite", n, d->name, m, "");
	return (a->code = LEASE_OK_NEW);
}

/* Write a member's row with its event, and its prefixes if they change. */
static int
store_change(struct member *m, const struct member_row *r,
    const struct msg_mesh_op *op, const char *what, const char *detail)
{
	struct egress_row e = { .mesh = m->mesh->id, .member = m->id };
	struct meshes *ms = m->mesh->meshes;
	uint8_t i;

	if (store_put_member(ms->store, r) == -1 ||
	    mesh_event(ms, what, m->mesh, m->device->name, op, detail) == -1)
		return (-1);
	if ((op->set & WITH_EGRESS) == 0)
		return (0);
	if (store_del_egress(ms->store, m->id) == -1)
		return (-1);
	for (i = 0; i < op->negress; i++) {
		e.prefix = op->egress[i];
		if (store_add_egress(ms->store, &e) == -1)
			return (-1);
	}
	return (0);
}

static int
prefix_order(const void *a, const void *b)
{
	return (prefix_cmp(a, b));
}

/* Take over the prefixes that a request has set. */
static void
take_egress(struct member *m, const struct msg_mesh_op *op)
{
	struct prefix *copy = NULL;

	if ((op->set & WITH_EGRESS) == 0)
		return;
	if (op->negress > 0) {
		if ((copy = calloc(op->negress, sizeof(*copy))) == NULL)
			fatal("egress");
		memcpy(copy, op->egress, op->negress * sizeof(*copy));
		qsort(copy, op->negress, sizeof(*copy), prefix_order);
	}
	member_set_egress(m, copy, op->negress);
}

/* Make a change that has been checked. */
static uint8_t
change(struct member *m, struct member_row *r, const struct msg_mesh_op *op,
    const char *what, const char *detail, struct mesh_answer *a)
{
	struct meshes *ms = m->mesh->meshes;

	if (gen_reserve(m->mesh, 1) == -1)
		return (mesh_no(a, LEASE_E_STORE, "%s", ""));
	r->gen = gen_take(m->mesh);
	if (store_begin(ms->store) == -1 ||
	    store_change(m, r, op, what, detail) == -1 ||
	    store_commit(ms->store) == -1)
		return (mesh_failed(ms, a));
	meshrow_take_member(m, r, mono_now(), wall_now());
	take_egress(m, op);
	mesh_log(what, m->mesh, m->device->name, op, detail);
	mesh_changed(m->mesh, m, 0);
	return (a->code);
}

/* Whoever uses the member as a relay has none any more. */
static int
drop_users(struct member *relay, const struct msg_mesh_op *op, bool durable)
{
	struct mesh *n = relay->mesh;
	char local[LOCAL_TEXT];
	struct member_row r;
	struct member *m;

	for (m = member_behind(n, 0); m != NULL; m = member_behind(n, m->id)) {
		if (m->via != relay->id || m == relay)
			continue;
		meshrow_member(m, &r, local);
		r.via = 0;
		if (!durable) {
			r.gen = gen_take(n);
			if (store_put_member(n->meshes->store, &r) == -1)
				return (-1);
			continue;
		}
		/* The generations were taken; these are greater still. */
		r.gen = gen_take(n);
		meshrow_take_member(m, &r, mono_now(), wall_now());
		mesh_log("member.relay", n, m->device->name, op, "via=none");
		mesh_changed(n, m, 0);
	}
	return (0);
}

static unsigned int
users(const struct member *relay)
{
	const struct mesh *n = relay->mesh;
	const struct member *m;
	unsigned int count = 0;

	for (m = member_behind(n, 0); m != NULL; m = member_behind(n, m->id))
		count += m->via == relay->id;
	return (count);
}

uint8_t
op_member_leave(struct member *m, const struct msg_mesh_op *op,
    struct mesh_answer *a)
{
	struct meshes *ms = m->mesh->meshes;
	struct gone_row g = { .mesh = m->mesh->id, .member = m->id };
	struct mesh *n = m->mesh;
	char local[LOCAL_TEXT];
	struct member_row r;

	if (gen_reserve(n, 2 * users(m) + 2) == -1)
		return (mesh_no(a, LEASE_E_STORE, "%s", ""));
	meshrow_member(m, &r, local);
	r.state = MEMBER_RESTING;
	r.key = NULL;
	r.role = r.endpoint_src = r.nat = 0;
	r.via = 0;
	r.endpoint.family = 0;
	r.endpoint_port = 0;
	r.local = r.nack = "";
	g.at = wall_now().s;
	r.ready = g.at + MESH_REST_S;
	r.gen = g.gen = gen_take(n);
	if (store_begin(ms->store) == -1 ||
	    store_put_member(ms->store, &r) == -1 ||
	    store_del_egress(ms->store, m->id) == -1 ||
	    store_put_gone(ms->store, &g) == -1 ||
	    drop_users(m, op, false) == -1 ||
	    mesh_event(ms, "member.leave", n, m->device->name, op, "") == -1 ||
	    store_commit(ms->store) == -1)
		return (mesh_failed(ms, a));
	meshrow_take_member(m, &r, mono_now(), wall_now());
	member_set_egress(m, NULL, 0);
	gone_add(n, m->id, g.gen, g.at);
	mesh_log("member.leave", n, m->device->name, op, "");
	mesh_changed(n, NULL, m->id);
	(void)drop_users(m, op, true);
	a->member = NULL;
	return (a->code);
}

/* The member of a request, or NULL with the answer. */
static struct member *
find(struct meshes *ms, const struct msg_mesh_op *op, struct mesh_answer *a)
{
	struct device *d;
	struct mesh *n;

	if ((n = op_mesh(ms, op, a)) == NULL)
		return (NULL);
	if ((d = device_find(ms, n->tenant, op->device)) == NULL) {
		(void)mesh_no(a, LEASE_E_DEVICE,
		    "the tenant %s has no device %s", n->tenant->name,
		    op->device);
		return (NULL);
	}
	a->member = member_of(n, d);
	if (a->member != NULL && a->member->state == MEMBER_RESTING)
		a->member = NULL;
	if (a->member == NULL)
		(void)mesh_no(a, LEASE_E_MEMBER,
		    "%s is no member of the mesh %s", d->name, n->name);
	return (a->member);
}

static uint8_t
check_match(const struct member *m, const struct msg_mesh_op *op,
    struct mesh_answer *a)
{
	if (op->has_match && m->gen != op->match)
		return (mesh_no(a, LEASE_E_NO_MATCH,
		    "the member has changed since: read it again"));
	return (LEASE_OK_SAME);
}

uint8_t
op_member_del(struct meshes *ms, const struct msg_mesh_op *op,
    struct mesh_answer *a)
{
	struct member *m;

	if ((m = find(ms, op, a)) == NULL ||
	    check_match(m, op, a) != LEASE_OK_SAME)
		return (a->code);
	return (op_member_leave(m, op, a));
}

/* Find the member, or invite the device. */
static uint8_t
get(struct meshes *ms, const struct msg_mesh_op *op, struct mesh_answer *a)
{
	struct device *d;
	struct mesh *n;

	if (op->op == MESH_MEMBER_SET)
		return (find(ms, op, a) != NULL ? LEASE_OK_SAME : a->code);
	if ((n = op_mesh(ms, op, a)) == NULL)
		return (a->code);
	d = device_find(ms, n->tenant, op->device);
	if (d != NULL && (a->member = member_of(n, d)) != NULL &&
	    a->member->state != MEMBER_RESTING)
		return (LEASE_OK_SAME);
	a->member = NULL;
	/* If-Match: it would have to be there. */
	if (op->has_match)
		return (mesh_no(a, LEASE_E_NO_MATCH,
		    "%s is no member of the mesh %s", op->device, n->name));
	if (!n->tenant->mesh)
		return (mesh_no(a, LEASE_E_MESH_OFF,
		    "mesh is off for the tenant %s", n->tenant->name));
	if ((d = op_device(ms, n->tenant, op, a)) == NULL)
		return (a->code);
	return (op_member_add(n, d, 0, op, a));
}

uint8_t
op_member_put(struct meshes *ms, const struct msg_mesh_op *op,
    struct mesh_answer *a)
{
	char local[LOCAL_TEXT], detail[TEXT_SIZE];
	struct member_row r;
	const char *what;
	struct member *m;
	uint8_t code;

	if ((code = get(ms, op, a)) >= LEASE_E_KEY)
		return (code);
	m = a->member;
	if (check_match(m, op, a) != LEASE_OK_SAME || op->set == 0)
		return (a->code);
	meshrow_member(m, &r, local);
	what = role_take(m, op, &r, detail, sizeof(detail), a);
	if (a->code >= LEASE_E_KEY || what == NULL)
		return (a->code);
	if (change(m, &r, op, what, detail, a) >= LEASE_E_KEY)
		return (a->code);
	return (a->code = code);
}

/* --- what devices and revocations do --- */

static uint8_t
check_key(const struct member *m, const uint8_t *key, struct mesh_answer *a)
{
	const struct meshes *ms = m->mesh->meshes;
	const struct member *other;

	if (!wgkey_usable(key))
		return (mesh_no(a, LEASE_E_KEY, "%s", ""));
	other = member_by_key(ms, key);
	if ((other != NULL && other != m) ||
	    (ms->hooks != NULL && ms->hooks->key_taken != NULL &&
		ms->hooks->key_taken(ms->arg, key)))
		return (mesh_no(a, LEASE_E_KEY_TAKEN,
		    "another has this public key: make a key for each mesh"));
	return (LEASE_OK_SAME);
}

static bool
same_local(const struct member *m, const struct mesh_endpoint *local, uint8_t n)
{
	uint8_t i;

	if (m->nlocal != n)
		return (false);
	for (i = 0; i < n; i++)
		if (!prefix_equal(&m->local[i].addr, &local[i].addr) ||
		    m->local[i].port != local[i].port)
			return (false);
	return (true);
}

uint8_t
op_member_key(struct member *m, const uint8_t *key, uint16_t port,
    const struct mesh_endpoint *local, uint8_t nlocal,
    const struct msg_mesh_op *op, struct mesh_answer *a)
{
	char text[LOCAL_TEXT], detail[TEXT_SIZE], b64[WGKEY_TEXT];
	struct msg_mesh_op plain = *op;
	struct member_row r;
	bool same;

	memset(a, 0, sizeof(*a));
	a->code = LEASE_OK_SAME;
	a->member = m;
	if (m->state == MEMBER_RESTING || nlocal > MEMBER_LOCAL_MAX)
		return (mesh_no(a, LEASE_E_MEMBER, "%s", ""));
	if (check_key(m, key, a) != LEASE_OK_SAME)
		return (a->code);
	same = m->has_key && memcmp(m->key, key, sizeof(m->key)) == 0;
	if (same && m->port == port && same_local(m, local, nlocal))
		return (a->code);
	meshrow_member(m, &r, text);
	r.key = key;
	r.port = port;
	r.local = local_format(local, nlocal, text);
	if (r.state == MEMBER_INVITED)
		r.state = MEMBER_ACTIVE;
	plain.set = 0;
	snprintf(detail, sizeof(detail), "key=%s", wgkey_format(key, b64));
	a->code = !m->has_key ? LEASE_OK_NEW :
	    same		      ? LEASE_OK_SAME :
				LEASE_OK_REKEYED;
	return (change(m, &r, &plain, same ? "member.change" : "member.key",
	    detail, a));
}

/* The state of a member that is suspended, or no longer; or 0 if it stays. */
static uint8_t
state_after(const struct member *m, bool suspend)
{
	if (suspend)
		return (
		    m->state == MEMBER_INVITED || m->state == MEMBER_ACTIVE ?
			MEMBER_SUSPENDED :
			0);
	if (m->state != MEMBER_SUSPENDED)
		return (0);
	return (m->has_key ? MEMBER_ACTIVE : MEMBER_INVITED);
}

int
op_member_suspend(struct meshes *ms, const char *name, bool suspend,
    const struct msg_mesh_op *op)
{
	struct mesh_answer a = { .code = LEASE_OK_SAME };
	struct msg_mesh_op plain = *op;
	char local[LOCAL_TEXT];
	struct member_row r;
	struct tenant *t;
	struct member *m;
	struct device *d;
	uint8_t state;
	int n = 0;

	plain.set = 0;
	RB_FOREACH(t, tenant_tree, &ms->tenants) {
		if ((d = device_find(ms, t, name)) == NULL)
			continue;
		LIST_FOREACH(m, &d->members, ofdev) {
			if ((state = state_after(m, suspend)) == 0)
				continue;
			meshrow_member(m, &r, local);
			r.state = state;
			if (change(m, &r, &plain,
				suspend ? "member.suspend" : "member.resume",
				"", &a) >= LEASE_E_KEY)
				return (-1);
			n++;
		}
	}
	return (n);
}
