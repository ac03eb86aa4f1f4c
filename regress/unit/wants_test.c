/* SPDX-License-Identifier: ISC */
/* How often a member's wants are passed on. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "wants.h"

static struct member m, to[20];

static bool
pass(unsigned int i, int64_t s)
{
	const struct mono at = { s * 1000000000 };

	to[i].id = (int64_t)i + 1;
	return (wants_pass(&m, &to[i], at));
}

/* One of a pair in 30 seconds, whatever the others want. */
static void
test_pair(void **state)
{
	assert_true(pass(0, 1000));
	assert_false(pass(0, 1001));
	assert_true(pass(1, 1001));
	assert_false(pass(0, 1029));
	assert_true(pass(0, 1030));
	assert_false(pass(0, 1059));
	assert_true(pass(0, 1060));
}

/* Eight in any minute, also for those that were let through at its end. */
static void
test_minute(void **state)
{
	unsigned int i;

	for (i = 0; i < 8; i++)
		assert_true(pass(i, 2000 + i));
	assert_false(pass(8, 2010));
	assert_false(pass(8, 2059));
	assert_true(pass(8, 2060));
	assert_false(pass(9, 2060));
	assert_true(pass(9, 2061));
	for (i = 10; i < 18; i++)
		assert_true(pass(i, 3000));
	assert_false(pass(18, 3000));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pair),
		cmocka_unit_test(test_minute),
	};
	int rc;

	rc = cmocka_run_group_tests(tests, NULL, NULL);
	free(m.wants);
	return (rc);
}
