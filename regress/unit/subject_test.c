/* SPDX-License-Identifier: ISC */
/* Subjects as Caddy and nginx write them, and as an attacker would. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "subject.h"

#define NELEMS(a)	(sizeof(a) / sizeof((a)[0]))
#define X16		"xxxxxxxxxxxxxxxx"

/* cn NULL: refused. */
static const struct {
	const char	*text;
	const char	*cn;
} cases[] = {
	{ "CN=smart-toilet-1234", "smart-toilet-1234" },
	{ "CN=12,OU=a,O=b,C=DE", "12" },
	{ "C=DE,O=b,OU=a,CN=12", "12" },
	{ "SERIALNUMBER=77,CN=55,O=x", "55" },
	{ "CN=55+UID=3,O=x", "55" },
	{ "UID=3+CN=55,O=x", "55" },
	{ "cn=12", "12" },
	{ "CN=a\\,b\\+c\\\"d\\\\e\\<f\\>g\\;h\\=i", "a,b+c\"d\\e<f>g;h=i" },
	{ "CN=a=b", "a=b" },
	{ "CN=\\C3\\A9t\\c3\\a9", "\303\251t\303\251" },
	{ "CN=\303\251", "\303\251" },
	{ "CN=\\ a\\ ", " a " },
	{ "CN=\\#1", "#1" },
	{ "CN=a#1", "a#1" },
	{ "CN=a b", "a b" },
	{ "CN=12,1.2.840.113549.1.9.1=#0c03616263", "12" },
	{ "CN=12,O=", "12" },
	{ "CN=" X16 X16 X16 X16, X16 X16 X16 X16 },
	{ "CN=" X16 X16 X16 X16 "x", NULL },
	{ "", NULL },
	{ "CN", NULL },
	{ "CN=", NULL },
	{ "CN=,O=x", NULL },
	{ "O=x", NULL },
	{ "CN=a,CN=b", NULL },
	{ "CN=a,CN=a", NULL },
	{ "CN=a+CN=b", NULL },
	{ "CN=a,2.5.4.3=b", NULL },
	{ "CN=a,2.5.4.3=#0c0162", NULL },
	{ "CN=a,OID.2.5.4.3=#0c0162", NULL },
	{ "CN=a,commonName=b", NULL },
	{ "CN=#0c0161", NULL },
	{ "CN=a, O=b", NULL },
	{ "CN= a", NULL },
	{ "CN=a ", NULL },
	{ "CN=a ,O=b", NULL },
	{ "CN=\"a\"", NULL },
	{ "CN=a;O=b", NULL },
	{ "CN=a\\", NULL },
	{ "CN=a\\x", NULL },
	{ "CN=a\\4", NULL },
	{ "CN=a\\00b", NULL },
	{ "CN=a\\0ab", NULL },
	{ "CN=a\\7f", NULL },
	{ "CN=a\\C2\\85", NULL },
	{ "CN=a\\FF", NULL },
	{ "CN=\\C3", NULL },
	{ "CN=\\ED\\A0\\80", NULL },
	{ "CN=a\\E2\\80\\AEb", NULL },
	{ "CN=a,", NULL },
	{ ",CN=a", NULL },
	{ "CN=a,,O=b", NULL },
	{ "CN=a,O", NULL },
	{ "/CN=a", NULL },
	{ "{http.request.tls.client.subject}", NULL },
	{ "O=#0c0,CN=a", NULL },
	{ "O=#0c03x,CN=a", NULL },
};

static void
subjects(void **state)
{
	char cn[IDENT_SIZE];
	const char *why;
	size_t i;
	int r;

	for (i = 0; i < NELEMS(cases); i++) {
		why = NULL;
		r = subject_cn(cases[i].text, strlen(cases[i].text), cn, &why);
		if (r != (cases[i].cn == NULL ? -1 : 0))
			fail_msg("%s: %d", cases[i].text, r);
		if (r == 0)
			assert_string_equal(cn, cases[i].cn);
		else
			assert_non_null(why);
	}
}

/* Nothing is read behind the end. */
static void
length(void **state)
{
	char cn[IDENT_SIZE];
	const char *why;

	assert_int_equal(subject_cn("CN=12,CN=3", 5, cn, &why), 0);
	assert_string_equal(cn, "12");
	assert_int_equal(subject_cn("CN=1\0002", 6, cn, &why), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(subjects),
		cmocka_unit_test(length),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
