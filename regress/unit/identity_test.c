/* SPDX-License-Identifier: ISC */
/* Identity rules, and names fit to be shown. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>
#include <time.h>

#include "identity.h"
#include "san.h"

static struct identity_rules *rules;

static int
add_subject(uint8_t subject, const char *pattern, const char *network)
{
	struct msg_conf_identity m = { .proof = PROOF_CERTIFICATE,
		.subject = subject,
		.role = ROLE_DEVICE };
	char err[512];

	strlcpy(m.pattern, pattern, sizeof(m.pattern));
	strlcpy(m.network, network, sizeof(m.network));
	return (identity_rules_add(rules, &m, err, sizeof(err)));
}

static int
add(uint8_t proof, uint8_t role, const char *pattern, const char *network,
    char *err, size_t errsize)
{
	struct msg_conf_identity m = { .proof = proof,
		.subject = SUBJECT_CN,
		.role = role };

	strlcpy(m.pattern, pattern, sizeof(m.pattern));
	strlcpy(m.network, network, sizeof(m.network));
	return (identity_rules_add(rules, &m, err, errsize));
}

static void
rule(const char *pattern)
{
	char err[512];

	if (add(PROOF_CERTIFICATE, ROLE_DEVICE, pattern, "devices", err,
		sizeof(err)) == -1)
		fail_msg("%s", err);
}

static int
begin(void **state)
{
	rules = identity_rules_new();
	return (rules == NULL ? -1 : 0);
}

static int
end(void **state)
{
	identity_rules_free(rules);
	return (0);
}

static void
is(const char *subject, const char *name)
{
	struct identity id;
	int r;

	r = identity_match(rules, PROOF_CERTIFICATE, subject, strlen(subject),
	    NULL, 0, &id);
	if (name == NULL) {
		if (r == 0)
			fail_msg("%s: matched as %s", subject, id.name);
		assert_int_equal(errno, ENOENT);
	} else {
		if (r == -1)
			fail_msg("%s: %s", subject, strerror(errno));
		assert_string_equal(id.name, name);
	}
}

static void
isnt(const char *subject, size_t len, int e)
{
	struct identity id;

	assert_int_equal(identity_match(rules, PROOF_CERTIFICATE, subject, len,
			     NULL, 0, &id),
	    -1);
	assert_int_equal(errno, e);
}

static void
anchored(void **state)
{
	rule("smart-toilet-(\\d+)");
	rule("vpn-daemon-client");
	is("smart-toilet-12", "12");
	is("vpn-daemon-client", "vpn-daemon-client");
	is("smart-toilet-12.evil", NULL);
	is("xsmart-toilet-12", NULL);
	is("smart-toilet-", NULL);
	is("smart-toilet-12 ", NULL);
	is("vpn-daemon-client2", NULL);
	is("", NULL);
	isnt("smart-toilet-12\n", 16, EINVAL);
	isnt("smart-toilet-12\0x", 17, EINVAL);
}

/* Alternatives are anchored as a whole; anchors of one's own do no harm. */
static void
alternatives(void **state)
{
	rule("a|b");
	rule("^c(d)?e$");
	is("a", "a");
	is("b", "b");
	is("ax", NULL);
	is("xb", NULL);
	is("cde", "d");
	/* A group without a part in the match names nobody. */
	isnt("ce", 2, EINVAL);
}

