/* SPDX-License-Identifier: ISC */
/*
 * Peers with an owner in the database, and settings that last.
 */

#include <errno.h>
#include <string.h>

#include "sqlite_local.h"
#include "log.h"

int
db_put_owner(struct db *db, struct owner *o)
{
	sqlite3_stmt *st = db->st[o->id == 0 ? ST_OWNER_ADD : ST_OWNER_PUT];

	if (o->id != 0)
		(void)sqlite3_bind_int64(st, 1, o->id);
	else {
		(void)sqlite3_bind_int64(st, 1, o->net->id);
		(void)sqlite3_bind_text(st, 2, o->name, -1, SQLITE_STATIC);
	}
	(void)sqlite3_bind_int64(st, 3, (int64_t)o->generation);
	(void)sqlite3_bind_int64(st, 4, o->synced);
	(void)sqlite3_bind_int(st, 5, o->last.code);
	(void)sqlite3_bind_int64(st, 6, o->last.added);
	(void)sqlite3_bind_int64(st, 7, o->last.removed);
	(void)sqlite3_bind_int64(st, 8, o->last.changed);
	(void)sqlite3_bind_int64(st, 9, o->last.unchanged);
	(void)sqlite3_bind_int64(st, 10, o->last.rejected);
	(void)sqlite3_bind_text(st, 11, o->last.text, -1, SQLITE_STATIC);
	if (o->id != 0)
		return (db_run(db, ST_OWNER_PUT));
	if (db_run(db, ST_OWNER_ADD) == -1)
		return (-1);
	o->id = sqlite3_last_insert_rowid(db->h);
	return (0);
}

static int
put_addrs(struct db *db, const struct owned *p)
{
	sqlite3_stmt *st = db->st[ST_OADDR_ADD];
	uint8_t i;

	(void)sqlite3_bind_int64(st, 1, p->owner->net->id);
	(void)sqlite3_bind_int64(st, 3, p->id);
	for (i = 0; i < p->naddrs; i++) {
		(void)sqlite3_bind_blob(st, 2, p->addrs[i].p.addr,
		    p->addrs[i].p.family == AF_INET ? 4 : 16, SQLITE_STATIC);
		if (db_run(db, ST_OADDR_ADD) == -1)
			return (-1);
	}
	return (0);
}

int
db_add_owned(struct db *db, struct owned *p)
{
	sqlite3_stmt *st = db->st[ST_OWNED_ADD];

	(void)sqlite3_bind_int64(st, 1, p->owner->net->id);
	(void)sqlite3_bind_int64(st, 2, p->owner->id);
	(void)sqlite3_bind_blob(st, 3, p->key, WGKEY_LEN, SQLITE_STATIC);
	(void)sqlite3_bind_text(st, 4, p->name, -1, SQLITE_STATIC);
	(void)sqlite3_bind_int64(st, 5, p->created);
	if (db_run(db, ST_OWNED_ADD) == -1)
		return (-1);
	p->id = sqlite3_last_insert_rowid(db->h);
	return (put_addrs(db, p));
}

int
db_put_owned_addrs(struct db *db, const struct owned *p)
{
	(void)sqlite3_bind_int64(db->st[ST_OADDR_DEL], 1, p->id);
	if (db_run(db, ST_OADDR_DEL) == -1)
		return (-1);
	return (put_addrs(db, p));
}

int
db_put_owned_name(struct db *db, const struct owned *p)
{
	sqlite3_stmt *st = db->st[ST_OWNED_NAME];

	(void)sqlite3_bind_int64(st, 1, p->id);
	(void)sqlite3_bind_text(st, 2, p->name, -1, SQLITE_STATIC);
	return (db_run(db, ST_OWNED_NAME));
}

