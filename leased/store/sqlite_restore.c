/* SPDX-License-Identifier: ISC */
/*
 * A backup that takes the place of the database.  It waits as a file beside it
 * until the next start, so that one way serves a suite that runs and one that
 * is stopped.  What was revoked since the backup was made stays revoked.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "sqlite_local.h"

#define BEFORE	  ".before" /* suffix of the database that is replaced */
#define BAD	  ".bad"    /* suffix of a file that is no backup */
#define MARK_TEXT 16	    /* room for a number, with NUL */

/* The first column of the first row, as a text that fits; or NULL. */
static const char *
first_text(sqlite3 *h, const char *sql, char *dst, size_t size)
{
	sqlite3_stmt *st = NULL;
	const char *text = NULL;

	if (sqlite3_prepare_v2(h, sql, -1, &st, NULL) == SQLITE_OK &&
	    sqlite3_step(st) == SQLITE_ROW)
		text = (const char *)sqlite3_column_text(st, 0);
	if (text != NULL)
		strlcpy(dst, text, size);
	sqlite3_finalize(st);
	return (text == NULL ? NULL : dst);
}

/* The number that a pragma gives, as a text; "" if there is none. */
static const char *
mark(sqlite3 *h, const char *pragma, char text[MARK_TEXT])
{
	text[0] = '\0';
	(void)first_text(h, pragma, text, MARK_TEXT);
	return (text);
}

/* A dump of ours has no marks; store_use() gives them back. */
static bool
is_dump(struct store *t)
{
	char app[MARK_TEXT], version[MARK_TEXT], why[TEXT_SIZE];

	return (strcmp(mark(t->h, "PRAGMA application_id", app), "0") == 0 &&
	    strcmp(mark(t->h, "PRAGMA user_version", version), "0") == 0 &&
	    store_check_schema(t, &store_schema, why, sizeof(why)) == 0);
}

static int
check_marks(sqlite3 *h, long long *version, char *error, size_t size)
{
	char text[MARK_TEXT], app[MARK_TEXT];
	const char *errstr;

	snprintf(app, sizeof(app), "%d", DB_APPLICATION_ID);
	if (strcmp(mark(h, "PRAGMA application_id", text), app) != 0) {
		strlcpy(error, "it is not a database of sallyport", size);
		return (-1);
	}
	*version = strtonum(mark(h, "PRAGMA user_version", text), 1,
	    store_schema.n, &errstr);
	if (errstr == NULL)
		return (0);
	snprintf(error, size,
	    "it has schema %s, and this sallyport knows 1 to %d", text,
	    store_schema.n);
	return (-1);
}

static int
check(sqlite3 *h, const char *path, char *error, size_t size)
{
	long long version = 0;
	char text[256] = "";
	struct store t;

	memset(&t, 0, sizeof(t));
	t.h = h;
	strlcpy(t.path, path, sizeof(t.path));
	if (!is_dump(&t) && check_marks(h, &version, error, size) == -1)
		return (-1);
	if (first_text(h, "PRAGMA quick_check(1)", text, sizeof(text)) ==
		NULL ||
	    strcmp(text, "ok") != 0) {
		snprintf(error, size, "it is damaged: %s",
		    text[0] != '\0' ? text : sqlite3_errmsg(h));
		return (-1);
	}
	/* An older schema is looked at when it has become this one. */
	if (version != store_schema.n)
		return (0);
	return (store_check_schema(&t, &store_schema, error, size));
}

int
store_check_file(const char *path, char *error, size_t size)
{
	sqlite3 *h;
	int rc;

	if (store_open_alone(path, &h) == -1) {
		snprintf(error, size, "it cannot be read: %s",
		    h == NULL ? strerror(errno) : sqlite3_errmsg(h));
		rc = -1;
	} else
		rc = check(h, path, error, size);
	sqlite3_close(h);
	return (rc);
}

/* A name that the present database denies stays denied, without a lease. */
static void
carry(const struct store *s, const char *present)
{
	static const char sql[] =
	    "BEGIN IMMEDIATE;"
	    "INSERT INTO main.denied SELECT network, name, reason, at"
	    " FROM present.denied WHERE true ON CONFLICT DO NOTHING;"
	    "UPDATE main.peer SET ended = 1,"
	    " expires = CAST(strftime('%s', 'now') AS INTEGER)"
	    " WHERE owner IS NULL AND ended = 0 AND EXISTS (SELECT 1"
	    " FROM main.denied AS d JOIN main.network AS n"
	    " ON n.id = main.peer.network AND d.network IN ('', n.name)"
	    " WHERE d.name = main.peer.name);"
	    "COMMIT";
	sqlite3_stmt *st = NULL;
	int rc;

	rc = sqlite3_prepare_v2(s->h, "ATTACH ?1 AS present", -1, &st, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_bind_text(st, 1, present, -1, SQLITE_STATIC);
	if (rc == SQLITE_OK && sqlite3_step(st) != SQLITE_DONE)
		rc = SQLITE_ERROR;
	sqlite3_finalize(st);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(s->h, sql, NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		log_notice(
		    "restore: %d leases of the backup are of identities that were revoked since, and have ended",
		    sqlite3_changes(s->h));
	else
		log_warnx(
		    "restore: %s: %s: what was revoked after the backup is not known, and must be revoked again",
		    present, sqlite3_errmsg(s->h));
	(void)sqlite3_exec(s->h, "ROLLBACK", NULL, NULL, NULL);
	(void)sqlite3_exec(s->h, "DETACH present", NULL, NULL, NULL);
}

/* Give a file another name, if it is there. */
static int
move(const char *from, const char *from_suffix, const char *to,
    const char *to_suffix)
{
	char a[STORE_PATH], b[STORE_PATH];

	snprintf(a, sizeof(a), "%s%s", from, from_suffix);
	snprintf(b, sizeof(b), "%s%s", to, to_suffix);
	return (rename(a, b) == -1 && errno != ENOENT ? -1 : 0);
}

int
store_take(struct store *s, const struct store_schema *schema, char *error,
    size_t size)
{
	char wait[STORE_PATH], before[STORE_PATH], why[TEXT_SIZE];
	struct store t;

	snprintf(wait, sizeof(wait), "%s/" RESTORE_FILE, s->dir);
	snprintf(before, sizeof(before), "%s" BEFORE, s->path);
	if (access(wait, F_OK) == -1)
		return (0);
	memset(&t, 0, sizeof(t));
	strlcpy(t.dir, s->dir, sizeof(t.dir));
	strlcpy(t.path, wait, sizeof(t.path));
	if (store_check_file(wait, why, sizeof(why)) == -1 ||
	    store_use(&t, schema, 0, why, sizeof(why)) == -1) {
		sqlite3_close(t.h);
		log_warnx("restore: %s is not used, and is now %s" BAD ": %s",
		    wait, wait, why);
		if (move(wait, "", wait, BAD) == 0)
			return (0);
		snprintf(error, size, "%s cannot be moved away: %s", wait,
		    strerror(errno));
		return (-1);
	}
	if (access(s->path, F_OK) == 0 && store_wal(s, error, size) == 0)
		carry(&t, s->path);
	sqlite3_close(t.h);
	if (move(s->path, "-wal", before, "-wal") == -1 ||
	    move(s->path, "", before, "") == -1 ||
	    rename(wait, s->path) == -1 || store_sync_dir(s) == -1) {
		snprintf(error, size, "%s cannot take the place of %s: %s",
		    wait, s->path, strerror(errno));
		return (-1);
	}
	s->origin = STORE_COPY;
	log_notice(
	    "restore: the database is the backup now; the one before is %s",
	    before);
	return (0);
}
