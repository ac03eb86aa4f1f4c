/* SPDX-License-Identifier: ISC */
/*
 * Networks, leases and denied identities in the database.
 */

#include <errno.h>
#include <string.h>

#include "sqlite_local.h"
#include "log.h"

#define ROW_LIVE	1
#define ROW_ENDED	2

int
db_add_network(struct db *db, const char *name, int64_t *id)
{
	(void)sqlite3_bind_text(db->st[ST_NET_ADD], 1, name, -1,
	    SQLITE_TRANSIENT);
	if (db_run(db, ST_NET_ADD) == -1)
		return (-1);
	*id = sqlite3_last_insert_rowid(db->h);
	return (0);
}

static void
bind_addr(sqlite3_stmt *st, int i, const struct lease *l, enum fam f)
{
	if ((l->has & FAM_BIT(f)) == 0)
		(void)sqlite3_bind_null(st, i);
	else if (f == FAM4)
		(void)sqlite3_bind_blob(st, i, l->addr4, 4, SQLITE_STATIC);
	else
		(void)sqlite3_bind_blob(st, i, l->addr6, 16, SQLITE_STATIC);
}

static void
bind_lease(sqlite3_stmt *st, const struct lease *l)
{
	(void)sqlite3_bind_int64(st, 1, l->id);
	(void)sqlite3_bind_text(st, 4, lease_who(l), -1, SQLITE_STATIC);
	(void)sqlite3_bind_blob(st, 5, l->key, WGKEY_LEN, SQLITE_STATIC);
	bind_addr(st, 6, l, FAM4);
	bind_addr(st, 7, l, FAM6);
	(void)sqlite3_bind_int(st, 8,
	    l->state == LEASE_EXPIRED ? ROW_ENDED : ROW_LIVE);
	(void)sqlite3_bind_int64(st, 10, l->created);
	(void)sqlite3_bind_int64(st, 11, l->renewed);
	(void)sqlite3_bind_int64(st, 12, l->expires);
}

int
db_add_lease(struct db *db, const struct lease *l)
{
	sqlite3_stmt *st = db->st[ST_LEASE_ADD];

	bind_lease(st, l);
	(void)sqlite3_bind_int64(st, 2, l->net->id);
	(void)sqlite3_bind_text(st, 3, l->name, -1, SQLITE_STATIC);
	(void)sqlite3_bind_int64(st, 9, l->first);
	return (db_run(db, ST_LEASE_ADD));
}

int
db_put_lease(struct db *db, const struct lease *l)
{
	sqlite3_stmt *st = db->st[ST_LEASE_PUT];

	bind_lease(st, l);
	(void)sqlite3_bind_int64(st, 13, (int64_t)l->rx);
	(void)sqlite3_bind_int64(st, 14, (int64_t)l->tx);
	(void)sqlite3_bind_int64(st, 15, (int64_t)l->rx_raw);
	(void)sqlite3_bind_int64(st, 16, (int64_t)l->tx_raw);
	(void)sqlite3_bind_int64(st, 17, l->handshake);
	return (db_run(db, ST_LEASE_PUT));
}

int
db_put_term(struct db *db, const struct lease *l)
{
	sqlite3_stmt *st = db->st[ST_LEASE_TERM];

	(void)sqlite3_bind_int64(st, 1, l->id);
	(void)sqlite3_bind_int64(st, 2, l->renewed);
	(void)sqlite3_bind_int64(st, 3, l->expires);
	return (db_run(db, ST_LEASE_TERM));
}

int
db_put_stats(struct db *db, const struct lease *l)
{
	sqlite3_stmt *st = db->st[ST_LEASE_STATS];

	(void)sqlite3_bind_int64(st, 1, l->id);
	(void)sqlite3_bind_int64(st, 2, l->renewed);
	(void)sqlite3_bind_int64(st, 3, (int64_t)l->rx);
	(void)sqlite3_bind_int64(st, 4, (int64_t)l->tx);
	(void)sqlite3_bind_int64(st, 5, (int64_t)l->rx_raw);
	(void)sqlite3_bind_int64(st, 6, (int64_t)l->tx_raw);
	(void)sqlite3_bind_int64(st, 7, l->handshake);
	return (db_run(db, ST_LEASE_STATS));
}

int
db_del_lease(struct db *db, const struct lease *l)
{
	(void)sqlite3_bind_int64(db->st[ST_LEASE_DEL], 1, l->id);
	return (db_run(db, ST_LEASE_DEL));
}

int
db_add_denied(struct db *db, const char *network, const char *name,
    const char *reason, struct wall at)
{
	sqlite3_stmt *st = db->st[ST_DENY];

	(void)sqlite3_bind_text(st, 1, network, -1, SQLITE_TRANSIENT);
	(void)sqlite3_bind_text(st, 2, name, -1, SQLITE_TRANSIENT);
	(void)sqlite3_bind_text(st, 3, reason, -1, SQLITE_TRANSIENT);
	(void)sqlite3_bind_int64(st, 4, at.s);
	return (db_run(db, ST_DENY));
}