int
db_put_owned_stats(struct db *db, const struct owned *p)
{
	sqlite3_stmt *st = db->st[ST_OWNED_STATS];

	(void)sqlite3_bind_int64(st, 1, p->id);
	(void)sqlite3_bind_int64(st, 2, (int64_t)p->rx);
	(void)sqlite3_bind_int64(st, 3, (int64_t)p->tx);
	(void)sqlite3_bind_int64(st, 4, (int64_t)p->rx_raw);
	(void)sqlite3_bind_int64(st, 5, (int64_t)p->tx_raw);
	(void)sqlite3_bind_int64(st, 6, p->handshake);
	return (db_run(db, ST_OWNED_STATS));
}

int
db_del_owned(struct db *db, const struct owned *p)
{
	/* Its addresses go with it. */
	(void)sqlite3_bind_int64(db->st[ST_OWNED_DEL], 1, p->id);
	return (db_run(db, ST_OWNED_DEL));
}

int
db_put_changes(struct db *db, const struct oop *op, size_t from)
{
	struct owned *p;
	size_t i;
	int rc = 0;

	for (i = from; i < op->n && rc == 0; i++) {
		p = op->log[i].peer;
		switch (op->log[i].kind) {
		case UNDO_ADD:
			rc = db_add_owned(db, p);
			break;
		case UNDO_DROP:
			rc = db_del_owned(db, p);
			break;
		case UNDO_ADDRS:
			rc = db_put_owned_addrs(db, p);
			break;
		case UNDO_NAME:
			rc = db_put_owned_name(db, p);
			break;
		case UNDO_LEASE:
			rc = db_put_lease(db, op->log[i].lease);
			break;
		}
	}
	return (rc);
}

struct load {
	struct broker	*broker;
	struct owned	*peer;		/* of the last row */
	struct prefix	 addrs[PEER_ADDRS_MAX];
	uint8_t		 n;
};

static struct lnet *
net_by_id(const struct broker *b, int64_t id)
{
	struct lnet *n;

	TAILQ_FOREACH(n, &b->nets, entry)
		if (n->id == id)
			return (n);
	return (NULL);
}

static int
load_owner(void *arg, sqlite3_stmt *st)
{
	struct load *ld = arg;
	const char *name, *text;
	struct lnet *n;
	struct owner *o;

	name = (const char *)sqlite3_column_text(st, 2);
	text = (const char *)sqlite3_column_text(st, 10);
	if ((n = net_by_id(ld->broker, sqlite3_column_int64(st, 1))) == NULL ||
	    name == NULL || text == NULL || strlen(name) >= OWNER_SIZE)
		return (-1);
	o = owner_add(n, name);
	o->id = sqlite3_column_int64(st, 0);
	o->generation = (uint64_t)sqlite3_column_int64(st, 3);
	o->synced = sqlite3_column_int64(st, 4);
	o->last.code = (uint8_t)sqlite3_column_int(st, 5);
	o->last.added = (uint32_t)sqlite3_column_int64(st, 6);
	o->last.removed = (uint32_t)sqlite3_column_int64(st, 7);
	o->last.changed = (uint32_t)sqlite3_column_int64(st, 8);
	o->last.unchanged = (uint32_t)sqlite3_column_int64(st, 9);
	o->last.rejected = (uint32_t)sqlite3_column_int64(st, 11);
	o->last.generation = o->generation;
	(void)strlcpy(o->last.text, text, sizeof(o->last.text));
	return (0);
}

/* The addresses of the last peer are complete. */
static void
load_flush(struct load *ld)
{
	if (ld->peer == NULL)
		return;
	ld->n = owned_sort(ld->addrs, ld->n);
	(void)owned_swap_addrs(ld->peer, oaddrs_new(ld->addrs, ld->n), &ld->n);
	ld->peer = NULL;
}

