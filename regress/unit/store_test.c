/* SPDX-License-Identifier: ISC */
/*
 * The store: what is committed comes back the same, constraints hold as the
 * second lock, and a full disk takes nothing away.
 */

#include <sys/socket.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
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

/* Change a row of each kind but peers. */
static void
change_others(struct rig *r)
{
	struct denied_row no = { "", "x", "why", 5 };
	struct event_row e = { 0, 9, "lease.add", "net", "a", "cn:a",
		"192.0.2.1", "key=" };

	r->owner.generation = 2;
	r->owner.synced = 3;
	r->owner.code = 4;
	r->owner.added = 5;
	r->owner.removed = 6;
	r->owner.changed = 7;
	r->owner.unchanged = 8;
	r->owner.rejected = 9;
	r->owner.text = "text";
	assert_int_equal(store_put_owner(r->s, &r->owner), 0);
	assert_int_equal(store_put_denied(r->s, &no), 0);
	no.network = "net";
	assert_int_equal(store_put_denied(r->s, &no), 0);
	no.network = "";
	no.reason = "again";
	no.at = 6;
	assert_int_equal(store_put_denied(r->s, &no), 0);
	no.name = "y";
	assert_int_equal(store_put_denied(r->s, &no), 0);
	assert_int_equal(store_del_denied(r->s, "", "y"), 0);
	assert_int_equal(store_add_event(r->s, &e), 0);
	assert_int_equal(store_put_setting(r->s, SETTING_MAINTENANCE, 1), 0);
}

/* Each kind of row, and each way to change one. */
static void
rows(void **state)
{
	struct rig *r = *state;
	struct peer_row a, b, c, d;

	a = db_peer(r, 0, 1, "a", "10.0.0.1 fd00::1");
	a.who = "cn:a";
	a.first = a.created = 10;
	a.renewed = 11;
	a.expires = 12;
	assert_int_equal(store_begin(r->s), 0);
	assert_int_equal(store_add_peer(r->s, &a), 0);
	b = db_peer(r, r->owner.id, 2, "", "fd00::2 10.0.0.2 fd00::3 10.0.0.0");
	assert_int_equal(store_add_peer(r->s, &b), 0);
	c = db_peer(r, r->owner.id, 3, "a", "");
	assert_int_equal(store_add_peer(r->s, &c), 0);
	d = db_peer(r, 0, 4, "d", "10.0.0.9");
	assert_int_equal(store_add_peer(r->s, &d), 0);
	assert_int_equal(store_commit(r->s), 0);
	db_reopen(r);
	db_shows(r->s,
	    "network 1 net\n"
	    "owner 1 1 portal:p 0 0 0 0 0 0 0 0 \n"
	    "peer 1 1 0 01 'a' 'cn:a' 10 10 11 12 0 0 0 0 0"
	    " 10.0.0.1/32 fd00::1/128\n"
	    "peer 2 1 1 02 '' '' 0 0 0 0 0 0 0 0 0"
	    " 10.0.0.0/32 10.0.0.2/32 fd00::2/128 fd00::3/128\n"
	    "peer 3 1 1 03 'a' '' 0 0 0 0 0 0 0 0 0\n"
	    "peer 4 1 0 04 'd' '' 0 0 0 0 0 0 0 0 0 10.0.0.9/32\n"
	    "maintenance 0\n");

	a = db_peer(r, 0, 5, "a", "10.0.0.7");
	a.id = 1;
	a.who = "san:a";
	a.ended = true;
	a.created = 20;
	a.renewed = 21;
	a.expires = 22;
	a.handshake = 23;
	a.rx = UINT64_MAX;
	a.tx = 25;
	a.rx_raw = 26;
	a.tx_raw = 27;
	assert_int_equal(store_put_peer(r->s, &a), 0);
	b = db_peer(r, r->owner.id, 9, "no", "fd00::3 10.0.0.4");
	b.id = 2;
	assert_int_equal(store_put_addrs(r->s, &b), 0);
	c.renewed = 31;
	c.handshake = 32;
	c.rx = 33;
	c.tx = 34;
	c.rx_raw = 35;
	c.tx_raw = 36;
	c.name = "no";
	assert_int_equal(store_put_counters(r->s, &c), 0);
	d.renewed = 41;
	d.expires = 42;
	d.rx = 43;
	assert_int_equal(store_put_term(r->s, &d), 0);
	change_others(r);
	assert_int_equal(store_begin(r->s), 0);
	assert_int_equal(store_del_peer(r->s, 3), 0);
	store_rollback(r->s);
	db_reopen(r);
	db_shows(r->s,
	    "network 1 net\n"
	    "owner 1 1 portal:p 2 3 4 5 6 7 8 9 text\n"
	    "peer 1 1 0 05 'a' 'san:a' ended 10 20 21 22 23"
	    " 18446744073709551615 25 26 27 10.0.0.7/32\n"
	    "peer 2 1 1 02 '' '' 0 0 0 0 0 0 0 0 0 10.0.0.4/32 fd00::3/128\n"
	    "peer 3 1 1 03 'a' '' 0 0 31 0 32 33 34 35 36\n"
	    "peer 4 1 0 04 'd' '' 0 0 41 42 0 0 0 0 0 10.0.0.9/32\n"
	    "denied '' x 'again' 5\n"
	    "denied 'net' x 'why' 5\n"
	    "event 1 9 lease.add net a cn:a 192.0.2.1 key=\n"
	    "maintenance 1\n");

	assert_int_equal(store_del_peer(r->s, 2), 0);
	b = db_peer(r, 0, 2, "b", "fd00::3 10.0.0.4");
	assert_int_equal(store_add_peer(r->s, &b), 0);
}

