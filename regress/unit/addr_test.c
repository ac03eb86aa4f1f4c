/* SPDX-License-Identifier: ISC */
/*
 * Prefixes, endpoints and keys as text.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "addr.h"
#include "wgkey.h"

static void
test_parse(void **state)
{
	static const struct {
		const char	*in, *out;	/* out NULL: refused */
	} cases[] = {
		{ "10.0.0.1", "10.0.0.1/32" },
		{ "10.0.0.1/8", "10.0.0.1/8" },
		{ "0.0.0.0/0", "0.0.0.0/0" },
		{ "fd00::1", "fd00::1/128" },
		{ "FD00:0::0/64", "fd00::/64" },
		{ "::/0", "::/0" },
		{ "::ffff:10.0.0.1", NULL },
		{ "::ffff:0:0/96", NULL },
		{ "10.0.0.1/33", NULL },
		{ "fd00::/129", NULL },
		{ "10.0.0.1/", NULL },
		{ "10.0.0.1/+8", NULL },
		{ "10.0.0.1/08", NULL },
		{ "10.0.0.1/ 8", NULL },
		{ "10.0.0/8", NULL },
		{ "010.0.0.1", NULL },
		{ "", NULL },
		{ "/8", NULL },
		{ "fe80::1%eth0", NULL },
		{ "10.0.0.1/8/8", NULL },
		{ "10.0.0.1/-1", NULL },
	};
	char text[PREFIX_TEXT];
	struct prefix p;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (cases[i].out == NULL) {
			assert_int_equal(prefix_parse(cases[i].in, &p), -1);
			continue;
		}
		assert_int_equal(prefix_parse(cases[i].in, &p), 0);
		assert_string_equal(prefix_format(&p, text), cases[i].out);
	}
}

static struct prefix
pfx(const char *text)
{
	struct prefix p;

	assert_int_equal(prefix_parse(text, &p), 0);
	return (p);
}

static bool
contains(const char *outer, const char *inner)
{
	struct prefix a = pfx(outer), b = pfx(inner);

	return (prefix_contains(&a, &b));
}

static void
test_contains(void **state)
{
	assert_true(contains("10.0.0.0/8", "10.255.0.1"));
	assert_false(contains("10.0.0.0/8", "11.0.0.0"));
	assert_false(contains("10.0.0.0/8", "0.0.0.0/0"));
	assert_true(contains("0.0.0.0/0", "1.2.3.4"));
	assert_false(contains("0.0.0.0/0", "::1"));
	assert_true(contains("fd00::/63", "fd00:0:0:1::5"));
	assert_false(contains("fd00::/64", "fd00:0:0:1::5"));
	assert_true(contains("fd00::1", "fd00::1"));
}

/* Against masks written out bit by bit. */
static void
test_mask(void **state)
{
	struct prefix p, q;
	unsigned int bit, len;

	for (len = 0; len <= 128; len++) {
		p = pfx("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
		p.len = (uint8_t)len;
		assert_int_equal(prefix_is_canonical(&p), len == 128);
		prefix_mask(&p);
		for (bit = 0; bit < 128; bit++)
			assert_int_equal(p.addr[bit / 8] >> (7 - bit % 8) & 1,
			    bit < len);
		q = prefix_host(&p);
		assert_true(prefix_is_host(&q));
	}
}

static void
test_sockaddr(void **state)
{
	static const char *good[] = { "127.0.0.1:0", "1.2.3.4:65535",
		"[::]:8443", "[fd00::1]:1" };
	static const char *bad[] = { "127.0.0.1", "127.0.0.1:", ":80",
		"127.0.0.1:65536", "::1:80", "[::1]", "[::1:80", "localhost:80",
		"[127.0.0.1]:80", "1.2.3.4:-1", "" };
	struct sockaddr_storage ss;
	char text[ENDPOINT_TEXT];
	socklen_t len;
	size_t i;

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(sockaddr_parse(good[i], &ss, &len), 0);
		assert_string_equal(sockaddr_format((struct sockaddr *)&ss,
					text),
		    good[i]);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(sockaddr_parse(bad[i], &ss, &len), -1);
}

static void
test_key_text(void **state)
{
	const char *good = "Onuo9R6qqH7/r5bqItrl1pz09OKhyoAO24swZhxtYVk=";
	char text[WGKEY_TEXT];
	uint8_t key[WGKEY_LEN];

	assert_int_equal(wgkey_parse(good, 44, key), 0);
	assert_string_equal(wgkey_format(key, text), good);
	/* The same bytes in a second spelling: two bits that do not count. */
	assert_int_equal(
	    wgkey_parse("Onuo9R6qqH7/r5bqItrl1pz09OKhyoAO24swZhxtYVl=", 44,
		key),
	    -1);
	assert_int_equal(wgkey_parse(good, 43, key), -1);
	assert_int_equal(
	    wgkey_parse("Onuo9R6qqH7/r5bqItrl1pz09OKhyoAO24swZhxtYVk=\n", 45,
		key),
	    -1);
	assert_int_equal(
	    wgkey_parse("Onuo9R6qqH7/r5bqItrl1pz09OKhyoAO24sw hxtYVk=", 44,
		key),
	    -1);
	assert_int_equal(
	    wgkey_parse("Onuo9R6qqH7_r5bqItrl1pz09OKhyoAO24swZhxtYVk=", 44,
		key),
	    -1);
}

/*
 * libsodium as the oracle: it refuses a public key whose shared secret is
 * zero.  Every encoding within 64 of a multiple of p, and random ones.
 */
static void
test_key_usable(void **state)
{
	static const uint8_t secret[WGKEY_LEN] = { 9 };
	uint8_t key[WGKEY_LEN], out[WGKEY_LEN];
	unsigned int i, top;
	int refused = 0;

	for (i = 0; i < 512; i++)
		for (top = 0; top < 2; top++) {
			memset(key, i < 256 ? 0 : 0xff, sizeof(key));
			key[0] = (uint8_t)i;
			if (i >= 256)
				key[31] = 0x7f;
			key[31] |= (uint8_t)(top << 7);
			refused += !wgkey_usable(key);
			assert_int_equal(wgkey_usable(key),
			    crypto_scalarmult(out, secret, key) == 0);
		}
	assert_int_equal(refused, 10);
	for (i = 0; i < 200; i++) {
		wgkey_generate(key);
		assert_true(wgkey_usable(key));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_contains),
		cmocka_unit_test(test_mask),
		cmocka_unit_test(test_sockaddr),
		cmocka_unit_test(test_key_text),
		cmocka_unit_test(test_key_usable),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
