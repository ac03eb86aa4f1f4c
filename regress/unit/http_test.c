/* SPDX-License-Identifier: ISC */
/* Request heads: each rule of the strict parser, accepted and refused. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "http.h"

#define H	"Host: a\r\n"
#define HEAD_MAX	4096
#define FIELDS_MAX	32
#define NELEMS(a)	(sizeof(a) / sizeof((a)[0]))

struct refusal {
	const char	*text;
	size_t		 len;		/* 0: strlen */
	int		 status;
};

/* clang-format off */
static const struct refusal refusals[] = {
	/* request line */
	{ " / HTTP/1.1\r\n", 0, 400 },
	{ "GET  / HTTP/1.1\r\n", 0, 400 },
	{ "GET\t/ HTTP/1.1\r\n", 0, 400 },
	{ "CONNECT a:443 HTTP/1.1\r\n", 0, 501 },
	{ "CONNECT / HTTP/1.1\r\n", 0, 501 },
	{ "ABCDEFGHIJKLMNOPQRSTUVW", 0, 501 },
	{ "\r\nGET / HTTP/1.1\r\n", 0, 400 },
	{ "GET a HTTP/1.1\r\n", 0, 400 },
	{ "GET * HTTP/1.1\r\n", 0, 400 },
	{ "OPTIONS ** HTTP/1.1\r\n", 0, 400 },
	{ "OPTIONS *?a HTTP/1.1\r\n", 0, 400 },
	{ "GET a:443 HTTP/1.1\r\n", 0, 400 },
	{ "GET ftp://a/ HTTP/1.1\r\n", 0, 400 },
	{ "GET http:/a HTTP/1.1\r\n", 0, 400 },
	{ "GET http\x1a\x0f\x0f" "a/ HTTP/1.1\r\n", 0, 400 },
	{ "GET http:/// HTTP/1.1\r\n", 0, 400 },
	{ "GET http://?a HTTP/1.1\r\n", 0, 400 },
	{ "GET http:// HTTP/1.1\r\n", 0, 400 },
	{ "GET http://u@a/ HTTP/1.1\r\n", 0, 400 },
	{ "GET http://a#b HTTP/1.1\r\n", 0, 400 },
	{ "GET http://%61/ HTTP/1.1\r\n", 0, 400 },
	{ "GET http://a\\b/ HTTP/1.1\r\n", 0, 400 },
	{ "GET http://a\0/ HTTP/1.1\r\n", 25, 400 },
	{ "GET http://a/%41 HTTP/1.1\r\n", 0, 400 },
	{ "GET /a%41 HTTP/1.1\r\n", 0, 400 },
	{ "GET /a#b HTTP/1.1\r\n", 0, 400 },
	{ "GET /a\\b HTTP/1.1\r\n", 0, 400 },
	{ "GET /\x80 HTTP/1.1\r\n", 0, 400 },
	{ "GET /\0 HTTP/1.1\r\n", 17, 400 },
	{ "GET / HTTP/1.1 \r\n", 0, 400 },
	{ "GET / HTTP/1.1\n", 0, 400 },
	{ "GET / HTTP/1.1\r\r\n", 0, 400 },
	{ "GET / HTTP/1.10\r\n", 0, 400 },
	{ "GET / HTTP/0.9\r\n", 0, 505 },
	{ "GET / HTTP/1.2\r\n", 0, 505 },
	{ "GET / HTTP/2.0\r\n", 0, 505 },
	{ "GET / http/1.1\r\n", 0, 400 },
	{ "GET /\r\n", 0, 400 },
	/* fields */
	{ "GET / HTTP/1.1\r\n\r\n", 0, 400 },
	{ "GET / HTTP/1.1\r\n" H H "\r\n", 0, 400 },
	{ "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 0, 400 },
	{ "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 0, 400 },
	{ "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", 0, 400 },
	{ "GET / HTTP/1.1\r\nHost: :80\r\n\r\n", 0, 400 },
	{ "GET / HTTP/1.1\r\nHost: a:80:80\r\n\r\n", 0, 400 },
	{ "GET / HTTP/1.1\r\nHost: a:65536\r\n\r\n", 0, 400 },
	{ "GET / HTTP/1.1\r\nHost: a:http\r\n\r\n", 0, 400 },
	{ "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", 0, 400 },
	{ "GET / HTTP/1.1\r\nHost: ::1]\r\n\r\n", 0, 400 },
	{ "GET / HTTP/1.1\r\nHost: [::1]80\r\n\r\n", 0, 400 },
	{ "GET / HTTP/1.1\r\nHost: []\r\n\r\n", 0, 400 },
	{ "GET http://a/ HTTP/1.1\r\n\r\n", 0, 400 },
	{ "GET http://a/ HTTP/1.1\r\nHost: b\r\n\r\n", 0, 400 },
	{ "GET http://a/ HTTP/1.1\r\nHost:\r\n\r\n", 0, 400 },
	{ "GET http://a/ HTTP/1.1\r\nHost: a:81\r\n\r\n", 0, 400 },
	{ "GET http://a/ HTTP/1.1\r\nHost: a:443\r\n\r\n", 0, 400 },
	{ "GET https://a/ HTTP/1.1\r\nHost: a:80\r\n\r\n", 0, 400 },
	{ "GET http://a:/ HTTP/1.1\r\nHost: a:1\r\n\r\n", 0, 400 },
	{ "GET http://a:80:80/ HTTP/1.1\r\nHost: a\r\n\r\n", 0, 400 },
	{ "GET http://[::1/ HTTP/1.1\r\nHost: a\r\n\r\n", 0, 400 },
	{ "GET http://a/ HTTP/1.0\r\nHost: b\r\n\r\n", 0, 400 },
	{ "GET / HTTP/1.1\r\n" H "X : a\r\n", 0, 400 },
	{ "GET / HTTP/1.1\r\n" H " X: a\r\n", 0, 400 },
	{ "GET / HTTP/1.1\r\n" H "X: a\r\n b\r\n", 0, 400 },
	{ "GET / HTTP/1.1\r\n" H "X\r\n", 0, 400 },
	{ "GET / HTTP/1.1\r\n" H ": a\r\n", 0, 400 },
	{ "GET / HTTP/1.1\r\n" H "X: a\nY: b\r\n", 0, 400 },
	{ "GET / HTTP/1.1\r\n" H "X: a\rb\r\n", 0, 400 },
	{ "GET / HTTP/1.1\r\n" H "X: \x01\r\n", 0, 400 },
	{ "GET / HTTP/1.1\r\n" H "X: \x7f\r\n", 0, 400 },
	{ "GET / HTTP/1.1\r\n" H "X: \0\r\n", 29, 400 },
	{ "GET / HTTP/1.1\r\n" H "\rX", 0, 400 },
	/* framing */
	{ "PUT / HTTP/1.1\r\n" H "Content-Length: 1\r\n"
	  "Content-Length: 1\r\n\r\n", 0, 400 },
	{ "PUT / HTTP/1.1\r\n" H "Content-Length: 1\r\n"
	  "Transfer-Encoding: chunked\r\n\r\n", 0, 400 },
	{ "PUT / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 0, 400 },
	{ "PUT / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n"
	  "Transfer-Encoding: chunked\r\n\r\n", 0, 400 },
	{ "PUT / HTTP/1.1\r\n" H "Transfer-Encoding:\r\n\r\n", 0, 501 },
	{ "PUT / HTTP/1.1\r\n" H "Transfer-Encoding: identity\r\n\r\n", 0,
	  501 },
	{ "PUT / HTTP/1.1\r\n" H "Transfer-Encoding: chunked, chunked\r\n\r\n",
	  0, 501 },
	{ "PUT / HTTP/1.1\r\n" H "Transfer-Encoding: chunked;q=1\r\n\r\n", 0,
	  501 },
	{ "PUT / HTTP/1.1\r\n" H "Transfer-Encoding: \"chunked\"\r\n\r\n", 0,
	  501 },
	{ "PUT / HTTP/1.1\r\n" H "Transfer-Encoding: xchunked\r\n\r\n", 0,
	  501 },
	{ "PUT / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\v\r\n\r\n", 0,
	  400 },
	{ "PUT / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n"
	  "Content-Length: 0\r\n\r\n", 0, 400 },
	{ "GET / HTTP/1.0\r\nTransfer-Encoding: gzip\r\n\r\n", 0, 400 },
	{ "PUT / HTTP/1.1\r\n" H "Transfer-Encoding: gzip, chunked\r\n\r\n", 0,
	  501 },
	{ "PUT / HTTP/1.1\r\n" H "Content-Length:\r\n\r\n", 0, 400 },
	{ "PUT / HTTP/1.1\r\n" H "Content-Length: +1\r\n\r\n", 0, 400 },
	{ "PUT / HTTP/1.1\r\n" H "Content-Length: -1\r\n\r\n", 0, 400 },
	{ "PUT / HTTP/1.1\r\n" H "Content-Length: 0x1\r\n\r\n", 0, 400 },
	{ "PUT / HTTP/1.1\r\n" H "Content-Length: 1, 1\r\n\r\n", 0, 400 },
	{ "PUT / HTTP/1.1\r\n" H "Content-Length: 1 1\r\n\r\n", 0, 400 },
	{ "PUT / HTTP/1.1\r\n" H
	  "Content-Length: 18446744073709551616\r\n\r\n", 0, 413 },
	{ "GET / HTTP/1.1\r\n" H "Content-Length: 1\r\n\r\n", 0, 400 },
	{ "DELETE / HTTP/1.1\r\n" H "Content-Length: 1\r\n\r\n", 0, 400 },
	{ "PUT / HTTP/1.1\r\n" H "Expect: 200-ok\r\nContent-Length: 1\r\n\r\n",
	  0, 417 },
	{ "PUT / HTTP/1.1\r\n" H "Expect: 100-continue\r\n"
	  "Expect: 100-continue\r\nContent-Length: 1\r\n\r\n", 0, 417 },
	{ "GET / HTTP/1.1\r\n" H "X-A:\tb\r\n\r\n", 0, 400 },
	{ "PUT / HTTP/1.1\r\n" H "Content-Length: 1\t\r\n\r\n", 0, 400 },
	{ "GET / HTTP/1.1\r\n" H "Connection: ,close\r\n\r\n", 0, 400 },
	{ "GET / HTTP/1.1\r\n" H "Connection: a,,close\r\n\r\n", 0, 400 },
	{ "GET / HTTP/1.1\r\n" H "Connection: close x\r\n\r\n", 0, 400 },
	{ "GET / HTTP/1.0\r\nConnection:\r\n\r\n", 0, 400 },
};
/* clang-format on */

static int
parse_len(const char *text, size_t len, struct http_req *req)
{
	static struct http_field fields[FIELDS_MAX];

	req->fields = fields;
	req->max_fields = FIELDS_MAX;
	req->max_head = HEAD_MAX;
	return (http_parse(text, len, req));
}

static int
parse(const char *text, struct http_req *req)
{
	return (parse_len(text, strlen(text), req));
}

/* Every refusal, and that no continuation takes it back. */
static void
refuse(void **state)
{
	struct http_req req;
	char buf[512];
	size_t i, len;
	int r;

	for (i = 0; i < NELEMS(refusals); i++) {
		len = refusals[i].len;
		if (len == 0)
			len = strlen(refusals[i].text);
		memcpy(buf, refusals[i].text, len);
		r = parse_len(buf, len, &req);
		if (r != -refusals[i].status)
			fail_msg("case %zu: %d for %s", i, r, refusals[i].text);
		memcpy(buf + len, "\r\n\r\nGET /", 9);
		assert_int_equal(parse_len(buf, len + 9, &req),
		    -refusals[i].status);
	}
}


static void
accept_get(void **state)
{
	const char text[] = "GET /a/b?c=%41&d HTTP/1.1\r\nHost: [::1]:80\r\n"
	    "X-One:  1  \r\nx-one:2\r\nEmpty:\r\n\r\nrest";
	struct http_span v;
	struct http_req req;
	int r;

	r = parse(text, &req);
	assert_int_equal(r, (int)sizeof(text) - 5);
	assert_int_equal(req.method, VERB_GET);
	assert_int_equal(req.minor, 1);
	assert_true(req.keepalive);
	assert_false(req.expect);
	assert_false(req.has_body);
	assert_true(http_is(text, req.path, "/a/b"));
	assert_true(http_is(text, req.query, "c=%41&d"));
	assert_int_equal(req.nfields, 4);
	assert_int_equal(http_field(text, &req, "X-ONE", &v), 2);
	assert_true(http_is(text, v, "2"));
	assert_true(http_is(text, req.fields[1].value, "1"));
	assert_int_equal(http_field(text, &req, "empty", &v), 1);
	assert_int_equal(v.len, 0);
	assert_int_equal(http_field(text, &req, "none", &v), 0);
}

static void
accept_body(void **state)
{
	struct http_req req;

	assert_true(parse("POST / HTTP/1.1\r\n" H "Content-Length: 044\r\n"
			  "Expect: 100-Continue\r\n\r\n",
	    &req) > 0);
	assert_int_equal(req.length, 44);
	assert_true(req.has_body);
	assert_true(req.expect);
	assert_true(parse("PUT / HTTP/1.1\r\n" H "Content-Length: 0\r\n"
			  "Expect: 100-continue\r\n\r\n",
	    &req) > 0);
	assert_false(req.expect);
	/* An HTTP/1.0 client that expects anything is not answered with 100. */
	assert_true(parse("PUT / HTTP/1.0\r\nContent-Length: 2\r\n"
			  "Expect: tea\r\n\r\n",
	    &req) > 0);
	assert_false(req.expect);
	assert_true(parse("DELETE / HTTP/1.1\r\n" H "Content-Length: 0\r\n\r\n",
	    &req) > 0);
	assert_true(parse("PATCH / HTTP/1.1\r\n" H "Content-Length: 3\r\n\r\n",
			&req) > 0);
	assert_int_equal(req.method, VERB_OTHER);
	assert_true(parse("POST / HTTP/1.1\r\n" H "\r\n", &req) > 0);
	assert_false(req.has_body);
	assert_true(
	    parse("POST / HTTP/1.1\r\n" H "transfer-encoding:  Chunked \r\n"
			  "Expect: 100-continue\r\n\r\n",
	    &req) > 0);
	assert_true(req.has_body && req.chunked && req.expect);
	/* An empty chunked body is no body. */
	assert_true(
	    parse("GET / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n",
		&req) > 0);
	assert_true(req.chunked);
}

/* The forms of a target, and the Host that may stand beside each. */
static void
targets(void **state)
{
	static const struct {
		const char	*target;
		const char	*host;
		const char	*path;
		const char	*query;
	} cases[] = {
		{ "/", "", "/", "" },
		{ "/a/b?c", "a:8443", "/a/b", "c" },
		{ "/a?", "[fe80::1]:80", "/a", "" },
		{ "//a/b", "a", "//a/b", "" },
		{ "http://a/b?c=d", "a", "/b", "c=d" },
		{ "HTTPS://gw.Example:8443/b", "GW.example:8443", "/b", "" },
		{ "http://a", "a", "/", "" },
		{ "https://a?b/c", "a", "/", "b/c" },
		{ "http://a:80/", "a", "/", "" },
		{ "https://a/", "a:443", "/", "" },
		{ "http://a:/x", "a:80", "/x", "" },
		{ "http://a:0080/x", "a", "/x", "" },
		{ "http://[fd00::1]:8443/x", "[FD00::1]:8443", "/x", "" },
		{ "http://127.0.0.1/http://b/", "127.0.0.1", "/http://b/", "" },
	};
	struct http_req req;
	char text[256];
	size_t i;

	for (i = 0; i < NELEMS(cases); i++) {
		(void)snprintf(text, sizeof(text),
		    "GET %s HTTP/1.1\r\nHost: %s\r\n\r\n", cases[i].target,
		    cases[i].host);
		if (parse(text, &req) != (int)strlen(text) ||
		    !http_is(text, req.path, cases[i].path) ||
		    !http_is(text, req.query, cases[i].query))
			fail_msg("%s", text);
	}
	(void)strlcpy(text, "GET http://a/b HTTP/1.0\r\n\r\n", sizeof(text));
	assert_true(parse(text, &req) > 0);
	assert_true(http_is(text, req.path, "/b"));
	(void)strlcpy(text, "OPTIONS * HTTP/1.1\r\n" H "\r\n", sizeof(text));
	assert_true(parse(text, &req) > 0);
	assert_int_equal(req.method, VERB_OPTIONS);
	assert_true(http_is(text, req.path, "*"));
	(void)strlcpy(text, "get /a HTTP/1.1\r\n" H "\r\n", sizeof(text));
	assert_true(parse(text, &req) > 0);
	assert_int_equal(req.method, VERB_OTHER);
}

static void
keepalive(void **state)
{
	/* clang-format off */
	static const struct {
		const char	*text;
		bool		 keep;
	} cases[] = {
		{ "GET / HTTP/1.1\r\n" H "\r\n", true },
		{ "GET / HTTP/1.0\r\n\r\n", false },
		{ "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", true },
		{ "GET / HTTP/1.0\r\nConnection: Keep-Alive, x\r\n\r\n", true },
		{ "GET / HTTP/1.1\r\n" H "Connection: close\r\n\r\n", false },
		{ "GET / HTTP/1.1\r\n" H "Connection: a , CLOSE\r\n\r\n",
		  false },
		{ "GET / HTTP/1.0\r\nConnection: keep-alive\r\n"
		  "Connection: close\r\n\r\n", false },
		{ "GET / HTTP/1.1\r\n" H "Connection: closed\r\n\r\n", true },
		{ "GET / HTTP/1.0\r\nConnection:x,keep-alive \r\n\r\n",
		  true },
	};
	/* clang-format on */
	struct http_req req;
	size_t i;

	for (i = 0; i < NELEMS(cases); i++) {
		assert_true(parse(cases[i].text, &req) > 0);
		if (req.keepalive != cases[i].keep)
			fail_msg("case %zu: %s", i, cases[i].text);
	}
}

/* Fill a head up to exactly len bytes. */
static void
filled(char *buf, size_t len)
{
	const char *start = "GET / HTTP/1.1\r\n" H "X: ";

	memset(buf, 'a', len);
	memcpy(buf, start, strlen(start));
	memcpy(buf + len - 4, "\r\n\r\n", 4);
}

static void
limits(void **state)
{
	static char buf[2 * HEAD_MAX];
	struct http_req req;
	size_t i, k, n;

	filled(buf, HEAD_MAX);
	assert_int_equal(parse_len(buf, HEAD_MAX, &req), HEAD_MAX);
	assert_int_equal(parse_len(buf, HEAD_MAX - 1, &req), 0);
	filled(buf, HEAD_MAX + 1);
	assert_int_equal(parse_len(buf, HEAD_MAX + 1, &req), -431);
	assert_int_equal(parse_len(buf, HEAD_MAX, &req), -431);
	assert_int_equal(parse_len(buf, HEAD_MAX - 1, &req), 0);

	for (i = 31; i <= 32; i++) {
		n = (size_t)snprintf(buf, sizeof(buf), "GET / HTTP/1.1\r\n" H);
		for (k = 0; k < i; k++)
			n += (size_t)snprintf(buf + n, sizeof(buf) - n,
			    "X: %zu\r\n", k);
		(void)snprintf(buf + n, sizeof(buf) - n, "\r\n");
		if (i == 31)
			assert_true(parse(buf, &req) > 0);
		else
			assert_int_equal(parse(buf, &req), -431);
	}

	/* Other bounds. */
	n = (size_t)snprintf(buf, sizeof(buf),
	    "GET / HTTP/1.0\r\n"
	    "A: b\r\n\r\n");
	req.max_head = (uint16_t)n;
	req.max_fields = 1;
	assert_int_equal(http_parse(buf, n, &req), (int)n);
	req.max_head--;
	assert_int_equal(http_parse(buf, n, &req), -431);
	req.max_head++;
	req.max_fields--;
	assert_int_equal(http_parse(buf, n, &req), -431);

	for (i = HTTP_TARGET_MAX; i <= HTTP_TARGET_MAX + 1; i++) {
		memset(buf, 'a', sizeof(buf));
		memcpy(buf, "GET /", 5);
		(void)strlcpy(buf + 4 + i, " HTTP/1.1\r\n" H "\r\n", 64);
		if (i == HTTP_TARGET_MAX)
			assert_true(parse(buf, &req) > 0);
		else
			assert_int_equal(parse(buf, &req), -414);
	}
}

/* Byte by byte: more until the last, then always the same. */
static void
prefixes(void **state)
{
	const char text[] = "POST /vpn/v1/register HTTP/1.1\r\nHost: gw\r\n"
	    "Content-Length: 44\r\n\r\nAAAA";
	struct http_req req;
	size_t i, head = sizeof(text) - 5;

	for (i = 0; i < head; i++)
		assert_int_equal(parse_len(text, i, &req), 0);
	for (; i < sizeof(text); i++)
		assert_int_equal(parse_len(text, i, &req), (int)head);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuse),
		cmocka_unit_test(accept_get),
		cmocka_unit_test(accept_body),
		cmocka_unit_test(targets),
		cmocka_unit_test(keepalive),
		cmocka_unit_test(limits),
		cmocka_unit_test(prefixes),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
