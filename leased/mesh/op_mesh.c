/* SPDX-License-Identifier: ISC */
/*
 * Meshes: their slices, settings and enrolments.
 */

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "enrol.h"
#include "meshgen.h"
#include "meshrow.h"
#include "op_group.h"
#include "op_mesh.h"
#include "op_tenant.h"
#include "slice.h"

#define KEEPALIVE_MAX	256	/* members of a mesh with keepalive for all */

struct mesh *
op_mesh(struct meshes *ms, const struct msg_mesh_op *m, struct mesh_answer *a)
{
	uint8_t uuid[UUID_LEN];
	struct tenant *t;

	/* A uuid needs no tenant. */
	if (m->tenant[0] == '\0' && uuid_parse(m->network, uuid) == 0) {
		if ((a->mesh = mesh_by_uuid(ms, uuid)) == NULL)
			(void)mesh_no(a, LEASE_E_MESH, "there is no mesh %s",
			    m->network);
		return (a->mesh);
	}
	if ((t = op_tenant(ms, m, a)) == NULL)
		return (NULL);
	if ((a->mesh = mesh_find(ms, t, m->network)) == NULL)
		(void)mesh_no(a, LEASE_E_MESH, "the tenant %s has no mesh %s",
		    t->name, m->network);
	return (a->mesh);
}

/* The prefix of one family: the one that was asked for, or a slice. */
static uint8_t
choose_net(struct meshes *ms, const struct tenant *t,
    const struct msg_mesh_op *m, int fam, struct prefix *out,
    struct mesh_answer *a)
{
	const struct prefix *want = fam == 0 ? &m->net4 : &m->net6;
	char name[PREFIX_TEXT];
	uint8_t code;

	if (m->set & (fam == 0 ? WITH_NET4 : WITH_NET6)) {
		*out = *want;
		if (want->family == 0)
			return (LEASE_OK_SAME);
		code = slice_check(ms, t, want, a->text, sizeof(a->text));
		return (a->code = code);
	}
	if (slice_carve(ms, t, fam, out) == 0)
		return (LEASE_OK_SAME);
	return (mesh_no(a, LEASE_E_RANGE,
	    "no /%d is left in %s, the range of the tenant", fam == 0 ? 24 : 64,
	    prefix_format(tenant_range(ms, t, fam), name)));
}

/* Put the settings of a request into the row. */
static uint8_t
take(const struct msg_mesh_op *m, unsigned int members, struct mesh_row *r,
    struct mesh_answer *a)
{
	if (m->set & WITH_TOPOLOGY)
		r->topology = m->topology;
	/* Port 0 is the tenant's, as in the original's request. */
	if ((m->set & WITH_PORT) && m->port != 0)
		r->port = m->port;
	if (m->set & WITH_KEEPALIVE)
		r->keepalive = m->keepalive;
	if (m->set & WITH_DNS)
		r->dns = m->dns;
	if (r->keepalive > 0 && members > KEEPALIVE_MAX)
		return (mesh_no(a, LEASE_E_LIMIT,
		    "keepalive between all is for meshes of at most %d members, this one has %u: idle pairs need none",
		    KEEPALIVE_MAX, members));
	return (LEASE_OK_SAME);
}

static uint8_t
may_add(struct meshes *ms, const struct msg_mesh_op *m, const struct tenant *t,
    struct mesh_answer *a)
{
	if (!t->mesh)
		return (mesh_no(a, LEASE_E_MESH_OFF,
		    "mesh is off for the tenant %s", t->name));
	if (!mesh_name_ok(m->network))
		return (mesh_no(a, LEASE_E_REQUEST,
		    "a mesh's name is of letters, digits and ._-, begins with a letter or a digit, and is no uuid"));
	if (mesh_find(ms, t, m->network) != NULL)
		return (mesh_no(a, LEASE_E_EXISTS,
		    "the tenant %s has a mesh %s already", t->name,
		    m->network));
	if (ms->nmeshes >= ms->conf.nets_max)
		return (mesh_no(a, LEASE_E_LIMIT,
		    "there are %u meshes: the limit is mesh.networks_max",
		    ms->nmeshes));
	if ((m->set & WITH_NET4) && (m->set & WITH_NET6) &&
	    m->net4.family == 0 && m->net6.family == 0)
		return (mesh_no(a, LEASE_E_REQUEST,
		    "a mesh needs addresses of one family at least"));
	return (LEASE_OK_SAME);
}

/* Write a new mesh with its blocks, and its group if that is new. */
static int
store_new(struct meshes *ms, const struct msg_mesh_op *m,
    const struct tenant *t, struct mesh_row *r, struct group_row *g,
    const char *detail)
{
	struct mesh shown = { .tenant = tenant_find(ms, t->name) };
	int fam;

	strlcpy(shown.name, r->name, sizeof(shown.name));
	if (g->name != NULL && g->id == 0 &&
	    store_add_group(ms->store, g) == -1)
		return (-1);
	r->group = g->id;
	if (store_add_mesh(ms->store, r) == -1)
		return (-1);
	for (fam = 0; fam < FAMS; fam++)
		if (r->net[fam].family != 0 &&
		    slices_store(ms->store, r->id,
			slice_space(ms, t, &r->net[fam]), &r->net[fam]) == -1)
			return (-1);
	return (mesh_event(ms, "mesh.add", &shown, "", m, detail));
}

