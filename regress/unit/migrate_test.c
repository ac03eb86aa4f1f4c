/* SPDX-License-Identifier: ISC */
/*
 * Migrations of the store: an older one is taken over whole and with a copy,
 * or not at all.
 */

#include <sys/stat.h>

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "db_rig.h"

#define SCHEMA2		"regress/unit/schema2.sql"
#define SCHEMA3		"regress/unit/schema3.sql"
#define SCHEMA4		"regress/unit/schema4.sql"
#define SCHEMA5		"regress/unit/schema5.sql"
#define SCHEMA6		"regress/unit/schema6.sql"

#define KEY(n)	"CAST(zeroblob(31) || x'" n "' AS BLOB)"

/* clang-format off */
/* Whatever an older leased may have left: leases that live, wait for nothing,
 * have ended and rest, and have lost one address or all. */
static const char old_rows[] =
    "INSERT INTO network VALUES (1, 'net'), (2, 'gone');"
    "INSERT INTO lease VALUES (1, 1, 'a', 'cn:a', " KEY("01") ","
    " x'0a000001', x'fd000000000000000000000000000001', 1, 10, 11, 12, 0,"
    " 13, 14, 15, 16, 17);"
    "INSERT INTO lease VALUES (2, 1, 'b', 'san:b', " KEY("02") ","
    " NULL, x'fd000000000000000000000000000002', 1, 20, 21, 22, 4102444800,"
    " 0, 0, 0, 0, 0);"
    "INSERT INTO lease VALUES (5, 1, 'c', 'cn:c', " KEY("01") ","
    " x'0a000003', x'fd000000000000000000000000000003', 2, 30, 31, 32, 33,"
    " 34, 35, 0, 0, 36);"
    "INSERT INTO lease VALUES (7, 1, 'd', 'cn:d', " KEY("07") ","
    " x'0a000004', NULL, 2, 40, 41, 42, 43, 0, 0, 0, 0, 0);"
    "INSERT INTO lease VALUES (8, 1, 'e', 'cn:e', " KEY("07") ","
    " NULL, NULL, 2, 50, 51, 52, 53, 0, 0, 0, 0, 0);"
    "INSERT INTO lease VALUES (9, 2, 'a', 'cn:a', " KEY("01") ","
    " x'0a000001', NULL, 1, 60, 61, 62, 0, -1, 0, 0, 0, 0);"
    "INSERT INTO denied VALUES ('', 'x', 'stolen', 70), ('net', 'd', '', 71);"
    "INSERT INTO event VALUES (3, 80, 'lease.add', 'net', 'a', 'cn:a',"
    " '192.0.2.1', 'key=k');";
static const char old_owned[] =
    "INSERT INTO owner VALUES (1, 1, 'portal:p', 9, 90, 2, 3, 4, 5, 6, 7,"
    " 'text'), (2, 1, 'static', 1, 0, 0, 0, 0, 0, 0, 0, ''),"
    " (3, 2, 'portal:p', 0, 0, 0, 0, 0, 0, 0, 0, '');"
    "INSERT INTO owned VALUES (1, 1, 1, " KEY("11") ", 'label', 91,"
    " 92, 93, 94, 95, 96);"
    "INSERT INTO owned VALUES (2, 1, 1, " KEY("07") ", '', 97, 0, 0,"
    " 0, 0, 0);"
    "INSERT INTO owned VALUES (4, 1, 2, " KEY("12") ", 'a', 98, 0, 0,"
    " 0, 0, 0);"
    "INSERT INTO owned_addr VALUES (1, x'0a000011', 1), (1, x'0a000010', 1),"
    " (1, x'fd000000000000000000000000000011', 1), (1, x'0a000012', 4);"
    "INSERT INTO setting VALUES ('maintenance', 1);";
/* clang-format on */

