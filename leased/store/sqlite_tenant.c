/* SPDX-License-Identifier: ISC */
/*
 * The tables of tenants, their devices and their groups.
 */

#include "sqlite_local.h"
#include "store_mesh.h"

static void
bind_text(sqlite3_stmt *st, int i, const char *text)
{
	(void)sqlite3_bind_text(st, i, text, -1, SQLITE_STATIC);
}

int
store_load_tenants(struct store *s,
    int (*cb)(void *, const struct tenant_row *), void *arg)
{
	sqlite3_stmt *st = s->st[ST_TENANT_LIST];
	struct tenant_row r;
	int rc;

	while ((rc = store_next(s, ST_TENANT_LIST)) == 1) {
		r.id = sqlite3_column_int64(st, 0);
		r.name = store_text(st, 1, MESHNAME_SIZE);
		r.mesh = sqlite3_column_int(st, 2) != 0;
		r.port = (uint16_t)sqlite3_column_int(st, 7);
		r.keepalive = (uint16_t)sqlite3_column_int(st, 8);
		r.nat = sqlite3_column_int(st, 9) != 0;
		r.dns = store_text(st, 10, DNS_SIZE);
		r.stun = store_text(st, 11, STUN_SIZE);
		r.created = sqlite3_column_int64(st, 12);
		if (store_column_prefix(st, 3, &r.range[0]) == -1 ||
		    store_column_prefix(st, 5, &r.range[1]) == -1 ||
		    r.name == NULL || r.dns == NULL || r.stun == NULL ||
		    cb(arg, &r) == -1)
			return (store_stop(s, ST_TENANT_LIST));
	}
	return (rc);
}

static void
bind_tenant(sqlite3_stmt *st, const struct tenant_row *r)
{
	(void)sqlite3_bind_int(st, 2, r->mesh);
	store_bind_prefix(st, 3, &r->range[0]);
	store_bind_prefix(st, 5, &r->range[1]);
	(void)sqlite3_bind_int(st, 7, r->port);
	(void)sqlite3_bind_int(st, 8, r->keepalive);
	(void)sqlite3_bind_int(st, 9, r->nat);
	bind_text(st, 10, r->dns);
	bind_text(st, 11, r->stun);
}

int
store_add_tenant(struct store *s, struct tenant_row *r)
{
	sqlite3_stmt *st = s->st[ST_TENANT_ADD];

	bind_tenant(st, r);
	bind_text(st, 12, r->name);
	(void)sqlite3_bind_int64(st, 13, r->created);
	if (store_run(s, ST_TENANT_ADD) == -1)
		return (-1);
	r->id = sqlite3_last_insert_rowid(s->h);
	return (0);
}

int
store_put_tenant(struct store *s, const struct tenant_row *r)
{
	bind_tenant(s->st[ST_TENANT_PUT], r);
	(void)sqlite3_bind_int64(s->st[ST_TENANT_PUT], 1, r->id);
	return (store_run(s, ST_TENANT_PUT));
}

int
store_del_tenant(struct store *s, int64_t id)
{
	(void)sqlite3_bind_int64(s->st[ST_TENANT_DEL], 1, id);
	return (store_run(s, ST_TENANT_DEL));
}

int
store_load_devices(struct store *s,
    int (*cb)(void *, const struct device_row *), void *arg)
{
	sqlite3_stmt *st = s->st[ST_DEVICE_LIST];
	struct device_row r;
	int rc;

	while ((rc = store_next(s, ST_DEVICE_LIST)) == 1) {
		r.id = sqlite3_column_int64(st, 0);
		r.tenant = sqlite3_column_int64(st, 1);
		r.name = store_text(st, 2, IDENT_SIZE);
		r.who = store_text(st, 3, PROOF_SIZE);
		r.platform = sqlite3_column_int(st, 4) != 0;
		r.created = sqlite3_column_int64(st, 5);
		r.seen = sqlite3_column_int64(st, 6);
		r.version = store_text(st, 7, AGENT_SIZE);
		if (r.name == NULL || r.who == NULL || r.version == NULL ||
		    cb(arg, &r) == -1)
			return (store_stop(s, ST_DEVICE_LIST));
	}
	return (rc);
}

