/* SPDX-License-Identifier: ISC */
/*
 * Opening, checking and migrating the database, its transactions, and the
 * meaning of its errors.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "sqlite_local.h"

#define OPEN_WAIT_MS	3000
#define WAL_PAGES_MAX		2000		/* 8 MB */

static int
wal_cb(void *arg, sqlite3 *h, const char *name, int pages)
{
	struct store *s = arg;

	s->wal_pages = s->log_frames = pages;
	return (SQLITE_OK);
}

int
store_error(struct store *s, const char *what)
{
	int rc, sys;

	rc = sqlite3_extended_errcode(s->h);
	sys = sqlite3_system_errno(s->h);
	if (rc == SQLITE_IOERR_FSYNC || rc == SQLITE_IOERR_DIR_FSYNC)
		fatalx(
		    "%s: %s: %s (%s): what is on the disk is unknown; leaving, to read it again",
		    s->path, what, sqlite3_errmsg(s->h), strerror(sys));
	if ((rc & 0xff) == SQLITE_CORRUPT || (rc & 0xff) == SQLITE_NOTADB)
		fatalx("%s: %s: %s: the database is damaged; leaving", s->path,
		    what, sqlite3_errmsg(s->h));
	if (!s->failed)
		log_warnx(
		    "%s: %s: %s (%d%s%s): leases are kept, new ones refused until it can be written",
		    s->path, what, sqlite3_errmsg(s->h), rc,
		    sys != 0 ? ", " : "", sys != 0 ? strerror(sys) : "");
	s->failed = true;
	errno = (rc & 0xff) == SQLITE_FULL ? ENOSPC :
	    (rc & 0xff) == SQLITE_CONSTRAINT ? EEXIST :
					       EIO;
	return (-1);
}

/* Step a statement, and reset it unless it gave a row. */
int
store_next(struct store *s, enum statement which)
{
	sqlite3_stmt *st = s->st[which];
	int rc, saved;

	if ((rc = sqlite3_step(st)) == SQLITE_ROW)
		return (1);
	if (rc == SQLITE_DONE) {
		sqlite3_reset(st);
		return (0);
	}
	(void)store_error(s, sqlite3_sql(st));
	saved = errno;
	sqlite3_reset(st);
	errno = saved;
	return (-1);
}

int
store_run(struct store *s, enum statement which)
{
	int rc;

	while ((rc = store_next(s, which)) == 1)
		;
	return (rc);
}

int
store_stop(struct store *s, enum statement which)
{
	sqlite3_reset(s->st[which]);
	errno = EINVAL;
	return (-1);
}

const char *
store_text(sqlite3_stmt *st, int column, size_t size)
{
	const char *text;

	text = (const char *)sqlite3_column_text(st, column);
	if (text == NULL || strlen(text) >= size ||
	    strlen(text) != (size_t)sqlite3_column_bytes(st, column))
		return (NULL);
	return (text);
}

bool
store_ok(const struct store *s)
{
	return (!s->failed);
}

enum store_origin
store_origin(const struct store *s)
{
	return (s->origin);
}

const char *
store_dir(const struct store *s)
{
	return (s->dir);
}

/*
 * Refuse changes if the file was removed: they would be gone with this process.
 */
int
store_begin(struct store *s)
{
	int moved = 0;

	(void)sqlite3_file_control(s->h, "main", SQLITE_FCNTL_HAS_MOVED,
	    &moved);
	if (!moved)
		return (store_run(s, ST_BEGIN));
	if (!s->failed)
		log_warnx(
		    "%s: was removed or replaced: leases are kept, new ones refused until it is back; a copy of what is known: sallyctl backup",
		    s->path);
	s->failed = true;
	errno = EIO;
	return (-1);
}

int
store_commit(struct store *s)
{
	if (store_run(s, ST_COMMIT) == -1)
		return (-1);
	if (s->failed)
		log_notice("%s: can be written again", s->path);
	s->failed = false;
	return (0);
}

void
store_rollback(struct store *s)
{
	/* After some errors SQLite has rolled back already. */
	if (!sqlite3_get_autocommit(s->h))
		(void)store_run(s, ST_ROLLBACK);
}

void
store_checkpoint(struct store *s)
{
	int log, done;

	if (s->wal_pages < WAL_PAGES_MAX || s->streams > 0 ||
	    !sqlite3_get_autocommit(s->h))
		return;
	s->wal_pages = 0;
	if (sqlite3_wal_checkpoint_v2(s->h, NULL, SQLITE_CHECKPOINT_PASSIVE,
	    &log, &done) != SQLITE_OK)
		(void)store_error(s, "checkpoint");
}

