/* SPDX-License-Identifier: ISC */
/*
 * The store: what is committed comes back the same, constraints hold as the
 * second lock, an older one is taken over whole and with a copy or not at all,
 * and a full disk takes nothing away.
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

#include "sqlite_local.h"

#define SCHEMA2		"regress/unit/schema2.sql"

struct rig {
	char		 dir[64];
	char		 path[128];	/* of the database */
	struct store	*s;
	struct network_row net;
	struct owner_row owner;
};

/* Zeros and a number: a key. */
static const uint8_t *
key_of(uint8_t i)
{
	static uint8_t keys[256][WGKEY_LEN];

	keys[i][WGKEY_LEN - 1] = i;
	return (keys[i]);
}

static void
reopen(struct rig *r)
{
	char error[1024];

	store_close(r->s);
	r->s = store_open(r->dir, 2, error, sizeof(error));
	if (r->s == NULL)
		fail_msg("%s", error);
}

/* A directory without a store. */
static int
setup_dir(void **state)
{
	struct rig *r;

	if ((r = calloc(1, sizeof(*r))) == NULL)
		return (-1);
	(void)strlcpy(r->dir, "/tmp/sallyport-store.XXXXXX", sizeof(r->dir));
	if (mkdtemp(r->dir) == NULL)
		return (-1);
	snprintf(r->path, sizeof(r->path), "%s/" DB_FILE, r->dir);
	*state = r;
	return (0);
}

/* A store with a network and an owner. */
static int
setup(void **state)
{
	struct rig *r;

	if (setup_dir(state) == -1)
		return (-1);
	r = *state;
	reopen(r);
	r->net.name = "net";
	r->owner.name = "portal:p";
	r->owner.text = "";
	if (store_add_network(r->s, &r->net) == -1)
		return (-1);
	r->owner.network = r->net.id;
	return (store_add_owner(r->s, &r->owner));
}

static int
teardown(void **state)
{
	struct rig *r = *state;
	char command[128];

	store_close(r->s);
	snprintf(command, sizeof(command), "rm -rf %s", r->dir);
	if (system(command) != 0)
		return (-1);
	free(r);
	return (0);
}

/* Addresses are named by a text with blanks between them. */
static struct peer_row
peer(const struct rig *r, int64_t owner, uint8_t key, const char *name,
    const char *addrs)
{
	struct peer_row p;
	char text[256], *next = text, *one;

	memset(&p, 0, sizeof(p));
	p.network = r->net.id;
	p.owner = owner;
	p.key = key_of(key);
	p.name = name;
	p.who = "";
	(void)strlcpy(text, addrs, sizeof(text));
	while ((one = strsep(&next, " ")) != NULL)
		if (one[0] != '\0')
			assert_int_equal(prefix_parse(one,
					     &p.addrs[p.naddrs++]),
			    0);
	return (p);
}

/* --- all that is there, as text --- */

static int
network_cb(void *arg, const struct network_row *r)
{
	fprintf(arg, "network %lld %s\n", (long long)r->id, r->name);
	return (0);
}

static int
owner_cb(void *arg, const struct owner_row *r)
{
	fprintf(arg, "owner %lld %lld %s %llu %lld %u %u %u %u %u %u %s\n",
	    (long long)r->id, (long long)r->network, r->name,
	    (unsigned long long)r->generation, (long long)r->synced, r->code,
	    r->added, r->removed, r->changed, r->unchanged, r->rejected,
	    r->text);
	return (0);
}

static int
peer_cb(void *arg, const struct peer_row *r)
{
	char text[PREFIX_TEXT];
	uint8_t i;

	fprintf(arg,
	    "peer %lld %lld %lld %02x '%s' '%s'%s %lld %lld %lld %lld %lld"
	    " %llu %llu %llu %llu",
	    (long long)r->id, (long long)r->network, (long long)r->owner,
	    r->key[WGKEY_LEN - 1], r->name, r->who, r->ended ? " ended" : "",
	    (long long)r->first, (long long)r->created, (long long)r->renewed,
	    (long long)r->expires, (long long)r->handshake,
	    (unsigned long long)r->rx, (unsigned long long)r->tx,
	    (unsigned long long)r->rx_raw, (unsigned long long)r->tx_raw);
	for (i = 0; i < r->naddrs; i++)
		fprintf(arg, " %s", prefix_format(&r->addrs[i], text));
	fprintf(arg, "\n");
	return (0);
}

