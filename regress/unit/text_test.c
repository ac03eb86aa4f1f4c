/* SPDX-License-Identifier: ISC */
/*
 * Text files of all editors come out as lines that end with a newline, and what
 * is no text is refused with its line.
 */

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "text.h"

#define BOM	"\xef\xbb\xbf"

static void
cleaned(void **state)
{
	static const struct {
		const char	*in;
		const char	*out;
	} cases[] = {
		{ "", "" },
		{ "a", "a" },
		{ "a\nb", "a\nb" },
		{ BOM, "" },
		{ BOM "a\r\nb\r\n", "a\nb\n" },
		{ "a\rb\r", "a\nb\n" },
		{ "a\r\r\n\n\rb", "a\n\n\n\nb" },
		{ "a\n" BOM "b\r" BOM BOM "c", "a\nb\nc" },
		{ "a" BOM "b", "a" BOM "b" },
		{ "\xef\xbb", "\xef\xbb" },
	};
	struct text_error e;
	char text[64];
	size_t i, len;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		strlcpy(text, cases[i].in, sizeof(text));
		len = strlen(text);
		if (text_clean(text, &len, &e) == -1)
			fail_msg("case %zu: %s", i, e.why);
		text[len] = '\0';
		assert_string_equal(text, cases[i].out);
	}
}

static void
no_text(void **state)
{
	static const struct {
		const char	*in;
		size_t		 len;
		unsigned int	 line;
		const char	*why;
	} cases[] = {
		{ "\xff\xfe!\0a\0", 6, 1, "UTF-16" },
		{ "\xfe\xff\0!\0a", 6, 1, "UTF-16" },
		{ "!\0a\0\r\0\n\0", 8, 1, "UTF-16" },
		{ "\0!\0a", 4, 1, "UTF-16" },
		{ "\xff\xfe\0\0!\0\0\0", 8, 1, "UTF-16" },
		{ "a\r\nb\rc\0", 7, 3, "NUL" },
		{ "\0\0", 2, 1, "NUL" },
	};
	struct text_error e;
	char text[64];
	size_t i, len;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		len = cases[i].len;
		memcpy(text, cases[i].in, len);
		assert_int_equal(text_clean(text, &len, &e), -1);
		assert_int_equal(e.line, cases[i].line);
		assert_non_null(strstr(e.why, cases[i].why));
	}
}

static void
files(void **state)
{
	char path[] = "/tmp/text_test.XXXXXX", *text;
	struct text_error e;
	size_t len;
	int fd;

	assert_int_not_equal(fd = mkstemp(path), -1);
	assert_non_null(text = text_read(fd, 0, &len, &e));
	assert_int_equal(len, 0);
	assert_string_equal(text, "");
	free(text);
	assert_int_equal(write(fd, BOM "one\r\ntwo", 11), 11);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	assert_null(text_read(fd, 10, &len, &e));
	assert_non_null(text = text_read(fd, 11, &len, &e));
	assert_int_equal(len, 7);
	assert_string_equal(text, "one\ntwo");
	free(text);
	/* Read from the middle, as if the file had become shorter. */
	assert_int_equal(lseek(fd, 3, SEEK_SET), 3);
	assert_null(text_read(fd, 11, &len, &e));
	assert_non_null(strstr(e.why, "being written"));
	close(fd);
	(void)unlink(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cleaned),
		cmocka_unit_test(no_text),
		cmocka_unit_test(files),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
