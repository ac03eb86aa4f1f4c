/* SPDX-License-Identifier: ISC */
/*
 * The indexes of the mesh, and how its things come into them and out.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "memberaddr.h"
#include "mesh.h"
#include "slice.h"

/* A name within a tenant, or of a tenant, whose id is then 0. */
struct name_key {
	int64_t		 tenant;
	const char	*name;
};

static int
id_cmp(int64_t a, int64_t b)
{
	return (a < b ? -1 : a > b);
}

static int
grouped_cmp(const struct grouped *a, const struct grouped *b)
{
	return (id_cmp(a->device->id, b->device->id));
}

static int
device_cmp(const struct device *a, const struct device *b)
{
	return (id_cmp(a->id, b->id));
}

static int
tenant_cmp(const struct tenant *a, const struct tenant *b)
{
	return (id_cmp(a->id, b->id));
}

static int
mesh_cmp(const struct mesh *a, const struct mesh *b)
{
	return (id_cmp(a->id, b->id));
}

static int
member_cmp(const struct member *a, const struct member *b)
{
	return (id_cmp(a->id, b->id));
}

RB_GENERATE(grouped_tree, grouped, entry, grouped_cmp)
RB_GENERATE(device_tree, device, entry, device_cmp)
RB_GENERATE(tenant_tree, tenant, entry, tenant_cmp)
RB_GENERATE(mesh_tree, mesh, entry, mesh_cmp)
RB_GENERATE(member_tree, member, entry, member_cmp)

/* --- hashes --- */

static uint64_t
name_hash(int64_t tenant, const char *name)
{
	uint8_t buf[sizeof(tenant) + IDENT_SIZE];
	size_t len;

	len = strnlen(name, IDENT_SIZE);
	memcpy(buf, &tenant, sizeof(tenant));
	memcpy(buf + sizeof(tenant), name, len);
	return (hash_bytes(buf, sizeof(tenant) + len));
}

#define NAME_INDEX(type, of_tenant)					\
	static uint64_t type##_hash(const void *item)                          \
{									\
	const struct type *t = item;					\
									\
	return (name_hash(of_tenant, t->name));				\
}									\
	static bool type##_eq(const void *item, const void *key)               \
{									\
	const struct name_key *k = key;					\
	const struct type *t = item;					\
									\
	return ((of_tenant) == k->tenant &&				\
	    strcmp(t->name, k->name) == 0);				\
}
/* clang-format off */
NAME_INDEX(tenant, (int64_t)0)
NAME_INDEX(meshgroup, t->tenant->id)
NAME_INDEX(device, t->tenant->id)
NAME_INDEX(mesh, t->tenant->id)
/* clang-format on */
#undef NAME_INDEX

static void *
by_name(const struct hash *h, bool (*eq)(const void *, const void *),
    int64_t tenant, const char *name)
{
	const struct name_key key = { tenant, name };

	return (hash_find(h, name_hash(tenant, name), eq, &key));
}

static uint64_t
device_id_hash(const void *item)
{
	const struct device *d = item;

	return (hash_bytes(&d->id, sizeof(d->id)));
}

static bool
device_id_eq(const void *item, const void *key)
{
	const struct device *d = item;

	return (d->id == *(const int64_t *)key);
}

static uint64_t
uuid_hash(const void *item)
{
	const struct mesh *n = item;

	return (hash_bytes(n->uuid, UUID_LEN));
}

static bool
uuid_eq(const void *item, const void *key)
{
	const struct mesh *n = item;

	return (memcmp(n->uuid, key, UUID_LEN) == 0);
}

static uint64_t
key_hash(const void *item)
{
	const struct member *m = item;

	return (hash_bytes(m->key, WGKEY_LEN));
}

static bool
key_eq(const void *item, const void *key)
{
	const struct member *m = item;

	return (memcmp(m->key, key, WGKEY_LEN) == 0);
}

/* --- all of it --- */

void
meshes_init(struct meshes *ms, struct store *store)
{
	memset(ms, 0, sizeof(*ms));
	ms->store = store;
	TAILQ_INIT(&ms->unwritten);
	RB_INIT(&ms->paths);
	TAILQ_INIT(&ms->old_paths);
	meshconf_defaults(&ms->conf);
	RB_INIT(&ms->tenants);
	RB_INIT(&ms->meshes);
	RB_INIT(&ms->slices);
	hash_init(&ms->tenant_names, tenant_hash);
	hash_init(&ms->group_names, meshgroup_hash);
	hash_init(&ms->device_names, device_hash);
	hash_init(&ms->device_ids, device_id_hash);
	hash_init(&ms->mesh_names, mesh_hash);
	hash_init(&ms->mesh_uuids, uuid_hash);
	hash_init(&ms->keys, key_hash);
}

