/* SPDX-License-Identifier: ISC */
/*
 * Declarations for the sqlite*.c files.
 */

#ifndef SQLITE_LOCAL_H
#define SQLITE_LOCAL_H

#include <sqlite3.h>

#include "store.h"

#define DB_FILE		"sallyport.db"
#define STORE_PATH	(DIR_SIZE + 48)

/* clang-format off */
/* The mesh: store_mesh.h.  Columns of a put stand where those of an add do. */
#define STORE_MESH_STATEMENTS(S)					\
	S(ST_TENANT_LIST, "SELECT id, name, mesh, range4, range4_len,"	\
	    " range6, range6_len, port, keepalive, nat, dns, stun, created" \
	    " FROM tenant ORDER BY id")					\
	S(ST_TENANT_ADD, "INSERT INTO tenant (mesh, range4, range4_len,"	\
	    " range6, range6_len, port, keepalive, nat, dns, stun, name,"	\
	    " created) VALUES (?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11,"	\
	    " ?12, ?13)")						\
	S(ST_TENANT_PUT, "UPDATE tenant SET mesh = ?2, range4 = ?3,"	\
	    " range4_len = ?4, range6 = ?5, range6_len = ?6, port = ?7,"	\
	    " keepalive = ?8, nat = ?9, dns = ?10, stun = ?11"		\
	    " WHERE id = ?1")						\
	S(ST_TENANT_DEL, "DELETE FROM tenant WHERE id = ?1")		\
	S(ST_DEVICE_LIST, "SELECT id, tenant, name, who, platform, created,"	\
	    " seen, version FROM device ORDER BY id")			\
	S(ST_DEVICE_ADD, "INSERT INTO device (who, platform, seen, version,"	\
	    " tenant, name, created) VALUES (?2, ?3, ?4, ?5, ?6, ?7, ?8)") \
	S(ST_DEVICE_PUT, "UPDATE device SET who = ?2, platform = ?3,"	\
	    " seen = ?4, version = ?5 WHERE id = ?1")			\
	S(ST_DEVICE_DEL, "DELETE FROM device WHERE id = ?1")		\
	S(ST_GROUP_LIST, "SELECT id, tenant, name FROM grp ORDER BY id")	\
	S(ST_GROUP_ADD, "INSERT INTO grp (tenant, name) VALUES (?1, ?2)")	\
	S(ST_GROUP_DEL, "DELETE FROM grp WHERE id = ?1")			\
	S(ST_GRPDEV_LIST, "SELECT grp, device, by_rule FROM grp_device"	\
	    " ORDER BY grp, device")					\
	S(ST_GRPDEV_PUT, "INSERT INTO grp_device (grp, device, by_rule)"	\
	    " VALUES (?1, ?2, ?3) ON CONFLICT (grp, device)"		\
	    " DO UPDATE SET by_rule = ?3")				\
	S(ST_GRPDEV_DEL, "DELETE FROM grp_device WHERE grp = ?1"		\
	    " AND device = ?2")						\
	S(ST_MESH_LIST, "SELECT id, uuid, tenant, name, topology, net4,"	\
	    " net4_len, net6, net6_len, port, keepalive, dns, grp,"	\
	    " gen_limit, floor, epoch, enrol_after, created FROM mesh"	\
	    " ORDER BY id")						\
	S(ST_MESH_ADD, "INSERT INTO mesh (topology, port, keepalive, dns,"	\
	    " grp, gen_limit, floor, epoch, enrol_after, uuid, tenant, name," \
	    " net4, net4_len, net6, net6_len, created) VALUES (?2, ?3, ?4,"	\
	    " ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17,"	\
	    " ?18)")							\
	S(ST_MESH_PUT, "UPDATE mesh SET topology = ?2, port = ?3,"	\
	    " keepalive = ?4, dns = ?5, grp = ?6, gen_limit = ?7,"	\
	    " floor = ?8, epoch = ?9, enrol_after = ?10 WHERE id = ?1")	\
	S(ST_MESH_DEL, "DELETE FROM mesh WHERE id = ?1")			\
	S(ST_BLOCK_LIST, "SELECT space, block, mesh FROM mesh_block"	\
	    " ORDER BY space, block")					\
	S(ST_BLOCK_ADD, "INSERT INTO mesh_block (space, block, mesh)"	\
	    " VALUES (?1, ?2, ?3)")					\
	S(ST_MEMBER_LIST, "SELECT id, mesh, device, state, key, addr4,"	\
	    " addr6, role, via, port, endpoint, endpoint_port, endpoint_src," \
	    " local, nat, gen, acked, acked_at, nack, handshake, seen, ready," \
	    " created FROM mesh_member ORDER BY mesh, gen")			\
	S(ST_MEMBER_ADD, "INSERT INTO mesh_member (state, key, addr4, addr6," \
	    " role, via, port, endpoint, endpoint_port, endpoint_src, local," \
	    " nat, gen, acked, acked_at, nack, handshake, seen, ready, mesh," \
	    " device, created) VALUES (?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10," \
	    " ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22,"	\
	    " ?23)")							\
	S(ST_MEMBER_PUT, "UPDATE mesh_member SET state = ?2, key = ?3,"	\
	    " addr4 = ?4, addr6 = ?5, role = ?6, via = ?7, port = ?8,"	\
	    " endpoint = ?9, endpoint_port = ?10, endpoint_src = ?11,"	\
	    " local = ?12, nat = ?13, gen = ?14, acked = ?15,"		\
	    " acked_at = ?16, nack = ?17, handshake = ?18, seen = ?19,"	\
	    " ready = ?20 WHERE id = ?1")				\
	S(ST_MEMBER_DEL, "DELETE FROM mesh_member WHERE id = ?1")		\
	S(ST_EGRESS_LIST, "SELECT mesh, addr, len, member FROM mesh_egress"	\
	    " ORDER BY member, addr, len")				\
	S(ST_EGRESS_ADD, "INSERT INTO mesh_egress (mesh, addr, len, member)"	\
	    " VALUES (?1, ?2, ?3, ?4)")					\
	S(ST_EGRESS_DEL, "DELETE FROM mesh_egress WHERE member = ?1")	\
	S(ST_GONE_LIST, "SELECT mesh, member, gen, at FROM mesh_gone"	\
	    " ORDER BY mesh, gen")					\
	S(ST_GONE_PUT, "INSERT INTO mesh_gone (mesh, member, gen, at)"	\
	    " VALUES (?1, ?2, ?3, ?4) ON CONFLICT (mesh, member)"		\
	    " DO UPDATE SET gen = ?3, at = ?4")				\
	S(ST_GONE_DEL, "DELETE FROM mesh_gone WHERE mesh = ?1"		\
	    " AND member = ?2")						\
	S(ST_GONE_TRIM, "DELETE FROM mesh_gone WHERE mesh = ?1"		\
	    " AND gen <= ?2")

