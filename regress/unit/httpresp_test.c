/* SPDX-License-Identifier: ISC */
/*
 * Responses: what a server says is read in one way or refused.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "httpresp.h"

static void
test_good(void **state)
{
	static const char text[] =
	    "HTTP/1.1 200 OK\r\nContent-Type: application/problem+json\r\nContent-Length:  12 \r\nETag: \"x\"\r\nRetry-After: 7\r\n\r\nbody";
	struct httpresp r;
	const char *why;
	size_t i;
	int n;

	n = httpresp_parse(text, sizeof(text) - 1, &r, &why);
	assert_int_equal(n, sizeof(text) - 1 - 4);
	assert_int_equal(r.status, 200);
	assert_int_equal(r.length, 12);
	assert_int_equal(r.retry_after, 7);
	assert_true(r.keepalive && r.json && !r.chunked && !r.bodiless);
	for (i = 0; i < (size_t)n; i++)
		assert_int_equal(httpresp_parse(text, i, &r, &why), 0);
}

static void
test_kinds(void **state)
{
	static const struct {
		const char *text;
		bool keepalive, chunked, bodiless;
	} cases[] = {
		{ "HTTP/1.1 304 Not Modified\r\n\r\n", true, false, true },
		{ "HTTP/1.1 204\r\nConnection: Close\r\n\r\n", false, false,
		    true },
		{ "HTTP/1.1 200 \r\nTransfer-Encoding: chunked\r\n\r\n", true,
		    true, false },
		{ "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", false, false,
		    false },
		{ "HTTP/1.1 100 Continue\r\n\r\n", true, false, true },
	};
	struct httpresp r;
	const char *why;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(httpresp_parse(cases[i].text,
				     strlen(cases[i].text), &r, &why),
		    strlen(cases[i].text));
		assert_int_equal(r.keepalive, cases[i].keepalive);
		assert_int_equal(r.chunked, cases[i].chunked);
		assert_int_equal(r.bodiless, cases[i].bodiless);
	}
}

static void
test_refused(void **state)
{
	static const char *const cases[] = {
		"HTTP/2 200 OK\r\n\r\n",
		"http/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
		"HTTP/1.1 099 OK\r\nContent-Length: 0\r\n\r\n",
		"HTTP/1.1 600 OK\r\nContent-Length: 0\r\n\r\n",
		"HTTP/1.1 20x OK\r\nContent-Length: 0\r\n\r\n",
		"HTTP/1.1 2000\r\nContent-Length: 0\r\n\r\n",
		"\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
		"HTTP/1.1 200 OK\nContent-Length: 0\n\n",
		"HTTP/1.1 200 OK\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 1, 1\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 9999999999999999\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Encoding: gzip\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length : 1\r\n\r\n",
		"HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 1\r\n\r\n",
		"HTTP/1.1 200 OK\r\nX: a\001b\r\nContent-Length: 1\r\n\r\n",
		"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
		"HTTP/1.1 200 OK\r\n: x\r\n\r\n",
	};
	struct httpresp r;
	const char *why;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (httpresp_parse(cases[i], strlen(cases[i]), &r, &why) !=
			-1 ||
		    why == NULL)
			fail_msg("taken: %s", cases[i]);
}

static void
test_bounds(void **state)
{
	struct httpresp r;
	const char *why;
	char *text;
	size_t n;
	int i;

	text = malloc(HTTPRESP_HEAD_MAX + 1);
	assert_non_null(text);
	memset(text, 'a', HTTPRESP_HEAD_MAX + 1);
	memcpy(text, "HTTP/1.1 200 OK\r\nX: ", 20);
	assert_int_equal(httpresp_parse(text, HTTPRESP_HEAD_MAX - 1, &r, &why),
	    0);
	assert_int_equal(httpresp_parse(text, HTTPRESP_HEAD_MAX, &r, &why), -1);
	n = 17;
	for (i = 0; i <= HTTPRESP_FIELDS; i++, n += 6)
		memcpy(text + n, "X: a\r\n", 6);
	memcpy(text + n, "\r\n", 2);
	assert_int_equal(httpresp_parse(text, n + 2, &r, &why), -1);
	assert_non_null(strstr(why, "too many"));
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_bounds),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
