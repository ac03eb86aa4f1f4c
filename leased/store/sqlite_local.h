/* SPDX-License-Identifier: ISC */
/*
 * What the sqlite*.c files share.
 */

#ifndef SQLITE_LOCAL_H
#define SQLITE_LOCAL_H

#include <sqlite3.h>

#include "store.h"

/* clang-format off */
#define DB_STATEMENTS(S)						\
	S(ST_BEGIN, "BEGIN IMMEDIATE")					\
	S(ST_COMMIT, "COMMIT")						\
	S(ST_ROLLBACK, "ROLLBACK")					\
	S(ST_NET_ADD, "INSERT INTO network (name) VALUES (?1)")		\
	S(ST_LEASE_ADD, "INSERT INTO lease (id, network, name, who, key," \
	    " addr4, addr6, state, first, created, renewed, expires)"	\
	    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)") \
	S(ST_LEASE_PUT, "UPDATE lease SET who = ?4, key = ?5,"		\
	    " addr4 = ?6, addr6 = ?7, state = ?8, created = ?10,"	\
	    " renewed = ?11, expires = ?12, rx = ?13, tx = ?14,"	\
	    " rx_raw = ?15, tx_raw = ?16, handshake = ?17 WHERE id = ?1") \
	S(ST_LEASE_TERM, "UPDATE lease SET renewed = ?2, expires = ?3"	\
	    " WHERE id = ?1")						\
	S(ST_LEASE_STATS, "UPDATE lease SET renewed = ?2, rx = ?3,"	\
	    " tx = ?4, rx_raw = ?5, tx_raw = ?6, handshake = ?7"	\
	    " WHERE id = ?1")						\
	S(ST_LEASE_DEL, "DELETE FROM lease WHERE id = ?1")		\
	S(ST_DENY, "INSERT INTO denied (network, name, reason, at)"	\
	    " VALUES (?1, ?2, ?3, ?4) ON CONFLICT (network, name)"	\
	    " DO UPDATE SET reason = ?3")				\
	S(ST_ALLOW, "DELETE FROM denied WHERE network = ?1 AND name = ?2") \
	S(ST_OWNER_ADD, "INSERT INTO owner (network, name, generation,"	\
	    " synced, code, added, removed, changed, unchanged, rejected,"	\
	    " text) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)") \
	S(ST_OWNER_PUT, "UPDATE owner SET generation = ?3, synced = ?4,"	\
	    " code = ?5, added = ?6, removed = ?7, changed = ?8,"	\
	    " unchanged = ?9, rejected = ?10, text = ?11 WHERE id = ?1")	\
	S(ST_OWNED_ADD, "INSERT INTO owned (network, owner, key, name,"	\
	    " created) VALUES (?1, ?2, ?3, ?4, ?5)")			\
	S(ST_OWNED_NAME, "UPDATE owned SET name = ?2 WHERE id = ?1")	\
	S(ST_OWNED_STATS, "UPDATE owned SET rx = ?2, tx = ?3, rx_raw = ?4," \
	    " tx_raw = ?5, handshake = ?6 WHERE id = ?1")		\
	S(ST_OWNED_DEL, "DELETE FROM owned WHERE id = ?1")		\
	S(ST_OADDR_ADD, "INSERT INTO owned_addr (network, addr, peer)"	\
	    " VALUES (?1, ?2, ?3)")					\
	S(ST_OADDR_DEL, "DELETE FROM owned_addr WHERE peer = ?1")	\
	S(ST_SETTING_PUT, "INSERT INTO setting (name, value)"		\
	    " VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2") \
	S(ST_SETTING_GET, "SELECT value FROM setting WHERE name = ?1")	\
	S(ST_EVENT_ADD, "INSERT INTO event (at, what, network, name, who," \
	    " origin, detail) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")	\
	S(ST_EVENT_RANGE, "SELECT (SELECT min(id) FROM event),"		\
	    " (SELECT max(id) FROM event)")				\
	S(ST_EVENT_GET, "SELECT id, at, what, network, name, who, origin," \
	    " detail FROM event WHERE id >= ?1 AND id < ?2"		\
	    " AND (?3 = '' OR network = ?3) AND (?4 = '' OR name = ?4)"	\
	    " AND at >= ?5 ORDER BY id")				\
	S(ST_EVENT_TRIM, "DELETE FROM event WHERE id >= ?1 AND id < ?2"	\
	    " AND (id <= ?3 OR at < ?4)")				\
	S(ST_EVENT_AT, "SELECT at FROM event WHERE id = ?1")
/* clang-format on */

enum db_statement {
#define S(name, sql) name,
	DB_STATEMENTS(S)
#undef S
	    ST_COUNT
};

struct db {
	sqlite3		*h;
	sqlite3_stmt	*st[ST_COUNT];
	char		 dir[DIR_SIZE];
	char		 path[DIR_SIZE + 32];
	int		 wal_pages;
	bool		 failed;
};

/* Note a failure, log it, and set errno; always -1. */
int	 db_error(struct db *, const char *what);
/* Run a bound statement that gives no rows, and reset it. */
int	 db_run(struct db *, enum db_statement);
/* Give each row of a query to fn; for the start, where nothing is prepared. */
int db_each(struct db *, const char *sql, int (*fn)(void *, sqlite3_stmt *),
    void *arg);
/* Copy the database to path, all at once. */
int	 db_copy(sqlite3 *, const char *path);

#endif
