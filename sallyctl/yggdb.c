/* SPDX-License-Identifier: ISC */
/*
 * Rows of autoygg.db.  The database is read as what a stranger has sent: only
 * its table counts, nothing in it is executed, and no row is believed.
 */

#include <search.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <sqlite3.h>

#include "printable.h"
#include "yggaddr.h"
#include "yggdb.h"

#define BUSY_MS		5000
#define STEPS		1000	/* SQLite's steps between two looks */
#define STEPS_MAX	200000	/* times so many are more than we need */
#define VALUE_MAX	4096	/* bytes of a value */
#define TIME_MAX	64

enum column {
	ROW,
	KEY,
	YGG,
	ADDR,
	EXPIRES,
	CONTACT_NAME,
	CONTACT_EMAIL,
	CONTACT_PHONE
};

/* Soft-deleted rows are history, and so are those in another state. */
static const char select_rows[] =
    "SELECT id, public_key, ygg_ip, client_ip, lease_expires, client_name, client_email, client_phone FROM registrations WHERE deleted_at IS NULL AND state = 'success' ORDER BY id DESC";
static const char select_table[] =
    "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'registrations'";

struct claim {
	struct prefix	 addr;
	int64_t		 row;
};

struct reading {
	struct yggdb	*y;
	sqlite3		*db;
	unsigned int	 looks;
	unsigned int	 rows;
	void		*claims;	/* tree of struct claim */
};

static int
fail(struct reading *r, const char *why)
{
	snprintf(r->y->error, sizeof(r->y->error), "%s", why);
	return (-1);
}

static int
fail_db(struct reading *r)
{
	return (fail(r, sqlite3_errmsg(r->db)));
}

/* A view or an index could keep SQLite busy for ever. */
static int
progress_cb(void *arg)
{
	struct reading *r = arg;

	return (++r->looks > STEPS_MAX);
}

static int
cmp_claim(const void *a, const void *b)
{
	const struct claim *x = a, *y = b;

	return (prefix_cmp(&x->addr, &y->addr));
}

/*
 * Note that a row has an address.  Returns the row that has it already, 0 if
 * there is none, or -1 if there is no memory.
 */
static int64_t
claim(struct reading *r, const struct prefix *addr, int64_t row)
{
	struct claim *c;
	void *node;

	if ((c = calloc(1, sizeof(*c))) == NULL)
		return (-1);
	c->addr = *addr;
	c->row = row;
	if ((node = tsearch(c, &r->claims, cmp_claim)) == NULL) {
		free(c);
		return (-1);
	}
	if (*(struct claim **)node == c)
		return (0);
	free(c);
	return ((*(struct claim **)node)->row);
}

/* The text of a column, or "" if it has none. */
static const char *
text_of(sqlite3_stmt *st, enum column c)
{
	const char *s;

	if (sqlite3_column_type(st, c) != SQLITE_TEXT)
		return ("");
	s = (const char *)sqlite3_column_text(st, c);
	return (s == NULL || strlen(s) != (size_t)sqlite3_column_bytes(st, c) ?
		"" :
		s);
}

/* Read "+HH:MM", "-HH:MM", "Z" or nothing.  Returns 0 or -1. */
static int
read_zone(const char *s, int *seconds)
{
	int h, m;

	*seconds = 0;
	if (*s == '\0' || strcmp(s, "Z") == 0)
		return (0);
	if ((*s != '+' && *s != '-') || strlen(s) != 6 || s[3] != ':' ||
	    strspn(s + 1, "0123456789") != 2 ||
	    strspn(s + 4, "0123456789") != 2)
		return (-1);
	h = (s[1] - '0') * 10 + s[2] - '0';
	m = (s[4] - '0') * 10 + s[5] - '0';
	if (h > 23 || m > 59)
		return (-1);
	*seconds = (*s == '-' ? -1 : 1) * (h * 3600 + m * 60);
	return (0);
}

/* Read "2026-11-22 01:29:23.22969771+00:00".  Returns 0 or -1. */
static int
read_time(const char *s, int64_t *t)
{
	struct tm tm;
	const char *p;
	int zone;

	memset(&tm, 0, sizeof(tm));
	if (strlen(s) > TIME_MAX ||
	    ((p = strptime(s, "%Y-%m-%d %H:%M:%S", &tm)) == NULL &&
		(p = strptime(s, "%Y-%m-%dT%H:%M:%S", &tm)) == NULL))
		return (-1);
	if (*p == '.')
		p += 1 + strspn(p + 1, "0123456789");
	if (read_zone(p, &zone) == -1)
		return (-1);
	*t = timegm(&tm) - zone;
	return (0);
}

static int
read_host(const char *s, uint8_t family, struct prefix *p)
{
	return (strchr(s, '/') == NULL && prefix_parse(s, p) == 0 &&
		    p->family == family ?
		0 :
		-1);
}

static int
read_key(const char *s, uint8_t *key)
{
	static const char digits[] = "0123456789abcdefABCDEF";
	char byte[3] = "";
	size_t i;

	if (strlen(s) != 2 * WGKEY_LEN || strspn(s, digits) != 2 * WGKEY_LEN)
		return (-1);
	for (i = 0; i < WGKEY_LEN; i++) {
		memcpy(byte, s + 2 * i, 2);
		key[i] = (uint8_t)strtoul(byte, NULL, 16);
	}
	return (0);
}

