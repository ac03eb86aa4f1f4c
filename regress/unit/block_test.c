/* SPDX-License-Identifier: ISC */
/*
 * Blocks of addresses: as text, by their bounds, and as prefixes.
 */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "block.h"

#define LIST_MAX	256

static struct block
B(const char *text) {
	struct block b;

	assert_int_equal(block_parse(text, &b), 0);
	return (b);
}

static void
test_text(void **state)
{
	static const struct {
		const char	*in, *out;	/* out NULL: refused */
		int		 why;
	} cases[] = {
		{ "10.0.0.0/8", "10.0.0.0/8", 0 },
		{ "10.0.0.1", "10.0.0.1/32", 0 },
		{ "10.42.42.1-10.42.42.254", "10.42.42.1-10.42.42.254", 0 },
		{ "10.0.0.7-10.0.0.7", "10.0.0.7-10.0.0.7", 0 },
		{ "0.0.0.0-255.255.255.255", "0.0.0.0-255.255.255.255", 0 },
		{ "FD00:0::00ff-fd00::0:1:0", "fd00::ff-fd00::1:0", 0 },
		{ "::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
		    "::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 0 },
		{ "10.0.0.9-10.0.0.8", NULL, ERANGE },
		{ "fd00::1-fd00::", NULL, ERANGE },
		{ "10.0.0.1-fd00::1", NULL, EAFNOSUPPORT },
		{ "fd00::1-10.0.0.1", NULL, EAFNOSUPPORT },
		{ "10.0.0.1-::ffff:10.0.0.9", NULL, EINVAL },
		{ "10.0.0.0/24-10.0.1.0/24", NULL, EINVAL },
		{ "10.0.0.1-10.0.0.9/32", NULL, EINVAL },
		{ "10.0.0.1-9", NULL, EINVAL },
		{ "10.0.0.1-", NULL, EINVAL },
		{ "-10.0.0.1", NULL, EINVAL },
		{ "-", NULL, EINVAL },
		{ "", NULL, EINVAL },
		{ "10.0.0.1 - 10.0.0.9", NULL, EINVAL },
		{ "10.0.0.1--10.0.0.9", NULL, EINVAL },
		{ "10.0.0.1-10.0.0.5-10.0.0.9", NULL, EINVAL },
		{ "10.0.0.1-10.0.0.256", NULL, EINVAL },
		{ "fe80::1%eth-0", NULL, EINVAL },
		{ "1111111111111111111111111111111111111111111111111111111111"
		  "111111111-10.0.0.1",
		    NULL, EINVAL },
	};
	char text[BLOCK_TEXT];
	struct block b;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		errno = 0;
		if (cases[i].out != NULL) {
			b = B(cases[i].in);
			assert_true(block_valid(&b));
			assert_string_equal(block_format(&b, text),
			    cases[i].out);
		} else if (block_parse(cases[i].in, &b) != -1 ||
		    errno != cases[i].why)
			fail_msg("%s: errno %d", cases[i].in, errno);
	}
}

/* What came in a message has the same rules. */
static void
test_valid(void **state)
{
	struct block b;

	memset(&b, 0, sizeof(b));
	assert_false(block_valid(&b));
	b = B("10.0.0.1-10.0.0.9");
	b.first.len = 31;
	assert_false(block_valid(&b));
	b = B("10.0.0.1-10.0.0.9");
	b.last.len = 0;
	assert_false(block_valid(&b));
	b = B("10.0.0.1-10.0.0.9");
	b.last.family = AF_INET6;
	b.last.len = 128;
	assert_false(block_valid(&b));
	b = B("10.0.0.1-10.0.0.9");
	b.last.addr[0] = 9;
	assert_false(block_valid(&b));
}

static bool
contains(const char *block, const char *prefix)
{
	struct block b = B(block), p = B(prefix);

	return (block_contains(&b, &p.first));
}

static bool
overlaps(const char *a, const char *b)
{
	struct block x = B(a), y = B(b);

	assert_int_equal(block_overlaps(&x, &y), block_overlaps(&y, &x));
	return (block_overlaps(&x, &y));
}

