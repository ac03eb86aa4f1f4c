/* SPDX-License-Identifier: ISC */
/* Chunked bodies: each rule of the decoder, accepted and refused. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "chunked.h"

#define NELEMS(a)	(sizeof(a) / sizeof((a)[0]))
#define MAX	1000

struct result {
	int		 got;
	size_t		 used;
	char		 text[3 * CHUNKED_DROP];	/* the content */
	size_t		 len;
};

/* Decode pieces of at most step bytes; 0: no more than is surely the body's. */
static void
decode(const char *in, size_t len, size_t step, uint64_t max, struct result *r)
{
	char buf[3 * CHUNKED_DROP];
	struct chunked k;
	size_t n, out, used;

	memset(r, 0, sizeof(*r));
	chunked_init(&k, max);
	while (r->got == 0 && r->used < len) {
		n = step == 0 ? chunked_least(&k) : step;
		if (n > len - r->used)
			n = len - r->used;
		assert_in_range(n, 1, sizeof(buf));
		memcpy(buf, in + r->used, n);
		r->got = chunked_decode(&k, buf, n, &used, &out);
		if (r->got < 0)
			return;
		assert_in_range(out, 0, used);
		memcpy(r->text + r->len, buf, out);
		r->len += out;
		r->used += used;
		if (r->got == 0)
			assert_int_equal(used, n);
		if (step == 0)
			assert_int_equal(used, n);
	}
	assert_int_equal(chunked_least(&k) == 0, r->got == 1);
}

/* In one piece, in all sizes of pieces, and as a connection reads. */
static void
same(const char *in, size_t len, uint64_t max, struct result *r)
{
	struct result piece;
	size_t step;

	decode(in, len, len, max, r);
	for (step = 0; step < len; step++) {
		decode(in, len, step, max, &piece);
		if (piece.got != r->got || piece.len != r->len ||
		    (r->got == 1 && piece.used != r->used) ||
		    memcmp(piece.text, r->text, r->len) != 0)
			if (r->got >= 0 || piece.got != r->got)
				fail_msg("pieces of %zu: %.*s", step, (int)len,
				    in);
	}
}

static void
accept(void **state)
{
	static const struct {
		const char	*in;
		const char	*out;
	} cases[] = {
		{ "0\r\n\r\n", "" },
		{ "3\r\nabc\r\n0\r\n\r\n", "abc" },
		{ "1\r\na\r\n2\r\nbc\r\nA\r\n0123456789\r\n0\r\n\r\n",
		    "abc0123456789" },
		{ "a\r\n0\r\n\r\nGET /\r\n0\r\n\r\n", "0\r\n\r\nGET /" },
		/* A proxy may write sizes of a fixed width. */
		{ "00000003\r\nabc\r\n00000000\r\n\r\n", "abc" },
		{ "0000000000000003\r\nabc\r\n0000000000000000\r\n\r\n",
		    "abc" },
		{ "3;a\r\nabc\r\n0;b=c\r\n\r\n", "abc" },
		{ "3;a;b=c;d=\"e;f\\\"g\\\\ \"\r\nabc\r\n0\r\n\r\n", "abc" },
		{ "3;a=\"\"\r\nabc\r\n0\r\n\r\n", "abc" },
		{ "3\r\nabc\r\n0\r\nA: b\r\nC:\r\nContent-Length: 7\r\n\r\n",
		    "abc" },
	};
	struct result r;
	char in[256];
	size_t i;

	for (i = 0; i < NELEMS(cases); i++) {
		/* The next request is not touched. */
		(void)snprintf(in, sizeof(in), "%sGET /", cases[i].in);
		same(cases[i].in, strlen(cases[i].in), MAX, &r);
		assert_int_equal(r.got, 1);
		decode(in, strlen(in), strlen(in), MAX, &r);
		assert_int_equal(r.got, 1);
		assert_int_equal(r.used, strlen(cases[i].in));
		assert_int_equal(r.len, strlen(cases[i].out));
		assert_memory_equal(r.text, cases[i].out, r.len);
		decode(in, strlen(in), 0, MAX, &r);
		assert_int_equal(r.used, strlen(cases[i].in));
	}
}