int
db_del_denied(struct db *db, const char *network, const char *name)
{
	sqlite3_stmt *st = db->st[ST_ALLOW];

	(void)sqlite3_bind_text(st, 1, network, -1, SQLITE_TRANSIENT);
	(void)sqlite3_bind_text(st, 2, name, -1, SQLITE_TRANSIENT);
	return (db_run(db, ST_ALLOW));
}

int
db_each(struct db *db, const char *sql, int (*fn)(void *, sqlite3_stmt *),
    void *arg)
{
	sqlite3_stmt *st;
	int rc;

	if (sqlite3_prepare_v2(db->h, sql, -1, &st, NULL) != SQLITE_OK)
		return (db_error(db, sql));
	while ((rc = sqlite3_step(st)) == SQLITE_ROW)
		if (fn(arg, st) == -1) {
			(void)sqlite3_finalize(st);
			errno = EINVAL;
			return (-1);
		}
	if (rc != SQLITE_DONE)
		(void)db_error(db, sql);
	(void)sqlite3_finalize(st);
	return (rc == SQLITE_DONE ? 0 : -1);
}

struct load {
	struct broker	*broker;
	struct lnet	*net;		/* of the last row */
	struct mono	 now;
	struct wall	 wall;
};

static int
load_network(void *arg, sqlite3_stmt *st)
{
	struct load *ld = arg;
	const char *name;

	name = (const char *)sqlite3_column_text(st, 1);
	if (name == NULL || strlen(name) >= NETNAME_SIZE)
		return (-1);
	(void)lnet_add(ld->broker, name, sqlite3_column_int64(st, 0));
	return (0);
}

static struct lnet *
load_net_by_id(struct load *ld, int64_t id)
{
	if (ld->net != NULL && ld->net->id == id)
		return (ld->net);
	TAILQ_FOREACH(ld->net, &ld->broker->nets, entry)
		if (ld->net->id == id)
			break;
	return (ld->net);
}

static int
load_lease(void *arg, sqlite3_stmt *st)
{
	struct load *ld = arg;
	struct lnet *net;
	struct lease *l;
	const char *name, *who;
	const void *key, *a4, *a6;

	name = (const char *)sqlite3_column_text(st, 2);
	who = (const char *)sqlite3_column_text(st, 3);
	key = sqlite3_column_blob(st, 4);
	a4 = sqlite3_column_blob(st, 5);
	a6 = sqlite3_column_blob(st, 6);
	if ((net = load_net_by_id(ld, sqlite3_column_int64(st, 1))) == NULL ||
	    name == NULL || who == NULL || key == NULL ||
	    strlen(name) >= IDENT_SIZE || strlen(who) >= IDENT_SIZE + 8 ||
	    (l = lease_new(ld->broker, net, name, who)) == NULL)
		return (-1);
	l->id = sqlite3_column_int64(st, 0);
	lease_set_key(l, key);
	if (a4 != NULL)
		lease_set_addr(l, FAM4, a4);
	if (a6 != NULL)
		lease_set_addr(l, FAM6, a6);
	if (sqlite3_column_int(st, 7) == ROW_LIVE)
		lease_set_state(l, LEASE_PENDING, true);
	l->first = sqlite3_column_int64(st, 8);
	l->created = sqlite3_column_int64(st, 9);
	l->renewed = sqlite3_column_int64(st, 10);
	l->expires = sqlite3_column_int64(st, 11);
	l->rx = (uint64_t)sqlite3_column_int64(st, 12);
	l->tx = (uint64_t)sqlite3_column_int64(st, 13);
	l->rx_raw = (uint64_t)sqlite3_column_int64(st, 14);
	l->tx_raw = (uint64_t)sqlite3_column_int64(st, 15);
	l->handshake = sqlite3_column_int64(st, 16);
	if (l->id >= ld->broker->next_id)
		ld->broker->next_id = l->id + 1;
	lease_load_deadline(ld->broker, l, ld->now, ld->wall);
	settle_lease(l);
	return (0);
}

int
db_load_networks(struct db *db, struct broker *b)
{
	struct load ld;

	memset(&ld, 0, sizeof(ld));
	ld.broker = b;
	return (db_each(db, "SELECT id, name FROM network ORDER BY id",
	    load_network, &ld));
}

int
db_load_leases(struct db *db, struct broker *b, struct mono now,
    struct wall wall)
{
	struct load ld = { b, NULL, now, wall };

	return (db_each(db,
	    "SELECT id, network, name, who, key, addr4, addr6,"
	    " state, first, created, renewed, expires, rx, tx, rx_raw, tx_raw,"
	    " handshake FROM lease ORDER BY id",
	    load_lease, &ld));
}

struct denied_cb {
	void		(*fn)(void *, const char *, const char *);
	void		*arg;
};

static int
load_denied(void *arg, sqlite3_stmt *st)
{
	struct denied_cb *d = arg;
	const char *network, *name;

	network = (const char *)sqlite3_column_text(st, 0);
	name = (const char *)sqlite3_column_text(st, 1);
	if (network == NULL || name == NULL)
		return (-1);
	d->fn(d->arg, network, name);
	return (0);
}

int
db_load_denied(struct db *db, void (*cb)(void *, const char *, const char *),
    void *arg)
{
	struct denied_cb d = { cb, arg };

	return (
	    db_each(db, "SELECT network, name FROM denied", load_denied, &d));
}