#define STORE_STATEMENTS(S)						\
	S(ST_BEGIN, "BEGIN IMMEDIATE")					\
	S(ST_COMMIT, "COMMIT")						\
	S(ST_ROLLBACK, "ROLLBACK")					\
	S(ST_NET_LIST, "SELECT id, name FROM network ORDER BY id")	\
	S(ST_NET_ADD, "INSERT INTO network (name) VALUES (?1)")		\
	S(ST_OWNER_LIST, "SELECT id, network, name, generation, synced,"	\
	    " code, added, removed, changed, unchanged, rejected, text"	\
	    " FROM owner ORDER BY id")					\
	S(ST_OWNER_ADD, "INSERT INTO owner (generation, synced, code,"	\
	    " added, removed, changed, unchanged, rejected, text, network," \
	    " name) VALUES (?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)") \
	S(ST_OWNER_PUT, "UPDATE owner SET generation = ?2, synced = ?3,"	\
	    " code = ?4, added = ?5, removed = ?6, changed = ?7,"	\
	    " unchanged = ?8, rejected = ?9, text = ?10 WHERE id = ?1")	\
	S(ST_PEER_LIST, "SELECT id, network, owner, key, name, who, ended," \
	    " first, created, renewed, expires, handshake, rx, tx, rx_raw," \
	    " tx_raw, psk FROM peer ORDER BY id")			\
	S(ST_PEER_ADD, "INSERT INTO peer (key, name, who, ended, created," \
	    " renewed, expires, handshake, rx, tx, rx_raw, tx_raw, network," \
	    " owner, first, psk) VALUES (?2, ?3, ?4, ?5, ?6, ?7, ?8,"	\
	    " ?9, ?10, ?11, ?12, ?13, ?15, ?16, ?17, ?14)")		\
	S(ST_PEER_PUT, "UPDATE peer SET key = ?2, name = ?3, who = ?4,"	\
	    " ended = ?5, created = ?6, renewed = ?7, expires = ?8,"	\
	    " handshake = ?9, rx = ?10, tx = ?11, rx_raw = ?12,"		\
	    " tx_raw = ?13, psk = ?14 WHERE id = ?1")			\
	S(ST_PEER_TERM, "UPDATE peer SET renewed = ?2, expires = ?3"	\
	    " WHERE id = ?1")						\
	S(ST_PEER_COUNTERS, "UPDATE peer SET renewed = ?2,"		\
	    " handshake = ?3, rx = ?4, tx = ?5, rx_raw = ?6, tx_raw = ?7"	\
	    " WHERE id = ?1")						\
	S(ST_PEER_DEL, "DELETE FROM peer WHERE id = ?1")			\
	S(ST_ADDR_LIST, "SELECT peer, addr, len FROM peer_addr"		\
	    " ORDER BY peer")							\
	S(ST_ADDR_GET, "SELECT addr, len FROM peer_addr WHERE peer = ?1")	\
	S(ST_ADDR_ADD, "INSERT INTO peer_addr (network, addr, peer, len)" \
	    " VALUES (?1, ?2, ?3, ?4)")					\
	S(ST_ADDR_DEL, "DELETE FROM peer_addr WHERE network = ?1"	\
	    " AND addr = ?2 AND peer = ?3")				\
	S(ST_DENIED_LIST, "SELECT network, name, reason, at FROM denied"	\
	    " ORDER BY network, name")					\
	S(ST_DENY, "INSERT INTO denied (network, name, reason, at)"	\
	    " VALUES (?1, ?2, ?3, ?4) ON CONFLICT (network, name)"	\
	    " DO UPDATE SET reason = ?3")				\
	S(ST_ALLOW, "DELETE FROM denied WHERE network = ?1 AND name = ?2") \
	S(ST_APPROVAL_PUT, "INSERT INTO approval (network, name, approved,"	\
	    " at, who, origin) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"		\
	    " ON CONFLICT (name, network) DO UPDATE SET approved = ?3,"	\
	    " at = ?4, who = ?5, origin = ?6")				\
	S(ST_APPROVAL_GET, "SELECT approved FROM approval WHERE name = ?2"	\
	    " AND (?1 = '' OR network IN (?1, '')) ORDER BY approved")	\
	S(ST_APPROVAL_DEL, "DELETE FROM approval WHERE name = ?2"	\
	    " AND (?1 = '' OR network = ?1)")				\
	S(ST_WAITING_SUM, "SELECT count(*) FROM approval"		\
	    " WHERE approved = 0")					\
	S(ST_WAITING_OLD, "SELECT name FROM approval WHERE approved = 0"	\
	    " AND at < ?1 ORDER BY at LIMIT 1")				\
	S(ST_WAITING_DEL, "DELETE FROM approval WHERE name = ?1"		\
	    " AND approved = 0 AND at < ?2")				\
	S(ST_WAITING_LIST, "SELECT a.network, a.name, a.at, a.who, a.origin," \
	    " ifnull(c.person, ''), ifnull(c.email, ''), ifnull(c.phone, '')" \
	    " FROM approval AS a LEFT JOIN contact AS c ON c.name = a.name" \
	    " AND c.network = a.network WHERE a.approved = 0"		\
	    " ORDER BY a.at, a.name, a.network")			\
	S(ST_CONTACT_PUT, "INSERT INTO contact (network, name, person,"	\
	    " email, phone) VALUES (?1, ?2, ?3, ?4, ?5)"			\
	    " ON CONFLICT (name, network) DO UPDATE SET person = ?3,"	\
	    " email = ?4, phone = ?5")					\
	S(ST_CONTACT_GET, "SELECT network, name, person, email, phone"	\
	    " FROM contact WHERE network = ?1 AND name = ?2")		\
	S(ST_CONTACT_LIST, "SELECT network, name, person, email, phone"	\
	    " FROM contact WHERE (name, network) > (?2, ?1)"		\
	    " ORDER BY name, network")					\
	S(ST_CONTACT_TRIM, "DELETE FROM contact WHERE name = ?1"		\
	    " AND NOT EXISTS (SELECT 1 FROM network AS n JOIN peer AS p"	\
	    " ON p.network = n.id WHERE n.name = contact.network"	\
	    " AND p.owner IS NULL AND p.name = ?1)"			\
	    " AND NOT EXISTS (SELECT 1 FROM approval AS a"		\
	    " WHERE a.name = ?1 AND a.network IN (contact.network, ''))") \
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
	    " AND at >= ?5 AND (?6 = '' OR instr(' ' || detail || ' '," \
	    " ' addr=' || ?6 || ' ') > 0) ORDER BY id")			\
	S(ST_EVENT_TRIM, "DELETE FROM event WHERE id >= ?1 AND id < ?2"	\
	    " AND (id <= ?3 OR at < ?4)")				\
	S(ST_EVENT_AT, "SELECT at FROM event WHERE id = ?1")		\
	STORE_MESH_STATEMENTS(S)