struct found {
	unsigned int	 n;
	int		 psk;		/* its last byte, or -1 */
};

static int
find_psk(void *arg, const struct peer_row *row)
{
	struct found *f = arg;

	f->n++;
	f->psk = row->psk == NULL ? -1 : row->psk[WGKEY_LEN - 1];
	return (0);
}

static void
has_psk(struct rig *r, int psk)
{
	struct found f = { 0, 0 };

	db_reopen(r);
	assert_int_equal(store_load_peers(r->s, find_psk, &f), 0);
	assert_int_equal(f.n, 1);
	assert_int_equal(f.psk, psk);
}

/* A preshared key comes, is another, goes, and stays where it is not written. */
static void
preshared(void **state)
{
	struct rig *r = *state;
	struct peer_row a;

	a = db_peer(r, 0, 1, "a", "10.0.0.1");
	a.psk = db_key(7);
	assert_int_equal(store_add_peer(r->s, &a), 0);
	has_psk(r, 7);
	a.psk = db_key(8);
	assert_int_equal(store_put_peer(r->s, &a), 0);
	has_psk(r, 8);
	a.psk = NULL;
	assert_int_equal(store_put_term(r->s, &a), 0);
	assert_int_equal(store_put_counters(r->s, &a), 0);
	assert_int_equal(store_put_addrs(r->s, &a), 0);
	has_psk(r, 8);
	assert_int_equal(store_put_peer(r->s, &a), 0);
	has_psk(r, -1);
}

static int
stop_cb(void *arg, const struct peer_row *r)
{
	return (-1);
}

/* A callback that refuses ends it, and the store goes on. */
static void
unfit(void **state)
{
	struct rig *r = *state;
	struct peer_row a;

	a = db_peer(r, 0, 1, "a", "10.0.0.1");
	assert_int_equal(store_add_peer(r->s, &a), 0);
	assert_int_equal(store_load_peers(r->s, stop_cb, NULL), -1);
	assert_int_equal(errno, EINVAL);
	db_shows(r->s,
	    "network 1 net\n"
	    "owner 1 1 portal:p 0 0 0 0 0 0 0 0 \n"
	    "peer 1 1 0 01 'a' '' 0 0 0 0 0 0 0 0 0 10.0.0.1/32\n"
	    "maintenance 0\n");
}