/*
 * Run one statement, and put the first column as a number into *n if not NULL.
 */
static int
run_sql(struct store *s, const char *sql, int64_t *n)
{
	sqlite3_stmt *st;
	int rc;

	if (n == NULL)
		return (sqlite3_exec(s->h, sql, NULL, NULL, NULL));
	if ((rc = sqlite3_prepare_v2(s->h, sql, -1, &st, NULL)) != SQLITE_OK)
		return (rc);
	if ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		*n = sqlite3_column_int64(st, 0);
		rc = SQLITE_OK;
	}
	sqlite3_finalize(st);
	return (rc);
}

void
store_damaged(struct store *s, const char *why, char *error, size_t size)
{
	char *p;

	snprintf(error, size,
	    "%s is damaged (%s): keep a copy of it, then put a backup in its place (sallyctl restore), or rescue what is left: sqlite3 %s .dump | sed 's/^ROLLBACK;.*/COMMIT;/' | sqlite3 new.db",
	    s->path, why, DB_FILE);
	while ((p = strchr(error, '\n')) != NULL)
		*p = ' ';
}

/* The first use of the file shows whether it is a database and is free. */
static int
prepare(struct store *s, char *error, size_t size)
{
	static const char *const pragma[] = {
		"PRAGMA locking_mode = EXCLUSIVE",
		"PRAGMA journal_mode = WAL",
		"PRAGMA synchronous = FULL",
		"PRAGMA wal_autocheckpoint = 0",
		/* The log file shrinks again after a large transaction. */
		"PRAGMA journal_size_limit = 16777216",
		"PRAGMA foreign_keys = ON",
		"PRAGMA trusted_schema = OFF",
		"PRAGMA cell_size_check = ON",
		"PRAGMA temp_store = MEMORY",
		/*
		 * The decisions are made in memory; the database is a journal.
		 */
		"PRAGMA cache_size = -512",
		"PRAGMA mmap_size = 0",
		"PRAGMA user_version",
		"BEGIN EXCLUSIVE; COMMIT",
	};
	size_t i;
	int rc;

	for (i = 0; i < sizeof(pragma) / sizeof(pragma[0]); i++) {
		rc = run_sql(s, pragma[i], NULL) & 0xff;
		if (rc == SQLITE_BUSY || rc == SQLITE_LOCKED)
			snprintf(error, size,
			    "%s is in use by another process: a second sallyport cannot share it; stop that one, or give this one a state_dir of its own",
			    s->path);
		else if (rc == SQLITE_CORRUPT || rc == SQLITE_NOTADB)
			store_damaged(s, sqlite3_errmsg(s->h), error, size);
		else if (rc != SQLITE_OK)
			snprintf(error, size,
			    "%s: %s: %s: check that the directory can be written and has room",
			    s->path, pragma[i], sqlite3_errmsg(s->h));
		if (rc != SQLITE_OK)
			return (-1);
	}
	return (0);
}

static int
check_pages(struct store *s, char *error, size_t size)
{
	sqlite3_stmt *st;
	const char *text;
	int rc, ok = 0;

	rc = sqlite3_prepare_v2(s->h, "PRAGMA quick_check(1)", -1, &st, NULL);
	if (rc != SQLITE_OK) {
		store_damaged(s, sqlite3_errmsg(s->h), error, size);
		return (-1);
	}
	text = sqlite3_errmsg(s->h);
	if (sqlite3_step(st) == SQLITE_ROW) {
		text = (const char *)sqlite3_column_text(st, 0);
		ok = text != NULL && strcmp(text, "ok") == 0;
	} else
		text = sqlite3_errmsg(s->h);
	if (!ok)
		store_damaged(s, text != NULL ? text : "quick_check", error,
		    size);
	sqlite3_finalize(st);
	return (ok ? 0 : -1);
}

/* The name of the copy of the database in version v. */
static void
backup_path(const struct store *s, int v, char *path, size_t size)
{
	snprintf(path, size, "%s.v%d.bak", s->path, v);
}

/*
 * Keep a copy before anything is changed, and no more than keep copies in all.
 */
