/* SPDX-License-Identifier: ISC */
/*
 * The heap of deadlines against a plain array.
 */

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "expiry.h"

#define ITEMS	300

static void
test_order(void **state)
{
	struct expiry		 e;
	struct expiry_item	 item[ITEMS], *first;
	int64_t			 best;
	size_t			 i, round, have;
	bool			 in[ITEMS] = { false };

	expiry_init(&e);
	for (i = 0; i < ITEMS; i++)
		expiry_item_init(&item[i]);
	for (round = 0; round < 20000; round++) {
		i = arc4random_uniform(ITEMS);
		if (arc4random_uniform(3) == 0) {
			expiry_unset(&e, &item[i]);
			in[i] = false;
		} else {
			assert_int_equal(0,
			    expiry_set(&e, &item[i],
			    (struct mono){ arc4random_uniform(1000) }));
			in[i] = true;
		}
		best = INT64_MAX;
		have = 0;
		for (i = 0; i < ITEMS; i++) {
			assert_int_equal(in[i], item[i].pos != 0);
			have += in[i];
			if (in[i] && item[i].at.ns < best)
				best = item[i].at.ns;
		}
		assert_int_equal(have, e.n);
		first = expiry_first(&e);
		if (have == 0)
			assert_null(first);
		else
			assert_int_equal(best, first->at.ns);
	}
	expiry_clear(&e);
	for (i = 0; i < ITEMS; i++)
		assert_int_equal(0, item[i].pos);
}

static void
test_wait(void **state)
{
	struct expiry		 e;
	struct expiry_item	 item;

	expiry_init(&e);
	expiry_item_init(&item);
	assert_int_equal(-1, expiry_wait_ms(&e, (struct mono){ 5 }));
	assert_int_equal(0, expiry_set(&e, &item, (struct mono){ 2500000000 }));
	assert_int_equal(2501, expiry_wait_ms(&e, (struct mono){ 0 }));
	assert_int_equal(1, expiry_wait_ms(&e, (struct mono){ 2499999999 }));
	assert_int_equal(0, expiry_wait_ms(&e, (struct mono){ 2500000000 }));
	assert_int_equal(0, expiry_wait_ms(&e, (struct mono){ 9000000000 }));
	expiry_clear(&e);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_wait),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
