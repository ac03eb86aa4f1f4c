/* SPDX-License-Identifier: ISC */
/* Suites that live beside each other in a network namespace. */

#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "beside.h"

/* In a namespace without the machine's own suites, if we may make one. */
static void
suites(void **state)
{
	int i, one, two, more[32];

	if (unshare(CLONE_NEWUSER | CLONE_NEWNET) == -1)
		skip();
	one = beside_open();
	assert_true(one != -1);
	assert_false(beside_others(one));
	/* To look takes nothing. */
	assert_false(beside_others(one));
	two = beside_open();
	assert_true(two != -1);
	assert_true(beside_others(one));
	assert_true(beside_others(two));
	/* The first one ends, as by a signal; the second stays. */
	close(one);
	assert_false(beside_others(two));
	one = beside_open();
	assert_true(beside_others(one) && beside_others(two));
	close(two);
	assert_false(beside_others(one));

	/* More than there are names. */
	for (i = 0; i < 32; i++)
		more[i] = beside_open();
	assert_int_equal(more[31], -1);
	assert_true(beside_others(-1));
	close(one);
	for (i = 0; i < 32; i++)
		if (more[i] != -1)
			close(more[i]);
	/* No name was free for us, and nobody else lives now. */
	assert_false(beside_others(-1));
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(suites) };

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
