/* SPDX-License-Identifier: ISC */
/*
 * How far back the ring of a mesh's changes reaches, for hubs and for others.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ring.h"

#define MANY	3000		/* entries that do not fit */

static struct rings all;
static struct ring ring;

static void
came(uint64_t gen, uint64_t member, uint8_t seen)
{
	struct msg_mesh_entry m;

	memset(&m, 0, sizeof(m));
	m.gen = gen;
	m.member = member;
	m.here = 1;
	m.seen = seen;
	m.naddrs = 1;
	assert_int_equal(prefix_parse("10.0.0.1", &m.addrs[0]), 0);
	ring_add(&ring, &m);
}

static int
setup(void **state)
{
	rings_init(&all);
	ring_init(&ring, &all, 10);
	return (0);
}

static int
teardown(void **state)
{
	ring_clear(&ring);
	assert_int_equal(all.bytes, 0);
	return (0);
}

static void
test_begin(void **state)
{
	assert_true(ring_reaches(&ring, 10, true));
	assert_true(ring_reaches(&ring, 10, false));
	assert_false(ring_reaches(&ring, 9, true));
	assert_false(ring_reaches(&ring, 9, false));
}

/* What only hubs see is forgotten, and nobody else is behind for that. */
static void
test_hubs(void **state)
{
	uint64_t i;

	for (i = 1; i <= MANY; i++)
		came(10 + i, i, SEEN_BY_HUBS);
	assert_true(ring.bytes <= RING_MAX);
	assert_true(ring.from > 10);
	assert_false(ring_reaches(&ring, ring.from - 1, true));
	assert_true(ring_reaches(&ring, ring.from, true));
	assert_true(ring_reaches(&ring, 10, false));
	assert_int_equal(ring.last_all, 10);
}

/* One among them that all see: with it goes what all can have. */
static void
test_all(void **state)
{
	uint64_t i;

	came(11, 1, SEEN_ALL);
	for (i = 2; i <= MANY; i++)
		came(10 + i, i, SEEN_BY_HUBS);
	assert_false(ring_reaches(&ring, 10, false));
	assert_true(ring_reaches(&ring, 11, false));
	assert_false(ring_reaches(&ring, 11, true));
	assert_int_equal(ring.last_all, 11);
}

static void
test_no_more(void **state)
{
	uint64_t i;

	came(11, 1, SEEN_NO_MORE);
	for (i = 2; i <= MANY; i++)
		came(10 + i, i, SEEN_BY_HUBS);
	assert_false(ring_reaches(&ring, 10, false));
	assert_true(ring_reaches(&ring, 11, false));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_begin, setup, teardown),
		cmocka_unit_test_setup_teardown(test_hubs, setup, teardown),
		cmocka_unit_test_setup_teardown(test_all, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_more, setup, teardown),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