/* The second lock: what the model would never do is refused. */
static void
constraints(void **state)
{
	struct rig *r = *state;
	struct network_row other = { 0, "other" };
	struct peer_row a, b, c;

	assert_int_equal(store_add_network(r->s, &other), 0);
	a = db_peer(r, 0, 1, "a", "10.0.0.1 fd00::1");
	b = db_peer(r, r->owner.id, 2, "b", "10.0.0.2 fd00::2");
	assert_int_equal(store_add_peer(r->s, &a), 0);
	assert_int_equal(store_add_peer(r->s, &b), 0);

	/* A key, among all; an address, among all; a name, among leases. */
	db_refused(r, db_peer(r, 0, 1, "x", "10.0.0.9"));
	db_refused(r, db_peer(r, 0, 2, "x", "10.0.0.9"));
	db_refused(r, db_peer(r, r->owner.id, 1, "x", "10.0.0.9"));
	db_refused(r, db_peer(r, r->owner.id, 2, "x", "10.0.0.9"));
	db_refused(r, db_peer(r, 0, 9, "x", "10.0.0.1"));
	db_refused(r, db_peer(r, 0, 9, "x", "10.0.0.9 fd00::2"));
	db_refused(r, db_peer(r, r->owner.id, 9, "x", "10.0.0.9 fd00::1"));
	db_refused(r, db_peer(r, r->owner.id, 9, "x", "10.0.0.2"));
	db_refused(r, db_peer(r, 0, 9, "a", "10.0.0.9"));
	/* A lease has a name, an owner and a network are there. */
	db_refused(r, db_peer(r, 0, 9, "", "10.0.0.9"));
	db_refused(r, db_peer(r, r->owner.id + 1, 9, "x", "10.0.0.9"));
	c = db_peer(r, 0, 9, "x", "10.0.0.9");
	c.network = other.id + 1;
	db_refused(r, c);

	/* And so it is for changes. */
	b.key = a.key;
	assert_int_equal(store_put_peer(r->s, &b), -1);
	assert_int_equal(errno, EEXIST);
	b.key = db_key(2);
	b.addrs[1] = a.addrs[0];
	assert_int_equal(store_put_addrs(r->s, &b), -1);
	assert_int_equal(errno, EEXIST);
	assert_true(!store_ok(r->s));
	assert_int_equal(store_begin(r->s), 0);
	assert_int_equal(store_commit(r->s), 0);
	assert_true(store_ok(r->s));

	/* Another network has all of them, and owners may repeat a name. */
	c = db_peer(r, 0, 1, "a", "10.0.0.1 fd00::2");
	c.network = other.id;
	assert_int_equal(store_add_peer(r->s, &c), 0);
	c = db_peer(r, r->owner.id, 3, "b", "");
	assert_int_equal(store_add_peer(r->s, &c), 0);
}

/* An ended lease lets its key go, and keeps its addresses and its name. */
static void
ended(void **state)
{
	struct rig *r = *state;
	struct peer_row a, b;

	a = db_peer(r, 0, 1, "a", "10.0.0.1 fd00::1");
	assert_int_equal(store_add_peer(r->s, &a), 0);
	a.ended = true;
	assert_int_equal(store_put_peer(r->s, &a), 0);
	db_refused(r, db_peer(r, 0, 9, "a", "10.0.0.9"));
	db_refused(r, db_peer(r, r->owner.id, 9, "", "fd00::1"));
	b = db_peer(r, r->owner.id, 1, "", "10.0.0.9");
	assert_int_equal(store_add_peer(r->s, &b), 0);
	a.ended = false;
	assert_int_equal(store_put_peer(r->s, &a), -1);
	assert_int_equal(errno, EEXIST);
}

