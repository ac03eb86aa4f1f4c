/* SPDX-License-Identifier: ISC */
/*
 * What a captured leased can leave in its database for its successor: rows that
 * no message could have asked for are told and not served, what is only shown
 * is corrected, and a schema that is not ours is refused.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "db_rig.h"
#include "own.h"
#include "printable.h"
#include "row.h"
#include "store_rig.h"

static const char LEASE[] = "a";	/* row 1, like b in row 2 */

static struct prefix
P(const char *text) {
	struct prefix p;

	assert_int_equal(prefix_parse(text, &p), 0);
	return (p);
}

static void
key_of(int i, uint8_t key[WGKEY_LEN])
{
	memset(key, i, WGKEY_LEN);
}

static uint8_t
reg(struct world *w, const char *name, int key)
{
	uint8_t k[WGKEY_LEN], code;
	struct grant g;

	key_of(key, k);
	code = grant_register(&w->reg, w->n, name, "cn:x", k, NULL, mono_of(w),
	    wall_of(w), &g);
	if (code < LEASE_E_KEY) {
		assert_int_equal(world_store_grant(w, &g), 0);
		change_done(&g.change);
	}
	return (code);
}

static void
put(struct world *w, const char *owner, int key, const char *addr)
{
	struct prefix a = P(addr);
	uint8_t k[WGKEY_LEN];
	struct own_wish x = { .key = k,
		.name = "label",
		.addrs = &a,
		.naddrs = 1 };
	struct change c;

	key_of(key, k);
	change_begin(&c, owner_get(w->n, owner));
	assert_int_equal(own_put(&c, &x, wall_of(w)), LEASE_OK_NEW);
	assert_int_equal(world_store(w, &c, 0), 0);
	change_done(&c);
}

/* Leases in rows 1 and 2, a portal's peer in row 3 and a static one in 4. */
static int
setup(void **state)
{
	struct world *w;

	if ((w = world_new()) == NULL)
		return (-1);
	strlcpy(w->conf.name, "net", sizeof(w->conf.name));
	w->conf.assign = ASSIGN_POOL;
	w->conf.lease = 100;
	w->conf.max_peers = 100;
	w->conf.naddrs = 2;
	w->conf.addrs[0] = P("10.0.0.1/16");
	w->conf.addrs[1] = P("fd00::1/64");
	w->conf.npools = 2;
	w->conf.pools[0].first = P("10.0.0.0/24");
	w->conf.pools[1].first = P("fd00::/120");
	w->conf.nreserve = 1;
	w->conf.reserve[0] = P("10.0.0.128/25");
	w->conf.nsubnets = 1;
	w->conf.subnets[0] = P("192.168.0.0/16");
	world_open(w);
	assert_int_equal(reg(w, LEASE, 11), LEASE_OK_NEW);
	assert_int_equal(reg(w, "b", 12), LEASE_OK_NEW);
	put(w, "portal:p", 13, "10.0.0.100");
	put(w, "static", 14, "10.0.0.101");
	*state = w;
	return (0);
}

static int
teardown(void **state)
{
	world_close(*state);
	world_free(*state);
	return (0);
}

/* Be a captured leased that writes what it likes, and leave. */
static void
spoil(struct world *w, const char *sql)
{
	struct rig r;

	world_close(w);
	memset(&r, 0, sizeof(r));
	snprintf(r.path, sizeof(r.path), "%s/sallyport.db", w->dir);
	db_sql(&r, sql);
}

static struct peer *
row(const struct world *w, int64_t id)
{
	struct peer *p;

	RB_FOREACH(p, peer_tree, &w->n->peers)
		if (p->id == id)
			return (p);
	fail_msg("no peer of row %lld", (long long)id);
	return (NULL);
}

/* Everything that a list has to tell can be told. */
static void
check_shown(const struct world *w)
{
	struct owner *o;
	struct peer *p;

	RB_FOREACH(p, peer_tree, &w->n->peers) {
		assert_true(printable_utf8(p->name, strlen(p->name)));
		assert_true(printable_utf8(peer_who(p), strlen(peer_who(p))));
		assert_true(strlen(p->name) < IDENT_SIZE);
		assert_true(p->first >= 0 && p->created >= 0 &&
		    p->renewed >= 0 && p->expires >= 0 && p->handshake >= 0);
		assert_true(p->rx <= INT64_MAX && p->tx <= INT64_MAX);
	}
	TAILQ_FOREACH(o, &w->n->owners, entry) {
		assert_true(printable_utf8(o->name, strlen(o->name)));
		assert_true(printable_utf8(o->last.text, strlen(o->last.text)));
		assert_true(o->synced >= 0 && o->last.code <= LEASE_CODE_MAX);
	}
}

