/* SPDX-License-Identifier: ISC */
/*
 * The log of what happened, in the database, of bounded length and age.
 */

#include <string.h>

#include "sqlite_local.h"

#define TRIM_STEP	1000

int
db_add_event(struct db *db, const struct msg_ctl_event *e)
{
	sqlite3_stmt *st = db->st[ST_EVENT_ADD];

	(void)sqlite3_bind_int64(st, 1, e->at);
	(void)sqlite3_bind_text(st, 2, e->what, -1, SQLITE_STATIC);
	(void)sqlite3_bind_text(st, 3, e->network, -1, SQLITE_STATIC);
	(void)sqlite3_bind_text(st, 4, e->name, -1, SQLITE_STATIC);
	(void)sqlite3_bind_text(st, 5, e->who, -1, SQLITE_STATIC);
	(void)sqlite3_bind_text(st, 6, e->from, -1, SQLITE_STATIC);
	(void)sqlite3_bind_text(st, 7, e->detail, -1, SQLITE_STATIC);
	return (db_run(db, ST_EVENT_ADD));
}

int
db_event_range(struct db *db, int64_t *first, int64_t *last)
{
	sqlite3_stmt *st = db->st[ST_EVENT_RANGE];
	int rc = 0;

	*first = *last = 0;
	if (sqlite3_step(st) == SQLITE_ROW) {
		*first = sqlite3_column_int64(st, 0);
		*last = sqlite3_column_int64(st, 1);
	} else
		rc = db_error(db, "range of events");
	(void)sqlite3_reset(st);
	return (rc);
}

static void
column(sqlite3_stmt *st, int i, char *dst, size_t size)
{
	const char *text;

	text = (const char *)sqlite3_column_text(st, i);
	(void)strlcpy(dst, text != NULL ? text : "", size);
}

int
db_get_events(struct db *db, int64_t from, int64_t to,
    const struct msg_ctl_show *filter,
    void (*cb)(void *, const struct msg_ctl_event *), void *arg)
{
	sqlite3_stmt *st = db->st[ST_EVENT_GET];
	struct msg_ctl_event e;
	int rc;

	(void)sqlite3_bind_int64(st, 1, from);
	(void)sqlite3_bind_int64(st, 2, to);
	(void)sqlite3_bind_text(st, 3, filter->network, -1, SQLITE_STATIC);
	(void)sqlite3_bind_text(st, 4, filter->name, -1, SQLITE_STATIC);
	(void)sqlite3_bind_int64(st, 5, filter->since);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		memset(&e, 0, sizeof(e));
		e.id = (uint64_t)sqlite3_column_int64(st, 0);
		e.at = sqlite3_column_int64(st, 1);
		column(st, 2, e.what, sizeof(e.what));
		column(st, 3, e.network, sizeof(e.network));
		column(st, 4, e.name, sizeof(e.name));
		column(st, 5, e.who, sizeof(e.who));
		column(st, 6, e.from, sizeof(e.from));
		column(st, 7, e.detail, sizeof(e.detail));
		cb(arg, &e);
	}
	if (rc != SQLITE_DONE)
		(void)db_error(db, "events");
	(void)sqlite3_reset(st);
	return (rc == SQLITE_DONE ? 0 : -1);
}

int
db_trim_events(struct db *db, struct wall now)
{
	sqlite3_stmt *st = db->st[ST_EVENT_AT];
	int64_t first, last, cutoff, at = INT64_MAX;

	cutoff = now.s - (int64_t)DB_EVENTS_DAYS * 24 * 60 * 60;
	if (db_event_range(db, &first, &last) == -1)
		return (-1);
	if (first == 0)
		return (0);
	(void)sqlite3_bind_int64(st, 1, first);
	if (sqlite3_step(st) == SQLITE_ROW)
		at = sqlite3_column_int64(st, 0);
	(void)sqlite3_reset(st);
	if (first > last - DB_EVENTS_MAX && at >= cutoff)
		return (0);
	st = db->st[ST_EVENT_TRIM];
	(void)sqlite3_bind_int64(st, 1, first);
	(void)sqlite3_bind_int64(st, 2, first + TRIM_STEP);
	(void)sqlite3_bind_int64(st, 3, last - DB_EVENTS_MAX);
	(void)sqlite3_bind_int64(st, 4, cutoff);
	if (db_run(db, ST_EVENT_TRIM) == -1)
		return (-1);
	return (1);
}
