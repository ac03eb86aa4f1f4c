/* SPDX-License-Identifier: ISC */
/*
 * Leases and the store: what is committed comes back the same.
 */

#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store_rig.h"
#include "row.h"

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
	fprintf(f, "%llu\n", (unsigned long long)w->n->live);
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

	world_open(w);
	for (i = 0; i < 1500; i++) {
		w->s += random() % 20;
		assert_int_equal(store_begin(w->store), 0);
		for (n = k = 0; k < 8; k++) {
			change(w, &ops[n]);
			if (ops[n].code < LEASE_E_KEY)
				assert_int_equal(store(w, &ops[n++]), 0);
		}
		if (random() % 4 == 0) {
			store_rollback(w->store);
			while (n > 0)
				grant_undo(&w->b, &ops[--n]);
		} else {
			assert_int_equal(store_commit(w->store), 0);
			while (n > 0)
				grant_done(&ops[--n]);
		}
		if (i % 50 != 0)
			continue;
		before = picture(w);
		world_close(w);
		world_open(w);
		after = picture(w);
		assert_string_equal(before, after);
		free(before);
		free(after);
	}
	world_close(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(reopen, setup, teardown),
	};

	if (sodium_init() == -1)
		return (1);
	srandom(20240603);
	return (cmocka_run_group_tests_name("row", tests, NULL, NULL));
}
