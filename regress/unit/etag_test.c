/* SPDX-License-Identifier: ISC */
/* Which If-None-Match names a version. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "etag.h"
#include "http.h"

static bool
known(const char *fields)
{
	static struct http_field room[8];
	struct http_req req;
	char head[512];
	int n;

	req.fields = room;
	req.max_fields = 8;
	req.max_head = sizeof(head);
	n = snprintf(head, sizeof(head), "GET / HTTP/1.1\r\nHost: a\r\n%s\r\n",
	    fields);
	assert_int_equal(http_parse(head, (size_t)n, &req), n);
	return (etag_known(head, &req, "\"7\""));
}

static void
if_none_match(void **state)
{
	assert_true(known("If-None-Match: \"7\"\r\n"));
	assert_true(known("if-none-match: *\r\n"));
	assert_true(known("If-None-Match: W/\"7\"\r\n"));
	assert_true(known("If-None-Match: \"6\", \"7\"\r\n"));
	assert_true(known("If-None-Match: \"6\",,W/\"a,\" ,\"7\"\r\n"));
	assert_true(known("If-None-Match: \"6\"\r\nIf-None-Match: \"7\"\r\n"));
	assert_false(known(""));
	assert_false(known("If-None-Match:\r\n"));
	assert_false(known("If-None-Match: 7\r\n"));
	assert_false(known("If-None-Match: \"7\r\n"));
	assert_false(known("If-None-Match: \"77\"\r\n"));
	assert_false(known("If-None-Match: \"\"\r\n"));
	assert_false(known("If-None-Match: w/\"7\"\r\n"));
	assert_false(known("If-None-Match: W/\r\n"));
	assert_false(known("If-None-Match: 6, \"7\"\r\n"));
	assert_false(known("If-None-Match: \"6\" * \"7\"\r\n"));
	assert_false(known("If-Match: \"7\"\r\n"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(if_none_match),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
