/* SPDX-License-Identifier: ISC */
/*
 * Tags of devices: every one that is written is read as the same, and there is
 * no second spelling of it.
 */

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cursor.h"

static int
parse(struct cursor *c, const char *tag)
{
	return (cursor_parse(c, tag, strlen(tag)));
}

static void
good(void **state)
{
	struct cursor c;

	assert_int_equal(0, parse(&c, "\"1.5f3a90c1d2e4b687.\""));
	assert_int_equal(0, c.n);
	assert_true(c.epoch == 0x5f3a90c1d2e4b687);
	assert_int_equal(0,
	    parse(&c, "\"1.0000000000000000.0:0,7:18446744073709551615\""));
	assert_int_equal(2, c.n);
	assert_true(cursor_find(&c, 7)->gen == UINT64_MAX);
	assert_true(cursor_find(&c, 0)->gen == 0);
	assert_null(cursor_find(&c, 8));
}

static void
bad(void **state)
{
	static const char *const tags[] = { "", "\"", "\"\"", "*", "W/\"1\"",
		"\"1.\"", "\"2.5f3a90c1d2e4b687.\"", "\"1.5f3a90c1d2e4b687\"",
		"\"1.5F3A90C1D2E4B687.\"", "\"1.5f3a90c1d2e4b68.1:1\"",
		"\"1.5f3a90c1d2e4b687.1:1", "1.5f3a90c1d2e4b687.1:1",
		"\"1.5f3a90c1d2e4b687.1:1\" ", "\"1.5f3a90c1d2e4b687.1:1,\"",
		"\"1.5f3a90c1d2e4b687.1:01\"", "\"1.5f3a90c1d2e4b687.01:1\"",
		"\"1.5f3a90c1d2e4b687.2:1,1:1\"",
		"\"1.5f3a90c1d2e4b687.1:1,1:1\"", "\"1.5f3a90c1d2e4b687.:1\"",
		"\"1.5f3a90c1d2e4b687.1:\"", "\"1.5f3a90c1d2e4b687.1\"",
		"\"1.5f3a90c1d2e4b687.-1:1\"",
		"\"1.5f3a90c1d2e4b687.1:18446744073709551616\"",
		"\"1.5f3a90c1d2e4b687.1:2-\"", "\"1.5f3a90c1d2e4b687.1:2-2\"",
		"\"1.5f3a90c1d2e4b687.1:2-1\"",
		"\"1.5f3a90c1d2e4b687.1:2-3-4\"",
		"\"1.5f3a90c1d2e4b687.1:2-03\"" };
	struct cursor c;
	size_t i;

	for (i = 0; i < sizeof(tags) / sizeof(tags[0]); i++) {
		assert_int_equal(-1, parse(&c, tags[i]));
		assert_int_equal(0, c.n);
	}
}

/* A device that refuses what it was told: that is another number. */
static void
refused(void **state)
{
	const char tag[] = "\"1.5f3a90c1d2e4b687.7:0-12,9:3\"";
	char back[CURSOR_SIZE];
	struct cursor c;

	assert_int_equal(0, parse(&c, tag));
	assert_int_equal(0, c.pair[0].gen);
	assert_int_equal(12, c.pair[0].told);
	assert_int_equal(3, c.pair[1].told);
	(void)cursor_format(&c, back);
	assert_string_equal(tag, back);
}

static void
longest(void **state)
{
	char tag[CURSOR_SIZE], more[CURSOR_SIZE + 64];
	struct cursor c, d;
	unsigned int i;
	size_t n;

	memset(&c, 0, sizeof(c));
	c.epoch = UINT64_MAX;
	c.n = DEVICE_MESHES_MAX;
	for (i = 0; i < c.n; i++) {
		c.pair[i].member = UINT64_MAX - c.n + i;
		c.pair[i].gen = UINT64_MAX - 1;
		c.pair[i].told = UINT64_MAX;
	}
	n = cursor_format(&c, tag);
	assert_true(n < sizeof(tag) && n == strlen(tag));
	assert_int_equal(0, cursor_parse(&d, tag, n));
	assert_memory_equal(&c, &d, sizeof(c));
	/* One network more than a device can have. */
	(void)strlcpy(more, tag, n);
	(void)strlcat(more, ",18446744073709551615:1\"", sizeof(more));
	assert_int_equal(-1, parse(&d, more));
}

/* Any change of a byte is another cursor, or none. */
static void
changed(void **state)
{
	const char tag[] = "\"1.5f3a90c1d2e4b687.12:8815,40:7\"";
	char other[sizeof(tag)], back[CURSOR_SIZE];
	struct cursor c;
	size_t i;
	int b;

	for (i = 0; i < sizeof(tag) - 1; i++)
		for (b = 1; b < 256; b++) {
			memcpy(other, tag, sizeof(tag));
			other[i] = (char)b;
			if (cursor_parse(&c, other, sizeof(tag) - 1) == -1)
				continue;
			(void)cursor_format(&c, back);
			assert_string_equal(other, back);
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good),
		cmocka_unit_test(bad),
		cmocka_unit_test(refused),
		cmocka_unit_test(longest),
		cmocka_unit_test(changed),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
