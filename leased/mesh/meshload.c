/* SPDX-License-Identifier: ISC */
/*
 * From rows to the mesh, table by table, in such an order that a row names
 * only objects that are there already.
 */

#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "meshgen.h"
#include "meshload.h"
#include "meshrow.h"
#include "slice.h"

struct load {
	struct meshes	*ms;
	struct meshgroup *group;	/* the last one, as rows come in order */
	struct mono	 now;
	struct wall	 wall;
	struct member	*member;	/* its prefixes are being read */
	struct prefix	 egress[MEMBER_EGRESS_MAX];
	uint8_t		 negress;
};

static int
left_out(const char *what, int64_t id)
{
	log_warnx("mesh: %s %lld names what is not there: left out", what,
	    (long long)id);
	return (0);
}

static int
tenant_cb(void *arg, const struct tenant_row *r)
{
	struct load *ld = arg;

	meshrow_take_tenant(tenant_new(ld->ms, r->id, r->name), r);
	return (0);
}

static int
device_cb(void *arg, const struct device_row *r)
{
	struct load *ld = arg;
	struct tenant *t;

	if ((t = tenant_by_id(ld->ms, r->tenant)) == NULL)
		return (left_out("device", r->id));
	meshrow_take_device(device_new(ld->ms, t, r->id, r->name), r);
	return (0);
}

static int
group_cb(void *arg, const struct group_row *r)
{
	struct load *ld = arg;
	struct tenant *t;

	if ((t = tenant_by_id(ld->ms, r->tenant)) == NULL)
		return (left_out("group", r->id));
	(void)group_new(ld->ms, t, r->id, r->name);
	return (0);
}

static struct meshgroup *
group_by_id(struct load *ld, int64_t id)
{
	struct meshgroup *g;
	struct tenant *t;

	if (ld->group != NULL && ld->group->id == id)
		return (ld->group);
	RB_FOREACH(t, tenant_tree, &ld->ms->tenants)
		TAILQ_FOREACH(g, &t->groups, entry)
			if (g->id == id)
				return (ld->group = g);
	return (NULL);
}

static int
grouped_cb(void *arg, const struct group_device_row *r)
{
	struct load *ld = arg;
	struct meshgroup *g;
	struct device *d;

	if ((g = group_by_id(ld, r->group)) == NULL ||
	    (d = device_by_id(ld->ms, r->device)) == NULL ||
	    d->tenant != g->tenant)
		return (left_out("place in a group of device", r->device));
	(void)grouped_new(g, d, r->by_rule);
	return (0);
}

static int
mesh_cb(void *arg, const struct mesh_row *r)
{
	struct load *ld = arg;
	struct tenant *t;
	struct mesh *n;

	if ((t = tenant_by_id(ld->ms, r->tenant)) == NULL)
		return (left_out("mesh", r->id));
	n = mesh_new(ld->ms, t, r->id, r->uuid, r->name);
	meshrow_take_mesh(n, r);
	n->gen = n->gen_all = n->gen_limit;
	return (0);
}

static int
block_cb(void *arg, const struct mesh_block_row *r)
{
	struct load *ld = arg;
	struct mesh *n;

	if ((n = mesh_by_id(ld->ms, r->mesh)) == NULL)
		return (left_out("block of mesh", r->mesh));
	slice_add(n, r->space, &r->block);
	return (0);
}

static int
member_cb(void *arg, const struct member_row *r)
{
	struct load *ld = arg;
	struct member *m;
	struct device *d;
	struct mesh *n;
	int fam;

	if ((n = mesh_by_id(ld->ms, r->mesh)) == NULL ||
	    (d = device_by_id(ld->ms, r->device)) == NULL)
		return (left_out("member", r->id));
	m = member_new(n, d, r->id);
	meshrow_take_member(m, r, ld->now, ld->wall);
	for (fam = 0; fam < FAMS; fam++) {
		if (m->addr[fam].family == 0 || m->hold[fam] != HOLD_NONE ||
		    m->state == MEMBER_RESTING)
			continue;
		log_warnx(
		    "mesh %s: the address of %s is not one of the mesh: suspended",
		    n->name, log_vis(d->name));
		member_set_state(m, MEMBER_SUSPENDED);
	}
	return (0);
}

/* Give the member that was read last its prefixes. */
static void
egress_end(struct load *ld)
{
	struct prefix *p;

	if (ld->member == NULL || ld->negress == 0)
		return;
	if ((p = calloc(ld->negress, sizeof(*p))) == NULL)
		fatal("egress");
	memcpy(p, ld->egress, ld->negress * sizeof(*p));
	member_set_egress(ld->member, p, ld->negress);
}

static int
egress_cb(void *arg, const struct egress_row *r)
{
	struct load *ld = arg;
	struct member *m;
	struct mesh *n;

	if ((n = mesh_by_id(ld->ms, r->mesh)) == NULL ||
	    (m = member_by_id(n, r->member)) == NULL)
		return (left_out("egress of member", r->member));
	if (m != ld->member) {
		egress_end(ld);
		ld->member = m;
		ld->negress = 0;
	}
	if (ld->negress < MEMBER_EGRESS_MAX)
		ld->egress[ld->negress++] = r->prefix;
	return (0);
}

static int
gone_cb(void *arg, const struct gone_row *r)
{
	struct load *ld = arg;
	struct mesh *n;

	if ((n = mesh_by_id(ld->ms, r->mesh)) == NULL)
		return (left_out("past member", r->member));
	gone_add(n, r->member, r->gen, r->at);
	return (0);
}

int
meshes_load(struct meshes *ms, struct mono now, struct wall wall)
{
	struct load ld = { .ms = ms, .now = now, .wall = wall };

	if (store_load_tenants(ms->store, tenant_cb, &ld) == -1 ||
	    store_load_devices(ms->store, device_cb, &ld) == -1 ||
	    store_load_groups(ms->store, group_cb, &ld) == -1 ||
	    store_load_group_devices(ms->store, grouped_cb, &ld) == -1 ||
	    store_load_meshes(ms->store, mesh_cb, &ld) == -1 ||
	    store_load_mesh_blocks(ms->store, block_cb, &ld) == -1 ||
	    store_load_members(ms->store, member_cb, &ld) == -1 ||
	    store_load_egress(ms->store, egress_cb, &ld) == -1 ||
	    store_load_gone(ms->store, gone_cb, &ld) == -1)
		return (-1);
	egress_end(&ld);
	return (0);
}