/* In one transaction an address, a key and a name go to another peer. */
static void
moves(void **state)
{
	struct rig *r = *state;
	struct peer_row a, b, c;

	a = db_peer(r, 0, 1, "a", "10.0.0.1 fd00::1");
	b = db_peer(r, r->owner.id, 2, "", "10.0.0.2 fd00::2");
	assert_int_equal(store_add_peer(r->s, &a), 0);
	assert_int_equal(store_add_peer(r->s, &b), 0);
	assert_int_equal(store_begin(r->s), 0);
	/* The loser first: an address each. */
	a.naddrs = 1;
	assert_int_equal(store_put_addrs(r->s, &a), 0);
	b.naddrs = 0;
	assert_int_equal(store_put_addrs(r->s, &b), 0);
	a = db_peer(r, 0, 3, "a", "10.0.0.2 10.0.0.1");
	a.id = 1;
	assert_int_equal(store_put_peer(r->s, &a), 0);
	b = db_peer(r, r->owner.id, 1, "", "fd00::1 fd00::2");
	b.id = 2;
	assert_int_equal(store_put_peer(r->s, &b), 0);
	assert_int_equal(store_del_peer(r->s, a.id), 0);
	c = db_peer(r, 0, 3, "a", "10.0.0.1 10.0.0.2");
	assert_int_equal(store_add_peer(r->s, &c), 0);
	assert_int_equal(store_commit(r->s), 0);
	db_shows(r->s,
	    "network 1 net\n"
	    "owner 1 1 portal:p 0 0 0 0 0 0 0 0 \n"
	    "peer 2 1 1 01 '' '' 0 0 0 0 0 0 0 0 0 fd00::1/128 fd00::2/128\n"
	    "peer 3 1 0 03 'a' '' 0 0 0 0 0 0 0 0 0 10.0.0.1/32 10.0.0.2/32\n"
	    "maintenance 0\n");
}

static void
count_cb(void *arg, const struct event_row *e)
{
	int *n = arg;

	assert_string_equal(e->what, "lease.add");
	(*n)++;
}

static void
events(void **state)
{
	struct rig *r = *state;
	struct event_filter filter = { "", "n3", 0, "" };
	char name[16];
	struct event_row e = { 0, 0, "lease.add", "net", name, "", "", "" };
	const int64_t begin = 1700000000;
	int64_t first, last;
	struct wall now = { begin };
	int i, n = 0;

	assert_int_equal(store_event_range(r->s, &first, &last), 0);
	assert_int_equal(last, 0);
	assert_int_equal(store_begin(r->s), 0);
	for (i = 0; i < 2500; i++) {
		e.at = begin + i;
		snprintf(name, sizeof(name), "n%d", i % 10);
		assert_int_equal(store_add_event(r->s, &e), 0);
	}
	assert_int_equal(store_commit(r->s), 0);
	assert_int_equal(store_get_events(r->s, 1, 1001, &filter, count_cb, &n),
	    0);
	assert_int_equal(n, 100);
	filter.since = begin + 500;
	assert_int_equal(store_get_events(r->s, 1, 1001, &filter, count_cb, &n),
	    0);
	assert_int_equal(n, 150);
	filter.network = "other";
	assert_int_equal(store_get_events(r->s, 1, 1001, &filter, count_cb, &n),
	    0);
	assert_int_equal(n, 150);
	/* Nothing is old; later 2,000 are, and go in steps. */
	assert_int_equal(store_trim_events(r->s, now), 0);
	now.s += (int64_t)STORE_EVENTS_DAYS * 86400 + 2000;
	for (i = 0; store_trim_events(r->s, now) == 1; i++)
		;
	assert_true(i >= 2 && i < 5);
	assert_int_equal(store_event_range(r->s, &first, &last), 0);
	assert_int_equal(first, 2001);
	assert_int_equal(last, 2500);
}

static void
refuse_open(void **state)
{
	struct rig *r = *state;
	char error[1024];
	FILE *f;

	db_sql(r, "CREATE TABLE other (x)");
	assert_null(store_open(r->dir, 2, error, sizeof(error)));
	assert_non_null(strstr(error, "is not sallyport's database"));
	assert_int_equal(unlink(r->path), 0);
	f = fopen(r->path, "w");
	fprintf(f, "%8192s", "no database");
	fclose(f);
	assert_null(store_open(r->dir, 2, error, sizeof(error)));
	assert_non_null(strstr(error, "is damaged"));
}

/* An address of a peer that was deleted by hand is free again. */
static void
orphan(void **state)
{
	struct rig *r = *state;
	char *text;
	size_t len;
	FILE *f;

	store_close(r->s);
	r->s = NULL;
	db_sql(r, "INSERT INTO peer_addr VALUES (1, x'0a000001', 7, NULL)");
	db_reopen(r);
	f = open_memstream(&text, &len);
	assert_int_equal(store_load_peers(r->s, db_peer_cb, f), 0);
	fclose(f);
	assert_string_equal(text, "");
	free(text);
}