static int
denied_cb(void *arg, const struct denied_row *r)
{
	fprintf(arg, "denied '%s' %s '%s' %lld\n", r->network, r->name,
	    r->reason, (long long)r->at);
	return (0);
}

static void
event_cb(void *arg, const struct event_row *r)
{
	fprintf(arg, "event %lld %lld %s %s %s %s %s %s\n", (long long)r->id,
	    (long long)r->at, r->what, r->network, r->name, r->who, r->from,
	    r->detail);
}

static char *
picture(struct store *s)
{
	const struct event_filter any = { "", "", 0 };
	int64_t on;
	char *text;
	size_t len;
	FILE *f;

	f = open_memstream(&text, &len);
	assert_int_equal(store_load_networks(s, network_cb, f), 0);
	assert_int_equal(store_load_owners(s, owner_cb, f), 0);
	assert_int_equal(store_load_peers(s, peer_cb, f), 0);
	assert_int_equal(store_load_denied(s, denied_cb, f), 0);
	assert_int_equal(store_get_events(s, 0, 100, &any, event_cb, f), 0);
	assert_int_equal(store_get_setting(s, SETTING_MAINTENANCE, &on), 0);
	fprintf(f, "maintenance %lld\n", (long long)on);
	fclose(f);
	return (text);
}

static void
shows(struct store *s, const char *expected)
{
	char *text;

	text = picture(s);
	assert_string_equal(text, expected);
	free(text);
}

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

	a = peer(r, 0, 1, "a", "10.0.0.1 fd00::1");
	a.who = "cn:a";
	a.first = a.created = 10;
	a.renewed = 11;
	a.expires = 12;
	assert_int_equal(store_begin(r->s), 0);
	assert_int_equal(store_add_peer(r->s, &a), 0);
	b = peer(r, r->owner.id, 2, "", "fd00::2 10.0.0.2 fd00::3 10.0.0.0");
	assert_int_equal(store_add_peer(r->s, &b), 0);
	c = peer(r, r->owner.id, 3, "a", "");
	assert_int_equal(store_add_peer(r->s, &c), 0);
	d = peer(r, 0, 4, "d", "10.0.0.9");
	assert_int_equal(store_add_peer(r->s, &d), 0);
	assert_int_equal(store_commit(r->s), 0);
	reopen(r);
	shows(r->s,
	    "network 1 net\n"
	    "owner 1 1 portal:p 0 0 0 0 0 0 0 0 \n"
	    "peer 1 1 0 01 'a' 'cn:a' 10 10 11 12 0 0 0 0 0"
	    " 10.0.0.1/32 fd00::1/128\n"
	    "peer 2 1 1 02 '' '' 0 0 0 0 0 0 0 0 0"
	    " 10.0.0.0/32 10.0.0.2/32 fd00::2/128 fd00::3/128\n"
	    "peer 3 1 1 03 'a' '' 0 0 0 0 0 0 0 0 0\n"
	    "peer 4 1 0 04 'd' '' 0 0 0 0 0 0 0 0 0 10.0.0.9/32\n"
	    "maintenance 0\n");

	a = peer(r, 0, 5, "a", "10.0.0.7");
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
	b = peer(r, r->owner.id, 9, "no", "fd00::3 10.0.0.4");
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
	reopen(r);
	shows(r->s,
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
	b = peer(r, 0, 2, "b", "fd00::3 10.0.0.4");
	assert_int_equal(store_add_peer(r->s, &b), 0);
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

	a = peer(r, 0, 1, "a", "10.0.0.1");
	assert_int_equal(store_add_peer(r->s, &a), 0);
	assert_int_equal(store_load_peers(r->s, stop_cb, NULL), -1);
	assert_int_equal(errno, EINVAL);
	shows(r->s,
	    "network 1 net\n"
	    "owner 1 1 portal:p 0 0 0 0 0 0 0 0 \n"
	    "peer 1 1 0 01 'a' '' 0 0 0 0 0 0 0 0 0 10.0.0.1/32\n"
	    "maintenance 0\n");
}