#define A65                                                                    \
	"'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'"
#define SUBNET(id, addr, len)						\
	"UPDATE peer_addr SET addr = x'" addr "', len = " #len		\
	" WHERE peer = " #id
#define SET(id, what)	"UPDATE peer SET " what " WHERE id = " #id

static void
not_served(void **state)
{
	static const struct {
		int64_t		 id;
		const char	*sql;
	} list[] = {
		{ 1, SET(1, "key = zeroblob(32)") },
		{ 1,
		    SET(1,
			"key = x'01000000000000000000000000000000"
		  "00000000000000000000000000000000'") },
		{ 1, SET(1, "name = CAST(x'61ff' AS TEXT)") },
		{ 1, SET(1, "name = CAST(x'eda080' AS TEXT)") },
		{ 1, SET(1, "name = 'a' || char(27) || '[2J'") },
		{ 1, SET(1, "name = 'a' || char(10) || 'b'") },
		{ 1, SET(1, "name = 'a' || char(8203)") },
		{ 1, SET(1, "name = 'a' || char(0) || 'b'") },
		{ 1, SET(1, "name = " A65) },
		{ 1, SET(1, "name = hex(randomblob(1000000))") },
		{ 1, "INSERT INTO peer_addr VALUES (1, x'0a000032', 1, NULL)" },
		{ 1, "INSERT INTO peer_addr VALUES (1, x'08080808', 1, NULL)" },
		{ 3, SET(3, "key = zeroblob(32)") },
		{ 3, "UPDATE owner SET name = 'ghost' WHERE id = 1" },
		{ 3, "UPDATE owner SET name = 'portal:' WHERE id = 1" },
		{ 3,
		    "UPDATE owner SET name = 'portal:' || char(10)"
		  " WHERE id = 1" },
		{ 3,
		    "UPDATE owner SET name = CAST(x'ff' AS TEXT) WHERE id = 1" },
		{ 3,
		    "UPDATE owner SET name = 'portal:' || " A65 " || 'aa'"
		  " WHERE id = 1" },
		{ 3, "UPDATE peer_addr SET addr = x'08080808' WHERE peer = 3" },
		{ 3, "UPDATE peer_addr SET addr = x'0a000001' WHERE peer = 3" },
		{ 3, "UPDATE peer_addr SET addr = x'0a000000' WHERE peer = 3" },
		{ 3, "UPDATE peer_addr SET addr = x'0a000090' WHERE peer = 3" },
		{ 3,
		    "UPDATE peer_addr SET addr = zeroblob(16) WHERE peer = 3" },
		{ 3, SUBNET(3, "c0a80700", 24) },
		{ 3, SUBNET(3, "c0a80701", NULL) },
		{ 4, SUBNET(4, "c0a80000", 15) },
		{ 4, SUBNET(4, "c0a80701", 24) },
		{ 4, SUBNET(4, "0a000000", 24) },
		{ 4, SUBNET(4, "00000000", 0) },
		{ 1,
		    "DELETE FROM peer_addr WHERE peer = 1"
		    " AND length(addr) = 16;" SUBNET(1, "c0a80700", 24) },
	};
	struct world *w = *state;
	struct peer *p;
	size_t i;

	for (i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		if (i > 0) {
			world_free(w);
			assert_int_equal(setup(state), 0);
			w = *state;
		}
		spoil(w, list[i].sql);
		world_open(w);
		p = row(w, list[i].id);
		if (peer_served(p))
			fail_msg("served after %s", list[i].sql);
		assert_int_equal(peer_state(p), LEASE_OUTSIDE);
		assert_true(peer_served(row(w, 2)));
		check_shown(w);
		/* A reload changes nothing, and its addresses are not given away. */
		registry_configure(w->n, &w->conf);
		assert_false(peer_served(p));
		assert_int_equal(reg(w, "c", 21), LEASE_OK_NEW);
		assert_int_equal(reg(w, "d", 22), LEASE_OK_NEW);
		world_close(w);
	}
	world_open(w);
}

