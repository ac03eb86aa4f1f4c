/* SPDX-License-Identifier: ISC */
/*
 * The database: what is committed comes back the same, constraints hold as the
 * second lock, migrations keep a copy, and a full disk takes nothing away.
 */

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <sodium.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "db_rig.h"
#include "sqlite_local.h"

static int
setup(void **state)
{
	struct world *w;

	if ((w = world_new()) == NULL)
		return (-1);
	w->conf.assign = ASSIGN_POOL;
	w->conf.lease = 3600;
	w->conf.quarantine = 60;
	w->conf.max_peers = 100000;
	w->conf.npools = 2;
	(void)prefix_parse("10.0.0.0/26", &w->conf.pools[0]);
	(void)prefix_parse("fd00::/64", &w->conf.pools[1]);
	*state = w;
	return (0);
}

static int
teardown(void **state)
{
	world_free(*state);
	return (0);
}

static char *
picture(const struct world *w)
{
	struct lease *l;
	char *text;
	size_t len;
	FILE *f;

	f = open_memstream(&text, &len);
	RB_FOREACH(l, lease_tree, &w->n->byname)
		fprintf(f,
		    "%lld %s %s %d %d %d %d %02x%02x %02x%02x%02x %lld "
		    "%lld %lld %lld %llu %llu %llu %llu\n",
		    (long long)l->id, l->name, lease_who(l), l->key[0],
		    l->state == LEASE_EXPIRED, l->has, l->held,
		    l->has & 1 ? l->addr4[2] : 0, l->has & 1 ? l->addr4[3] : 0,
		    l->has & 2 ? l->addr6[13] : 0,
		    l->has & 2 ? l->addr6[14] : 0,
		    l->has & 2 ? l->addr6[15] : 0, (long long)l->first,
		    (long long)l->created, (long long)l->renewed,
		    (long long)l->expires, (unsigned long long)l->rx,
		    (unsigned long long)l->tx, (unsigned long long)l->rx_raw,
		    (unsigned long long)l->tx_raw);
	fprintf(f, "%llu %lld\n", (unsigned long long)w->n->live,
	    (long long)w->b.next_id);
	fclose(f);
	return (text);
}

static void
change(struct world *w, struct op *op)
{
	uint8_t key[WGKEY_LEN];
	char name[16];
	struct lease *l;

	op->code = LEASE_E_KEY;
	snprintf(name, sizeof(name), "n%d", (int)(random() % 90));
	memset(key, (int)(random() % 100), sizeof(key));
	l = lease_find(w->n, name);
	if (random() % 3 == 0 && l != NULL && l->state != LEASE_EXPIRED) {
		grant_end(&w->b, l, mono_of(w), wall_of(w), op);
		return;
	}
	(void)grant_register(&w->b, w->n, name,
	    random() % 9 ? "who" : "another", key, mono_of(w), wall_of(w), op);
}

/* Transactions of random changes, some of them taken back on both sides. */
static void
reopen(void **state)
{
	struct world *w = *state;
	struct op ops[8];
	char *before, *after;
	int i, k, n;

	world_open(w, &db_schema);
	for (i = 0; i < 1500; i++) {
		w->s += random() % 20;
		assert_int_equal(db_begin(w->db), 0);
		for (n = k = 0; k < 8; k++) {
			change(w, &ops[n]);
			if (ops[n].code < LEASE_E_KEY)
				assert_int_equal(store(w, &ops[n++]), 0);
		}
		if (random() % 4 == 0) {
			db_rollback(w->db);
			while (n > 0)
				grant_undo(&w->b, &ops[--n]);
		} else {
			assert_int_equal(db_commit(w->db), 0);
			while (n > 0)
				grant_done(&ops[--n]);
		}
		if (i % 50 != 0)
			continue;
		before = picture(w);
		world_close(w);
		world_open(w, &db_schema);
		after = picture(w);
		assert_string_equal(before, after);
		free(before);
		free(after);
	}
	world_close(w);
}

static struct lease *
add(struct world *w, const char *name, int k, struct op *op)
{
	uint8_t key[WGKEY_LEN];

	memset(key, k, sizeof(key));
	assert_int_equal(grant_register(&w->b, w->n, name, "who", key,
			     mono_of(w), wall_of(w), op),
	    LEASE_OK_NEW);
	return (op->lease);
}

