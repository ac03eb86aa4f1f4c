/* SPDX-License-Identifier: ISC */
/*
 * The tables of the members of meshes and of the prefixes behind them.
 */

#include <string.h>

#include "log.h"
#include "sqlite_local.h"
#include "store_mesh.h"

/* Returns 0, or -1 if the row was not written by us. */
static int
column_member(sqlite3_stmt *st, struct member_row *r)
{
	r->id = sqlite3_column_int64(st, 0);
	r->mesh = sqlite3_column_int64(st, 1);
	r->device = sqlite3_column_int64(st, 2);
	r->state = (uint8_t)sqlite3_column_int(st, 3);
	r->key = sqlite3_column_blob(st, 4);
	r->role = (uint8_t)sqlite3_column_int(st, 7) & MEMBER_ROLES;
	r->via = sqlite3_column_int64(st, 8);
	r->port = (uint16_t)sqlite3_column_int(st, 9);
	r->endpoint_port = (uint16_t)sqlite3_column_int(st, 11);
	r->endpoint_src = (uint8_t)sqlite3_column_int(st, 12);
	r->local = store_text(st, 13, LOCAL_TEXT);
	r->nat = (uint8_t)sqlite3_column_int(st, 14);
	r->gen = (uint64_t)sqlite3_column_int64(st, 15);
	r->acked = (uint64_t)sqlite3_column_int64(st, 16);
	r->acked_at = sqlite3_column_int64(st, 17);
	r->nack = store_text(st, 18, TEXT_SIZE);
	r->handshake = sqlite3_column_int64(st, 19);
	r->seen = sqlite3_column_int64(st, 20);
	r->ready = sqlite3_column_int64(st, 21);
	r->created = sqlite3_column_int64(st, 22);
	if ((r->key != NULL && sqlite3_column_bytes(st, 4) != WGKEY_LEN) ||
	    r->local == NULL || r->nack == NULL ||
	    store_column_addr(st, 5, &r->addr[0]) == -1 ||
	    store_column_addr(st, 6, &r->addr[1]) == -1)
		return (-1);
	return (store_column_addr(st, 10, &r->endpoint));
}

int
store_load_members(struct store *s,
    int (*cb)(void *, const struct member_row *), void *arg)
{
	struct member_row r;
	int rc;

	while ((rc = store_next(s, ST_MEMBER_LIST)) == 1)
		if (column_member(s->st[ST_MEMBER_LIST], &r) == -1 ||
		    cb(arg, &r) == -1) {
			log_warnx("%s: member row %lld cannot be used", s->path,
			    (long long)r.id);
			return (store_stop(s, ST_MEMBER_LIST));
		}
	return (rc);
}

static void
bind_member(sqlite3_stmt *st, const struct member_row *r)
{
	(void)sqlite3_bind_int(st, 2, r->state);
	if (r->key == NULL)
		(void)sqlite3_bind_null(st, 3);
	else
		(void)sqlite3_bind_blob(st, 3, r->key, WGKEY_LEN,
		    SQLITE_STATIC);
	store_bind_addr(st, 4, &r->addr[0]);
	store_bind_addr(st, 5, &r->addr[1]);
	(void)sqlite3_bind_int(st, 6, r->role);
	if (r->via == 0)
		(void)sqlite3_bind_null(st, 7);
	else
		(void)sqlite3_bind_int64(st, 7, r->via);
	(void)sqlite3_bind_int(st, 8, r->port);
	store_bind_addr(st, 9, &r->endpoint);
	(void)sqlite3_bind_int(st, 10, r->endpoint_port);
	(void)sqlite3_bind_int(st, 11, r->endpoint_src);
	(void)sqlite3_bind_text(st, 12, r->local, -1, SQLITE_STATIC);
	(void)sqlite3_bind_int(st, 13, r->nat);
	(void)sqlite3_bind_int64(st, 14, (int64_t)r->gen);
	(void)sqlite3_bind_int64(st, 15, (int64_t)r->acked);
	(void)sqlite3_bind_int64(st, 16, r->acked_at);
	(void)sqlite3_bind_text(st, 17, r->nack, -1, SQLITE_STATIC);
	(void)sqlite3_bind_int64(st, 18, r->handshake);
	(void)sqlite3_bind_int64(st, 19, r->seen);
	(void)sqlite3_bind_int64(st, 20, r->ready);
}

int
store_add_member(struct store *s, struct member_row *r)
{
	sqlite3_stmt *st = s->st[ST_MEMBER_ADD];

	bind_member(st, r);
	(void)sqlite3_bind_int64(st, 21, r->mesh);
	(void)sqlite3_bind_int64(st, 22, r->device);
	(void)sqlite3_bind_int64(st, 23, r->created);
	if (store_run(s, ST_MEMBER_ADD) == -1)
		return (-1);
	r->id = sqlite3_last_insert_rowid(s->h);
	return (0);
}

int
store_put_member(struct store *s, const struct member_row *r)
{
	bind_member(s->st[ST_MEMBER_PUT], r);
	(void)sqlite3_bind_int64(s->st[ST_MEMBER_PUT], 1, r->id);
	return (store_run(s, ST_MEMBER_PUT));
}

int
store_del_member(struct store *s, int64_t id)
{
	(void)sqlite3_bind_int64(s->st[ST_MEMBER_DEL], 1, id);
	return (store_run(s, ST_MEMBER_DEL));
}

int
store_load_egress(struct store *s, int (*cb)(void *, const struct egress_row *),
    void *arg)
{
	sqlite3_stmt *st = s->st[ST_EGRESS_LIST];
	struct egress_row r;
	int rc;

	while ((rc = store_next(s, ST_EGRESS_LIST)) == 1) {
		r.mesh = sqlite3_column_int64(st, 0);
		r.member = sqlite3_column_int64(st, 3);
		if (store_column_prefix(st, 1, &r.prefix) == -1 ||
		    r.prefix.family == 0 || cb(arg, &r) == -1)
			return (store_stop(s, ST_EGRESS_LIST));
	}
	return (rc);
}

int
store_add_egress(struct store *s, const struct egress_row *r)
{
	sqlite3_stmt *st = s->st[ST_EGRESS_ADD];

	(void)sqlite3_bind_int64(st, 1, r->mesh);
	store_bind_prefix(st, 2, &r->prefix);
	(void)sqlite3_bind_int64(st, 4, r->member);
	return (store_run(s, ST_EGRESS_ADD));
}

int
store_del_egress(struct store *s, int64_t member)
{
	(void)sqlite3_bind_int64(s->st[ST_EGRESS_DEL], 1, member);
	return (store_run(s, ST_EGRESS_DEL));
}
