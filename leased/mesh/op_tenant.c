/* SPDX-License-Identifier: ISC */
/*
 * Tenants, and the defaults that their meshes take from them.
 */

#include <stdio.h>
#include <string.h>

#include "meshrow.h"
#include "op_mesh.h"
#include "op_tenant.h"
#include "slice.h"

/* The servers in the configuration of the original. */
#define STUN_DEFAULT	"stun.l.google.com:19302 stun.cloudflare.com:3478"

/* The one tenant that there is besides the platform, or NULL. */
static struct tenant *
only_tenant(const struct meshes *ms)
{
	struct tenant *t, *only = NULL;

	for (t = tenant_behind(ms, 0); t != NULL;
	     t = tenant_behind(ms, t->id)) {
		if (strcmp(t->name, TENANT_PLATFORM) == 0)
			continue;
		if (only != NULL)
			return (NULL);
		only = t;
	}
	return (only);
}

struct tenant *
op_tenant(struct meshes *ms, const struct msg_mesh_op *m, struct mesh_answer *a)
{
	struct tenant *t;

	if (m->tenant[0] == '\0')
		t = only_tenant(ms);
	else
		t = tenant_find(ms, m->tenant);
	if (t == NULL && m->tenant[0] == '\0')
		(void)mesh_no(a, LEASE_E_TENANT,
		    "there is not just one tenant: say which");
	else if (t == NULL)
		(void)mesh_no(a, LEASE_E_TENANT, "there is no tenant %s",
		    m->tenant);
	a->tenant = t;
	return (t);
}

static void
defaults(struct tenant_row *r)
{
	r->mesh = false;
	memset(r->range, 0, sizeof(r->range));
	r->port = PORT_DEFAULT;
	r->keepalive = 0;
	r->nat = true;
	r->dns = "";
	r->stun = STUN_DEFAULT;
}

/* Take what is set into the row.  Returns LEASE_OK_SAME or a code. */
static uint8_t
take(const struct msg_mesh_op *m, struct tenant_row *r, struct mesh_answer *a)
{
	const struct prefix *range[FAMS] = { &m->net4, &m->net6 };
	uint8_t code;
	int fam;

	for (fam = 0; fam < FAMS; fam++) {
		if ((m->set & (fam == 0 ? WITH_NET4 : WITH_NET6)) == 0)
			continue;
		if (range[fam]->family != 0) {
			code = slice_check_range(range[fam], a->text,
			    sizeof(a->text));
			if (code != LEASE_OK_SAME)
				return (a->code = code);
		}
		r->range[fam] = *range[fam];
	}
	if ((m->set & WITH_PORT) && m->port == 0)
		return (
		    mesh_no(a, LEASE_E_REQUEST, "the port must be 1 to 65535"));
	if (m->set & WITH_MESH)
		r->mesh = m->mesh;
	if (m->set & WITH_PORT)
		r->port = m->port;
	if (m->set & WITH_KEEPALIVE)
		r->keepalive = m->keepalive;
	if (m->set & WITH_NAT)
		r->nat = m->nat;
	if (m->set & WITH_DNS)
		r->dns = m->dns;
	if (m->set & WITH_STUN)
		r->stun = m->stun;
	return (LEASE_OK_SAME);
}

/* Whether the request may make or change a tenant that is there or not. */
static uint8_t
may_put(struct meshes *ms, const struct msg_mesh_op *m, const struct tenant *t,
    struct mesh_answer *a)
{
	if (t != NULL && m->op == MESH_TENANT_ADD)
		return (mesh_no(a, LEASE_E_EXISTS,
		    "there is a tenant %s already", m->tenant));
	if (t == NULL && m->op == MESH_TENANT_SET)
		return (mesh_no(a, LEASE_E_TENANT, "there is no tenant %s",
		    m->tenant));
	if (m->has_match && (t == NULL || tenant_version(t) != m->match))
		return (mesh_no(a, LEASE_E_NO_MATCH,
		    "the tenant has changed since: read it again"));
	if (t != NULL)
		return (LEASE_OK_SAME);
	if (!mesh_name_ok(m->tenant))
		return (mesh_no(a, LEASE_E_REQUEST,
		    "a tenant's name is of letters, digits and ._- and begins with a letter or a digit"));
	if (ms->ntenants >= TENANTS_MAX)
		return (mesh_no(a, LEASE_E_LIMIT,
		    "there are %d tenants, the most there can be",
		    TENANTS_MAX));
	return (LEASE_OK_SAME);
}

