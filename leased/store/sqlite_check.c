/* SPDX-License-Identifier: ISC */
/*
 * Whether the tables and indexes of the file are ours.  A leased that was
 * captured could have made a trigger that changes what its successor writes, or
 * an index that is no longer unique.
 */

#include <stdio.h>
#include <string.h>

#include "sqlite_local.h"

/* The schema, as it is made in memory. */
static sqlite3 *
open_model(const struct store_schema *schema)
{
	sqlite3 *h;
	int i, rc;

	rc = sqlite3_open(":memory:", &h);
	for (i = 0; i < schema->n && rc == SQLITE_OK; i++)
		rc = sqlite3_exec(h, schema->step[i], NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		return (h);
	sqlite3_close(h);
	return (NULL);
}

/* Blanks and quotes are free: tools that rescue a database write their own. */
static bool
same_sql(const char *a, const char *b)
{
	static const char skip[] = " \t\r\n\"";

	for (;;) {
		a += strspn(a, skip);
		b += strspn(b, skip);
		if (*a != *b)
			return (false);
		if (*a == '\0')
			return (true);
		a++;
		b++;
	}
}

/*
 * Compare each row of a query on one database with the only row that the same
 * object has in the other.  Returns the number of objects, or -1 with the name
 * of one that differs.
 */
static int
compare(sqlite3 *from, const char *query, sqlite3 *with, char *name,
    size_t size)
{
	sqlite3_stmt *st = NULL, *other = NULL;
	const char *sql;
	int n = 0, rc = SQLITE_DONE;

	strlcpy(name, "its schema", size);
	if (sqlite3_prepare_v2(from, query, -1, &st, NULL) != SQLITE_OK ||
	    sqlite3_prepare_v2(with,
		"SELECT sql FROM sqlite_schema WHERE type = ?1 AND name = ?2",
		-1, &other, NULL) != SQLITE_OK)
		n = -1;
	while (n != -1 && (rc = sqlite3_step(st)) == SQLITE_ROW) {
		snprintf(name, size, "%s %s", sqlite3_column_text(st, 0),
		    sqlite3_column_text(st, 1));
		(void)sqlite3_bind_value(other, 1, sqlite3_column_value(st, 0));
		(void)sqlite3_bind_value(other, 2, sqlite3_column_value(st, 1));
		sql = sqlite3_step(other) != SQLITE_ROW ?
		    NULL :
		    (const char *)sqlite3_column_text(other, 0);
		if (sql == NULL ||
		    !same_sql(sql, (const char *)sqlite3_column_text(st, 2)))
			n = -1;
		else
			n++;
		sqlite3_reset(other);
	}
	if (n != -1 && rc != SQLITE_DONE)
		n = -1;
	sqlite3_finalize(st);
	sqlite3_finalize(other);
	return (n);
}

int
store_check_schema(struct store *s, const struct store_schema *schema,
    char *error, size_t size)
{
	char name[256], why[320];
	sqlite3 *h;
	int r;

	if ((h = open_model(schema)) == NULL) {
		snprintf(error, size, "%s: no memory to check it", s->path);
		return (-1);
	}
	r = compare(h,
	    "SELECT type, name, sql FROM sqlite_schema"
	    " WHERE sql IS NOT NULL",
	    s->h, name, sizeof(name));
	if (r != -1)
		r = compare(s->h,
		    "SELECT type, name, ifnull(sql, '')"
		    " FROM sqlite_schema WHERE type IN ('trigger', 'view')",
		    h, name, sizeof(name));
	sqlite3_close(h);
	if (r != -1)
		return (0);
	snprintf(why, sizeof(why), "%s is not as sallyport makes it", name);
	store_damaged(s, why, error, size);
	return (-1);
}
