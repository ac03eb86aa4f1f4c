/* SPDX-License-Identifier: ISC */
/* The other names of a certificate: which are taken, and what spoils them. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <stdlib.h>
#include <string.h>

#include "tlscert.h"

static struct san_list l;
static GENERAL_NAMES *names;

static int
begin(void **state)
{
	names = sk_GENERAL_NAME_new_null();
	return (names == NULL ? -1 : 0);
}

static int
end(void **state)
{
	GENERAL_NAMES_free(names);
	return (0);
}

/* A name of any bytes, as a hostile CA would write it. */
static void
name(int type, const char *s, size_t len)
{
	GENERAL_NAME *n = GENERAL_NAME_new();
	ASN1_IA5STRING *v = ASN1_IA5STRING_new();

	assert_non_null(n);
	assert_non_null(v);
	assert_int_equal(ASN1_STRING_set(v, s, (int)len), 1);
	GENERAL_NAME_set0_value(n, type, v);
	assert_true(sk_GENERAL_NAME_push(names, n) > 0);
}

/* The names as they come out of a certificate that has them times times. */
static void
take(int times)
{
	X509 *x;

	x = X509_new();
	assert_non_null(x);
	for (; times > 0; times--)
		assert_int_equal(X509_add1_ext_i2d(x, NID_subject_alt_name,
				     names, 0, X509V3_ADD_APPEND),
		    1);
	memset(&l, 0xa5, sizeof(l));
	cert_sans(x, &l);
	X509_free(x);
}

static void
good(void **state)
{
	ASN1_OCTET_STRING *ip;
	GENERAL_NAME *n;

	take(0);
	assert_int_equal(l.n, 0);
	assert_int_equal(l.bad, 0);
	/* Addresses and directory names are not asked for. */
	n = GENERAL_NAME_new();
	ip = ASN1_OCTET_STRING_new();
	assert_int_equal(ASN1_OCTET_STRING_set(ip, (const void *)"\0\1\2\3", 4),
	    1);
	GENERAL_NAME_set0_value(n, GEN_IPADD, ip);
	sk_GENERAL_NAME_push(names, n);
	name(GEN_DNS, "dev-1.example.com", 17);
	name(GEN_URI, "spiffe://example.com/dev/1", 26);
	name(GEN_EMAIL, "dev 1@example.com", 17);
	take(1);
	assert_int_equal(l.n, 3);
	assert_int_equal(l.bad, 0);
	assert_int_equal(l.list[0].kind, SUBJECT_DNS);
	assert_string_equal(l.list[0].text, "dev-1.example.com");
	assert_int_equal(l.list[1].kind, SUBJECT_URI);
	assert_string_equal(l.list[1].text, "spiffe://example.com/dev/1");
	assert_int_equal(l.list[2].kind, SUBJECT_EMAIL);
	assert_string_equal(l.list[2].text, "dev 1@example.com");
	/* Twice the extension: nobody knows which one counts. */
	take(2);
	assert_int_equal(l.n, 0);
	assert_true(san_is_bad(&l, SUBJECT_DNS));
	assert_true(san_is_bad(&l, SUBJECT_EMAIL));
	assert_true(san_is_bad(&l, SUBJECT_URI));
}

static void
bad(void **state)
{
	static const struct {
		const char	*s;
		size_t		 len;
	} cases[] = { { "dev-1\0.evil", 11 }, { "\0", 1 }, { "dev-1\n", 6 },
		{ "d\033[31m", 6 }, { "d\303\251v", 4 }, { "d\177", 2 },
		{ "", 0 }, { "\377", 1 } };
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		sk_GENERAL_NAME_pop_free(names, GENERAL_NAME_free);
		(void)begin(NULL);
		name(GEN_URI, "u", 1);
		name(GEN_DNS, "dev-1", 5);
		name(GEN_DNS, cases[i].s, cases[i].len);
		take(1);
		if (!san_is_bad(&l, SUBJECT_DNS))
			fail_msg("cases[%zu] passed", i);
		assert_false(san_is_bad(&l, SUBJECT_URI));
		assert_int_equal(l.n, 2);
	}
}

static void
bounds(void **state)
{
	char text[SAN_SIZE + 1];
	int i;

	memset(text, 'x', sizeof(text));
	name(GEN_DNS, text, SAN_SIZE - 1);
	take(1);
	assert_int_equal(l.bad, 0);
	assert_int_equal(strlen(l.list[0].text), SAN_SIZE - 1);
	name(GEN_URI, text, SAN_SIZE);
	take(1);
	assert_false(san_is_bad(&l, SUBJECT_DNS));
	assert_true(san_is_bad(&l, SUBJECT_URI));
	for (i = 1; i < SAN_MAX; i++)
		name(GEN_DNS, "d", 1);
	for (i = 0; i < SAN_MAX; i++)
		name(GEN_EMAIL, "e", 1);
	for (i = 0; i < SAN_MAX; i++)
		name(GEN_URI, "u", 1);
	take(1);
	assert_int_equal(l.n, sizeof(l.list) / sizeof(l.list[0]));
	assert_false(san_is_bad(&l, SUBJECT_DNS));
	name(GEN_DNS, "d", 1);
	take(1);
	assert_true(san_is_bad(&l, SUBJECT_DNS));
	assert_false(san_is_bad(&l, SUBJECT_EMAIL));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(good, begin, end),
		cmocka_unit_test_setup_teardown(bad, begin, end),
		cmocka_unit_test_setup_teardown(bounds, begin, end),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