static struct owned *
load_peer(struct load *ld, sqlite3_stmt *st)
{
	const void *key;
	const char *name;
	struct lnet *n;
	struct owner *o;
	struct owned *p;
	int64_t id;

	name = (const char *)sqlite3_column_text(st, 4);
	key = sqlite3_column_blob(st, 3);
	id = sqlite3_column_int64(st, 2);
	if ((n = net_by_id(ld->broker, sqlite3_column_int64(st, 1))) == NULL ||
	    name == NULL || strlen(name) >= IDENT_SIZE || key == NULL ||
	    owned_by_key(n, key) != NULL)
		return (NULL);
	TAILQ_FOREACH(o, &n->owners, entry)
		if (o->id == id)
			break;
	if (o == NULL)
		return (NULL);
	p = owned_new(o, key, name);
	p->id = sqlite3_column_int64(st, 0);
	p->created = sqlite3_column_int64(st, 5);
	p->rx = (uint64_t)sqlite3_column_int64(st, 6);
	p->tx = (uint64_t)sqlite3_column_int64(st, 7);
	p->rx_raw = (uint64_t)sqlite3_column_int64(st, 8);
	p->tx_raw = (uint64_t)sqlite3_column_int64(st, 9);
	p->handshake = sqlite3_column_int64(st, 10);
	return (p);
}

/* One address of a peer, or a peer without any. */
static int
load_owned(void *arg, sqlite3_stmt *st)
{
	struct load *ld = arg;
	const void *addr;
	struct prefix *a;
	int len;

	if (ld->peer == NULL || ld->peer->id != sqlite3_column_int64(st, 0)) {
		load_flush(ld);
		ld->n = 0;
		if ((ld->peer = load_peer(ld, st)) == NULL)
			return (-1);
	}
	if ((addr = sqlite3_column_blob(st, 11)) == NULL)
		return (0);
	len = sqlite3_column_bytes(st, 11);
	if (ld->n == PEER_ADDRS_MAX || (len != 4 && len != 16))
		return (-1);
	a = &ld->addrs[ld->n++];
	memset(a, 0, sizeof(*a));
	a->family = len == 4 ? AF_INET : AF_INET6;
	a->len = (uint8_t)prefix_bits(a);
	memcpy(a->addr, addr, (size_t)len);
	return (0);
}

int
db_load_owned(struct db *db, struct broker *b)
{
	struct load ld;
	struct owned *p;
	struct lnet *n;

	memset(&ld, 0, sizeof(ld));
	ld.broker = b;
	if (db_each(db,
		"SELECT id, network, name, generation, synced, code, added,"
		" removed, changed, unchanged, text, rejected FROM owner",
		load_owner, &ld) == -1 ||
	    db_each(db,
		"SELECT owned.id, owned.network, owner, key, name, created, rx,"
		" tx, rx_raw, tx_raw, handshake, addr FROM owned"
		" LEFT JOIN owned_addr ON peer = owned.id ORDER BY owned.id",
		load_owned, &ld) == -1)
		return (-1);
	load_flush(&ld);
	TAILQ_FOREACH(n, &b->nets, entry)
		RB_FOREACH(p, owned_bynet, &n->owned)
			owned_settle(p);
	return (0);
}

int
db_put_setting(struct db *db, const char *name, int64_t value)
{
	sqlite3_stmt *st = db->st[ST_SETTING_PUT];

	(void)sqlite3_bind_text(st, 1, name, -1, SQLITE_TRANSIENT);
	(void)sqlite3_bind_int64(st, 2, value);
	return (db_run(db, ST_SETTING_PUT));
}

int
db_get_setting(struct db *db, const char *name, int64_t *value)
{
	sqlite3_stmt *st = db->st[ST_SETTING_GET];
	int rc;

	*value = 0;
	(void)sqlite3_bind_text(st, 1, name, -1, SQLITE_TRANSIENT);
	if ((rc = sqlite3_step(st)) == SQLITE_ROW)
		*value = sqlite3_column_int64(st, 0);
	else if (rc != SQLITE_DONE)
		(void)db_error(db, "settings");
	(void)sqlite3_reset(st);
	return (rc == SQLITE_ROW || rc == SQLITE_DONE ? 0 : -1);
}