static void
first_wins(void **state)
{
	struct identity id;
	char err[512];

	assert_int_equal(add(PROOF_HEADER, ROLE_OPERATOR, "dev", "", err,
			     sizeof(err)),
	    0);
	assert_int_equal(add(PROOF_CERTIFICATE, ROLE_PORTAL, "dev", "one", err,
			     sizeof(err)),
	    0);
	assert_int_equal(add(PROOF_CERTIFICATE, ROLE_DEVICE, ".*", "two", err,
			     sizeof(err)),
	    0);
	assert_int_equal(identity_match(rules, PROOF_CERTIFICATE, "dev", 3,
			     NULL, 0, &id),
	    0);
	assert_int_equal(id.rule, 1);
	assert_int_equal(id.role, ROLE_PORTAL);
	assert_string_equal(id.network, "one");
	assert_int_equal(identity_match(rules, PROOF_CERTIFICATE, "x", 1, NULL,
			     0, &id),
	    0);
	assert_int_equal(id.rule, 2);
	assert_int_equal(identity_match(rules, PROOF_HEADER, "dev", 3, NULL, 0,
			     &id),
	    0);
	assert_int_equal(id.rule, 0);
	assert_int_equal(identity_match(rules, PROOF_ADDRESS, "dev", 3, NULL, 0,
			     &id),
	    -1);
	assert_int_equal(errno, ENOENT);
}

static void
lengths(void **state)
{
	char text[80];

	rule(".*");
	memset(text, 'x', sizeof(text));
	isnt("", 0, EINVAL);
	isnt(text, 65, EINVAL);
	text[64] = '\0';
	is(text, text);
}

/* A pattern that explodes ends in an error, not in a hang or a match. */
static void
limits(void **state)
{
	char text[64];
	clock_t from;

	rule("((a+)+)+[bc]");
	rule(".*");
	memset(text, 'a', sizeof(text));
	from = clock();
	isnt(text, sizeof(text), E2BIG);
	assert_true(clock() - from < CLOCKS_PER_SEC / 20);
}

static void
bad_patterns(void **state)
{
	static const char *const bad[] = { "(", "[a-", "a{2,1}", "(?<n>a", "*",
		"\\", "a\\Cb", "(?R" };
	char err[512];
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(add(PROOF_CERTIFICATE, ROLE_DEVICE, bad[i], "",
				     err, sizeof(err)),
		    -1);
		assert_non_null(strstr(err, "identities[0]"));
		assert_non_null(strstr(err, "at character"));
	}
	for (i = 0; i < IDENT_MAX; i++)
		rule("x");
	assert_int_equal(add(PROOF_CERTIFICATE, ROLE_DEVICE, "x", "", err,
			     sizeof(err)),
	    -1);
}

static struct san_list sans;

static void
san(enum conf_subject kind, const char *text)
{
	san_add(&sans, kind, text, strlen(text));
}

/* Who a certificate with this CN and sans is; NULL: errno is e. */
static void
who(const char *cn, const char *name, int e)
{
	struct identity id;
	int r;

	r = identity_match(rules, PROOF_CERTIFICATE, cn, strlen(cn), &sans, 0,
	    &id);
	if (name == NULL) {
		if (r == 0)
			fail_msg("%s: matched as %s", cn, id.name);
		assert_int_equal(errno, e);
		return;
	}
	if (r == -1)
		fail_msg("%s: %s", cn, strerror(errno));
	assert_string_equal(id.name, name);
}

