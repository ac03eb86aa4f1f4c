/* SPDX-License-Identifier: ISC */
/*
 * What the access list says of whom, in each mode.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rules.h"

/* A list: "NAME", "!NAME", "addr PREFIX", "!addr PREFIX", ended by NULL. */
static struct conf *
list(uint8_t mode, const char *const *lines)
{
	struct msg_conf_access_name name;
	struct msg_conf_access_addr addr;
	struct conf *c;
	const char *s;
	bool allow;

	c = conf_new(1);
	c->access_mode = mode;
	for (; *lines != NULL; lines++) {
		allow = **lines != '!';
		s = *lines + !allow;
		if (strncmp(s, "addr ", 5) == 0) {
			addr.allow = allow;
			assert_int_equal(prefix_parse(s + 5, &addr.prefix), 0);
			conf_add_addr(c, &addr);
			continue;
		}
		memset(&name, 0, sizeof(name));
		name.allow = allow;
		(void)strlcpy(name.name, s, sizeof(name.name));
		conf_add_access(c, &name);
	}
	return (c);
}

struct asks {
	const char	*name;
	const char	*who;
	enum verdict	 is[6];		/* by mode */
};

#define N	VERDICT_DENY
#define Y	VERDICT_ALLOW
#define A	VERDICT_ASK
/* Whoever is on no list must be approved in mode approve. */
#define IS(open, allow, deny)						\
	{                                                                      \
		[ACCESS_OPEN] = (open), [ACCESS_ALLOW] = (allow),              \
	    [ACCESS_DENY] = (deny), [ACCESS_NOBODY] = N,		\
		[ACCESS_APPROVE] = (open) == Y && (allow) == N ? A : (allow)   \
	}

static void
table(const char *const *lines, const struct asks *asks)
{
	static const uint8_t modes[] = { ACCESS_OPEN, ACCESS_ALLOW, ACCESS_DENY,
		ACCESS_NOBODY, ACCESS_APPROVE };
	const struct asks *a;
	struct conf *c;
	size_t i;

	for (i = 0; i < sizeof(modes); i++) {
		c = list(modes[i], lines);
		for (a = asks; a->name != NULL; a++)
			if (policy_access(c, a->name, a->who) !=
			    a->is[modes[i]])
				fail_msg("mode %u: %s %s", modes[i], a->name,
				    a->who);
		conf_free(c);
	}
}

static void
names(void **state)
{
	static const char *const lines[] = { "a", "!b", "cn:dev-c", "dev-d",
		"e", "!cn:dev-e", "!f", "f", NULL };
	static const struct asks asks[] = { { "a", "cn:dev-a", IS(Y, Y, N) },
		{ "b", "cn:dev-b", IS(N, N, N) },
		{ "c", "cn:dev-c", IS(Y, Y, N) },
		/* The name of a certificate that does not say so. */
		{ "d", "cn:dev-d", IS(Y, N, N) },
		{ "e", "cn:dev-e", IS(N, N, N) },
		{ "f", "cn:dev-f", IS(N, N, N) },
		{ "g", "cn:dev-g", IS(Y, N, Y) },
		/* No proof is known. */
		{ "a", "", IS(Y, Y, N) }, { "g", "", IS(Y, N, Y) },
		{ NULL, NULL, { N } } };

	table(lines, asks);
}

static void
addrs(void **state)
{
	static const char *const lines[] = { "addr 200::/7", "!addr 201::/16",
		"addr 201:1::/32", "!addr 201:1::5", "201:1::5",
		"addr 201:2::/32", "!addr 201:2::/32", "!201:1::6", "smart",
		"!addr 10.0.0.0/8", "addr 10.1.0.0/16", "!addr 0.0.0.0/0",
		NULL };
	static const struct asks asks[] = { { "x", "addr:200::1", IS(Y, Y, N) },
		/* The longest prefix counts, */
		{ "x", "addr:201::1", IS(N, N, N) },
		{ "x", "addr:201:1::1", IS(Y, Y, N) },
		{ "x", "addr:201:1::5", IS(N, N, N) },
		{ "x", "addr:10.9.0.1", IS(N, N, N) },
		{ "x", "addr:10.1.0.1", IS(Y, Y, N) },
		{ "x", "addr:11.1.0.1", IS(N, N, N) },
		/* a denial if both are as long, */
		{ "x", "addr:201:2::1", IS(N, N, N) },
		/* and a name more than an address. */
		{ "201:1::5", "addr:201:1::5", IS(Y, Y, N) },
		{ "201:1::6", "addr:201:1::6", IS(N, N, N) },
		{ "smart", "addr:201::7", IS(Y, Y, N) },
		/* Other proofs have no address. */
		{ "x", "cn:201::1", IS(Y, N, Y) },
		{ "x", "none:10.9.0.1", IS(Y, N, Y) },
		{ "x", "addr:?", IS(Y, N, Y) },
		{ "x", "addr:fd00::1", IS(Y, N, Y) }, { NULL, NULL, { N } } };

	table(lines, asks);
}

/* As many as a list may have, and each is found. */
static void
many(void **state)
{
	struct msg_conf_access_addr m = { 0 };
	char who[PROOF_SIZE];
	struct conf *c;
	unsigned int i;

	c = conf_new(1);
	c->access_mode = ACCESS_ALLOW;
	for (i = 0; i < 100000; i++) {
		snprintf(who, sizeof(who), "200:%x:%x::/%u", i / 256, i % 256,
		    48 + i % 8);
		assert_int_equal(prefix_parse(who, &m.prefix), 0);
		m.allow = i % 2 == 0;
		conf_add_addr(c, &m);
	}
	assert_int_equal(c->addrs.entries.used, 100000);
	for (i = 0; i < 100000; i++) {
		snprintf(who, sizeof(who), "addr:200:%x:%x::9", i / 256,
		    i % 256);
		assert_int_equal(policy_access(c, "x", who),
		    i % 2 == 0 ? VERDICT_ALLOW : VERDICT_DENY);
	}
	conf_free(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(addrs),
		cmocka_unit_test(many),
	};

	return (cmocka_run_group_tests_name("verdict", tests, NULL, NULL));
}