uint8_t
op_tenant_put(struct meshes *ms, const struct msg_mesh_op *m,
    struct mesh_answer *a)
{
	const char *what;
	struct tenant_row r;
	struct tenant *t;
	int rc;

	t = tenant_find(ms, m->tenant);
	if (may_put(ms, m, t, a) != LEASE_OK_SAME)
		return (a->code);
	memset(&r, 0, sizeof(r));
	if (t != NULL)
		meshrow_tenant(t, &r);
	if (t == NULL || m->op == MESH_TENANT_PUT)
		defaults(&r);
	if (take(m, &r, a) != LEASE_OK_SAME)
		return (a->code);
	what = t == NULL ? "tenant.add" : "tenant.change";
	if (t == NULL) {
		r.name = m->tenant;
		r.created = wall_now().s;
	}
	if (store_begin(ms->store) == -1)
		return (mesh_failed(ms, a));
	rc = t == NULL ? store_add_tenant(ms->store, &r) :
			 store_put_tenant(ms->store, &r);
	if (rc == -1 || mesh_event(ms, what, NULL, m->tenant, m, "") == -1 ||
	    store_commit(ms->store) == -1)
		return (mesh_failed(ms, a));
	a->code = t == NULL ? LEASE_OK_NEW : LEASE_OK_SAME;
	if (t == NULL)
		t = tenant_new(ms, r.id, r.name);
	meshrow_take_tenant(t, &r);
	mesh_log(what, NULL, m->tenant, m, "");
	op_mesh_tell(ms, t);
	a->tenant = t;
	return (a->code);
}

/* Its devices and groups go with it. */
static int
store_del(struct meshes *ms, struct tenant *t)
{
	struct meshgroup *g;
	struct device *d;
	struct mesh *n;

	RB_FOREACH(n, mesh_tree, &ms->meshes)
		if (n->tenant == t && store_del_mesh(ms->store, n->id) == -1)
			return (-1);
	TAILQ_FOREACH(g, &t->groups, entry)
		if (store_del_group(ms->store, g->id) == -1)
			return (-1);
	RB_FOREACH(d, device_tree, &t->devices)
		if (store_del_device(ms->store, d->id) == -1)
			return (-1);
	return (store_del_tenant(ms->store, t->id));
}

static void
forget(struct meshes *ms, struct tenant *t)
{
	struct mesh *n, *next;
	struct meshgroup *g;
	struct device *d;

	RB_FOREACH_SAFE(n, mesh_tree, &ms->meshes, next)
		if (n->tenant == t)
			op_mesh_forget(n);
	while ((g = TAILQ_FIRST(&t->groups)) != NULL)
		group_free(ms, g);
	while ((d = RB_ROOT(&t->devices)) != NULL)
		device_free(ms, d);
	tenant_free(ms, t);
}

/* A device of it that is a member of another tenant's mesh: a relay. */
static const struct device *
relay_in_use(struct tenant *t)
{
	struct device *d;
	struct member *m;

	RB_FOREACH(d, device_tree, &t->devices)
		LIST_FOREACH(m, &d->members, ofdev)
			if (m->mesh->tenant != t)
				return (d);
	return (NULL);
}

uint8_t
op_tenant_del(struct meshes *ms, const struct msg_mesh_op *m,
    struct mesh_answer *a)
{
	const struct device *d;
	struct tenant *t;

	if ((t = op_tenant(ms, m, a)) == NULL)
		return (a->code);
	if (m->has_match && tenant_version(t) != m->match)
		return (mesh_no(a, LEASE_E_NO_MATCH,
		    "the tenant has changed since: read it again"));
	if (t->nmeshes > 0 && !m->force)
		return (mesh_no(a, LEASE_E_IN_USE,
		    "the tenant has %u meshes: delete them first, or use force",
		    t->nmeshes));
	if ((d = relay_in_use(t)) != NULL)
		return (mesh_no(a, LEASE_E_IN_USE,
		    "its relay %s is assigned to a mesh: remove it from there first",
		    d->name));
	if (store_begin(ms->store) == -1)
		return (mesh_failed(ms, a));
	if (store_del(ms, t) == -1 ||
	    mesh_event(ms, "tenant.delete", NULL, m->tenant, m, "") == -1 ||
	    store_commit(ms->store) == -1)
		return (mesh_failed(ms, a));
	forget(ms, t);
	a->tenant = NULL;
	mesh_log("tenant.delete", NULL, m->tenant, m, "");
	return (a->code);
}
