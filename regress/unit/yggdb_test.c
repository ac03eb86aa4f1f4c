/* SPDX-License-Identifier: ISC */
/*
 * Databases of autoygg-server: which rows are live leases, which are shown as
 * none, and files that are no such database.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "yggdb.h"

/* Yggdrasil's own vector: a key and its address. */
#define KEY	"bdbacfd82240de3dcd123924cbb55256fb8dab08aa98e305528ab84f419e6efb"
#define ADDR	"200:848a:604f:bb7e:4384:65db:8db6:6895"
#define SUBNET	"300:848a:604f:bb7e::"
#define NOW	1795310964	/* 2026-11-22 01:29:24 UTC */
#define LATER	"2026-11-22 02:29:24.22969771+00:00"

#define TABLE                                                                  \
	"CREATE TABLE registrations (id integer primary key autoincrement, created_at datetime, updated_at datetime, deleted_at datetime, state varchar(255), gateway_public_key varchar(255), public_key varchar(255), ygg_ip varchar(255), client_ip varchar(255), client_net_mask integer, client_gateway varchar(255), client_tunnel_name varchar(255), client_name varchar(255), client_email varchar(255), client_phone varchar(255), client_version varchar(255), lease_expires datetime, error varchar(255));"
#define ROW(id, deleted, state, key, ygg, ip, end)			\
	"INSERT INTO registrations (id, deleted_at, state, public_key, ygg_ip, client_ip, lease_expires) VALUES (" #id \
	", " deleted ", '" state "', '" key "', '" ygg "', " ip ", " end ");"
#define LIVE(id, ygg, ip, end)						\
	ROW(id, "NULL", "success", KEY, ygg, "'" ip "'", "'" end "'")

/* What was read, as "row ygg addr ttl;" and "!row why;". */
struct seen {
	struct yggdb	 y;
	char		 text[2048];
};

typedef int lease_fn(void *, const struct ygglease *, const char *);

static int
lease(void *arg, const struct ygglease *l, const char *why)
{
	char one[256], ygg[PREFIX_TEXT], addr[PREFIX_TEXT];
	struct seen *s = arg;

	if (why != NULL)
		(void)snprintf(one, sizeof(one), "!%lld %s;", (long long)l->row,
		    why);
	else
		(void)snprintf(one, sizeof(one), "%lld %s %s %u;",
		    (long long)l->row, prefix_format_addr(&l->ygg, ygg),
		    prefix_format_addr(&l->addr, addr), l->ttl);
	(void)strlcat(s->text, one, sizeof(s->text));
	return (0);
}

/* Read a database that these statements make.  Returns what yggdb_read does. */
static int
read_sql(struct seen *s, lease_fn *fn, const char *sql)
{
	char file[] = "/tmp/yggdb.XXXXXX", *why = NULL;
	sqlite3 *db;
	int fd, rc;

	memset(s, 0, sizeof(*s));
	s->y.lease = fn;
	s->y.arg = s;
	s->y.now = NOW;
	fd = mkstemp(file);
	assert_int_not_equal(fd, -1);
	assert_int_equal(sqlite3_open(file, &db), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK)
		fail_msg("%s", why);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	rc = yggdb_read(&s->y, file);
	close(fd);
	assert_int_equal(unlink(file), 0);
	return (rc);
}

static void
gives(const char *rows, const char *text)
{
	char sql[8192];
	struct seen s;

	(void)snprintf(sql, sizeof(sql), "%s%s", TABLE, rows);
	if (read_sql(&s, lease, sql) != 0)
		fail_msg("%s: %s", rows, s.y.error);
	assert_string_equal(s.text, text);
}

