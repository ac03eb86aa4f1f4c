/* SPDX-License-Identifier: ISC */
/*
 * The events, bounded by number and age.
 */

#include "sqlite_local.h"

#define TRIM_STEP	1000

int
store_add_event(struct store *s, const struct event_row *r)
{
	sqlite3_stmt *st = s->st[ST_EVENT_ADD];

	(void)sqlite3_bind_int64(st, 1, r->at);
	(void)sqlite3_bind_text(st, 2, r->what, -1, SQLITE_STATIC);
	(void)sqlite3_bind_text(st, 3, r->network, -1, SQLITE_STATIC);
	(void)sqlite3_bind_text(st, 4, r->name, -1, SQLITE_STATIC);
	(void)sqlite3_bind_text(st, 5, r->who, -1, SQLITE_STATIC);
	(void)sqlite3_bind_text(st, 6, r->from, -1, SQLITE_STATIC);
	(void)sqlite3_bind_text(st, 7, r->detail, -1, SQLITE_STATIC);
	return (store_run(s, ST_EVENT_ADD));
}

int
store_event_range(struct store *s, int64_t *first, int64_t *last)
{
	sqlite3_stmt *st = s->st[ST_EVENT_RANGE];
	int rc;

	*first = *last = 0;
	while ((rc = store_next(s, ST_EVENT_RANGE)) == 1) {
		*first = sqlite3_column_int64(st, 0);
		*last = sqlite3_column_int64(st, 1);
	}
	return (rc);
}

int
store_get_events(struct store *s, int64_t from, int64_t to,
    const struct event_filter *f, void (*cb)(void *, const struct event_row *),
    void *arg)
{
	sqlite3_stmt *st = s->st[ST_EVENT_GET];
	struct event_row r;
	int rc;

	(void)sqlite3_bind_int64(st, 1, from);
	(void)sqlite3_bind_int64(st, 2, to);
	(void)sqlite3_bind_text(st, 3, f->network, -1, SQLITE_STATIC);
	(void)sqlite3_bind_text(st, 4, f->name, -1, SQLITE_STATIC);
	(void)sqlite3_bind_int64(st, 5, f->since);
	(void)sqlite3_bind_text(st, 6, f->addr, -1, SQLITE_STATIC);
	while ((rc = store_next(s, ST_EVENT_GET)) == 1) {
		r.id = sqlite3_column_int64(st, 0);
		r.at = sqlite3_column_int64(st, 1);
		r.what = store_text(st, 2, SIZE_MAX);
		r.network = store_text(st, 3, SIZE_MAX);
		r.name = store_text(st, 4, SIZE_MAX);
		r.who = store_text(st, 5, SIZE_MAX);
		r.from = store_text(st, 6, SIZE_MAX);
		r.detail = store_text(st, 7, SIZE_MAX);
		if (r.what == NULL || r.network == NULL || r.name == NULL ||
		    r.who == NULL || r.from == NULL || r.detail == NULL)
			return (store_stop(s, ST_EVENT_GET));
		cb(arg, &r);
	}
	return (rc);
}

int
store_trim_events(struct store *s, struct wall now)
{
	sqlite3_stmt *st = s->st[ST_EVENT_AT];
	int64_t first, last, cutoff, at = INT64_MAX;
	int rc;

	cutoff = now.s - (int64_t)STORE_EVENTS_DAYS * 24 * 60 * 60;
	if (store_event_range(s, &first, &last) == -1)
		return (-1);
	if (first == 0)
		return (0);
	(void)sqlite3_bind_int64(st, 1, first);
	while ((rc = store_next(s, ST_EVENT_AT)) == 1)
		at = sqlite3_column_int64(st, 0);
	if (rc == -1)
		return (-1);
	if (first > last - STORE_EVENTS_MAX && at >= cutoff)
		return (0);
	st = s->st[ST_EVENT_TRIM];
	(void)sqlite3_bind_int64(st, 1, first);
	(void)sqlite3_bind_int64(st, 2, first + TRIM_STEP);
	(void)sqlite3_bind_int64(st, 3, last - STORE_EVENTS_MAX);
	(void)sqlite3_bind_int64(st, 4, cutoff);
	if (store_run(s, ST_EVENT_TRIM) == -1)
		return (-1);
	return (1);
}
