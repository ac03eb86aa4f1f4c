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
	return (rate_enter(r, 0, &p, per_source, at(ms), first));
}

/* Connections that are parked have a limit of their own. */
static void
parked(void **state)
{
	struct rate_source *a;
	struct rate *r;
	bool first;

	r = rate_new(10);
	assert_non_null(r);
	a = enter(r, "192.0.2.1", 1, 0, &first);
	assert_non_null(a);
	assert_null(enter(r, "192.0.2.1", 1, 0, &first));
	assert_true(rate_park(a, 2));
	assert_ptr_equal(a, enter(r, "192.0.2.1", 1, 0, &first));
	assert_true(rate_park(a, 2));
	assert_ptr_equal(a, enter(r, "192.0.2.1", 1, 0, &first));
	assert_false(rate_park(a, 2));
	/* It is not parked any more, and one too many now. */
	rate_unpark(a);
	assert_null(enter(r, "192.0.2.1", 1, 0, &first));
	rate_leave(r, a);
	assert_null(enter(r, "192.0.2.1", 1, 0, &first));
	rate_leave(r, a);
	assert_non_null(enter(r, "192.0.2.1", 1, 0, &first));
	rate_free(r);
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

/* Penalties at one listener change nothing at another. */
static void
listeners(void **state)
{
	struct rate_source *s;
	struct prefix p;
	struct rate *r;
	bool first;
	int i;

	r = rate_new(10);
	assert_non_null(r);
	assert_int_equal(prefix_parse("192.0.2.1", &p), 0);
	s = rate_enter(r, 3, &p, 1, at(0), &first);
	for (i = 0; i < 1000; i++)
		rate_punish(s, at(0));
	assert_null(rate_enter(r, 3, &p, 1, at(0), &first));
	assert_int_equal(errno, EAGAIN);
	assert_null(rate_enter(r, 3, &p, 9, at(0), &first));
	assert_int_equal(errno, EACCES);
	assert_non_null(rate_enter(r, 4, &p, 1, at(0), &first));
	assert_int_equal(rate_count(r), 2);
	rate_free(r);
}

/* One bad neighbour after another, per_second of them, for some seconds. */
static unsigned int
neighbours(struct rate *r, const char *addr, int per_second, int seconds,
    int from_s)
{
	struct rate_source *s;
	unsigned int let_in = 0;
	bool first;
	int i;

	for (i = 0; i < per_second * seconds; i++) {
		s = enter(r, addr, 9, from_s * 1000 + i * 1000 / per_second,
		    &first);
		if (s == NULL)
			continue;
		let_in++;
		rate_punish(s, at(from_s * 1000 + i * 1000 / per_second));
		rate_leave(r, s);
	}
	return (let_in);
}

/*
 * Where nobody was ever proved, a hundred bad ones each second are held to
 * four.  After one proof they keep out nobody for a day.
 */
static void
proved(void **state)
{
	static const char *const addrs[] = { "192.0.2.1", "2001:db8::1" };
	const int day = RATE_PROVED_MS / 1000;
	struct rate_source *s;
	struct rate *r;
	unsigned int n;
	bool first;
	size_t i;

	r = rate_new(10);
	assert_non_null(r);
	for (i = 0; i < 2; i++) {
		n = neighbours(r, addrs[i], 100, 60, 0);
		assert_in_range(n, RATE_BURST + 59 * RATE_PER_SECOND,
		    RATE_BURST + 61 * RATE_PER_SECOND);
		/* A good one gets through at last. */
		s = enter(r, addrs[i], 9, 60250, &first);
		assert_non_null(s);
		rate_prove(s, at(60250));
		rate_leave(r, s);
		assert_int_equal(neighbours(r, addrs[i], 100, 600, 61), 60000);
		assert_int_equal(neighbours(r, addrs[i], 14, 600, day - 1000),
		    8400);
		/* Another day, and no proof. */
		n = neighbours(r, addrs[i], 100, 60, day + 1000);
		assert_in_range(n, RATE_BURST, RATE_BURST + 61 * 4);
	}
	/* On the host itself, it is so without a proof. */
	assert_int_equal(neighbours(r, "127.0.0.1", 100, 60, 0), 6000);
	assert_int_equal(neighbours(r, "::1", 100, 60, 0), 6000);
	/* It has an end there, too. */
	assert_true(neighbours(r, "::1", 1000, 60, 100) <
	    RATE_BURST + 61 * RATE_PROVED);
	rate_free(r);
}

/* A proof is no licence to guess passwords. */
static void
guesses(void **state)
{
	struct rate_source *s;
	struct rate *r;
	int i, let_in = 0;
	bool first;

	r = rate_new(10);
	assert_non_null(r);
	s = enter(r, "192.0.2.1", 2, 0, &first);
	rate_prove(s, at(0));
	rate_leave(r, s);
	for (i = 0; i < 1000; i++) {
		if ((s = enter(r, "192.0.2.1", 2, i * 10, &first)) == NULL)
			continue;
		let_in++;
		rate_punish_guess(s, at(i * 10));
		rate_leave(r, s);
	}
	assert_in_range(let_in, 10 * RATE_PER_SECOND, 12 * RATE_PER_SECOND);
	rate_free(r);
}

/* Sources that were proved are forgotten last. */
static void
forgotten(void **state)
{
	struct rate_source *s;
	struct rate *r;
	char addr[32];
	bool first;
	int i;

	r = rate_new(3);
	assert_non_null(r);
	s = enter(r, "192.0.2.1", 9, 0, &first);
	rate_prove(s, at(0));
	rate_leave(r, s);
	for (i = 0; i < 100; i++) {
		(void)snprintf(addr, sizeof(addr), "198.51.100.%d", i);
		rate_leave(r, enter(r, addr, 9, 0, &first));
	}
	assert_int_equal(rate_count(r), 3);
	assert_int_equal(neighbours(r, "192.0.2.1", 100, 60, 0), 6000);
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

static bool
may(struct quiet *q, const char *topic, int64_t ms)
{
	return (quiet_may(q, QUIET_REFUSED, topic, at(ms)));
}

static void
quiet(void **state)
{
	struct quiet *q;
	char topic[32];
	int i;

	q = quiet_new();
	assert_non_null(q);
	assert_true(may(q, "a", 0));
	assert_false(may(q, "a", QUIET_MS - 1));
	assert_true(may(q, "b", QUIET_MS - 1));
	assert_true(may(q, "a", QUIET_MS));
	assert_int_equal(quiet_dropped(q, QUIET_REFUSED), 0);
	for (i = 0; i < QUIET_PER_SECOND + 5; i++) {
		(void)snprintf(topic, sizeof(topic), "topic %d", i);
		assert_int_equal(may(q, topic, QUIET_MS + 2000),
		    i < QUIET_PER_SECOND);
	}
	assert_true(may(q, "c", QUIET_MS + 3000));
	assert_int_equal(quiet_dropped(q, QUIET_REFUSED), 5);
	assert_int_equal(quiet_dropped(q, QUIET_REFUSED), 0);
	quiet_free(q);
}

/* A flood of lines of one kind drops none of another. */
static void
budgets(void **state)
{
	enum quiet_kind kind;
	struct quiet *q;
	char topic[32];
	int i, said = 0;

	q = quiet_new();
	assert_non_null(q);
	for (i = 0; i < 860; i++) {
		(void)snprintf(topic, sizeof(topic), "stranger %d", i);
		said += quiet_may(q, QUIET_STRANGER, topic, at(i * 1000 / 86));
		if (i % 86 != 0)
			continue;
		(void)snprintf(topic, sizeof(topic), "device %d", i);
		for (kind = QUIET_REFUSED; kind < QUIET_KINDS; kind++)
			assert_true(
			    quiet_may(q, kind, topic, at(i * 1000 / 86)));
	}
	assert_int_equal(said, 10 * QUIET_PER_SECOND);
	assert_int_equal(quiet_dropped(q, QUIET_STRANGER), 860 - said);
	for (kind = QUIET_REFUSED; kind < QUIET_KINDS; kind++)
		assert_int_equal(quiet_dropped(q, kind), 0);
	quiet_free(q);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(connections),
		cmocka_unit_test(parked),
		cmocka_unit_test(penalties),
		cmocka_unit_test(listeners),
		cmocka_unit_test(proved),
		cmocka_unit_test(guesses),
		cmocka_unit_test(forgotten),
		cmocka_unit_test(bounded),
		cmocka_unit_test(quiet),
		cmocka_unit_test(budgets),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
