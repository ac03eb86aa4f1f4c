/* SPDX-License-Identifier: ISC */
/* Forms and query strings, decoded. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "form.h"

static void
taken(void **state)
{
	static const struct {
		const char	*text;
		const char	*name;
		unsigned int	 n;
		const char	*first;
		const char	*last;
	} cases[] = {
		{ "", "a", 0, NULL, NULL },
		{ "&&", "a", 0, NULL, NULL },
		{ "a=1", "a", 1, "1", "1" },
		{ "a", "a", 1, "", "" },
		{ "a=&b=2", "a", 1, "", "" },
		{ "a=1&b=2&a=3", "a", 2, "1", "3" },
		{ "a=1&a=1&&a=2&", "a", 3, "1", "2" },
		{ "a=x%2By%2f%3D%3a+z", "a", 1, "x+y/=: z", "x+y/=: z" },
		{ "%61=1", "a", 1, "1", "1" },
		{ "a=b=c", "a", 1, "b=c", "b=c" },
		{ "a=%c3%a9", "a", 1, "\xc3\xa9", "\xc3\xa9" },
		{ "A=1", "a", 0, NULL, NULL },
	};
	const char *v, *last;
	struct form f;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_null(
		    form_decode(&f, cases[i].text, strlen(cases[i].text)));
		assert_int_equal(form_get(&f, cases[i].name, &v), cases[i].n);
		if (cases[i].n == 0) {
			assert_null(v);
			continue;
		}
		assert_string_equal(v, cases[i].first);
		for (last = v; v != NULL; v = form_next(&f, cases[i].name, v))
			last = v;
		assert_string_equal(last, cases[i].last);
	}
}

static void
refused(void **state)
{
	static const char *const cases[] = { "a=%", "a=%4", "a=%4g", "a=%%41",
		"a=%00", "%00=1", "=1", "a=1&=2", "a=\x01", "a=b c", "a=\xc3",
		"a=\n", "%=1" };
	struct form f;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (form_decode(&f, cases[i], strlen(cases[i])) == NULL)
			fail_msg("taken: %s", cases[i]);
		assert_int_equal(f.n, 0);
	}
	assert_non_null(form_decode(&f, "a=\0b", 4));
}

static void
bounds(void **state)
{
	char text[2 * FORM_TEXT];
	struct form f;
	const char *v;
	size_t i, n = 0;

	for (i = 0; i < FORM_PAIRS; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "a=%zu&", i);
	assert_null(form_decode(&f, text, n));
	assert_int_equal(form_get(&f, "a", &v), FORM_PAIRS);
	text[n++] = 'a';
	assert_non_null(form_decode(&f, text, n));
	/* "a" and its NUL, the value and its NUL. */
	memset(text, 'x', sizeof(text));
	memcpy(text, "a=", 2);
	assert_null(form_decode(&f, text, 2 + FORM_TEXT - 3));
	assert_int_equal(form_get(&f, "a", &v), 1);
	assert_int_equal(strlen(v), FORM_TEXT - 3);
	assert_non_null(form_decode(&f, text, 2 + FORM_TEXT - 2));
	assert_non_null(form_decode(&f, text, sizeof(text)));
}

static void
choices(void **state)
{
	static const char *const words[] = { "a", "b", NULL };
	struct form f;
	uint8_t yes = 7;

	assert_null(form_decode(&f, "a=yes&c=1", 9));
	assert_int_equal(form_choice(&f, "b", "no", "yes", &yes), 0);
	assert_int_equal(yes, 7);
	assert_int_equal(form_choice(&f, "a", "no", "yes", &yes), 0);
	assert_int_equal(yes, 1);
	assert_int_equal(form_choice(&f, "c", "no", "yes", &yes), -1);
	assert_string_equal(form_unknown(&f, words), "c");
	assert_null(form_decode(&f, "a=no&a=no", 9));
	assert_int_equal(form_choice(&f, "a", "no", "yes", &yes), -1);
	assert_null(form_unknown(&f, words));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(taken),
		cmocka_unit_test(refused),
		cmocka_unit_test(bounds),
		cmocka_unit_test(choices),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
