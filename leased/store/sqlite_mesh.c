/* SPDX-License-Identifier: ISC */
/*
 * The tables of meshes: their blocks of addresses, and who has left them.
 */

#include <sys/socket.h>

#include <string.h>

#include "sqlite_local.h"
#include "store_mesh.h"

#define BLOCK4_LEN	3	/* bytes of a /24 */
#define BLOCK6_LEN	8	/* bytes of a /64 */

void
store_bind_addr(sqlite3_stmt *st, int i, const struct prefix *p)
{
	if (p->family == 0)
		(void)sqlite3_bind_null(st, i);
	else
		(void)sqlite3_bind_blob(st, i, p->addr, (int)prefix_bits(p) / 8,
		    SQLITE_STATIC);
}

void
store_bind_prefix(sqlite3_stmt *st, int i, const struct prefix *p)
{
	store_bind_addr(st, i, p);
	(void)sqlite3_bind_int(st, i + 1, p->len);
}

int
store_column_addr(sqlite3_stmt *st, int i, struct prefix *p)
{
	const void *addr;
	int len;

	memset(p, 0, sizeof(*p));
	if (sqlite3_column_type(st, i) == SQLITE_NULL)
		return (0);
	addr = sqlite3_column_blob(st, i);
	len = sqlite3_column_bytes(st, i);
	if (addr == NULL || (len != 4 && len != 16))
		return (-1);
	p->family = len == 4 ? AF_INET : AF_INET6;
	p->len = (uint8_t)prefix_bits(p);
	memcpy(p->addr, addr, (size_t)len);
	return (0);
}

int
store_column_prefix(sqlite3_stmt *st, int i, struct prefix *p)
{
	int len;

	if (store_column_addr(st, i, p) == -1)
		return (-1);
	len = sqlite3_column_int(st, i + 1);
	if (p->family == 0)
		return (0);
	if (len < 0 || len > (int)prefix_bits(p))
		return (-1);
	p->len = (uint8_t)len;
	return (0);
}

static int
column_mesh(sqlite3_stmt *st, struct mesh_row *r)
{
	r->id = sqlite3_column_int64(st, 0);
	r->uuid = sqlite3_column_blob(st, 1);
	r->tenant = sqlite3_column_int64(st, 2);
	r->name = store_text(st, 3, MESHNAME_SIZE);
	r->topology = (uint8_t)sqlite3_column_int(st, 4);
	r->port = (uint16_t)sqlite3_column_int(st, 9);
	r->keepalive = (uint16_t)sqlite3_column_int(st, 10);
	r->dns = store_text(st, 11, DNS_SIZE);
	r->group = sqlite3_column_int64(st, 12);
	r->gen_limit = (uint64_t)sqlite3_column_int64(st, 13);
	r->floor = (uint64_t)sqlite3_column_int64(st, 14);
	r->epoch = (uint64_t)sqlite3_column_int64(st, 15);
	r->enrol_after = sqlite3_column_int64(st, 16);
	r->created = sqlite3_column_int64(st, 17);
	if (r->uuid == NULL || sqlite3_column_bytes(st, 1) != UUID_LEN ||
	    r->name == NULL || r->dns == NULL ||
	    store_column_prefix(st, 5, &r->net[0]) == -1)
		return (-1);
	return (store_column_prefix(st, 7, &r->net[1]));
}

int
store_load_meshes(struct store *s, int (*cb)(void *, const struct mesh_row *),
    void *arg)
{
	struct mesh_row r;
	int rc;

	while ((rc = store_next(s, ST_MESH_LIST)) == 1)
		if (column_mesh(s->st[ST_MESH_LIST], &r) == -1 ||
		    cb(arg, &r) == -1)
			return (store_stop(s, ST_MESH_LIST));
	return (rc);
}

static void
bind_mesh(sqlite3_stmt *st, const struct mesh_row *r)
{
	(void)sqlite3_bind_int(st, 2, r->topology);
	(void)sqlite3_bind_int(st, 3, r->port);
	(void)sqlite3_bind_int(st, 4, r->keepalive);
	(void)sqlite3_bind_text(st, 5, r->dns, -1, SQLITE_STATIC);
	if (r->group == 0)
		(void)sqlite3_bind_null(st, 6);
	else
		(void)sqlite3_bind_int64(st, 6, r->group);
	(void)sqlite3_bind_int64(st, 7, (int64_t)r->gen_limit);
	(void)sqlite3_bind_int64(st, 8, (int64_t)r->floor);
	(void)sqlite3_bind_int64(st, 9, (int64_t)r->epoch);
	(void)sqlite3_bind_int64(st, 10, r->enrol_after);
}

