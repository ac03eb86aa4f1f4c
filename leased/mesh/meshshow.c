/* SPDX-License-Identifier: ISC */
/*
 * From the mesh to the messages that show it.
 */

#include <stdio.h>
#include <string.h>

#include "meshshow.h"
#include "op_mesh.h"
#include "op_tenant.h"

#define PAGE		64	/* items of a page */
#define LOOK_MAX	1024	/* items to look at for a page */

bool
member_is_offline(const struct member *m, struct wall now)
{
	return (m->seen < now.s - MESH_ONLINE_S &&
	    m->handshake < now.s - MESH_ONLINE_S);
}

bool
member_lacks(const struct member *m, uint64_t upto, uint64_t upto_all)
{
	uint64_t need = member_sees_all(m) ? upto : upto_all;

	/* A member is told of its own settings in any case. */
	if (m->gen > need && m->gen <= upto)
		need = m->gen;
	return (member_seen(m) && m->acked < need);
}

bool
member_is_behind(const struct member *m, struct wall now)
{
	return (m->seen >= now.s - MESH_ONLINE_S &&
	    member_lacks(m, m->mesh->settled, m->mesh->settled_all));
}

void
show_tenant(const struct meshes *ms, const struct tenant *t,
    struct msg_mesh_tenant *m)
{
	memset(m, 0, sizeof(*m));
	m->id = (uint64_t)t->id;
	m->version = tenant_version(t);
	strlcpy(m->name, t->name, sizeof(m->name));
	m->mesh = t->mesh;
	m->nat = t->nat;
	m->ranges[m->nranges++] = *tenant_range(ms, t, 0);
	m->ranges[m->nranges++] = *tenant_range(ms, t, 1);
	m->port = t->port;
	m->keepalive = t->keepalive;
	strlcpy(m->dns, t->dns, sizeof(m->dns));
	strlcpy(m->stun, t->stun, sizeof(m->stun));
	m->meshes = t->nmeshes;
	m->devices = t->ndevices;
	m->created = t->created;
}

void
show_net(const struct mesh *n, struct msg_mesh_net *m)
{
	int fam;

	memset(m, 0, sizeof(*m));
	m->id = (uint64_t)n->id;
	m->version = mesh_version(n);
	(void)uuid_format(n->uuid, m->uuid);
	strlcpy(m->tenant, n->tenant->name, sizeof(m->tenant));
	strlcpy(m->name, n->name, sizeof(m->name));
	m->topology = n->topology;
	for (fam = 0; fam < FAMS; fam++)
		if (n->net[fam].family != 0)
			m->addrs[m->naddrs++] = n->net[fam];
	m->port = n->port;
	m->keepalive = n->keepalive;
	strlcpy(m->dns, n->dns, sizeof(m->dns));
	if (n->group != NULL)
		strlcpy(m->group, n->group->name, sizeof(m->group));
	m->enrolling = n->enrol_after != -1;
	m->members = n->nmembers;
	m->active = n->nactive;
	m->gen = n->gen;
	m->created = n->created;
}

/* A tenant does not learn the name of the platform's device. */
static const char *
shown_name(const struct member *m)
{
	return (m->role & MEMBER_PLATFORM ? "relay" : m->device->name);
}

void
show_member(const struct member *x, struct wall now, struct msg_mesh_member *m)
{
	const struct member *via;
	int fam;

	memset(m, 0, sizeof(*m));
	m->id = (uint64_t)x->id;
	strlcpy(m->tenant, x->mesh->tenant->name, sizeof(m->tenant));
	strlcpy(m->network, x->mesh->name, sizeof(m->network));
	(void)uuid_format(x->mesh->uuid, m->uuid);
	strlcpy(m->device, shown_name(x), sizeof(m->device));
	m->state = x->state;
	m->has_key = x->has_key;
	if (x->has_key)
		memcpy(m->pubkey, x->key, sizeof(m->pubkey));
	for (fam = 0; fam < FAMS; fam++)
		if (x->addr[fam].family != 0)
			m->addrs[m->naddrs++] = x->addr[fam];
	m->relay = (x->role & MEMBER_RELAY) != 0;
	m->egress = (x->role & MEMBER_EGRESS) != 0;
	m->hub = (x->role & MEMBER_HUB) != 0;
	m->platform = (x->role & MEMBER_PLATFORM) != 0;
	m->negress_prefixes = x->negress;
	if (x->negress > 0)
		memcpy(m->egress_prefixes, x->egress,
		    x->negress * sizeof(*x->egress));
	if (x->via != 0 && (via = member_by_id(x->mesh, x->via)) != NULL)
		strlcpy(m->via, shown_name(via), sizeof(m->via));
	m->endpoint = x->endpoint.addr;
	m->port = x->endpoint.port;
	m->source = x->endpoint_src;
	m->nat = x->nat;
	m->gen = x->gen;
	m->acked = x->acked;
	m->acked_at = x->acked_at;
	m->handshake = x->handshake;
	m->seen = x->seen;
	m->created = x->created;
	m->behind = member_is_behind(x, now);
	m->offline = member_is_offline(x, now);
	if (x->nack != NULL)
		strlcpy(m->nack, x->nack, sizeof(m->nack));
}

