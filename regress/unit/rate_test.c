/* SPDX-License-Identifier: ISC */
/* Sources and their penalties, and the lines that are not said twice. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <stdio.h>

#include <cmocka.h>

#include "quiet.h"
#include "rate.h"

static struct mono
at(int64_t ms)
{
	struct mono m = { 1000000000 };

	return (mono_add_ms(m, ms));
}

static struct rate_source *
enter(struct rate *r, const char *addr, unsigned int per_source, int64_t ms,
    bool *first)
{
	struct prefix p;

	assert_int_equal(prefix_parse(addr, &p), 0);
	return (rate_enter(r, &p, per_source, at(ms), first));
}

static void
connections(void **state)
{
	struct rate_source *a, *b, *c;
	struct rate *r;
	bool first;

	r = rate_new(10);
	assert_non_null(r);
	a = enter(r, "192.0.2.1", 2, 0, &first);
	b = enter(r, "192.0.2.1", 2, 0, &first);
	assert_ptr_equal(a, b);
	assert_null(enter(r, "192.0.2.1", 2, 0, &first));
	assert_int_equal(errno, EAGAIN);
	assert_true(first);
	assert_null(enter(r, "192.0.2.1", 2, 0, &first));
	assert_false(first);
	c = enter(r, "192.0.2.2", 2, 0, &first);
	assert_ptr_not_equal(a, c);
	rate_leave(r, b);
	assert_non_null(enter(r, "192.0.2.1", 2, 0, &first));
	/* An IPv6 source is its /64. */
	a = enter(r, "2001:db8::1", 9, 0, &first);
	assert_ptr_equal(a, enter(r, "2001:db8::ffff:0:0:1", 9, 0, &first));
	assert_ptr_not_equal(a, enter(r, "2001:db8:0:1::1", 9, 0, &first));
	rate_free(r);
	rate_free(NULL);
}

static void
penalties(void **state)
{
	struct rate_source *s;
	struct rate *r;
	bool first;
	int i;

	r = rate_new(10);
	assert_non_null(r);
	s = enter(r, "192.0.2.1", 2, 0, &first);
	for (i = 0; i < RATE_BURST - 1; i++)
		rate_punish(s, at(0));
	rate_leave(r, s);
	s = enter(r, "192.0.2.1", 2, 0, &first);
	assert_non_null(s);
	rate_punish(s, at(0));
	rate_leave(r, s);
	assert_null(enter(r, "192.0.2.1", 2, 0, &first));
	assert_int_equal(errno, EACCES);
	assert_true(first);
	/* One is forgiven after a quarter of a second. */
	assert_null(
	    enter(r, "192.0.2.1", 2, 1000 / RATE_PER_SECOND - 1, &first));
	s = enter(r, "192.0.2.1", 2, 1000 / RATE_PER_SECOND, &first);
	assert_non_null(s);
	/* However bad it was, it is over within a minute or so. */
	for (i = 0; i < 100000; i++)
		rate_punish(s, at(300));
	rate_leave(r, s);
	assert_null(enter(r, "192.0.2.1", 2, 20000, &first));
	assert_non_null(enter(r, "192.0.2.1", 2, 66000, &first));
	rate_free(r);
}

/* The table is full: the longest unused goes, a connected one never. */
static void
bounded(void **state)
{
	struct rate_source *s[3];
	struct rate *r;
	bool first;
	int i;

	r = rate_new(3);
	assert_non_null(r);
	s[0] = enter(r, "192.0.2.1", 1, 0, &first);
	s[1] = enter(r, "192.0.2.2", 1, 0, &first);
	s[2] = enter(r, "192.0.2.3", 1, 0, &first);
	assert_null(enter(r, "192.0.2.4", 1, 0, &first));
	assert_int_equal(errno, ENOBUFS);
	for (i = 0; i < 2 * RATE_BURST; i++) {
		rate_punish(s[1], at(0));
		rate_punish(s[2], at(0));
	}
	rate_leave(r, s[2]);
	rate_leave(r, s[1]);
	assert_non_null(enter(r, "192.0.2.4", 1, 0, &first));
	assert_int_equal(rate_count(r), 3);
	/* .3 left first and was forgotten with its penalties, .2 was not. */
	assert_null(enter(r, "192.0.2.2", 1, 0, &first));
	assert_int_equal(errno, EACCES);
	assert_non_null(enter(r, "192.0.2.3", 1, 0, &first));
	rate_free(r);
}

static void
quiet(void **state)
{
	unsigned int left_out;
	struct quiet *q;
	char topic[32];
	int i;

	q = quiet_new();
	assert_non_null(q);
	assert_true(quiet_may(q, "a", at(0), &left_out));
	assert_false(quiet_may(q, "a", at(QUIET_MS - 1), &left_out));
	assert_true(quiet_may(q, "b", at(QUIET_MS - 1), &left_out));
	assert_true(quiet_may(q, "a", at(QUIET_MS), &left_out));
	assert_int_equal(left_out, 0);
	for (i = 0; i < QUIET_PER_SECOND + 5; i++) {
		(void)snprintf(topic, sizeof(topic), "topic %d", i);
		assert_int_equal(quiet_may(q, topic, at(QUIET_MS + 2000),
				     &left_out),
		    i < QUIET_PER_SECOND);
	}
	assert_true(quiet_may(q, "c", at(QUIET_MS + 3000), &left_out));
	assert_int_equal(left_out, 5);
	quiet_free(q);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(connections),
		cmocka_unit_test(penalties),
		cmocka_unit_test(bounded),
		cmocka_unit_test(quiet),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
