/* SPDX-License-Identifier: ISC */
/* Sets of peers, in pieces of every size. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "jsonset.h"

#define KEY	"aqIUKESXUZSIXgqF9v7kSaEtwtu95jkVlFWrW0y7rUw="
#define A	"\"addresses\":[\"10.0.0.1\"]"
#define K	"\"public_key\":\"" KEY "\""

struct seen {
	unsigned int	 n;
	struct msg_set_item last;
};

static int
item(void *arg, const struct msg_set_item *m)
{
	struct seen *s = arg;

	s->n++;
	s->last = *m;
	return (0);
}

/* In pieces of this size; the result of the end. */
static int
parse(const char *text, size_t piece, struct jsonset *j, struct seen *s)
{
	size_t len = strlen(text), n, off;

	memset(s, 0, sizeof(*s));
	jsonset_init(j, item, s);
	for (off = 0; off < len; off += n) {
		n = len - off < piece ? len - off : piece;
		if (jsonset_feed(j, text + off, n) == -1)
			return (-1);
	}
	return (jsonset_end(j));
}

static void
taken(void **state)
{
	static const struct {
		const char	*text;
		unsigned int	 n;
		const char	*name;
		unsigned int	 naddrs;
	} cases[] = {
		{ "{\"peers\":[]}", 0, "", 0 },
		{ " \t\r\n{ \"peers\" : [ ] } \n", 0, "", 0 },
		{ "{\"p\\u0065ers\":[{" K "," A "}]}", 1, "", 1 },
		{ "{\"peers\":[{" A "," K ",\"name\":\"x\"}]}", 1, "x", 1 },
		{ "{\"peers\":[{" K "," A ",\"name\":\"\"},{" K
		  ",\"addresses\":[\"10.0.0.2/32\",\"fd00::1/128\"],"
		  "\"name\":\"\\u00e9\\ud83d\\ude00\\\"\\\\\\/\"}]}",
		    2, "\xc3\xa9\xf0\x9f\x98\x80\"\\/", 2 },
	};
	struct jsonset j;
	struct seen s;
	size_t i, piece;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (piece = 1; piece < 200; piece++) {
			if (parse(cases[i].text, piece, &j, &s) == -1)
				fail_msg("%s: %s", cases[i].text, j.error);
			assert_int_equal(s.n, cases[i].n);
			assert_int_equal(j.n, cases[i].n);
			assert_string_equal(s.last.name, cases[i].name);
			assert_int_equal(s.last.naddrs, cases[i].naddrs);
		}
	}
}

/* The preshared key of each peer is its own: set, removed, or not spoken of. */
static void
preshared(void **state)
{
	static const struct {
		const char	*member;
		int		 op;		/* -1: refused */
	} cases[] = {
		{ "", PSK_KEEP },
		{ ",\"preshared_key\":\"" KEY "\"", PSK_SET },
		{ ",\"preshared_key\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
		  "AAAAAAA=\"",
		    PSK_REMOVE },
		{ ",\"preshared_key\":null", PSK_REMOVE },
		{ ",\"preshared_key\" : null ", PSK_REMOVE },
		{ ",\"preshared_key\":nul", -1 },
		{ ",\"preshared_key\":nulll", -1 },
		{ ",\"preshared_key\":n ull", -1 },
		{ ",\"preshared_key\":nu\"ll", -1 },
		{ ",\"preshared_key\":NULL", -1 },
		{ ",\"preshared_key\":true", -1 },
		{ ",\"preshared_key\":\"\"", -1 },
		{ ",\"preshared_key\":\"x\"", -1 },
		{ ",\"preshared_key\":[]", -1 },
		{ ",\"name\":null", -1 },
		{ ",\"preshared_key\":null,\"preshared_key\":null", -1 },
	};
	uint8_t key[WGKEY_LEN];
	char text[1024];
	struct jsonset j;
	struct seen s;
	size_t i, piece;
	int r;

	assert_int_equal(wgkey_parse(KEY, strlen(KEY), key), 0);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		(void)snprintf(text, sizeof(text),
		    "{\"peers\":[{" K "," A ",\"preshared_key\":\"" KEY
		    "\"},{" K "," A "%s}]}",
		    cases[i].member);
		for (piece = 1; piece < 64; piece++) {
			r = parse(text, piece, &j, &s);
			if (r != (cases[i].op == -1 ? -1 : 0))
				fail_msg("%s: %d %s", text, r, j.error);
			assert_int_equal(s.n, cases[i].op == -1 ? 1 : 2);
			if (cases[i].op != -1)
				assert_int_equal(s.last.psk_op, cases[i].op);
			if (cases[i].op == PSK_SET)
				assert_memory_equal(s.last.psk, key, WGKEY_LEN);
		}
	}
}