static void
nets_text(const struct mesh_row *r, char *dst, size_t size)
{
	char a[PREFIX_TEXT], b[PREFIX_TEXT];

	snprintf(dst, size, "%s%s%s%s", r->net[0].family != 0 ? "net=" : "",
	    r->net[0].family != 0 ? prefix_format(&r->net[0], a) : "",
	    r->net[1].family == 0	      ? "" :
		r->net[0].family == 0 ? "net=" :
					      " net=",
	    r->net[1].family != 0 ? prefix_format(&r->net[1], b) : "");
}

/* A mesh that is durable comes into memory. */
static struct mesh *
enter(struct meshes *ms, struct tenant *t, const struct mesh_row *r,
    const struct group_row *g)
{
	struct mesh *n;
	int fam;

	if (g->name != NULL && group_find(ms, t, g->name) == NULL)
		(void)group_new(ms, t, g->id, g->name);
	n = mesh_new(ms, t, r->id, r->uuid, r->name);
	meshrow_take_mesh(n, r);
	for (fam = 0; fam < FAMS; fam++)
		if (n->net[fam].family != 0)
			n->space[fam] = slice_space(ms, t, &n->net[fam]);
	slices_add(n);
	return (n);
}

uint8_t
op_mesh_add(struct meshes *ms, const struct msg_mesh_op *m,
    struct mesh_answer *a)
{
	struct group_row g = { .id = 0 };
	uint8_t uuid[UUID_LEN];
	char detail[TEXT_SIZE];
	const struct mesh *first;
	struct mesh_row r;
	struct tenant *t;
	int fam;

	if ((t = op_tenant(ms, m, a)) == NULL ||
	    may_add(ms, m, t, a) != LEASE_OK_SAME)
		return (a->code);
	memset(&r, 0, sizeof(r));
	randombytes_buf(uuid, sizeof(uuid));
	uuid[6] = (uuid[6] & 0x0f) | 0x40;	/* RFC 9562, version 4 */
	uuid[8] = (uuid[8] & 0x3f) | 0x80;
	/* All meshes of a database have the same epoch. */
	if ((first = mesh_behind(ms, 0)) != NULL)
		r.epoch = first->epoch;
	else
		randombytes_buf(&r.epoch, sizeof(r.epoch));
	r.epoch &= INT64_MAX;
	r.uuid = uuid;
	r.tenant = t->id;
	r.name = m->network;
	r.topology = TOPOLOGY_FULL;
	r.port = t->port;
	r.keepalive = t->keepalive;
	r.dns = t->dns;
	r.enrol_after = -1;
	r.created = wall_now().s;
	for (fam = 0; fam < FAMS; fam++)
		if (choose_net(ms, t, m, fam, &r.net[fam], a) != LEASE_OK_SAME)
			return (a->code);
	if (take(m, 0, &r, a) != LEASE_OK_SAME)
		return (a->code);
	if (m->set & WITH_GROUP) {
		if (op_group_row(ms, t, m->group, &g, a) != LEASE_OK_SAME)
			return (a->code);
		r.enrol_after = 0;
	}
	nets_text(&r, detail, sizeof(detail));
	if (store_begin(ms->store) == -1)
		return (mesh_failed(ms, a));
	if (store_new(ms, m, t, &r, &g, detail) == -1 ||
	    store_commit(ms->store) == -1)
		return (mesh_failed(ms, a));
	a->mesh = enter(ms, t, &r, &g);
	a->code = LEASE_OK_NEW;
	mesh_log("mesh.add", a->mesh, "", m, detail);
	if (a->mesh->group != NULL)
		(void)enrol_page(a->mesh);
	if (a->mesh->group != NULL)
		a->of = a->mesh->group->ndevices;
	a->enrolled = a->mesh->nmembers;
	return (a->code);
}

/* The group that the mesh enrols from now on, or none any more. */
static uint8_t
take_group(const struct mesh *n, const struct msg_mesh_op *m,
    struct mesh_row *r, struct mesh_answer *a)
{
	const struct meshgroup *g;

	if (m->group[0] == '\0') {
		r->group = 0;
		r->enrol_after = -1;
		return (LEASE_OK_SAME);
	}
	if ((g = group_find(n->meshes, n->tenant, m->group)) == NULL)
		return (
		    mesh_no(a, LEASE_E_GROUP, "the tenant %s has no group %s",
			n->tenant->name, m->group));
	/* The devices of the same group are members, or were taken out. */
	if (g == n->group)
		return (LEASE_OK_SAME);
	r->group = g->id;
	r->enrol_after = 0;
	return (LEASE_OK_SAME);
}