static void
bind_device(sqlite3_stmt *st, const struct device_row *r)
{
	bind_text(st, 2, r->who);
	(void)sqlite3_bind_int(st, 3, r->platform);
	(void)sqlite3_bind_int64(st, 4, r->seen);
	bind_text(st, 5, r->version);
}

int
store_add_device(struct store *s, struct device_row *r)
{
	sqlite3_stmt *st = s->st[ST_DEVICE_ADD];

	bind_device(st, r);
	(void)sqlite3_bind_int64(st, 6, r->tenant);
	bind_text(st, 7, r->name);
	(void)sqlite3_bind_int64(st, 8, r->created);
	if (store_run(s, ST_DEVICE_ADD) == -1)
		return (-1);
	r->id = sqlite3_last_insert_rowid(s->h);
	return (0);
}

int
store_put_device(struct store *s, const struct device_row *r)
{
	bind_device(s->st[ST_DEVICE_PUT], r);
	(void)sqlite3_bind_int64(s->st[ST_DEVICE_PUT], 1, r->id);
	return (store_run(s, ST_DEVICE_PUT));
}

int
store_del_device(struct store *s, int64_t id)
{
	(void)sqlite3_bind_int64(s->st[ST_DEVICE_DEL], 1, id);
	return (store_run(s, ST_DEVICE_DEL));
}

int
store_load_groups(struct store *s, int (*cb)(void *, const struct group_row *),
    void *arg)
{
	sqlite3_stmt *st = s->st[ST_GROUP_LIST];
	struct group_row r;
	int rc;

	while ((rc = store_next(s, ST_GROUP_LIST)) == 1) {
		r.id = sqlite3_column_int64(st, 0);
		r.tenant = sqlite3_column_int64(st, 1);
		r.name = store_text(st, 2, MESHNAME_SIZE);
		if (r.name == NULL || cb(arg, &r) == -1)
			return (store_stop(s, ST_GROUP_LIST));
	}
	return (rc);
}

int
store_add_group(struct store *s, struct group_row *r)
{
	(void)sqlite3_bind_int64(s->st[ST_GROUP_ADD], 1, r->tenant);
	bind_text(s->st[ST_GROUP_ADD], 2, r->name);
	if (store_run(s, ST_GROUP_ADD) == -1)
		return (-1);
	r->id = sqlite3_last_insert_rowid(s->h);
	return (0);
}

int
store_del_group(struct store *s, int64_t id)
{
	(void)sqlite3_bind_int64(s->st[ST_GROUP_DEL], 1, id);
	return (store_run(s, ST_GROUP_DEL));
}

int
store_load_group_devices(struct store *s,
    int (*cb)(void *, const struct group_device_row *), void *arg)
{
	sqlite3_stmt *st = s->st[ST_GRPDEV_LIST];
	struct group_device_row r;
	int rc;

	while ((rc = store_next(s, ST_GRPDEV_LIST)) == 1) {
		r.group = sqlite3_column_int64(st, 0);
		r.device = sqlite3_column_int64(st, 1);
		r.by_rule = sqlite3_column_int(st, 2) != 0;
		if (cb(arg, &r) == -1)
			return (store_stop(s, ST_GRPDEV_LIST));
	}
	return (rc);
}

int
store_put_group_device(struct store *s, const struct group_device_row *r)
{
	sqlite3_stmt *st = s->st[ST_GRPDEV_PUT];

	(void)sqlite3_bind_int64(st, 1, r->group);
	(void)sqlite3_bind_int64(st, 2, r->device);
	(void)sqlite3_bind_int(st, 3, r->by_rule);
	return (store_run(s, ST_GRPDEV_PUT));
}

int
store_del_group_device(struct store *s, int64_t group, int64_t device)
{
	(void)sqlite3_bind_int64(s->st[ST_GRPDEV_DEL], 1, group);
	(void)sqlite3_bind_int64(s->st[ST_GRPDEV_DEL], 2, device);
	return (store_run(s, ST_GRPDEV_DEL));
}