/* The second lock: what the machine would never do is refused. */
static void
constraints(void **state)
{
	struct world *w = *state;
	struct lease *a, *b;
	struct op op, op2;

	world_open(w, &db_schema);
	a = add(w, "a", 1, &op);
	assert_int_equal(db_add_lease(w->db, a), 0);
	b = add(w, "b", 2, &op2);
	memcpy(b->key, a->key, WGKEY_LEN);
	assert_int_equal(db_add_lease(w->db, b), -1);
	assert_int_equal(errno, EEXIST);
	memset(b->key, 2, WGKEY_LEN);
	memcpy(b->addr6, a->addr6, sizeof(b->addr6));
	assert_int_equal(db_add_lease(w->db, b), -1);
	b->addr6[15]++;
	memcpy(b->addr4, a->addr4, sizeof(b->addr4));
	assert_int_equal(db_add_lease(w->db, b), -1);
	b->addr4[3]++;
	b->name[0] = 'a';
	assert_int_equal(db_add_lease(w->db, b), -1);
	b->name[0] = 'b';
	b->net->id++;
	assert_int_equal(db_add_lease(w->db, b), -1);
	b->net->id--;
	assert_int_equal(db_add_lease(w->db, b), 0);
	world_close(w);
}

static void
count_event(void *arg, const struct msg_ctl_event *e)
{
	int *n = arg;

	assert_string_equal(e->what, "lease.add");
	(*n)++;
}

static void
events(void **state)
{
	struct world *w = *state;
	struct msg_ctl_event e = { 0 };
	struct msg_ctl_show filter = { 0 };
	int64_t first, last;
	struct wall late;
	int i, n = 0;

	world_open(w, &db_schema);
	assert_int_equal(db_event_range(w->db, &first, &last), 0);
	assert_int_equal(last, 0);
	(void)strlcpy(e.what, "lease.add", sizeof(e.what));
	assert_int_equal(db_begin(w->db), 0);
	for (i = 0; i < 2500; i++) {
		e.at = wall_of(w).s + i;
		snprintf(e.name, sizeof(e.name), "n%d", i % 10);
		assert_int_equal(db_add_event(w->db, &e), 0);
	}
	assert_int_equal(db_commit(w->db), 0);
	(void)strlcpy(filter.name, "n3", sizeof(filter.name));
	assert_int_equal(db_get_events(w->db, 1, 1001, &filter, count_event,
			     &n),
	    0);
	assert_int_equal(n, 100);
	/* Nothing is old; later 2,000 are, and go in steps. */
	assert_int_equal(db_trim_events(w->db, wall_of(w)), 0);
	late.s = wall_of(w).s + (int64_t)DB_EVENTS_DAYS * 86400 + 2000;
	for (i = 0; db_trim_events(w->db, late) == 1; i++)
		;
	assert_true(i >= 2 && i < 5);
	assert_int_equal(db_event_range(w->db, &first, &last), 0);
	assert_int_equal(first, 2001);
	assert_int_equal(last, 2500);
	world_close(w);
}

static void
denied_cb(void *arg, const char *network, const char *name)
{
	char *text = arg;

	(void)strlcat(text, network, 64);
	(void)strlcat(text, "/", 64);
	(void)strlcat(text, name, 64);
	(void)strlcat(text, " ", 64);
}

static void
denied(void **state)
{
	struct world *w = *state;
	char text[64] = "";

	world_open(w, &db_schema);
	assert_int_equal(db_add_denied(w->db, "", "x", "why", wall_of(w)), 0);
	assert_int_equal(db_add_denied(w->db, "net", "x", "", wall_of(w)), 0);
	assert_int_equal(db_add_denied(w->db, "", "x", "again", wall_of(w)), 0);
	assert_int_equal(db_add_denied(w->db, "", "y", "", wall_of(w)), 0);
	assert_int_equal(db_del_denied(w->db, "", "y"), 0);
	world_close(w);
	world_open(w, &db_schema);
	assert_int_equal(db_load_denied(w->db, denied_cb, text), 0);
	assert_string_equal(text, "/x net/x ");
	world_close(w);
}

/* To a newer schema and not back; a copy is kept, a failed step changes
 * nothing. */