/* clang-format on */

enum statement {
#define S(name, sql) name,
	STORE_STATEMENTS(S)
#undef S
	    ST_COUNT
};

struct store {
	sqlite3		*h;
	sqlite3_stmt	*st[ST_COUNT];
	char		 dir[DIR_SIZE];
	char		 path[DIR_SIZE + 32];
	enum store_origin origin;
	int64_t		 session;	/* in the file alone, before it was opened */
	int		 wal_pages;
	int		 log_frames;	/* in the log at the last commit */
	unsigned int	 streams;	/* that read it now */
	bool		 failed;
};

/* The steps from version i to i + 1 of the schema, and their number. */
struct store_schema {
	const char *const *step;
	int		 n;
};

extern const struct store_schema store_schema;

/* Like store_open(), but with this schema, for tests. */
struct store *store_open_schema(const char *dir, const struct store_schema *,
    unsigned int keep, char *error, size_t size);
/* Open the file of the store, check it, and bring it to this schema. */
int store_use(struct store *, const struct store_schema *, unsigned int keep,
    char *error, size_t size);
/*
 * Open a file for reading, without its log.  Returns 0, or -1 with a handle or
 * NULL; sqlite3_close() takes both.
 */
int	 store_open_alone(const char *path, sqlite3 **);
/*
 * Put a log aside that belongs to another database.  Returns 0, or -1 with a
 * text for people.
 */