/* --- the disk --- */

static void
full(void **state)
{
	struct rig *r = *state;
	static char detail[TEXT_SIZE];
	struct event_row e = { 0, 0, "", "", "", "", "", detail };
	struct peer_row a, b;
	char *before;
	int i, rc = 0;

	a = db_peer(r, 0, 1, "a", "fd00::1");
	assert_int_equal(store_add_peer(r->s, &a), 0);
	(void)sqlite3_exec(r->s->h, "PRAGMA max_page_count = 40", NULL, NULL,
	    NULL);
	before = db_picture(r->s);
	memset(detail, 'x', sizeof(detail) - 1);
	assert_int_equal(store_begin(r->s), 0);
	b = db_peer(r, 0, 2, "b", "fd00::2");
	assert_int_equal(store_add_peer(r->s, &b), 0);
	for (i = 0; i < 10000 && rc == 0; i++)
		rc = store_add_event(r->s, &e);
	assert_int_equal(rc, -1);
	assert_int_equal(errno, ENOSPC);
	assert_false(store_ok(r->s));
	store_rollback(r->s);
	db_shows(r->s, before);
	/* It goes on, and says that it can write again. */
	assert_int_equal(store_begin(r->s), 0);
	assert_int_equal(store_put_peer(r->s, &a), 0);
	assert_int_equal(store_commit(r->s), 0);
	assert_true(store_ok(r->s));
	db_reopen(r);
	db_shows(r->s, before);
	free(before);
}

static void
backup(void **state)
{
	struct rig *r = *state;
	char path[160], head[20], name[32], *before;
	struct store_stream *k;
	struct peer_row a, b;
	uint8_t buf[4096];
	uint64_t at = 0;
	ssize_t n;
	int fd;

	a = db_peer(r, 0, 1, "a", "fd00::1");
	assert_int_equal(store_add_peer(r->s, &a), 0);
	snprintf(path, sizeof(path), "%s/copy", r->dir);
	fd = open(path, O_RDWR | O_CREAT | O_EXCL, 0600);
	assert_true(fd != -1);
	before = db_picture(r->s);
	assert_int_equal(store_begin(r->s), 0);
	assert_null(store_stream_new(r->s));
	assert_int_equal(store_commit(r->s), 0);
	k = store_stream_new(r->s);
	assert_non_null(k);
	/* A change that comes meanwhile is not in it. */
	while ((n = store_stream_read(k, at, buf, sizeof(buf))) > 0) {
		assert_int_equal(write(fd, buf, (size_t)n), n);
		at += (uint64_t)n;
		b = db_peer(r, 0, (uint8_t)(2 + at / 4096), "", "");
		(void)snprintf(name, sizeof(name), "b%llu",
		    (unsigned long long)at);
		b.name = name;
		b.naddrs = 0;
		assert_int_equal(store_add_peer(r->s, &b), 0);
		store_checkpoint(r->s);
	}
	assert_int_equal(n, 0);
	close(fd);
	store_stream_free(k);
	store_close(r->s);
	r->s = NULL;
	/* One file, not in WAL mode. */
	fd = open(path, O_RDONLY);
	assert_int_equal(read(fd, head, sizeof(head)), sizeof(head));
	close(fd);
	assert_int_equal(head[18], 1);
	assert_int_equal(rename(path, r->path), 0);
	db_reopen(r);
	db_shows(r->s, before);
	free(before);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, db_setup, db_teardown)
#define OLD(f)	cmocka_unit_test_setup_teardown(f, db_setup_dir, db_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(rows),
		TEST(preshared),
		TEST(unfit),
		TEST(constraints),
		TEST(ended),
		TEST(moves),
		TEST(events),
		OLD(refuse_open),
		TEST(orphan),
		TEST(full),
		TEST(backup),
	};

	return (cmocka_run_group_tests_name("store", tests, NULL, NULL));
}