void
meshes_clear(struct meshes *ms)
{
	struct meshgroup *g;
	struct tenant *t;
	struct device *d;
	struct mesh *n;

	while ((n = RB_ROOT(&ms->meshes)) != NULL)
		mesh_free(n);
	while ((t = RB_ROOT(&ms->tenants)) != NULL) {
		while ((g = TAILQ_FIRST(&t->groups)) != NULL)
			group_free(ms, g);
		while ((d = RB_ROOT(&t->devices)) != NULL)
			device_free(ms, d);
		tenant_free(ms, t);
	}
	hash_clear(&ms->tenant_names);
	hash_clear(&ms->group_names);
	hash_clear(&ms->device_names);
	hash_clear(&ms->device_ids);
	hash_clear(&ms->mesh_names);
	hash_clear(&ms->mesh_uuids);
	hash_clear(&ms->keys);
}

/* --- look-ups --- */

struct tenant *
tenant_find(const struct meshes *ms, const char *name)
{
	return (by_name(&ms->tenant_names, tenant_eq, 0, name));
}

struct tenant *
tenant_by_id(const struct meshes *ms, int64_t id)
{
	struct tenant *t;

	t = tenant_behind(ms, id - 1);
	return (t != NULL && t->id == id ? t : NULL);
}

struct meshgroup *
group_find(const struct meshes *ms, const struct tenant *t, const char *name)
{
	return (by_name(&ms->group_names, meshgroup_eq, t->id, name));
}

struct device *
device_find(const struct meshes *ms, const struct tenant *t, const char *name)
{
	return (by_name(&ms->device_names, device_eq, t->id, name));
}

struct device *
device_by_id(const struct meshes *ms, int64_t id)
{
	return (hash_find(&ms->device_ids, hash_bytes(&id, sizeof(id)),
	    device_id_eq, &id));
}

struct mesh *
mesh_by_uuid(const struct meshes *ms, const uint8_t *uuid)
{
	return (hash_find(&ms->mesh_uuids, hash_bytes(uuid, UUID_LEN), uuid_eq,
	    uuid));
}

struct mesh *
mesh_find(const struct meshes *ms, const struct tenant *t, const char *name)
{
	uint8_t uuid[UUID_LEN];
	struct mesh *n;

	n = by_name(&ms->mesh_names, mesh_eq, t->id, name);
	if (n != NULL || uuid_parse(name, uuid) == -1)
		return (n);
	n = mesh_by_uuid(ms, uuid);
	return (n != NULL && n->tenant == t ? n : NULL);
}

struct mesh *
mesh_by_id(const struct meshes *ms, int64_t id)
{
	struct mesh *n;

	n = mesh_behind(ms, id - 1);
	return (n != NULL && n->id == id ? n : NULL);
}

struct member *
member_by_id(const struct mesh *n, int64_t id)
{
	struct member *m;

	m = member_behind(n, id - 1);
	return (m != NULL && m->id == id ? m : NULL);
}

struct member *
member_by_key(const struct meshes *ms, const uint8_t *key)
{
	return (hash_find(&ms->keys, hash_bytes(key, WGKEY_LEN), key_eq, key));
}

struct member *
member_of(const struct mesh *n, const struct device *d)
{
	struct member *m;

	LIST_FOREACH(m, &d->members, ofdev)
		if (m->mesh == n)
			return (m);
	return (NULL);
}

struct grouped *
grouped_find(const struct meshgroup *g, const struct device *d)
{
	struct grouped *x;

	LIST_FOREACH(x, &d->groups, ofdev)
		if (x->group == g)
			return (x);
	return (NULL);
}

/* clang-format off */
#define BEHIND(type, name, root, item, number)				\
struct type *								\
name##_behind(const struct root *r, int64_t id)				\
{									\
	struct type *x = RB_ROOT(&r->item), *best = NULL;		\
									\
	while (x != NULL)						\
		if (x->number > id) {					\
			best = x;					\
			x = RB_LEFT(x, entry);				\
		} else							\
			x = RB_RIGHT(x, entry);				\
	return (best);							\
}
BEHIND(tenant, tenant, meshes, tenants, id)
BEHIND(mesh, mesh, meshes, meshes, id)
BEHIND(device, device, tenant, devices, id)
BEHIND(member, member, mesh, members, id)
BEHIND(grouped, grouped, meshgroup, devices, device->id)
#undef BEHIND
/* clang-format on */

bool
member_seen(const struct member *m)
{
	return (m->state == MEMBER_ACTIVE && m->has_key && !m->stale);
}

bool
member_sees_all(const struct member *m)
{
	return (
	    m->mesh->topology == TOPOLOGY_FULL || (m->role & MEMBER_HUB) != 0);
}

