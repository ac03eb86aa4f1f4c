/* SPDX-License-Identifier: ISC */
/*
 * Names to addresses: autowg's own vectors and metans.net's published ones.
 */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "assign.h"

struct vector {
	const char	*pool;
	const char	*template;
	const char	*name;
	const char	*want;		/* NULL: refused */
};

static struct prefix
P(const char *text) {
	struct prefix p;

	assert_int_equal(prefix_parse(text, &p), 0);
	return (p);
}

static void
check_addr(const struct vector *v, const uint8_t addr[16])
{
	char text[PREFIX_TEXT];
	struct prefix p;

	p = P("::");
	memcpy(p.addr, addr, 16);
	assert_string_equal(prefix_format_addr(&p, text), v->want);
}

static void
bcd(void **state)
{
	static const char net[] = "fde3:25fb:7f6c:1::/64";
	static const struct vector vectors[] = {
		{ net, "", "1", "fde3:25fb:7f6c:1::1" },
		{ net, "", "9", "fde3:25fb:7f6c:1::9" },
		{ net, "", "10", "fde3:25fb:7f6c:1::10" },
		{ net, "", "99", "fde3:25fb:7f6c:1::99" },
		{ net, "", "123", "fde3:25fb:7f6c:1::123" },
		{ net, "", "1234", "fde3:25fb:7f6c:1::1234" },
		{ net, "", "9999", "fde3:25fb:7f6c:1::9999" },
		{ net, "", "0007", "fde3:25fb:7f6c:1::7" },
		{ net, "", "0042", "fde3:25fb:7f6c:1::42" },
		{ net, "", "42", "fde3:25fb:7f6c:1::42" },
		{ "fd00::/112", "", "9999", "fd00::9999" },
		{ net, "", "10000", NULL }, { net, "", "abc", NULL },
		{ net, "", "-1", NULL }, { net, "", "+5", NULL },
		{ net, "", "1_0", NULL }, { net, "", " 1", NULL },
		{ net, "", "1 ", NULL }, { net, "", "", NULL },
		{ net, "", "0", "fde3:25fb:7f6c:1::" },
		{ net, "", "0000", "fde3:25fb:7f6c:1::" },
		{ net, "", "00007", "fde3:25fb:7f6c:1::7" },
		{ net, "", "000000000000000000009999",
		    "fde3:25fb:7f6c:1::9999" },
		{ net, "", "012345", NULL }, { net, "", "0a", NULL },
		{ net, "", "00x", NULL }, { net, "", "1a", NULL },
		{ net, "", "\xd9\xa1", NULL },	/* an Arabic one */
	};
	uint8_t addr[16];
	struct prefix p;
	size_t i;

	for (i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		p = P(vectors[i].pool);
		errno = 0;
		if (vectors[i].want == NULL) {
			assert_int_equal(assign_bcd(&p, vectors[i].name, addr),
			    -1);
			assert_int_equal(errno, EINVAL);
			continue;
		}
		assert_int_equal(assign_bcd(&p, vectors[i].name, addr), 0);
		check_addr(&vectors[i], addr);
	}
	/* /120 is too small. */
	p = P("fd00::5500/120");
	assert_int_equal(assign_bcd(&p, "1", addr), -1);
	assert_int_equal(errno, ERANGE);
	p = P("fd00::/113");
	assert_int_equal(assign_bcd(&p, "1", addr), -1);
}

#define A63	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static void
metans(void **state)
{
	static const struct vector vectors[] = {
		{ "fde3:25fb:7f6c:1::/64", "st%s.0", "1234",
		    "fde3:25fb:7f6c:1:cb0b:5960:3f8c:99ad" },
		{ "fde3:25fb:7f6c:1::/64", "%s", "st1234.0",
		    "fde3:25fb:7f6c:1:cb0b:5960:3f8c:99ad" },
		{ "2001:db8::/48", "%s", "hello-world-1",
		    "2001:db8:0:2888:42b3:2cd1:9221:10ac" },
		{ "2001:db8::/48", "%s", "hello-world-2",
		    "2001:db8:0:f44e:cb9d:7024:5a18:e1df" },
		{ "2001:db8::/64", "%s", "hello-world-1",
		    "2001:db8::42b3:2cd1:9221:10ac" },
		{ "2001:db8::/64", "%s", "hello-world-1.foo",
		    "2001:db8::1623:7f0a:5a31:a26" },
		{ "2001:db8::/64", "%s", "A-B",
		    "2001:db8::8534:6b17:aa65:f794" },
		{ "2001:db8::/64", "%s", "a.b.c.d",
		    "2001:db8::f503:84ed:e7cb:3c85" },
		{ "2001:db8::/60", "%s", "hello-world-1",
		    "2001:db8:0:8:42b3:2cd1:9221:10ac" },
		{ "2001:db8::/61", "%s", "hello-world-1",
		    "2001:db8::42b3:2cd1:9221:10ac" },
		{ "2001:db8::/32", "%s", "hello-world-1",
		    "2001:db8:61ea:2888:42b3:2cd1:9221:10ac" },
		{ "2001:db8::/127", "%s", "hello-world-1", "2001:db8::" },
		{ "2001:db8::/128", "%s", "hello-world-1", "2001:db8::" },
		{ "fd00::/64", "%s", A63, "fd00::b92c:63fe:16a0:7a0c" },
		{ "fd00::/64", "%s", "0", "fd00::e659:7a65:3a88:f56c" },
		{ "2001:db8::/64", "%s", "a--b",
		    "2001:db8::174e:6534:2f63:eeed" },
		{ "fd00::/64", "%s", A63 "a", NULL },
		{ "fd00::/64", "a%s", A63, NULL },
		{ "fd00::/64", "%s", "-a", NULL },
		{ "fd00::/64", "%s", "a-", NULL },
		{ "fd00::/64", "%s", "a_b", NULL },
		{ "fd00::/64", "%s", "a.", NULL },
		{ "fd00::/64", "%s", ".a", NULL },
		{ "fd00::/64", "%s", "a..b", NULL },
		{ "fd00::/64", "%s", "", NULL },
		{ "fd00::/64", "%s", "\xc3\xa4", NULL },
		{ "fd00::/64", "ST%s", "a", NULL },	/* not lowered */
	};
	uint8_t addr[16];
	struct prefix p;
	size_t i;
	int rc;

	for (i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		p = P(vectors[i].pool);
		errno = 0;
		rc = assign_metans(&p, vectors[i].template, vectors[i].name,
		    addr);
		if (vectors[i].want == NULL) {
			assert_int_equal(rc, -1);
			assert_int_equal(errno, EINVAL);
			continue;
		}
		assert_int_equal(rc, 0);
		check_addr(&vectors[i], addr);
	}
}

static void
templates(void **state)
{
	static const char *const good[] = { "%s", "st%s", "%s.0", "x.%s-y.z",
		NULL };
	static const char *const bad[] = { "", "a", "%", "%d", "%s%s", "%%s",
		"ST%s", "-%s", "%s-", "%s..a", "%s_", ".%s", "%s.%", NULL };
	unsigned int i;

	for (i = 0; good[i] != NULL; i++)
		assert_int_equal(assign_check_template(good[i]), 0);
	for (i = 0; bad[i] != NULL; i++)
		assert_int_equal(assign_check_template(bad[i]), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bcd),
		cmocka_unit_test(metans),
		cmocka_unit_test(templates),
	};

	return (cmocka_run_group_tests_name("assign", tests, NULL, NULL));
}
