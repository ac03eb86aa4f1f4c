/* SPDX-License-Identifier: ISC */
/*
 * Opening, checking and migrating the database, transactions, and what its
 * errors mean.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sqlite_local.h"
#include "log.h"

#define OPEN_WAIT_MS	3000
#define DB_APPLICATION_ID	0x53506f72	/* "SPor" */
#define WAL_PAGES_MAX		2000		/* 8 MB */

static int
wal_cb(void *arg, sqlite3 *h, const char *name, int pages)
{
	struct db *db = arg;

	db->wal_pages = pages;
	return (SQLITE_OK);
}

int
db_error(struct db *db, const char *what)
{
	int rc, sys;

	rc = sqlite3_extended_errcode(db->h);
	sys = sqlite3_system_errno(db->h);
	if (rc == SQLITE_IOERR_FSYNC || rc == SQLITE_IOERR_DIR_FSYNC)
		fatalx("%s: %s: %s (%s): what is on the disk is unknown; "
		       "leaving, to read it again",
		    db->path, what, sqlite3_errmsg(db->h), strerror(sys));
	if ((rc & 0xff) == SQLITE_CORRUPT || (rc & 0xff) == SQLITE_NOTADB)
		fatalx("%s: %s: %s: the database is damaged; leaving", db->path,
		    what, sqlite3_errmsg(db->h));
	if (!db->failed)
		log_warnx("%s: %s: %s (%d%s%s): leases are kept, new ones "
			  "refused until it can be written",
		    db->path, what, sqlite3_errmsg(db->h), rc,
		    sys != 0 ? ", " : "", sys != 0 ? strerror(sys) : "");
	db->failed = true;
	errno = (rc & 0xff) == SQLITE_FULL ? ENOSPC :
	    (rc & 0xff) == SQLITE_CONSTRAINT ? EEXIST :
					       EIO;
	return (-1);
}

int
db_run(struct db *db, enum db_statement st)
{
	int rc;

	rc = sqlite3_step(db->st[st]);
	if (rc != SQLITE_DONE && rc != SQLITE_ROW) {
		(void)db_error(db, sqlite3_sql(db->st[st]));
		rc = errno;
		(void)sqlite3_reset(db->st[st]);
		errno = rc;
		return (-1);
	}
	(void)sqlite3_reset(db->st[st]);
	return (0);
}

bool
db_ok(const struct db *db)
{
	return (!db->failed);
}

const char *
db_dir(const struct db *db)
{
	return (db->dir);
}

/*
 * Nothing is promised that would be written to a file without a name: it is
 * gone with this process.
 */
int
db_begin(struct db *db)
{
	int moved = 0;

	(void)sqlite3_file_control(db->h, "main", SQLITE_FCNTL_HAS_MOVED,
	    &moved);
	if (!moved)
		return (db_run(db, ST_BEGIN));
	if (!db->failed)
		log_warnx("%s: was removed or replaced: leases are kept, new "
			  "ones refused until it is back; a copy of what is "
			  "known: sallyctl backup",
		    db->path);
	db->failed = true;
	errno = EIO;
	return (-1);
}

int
db_commit(struct db *db)
{
	if (db_run(db, ST_COMMIT) == -1)
		return (-1);
	if (db->failed)
		log_notice("%s: can be written again", db->path);
	db->failed = false;
	return (0);
}

void
db_rollback(struct db *db)
{
	/* Some errors have rolled it back already. */
	if (!sqlite3_get_autocommit(db->h))
		(void)db_run(db, ST_ROLLBACK);
}

void
db_checkpoint(struct db *db)
{
	int log, done;

	if (db->wal_pages < WAL_PAGES_MAX || !sqlite3_get_autocommit(db->h))
		return;
	db->wal_pages = 0;
	if (sqlite3_wal_checkpoint_v2(db->h, NULL, SQLITE_CHECKPOINT_PASSIVE,
	    &log, &done) != SQLITE_OK)
		(void)db_error(db, "checkpoint");
}

/* Run one statement; its first column as a number into *n if not NULL. */
static int
db_exec(struct db *db, const char *sql, int64_t *n)
{
	sqlite3_stmt *st;
	int rc;

	if (n == NULL)
		return (sqlite3_exec(db->h, sql, NULL, NULL, NULL));
	if ((rc = sqlite3_prepare_v2(db->h, sql, -1, &st, NULL)) != SQLITE_OK)
		return (rc);
	if ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		*n = sqlite3_column_int64(st, 0);
		rc = SQLITE_OK;
	}
	(void)sqlite3_finalize(st);
	return (rc);
}