static void
migration(void **state)
{
	const char *steps[] = { db_schema.step[0], db_schema.step[1],
		"CREATE TABLE more (x INTEGER) STRICT",
		"CREATE TABLE more (x INTEGER) STRICT" };
	const struct db_schema three = { steps, 3 }, four = { steps, 4 };
	struct world *w = *state;
	char error[1024], path[128];
	struct stat st;
	struct op op;

	world_open(w, &db_schema);
	assert_int_equal(db_add_lease(w->db, add(w, "a", 1, &op)), 0);
	world_close(w);
	world_open(w, &three);
	assert_non_null(lease_find(w->n, "a"));
	world_close(w);
	snprintf(path, sizeof(path), "%s/" DB_FILE ".v2.bak", w->dir);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);

	assert_null(db_open(w->dir, &db_schema, 2, error, sizeof(error)));
	assert_non_null(strstr(error, "has schema 3, made by a newer"));
	assert_null(db_open(w->dir, &four, 2, error, sizeof(error)));
	assert_non_null(strstr(error, "from schema 3 to 4"));
	world_open(w, &three);
	assert_non_null(lease_find(w->n, "a"));
	world_close(w);
	/* The copy of version 2 is a database of version 2. */
	snprintf(error, sizeof(error), "%s/" DB_FILE, w->dir);
	assert_int_equal(rename(path, error), 0);
	world_open(w, &db_schema);
	assert_non_null(lease_find(w->n, "a"));
	world_close(w);
}

static void
full(void **state)
{
	struct world *w = *state;
	struct msg_ctl_event e = { 0 };
	struct lease *l;
	struct op op;
	char *before, *after;
	int i, rc = 0;

	w->conf.npools = 1;
	(void)prefix_parse("fd00::/64", &w->conf.pools[0]);
	world_open(w, &db_schema);
	assert_int_equal(db_add_lease(w->db, add(w, "a", 1, &op)), 0);
	(void)sqlite3_exec(w->db->h, "PRAGMA max_page_count = 40", NULL, NULL,
	    NULL);
	before = picture(w);
	memset(e.detail, 'x', sizeof(e.detail) - 1);
	assert_int_equal(db_begin(w->db), 0);
	l = add(w, "b", 2, &op);
	assert_int_equal(db_add_lease(w->db, l), 0);
	for (i = 0; i < 10000 && rc == 0; i++)
		rc = db_add_event(w->db, &e);
	assert_int_equal(rc, -1);
	assert_int_equal(errno, ENOSPC);
	assert_false(db_ok(w->db));
	db_rollback(w->db);
	grant_undo(&w->b, &op);
	after = picture(w);
	assert_string_equal(before, after);
	free(after);
	/* It goes on, and says that it can write again. */
	assert_int_equal(db_begin(w->db), 0);
	assert_int_equal(db_put_lease(w->db, lease_find(w->n, "a")), 0);
	assert_int_equal(db_commit(w->db), 0);
	assert_true(db_ok(w->db));
	world_close(w);
	world_open(w, &db_schema);
	after = picture(w);
	assert_string_equal(before, after);
	free(before);
	free(after);
	world_close(w);
}

static void
backup(void **state)
{
	struct world *w = *state;
	char path[128], db[128], head[20];
	struct db_backup *k;
	struct op op;
	int fd, rc;

	world_open(w, &db_schema);
	assert_int_equal(db_add_lease(w->db, add(w, "a", 1, &op)), 0);
	snprintf(path, sizeof(path), "%s/copy", w->dir);
	k = db_backup_new(w->db, path);
	assert_non_null(k);
	assert_int_equal(db_backup_step(k, 1), 1);
	/* What comes meanwhile is in it, and a step inside waits. */
	assert_int_equal(db_begin(w->db), 0);
	assert_int_equal(db_add_lease(w->db, add(w, "b", 2, &op)), 0);
	assert_int_equal(db_backup_step(k, 1), 1);
	assert_int_equal(db_commit(w->db), 0);
	while ((rc = db_backup_step(k, 1)) == 1)
		;
	assert_int_equal(rc, 0);
	db_backup_free(k);
	assert_null(db_backup_new(w->db, path));
	world_close(w);
	/* One file, not in WAL mode. */
	fd = open(path, O_RDONLY);
	assert_int_equal(read(fd, head, sizeof(head)), sizeof(head));
	close(fd);
	assert_int_equal(head[18], 1);
	snprintf(db, sizeof(db), "%s/" DB_FILE, w->dir);
	assert_int_equal(rename(path, db), 0);
	world_open(w, &db_schema);
	assert_int_equal(w->n->live, 2);
	world_close(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(reopen, setup, teardown),
		cmocka_unit_test_setup_teardown(constraints, setup, teardown),
		cmocka_unit_test_setup_teardown(events, setup, teardown),
		cmocka_unit_test_setup_teardown(denied, setup, teardown),
		cmocka_unit_test_setup_teardown(migration, setup, teardown),
		cmocka_unit_test_setup_teardown(full, setup, teardown),
		cmocka_unit_test_setup_teardown(backup, setup, teardown),
	};

	if (sodium_init() == -1)
		return (1);
	srandom(20240603);
	return (cmocka_run_group_tests_name("db", tests, NULL, NULL));
}