bool
member_for_all(const struct member *m)
{
	return (m->mesh->topology == TOPOLOGY_FULL ||
	    (m->role & (MEMBER_RELAY | MEMBER_EGRESS | MEMBER_HUB)) != 0);
}

unsigned int
mesh_max(const struct mesh *n)
{
	return (n->topology == TOPOLOGY_HUB ? n->meshes->conf.hub_max :
					  n->meshes->conf.full_max);
}

const struct prefix *
tenant_range(const struct meshes *ms, const struct tenant *t, int fam)
{
	return (
	    t->range[fam].family != 0 ? &t->range[fam] : &ms->conf.range[fam]);
}

/* --- uuids --- */

const char *
uuid_format(const uint8_t *uuid, char *dst)
{
	size_t i, at = 0;

	for (i = 0; i < UUID_LEN; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			dst[at++] = '-';
		snprintf(dst + at, 3, "%02x", uuid[i]);
		at += 2;
	}
	return (dst);
}

int
uuid_parse(const char *text, uint8_t *uuid)
{
	static const char digits[] = "0123456789abcdef";
	const char *hi, *lo;
	size_t i;

	if (strlen(text) != UUID_TEXT - 1)
		return (-1);
	for (i = 0; i < UUID_LEN; i++, text += 2) {
		if ((i == 4 || i == 6 || i == 8 || i == 10) && *text++ != '-')
			return (-1);
		hi = strchr(digits, text[0]);
		lo = strchr(digits, text[1]);
		if (text[0] == '\0' || text[1] == '\0' || hi == NULL ||
		    lo == NULL)
			return (-1);
		uuid[i] = (uint8_t)((hi - digits) << 4 | (lo - digits));
	}
	return (0);
}

/* --- making and freeing --- */

static void *new (size_t size, const char *what)
{
	void *p;

	if ((p = calloc(1, size)) == NULL)
		fatal("%s", what);
	return (p);
}

struct tenant *
tenant_new(struct meshes *ms, int64_t id, const char *name)
{
	struct tenant *t;

	t = new(sizeof(*t), "tenant");
	t->id = id;
	RB_INIT(&t->devices);
	TAILQ_INIT(&t->groups);
	strlcpy(t->name, name, sizeof(t->name));
	RB_INSERT(tenant_tree, &ms->tenants, t);
	hash_insert(&ms->tenant_names, t);
	ms->ntenants++;
	return (t);
}

void
tenant_free(struct meshes *ms, struct tenant *t)
{
	RB_REMOVE(tenant_tree, &ms->tenants, t);
	hash_remove(&ms->tenant_names, t);
	ms->ntenants--;
	free(t);
}

struct meshgroup *
group_new(struct meshes *ms, struct tenant *t, int64_t id, const char *name)
{
	struct meshgroup *g;

	g = new(sizeof(*g), "group");
	g->id = id;
	g->tenant = t;
	RB_INIT(&g->devices);
	strlcpy(g->name, name, sizeof(g->name));
	TAILQ_INSERT_TAIL(&t->groups, g, entry);
	hash_insert(&ms->group_names, g);
	t->ngroups++;
	ms->ngroups++;
	return (g);
}

void
group_free(struct meshes *ms, struct meshgroup *g)
{
	struct grouped *x;

	while ((x = RB_ROOT(&g->devices)) != NULL)
		grouped_free(x);
	TAILQ_REMOVE(&g->tenant->groups, g, entry);
	hash_remove(&ms->group_names, g);
	g->tenant->ngroups--;
	ms->ngroups--;
	free(g);
}

struct grouped *
grouped_new(struct meshgroup *g, struct device *d, bool by_rule)
{
	struct grouped *x;

	x = new(sizeof(*x), "place in a group");
	x->group = g;
	x->device = d;
	x->by_rule = by_rule;
	RB_INSERT(grouped_tree, &g->devices, x);
	LIST_INSERT_HEAD(&d->groups, x, ofdev);
	g->ndevices++;
	d->ngroups++;
	return (x);
}

void
grouped_free(struct grouped *x)
{
	RB_REMOVE(grouped_tree, &x->group->devices, x);
	LIST_REMOVE(x, ofdev);
	x->group->ndevices--;
	x->device->ngroups--;
	free(x);
}

struct device *
device_new(struct meshes *ms, struct tenant *t, int64_t id, const char *name)
{
	struct device *d;

	d = new(sizeof(*d), "device");
	d->id = id;
	d->tenant = t;
	LIST_INIT(&d->groups);
	LIST_INIT(&d->members);
	strlcpy(d->name, name, sizeof(d->name));
	RB_INSERT(device_tree, &t->devices, d);
	hash_insert(&ms->device_names, d);
	hash_insert(&ms->device_ids, d);
	t->ndevices++;
	ms->ndevices++;
	return (d);
}