/* If two subnets overlap, the first is served, and no part of it twice. */
static void
overlap(void **state)
{
	struct world *w = *state;

	world_close(w);
	world_open(w);
	put(w, "static", 15, "192.168.7.0/24");
	spoil(w, SUBNET(4, "c0a80000", 16));
	world_open(w);
	assert_true(peer_served(row(w, 4)));
	assert_false(peer_served(row(w, 5)));
	registry_configure(w->n, &w->conf);
	assert_true(peer_served(row(w, 4)));
	assert_false(peer_served(row(w, 5)));
	w->conf.nsubnets = 0;
	registry_configure(w->n, &w->conf);
	assert_false(peer_served(row(w, 4)));
	w->conf.nsubnets = 1;
	registry_configure(w->n, &w->conf);
	assert_true(peer_served(row(w, 4)));
}

/* A value that is only shown is corrected, and the peer is served. */
static void
corrected(void **state)
{
	static const char *const list[] = {
		SET(1, "who = CAST(x'ff' AS TEXT)"),
		SET(1, "who = 'cn:' || char(10)"),
		SET(1, "who = hex(randomblob(1000))"),
		SET(1, "first = -1, created = -9223372036854775808"),
		SET(1, "renewed = 9223372036854775807, handshake = -5"),
		SET(1, "rx = -1, tx = -1, rx_raw = -1, tx_raw = -1"),
		SET(3, "name = CAST(x'ff' AS TEXT)"),
		SET(3, "name = hex(randomblob(1000))"),
		SET(3, "ended = 1, expires = 5"),
		SET(3, "created = -1"),
		"UPDATE owner SET synced = -1, code = 999",
		"UPDATE owner SET text = CAST(x'ff' AS TEXT)",
		"UPDATE owner SET text = hex(randomblob(1000))",
	};
	struct world *w = *state;
	size_t i;

	for (i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		spoil(w, list[i]);
		world_open(w);
		if (!peer_served(row(w, 1)) || !peer_served(row(w, 3)))
			fail_msg("not served after %s", list[i]);
		check_shown(w);
	}
	assert_int_equal(w->n->live, 2);
	assert_int_equal(w->n->nowned, 2);
}

/* An end that is none is now; one that is far is no farther than the term. */
static void
ends(void **state)
{
	struct world *w = *state;

	spoil(w, SET(1, "expires = -1"));
	world_open(w);
	assert_int_equal(peer_ttl(row(w, 1), mono_of(w)), 0);
	spoil(w, SET(1, "expires = 9223372036854775807"));
	world_open(w);
	assert_int_equal(peer_ttl(row(w, 1), mono_of(w)), 0);
	spoil(w, SET(1, "expires = 253402300799"));
	world_open(w);
	assert_int_equal(peer_ttl(row(w, 1), mono_of(w)), 100);
	spoil(w, SET(1, "ended = 1, expires = -9223372036854775808"));
	world_open(w);
	assert_int_equal(row(w, 1)->state, LEASE_EXPIRED);
	assert_int_equal(reg(w, LEASE, 11), LEASE_OK_NEW);
}

/* The device comes again: its lease is as new, and stays so. */
static void
comes_again(void **state)
{
	static const char *const list[] = { SET(1, "key = zeroblob(32)"),
		"INSERT INTO peer_addr VALUES (1, x'0a000032', 1, NULL)",
		"INSERT INTO peer_addr VALUES (1, x'08080808', 1, NULL)" };
	struct world *w = *state;
	uint8_t k[WGKEY_LEN];
	struct grant g;
	struct peer *p;
	size_t i;

	key_of(31, k);
	for (i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		spoil(w, list[i]);
		world_open(w);
		/* A registration that fails changes nothing. */
		assert_int_equal(grant_register(&w->reg, w->n, LEASE, "x", k,
				     NULL, mono_of(w), wall_of(w), &g),
		    LEASE_OK_NEW);
		change_undo(&g.change, &w->reg);
		assert_false(peer_served(row(w, 1)));
		assert_int_equal(reg(w, LEASE, 31), LEASE_OK_NEW);
		world_close(w);
		world_open(w);
		p = row(w, 1);
		assert_true(peer_served(p) && p->naddrs == 2);
		assert_true(peer_addr_served(p, 0) && peer_addr_served(p, 1));
		assert_int_equal(reg(w, LEASE, 11), LEASE_OK_REKEYED);
	}
}