int
store_add_mesh(struct store *s, struct mesh_row *r)
{
	sqlite3_stmt *st = s->st[ST_MESH_ADD];

	bind_mesh(st, r);
	(void)sqlite3_bind_blob(st, 11, r->uuid, UUID_LEN, SQLITE_STATIC);
	(void)sqlite3_bind_int64(st, 12, r->tenant);
	(void)sqlite3_bind_text(st, 13, r->name, -1, SQLITE_STATIC);
	store_bind_prefix(st, 14, &r->net[0]);
	store_bind_prefix(st, 16, &r->net[1]);
	(void)sqlite3_bind_int64(st, 18, r->created);
	if (store_run(s, ST_MESH_ADD) == -1)
		return (-1);
	r->id = sqlite3_last_insert_rowid(s->h);
	return (0);
}

int
store_put_mesh(struct store *s, const struct mesh_row *r)
{
	bind_mesh(s->st[ST_MESH_PUT], r);
	(void)sqlite3_bind_int64(s->st[ST_MESH_PUT], 1, r->id);
	return (store_run(s, ST_MESH_PUT));
}

int
store_del_mesh(struct store *s, int64_t id)
{
	(void)sqlite3_bind_int64(s->st[ST_MESH_DEL], 1, id);
	return (store_run(s, ST_MESH_DEL));
}

int
store_load_mesh_blocks(struct store *s,
    int (*cb)(void *, const struct mesh_block_row *), void *arg)
{
	sqlite3_stmt *st = s->st[ST_BLOCK_LIST];
	struct mesh_block_row r;
	const void *block;
	int len, rc;

	while ((rc = store_next(s, ST_BLOCK_LIST)) == 1) {
		memset(&r, 0, sizeof(r));
		r.space = sqlite3_column_int64(st, 0);
		block = sqlite3_column_blob(st, 1);
		len = sqlite3_column_bytes(st, 1);
		r.mesh = sqlite3_column_int64(st, 2);
		if (block == NULL || (len != BLOCK4_LEN && len != BLOCK6_LEN))
			return (store_stop(s, ST_BLOCK_LIST));
		r.block.family = len == BLOCK4_LEN ? AF_INET : AF_INET6;
		r.block.len = (uint8_t)(len * 8);
		memcpy(r.block.addr, block, (size_t)len);
		if (cb(arg, &r) == -1)
			return (store_stop(s, ST_BLOCK_LIST));
	}
	return (rc);
}

int
store_add_mesh_block(struct store *s, const struct mesh_block_row *r)
{
	sqlite3_stmt *st = s->st[ST_BLOCK_ADD];

	(void)sqlite3_bind_int64(st, 1, r->space);
	(void)sqlite3_bind_blob(st, 2, r->block.addr,
	    r->block.family == AF_INET ? BLOCK4_LEN : BLOCK6_LEN,
	    SQLITE_STATIC);
	(void)sqlite3_bind_int64(st, 3, r->mesh);
	return (store_run(s, ST_BLOCK_ADD));
}

int
store_load_gone(struct store *s, int (*cb)(void *, const struct gone_row *),
    void *arg)
{
	sqlite3_stmt *st = s->st[ST_GONE_LIST];
	struct gone_row r;
	int rc;

	while ((rc = store_next(s, ST_GONE_LIST)) == 1) {
		r.mesh = sqlite3_column_int64(st, 0);
		r.member = sqlite3_column_int64(st, 1);
		r.gen = (uint64_t)sqlite3_column_int64(st, 2);
		r.at = sqlite3_column_int64(st, 3);
		if (cb(arg, &r) == -1)
			return (store_stop(s, ST_GONE_LIST));
	}
	return (rc);
}

int
store_put_gone(struct store *s, const struct gone_row *r)
{
	sqlite3_stmt *st = s->st[ST_GONE_PUT];

	(void)sqlite3_bind_int64(st, 1, r->mesh);
	(void)sqlite3_bind_int64(st, 2, r->member);
	(void)sqlite3_bind_int64(st, 3, (int64_t)r->gen);
	(void)sqlite3_bind_int64(st, 4, r->at);
	return (store_run(s, ST_GONE_PUT));
}

int
store_del_gone(struct store *s, int64_t mesh, int64_t member)
{
	(void)sqlite3_bind_int64(s->st[ST_GONE_DEL], 1, mesh);
	(void)sqlite3_bind_int64(s->st[ST_GONE_DEL], 2, member);
	return (store_run(s, ST_GONE_DEL));
}

int
store_trim_gone(struct store *s, int64_t mesh, uint64_t gen)
{
	(void)sqlite3_bind_int64(s->st[ST_GONE_TRIM], 1, mesh);
	(void)sqlite3_bind_int64(s->st[ST_GONE_TRIM], 2, (int64_t)gen);
	return (store_run(s, ST_GONE_TRIM));
}
