/* SPDX-License-Identifier: ISC */
/* Which characters a name may have: the edges of what nobody can see. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "printable.h"

/* A name with this character between two letters. */
static bool
may(uint32_t cp)
{
	char s[8];
	size_t n = 0;

	s[n++] = 'a';
	if (cp < 0x80)
		s[n++] = (char)cp;
	else {
		if (cp < 0x800)
			s[n++] = (char)(0xc0 | cp >> 6);
		else if (cp < 0x10000)
			s[n++] = (char)(0xe0 | cp >> 12);
		else {
			s[n++] = (char)(0xf0 | cp >> 18);
			s[n++] = (char)(0x80 | (cp >> 12 & 0x3f));
		}
		if (cp >= 0x800)
			s[n++] = (char)(0x80 | (cp >> 6 & 0x3f));
		s[n++] = (char)(0x80 | (cp & 0x3f));
	}
	s[n++] = 'b';
	return (printable_utf8(s, n));
}

/* Each line: a range that is refused, with a good character on each side. */
static void
edges(void **state)
{
	static const uint32_t ranges[][2] = { { 0xad, 0xad }, { 0x34f, 0x34f },
		{ 0x61c, 0x61c }, { 0x115f, 0x1160 }, { 0x17b4, 0x17b5 },
		{ 0x180b, 0x180f }, { 0x200b, 0x200f }, { 0x2028, 0x202f },
		{ 0x2060, 0x206f }, { 0x3164, 0x3164 }, { 0xfe00, 0xfe0f },
		{ 0xfeff, 0xfeff }, { 0xffa0, 0xffa0 }, { 0xfff0, 0xfffb },
		{ 0x1bca0, 0x1bca3 }, { 0x1d173, 0x1d17a } };
	uint32_t cp;
	size_t i;

	for (i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		if (!may(ranges[i][0] - 1) || !may(ranges[i][1] + 1))
			fail_msg("beside %#x", ranges[i][0]);
		for (cp = ranges[i][0]; cp <= ranges[i][1]; cp++)
			if (may(cp))
				fail_msg("%#x passed", cp);
	}
	for (cp = 0xe0000; cp <= 0xe0fff; cp++)
		assert_false(may(cp));
	assert_true(may(0xe1000));
	for (cp = 0; cp < 0x20; cp++)
		assert_false(may(cp));
	for (cp = 0x7f; cp < 0xa0; cp++)
		assert_false(may(cp));
	for (cp = 0xfffe; cp <= 0x10ffff; cp += 0x10000)
		assert_false(may(cp) || may(cp + 1));
	for (cp = 0xfdd0; cp <= 0xfdef; cp++)
		assert_false(may(cp));
}

/* Letters, digits and signs of every kind of writing may be in a name. */
static void
seen(void **state)
{
	static const uint32_t good[] = { ' ', '~', 0xa0, 0xe9, 0x3a9, 0x416,
		0x5d0, 0x627, 0x915, 0xe01, 0x10d0, 0x1100, 0x1820, 0x2013,
		0x20ac, 0x3042, 0x4e00, 0xac00, 0xff21, 0x1f600, 0x20000 };
	size_t i;

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (!may(good[i]))
			fail_msg("%#x was refused", good[i]);
}

static void
malformed(void **state)
{
	static const char *const bad[] = { "\300\200", "\340\200\200",
		"\355\240\200", "\364\220\200\200", "\377", "\303", "\303(",
		"\360\237\230", "\200" };
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (printable_utf8(bad[i], strlen(bad[i])))
			fail_msg("bad[%zu] passed", i);
	assert_false(printable_utf8("a\0b", 3));
	assert_true(printable_utf8("", 0));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(edges),
		cmocka_unit_test(seen),
		cmocka_unit_test(malformed),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