static void
damaged(struct db *db, const char *why, char *error, size_t size)
{
	char *p;

	snprintf(error, size,
	    "%s is damaged (%s): keep a copy of it, then put "
	    "a backup in its place (sallyctl backup), or rescue what is left: "
	    "sqlite3 %s .recover | sqlite3 new.db",
	    db->path, why, DB_FILE);
	while ((p = strchr(error, '\n')) != NULL)
		*p = ' ';
}

/* First use of the file: who else has it, and is it a database at all? */
static int
db_prepare(struct db *db, char *error, size_t size)
{
	static const char *const pragma[] = {
		"PRAGMA locking_mode = EXCLUSIVE",
		"PRAGMA journal_mode = WAL",
		"PRAGMA synchronous = FULL",
		"PRAGMA wal_autocheckpoint = 0",
		/* A large transaction's log does not stay that large. */
		"PRAGMA journal_size_limit = 16777216",
		"PRAGMA foreign_keys = ON",
		"PRAGMA trusted_schema = OFF",
		"PRAGMA cell_size_check = ON",
		"PRAGMA temp_store = MEMORY",
		/* What decides is in memory; this is a journal. */
		"PRAGMA cache_size = -512",
		"PRAGMA mmap_size = 0",
		"PRAGMA user_version",
		"BEGIN EXCLUSIVE; COMMIT",
	};
	size_t i;
	int rc;

	for (i = 0; i < sizeof(pragma) / sizeof(pragma[0]); i++) {
		rc = db_exec(db, pragma[i], NULL) & 0xff;
		if (rc == SQLITE_BUSY || rc == SQLITE_LOCKED)
			snprintf(error, size,
			    "%s is in use by another "
			    "process: a second sallyport cannot share it; "
			    "stop that one, or give this one a state_dir of "
			    "its own",
			    db->path);
		else if (rc == SQLITE_CORRUPT || rc == SQLITE_NOTADB)
			damaged(db, sqlite3_errmsg(db->h), error, size);
		else if (rc != SQLITE_OK)
			snprintf(error, size,
			    "%s: %s: %s: check that the "
			    "directory can be written and has room",
			    db->path, pragma[i], sqlite3_errmsg(db->h));
		if (rc != SQLITE_OK)
			return (-1);
	}
	return (0);
}

static int
db_check(struct db *db, char *error, size_t size)
{
	sqlite3_stmt *st;
	const char *text;
	int rc, ok = 0;

	rc = sqlite3_prepare_v2(db->h, "PRAGMA quick_check(1)", -1, &st, NULL);
	if (rc != SQLITE_OK) {
		damaged(db, sqlite3_errmsg(db->h), error, size);
		return (-1);
	}
	text = sqlite3_errmsg(db->h);
	if (sqlite3_step(st) == SQLITE_ROW) {
		text = (const char *)sqlite3_column_text(st, 0);
		ok = text != NULL && strcmp(text, "ok") == 0;
	} else
		text = sqlite3_errmsg(db->h);
	if (!ok)
		damaged(db, text != NULL ? text : "quick_check", error, size);
	(void)sqlite3_finalize(st);
	return (ok ? 0 : -1);
}

/* The copy that is kept of the database as version v had it. */
static void
backup_path(const struct db *db, int v, char *path, size_t size)
{
	snprintf(path, size, "%s.v%d.bak", db->path, v);
}

/* Keep a copy before anything changes, and no more than keep in all. */
static int
db_keep_copy(struct db *db, int from, unsigned int keep, char *path,
    size_t size)
{
	int v;

	for (v = from - 1; v > 0; v--)
		if (v + (int64_t)keep <= from) {
			backup_path(db, v, path, size);
			if (unlink(path) == -1 && errno != ENOENT)
				log_warn("%s", path);
		}
	backup_path(db, from, path, size);
	/* One from a migration that did not succeed. */
	if (unlink(path) == -1 && errno != ENOENT)
		return (-1);
	return (keep == 0 ? 0 : db_copy(db->h, path));
}

