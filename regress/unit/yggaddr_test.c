/* SPDX-License-Identifier: ISC */
/* The addresses of Yggdrasil's keys. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "yggaddr.h"

/* The vector of Yggdrasil's own tests. */
static const uint8_t key[YGGKEY_LEN] = { 189, 186, 207, 216, 34, 64, 222, 61,
	205, 18, 57, 36, 203, 181, 82, 86, 251, 141, 171, 8, 170, 152, 227, 5,
	82, 138, 184, 79, 65, 158, 110, 251 };

static struct prefix
addr(const char *text)
{
	struct prefix p;

	if (prefix_parse(text, &p) == -1)
		fail_msg("%s", text);
	return (p);
}

static bool
fits(const char *text, const uint8_t *k)
{
	struct prefix p = addr(text);

	return (yggaddr_fits(&p, k));
}

static void
vector(void **state)
{
	static const struct {
		const char	*text;
		bool		 fits;
	} cases[] = {
		{ "200:848a:604f:bb7e:4384:65db:8db6:6895", true },
		{ "200:848a:604f:bb7e:4384:65db:8db6:6894", false },
		{ "201:848a:604f:bb7e:4384:65db:8db6:6895", false },
		{ "200:848a:604f:bb7e::1", false },
		{ "300:848a:604f:bb7e::1", true },
		{ "300:848a:604f:bb7e:ffff:ffff:ffff:ffff", true },
		{ "300:848a:604f:bb7e:4384:65db:8db6:6895", true },
		{ "300:848a:604f:bb7f::1", false },
		{ "301:848a:604f:bb7e::1", false },
		{ "fd00:848a:604f:bb7e:4384:65db:8db6:6895", false },
		{ "400:848a:604f:bb7e::1", false },
		{ "2.0.132.138", false },
		{ "200:848a:604f:bb7e:4384:65db:8db6:6895/127", false },
		{ "300:848a:604f:bb7e::/64", false },
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (fits(cases[i].text, key) != cases[i].fits)
			fail_msg("%s", cases[i].text);
}

/* The zeros at the beginning of a key are counted. */
static void
zeros(void **state)
{
	uint8_t k[YGGKEY_LEN];

	memset(k, 0xff, sizeof(k));
	assert_true(fits("200::", k));
	k[0] = 0x01;
	assert_true(fits("207::", k));
	k[0] = 0x00;
	k[1] = 0x40;
	k[2] = 0x00;
	assert_true(fits("209:fffc::", k));
	assert_false(fits("209:fff8::", k));
	/* Nobody has these keys, and what they give is no matter. */
	memset(k, 0, sizeof(k));
	(void)fits("2ff::", k);
	k[YGGKEY_LEN - 1] = 1;
	assert_true(fits("2ff::", k));
}

static void
ranges(void **state)
{
	struct prefix p;

	p = addr("200::1");
	assert_true(yggaddr_is(&p));
	p = addr("3ff:ffff::1");
	assert_true(yggaddr_is(&p));
	p = addr("400::1");
	assert_false(yggaddr_is(&p));
	p = addr("1ff::1");
	assert_false(yggaddr_is(&p));
	p = addr("::1");
	assert_false(yggaddr_is(&p));
	p = addr("2.0.0.1");
	assert_false(yggaddr_is(&p));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vector),
		cmocka_unit_test(zeros),
		cmocka_unit_test(ranges),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
