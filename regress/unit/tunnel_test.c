/* SPDX-License-Identifier: ISC */
/* The far ends of tunnels, from the proofs of leases. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "peernet.h"
#include "tunnel.h"

#define NODE	"207:fefe:fefe:fefe:fefe:fefe:fefe:fefe"

static void
remotes(void **state)
{
	static const struct {
		const char	*who;
		bool		 good;
	} cases[] = {
		{ "addr:" NODE, true },
		{ "addr:10.0.0.1", true },
		{ "", false },
		{ "addr:", false },
		{ "addr:x", false },
		{ "addr:200::/7", false },
		{ "addr:200::1/64", false },
		{ "cn:" NODE, false },
		{ "none:" NODE, false },
		{ NODE, false },
	};
	struct prefix p;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (tunnel_remote(cases[i].who, &p) != cases[i].good ||
		    (p.family != 0) != cases[i].good)
			fail_msg("%s", cases[i].who);
	}
}

static void
keys(void **state)
{
	struct network n;
	uint8_t key[WGKEY_LEN];

	memset(&n, 0, sizeof(n));
	memset(key, 1, sizeof(key));
	assert_true(tunnel_fits(&n, "cn:dev-1", key));
	n.conf.gre = 1;
	assert_true(tunnel_fits(&n, "addr:" NODE, key));
	assert_true(tunnel_fits(&n, "addr:307:fefe:fefe:fefe::1", key));
	assert_false(tunnel_fits(&n, "addr:207:fefe:fefe:fefe::1", key));
	assert_false(tunnel_fits(&n, "cn:" NODE, key));
	assert_false(tunnel_fits(&n, "", key));
	key[0] = 2;
	assert_false(tunnel_fits(&n, "addr:" NODE, key));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(remotes),
		cmocka_unit_test(keys),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
