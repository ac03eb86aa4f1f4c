/* SPDX-License-Identifier: ISC */
/*
 * The small tables: networks, owners, denied identities and durable settings.
 */

#include "sqlite_local.h"

static void
bind_text(sqlite3_stmt *st, int i, const char *text)
{
	(void)sqlite3_bind_text(st, i, text, -1, SQLITE_STATIC);
}

int
store_load_networks(struct store *s,
    int (*cb)(void *, const struct network_row *), void *arg)
{
	sqlite3_stmt *st = s->st[ST_NET_LIST];
	struct network_row r;
	int rc;

	while ((rc = store_next(s, ST_NET_LIST)) == 1) {
		r.id = sqlite3_column_int64(st, 0);
		r.name = store_text(st, 1, NETNAME_SIZE);
		if (r.id <= 0 || cb(arg, &r) == -1)
			return (store_stop(s, ST_NET_LIST));
	}
	return (rc);
}

int
store_add_network(struct store *s, struct network_row *r)
{
	bind_text(s->st[ST_NET_ADD], 1, r->name);
	if (store_run(s, ST_NET_ADD) == -1)
		return (-1);
	r->id = sqlite3_last_insert_rowid(s->h);
	return (0);
}

int
store_load_owners(struct store *s, int (*cb)(void *, const struct owner_row *),
    void *arg)
{
	sqlite3_stmt *st = s->st[ST_OWNER_LIST];
	struct owner_row r;
	int rc;

	while ((rc = store_next(s, ST_OWNER_LIST)) == 1) {
		r.id = sqlite3_column_int64(st, 0);
		r.network = sqlite3_column_int64(st, 1);
		r.name = store_text(st, 2, OWNER_SIZE);
		r.generation = (uint64_t)sqlite3_column_int64(st, 3);
		r.synced = sqlite3_column_int64(st, 4);
		r.code = sqlite3_column_int(st, 5) > UINT8_MAX ?
		    UINT8_MAX :
		    (uint8_t)sqlite3_column_int(st, 5);
		r.added = (uint32_t)sqlite3_column_int64(st, 6);
		r.removed = (uint32_t)sqlite3_column_int64(st, 7);
		r.changed = (uint32_t)sqlite3_column_int64(st, 8);
		r.unchanged = (uint32_t)sqlite3_column_int64(st, 9);
		r.rejected = (uint32_t)sqlite3_column_int64(st, 10);
		r.text = store_text(st, 11, TEXT_SIZE);
		if (r.id <= 0 || cb(arg, &r) == -1)
			return (store_stop(s, ST_OWNER_LIST));
	}
	return (rc);
}

static void
bind_owner(sqlite3_stmt *st, const struct owner_row *r)
{
	(void)sqlite3_bind_int64(st, 2, (int64_t)r->generation);
	(void)sqlite3_bind_int64(st, 3, r->synced);
	(void)sqlite3_bind_int(st, 4, r->code);
	(void)sqlite3_bind_int64(st, 5, r->added);
	(void)sqlite3_bind_int64(st, 6, r->removed);
	(void)sqlite3_bind_int64(st, 7, r->changed);
	(void)sqlite3_bind_int64(st, 8, r->unchanged);
	(void)sqlite3_bind_int64(st, 9, r->rejected);
	bind_text(st, 10, r->text);
}

int
store_add_owner(struct store *s, struct owner_row *r)
{
	sqlite3_stmt *st = s->st[ST_OWNER_ADD];

	bind_owner(st, r);
	(void)sqlite3_bind_int64(st, 11, r->network);
	bind_text(st, 12, r->name);
	if (store_run(s, ST_OWNER_ADD) == -1)
		return (-1);
	r->id = sqlite3_last_insert_rowid(s->h);
	return (0);
}

int
store_put_owner(struct store *s, const struct owner_row *r)
{
	bind_owner(s->st[ST_OWNER_PUT], r);
	(void)sqlite3_bind_int64(s->st[ST_OWNER_PUT], 1, r->id);
	return (store_run(s, ST_OWNER_PUT));
}

int
store_load_denied(struct store *s, int (*cb)(void *, const struct denied_row *),
    void *arg)
{
	sqlite3_stmt *st = s->st[ST_DENIED_LIST];
	struct denied_row r;
	int rc;

	while ((rc = store_next(s, ST_DENIED_LIST)) == 1) {
		r.network = store_text(st, 0, NETNAME_SIZE);
		r.name = store_text(st, 1, IDENT_SIZE);
		r.reason = store_text(st, 2, TEXT_SIZE);
		r.at = sqlite3_column_int64(st, 3);
		if (r.network == NULL || r.name == NULL || r.reason == NULL ||
		    cb(arg, &r) == -1)
			return (store_stop(s, ST_DENIED_LIST));
	}
	return (rc);
}

int
store_put_denied(struct store *s, const struct denied_row *r)
{
	sqlite3_stmt *st = s->st[ST_DENY];

	bind_text(st, 1, r->network);
	bind_text(st, 2, r->name);
	bind_text(st, 3, r->reason);
	(void)sqlite3_bind_int64(st, 4, r->at);
	return (store_run(s, ST_DENY));
}

int
store_del_denied(struct store *s, const char *network, const char *name)
{
	bind_text(s->st[ST_ALLOW], 1, network);
	bind_text(s->st[ST_ALLOW], 2, name);
	return (store_run(s, ST_ALLOW));
}

int
store_put_setting(struct store *s, const char *name, int64_t value)
{
	bind_text(s->st[ST_SETTING_PUT], 1, name);
	(void)sqlite3_bind_int64(s->st[ST_SETTING_PUT], 2, value);
	return (store_run(s, ST_SETTING_PUT));
}

int
store_get_setting(struct store *s, const char *name, int64_t *value)
{
	sqlite3_stmt *st = s->st[ST_SETTING_GET];
	int rc;

	*value = 0;
	bind_text(st, 1, name);
	while ((rc = store_next(s, ST_SETTING_GET)) == 1)
		*value = sqlite3_column_int64(st, 0);
	return (rc);
}