static void
other_names(void **state)
{
	struct identity id;

	assert_false(identity_wants_sans(rules));
	rule("root-(\\d+)");
	assert_false(identity_wants_sans(rules));
	assert_int_equal(add_subject(SUBJECT_URI, "spiffe://x/dev/(\\w+)", "u"),
	    0);
	assert_int_equal(add_subject(SUBJECT_DNS, "(\\w+)\\.dev\\.example",
			     "d"),
	    0);
	assert_int_equal(add_subject(SUBJECT_EMAIL, "(\\w+)@example", "e"), 0);
	assert_true(identity_wants_sans(rules));
	san_init(&sans);
	who("a.dev.example", NULL, ENOENT);
	san(SUBJECT_EMAIL, "a.dev.example");
	who("cn", NULL, ENOENT);
	san(SUBJECT_DNS, "xa.dev.example.evil");
	san(SUBJECT_DNS, "A.DEV.EXAMPLE");
	who("cn", NULL, ENOENT);
	san(SUBJECT_DNS, "a.dev.example");
	who("cn", "a", 0);
	/* The order is that of the rules, not that of the names. */
	san(SUBJECT_URI, "spiffe://x/dev/u1");
	assert_int_equal(identity_match(rules, PROOF_CERTIFICATE, "cn", 2,
			     &sans, 0, &id),
	    0);
	assert_int_equal(id.rule, 1);
	assert_int_equal(id.subject, SUBJECT_URI);
	assert_string_equal(sans.list[id.san].text, "spiffe://x/dev/u1");
	assert_string_equal(id.network, "u");
	assert_string_equal(id.name, "u1");
	who("root-7", "7", 0);
	/* Who has no certificate has no other names. */
	assert_int_equal(identity_match(rules, PROOF_HEADER, "cn", 2, &sans, 0,
			     &id),
	    -1);
	assert_int_equal(errno, ENOENT);
	/* Without a CN, as sallyctl may ask. */
	assert_int_equal(identity_match(rules, PROOF_CERTIFICATE, NULL, 0,
			     &sans, 0, &id),
	    0);
	assert_string_equal(id.name, "u1");
}