/* A text that does not fit or cannot be shown is none. */
static void
read_text(sqlite3_stmt *st, enum column c, char dst[IDENT_SIZE])
{
	const char *s = text_of(st, c);

	if (strlen(s) >= IDENT_SIZE || !printable_utf8(s, strlen(s)))
		s = "";
	strlcpy(dst, s, IDENT_SIZE);
}

static void
read_contact(sqlite3_stmt *st, struct contact *c)
{
	read_text(st, CONTACT_NAME, c->name);
	read_text(st, CONTACT_EMAIL, c->email);
	read_text(st, CONTACT_PHONE, c->phone);
}

/* Read the values of a row.  Returns NULL, or what is wrong. */
static const char *
read_values(sqlite3_stmt *st, struct ygglease *l)
{
	if (read_host(text_of(st, YGG), AF_INET6, &l->ygg) == -1 ||
	    !yggaddr_is(&l->ygg))
		return ("its ygg_ip is no address of Yggdrasil");
	if (read_host(text_of(st, ADDR), AF_INET, &l->addr) == -1)
		return ("its client_ip is no IPv4 address");
	if (read_key(text_of(st, KEY), l->key) == -1)
		return ("its public_key does not have 64 hexadecimal digits");
	if (!yggaddr_fits(&l->ygg, l->key))
		return ("its public_key is not that of its ygg_ip");
	return (NULL);
}

/* Give the present row to the caller, if its time is not over. */
static int
take_row(struct reading *r, sqlite3_stmt *st)
{
	struct ygglease l = { .row = sqlite3_column_int64(st, ROW) };
	int64_t end = 0, other, twin;
	const char *why = NULL;
	char text[96];

	if (read_time(text_of(st, EXPIRES), &end) == -1)
		why = "its lease_expires is no time";
	else if (end <= r->y->now)
		return (0);
	if (why == NULL)
		why = read_values(st, &l);
	if (why != NULL)
		return (r->y->lease(r->y->arg, &l, why));
	l.ttl = end - r->y->now > DURATION_MAX ? DURATION_MAX :
						 (uint32_t)(end - r->y->now);
	read_contact(st, &l.contact);
	other = claim(r, &l.addr, l.row);
	twin = other == 0 ? claim(r, &l.ygg, l.row) : 0;
	if (other == -1 || twin == -1)
		return (fail(r, "no memory"));
	if (other == 0 && twin == 0)
		return (r->y->lease(r->y->arg, &l, NULL));
	snprintf(text, sizeof(text),
	    "row %lld, which is newer, has the same %s",
	    (long long)(other != 0 ? other : twin),
	    other != 0 ? "client_ip" : "ygg_ip");
	return (r->y->lease(r->y->arg, &l, text));
}

static int
read_rows(struct reading *r, sqlite3_stmt *st)
{
	int rc, n;

	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		if (++r->rows > YGGDB_ROWS)
			return (fail(r, "it has too many leases"));
		if ((n = take_row(r, st)) != 0)
			return (n);
	}
	return (rc == SQLITE_DONE ? 0 : fail_db(r));
}

/* Nothing that the database contains may act. */
static int
harden(struct reading *r)
{
	(void)sqlite3_limit(r->db, SQLITE_LIMIT_LENGTH, VALUE_MAX * 16);
	/* A virtual table is a "table", too, but code reads its content. */
	if (sqlite3_drop_modules(r->db, NULL) != SQLITE_OK)
		return (fail_db(r));
	sqlite3_progress_handler(r->db, STEPS, progress_cb, r);
	if (sqlite3_busy_timeout(r->db, BUSY_MS) != SQLITE_OK ||
	    sqlite3_db_config(r->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL) !=
		SQLITE_OK ||
	    sqlite3_db_config(r->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL) !=
		SQLITE_OK)
		return (fail_db(r));
	return (0);
}

static int
read_database(struct reading *r)
{
	sqlite3_stmt *st = NULL;
	int rc;

	if (harden(r) == -1 ||
	    sqlite3_prepare_v2(r->db, select_table, -1, &st, NULL) != SQLITE_OK)
		return (fail_db(r));
	rc = sqlite3_step(st);
	sqlite3_finalize(st);
	if (rc == SQLITE_DONE)
		return (fail(r,
		    "it has no table \"registrations\": is it the database of autoygg-server?"));
	if (rc != SQLITE_ROW ||
	    sqlite3_prepare_v2(r->db, select_rows, -1, &st, NULL) != SQLITE_OK)
		return (fail_db(r));
	rc = read_rows(r, st);
	sqlite3_finalize(st);
	return (rc);
}

int
yggdb_read(struct yggdb *y, const char *file)
{
	struct reading r = { .y = y };
	int rc;

	y->error[0] = '\0';
	if (sqlite3_open_v2(file, &r.db, SQLITE_OPEN_READONLY, NULL) !=
	    SQLITE_OK)
		rc = r.db == NULL ? fail(&r, "no memory") : fail_db(&r);
	else
		rc = read_database(&r);
	(void)sqlite3_close(r.db);
	tdestroy(r.claims, free);
	return (rc);
}