static int
keep_copy(struct store *s, int from, unsigned int keep, char *path, size_t size)
{
	int v;

	for (v = from - 1; v > 0; v--)
		if (v + (int64_t)keep <= from) {
			backup_path(s, v, path, size);
			if (unlink(path) == -1 && errno != ENOENT)
				log_warn("%s", path);
		}
	backup_path(s, from, path, size);
	/* Remove the copy of a migration that failed. */
	if (unlink(path) == -1 && errno != ENOENT)
		return (-1);
	return (keep == 0 ? 0 : store_copy(s->h, path));
}

static int
migrate(struct store *s, const struct store_schema *schema, int from,
    unsigned int keep, char *error, size_t size)
{
	char path[sizeof(s->path) + 32], sql[128];
	int rc, v;

	if (from > 0 && keep_copy(s, from, keep, path, sizeof(path)) == -1) {
		snprintf(error, size,
		    "%s: cannot keep a copy of the database before its migration: %s",
		    path, strerror(errno));
		return (-1);
	}
	/* All steps are one transaction, so that none is done alone. */
	rc = run_sql(s, "BEGIN IMMEDIATE", NULL);
	for (v = from; v < schema->n && rc == SQLITE_OK; v++)
		rc = run_sql(s, schema->step[v], NULL);
	snprintf(sql, sizeof(sql),
	    "PRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT",
	    DB_APPLICATION_ID, schema->n);
	if (rc == SQLITE_OK)
		rc = run_sql(s, sql, NULL);
	if (rc != SQLITE_OK) {
		snprintf(error, size,
		    "%s: cannot go from schema %d to %d: %s%s; nothing was changed",
		    s->path, from, schema->n, sqlite3_errmsg(s->h),
		    (rc & 0xff) == SQLITE_CONSTRAINT ?
			" (it is damaged: it holds twice what must be there once, or lacks what it names)" :
			"");
		return (-1);
	}
	if (from > 0)
		log_notice("%s: schema %d is now %d", s->path, from, schema->n);
	return (0);
}

/*
 * A dump, the way to rescue a damaged database, has neither the marks of the
 * file nor all of its rows: what names a row that is not there is left out.
 */
static int
take_dump(struct store *s, const struct store_schema *schema, int64_t *version,
    char *error, size_t size)
{
	char sql[512];

	if (store_check_schema(s, schema, error, size) == -1) {
		snprintf(error, size,
		    "%s is not sallyport's database: move it away, or set another state_dir",
		    s->path);
		return (-1);
	}
	snprintf(sql, sizeof(sql),
	    "BEGIN IMMEDIATE;"
	    "DELETE FROM peer WHERE network NOT IN (SELECT id FROM network)"
	    " OR (owner IS NOT NULL AND owner NOT IN (SELECT id FROM owner));"
	    "PRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT",
	    DB_APPLICATION_ID, schema->n);
	if (run_sql(s, sql, NULL) != SQLITE_OK) {
		store_damaged(s, sqlite3_errmsg(s->h), error, size);
		return (-1);
	}
	log_notice("%s: it was made from a dump, and is ours again", s->path);
	*version = schema->n;
	return (0);
}

static int
read_version(struct store *s, const struct store_schema *schema,
    int64_t *version, char *error, size_t size)
{
	int64_t app = 0, tables = 0;

	*version = 0;
	if (run_sql(s, "PRAGMA application_id", &app) != SQLITE_OK ||
	    run_sql(s, "PRAGMA user_version", version) != SQLITE_OK ||
	    run_sql(s, "SELECT count(*) FROM sqlite_schema", &tables) !=
	    SQLITE_OK) {
		store_damaged(s, sqlite3_errmsg(s->h), error, size);
		return (-1);
	}
	if (app == 0 && *version == 0 && tables != 0)
		return (take_dump(s, schema, version, error, size));
	if (app != DB_APPLICATION_ID && (app != 0 || tables != 0)) {
		snprintf(error, size,
		    "%s is not sallyport's database: move it away, or set another state_dir",
		    s->path);
		return (-1);
	}
	if (*version > schema->n || *version < 0) {
		snprintf(error, size,
		    "%s has schema %lld, made by a newer sallyport; this one knows %d: install the newer one again, or put back the copy kept at the migration (%s.v%d.bak)",
		    s->path, (long long)*version, schema->n, DB_FILE,
		    schema->n);
		return (-1);
	}
	return (0);
}

/*
 * A peer that was deleted by hand leaves its addresses behind, as the shell of
 * SQLite does not look at references unless it is told to.
 */