void
show_device(const struct device *d, struct msg_mesh_device *m)
{
	const struct member *x;
	const struct grouped *g;
	size_t len = 0;

	memset(m, 0, sizeof(*m));
	m->id = (uint64_t)d->id;
	strlcpy(m->tenant, d->tenant->name, sizeof(m->tenant));
	strlcpy(m->name, d->name, sizeof(m->name));
	strlcpy(m->who, d->who, sizeof(m->who));
	strlcpy(m->version, d->version, sizeof(m->version));
	m->platform = d->platform;
	LIST_FOREACH(x, &d->members, ofdev)
		m->meshes += x->state != MEMBER_RESTING;
	LIST_FOREACH(g, &d->groups, ofdev) {
		if (len + strlen(g->group->name) + 2 > sizeof(m->groups))
			break;
		len += (size_t)snprintf(m->groups + len,
		    sizeof(m->groups) - len, "%s%s", len > 0 ? "," : "",
		    g->group->name);
	}
	m->created = d->created;
	m->seen = d->seen;
}

void
show_answer(const struct meshes *ms, const struct mesh_answer *a,
    struct msg_mesh_reply *m)
{
	memset(m, 0, sizeof(*m));
	m->code = a->code;
	strlcpy(m->text, a->text, sizeof(m->text));
	m->enrolled = a->enrolled;
	m->of = a->of;
	if (a->code >= LEASE_E_KEY)
		return;
	if (a->relay != NULL) {
		m->has = MESH_RELAYS;
		show_device(a->relay, &m->device);
	} else if (a->member != NULL) {
		m->has = MESH_MEMBERS;
		show_member(a->member, wall_now(), &m->member);
	} else if (a->mesh != NULL) {
		m->has = MESH_MESHES;
		show_net(a->mesh, &m->net);
	} else if (a->tenant != NULL) {
		m->has = MESH_TENANTS;
		show_tenant(ms, a->tenant, &m->tenant);
	}
}

/* --- lists --- */

struct page {
	struct meshes	*ms;
	const struct msg_mesh_list *ask;
	bool		 (*cb)(void *, const struct mesh_shown *);
	void		*arg;
	struct msg_mesh_list_end *end;
	struct tenant	*tenant;	/* NULL: all */
	unsigned int	 items;
	unsigned int	 looked;
};

/* True if the page may go on after what it has. */
static bool
room(struct page *p)
{
	p->end->more = p->items >= PAGE || p->looked++ >= LOOK_MAX;
	return (!p->end->more);
}

static bool
give(struct page *p, const struct mesh_shown *s, int64_t id)
{
	if (!p->cb(p->arg, s)) {
		p->end->more = 1;
		return (false);
	}
	p->items++;
	p->end->after = (uint64_t)id;
	return (true);
}

static void
list_tenants(struct page *p)
{
	struct msg_mesh_tenant m;
	const struct mesh_shown s = { .tenant = &m };
	struct tenant *t = p->tenant;

	if (t == NULL)
		t = tenant_behind(p->ms, (int64_t)p->ask->after);
	for (; t != NULL && room(p); t = tenant_behind(p->ms, t->id)) {
		show_tenant(p->ms, t, &m);
		if (!give(p, &s, t->id) || p->tenant != NULL)
			return;
	}
}

static void
list_meshes(struct page *p)
{
	struct msg_mesh_net m;
	const struct mesh_shown s = { .net = &m };
	struct mesh *n;

	for (n = mesh_behind(p->ms, (int64_t)p->ask->after);
	     n != NULL && room(p); n = mesh_behind(p->ms, n->id)) {
		show_net(n, &m);
		if ((p->tenant == NULL || n->tenant == p->tenant) &&
		    !give(p, &s, n->id))
			return;
		p->end->after = (uint64_t)n->id;
	}
}

static bool
wanted(const struct page *p, const struct member *m, struct wall now)
{
	return (m->state != MEMBER_RESTING &&
	    (!p->ask->behind || member_is_behind(m, now)) &&
	    (!p->ask->offline || member_is_offline(m, now)));
}

/* The members of a mesh, from a place on. */
static bool
list_of_mesh(struct page *p, struct mesh *n, int64_t after)
{
	struct msg_mesh_member m;
	const struct mesh_shown s = { .member = &m };
	struct wall now = wall_now();
	struct member *x;

	p->end->network_id = (uint64_t)n->id;
	p->end->after = (uint64_t)after;
	for (x = member_behind(n, after); x != NULL;
	     x = member_behind(n, x->id)) {
		if (!room(p))
			return (false);
		if (wanted(p, x, now)) {
			show_member(x, now, &m);
			if (!give(p, &s, x->id))
				return (false);
		}
		p->end->after = (uint64_t)x->id;
	}
	return (true);
}