/* The same in the third schema, but for an owner without peers. */
static const char third_rows[] =
    "INSERT INTO network VALUES (1, 'net'), (2, 'gone');"
    "INSERT INTO owner VALUES (1, 1, 'portal:p', 9, 90, 2, 3, 4, 5, 6, 7,"
    " 'text'), (2, 1, 'static', 1, 0, 0, 0, 0, 0, 0, 0, '');"
    "INSERT INTO peer VALUES"
    " (1, 1, NULL, " KEY(
	"01") ", 'a', 'cn:a', 0, 10, 11, 12, 0, 17, 13, 14,"
    " 15, 16),"
	      " (2, 1, NULL, " KEY(
		  "02") ", 'b', 'san:b', 0, 20, 21, 22, 4102444800,"
    " 0, 0, 0, 0, 0),"
			" (5, 1, NULL, " KEY(
			    "01") ", 'c', 'cn:c', 1, 30, 31, 32, 33, 36, 34, 35,"
    " 0, 0),"
				  " (7, 1, NULL, " KEY(
				      "07") ", 'd', 'cn:d', 1, 40, 41, 42, 43, 0, 0, 0, 0,"
    " 0),"
					    " (8, 1, NULL, " KEY(
						"07") ", 'e', 'cn:e', 1, 50, 51, 52, 53, 0, 0, 0, 0,"
    " 0),"
						      " (9, 2, NULL, " KEY(
							  "01") ", 'a', 'cn:a', 0, 60, 61, 62, 0, 0, -1, 0, 0,"
    " 0),"
								" (10, 1, 1, " KEY(
								    "11") ", 'label', '', 0, 0, 91, 0, 0, 96, 92, 93, 94,"
    " 95),"
									  " (11, 1, 1, " KEY(
									      "07") ", '', '', 0, 0, 97, 0, 0, 0, 0, 0, 0, 0),"
										    " (13, 1, 2, " KEY(
											"12") ", 'a', '', 0, 0, 98, 0, 0, 0, 0, 0, 0, 0);"
    "INSERT INTO peer_addr VALUES (1, x'0a000001', 1),"
    " (1, x'fd000000000000000000000000000001', 1),"
    " (1, x'fd000000000000000000000000000002', 2), (1, x'0a000003', 5),"
    " (1, x'fd000000000000000000000000000003', 5), (1, x'0a000004', 7),"
    " (2, x'0a000001', 9), (1, x'0a000010', 10), (1, x'0a000011', 10),"
    " (1, x'fd000000000000000000000000000011', 10), (1, x'0a000012', 13);"
    "INSERT INTO denied VALUES ('', 'x', 'stolen', 70), ('net', 'd', '', 71);"
    "INSERT INTO event VALUES (3, 80, 'lease.add', 'net', 'a', 'cn:a',"
    " '192.0.2.1', 'key=k');"
    "INSERT INTO setting VALUES ('maintenance', 1);";

static const char new_leases[] =
    "peer 1 1 0 01 'a' 'cn:a' 10 11 12 0 17 13 14 15 16"
    " 10.0.0.1/32 fd00::1/128\n"
    "peer 2 1 0 02 'b' 'san:b' 20 21 22 4102444800 0 0 0 0 0 fd00::2/128\n"
    "peer 5 1 0 01 'c' 'cn:c' ended 30 31 32 33 36 34 35 0 0"
    " 10.0.0.3/32 fd00::3/128\n"
    "peer 7 1 0 07 'd' 'cn:d' ended 40 41 42 43 0 0 0 0 0 10.0.0.4/32\n"
    "peer 8 1 0 07 'e' 'cn:e' ended 50 51 52 53 0 0 0 0 0\n"
    "peer 9 2 0 01 'a' 'cn:a' 60 61 62 0 0 18446744073709551615 0 0 0"
    " 10.0.0.1/32\n";
static const char new_owned[] =
    "peer 10 1 1 11 'label' '' 0 91 0 0 96 92 93 94 95"
    " 10.0.0.16/32 10.0.0.17/32 fd00::11/128\n"
    "peer 11 1 1 07 '' '' 0 97 0 0 0 0 0 0 0\n"
    "peer 13 1 2 12 'a' '' 0 98 0 0 0 0 0 0 0 10.0.0.18/32\n";
static const char new_rest[] =
    "denied '' x 'stolen' 70\n"
    "denied 'net' d '' 71\n"
    "event 3 80 lease.add net a cn:a 192.0.2.1 key=k\n";


static char *
read_file(const char *path, size_t *len)
{
	struct stat st;
	char *text;
	FILE *f;

	if ((f = fopen(path, "r")) == NULL)
		fail_msg("%s: %s", path, strerror(errno));
	assert_int_equal(fstat(fileno(f), &st), 0);
	*len = (size_t)st.st_size;
	text = calloc(1, *len + 1);
	assert_int_equal(fread(text, 1, *len, f), *len);
	fclose(f);
	return (text);
}

/* A store of the second schema, with rows. */
static void
make_old(const struct rig *r)
{
	size_t len;
	char *text;

	text = read_file(SCHEMA2, &len);
	db_sql(r, text);
	free(text);
	db_sql(r, old_rows);
	db_sql(r, old_owned);
}