static void
test_bounds(void **state)
{
	assert_true(contains("10.0.0.1-10.0.0.9", "10.0.0.1"));
	assert_true(contains("10.0.0.1-10.0.0.9", "10.0.0.9"));
	assert_true(contains("10.0.0.1-10.0.0.9", "10.0.0.4/30"));
	assert_false(contains("10.0.0.1-10.0.0.9", "10.0.0.0"));
	assert_false(contains("10.0.0.1-10.0.0.9", "10.0.0.10"));
	assert_false(contains("10.0.0.1-10.0.0.9", "10.0.0.8/30"));
	assert_false(contains("10.0.0.1-10.0.0.9", "0.0.0.0/0"));
	assert_false(contains("0.0.0.0-255.255.255.255", "::"));
	assert_true(contains("0.0.0.0-255.255.255.255", "0.0.0.0/0"));
	assert_true(contains("10.0.0.0/24", "10.0.0.255"));
	assert_false(contains("10.0.0.0/24", "10.0.1.0"));
	assert_true(contains("fd00::ff-fd00::1:0", "fd00::ffff"));

	assert_true(overlaps("10.0.0.1-10.0.0.9", "10.0.0.9-10.0.0.20"));
	assert_false(overlaps("10.0.0.1-10.0.0.9", "10.0.0.10-10.0.0.20"));
	assert_true(overlaps("10.0.0.0/24", "10.0.0.255-10.0.1.7"));
	assert_false(overlaps("10.0.0.0/24", "10.0.1.0-10.0.1.7"));
	assert_true(overlaps("10.0.0.0/8", "10.9.0.1-10.9.0.2"));
	assert_true(overlaps("10.0.0.0/24", "10.0.0.0/8"));
	assert_false(overlaps("::-fd00::", "0.0.0.0-9.0.0.0"));
}

/*
 * The prefixes follow each other from the first to the last address, and no two
 * of them are one.
 */
static void
check_split(const struct block *b)
{
	struct prefix list[LIST_MAX], want, wide, last;
	struct block x;
	size_t i, k, n;

	n = blocks_split(b, 1, list, LIST_MAX);
	assert_true(n >= 1 && n <= 2 * prefix_bits(&b->first));
	assert_int_equal(blocks_split(b, 1, NULL, 0), n);
	want = block_first(b);
	for (i = 0; i < n; i++) {
		assert_true(prefix_is_canonical(&list[i]));
		assert_memory_equal(list[i].addr, want.addr, 16);
		x = block_of(&list[i]);
		want = last = block_last(&x);
		for (k = prefix_bits(&want) / 8; k > 0; k--)
			if (++want.addr[k - 1] != 0)
				break;
		if (i + 1 == n || list[i].len != list[i + 1].len)
			continue;
		wide = list[i];
		wide.len--;
		assert_false(prefix_is_canonical(&wide));
	}
	want = block_last(b);
	assert_memory_equal(last.addr, want.addr, 16);
}

static void
test_split(void **state)
{
	static const char *const text[] = { "0.0.0.0/0", "::/0", "10.0.0.0/8",
		"fd00::/64", "10.0.0.7/32", "0.0.0.0-255.255.255.255",
		"0.0.0.1-255.255.255.254", "255.255.255.255-255.255.255.255",
		"::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
		"::1-ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe" };
	static const struct {
		const char *text;
		size_t n;
	} known[] = {
		{ "10.42.42.1-10.42.42.254", 14 },
		{ "0.0.0.1-255.255.255.254", 62 },
		{ "10.0.0.0-10.0.0.255", 1 },
		{ "10.0.0.0-10.0.1.127", 2 },
		{ "::1-ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe", 254 },
	};
	struct prefix list[LIST_MAX];
	struct block b, two[2];
	uint32_t from, to;
	size_t i;

	for (i = 0; i < sizeof(text) / sizeof(text[0]); i++) {
		b = B(text[i]);
		check_split(&b);
	}
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		b = B(known[i].text);
		assert_int_equal(blocks_split(&b, 1, NULL, 0), known[i].n);
	}
	for (i = 0; i < 20000; i++) {
		b = B("0.0.0.0-0.0.0.0");
		from = arc4random() >> arc4random_uniform(32);
		to = from + arc4random_uniform(UINT32_MAX - from);
		from = __builtin_bswap32(from);
		to = __builtin_bswap32(to);
		memcpy(b.first.addr, &from, 4);
		memcpy(b.last.addr, &to, 4);
		check_split(&b);
	}
	two[0] = B("10.0.0.1-10.0.0.2");
	two[1] = B("fd00::/64");
	memset(list, 0, sizeof(list));
	assert_int_equal(blocks_split(two, 2, list, 2), 3);
	assert_int_equal(list[2].family, 0);
	assert_int_equal(blocks_split(two, 2, list, 3), 3);
	assert_int_equal(list[2].family, AF_INET6);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_valid),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_split),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