static void
live(void **state)
{
	gives("", "");
	gives(LIVE(7, ADDR, "10.42.42.1", LATER),
	    "7 " ADDR " 10.42.42.1 3600;");
	/* Of the key's subnet; another case; another zone. */
	gives(
	    ROW(1, "NULL", "success",
		  "BDBACFD82240DE3DCD123924CBB55256FB8DAB08AA98E305528AB84F419E6EFB",
		SUBNET "5", "'10.0.0.1'", "'2026-11-22T01:30:24+00:00'"),
	    "1 " SUBNET "5 10.0.0.1 60;");
	gives(LIVE(1, ADDR, "10.0.0.1", "2026-11-22 03:29:25.5+02:00"),
	    "1 " ADDR " 10.0.0.1 1;");
	gives(LIVE(1, ADDR, "10.0.0.1", "2026-11-21 20:00:24-05:30"),
	    "1 " ADDR " 10.0.0.1 60;");
	gives(LIVE(1, ADDR, "10.0.0.1", "2026-11-22 01:29:25Z"),
	    "1 " ADDR " 10.0.0.1 1;");
	gives(LIVE(1, ADDR, "10.0.0.1", "9999-12-31 23:59:59"),
	    "1 " ADDR " 10.0.0.1 315360000;");
}

static int
show_contact(void *arg, const struct ygglease *l, const char *why)
{
	struct seen *s = arg;

	(void)snprintf(s->text, sizeof(s->text), "%s|%s|%s", l->contact.name,
	    l->contact.email, l->contact.phone);
	return (0);
}

static void
contacts(void **state)
{
	struct seen s;

	(void)read_sql(&s, show_contact,
	    TABLE LIVE(1, ADDR, "10.0.0.1",
		LATER) "UPDATE registrations SET client_name = 'J\303\266', client_email = 'a@b', client_phone = 1;");
	assert_string_equal(s.text, "J\303\266|a@b|1");
	(void)read_sql(&s, show_contact,
	    TABLE LIVE(1, ADDR, "10.0.0.1",
		LATER) "UPDATE registrations SET client_name = 'a' || char(27), client_email = hex(zeroblob(33)), client_phone = hex(zeroblob(32));");
	assert_int_equal(strlen(s.text), 2 + 64);
	assert_int_equal(strspn(s.text, "|"), 2);
}

/* History, which is not shown. */
static void
over(void **state)
{
	gives(LIVE(1, ADDR, "10.0.0.1", "2026-11-22 01:29:24+00:00"), "");
	gives(LIVE(1, ADDR, "10.0.0.1", "2026-11-22 03:29:24+02:00"), "");
	gives(LIVE(1, ADDR, "10.0.0.1", "0001-01-01 00:00:00+00:00"), "");
	gives(ROW(1, "'2026-11-22 01:00:00+00:00'", "success", KEY, ADDR,
		  "'10.0.0.1'", "'" LATER "'"),
	    "");
	gives(ROW(1, "NULL", "open", KEY, ADDR, "'10.0.0.1'", "'" LATER "'")
	      ROW(2, "NULL", "fail", KEY, ADDR, "'10.0.0.1'", "'" LATER "'")
		      ROW(3, "NULL", "expired", KEY, ADDR, "'10.0.0.1'",
			  "'" LATER "'"),
	    "");
}

static void
twice(void **state)
{
	gives(LIVE(1, SUBNET "1", "10.0.0.1", LATER) LIVE(2, SUBNET "2",
		  "10.0.0.1", LATER) LIVE(3, SUBNET "3", "10.0.0.1", LATER),
	    "3 " SUBNET "3 10.0.0.1 3600;"
	    "!2 row 3, which is newer, has the same client_ip;"
	    "!1 row 3, which is newer, has the same client_ip;");
	gives(LIVE(1, ADDR, "10.0.0.1", LATER) LIVE(2, ADDR, "10.0.0.2", LATER),
	    "2 " ADDR " 10.0.0.2 3600;"
	    "!1 row 2, which is newer, has the same ygg_ip;");
	/* A newer one that is over has nothing. */
	gives(LIVE(1, SUBNET "1", "10.0.0.1", LATER)
	      LIVE(2, SUBNET "2", "10.0.0.1", "2026-11-22 01:00:00+00:00"),
	    "1 " SUBNET "1 10.0.0.1 3600;");
}