void
device_free(struct meshes *ms, struct device *d)
{
	struct grouped *x;
	struct member *m;

	while ((x = LIST_FIRST(&d->groups)) != NULL)
		grouped_free(x);
	while ((m = LIST_FIRST(&d->members)) != NULL)
		member_free(m);
	RB_REMOVE(device_tree, &d->tenant->devices, d);
	hash_remove(&ms->device_names, d);
	hash_remove(&ms->device_ids, d);
	d->tenant->ndevices--;
	ms->ndevices--;
	free(d);
}

struct mesh *
mesh_new(struct meshes *ms, struct tenant *t, int64_t id, const uint8_t *uuid,
    const char *name)
{
	struct mesh *n;

	n = new(sizeof(*n), "mesh");
	n->id = id;
	n->meshes = ms;
	n->tenant = t;
	n->enrol_after = -1;
	RB_INIT(&n->members);
	TAILQ_INIT(&n->bygen);
	TAILQ_INIT(&n->gone);
	memcpy(n->uuid, uuid, UUID_LEN);
	strlcpy(n->name, name, sizeof(n->name));
	RB_INSERT(mesh_tree, &ms->meshes, n);
	hash_insert(&ms->mesh_names, n);
	hash_insert(&ms->mesh_uuids, n);
	t->nmeshes++;
	ms->nmeshes++;
	return (n);
}

void
mesh_free(struct mesh *n)
{
	struct meshes *ms = n->meshes;
	struct member *m;
	struct gone *g;
	int fam;

	while ((m = RB_ROOT(&n->members)) != NULL)
		member_free(m);
	while ((g = TAILQ_FIRST(&n->gone)) != NULL) {
		TAILQ_REMOVE(&n->gone, g, entry);
		free(g);
	}
	slices_drop(n);
	for (fam = 0; fam < FAMS; fam++)
		pool_destroy(n->pool[fam]);
	if (n->group != NULL)
		n->group->nmeshes--;
	RB_REMOVE(mesh_tree, &ms->meshes, n);
	hash_remove(&ms->mesh_names, n);
	hash_remove(&ms->mesh_uuids, n);
	n->tenant->nmeshes--;
	ms->nmeshes--;
	free(n);
}

/* A new member rests, until it gets a state. */
struct member *
member_new(struct mesh *n, struct device *d, int64_t id)
{
	struct member *m;

	m = new(sizeof(*m), "member");
	m->id = id;
	m->mesh = n;
	m->device = d;
	m->state = MEMBER_RESTING;
	RB_INSERT(member_tree, &n->members, m);
	LIST_INSERT_HEAD(&d->members, m, ofdev);
	n->meshes->nmembers++;
	d->nmembers++;
	return (m);
}

void
member_free(struct member *m)
{
	struct mesh *n = m->mesh;
	int fam;

	for (fam = 0; fam < FAMS; fam++)
		address_release(m, fam);
	member_set_key(m, NULL);
	member_set_egress(m, NULL, 0);
	member_set_state(m, MEMBER_RESTING);
	if (m->unwritten)
		TAILQ_REMOVE(&n->meshes->unwritten, m, late);
	RB_REMOVE(member_tree, &n->members, m);
	LIST_REMOVE(m, ofdev);
	n->meshes->nmembers--;
	m->device->nmembers--;
	free(m->local);
	free(m->nack);
	free(m->wants);
	free(m);
}

void
member_set_key(struct member *m, const uint8_t *key)
{
	struct hash *h = &m->mesh->meshes->keys;

	if (m->has_key)
		hash_remove(h, m);
	m->has_key = key != NULL;
	memset(m->key, 0, sizeof(m->key));
	if (key == NULL)
		return;
	memcpy(m->key, key, sizeof(m->key));
	hash_insert(h, m);
}

void
member_set_state(struct member *m, uint8_t state)
{
	struct mesh *n = m->mesh;

	if (m->state != MEMBER_RESTING) {
		TAILQ_REMOVE(&n->bygen, m, bygen);
		n->nmembers--;
	}
	n->nactive -= m->state == MEMBER_ACTIVE;
	m->state = state;
	n->nactive += m->state == MEMBER_ACTIVE;
	if (m->state != MEMBER_RESTING) {
		TAILQ_INSERT_TAIL(&n->bygen, m, bygen);
		n->nmembers++;
	}
}

void
member_set_egress(struct member *m, struct prefix *egress, uint8_t n)
{
	m->mesh->negress += n;
	m->mesh->negress -= m->negress;
	free(m->egress);
	m->egress = egress;
	m->negress = n;
}