static void
refused(void **state)
{
	static const struct {
		const char	*text;
		const char	*code;
		const char	*error;	/* begins like this */
	} cases[] = {
		{ "", "bad-request", "the body" },
		{ "[]", "bad-request", "the body" },
		{ "{}", "bad-request", "the body" },
		{ "{\"peers\":[]", "bad-request", "the body" },
		{ "{\"peers\":[]}}", "bad-request", "the body" },
		{ "{\"peers\":[]}0", "bad-request", "the body" },
		{ "{\"peers\":[],}", "bad-request", "the body" },
		{ "{\"peers\":{}}", "bad-request", "the body" },
		{ "{\"peers\":null}", "bad-request", "the body" },
		{ "{\"other\":[]}", "bad-request", "the body" },
		{ "{peers:[]}", "bad-request", "the body" },
		{ "{\"peers\":[,]}", "bad-request", "the body" },
		{ "\xef\xbb\xbf{\"peers\":[]}", "bad-request", "the body" },
		{ "{\"peers\":[{}]}", "bad-request", "peers[0]: the body" },
		{ "{\"peers\":[{" K "}]}", "bad-request",
		    "peers[0]: addresses is missing" },
		{ "{\"peers\":[{" A "}]}", "bad-request",
		    "peers[0]: public_key is missing" },
		{ "{\"peers\":[{" K "," A "},{" K "," K "}]}", "bad-request",
		    "peers[1]: public_key is given twice" },
		{ "{\"peers\":[{" K "," A ",}]}", "bad-request", "peers[0]" },
		{ "{\"peers\":[{" K "," A "},]}", "bad-request", "peers[1]" },
		{ "{\"peers\":[{" K "," A ",\"x\":\"\"}]}", "bad-request",
		    "peers[0]: only" },
		{ "{\"peers\":[{\"public_key\":\"x\"", "invalid-public-key",
		    "peers[0]: public_key is not" },
		{ "{\"peers\":[{\"public_key\":\"aqIUKESXUZSIXgqF9v7kSaEtwt"
		  "\xe5"
		  "95jkVlFWrW0y7rUw=\"",
		    "invalid-public-key", "peers[0]: public_key is not" },
		{ "{\"peers\":[{\"public_key\":1", "bad-request", "peers[0]" },
		{ "{\"peers\":[{\"public_key\":[", "bad-request", "peers[0]" },
		{ "{\"peers\":[{\"addresses\":\"x\"", "bad-request",
		    "peers[0]" },
		{ "{\"peers\":[{\"addresses\":[]", "bad-request",
		    "peers[0]: addresses is empty" },
		{ "{\"peers\":[{\"addresses\":[\"10.0.0.1\",]", "bad-request",
		    "peers[0]" },
		{ "{\"peers\":[{\"addresses\":[\"10.0.0.1/8\"]", "bad-request",
		    "peers[0]: addresses[0] is not" },
		{ "{\"peers\":[{\"addresses\":[\"::ffff:10.0.0.1\"]",
		    "bad-request", "peers[0]: addresses[0] is not" },
		{ "{\"peers\":[{\"name\":\"\\u0000\"", "bad-request",
		    "peers[0]: a string has a NUL" },
		{ "{\"peers\":[{\"name\":\"\\u0007\"", "bad-request",
		    "peers[0]: name" },
		{ "{\"peers\":[{\"name\":\"\\ud800\"", "bad-request",
		    "peers[0]" },
		{ "{\"peers\":[{\"name\":\"\\ud800x\"", "bad-request",
		    "peers[0]" },
		{ "{\"peers\":[{\"name\":\"\\ud800\\n\"", "bad-request",
		    "peers[0]" },
		{ "{\"peers\":[{\"name\":\"\\udc00\"", "bad-request",
		    "peers[0]" },
		{ "{\"peers\":[{\"name\":\"\xff\"", "bad-request",
		    "peers[0]: name" },
		{ "{\"peers\":[{\"name\":\"\n\"", "bad-request", "peers[0]" },
		{ "{\"peers\":[{\"name\":\"\\x\"", "bad-request", "peers[0]" },
		{ "{\"peers\":[{\"name\":\"\\u12g4\"", "bad-request",
		    "peers[0]" },
		{ "{\"peers\":[{\"name\":\""
		  "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		  "xxxx\"",
		    "bad-request", "peers[0]: name is longer" },
		{ "{\"peers\":[{\"name\":\""
		  "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		  "xxxxxxxxxxxxxxxxxxxxx",
		    "bad-request", "peers[0]: a string is too long" },
	};
	struct jsonset j;
	struct seen s;
	size_t i, piece;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (piece = 1; piece < 100; piece += 7) {
			if (parse(cases[i].text, piece, &j, &s) == 0)
				fail_msg("taken: %s", cases[i].text);
			assert_string_equal(j.code, cases[i].code);
			if (strncmp(j.error, cases[i].error,
				strlen(cases[i].error)) != 0)
				fail_msg("%s: %s", cases[i].text, j.error);
			/* What is over stays over. */
			assert_int_equal(jsonset_feed(&j, " ", 1), -1);
			assert_int_equal(jsonset_end(&j), -1);
		}
	}
}

static int
stop(void *arg, const struct msg_set_item *m)
{
	return (-1);
}

static void
stopped(void **state)
{
	static const char text[] = "{\"peers\":[{" K "," A "}";
	struct jsonset j;

	jsonset_init(&j, stop, NULL);
	assert_int_equal(jsonset_feed(&j, text, sizeof(text) - 1), -1);
	assert_int_equal(jsonset_feed(&j, "]}", 2), -1);
}

static void
many_addresses(void **state)
{
	char text[2048];
	struct jsonset j;
	struct seen s;
	unsigned int i, n;
	int off;

	for (n = PEER_ADDRS_MAX; n <= PEER_ADDRS_MAX + 1; n++) {
		off = snprintf(text, sizeof(text),
		    "{\"peers\":[{" K ",\"addresses\":[");
		for (i = 0; i < n; i++)
			off += snprintf(text + off, sizeof(text) - (size_t)off,
			    "%s\"10.0.0.%u\"", i == 0 ? "" : ",", i);
		(void)snprintf(text + off, sizeof(text) - (size_t)off, "]}]}");
		assert_int_equal(parse(text, 9, &j, &s),
		    n == PEER_ADDRS_MAX ? 0 : -1);
	}
	assert_string_equal(j.error, "peers[0]: more than 16 addresses");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(taken),
		cmocka_unit_test(preshared),
		cmocka_unit_test(refused),
		cmocka_unit_test(stopped),
		cmocka_unit_test(many_addresses),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
