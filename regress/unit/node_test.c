/* SPDX-License-Identifier: ISC */
/* What /proc says, as vpn-daemon told it. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "node.h"

static void
load(void **state)
{
	static const struct {
		const char	*text;
		unsigned int	 cpus;
		const char	*load;
		const char	*rel;
	} cases[] = {
		/* compat/vpn-daemon.md: 27.5 and 37.5 are truncated. */
		{ "0.55 0.76 0.75 2/514 12345\n", 2, "0.55,0.76,0.75",
		    "27,38,37" },
		{ "0.00 0.01 100.00 1/1 1\n", 1, "0.00,0.01,100.00",
		    "0,1,10000" },
		{ "0.55 0.76 0.75", 64, "0.55,0.76,0.75", "0,1,1" },
		{ "", 2, "", "" },
		{ "0.55 0.76", 2, "", "" },
		{ "0.5 0.76 0.75\n", 2, "", "" },
		{ "0,55 0,76 0,75\n", 2, "", "" },
		{ "-1.00 0.76 0.75\n", 2, "", "" },
		{ "9999999999.00 0.76 0.75\n", 2, "", "" },
	};
	struct node_load l;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		memset(&l, 0, sizeof(l));
		node_parse_load(cases[i].text, cases[i].cpus, &l);
		assert_string_equal(l.load, cases[i].load);
		assert_string_equal(l.rel, cases[i].rel);
	}
	node_load(-1, 2, &l);
	assert_string_equal(l.load, "");
}

static void
uptime(void **state)
{
	assert_int_equal(node_parse_uptime("3828.99 7000.00\n"), 3828);
	assert_int_equal(node_parse_uptime("0.01 0.00\n"), 0);
	assert_int_equal(node_parse_uptime(""), -1);
	assert_int_equal(node_parse_uptime("-5.00 1.00"), -1);
	assert_int_equal(node_parse_uptime("x"), -1);
	assert_int_equal(node_parse_uptime("12x"), -1);
	assert_true(node_uptime(-1) > 0);
	assert_true(node_cpus() >= 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(load),
		cmocka_unit_test(uptime),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
