/* SPDX-License-Identifier: ISC */
/* Values in lines of the log: none of them can look like another field. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include <cmocka.h>

#include "log.h"

static void
values(void **state)
{
	static const char *const cases[][2] = {
		{ "cn:dev-1", "cn:dev-1" },
		{ "uri:spiffe://a/b,c@d", "uri:spiffe://a/b,c@d" },
		{ "", "" },
		{ "Anna's phone", "\"Anna's phone\"" },
		{ "dev-a key=AAAA by=cn:admin from=203.0.113.7",
		    "\"dev-a key\\075AAAA by\\075cn:admin from\\075203.0.113.7\"" },
		{ "x\" from=203.0.113.7 by=\"root",
		    "\"x\\042 from\\075203.0.113.7 by\\075\\042root\"" },
		{ "x,from=203.0.113.7", "x,from\\075203.0.113.7" },
		{ "\"", "\\042" },
		{ "a\\", "a\\\\" },
		{ "a\\\" b", "\"a\\\\\\042 b\"" },
		{ "a\nnetd: b", "\"a\\nnetd: b\"" },
		{ "a\tb\r\033[2J", "a\\tb\\r\\^[[2J" },
		{ "d\303\251", "d\\M-C\\M-)" },
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(log_vis(cases[i][0]), cases[i][1]);
}

/* A sentence keeps its blanks and quotes, but is one line. */
static void
sentences(void **state)
{
	assert_string_equal(log_text("word \"x\" = 1\nnext\\"),
	    "word \"x\" = 1\\nnext\\\\");
}

/* A long value is cut between characters, and its quote is closed. */
static void
cut(void **state)
{
	char value[2000];
	const char *p;
	size_t len;

	memset(value, '=', sizeof(value) - 1);
	value[sizeof(value) - 1] = '\0';
	value[0] = ' ';
	p = log_vis(value);
	len = strlen(p);
	assert_true(len > 500 && len < 512);
	assert_true(p[0] == '"' && p[len - 1] == '"');
	assert_memory_equal(p + len - 5, "\\075", 4);
	assert_null(strchr(p, '='));
	assert_string_equal(log_text(""), "");
}

/* Bytes with their length, as in a certificate. */
static void
bytes(void **state)
{
	char dst[16];

	assert_int_equal(log_escape(dst, sizeof(dst), "a\0 b", 4, " "), 8);
	assert_string_equal(dst, "a\\0\\040b");
	assert_int_equal(log_escape(dst, 4, "ab  ", 4, " "), 2);
	assert_string_equal(dst, "ab");
	assert_int_equal(log_escape(dst, 1, "a", 1, ""), 0);
	assert_string_equal(dst, "");
}

/* A text that is too long is cut, and nothing comes in the place of the rest. */
static void
longest(void **state)
{
	char text[LOG_LINE + 16], got[2 * LOG_LINE];
	int err, fd[2];
	ssize_t n;

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(pipe(fd), 0);
	assert_int_not_equal(err = dup(STDERR_FILENO), -1);
	assert_int_not_equal(dup2(fd[1], STDERR_FILENO), -1);
	log_stderr(LOG_INFO, "netd", text);
	assert_int_not_equal(dup2(err, STDERR_FILENO), -1);
	n = read(fd[0], got, sizeof(got) - 1);
	close(err);
	close(fd[0]);
	close(fd[1]);
	assert_true(n > LOG_LINE);
	got[n] = '\0';
	assert_int_equal(strlen(got), n);
	assert_non_null(strstr(got, "netd: "));
	assert_int_equal(strspn(strstr(got, "netd: ") + 6, "x"), LOG_LINE - 1);
	assert_int_equal(got[n - 1], '\n');
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values),
		cmocka_unit_test(sentences),
		cmocka_unit_test(cut),
		cmocka_unit_test(bytes),
		cmocka_unit_test(longest),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