int	 store_wal(struct store *, char *error, size_t size);
/* Check that the files are ours to use. */
int	 store_access(const struct store *, char *error, size_t size);
/* Take the backup that waits, if there is one. */
int	 store_take(struct store *, const struct store_schema *, char *error,
    size_t size);
/*
 * Look at the files before they are opened.  Returns 0 with the origin, or -1
 * with a text for people.
 */
int	 store_look(struct store *, char *error, size_t size);
/* Give the open database a new number, by which its log is known. */
void	 store_new_session(struct store *);
int	 store_sync_dir(const struct store *);
/*
 * Check that tables and indexes are those of the schema, and that there is no
 * trigger and no view besides.  Returns 0, or -1 with a text for people.
 */
int store_check_schema(struct store *, const struct store_schema *, char *error,
    size_t size);
/* Write the text for a database that is damaged. */
void store_damaged(struct store *, const char *why, char *error, size_t size);
/* Note a failure, log it, and set errno.  Always returns -1. */
int	 store_error(struct store *, const char *what);
/* Run a bound statement that gives no rows, and reset it. */
int	 store_run(struct store *, enum statement);
/* Get the next row of a query: 1, or 0 with the query reset, or -1. */
int	 store_next(struct store *, enum statement);
/* End a query with a row that does not fit.  Returns -1 with errno EINVAL. */
int	 store_stop(struct store *, enum statement);
/* A text of the row, or NULL if it has size bytes or more, or a NUL. */
const char *store_text(sqlite3_stmt *, int column, size_t size);
/* Bind an address or NULL; a prefix is that and its length behind it. */
void	 store_bind_addr(sqlite3_stmt *, int, const struct prefix *);
void	 store_bind_prefix(sqlite3_stmt *, int, const struct prefix *);
/* Get them from the row: family 0 for NULL.  Return 0, or -1. */
int	 store_column_addr(sqlite3_stmt *, int, struct prefix *);
int	 store_column_prefix(sqlite3_stmt *, int, struct prefix *);
/* Copy the whole database to path. */
int	 store_copy(sqlite3 *, const char *path);

#endif
