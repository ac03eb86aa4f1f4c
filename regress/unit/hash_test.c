/* SPDX-License-Identifier: ISC */
/*
 * Sets by hash: everything that is in is found and nothing else, whatever came
 * and went, with hashes that are good and with hashes that all collide.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "hash.h"

#define ITEMS	500
#define STEPS	20000

static uint64_t
of_good(const void *item)
{
	return (hash_bytes(item, sizeof(uint32_t)));
}

/* A few homes, the last slots of a table among them. */
static uint64_t
of_bad(const void *item)
{
	return (UINT64_MAX - *(const uint32_t *)item % 5);
}

static bool
eq(const void *item, const void *key)
{
	return (*(const uint32_t *)item == *(const uint32_t *)key);
}

static void
check_all(const struct hash *h, uint32_t *items, const bool *in, size_t n)
{
	size_t i, pos = 0, seen = 0;

	for (i = 0; i < ITEMS; i++)
		assert_ptr_equal(hash_find(h, h->of(&items[i]), eq, &items[i]),
		    in[i] ? &items[i] : NULL);
	while (hash_next(h, &pos) != NULL)
		seen++;
	assert_int_equal(seen, n);
	assert_int_equal(h->used, n);
}

static void
come_and_go(uint64_t (*of)(const void *))
{
	uint32_t items[ITEMS], i, step;
	bool in[ITEMS] = { false };
	struct hash h;
	size_t n = 0;

	for (i = 0; i < ITEMS; i++)
		items[i] = i;
	hash_init(&h, of);
	check_all(&h, items, in, 0);
	srandom(1);
	for (step = 0; step < STEPS; step++) {
		/* More come in the first half, more go in the second. */
		i = (uint32_t)random() % ITEMS;
		if (in[i] && (step > STEPS / 2 || random() % 4 == 0)) {
			hash_remove(&h, &items[i]);
			in[i] = false;
			n--;
		} else if (!in[i] && (step < STEPS / 2 || random() % 4 == 0)) {
			hash_insert(&h, &items[i]);
			in[i] = true;
			n++;
		}
		if (step % 97 == 0)
			check_all(&h, items, in, n);
	}
	check_all(&h, items, in, n);
	hash_clear(&h);
	assert_int_equal(h.used, 0);
	assert_null(hash_find(&h, of(&items[0]), eq, &items[0]));
}

static void
good(void **state)
{
	come_and_go(of_good);
}

static void
bad(void **state)
{
	come_and_go(of_bad);
}

/* A table is never more than half empty, but for the first. */
static void
room(void **state)
{
	static uint32_t items[ITEMS * 40];
	struct hash h;
	uint32_t i;

	hash_init(&h, of_good);
	for (i = 0; i < sizeof(items) / sizeof(items[0]); i++) {
		items[i] = i;
		hash_insert(&h, &items[i]);
		assert_true(h.size * 3 >= h.used * 4);
		assert_true(h.size <= 16 || h.size <= h.used * 2 + 2);
	}
	hash_clear(&h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good),
		cmocka_unit_test(bad),
		cmocka_unit_test(room),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