static void
refuse(void **state)
{
	static const struct {
		const char	*in;
		size_t		 len;		/* 0: strlen */
	} cases[] = {
		/* sizes */
		{ "\r\n", 0 },
		{ ";a\r\n", 0 },
		{ " 3\r\n", 0 },
		{ "3 \r\n", 0 },
		{ "3\t\r\n", 0 },
		{ "3 ;a\r\n", 0 },
		{ "+3\r\n", 0 },
		{ "-3\r\n", 0 },
		{ "0x3\r\n", 0 },
		{ "3h\r\n", 0 },
		{ "3,3\r\n", 0 },
		{ "3_0\r\n", 0 },
		{ "3\0\r\n", 4 },
		{ "00000000000000003\r\n", 0 },
		{ "00000000000000000\r\n", 0 },
		/* line ends */
		{ "3\nabc\n0\n\n", 0 },
		{ "3\rabc", 0 },
		{ "3\r\r\n", 0 },
		{ "3;a\n", 0 },
		{ "3;a=\"\n\"\r\n", 0 },
		{ "3;a\rb\r\n", 0 },
		{ "3\r\nabc\n0\r\n\r\n", 0 },
		{ "3\r\nabc0\r\n\r\n", 0 },
		{ "3\r\nabcd\r\n", 0 },
		{ "3\r\nabc\r\r\n", 0 },
		{ "2\r\nabc\r\n", 0 },
		{ "0\r\n\n", 0 },
		{ "0\r\n\r\r\n", 0 },
		{ "3\r\nabc\r\n\r\n", 0 },
		/* extensions */
		{ "3;\r\n", 0 },
		{ "3; a\r\n", 0 },
		{ "3;a;\r\n", 0 },
		{ "3;a=\r\n", 0 },
		{ "3;=a\r\n", 0 },
		{ "3;a b\r\n", 0 },
		{ "3;a=b=c\r\n", 0 },
		{ "3;a=\"b\"c\r\n", 0 },
		{ "3;a=\"b\\\r\n", 0 },
		{ "3;a=\"\0\"\r\n", 9 },
		/* trailer fields */
		{ "0\r\nA\r\n", 0 },
		{ "0\r\n: b\r\n", 0 },
		{ "0\r\n A: b\r\n", 0 },
		{ "0\r\nA : b\r\n", 0 },
		{ "0\r\nA: b\r\n c\r\n", 0 },
		{ "0\r\nA: b\n", 0 },
		{ "0\r\nA: b\rC: d\r\n", 0 },
		{ "0\r\nA: \0\r\n", 9 },
		{ "0\r\nA: \x7f\r\n", 0 },
		{ "0\r\nGET / HTTP/1.1\r\n", 0 },
	};
	struct result r;
	size_t i, len;

	for (i = 0; i < NELEMS(cases); i++) {
		len = cases[i].len == 0 ? strlen(cases[i].in) : cases[i].len;
		same(cases[i].in, len, MAX, &r);
		if (r.got != -400)
			fail_msg("%d for case %zu: %s", r.got, i, cases[i].in);
	}
}

static void
bounds(void **state)
{
	static char in[3 * CHUNKED_DROP];
	struct chunked k;
	struct result r;
	size_t out, used;

	same("3e8\r\n", 5, MAX, &r);
	assert_int_equal(r.got, 0);
	same("3e9\r\n", 5, MAX, &r);
	assert_int_equal(r.got, -413);
	same("ffffffffffffffff\r\n", 18, MAX, &r);
	assert_int_equal(r.got, -413);
	same("3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", 20, 5, &r);
	assert_int_equal(r.got, 1);
	same("3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n", 21, 5, &r);
	assert_int_equal(r.got, -413);
	same("1\r\na\r\n", 6, 0, &r);
	assert_int_equal(r.got, -413);
	same("0\r\n\r\n", 5, 0, &r);
	assert_int_equal(r.got, 1);

	/* A bound that comes later counts what was announced already. */
	chunked_init(&k, MAX);
	memcpy(in, "8\r\nabc", 6);
	assert_int_equal(chunked_decode(&k, in, 6, &used, &out), 0);
	assert_int_equal(chunked_limit(&k, 8), 0);
	assert_int_equal(chunked_limit(&k, 7), -413);

	/* Extensions and trailer fields have a bound, together. */
	memset(in, 'a', sizeof(in));
	memcpy(in, "0;", 2);
	decode(in, sizeof(in), sizeof(in), MAX, &r);
	assert_int_equal(r.got, -431);
	memcpy(in, "0\r\nA:", 5);
	decode(in, CHUNKED_DROP, CHUNKED_DROP, MAX, &r);
	assert_int_equal(r.got, 0);
	decode(in, sizeof(in), 1, MAX, &r);
	assert_int_equal(r.got, -431);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accept),
		cmocka_unit_test(refuse),
		cmocka_unit_test(bounds),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