static void
drop_orphans(struct store *s)
{
	if (run_sql(s,
	    "DELETE FROM peer_addr WHERE peer NOT IN (SELECT id FROM peer)",
	    NULL) == SQLITE_OK &&
	    sqlite3_changes(s->h) > 0)
		log_warnx(
		    "%s: %d addresses were of peers that are not there: they are free now",
		    s->path, sqlite3_changes(s->h));
}

static int
statements(struct store *s, char *error, size_t size)
{
	static const char *const sql[] = {
#define S(name, text) text,
		STORE_STATEMENTS(S)
#undef S
	};
	int i;

	for (i = 0; i < ST_COUNT; i++)
		if (sqlite3_prepare_v3(s->h, sql[i], -1,
			SQLITE_PREPARE_PERSISTENT, &s->st[i],
			NULL) != SQLITE_OK) {
			store_damaged(s, sqlite3_errmsg(s->h), error, size);
			return (-1);
		}
	return (0);
}

int
store_use(struct store *s, const struct store_schema *schema, unsigned int keep,
    char *error, size_t size)
{
	int64_t version;
	int rc;

	rc = sqlite3_open_v2(s->path, &s->h,
	    SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX |
		SQLITE_OPEN_PRIVATECACHE,
	    NULL);
	if (rc != SQLITE_OK) {
		snprintf(error, size,
		    "%s: %s: it must be a directory that user and group of leased can write",
		    s->path,
		    s->h == NULL ? sqlite3_errstr(rc) : sqlite3_errmsg(s->h));
		return (-1);
	}
	(void)sqlite3_extended_result_codes(s->h, 1);
	/*
	 * The leased of a netd that was killed may still be closing the
	 * database.
	 */
	(void)sqlite3_busy_timeout(s->h, OPEN_WAIT_MS);
	if (prepare(s, error, size) == -1 ||
	    check_pages(s, error, size) == -1 ||
	    read_version(s, schema, &version, error, size) == -1)
		return (-1);
	if (version < schema->n &&
	    migrate(s, schema, (int)version, keep, error, size) == -1)
		return (-1);
	if (store_check_schema(s, schema, error, size) == -1)
		return (-1);
	drop_orphans(s);
	return (0);
}

/*
 * Make a database under another name, so that one that is there is complete: an
 * empty file is damage.
 */
static int
make(struct store *s, const struct store_schema *schema, char *error,
    size_t size)
{
	char path[STORE_PATH];
	int rc;

	strlcpy(path, s->path, sizeof(path));
	snprintf(s->path, sizeof(s->path), "%s/" DB_FILE ".new", s->dir);
	if (unlink(s->path) == -1 && errno != ENOENT)
		log_warn("%s", s->path);
	rc = store_use(s, schema, 0, error, size);
	sqlite3_close(s->h);
	s->h = NULL;
	if (rc == 0 &&
	    (rename(s->path, path) == -1 || store_sync_dir(s) == -1)) {
		snprintf(error, size, "%s: %s", path, strerror(errno));
		rc = -1;
	}
	strlcpy(s->path, path, sizeof(s->path));
	return (rc);
}

struct store *
store_open_schema(const char *dir, const struct store_schema *schema,
    unsigned int keep, char *error, size_t size)
{
	struct store *s;

	if ((s = calloc(1, sizeof(*s))) == NULL)
		fatal("database");
	strlcpy(s->dir, dir, sizeof(s->dir));
	snprintf(s->path, sizeof(s->path), "%s/%s", dir, DB_FILE);
	if (store_access(s, error, size) == -1 ||
	    store_take(s, schema, error, size) == -1 ||
	    store_look(s, error, size) == -1 ||
	    (s->origin == STORE_NEW && make(s, schema, error, size) == -1) ||
	    store_use(s, schema, keep, error, size) == -1 ||
	    statements(s, error, size) == -1) {
		store_close(s);
		return (NULL);
	}
	(void)sqlite3_wal_hook(s->h, wal_cb, s);
	store_new_session(s);
	return (s);
}

struct store *
store_open(const char *dir, unsigned int keep, char *error, size_t size)
{
	return (store_open_schema(dir, &store_schema, keep, error, size));
}

void
store_close(struct store *s)
{
	int i;

	if (s == NULL)
		return;
	for (i = 0; i < ST_COUNT; i++)
		sqlite3_finalize(s->st[i]);
	sqlite3_close(s->h);
	free(s);
}