/* Two organisations: the CA decides, and the prefix keeps names apart. */
static void
organisations(void **state)
{
	struct msg_conf_identity m = { .proof = PROOF_CERTIFICATE,
		.subject = SUBJECT_CN,
		.role = ROLE_DEVICE,
		.pattern = "dev-(\\d+)",
		.network = "n",
		.has_ca = 1,
		.name_prefix = "a-" };
	struct identity id;
	char err[512], big[IDENT_SIZE];

	assert_int_equal(identity_rules_add(rules, &m, err, sizeof(err)), 0);
	strlcpy(m.name_prefix, "b-", sizeof(m.name_prefix));
	assert_int_equal(identity_rules_add(rules, &m, err, sizeof(err)), 0);
	assert_int_equal(identity_match(rules, PROOF_CERTIFICATE, "dev-1", 5,
			     NULL, 1, &id),
	    0);
	assert_string_equal(id.name, "a-1");
	assert_int_equal(identity_match(rules, PROOF_CERTIFICATE, "dev-1", 5,
			     NULL, 2, &id),
	    0);
	assert_string_equal(id.name, "b-1");
	assert_true(identity_gives(rules, "b-1"));
	assert_false(identity_gives(rules, "1"));
	assert_false(identity_gives(rules, "c-1"));
	assert_false(identity_gives(rules, "b-"));
	assert_int_equal(identity_match(rules, PROOF_CERTIFICATE, "dev-1", 5,
			     NULL, 4, &id),
	    -1);
	assert_int_equal(errno, ENOENT);
	/* With the prefix, a name has at most 64 bytes, too. */
	memset(big, '1', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	memcpy(big, "dev-", 4);
	assert_int_equal(identity_match(rules, PROOF_CERTIFICATE, big, 64, NULL,
			     1, &id),
	    0);
	m.has_ca = 0;
	strlcpy(m.pattern, ".*", sizeof(m.pattern));
	assert_int_equal(identity_rules_add(rules, &m, err, sizeof(err)), 0);
	assert_int_equal(identity_match(rules, PROOF_CERTIFICATE, big, 64, NULL,
			     0, &id),
	    -1);
	assert_int_equal(errno, EINVAL);
	/* The second rule lacks its CA: who is not of the first is refused. */
	identity_rules_lack(rules, 1);
	assert_int_equal(identity_match(rules, PROOF_CERTIFICATE, "dev-1", 5,
			     NULL, 1, &id),
	    0);
	assert_int_equal(identity_match(rules, PROOF_CERTIFICATE, "dev-1", 5,
			     NULL, 4, &id),
	    -1);
	assert_int_equal(errno, ENODATA);
	assert_int_equal(identity_match(rules, PROOF_CERTIFICATE, "x-1", 3,
			     NULL, 4, &id),
	    0);
	assert_string_equal(id.name, "b-x-1");
}

/* Two that fit must mean one identity; nothing later is tried. */
static void
two_names(void **state)
{
	assert_int_equal(add_subject(SUBJECT_DNS, "(\\w+)\\.(a|b)", "d"), 0);
	rule(".*");
	san_init(&sans);
	san(SUBJECT_DNS, "dev.a");
	san(SUBJECT_DNS, "none");
	san(SUBJECT_DNS, "dev.b");
	who("cn", "dev", 0);
	san(SUBJECT_DNS, "DEV.b");
	who("cn", NULL, ENOTUNIQ);
}

/* A kind that cannot be believed refuses where it is asked for, only there. */
static void
bad_names(void **state)
{
	unsigned int i;

	rule("first");
	assert_int_equal(add_subject(SUBJECT_DNS, "ok", "d"), 0);
	rule("last");
	san_init(&sans);
	san(SUBJECT_DNS, "ok");
	san_add(&sans, SUBJECT_EMAIL, "a\0b", 3);
	who("last", "ok", 0);
	san_add(&sans, SUBJECT_DNS, "ok\0", 3);
	who("first", "first", 0);
	who("last", NULL, EINVAL);
	san_init(&sans);
	for (i = 0; i < SAN_MAX; i++)
		san(SUBJECT_DNS, "ok");
	who("last", "ok", 0);
	san(SUBJECT_URI, "x");
	who("last", "ok", 0);
	san(SUBJECT_DNS, "ok");
	who("last", NULL, EINVAL);
	san_init(&sans);
	san_spoil(&sans);
	who("last", NULL, EINVAL);
}

/* Can a lease be called so?  Only a plain pattern tells. */
static void
gives(void **state)
{
	static const struct {
		const char	*pattern;
		const char	*name;
		bool		 yes;
	} cases[] = {
		{ "toilet-(\\d+)", "17", true },
		{ "toilet-(\\d+)", "toilet-17", false },
		{ "toilet-(\\d+)", "17a", false },
		{ "toilet-(\\d+)", "", false },
		{ "[a-z]+", "printer", true },
		{ "[a-z]+", "Printer", false },
		{ "(?:a|b)-([^)(]+)\\)", "x]", true },
		{ "(?:a|b)-([^)(]+)\\)", "x)", false },
		{ "a-([]a]+(-(\\d))?)", "]a-1", true },
		{ "a-([]a]+(-(\\d))?)", "b", false },
		{ "a(b)|c(d)", "b", true },
		{ "a(b)|c(d)", "d", false },
		{ "(a|b)\\1", "q", false },
		/* A case that cannot be decided counts as possible. */
		{ "(?i)a-(b+)", "B", true },
		{ "(?<n>a)-x", "q", true },
		{ "(\\Qa)\\E)x", "q", true },
		{ "a([[:digit:]]+)", "q", true },
		{ "((a)\\2)x", "q", true },
	};
	size_t i;

	assert_false(identity_gives(rules, "a"));
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		identity_rules_free(rules);
		rules = identity_rules_new();
		rule(cases[i].pattern);
		if (identity_gives(rules, cases[i].name) != cases[i].yes)
			fail_msg("%s: %s", cases[i].pattern, cases[i].name);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(anchored, begin, end),
		cmocka_unit_test_setup_teardown(alternatives, begin, end),
		cmocka_unit_test_setup_teardown(first_wins, begin, end),
		cmocka_unit_test_setup_teardown(lengths, begin, end),
		cmocka_unit_test_setup_teardown(limits, begin, end),
		cmocka_unit_test_setup_teardown(bad_patterns, begin, end),
		cmocka_unit_test_setup_teardown(other_names, begin, end),
		cmocka_unit_test_setup_teardown(organisations, begin, end),
		cmocka_unit_test_setup_teardown(two_names, begin, end),
		cmocka_unit_test_setup_teardown(bad_names, begin, end),
		cmocka_unit_test_setup_teardown(gives, begin, end),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