/* The gateway's key is known later than its peers. */
static void
own_key(void **state)
{
	struct world *w = *state;
	uint8_t k[WGKEY_LEN];

	key_of(11, k);
	registry_take_key(&w->reg, k);
	assert_false(peer_served(row(w, 1)));
	key_of(13, k);
	registry_take_key(&w->reg, k);
	assert_false(peer_served(row(w, 3)));
	assert_true(peer_served(row(w, 2)) && peer_served(row(w, 4)));
	assert_int_equal(reg(w, LEASE, 31), LEASE_OK_NEW);
	assert_true(peer_served(row(w, 1)));
}

/* Rows that memory cannot hold: nothing is loaded. */
static void
damaged(void **state)
{
	static const char *const list[] = {
		SET(1,
		    "id = -7") "; UPDATE peer_addr SET peer = -7 WHERE peer = 1",
		"UPDATE peer SET network = 99 WHERE id = 1",
		"UPDATE peer SET owner = 99 WHERE id = 3",
		"UPDATE peer SET owner = 0 WHERE id = 3",
		"INSERT INTO peer_addr SELECT 2, addr, 3, NULL FROM peer_addr"
		" WHERE peer = 1",
		"WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
		" WHERE i < 20) INSERT INTO peer_addr SELECT 1,"
		" CAST('abc' || char(64 + i) AS BLOB), 3, NULL FROM n",
	};
	struct world *w = *state;
	char error[1024];
	size_t i;
	int r;

	for (i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		spoil(w, list[i]);
		registry_init(&w->reg);
		w->store = store_open(w->dir, 2, error, sizeof(error));
		assert_non_null(w->store);
		assert_int_equal(row_load_networks(w->store, &w->reg), 0);
		r = row_load_peers(w->store, &w->reg, mono_of(w), wall_of(w));
		if (r != -1)
			fail_msg("loaded after %s", list[i]);
		world_close(w);
		world_free(w);
		assert_int_equal(setup(state), 0);
		w = *state;
	}
}

static void
schema(void **state)
{
	static const struct {
		const char	*sql;
		const char	*says;	/* NULL: nothing */
	} list[] = {
		{ "CREATE TABLE lost_and_found (x)", NULL },
		{ "ANALYZE", NULL },
		{ "VACUUM", NULL },
		{ "CREATE TRIGGER t AFTER INSERT ON peer BEGIN"
		  " DELETE FROM denied; END",
		    "trigger t is not as" },
		{ "DROP TRIGGER t; CREATE VIEW v AS SELECT 1",
		  "view v is not as" },
		{ "DROP VIEW v; DROP INDEX peer_key", "index peer_key is not" },
		{ "CREATE INDEX peer_key ON peer (network, key)",
		  "index peer_key is not" },
		{ "DROP INDEX peer_key; CREATE UNIQUE INDEX peer_key ON peer"
		  " (network, key) WHERE ended = 0",
		    NULL },
		{ "DROP TABLE setting", "table setting is not" },
		{ "CREATE TABLE setting (name TEXT PRIMARY KEY, value INTEGER)",
		  "table setting is not" },
	};
	struct world *w = *state;
	char error[1024];
	size_t i;

	for (i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		spoil(w, list[i].sql);
		registry_init(&w->reg);
		w->store = store_open(w->dir, 2, error, sizeof(error));
		if ((w->store == NULL) != (list[i].says != NULL))
			fail_msg("%s: %s", list[i].sql, error);
		if (list[i].says != NULL && strstr(error, list[i].says) == NULL)
			fail_msg("%s: %s", list[i].sql, error);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(not_served, setup, teardown),
		cmocka_unit_test_setup_teardown(overlap, setup, teardown),
		cmocka_unit_test_setup_teardown(corrected, setup, teardown),
		cmocka_unit_test_setup_teardown(ends, setup, teardown),
		cmocka_unit_test_setup_teardown(comes_again, setup, teardown),
		cmocka_unit_test_setup_teardown(own_key, setup, teardown),
		cmocka_unit_test_setup_teardown(damaged, setup, teardown),
		cmocka_unit_test_setup_teardown(schema, setup, teardown),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