static void
list_all_members(struct page *p)
{
	int64_t after = (int64_t)p->ask->after;
	struct mesh *n;

	n = mesh_behind(p->ms, (int64_t)p->ask->network_id - 1);
	for (; n != NULL; n = mesh_behind(p->ms, n->id), after = 0) {
		if (p->tenant != NULL && n->tenant != p->tenant)
			continue;
		if ((uint64_t)n->id != p->ask->network_id)
			after = 0;
		if (!list_of_mesh(p, n, after))
			return;
	}
}

/* One member by the name of its device. */
static void
list_member(struct page *p, struct mesh *n)
{
	struct msg_mesh_member m;
	const struct mesh_shown s = { .member = &m };
	struct device *d;
	struct member *x;

	d = device_find(p->ms, n->tenant, p->ask->device);
	if (d == NULL) {
		p->end->code = LEASE_E_DEVICE;
		return;
	}
	x = member_of(n, d);
	if (x == NULL || x->state == MEMBER_RESTING) {
		p->end->code = LEASE_E_MEMBER;
		return;
	}
	show_member(x, wall_now(), &m);
	(void)give(p, &s, x->id);
}

static void
list_devices(struct page *p, struct tenant *t)
{
	struct msg_mesh_device m;
	const struct mesh_shown s = { .device = &m };
	struct meshgroup *g = NULL;
	struct device *d;

	if (p->ask->group[0] != '\0' &&
	    (g = group_find(p->ms, t, p->ask->group)) == NULL) {
		p->end->code = LEASE_E_GROUP;
		return;
	}
	for (d = device_behind(t, (int64_t)p->ask->after); d != NULL && room(p);
	     d = device_behind(t, d->id)) {
		show_device(d, &m);
		if ((p->ask->what != MESH_RELAYS || d->platform) &&
		    (!p->ask->one || strcmp(d->name, p->ask->device) == 0) &&
		    (g == NULL || grouped_find(g, d) != NULL) &&
		    !give(p, &s, d->id))
			return;
		p->end->after = (uint64_t)d->id;
	}
}

/* Devices of all tenants, one after the other. */
static void
list_all_devices(struct page *p)
{
	struct msg_mesh_list ask = *p->ask;
	struct tenant *t;

	p->ask = &ask;
	t = tenant_behind(p->ms, (int64_t)ask.network_id - 1);
	for (; t != NULL; t = tenant_behind(p->ms, t->id)) {
		if ((uint64_t)t->id != ask.network_id)
			ask.after = 0;
		p->end->network_id = (uint64_t)t->id;
		list_devices(p, t);
		if (p->end->more)
			return;
	}
}

static void
list_in_mesh(struct page *p)
{
	struct msg_mesh_op op = { .op = 0 };
	struct mesh_answer a = { .code = LEASE_OK_SAME };
	struct mesh *n;

	strlcpy(op.tenant, p->ask->tenant, sizeof(op.tenant));
	strlcpy(op.network, p->ask->network, sizeof(op.network));
	if ((n = op_mesh(p->ms, &op, &a)) == NULL) {
		p->end->code = a.code;
		strlcpy(p->end->text, a.text, sizeof(p->end->text));
	} else if (p->ask->what == MESH_MESHES) {
		struct msg_mesh_net m;
		const struct mesh_shown s = { .net = &m };

		show_net(n, &m);
		(void)give(p, &s, n->id);
	} else if (p->ask->one)
		list_member(p, n);
	else
		(void)list_of_mesh(p, n, (int64_t)p->ask->after);
}

void
show_list(struct meshes *ms, const struct msg_mesh_list *ask,
    bool (*cb)(void *, const struct mesh_shown *), void *arg,
    struct msg_mesh_list_end *end)
{
	struct page p = { .ms = ms,
		.ask = ask,
		.cb = cb,
		.arg = arg,
		.end = end };

	memset(end, 0, sizeof(*end));
	end->code = LEASE_OK_SAME;
	end->after = ask->after;
	end->network_id = ask->network_id;
	if (ask->tenant[0] != '\0' &&
	    (p.tenant = tenant_find(ms, ask->tenant)) == NULL) {
		end->code = LEASE_E_TENANT;
		return;
	}
	switch ((enum mesh_what)ask->what) {
	case MESH_TENANTS:
		list_tenants(&p);
		return;
	case MESH_MESHES:
	case MESH_MEMBERS:
		if (ask->network[0] != '\0')
			list_in_mesh(&p);
		else if (ask->what == MESH_MESHES)
			list_meshes(&p);
		else
			list_all_members(&p);
		return;
	case MESH_RELAYS:
		p.tenant = tenant_find(ms, TENANT_PLATFORM);
		if (p.tenant != NULL)
			list_devices(&p, p.tenant);
		return;
	case MESH_DEVICES:
		if (p.tenant != NULL)
			list_devices(&p, p.tenant);
		else
			list_all_devices(&p);
		return;
	}
}