/* Write the row of a mesh that has changed, and take it over. */
static uint8_t
change(struct mesh *n, const struct mesh_row *r, const struct msg_mesh_op *m,
    const char *what, const char *detail, struct mesh_answer *a)
{
	struct meshes *ms = n->meshes;

	if (store_begin(ms->store) == -1)
		return (mesh_failed(ms, a));
	if (store_put_mesh(ms->store, r) == -1 ||
	    mesh_event(ms, what, n, "", m, detail) == -1 ||
	    store_commit(ms->store) == -1)
		return (mesh_failed(ms, a));
	meshrow_take_mesh(n, r);
	mesh_log(what, n, "", m, detail);
	mesh_changed(n, NULL, 0);
	return (a->code);
}

uint8_t
op_mesh_set(struct meshes *ms, const struct msg_mesh_op *m,
    struct mesh_answer *a)
{
	char detail[TEXT_SIZE];
	const char *group;
	struct mesh_row r;
	struct mesh *n;

	if ((n = op_mesh(ms, m, a)) == NULL)
		return (a->code);
	if (m->has_match && mesh_version(n) != m->match)
		return (mesh_no(a, LEASE_E_NO_MATCH,
		    "the mesh has changed since: read it again"));
	meshrow_mesh(n, &r);
	if (take(m, n->nmembers, &r, a) != LEASE_OK_SAME ||
	    ((m->set & WITH_GROUP) && take_group(n, m, &r, a) != LEASE_OK_SAME))
		return (a->code);
	if (r.topology == TOPOLOGY_FULL && n->nmembers > ms->conf.full_max)
		return (mesh_no(a, LEASE_E_LIMIT,
		    "the mesh has %u members: a full one may have mesh.full_max, %u",
		    n->nmembers, ms->conf.full_max));
	/* The others of this mesh see a relay's facts in the same way. */
	group = m->group[0] != '\0' ? m->group : "none";
	snprintf(detail, sizeof(detail), "topology=%s port=%u keepalive=%u%s%s",
	    r.topology == TOPOLOGY_HUB ? "hub" : "full", r.port, r.keepalive,
	    m->set & WITH_GROUP ? " group=" : "",
	    m->set & WITH_GROUP ? group : "");
	if (change(n, &r, m, "mesh.change", detail, a) != LEASE_OK_SAME)
		return (a->code);
	(void)enrol_page(n);
	return (a->code);
}

void
op_mesh_forget(struct mesh *n)
{
	struct meshes *ms = n->meshes;

	if (ms->hooks != NULL && ms->hooks->deleted != NULL)
		ms->hooks->deleted(ms->arg, n);
	mesh_free(n);
}

uint8_t
op_mesh_del(struct meshes *ms, const struct msg_mesh_op *m,
    struct mesh_answer *a)
{
	struct mesh *n;

	if ((n = op_mesh(ms, m, a)) == NULL)
		return (a->code);
	if (m->has_match && mesh_version(n) != m->match)
		return (mesh_no(a, LEASE_E_NO_MATCH,
		    "the mesh has changed since: read it again"));
	if (n->nmembers > 0 && !m->force)
		return (mesh_no(a, LEASE_E_IN_USE,
		    "the mesh has %u members: remove them first, or use force",
		    n->nmembers));
	if (store_begin(ms->store) == -1)
		return (mesh_failed(ms, a));
	if (store_del_mesh(ms->store, n->id) == -1 ||
	    mesh_event(ms, "mesh.delete", n, "", m, "") == -1 ||
	    store_commit(ms->store) == -1)
		return (mesh_failed(ms, a));
	mesh_log("mesh.delete", n, "", m, "");
	op_mesh_forget(n);
	a->mesh = NULL;
	return (a->code);
}

uint8_t
op_mesh_enrol(struct meshes *ms, const struct msg_mesh_op *m,
    struct mesh_answer *a)
{
	char detail[TEXT_SIZE];
	struct meshgroup *g;
	struct mesh_row r;
	struct mesh *n;

	if ((n = op_mesh(ms, m, a)) == NULL)
		return (a->code);
	if ((g = group_find(ms, n->tenant, m->group)) == NULL)
		return (
		    mesh_no(a, LEASE_E_GROUP, "the tenant %s has no group %s",
			n->tenant->name, m->group));
	meshrow_mesh(n, &r);
	r.group = g->id;
	r.enrol_after = 0;
	snprintf(detail, sizeof(detail), "group=%s", g->name);
	if (change(n, &r, m, "mesh.enrol", detail, a) != LEASE_OK_SAME)
		return (a->code);
	(void)enrol_page(n);
	a->of = g->ndevices;
	a->enrolled = enrol_count(n);
	return (a->code);
}

void
op_mesh_tell(struct meshes *ms, const struct tenant *t)
{
	struct mesh *n;

	RB_FOREACH(n, mesh_tree, &ms->meshes)
		if (n->tenant == t)
			mesh_changed(n, NULL, 0);
}