static int
db_migrate(struct db *db, const struct db_schema *schema, int from,
    unsigned int keep, char *error, size_t size)
{
	char path[sizeof(db->path) + 32], sql[128];
	int v;

	if (from > 0 &&
	    db_keep_copy(db, from, keep, path, sizeof(path)) == -1) {
		snprintf(error, size,
		    "%s: cannot keep a copy of the database "
		    "before its migration: %s",
		    path, strerror(errno));
		return (-1);
	}
	for (v = from; v < schema->n; v++) {
		snprintf(sql, sizeof(sql),
		    "PRAGMA application_id = %d; "
		    "PRAGMA user_version = %d; COMMIT",
		    DB_APPLICATION_ID, v + 1);
		if (db_exec(db, "BEGIN IMMEDIATE", NULL) != SQLITE_OK ||
		    db_exec(db, schema->step[v], NULL) != SQLITE_OK ||
		    db_exec(db, sql, NULL) != SQLITE_OK) {
			snprintf(error, size,
			    "%s: cannot go from schema %d to "
			    "%d: %s; nothing was changed by that step",
			    db->path, v, v + 1, sqlite3_errmsg(db->h));
			return (-1);
		}
	}
	if (from > 0)
		log_notice("%s: schema %d is now %d", db->path, from,
		    schema->n);
	return (0);
}

static int
db_version(struct db *db, const struct db_schema *schema, int64_t *version,
    char *error, size_t size)
{
	int64_t app = 0, tables = 0;

	*version = 0;
	if (db_exec(db, "PRAGMA application_id", &app) != SQLITE_OK ||
	    db_exec(db, "PRAGMA user_version", version) != SQLITE_OK ||
	    db_exec(db, "SELECT count(*) FROM sqlite_schema", &tables) !=
	    SQLITE_OK) {
		damaged(db, sqlite3_errmsg(db->h), error, size);
		return (-1);
	}
	if (app != DB_APPLICATION_ID && (app != 0 || tables != 0)) {
		snprintf(error, size,
		    "%s is not sallyport's database: move "
		    "it away, or set another state_dir",
		    db->path);
		return (-1);
	}
	if (*version > schema->n || *version < 0) {
		snprintf(error, size,
		    "%s has schema %lld, made by a newer "
		    "sallyport; this one knows %d: install the newer one "
		    "again, or put back the copy kept at the migration (%s.v%d."
		    "bak)",
		    db->path, (long long)*version, schema->n, DB_FILE,
		    schema->n);
		return (-1);
	}
	return (0);
}

static int
db_statements(struct db *db, char *error, size_t size)
{
	static const char *const sql[] = {
#define S(name, text) text,
		DB_STATEMENTS(S)
#undef S
	};
	int i;

	for (i = 0; i < ST_COUNT; i++)
		if (sqlite3_prepare_v3(db->h, sql[i], -1,
			SQLITE_PREPARE_PERSISTENT, &db->st[i],
			NULL) != SQLITE_OK) {
			damaged(db, sqlite3_errmsg(db->h), error, size);
			return (-1);
		}
	return (0);
}

struct db *
db_open(const char *dir, const struct db_schema *schema, unsigned int keep,
    char *error, size_t size)
{
	struct db *db;
	int64_t version;
	int rc;

	if ((db = calloc(1, sizeof(*db))) == NULL)
		fatal("database");
	(void)strlcpy(db->dir, dir, sizeof(db->dir));
	snprintf(db->path, sizeof(db->path), "%s/%s", dir, DB_FILE);
	rc = sqlite3_open_v2(db->path, &db->h,
	    SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX |
		SQLITE_OPEN_PRIVATECACHE,
	    NULL);
	if (rc != SQLITE_OK) {
		snprintf(error, size,
		    "%s: %s: it must be a directory that "
		    "user and group of leased can write",
		    db->path,
		    db->h == NULL ? sqlite3_errstr(rc) : sqlite3_errmsg(db->h));
		goto fail;
	}
	(void)sqlite3_extended_result_codes(db->h, 1);
	/* The leased of a netd that was killed may still be closing it. */
	(void)sqlite3_busy_timeout(db->h, OPEN_WAIT_MS);
	if (db_prepare(db, error, size) == -1 ||
	    db_check(db, error, size) == -1 ||
	    db_version(db, schema, &version, error, size) == -1)
		goto fail;
	if (version < schema->n &&
	    db_migrate(db, schema, (int)version, keep, error, size) == -1)
		goto fail;
	if (db_statements(db, error, size) == -1)
		goto fail;
	(void)sqlite3_wal_hook(db->h, wal_cb, db);
	return (db);
fail:
	db_close(db);
	return (NULL);
}

void
db_close(struct db *db)
{
	int i;

	if (db == NULL)
		return;
	for (i = 0; i < ST_COUNT; i++)
		(void)sqlite3_finalize(db->st[i]);
	(void)sqlite3_close(db->h);
	free(db);
}