static void
refused(struct rig *r, struct peer_row p)
{
	char *before;

	before = picture(r->s);
	assert_int_equal(store_begin(r->s), 0);
	assert_int_equal(store_add_peer(r->s, &p), -1);
	assert_int_equal(errno, EEXIST);
	store_rollback(r->s);
	shows(r->s, before);
	free(before);
}

/* The second lock: what the model would never do is refused. */
static void
constraints(void **state)
{
	struct rig *r = *state;
	struct network_row other = { 0, "other" };
	struct peer_row a, b, c;

	assert_int_equal(store_add_network(r->s, &other), 0);
	a = peer(r, 0, 1, "a", "10.0.0.1 fd00::1");
	b = peer(r, r->owner.id, 2, "b", "10.0.0.2 fd00::2");
	assert_int_equal(store_add_peer(r->s, &a), 0);
	assert_int_equal(store_add_peer(r->s, &b), 0);

	/* A key, among all; an address, among all; a name, among leases. */
	refused(r, peer(r, 0, 1, "x", "10.0.0.9"));
	refused(r, peer(r, 0, 2, "x", "10.0.0.9"));
	refused(r, peer(r, r->owner.id, 1, "x", "10.0.0.9"));
	refused(r, peer(r, r->owner.id, 2, "x", "10.0.0.9"));
	refused(r, peer(r, 0, 9, "x", "10.0.0.1"));
	refused(r, peer(r, 0, 9, "x", "10.0.0.9 fd00::2"));
	refused(r, peer(r, r->owner.id, 9, "x", "10.0.0.9 fd00::1"));
	refused(r, peer(r, r->owner.id, 9, "x", "10.0.0.2"));
	refused(r, peer(r, 0, 9, "a", "10.0.0.9"));
	/* A lease has a name, an owner and a network are there. */
	refused(r, peer(r, 0, 9, "", "10.0.0.9"));
	refused(r, peer(r, r->owner.id + 1, 9, "x", "10.0.0.9"));
	c = peer(r, 0, 9, "x", "10.0.0.9");
	c.network = other.id + 1;
	refused(r, c);

	/* And so it is for changes. */
	b.key = a.key;
	assert_int_equal(store_put_peer(r->s, &b), -1);
	assert_int_equal(errno, EEXIST);
	b.key = key_of(2);
	b.addrs[1] = a.addrs[0];
	assert_int_equal(store_put_addrs(r->s, &b), -1);
	assert_int_equal(errno, EEXIST);
	assert_true(!store_ok(r->s));
	assert_int_equal(store_begin(r->s), 0);
	assert_int_equal(store_commit(r->s), 0);
	assert_true(store_ok(r->s));

	/* Another network has all of them, and owners may repeat a name. */
	c = peer(r, 0, 1, "a", "10.0.0.1 fd00::2");
	c.network = other.id;
	assert_int_equal(store_add_peer(r->s, &c), 0);
	c = peer(r, r->owner.id, 3, "b", "");
	assert_int_equal(store_add_peer(r->s, &c), 0);
}