static void
unusable(void **state)
{
	gives(LIVE(1, ADDR, "10.0.0.1", "soon"),
	    "!1 its lease_expires is no time;");
	gives(LIVE(1, ADDR, "10.0.0.1", "2026-11-22 02:29:24+25:00"),
	    "!1 its lease_expires is no time;");
	gives(LIVE(1, ADDR, "10.0.0.1", "2026-11-22 02:29:24 x"),
	    "!1 its lease_expires is no time;");
	gives(ROW(1, "NULL", "success", KEY, ADDR, "'10.0.0.1'", "1795400000"),
	    "!1 its lease_expires is no time;");
	gives(ROW(1, "NULL", "success", KEY, ADDR, "'10.0.0.1'", "NULL"),
	    "!1 its lease_expires is no time;");
	gives(LIVE(1, "fd00::1", "10.0.0.1", LATER),
	    "!1 its ygg_ip is no address of Yggdrasil;");
	gives(LIVE(1, "10.0.0.2", "10.0.0.1", LATER),
	    "!1 its ygg_ip is no address of Yggdrasil;");
	gives(LIVE(1, ADDR "/128", "10.0.0.1", LATER),
	    "!1 its ygg_ip is no address of Yggdrasil;");
	gives(LIVE(1, ADDR, "", LATER), "!1 its client_ip is no IPv4 address;");
	gives(LIVE(1, ADDR, "fd00::1", LATER),
	    "!1 its client_ip is no IPv4 address;");
	gives(LIVE(1, ADDR, "10.0.0.0/8", LATER),
	    "!1 its client_ip is no IPv4 address;");
	gives(ROW(1, "NULL", "success", KEY, ADDR, "x'31302e302e302e31'",
		  "'" LATER "'"),
	    "!1 its client_ip is no IPv4 address;");
	gives(ROW(1, "NULL", "success", "abc", ADDR, "'10.0.0.1'",
		  "'" LATER "'"),
	    "!1 its public_key does not have 64 hexadecimal digits;");
	gives(LIVE(1, "200:848a:604f:bb7e:4384:65db:8db6:6896", "10.0.0.1",
		  LATER),
	    "!1 its public_key is not that of its ygg_ip;");
}

static void
refused(void **state)
{
	static const struct {
		const char	*sql;
		const char	*why;
	} cases[] = {
		{ "CREATE TABLE x (a);", "no table \"registrations\"" },
		{ "CREATE TABLE registrations (id);", "no such column" },
		{ "CREATE VIEW registrations AS SELECT 1 AS id;",
		    "no table \"registrations\"" },
		/* The rows of a virtual table come from a module. */
		{ "CREATE VIRTUAL TABLE registrations USING rtree(id, a, b);",
		    "no such module" },
		/* A view could keep SQLite busy for ever. */
		{ "CREATE TABLE r (a); CREATE VIEW registrations AS WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c) SELECT i AS id, '' AS public_key, '' AS ygg_ip, '' AS client_ip, '' AS lease_expires, NULL AS deleted_at, 'success' AS state FROM c;",
		    "no table \"registrations\"" },
	};
	struct seen s;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(read_sql(&s, lease, cases[i].sql), -1);
		if (strstr(s.y.error, cases[i].why) == NULL)
			fail_msg("%s: %s", cases[i].sql, s.y.error);
	}
	assert_int_equal(yggdb_read(&s.y, "/nonexistent/autoygg.db"), -1);
	assert_string_equal(s.y.error, "unable to open database file");
	assert_int_equal(yggdb_read(&s.y, "/proc/self/exe"), -1);
	assert_string_equal(s.y.error, "file is not a database");
}

/* A row that stops the reader ends it. */
static int
stop(void *arg, const struct ygglease *l, const char *why)
{
	struct seen *s = arg;

	(void)lease(arg, l, why);
	return (s->text[0] != '\0' ? 75 : 0);
}

static void
stopped(void **state)
{
	struct seen s;

	assert_int_equal(read_sql(&s, stop,
			     TABLE LIVE(1, SUBNET "1", "10.0.0.1", LATER)
				 LIVE(2, SUBNET "2", "10.0.0.2", LATER)),
	    75);
	assert_string_equal(s.text, "2 " SUBNET "2 10.0.0.2 3600;");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(live),
		cmocka_unit_test(contacts),
		cmocka_unit_test(over),
		cmocka_unit_test(twice),
		cmocka_unit_test(unusable),
		cmocka_unit_test(refused),
		cmocka_unit_test(stopped),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