static int64_t
number(const struct rig *r, const char *file, const char *text)
{
	sqlite3_stmt *st;
	char path[160];
	sqlite3 *h;
	int64_t n;

	snprintf(path, sizeof(path), "%s/%s", r->dir, file);
	assert_int_equal(sqlite3_open(path, &h), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(h, text, -1, &st, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	n = sqlite3_column_int64(st, 0);
	(void)sqlite3_finalize(st);
	assert_int_equal(sqlite3_close(h), SQLITE_OK);
	return (n);
}

/* Each row of an older store is there afterwards, and so is a copy. */
static void
migrate(void **state)
{
	struct rig *r = *state;
	struct peer_row p;
	struct stat st;
	char *expected, path[160], error[1024];

	make_old(r);
	db_reopen(r);
	assert_true(
	    asprintf(&expected,
		"network 1 net\nnetwork 2 gone\n"
		"owner 1 1 portal:p 9 90 2 3 4 5 6 7 text\n"
		"owner 2 1 static 1 0 0 0 0 0 0 0 \n"
		"owner 3 2 portal:p 0 0 0 0 0 0 0 0 \n%s%s%smaintenance 1\n",
		new_leases, new_owned, new_rest) != -1);
	db_shows(r->s, expected);
	/* What comes has a new id, and the lock knows what was there. */
	r->net.id = 1;
	p = db_peer(r, 0, 0x21, "new", "10.0.0.33");
	assert_int_equal(store_add_peer(r->s, &p), 0);
	assert_int_equal(p.id, 14);
	db_refused(r, db_peer(r, 0, 0x22, "x", "10.0.0.4"));
	db_refused(r, db_peer(r, 2, 0x11, "x", ""));
	assert_int_equal(store_del_peer(r->s, p.id), 0);
	db_reopen(r);
	db_shows(r->s, expected);
	free(expected);
	store_close(r->s);
	r->s = NULL;

	assert_int_equal(number(r, DB_FILE, "PRAGMA user_version"),
	    store_schema.n);
	assert_int_equal(number(r, DB_FILE, "PRAGMA application_id"),
	    1397780338);
	assert_int_equal(
	    number(r, DB_FILE,
		"SELECT count(*) FROM sqlite_schema"
		" WHERE type = 'trigger' OR name IN ('lease', 'owned')"),
	    0);
	snprintf(path, sizeof(path), "%s.v2.bak", r->path);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(number(r, DB_FILE ".v2.bak", "PRAGMA user_version"),
	    2);
	assert_int_equal(number(r, DB_FILE ".v2.bak",
			     "SELECT (SELECT count(*) FROM lease) * 100 +"
			     " (SELECT count(*) FROM owned) * 10 +"
			     " (SELECT count(*) FROM owned_addr)"),
	    634);

	/* An older leased would say this of the new one. */
	db_sql(r, "PRAGMA user_version = 99");
	assert_null(store_open(r->dir, 2, error, sizeof(error)));
	assert_non_null(strstr(error, "has schema 99, made by a newer"));
}

/* From the first schema to this one in a step: there were leases alone. */
static void
migrate_first(void **state)
{
	struct rig *r = *state;
	char *expected, path[160];

	db_sql(r, store_schema.step[0]);
	db_sql(r, old_rows);
	db_sql(r,
	    "PRAGMA application_id = 1397780338; PRAGMA user_version = 1");
	db_reopen(r);
	assert_true(asprintf(&expected,
			"network 1 net\nnetwork 2 gone\n%s%smaintenance 0\n",
			new_leases, new_rest) != -1);
	db_shows(r->s, expected);
	free(expected);
	snprintf(path, sizeof(path), "%s.v1.bak", r->path);
	assert_int_equal(access(path, R_OK), 0);
	snprintf(path, sizeof(path), "%s.v2.bak", r->path);
	assert_int_equal(access(path, F_OK), -1);
}

/* From the third schema: no peer had a preshared key. */
static void
migrate_third(void **state)
{
	struct rig *r = *state;
	char *text, *expected, path[160];
	size_t len;

	text = read_file(SCHEMA3, &len);
	db_sql(r, text);
	free(text);
	db_sql(r, third_rows);
	db_reopen(r);
	assert_true(
	    asprintf(&expected,
			"network 1 net\nnetwork 2 gone\n"
			"owner 1 1 portal:p 9 90 2 3 4 5 6 7 text\n"
			"owner 2 1 static 1 0 0 0 0 0 0 0 \n%s%s%smaintenance 1\n",
			new_leases, new_owned, new_rest) != -1);
	db_shows(r->s, expected);
	db_reopen(r);
	db_shows(r->s, expected);
	free(expected);
	store_close(r->s);
	r->s = NULL;
	assert_int_equal(number(r, DB_FILE, "PRAGMA user_version"),
	    store_schema.n);
	assert_int_equal(number(r, DB_FILE,
			     "SELECT count(*) FROM peer WHERE psk IS NULL"),
	    9);
	snprintf(path, sizeof(path), "%s.v3.bak", r->path);
	assert_int_equal(access(path, R_OK), 0);
}

/* From the fourth schema: nobody waited, and no contact was known. */
static void
migrate_fourth(void **state)
{
	struct rig *r = *state;
	char *text;
	size_t len;

	text = read_file(SCHEMA4, &len);
	db_sql(r, text);
	free(text);
	db_sql(r,
	    "INSERT INTO network VALUES (1, 'net');"
	    "INSERT INTO peer VALUES (1, 1, NULL, " KEY(
		"01") ", 'a', 'cn:a', 0,"
		      " 10, 11, 12, 0, 17, 13, 14, 15, 16, zeroblob(32));"
		      "INSERT INTO peer_addr VALUES (1, x'0a000001', 1);"
		      "INSERT INTO denied VALUES ('', 'x', 'stolen', 70);");
	db_reopen(r);
	db_shows(r->s,
	    "network 1 net\n"
	    "peer 1 1 0 01 'a' 'cn:a' 10 11 12 0 17 13 14 15 16 10.0.0.1/32\n"
	    "denied '' x 'stolen' 70\n"
	    "maintenance 0\n");
	store_close(r->s);
	r->s = NULL;
	assert_int_equal(number(r, DB_FILE,
			     "SELECT count(*) FROM peer WHERE psk NOT NULL"),
	    1);
	assert_int_equal(number(r, DB_FILE,
		"SELECT (SELECT count(*) FROM approval) +"
		" (SELECT count(*) FROM contact)"),
	    0);
}

/* From the fifth schema: there was no mesh. */
static void
migrate_fifth(void **state)
{
	struct rig *r = *state;
	char *text, path[160];
	size_t len;

	text = read_file(SCHEMA5, &len);
	db_sql(r, text);
	free(text);
	db_sql(r,
	    "INSERT INTO network VALUES (1, 'net');"
	    "INSERT INTO peer VALUES (1, 1, NULL, " KEY(
		"01") ", 'a',"
		  " 'cn:a', 0, 10, 11, 12, 0, 17, 13, 14, 15, 16, NULL);"
		  "INSERT INTO peer_addr VALUES (1, x'0a000001', 1);"
		  "INSERT INTO approval VALUES ('a', 'net', 1, 18, 'w', 'o');"
		  "INSERT INTO contact VALUES ('a', 'net', 'p', 'e', 't');");
	db_reopen(r);
	db_shows(r->s,
	    "network 1 net\n"
		       "peer 1 1 0 01 'a' 'cn:a' 10 11 12 0 17 13 14 15 16"
		       " 10.0.0.1/32\n"
		       "maintenance 0\n");
	store_close(r->s);
	r->s = NULL;
	assert_int_equal(number(r, DB_FILE, "PRAGMA user_version"),
	    store_schema.n);
	assert_int_equal(number(r, DB_FILE,
		"SELECT (SELECT count(*) FROM approval) * 10 +"
		" (SELECT count(*) FROM contact)"),
	    11);
	assert_int_equal(number(r, DB_FILE,
		"SELECT (SELECT count(*) FROM tenant) +"
		" (SELECT count(*) FROM mesh) +"
		" (SELECT count(*) FROM mesh_member)"),
	    0);
	snprintf(path, sizeof(path), "%s.v5.bak", r->path);
	assert_int_equal(access(path, R_OK), 0);
}

/* From the sixth schema: all addresses were single ones. */
static void
migrate_sixth(void **state)
{
	struct rig *r = *state;
	struct peer_row p;
	char *text;
	size_t len;

	text = read_file(SCHEMA6, &len);
	db_sql(r, text);
	free(text);
	db_sql(r,
	    "INSERT INTO network VALUES (1, 'net');"
	    "INSERT INTO owner VALUES (2, 1, 'static', 1, 0, 0, 0, 0, 0, 0, 0,"
	    " '');");
	db_sql(r,
	    "INSERT INTO peer VALUES (1, 1, 2, " KEY(
		"01") ", 'a', '', 0,"
		      " 0, 11, 0, 0, 17, 13, 14, 15, 16, NULL);"
		      "INSERT INTO peer_addr VALUES (1, x'0a000001', 1),"
		      " (1, x'fd000000000000000000000000000001', 1);"
		      "INSERT INTO approval VALUES ('n', 'net', 1, 5, '', '');");
	db_reopen(r);
	db_shows(r->s,
	    "network 1 net\n"
	    "owner 2 1 static 1 0 0 0 0 0 0 0 \n"
	    "peer 1 1 2 01 'a' '' 0 11 0 0 17 13 14 15 16"
	    " 10.0.0.1/32 fd00::1/128\n"
	    "maintenance 0\n");
	/* Now peers with prefixes are added. */
	r->net.id = 1;
	p = db_peer(r, 2, 0x02, "b", "192.168.0.0/16 fd01::/64 10.0.0.2");
	assert_int_equal(store_add_peer(r->s, &p), 0);
	db_refused(r, db_peer(r, 2, 0x03, "c", "192.168.0.0/24"));
	db_reopen(r);
	db_shows(r->s,
	    "network 1 net\n"
	    "owner 2 1 static 1 0 0 0 0 0 0 0 \n"
	    "peer 1 1 2 01 'a' '' 0 11 0 0 17 13 14 15 16"
	    " 10.0.0.1/32 fd00::1/128\n"
	    "peer 2 1 2 02 'b' '' 0 0 0 0 0 0 0 0 0"
	    " 10.0.0.2/32 192.168.0.0/16 fd01::/64\n"
	    "maintenance 0\n");
	/* A prefix that is cut gives way to the new one. */
	p = db_peer(r, 2, 0x02, "b", "192.168.0.0/24 fd01::/64");
	p.id = 2;
	assert_int_equal(store_put_peer(r->s, &p), 0);
	store_close(r->s);
	r->s = NULL;
	assert_int_equal(number(r, DB_FILE,
			     "SELECT sum(len) FROM peer_addr WHERE peer = 2"),
	    24 + 64);
}

/* What is refused is the file that it was, byte for byte. */
static void
stays(struct rig *r, const struct store_schema *schema, const char *why)
{
	char error[1024], *before, *after;
	size_t n, m;

	before = read_file(r->path, &n);
	r->s = store_open_schema(r->dir, schema, 2, error, sizeof(error));
	assert_null(r->s);
	if (strstr(error, why) == NULL)
		fail_msg("%s", error);
	assert_non_null(strstr(error, "nothing was changed"));
	after = read_file(r->path, &m);
	assert_int_equal(n, m);
	assert_memory_equal(before, after, n);
	free(before);
	free(after);
}

/* Room for the copy, but not for all of the steps. */
static void
migrate_full(void **state)
{
	const char *steps[] = { "", "", store_schema.step[2],
		"PRAGMA max_page_count = 1;"
		"CREATE TABLE more (x BLOB) STRICT;"
		"INSERT INTO more VALUES (zeroblob(1000000))" };
	const struct store_schema four = { steps, 4 };
	struct rig *r = *state;

	make_old(r);
	db_sql(r, "PRAGMA journal_mode = WAL");
	stays(r, &four, "from schema 2 to 4: database or disk is full");
	assert_int_equal(number(r, DB_FILE, "PRAGMA user_version"), 2);
	db_reopen(r);
}

/* What the triggers had kept apart, in a store that lost them. */
static void
migrate_damaged(void **state)
{
	static const char *const damage[][2] = {
		{ "INSERT INTO owned_addr VALUES (1, x'0a000001', 2)",
		    "UNIQUE constraint failed: peer_addr.network,"
		    " peer_addr.addr" },
		{ "UPDATE owned SET key = " KEY("02") " WHERE id = 1",
		    "UNIQUE constraint failed: peer.network, peer.key" },
		{ "UPDATE lease SET network = 3 WHERE id = 1",
		    "FOREIGN KEY constraint failed" },
	};
	struct rig *r = *state;
	size_t i;

	for (i = 0; i < sizeof(damage) / sizeof(damage[0]); i++) {
		(void)unlink(r->path);
		make_old(r);
		db_sql(r,
		    "PRAGMA journal_mode = WAL;"
		    "DROP TRIGGER owned_key_new; DROP TRIGGER lease_new;"
		    "DROP TRIGGER owned_addr_new; DROP TRIGGER lease_change");
		db_sql(r, damage[i][0]);
		stays(r, &store_schema, damage[i][1]);
	}
}

#define OLD(f) cmocka_unit_test_setup_teardown(f, db_setup_dir, db_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		OLD(migrate),
		OLD(migrate_first),
		OLD(migrate_third),
		OLD(migrate_fourth),
		OLD(migrate_fifth),
		OLD(migrate_sixth),
		OLD(migrate_full),
		OLD(migrate_damaged),
	};

	return (cmocka_run_group_tests_name("migrate", tests, NULL, NULL));
}