/* An ended lease lets its key go, and keeps its addresses and its name. */
static void
ended(void **state)
{
	struct rig *r = *state;
	struct peer_row a, b;

	a = peer(r, 0, 1, "a", "10.0.0.1 fd00::1");
	assert_int_equal(store_add_peer(r->s, &a), 0);
	a.ended = true;
	assert_int_equal(store_put_peer(r->s, &a), 0);
	refused(r, peer(r, 0, 9, "a", "10.0.0.9"));
	refused(r, peer(r, r->owner.id, 9, "", "fd00::1"));
	b = peer(r, r->owner.id, 1, "", "10.0.0.9");
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

	a = peer(r, 0, 1, "a", "10.0.0.1 fd00::1");
	b = peer(r, r->owner.id, 2, "", "10.0.0.2 fd00::2");
	assert_int_equal(store_add_peer(r->s, &a), 0);
	assert_int_equal(store_add_peer(r->s, &b), 0);
	assert_int_equal(store_begin(r->s), 0);
	/* The loser first: an address each. */
	a.naddrs = 1;
	assert_int_equal(store_put_addrs(r->s, &a), 0);
	b.naddrs = 0;
	assert_int_equal(store_put_addrs(r->s, &b), 0);
	a = peer(r, 0, 3, "a", "10.0.0.2 10.0.0.1");
	a.id = 1;
	assert_int_equal(store_put_peer(r->s, &a), 0);
	b = peer(r, r->owner.id, 1, "", "fd00::1 fd00::2");
	b.id = 2;
	assert_int_equal(store_put_peer(r->s, &b), 0);
	assert_int_equal(store_del_peer(r->s, a.id), 0);
	c = peer(r, 0, 3, "a", "10.0.0.1 10.0.0.2");
	assert_int_equal(store_add_peer(r->s, &c), 0);
	assert_int_equal(store_commit(r->s), 0);
	shows(r->s,
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
	struct event_filter filter = { "", "n3", 0 };
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

/* --- an older one --- */

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

static void
sql(const struct rig *r, const char *text)
{
	sqlite3 *h;

	assert_int_equal(sqlite3_open(r->path, &h), SQLITE_OK);
	if (sqlite3_exec(h, text, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s", sqlite3_errmsg(h));
	assert_int_equal(sqlite3_close(h), SQLITE_OK);
}

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
	sql(r, text);
	free(text);
	sql(r, old_rows);
	sql(r, old_owned);
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
	reopen(r);
	assert_true(
	    asprintf(&expected,
		"network 1 net\nnetwork 2 gone\n"
		"owner 1 1 portal:p 9 90 2 3 4 5 6 7 text\n"
		"owner 2 1 static 1 0 0 0 0 0 0 0 \n"
		"owner 3 2 portal:p 0 0 0 0 0 0 0 0 \n%s%s%smaintenance 1\n",
		new_leases, new_owned, new_rest) != -1);
	shows(r->s, expected);
	/* What comes has a new id, and the lock knows what was there. */
	r->net.id = 1;
	p = peer(r, 0, 0x21, "new", "10.0.0.33");
	assert_int_equal(store_add_peer(r->s, &p), 0);
	assert_int_equal(p.id, 14);
	refused(r, peer(r, 0, 0x22, "x", "10.0.0.4"));
	refused(r, peer(r, 2, 0x11, "x", ""));
	assert_int_equal(store_del_peer(r->s, p.id), 0);
	reopen(r);
	shows(r->s, expected);
	free(expected);
	store_close(r->s);
	r->s = NULL;

	assert_int_equal(number(r, DB_FILE, "PRAGMA user_version"), 3);
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
	sql(r, "PRAGMA user_version = 4");
	assert_null(store_open(r->dir, 2, error, sizeof(error)));
	assert_non_null(strstr(error, "has schema 4, made by a newer"));
}

/* From the first schema to this one in a step: there were leases alone. */
static void
migrate_first(void **state)
{
	struct rig *r = *state;
	char *expected, path[160];

	sql(r, store_schema.step[0]);
	sql(r, old_rows);
	sql(r, "PRAGMA application_id = 1397780338; PRAGMA user_version = 1");
	reopen(r);
	assert_true(asprintf(&expected,
			"network 1 net\nnetwork 2 gone\n%s%smaintenance 0\n",
			new_leases, new_rest) != -1);
	shows(r->s, expected);
	free(expected);
	snprintf(path, sizeof(path), "%s.v1.bak", r->path);
	assert_int_equal(access(path, R_OK), 0);
	snprintf(path, sizeof(path), "%s.v2.bak", r->path);
	assert_int_equal(access(path, F_OK), -1);
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
	sql(r, "PRAGMA journal_mode = WAL");
	stays(r, &four, "from schema 2 to 4: database or disk is full");
	assert_int_equal(number(r, DB_FILE, "PRAGMA user_version"), 2);
	reopen(r);
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
		sql(r,
		    "PRAGMA journal_mode = WAL;"
		    "DROP TRIGGER owned_key_new; DROP TRIGGER lease_new;"
		    "DROP TRIGGER owned_addr_new; DROP TRIGGER lease_change");
		sql(r, damage[i][0]);
		stays(r, &store_schema, damage[i][1]);
	}
}

static void
refuse_open(void **state)
{
	struct rig *r = *state;
	char error[1024];
	FILE *f;

	sql(r, "CREATE TABLE other (x)");
	assert_null(store_open(r->dir, 2, error, sizeof(error)));
	assert_non_null(strstr(error, "is not sallyport's database"));
	assert_int_equal(unlink(r->path), 0);
	f = fopen(r->path, "w");
	fprintf(f, "%8192s", "no database");
	fclose(f);
	assert_null(store_open(r->dir, 2, error, sizeof(error)));
	assert_non_null(strstr(error, "is damaged"));
}

/* An address that belongs to no peer is damage too. */
static void
orphan(void **state)
{
	struct rig *r = *state;
	char *text;
	size_t len;
	FILE *f;

	store_close(r->s);
	r->s = NULL;
	sql(r, "INSERT INTO peer_addr VALUES (1, x'0a000001', 7)");
	reopen(r);
	f = open_memstream(&text, &len);
	assert_int_equal(store_load_peers(r->s, peer_cb, f), -1);
	assert_int_equal(errno, EINVAL);
	fclose(f);
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

	a = peer(r, 0, 1, "a", "fd00::1");
	assert_int_equal(store_add_peer(r->s, &a), 0);
	(void)sqlite3_exec(r->s->h, "PRAGMA max_page_count = 40", NULL, NULL,
	    NULL);
	before = picture(r->s);
	memset(detail, 'x', sizeof(detail) - 1);
	assert_int_equal(store_begin(r->s), 0);
	b = peer(r, 0, 2, "b", "fd00::2");
	assert_int_equal(store_add_peer(r->s, &b), 0);
	for (i = 0; i < 10000 && rc == 0; i++)
		rc = store_add_event(r->s, &e);
	assert_int_equal(rc, -1);
	assert_int_equal(errno, ENOSPC);
	assert_false(store_ok(r->s));
	store_rollback(r->s);
	shows(r->s, before);
	/* It goes on, and says that it can write again. */
	assert_int_equal(store_begin(r->s), 0);
	assert_int_equal(store_put_peer(r->s, &a), 0);
	assert_int_equal(store_commit(r->s), 0);
	assert_true(store_ok(r->s));
	reopen(r);
	shows(r->s, before);
	free(before);
}

static void
backup(void **state)
{
	struct rig *r = *state;
	char path[160], head[20], *before;
	struct store_backup *k;
	struct peer_row a, b;
	int fd, rc;

	a = peer(r, 0, 1, "a", "fd00::1");
	assert_int_equal(store_add_peer(r->s, &a), 0);
	snprintf(path, sizeof(path), "%s/copy", r->dir);
	k = store_backup_new(r->s, path);
	assert_non_null(k);
	assert_int_equal(store_backup_step(k, 1), 1);
	/* What comes meanwhile is in it, and a step inside waits. */
	assert_int_equal(store_begin(r->s), 0);
	b = peer(r, 0, 2, "b", "fd00::2");
	assert_int_equal(store_add_peer(r->s, &b), 0);
	assert_int_equal(store_backup_step(k, 1), 1);
	assert_int_equal(store_commit(r->s), 0);
	while ((rc = store_backup_step(k, 1)) == 1)
		;
	assert_int_equal(rc, 0);
	store_backup_free(k);
	assert_null(store_backup_new(r->s, path));
	before = picture(r->s);
	store_close(r->s);
	r->s = NULL;
	/* One file, not in WAL mode. */
	fd = open(path, O_RDONLY);
	assert_int_equal(read(fd, head, sizeof(head)), sizeof(head));
	close(fd);
	assert_int_equal(head[18], 1);
	assert_int_equal(rename(path, r->path), 0);
	reopen(r);
	shows(r->s, before);
	free(before);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
#define OLD(f)	cmocka_unit_test_setup_teardown(f, setup_dir, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(rows),
		TEST(unfit),
		TEST(constraints),
		TEST(ended),
		TEST(moves),
		TEST(events),
		OLD(migrate),
		OLD(migrate_first),
		OLD(migrate_full),
		OLD(migrate_damaged),
		OLD(refuse_open),
		TEST(orphan),
		TEST(full),
		TEST(backup),
	};

	return (cmocka_run_group_tests_name("store", tests, NULL, NULL));
}
