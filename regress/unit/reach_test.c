/* SPDX-License-Identifier: ISC */
/*
 * What the identity rules and listeners let a front ask for.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "reach.h"

static struct config conf;
static struct msg_conf_reach row[REACH_MAX];
static unsigned int rows;

static void
rule(uint8_t proof, uint8_t role, const char *pattern, const char *network)
{
	struct conf_identity *id;

	id = &conf.identities[conf.nidentities++];
	id->proof = proof;
	id->role = role;
	strlcpy(id->pattern, pattern, sizeof(id->pattern));
	strlcpy(id->network, network, sizeof(id->network));
}

static void
listener(uint8_t proof, uint16_t api)
{
	conf.listen[conf.nlisten].proof = proof;
	conf.listen[conf.nlisten++].api = api;
}

static int
setup(void **state)
{
	memset(&conf, 0, sizeof(conf));
	conf.nnetworks = 2;
	strlcpy(conf.networks[0].msg.name, "net0", NETNAME_SIZE);
	strlcpy(conf.networks[1].msg.name, "net1", NETNAME_SIZE);
	return (0);
}

static bool
has(uint8_t role, const char *network, const char *name)
{
	unsigned int i;

	for (i = 0; i < rows; i++)
		if (row[i].role == role &&
		    strcmp(row[i].network, network) == 0 &&
		    strcmp(row[i].name, name) == 0)
			return (true);
	return (false);
}

static void
test_roles(void **state)
{
	rule(PROOF_CERTIFICATE, ROLE_DEVICE, "dev-(.*)", "net0");
	rule(PROOF_CERTIFICATE, ROLE_DEVICE, "dev-(.*)", "net0");
	rule(PROOF_CERTIFICATE, ROLE_PORTAL, "portal", "net1");
	rule(PROOF_CERTIFICATE, ROLE_OPERATOR, "admin", "");
	rule(PROOF_CERTIFICATE, ROLE_MONITOR, "watch", "net1");
	listener(PROOF_CERTIFICATE, API_AUTOWG | API_NATIVE);
	rows = config_reach(&conf, row);
	assert_int_equal(rows, 5);
	assert_true(has(ROLE_DEVICE, "net0", ""));
	assert_true(has(ROLE_PORTAL, "net1", "portal"));
	assert_true(has(ROLE_OPERATOR, "", ""));
	assert_true(has(ROLE_MONITOR, "", ""));
	assert_true(has(ROLE_MONITOR, "net1", ""));
}

static bool
has_tenant(uint8_t role, const char *tenant, const char *name)
{
	unsigned int i;

	for (i = 0; i < rows; i++)
		if (row[i].mesh && row[i].role == role &&
		    strcmp(row[i].network, tenant) == 0 &&
		    strcmp(row[i].name, name) == 0)
			return (true);
	return (false);
}

/* Rights in meshes need a listener that serves them, and give no others. */
static void
test_tenants(void **state)
{
	rule(PROOF_CERTIFICATE, ROLE_DEVICE, "dev-(.*)", "");
	strlcpy(conf.identities[0].tenant, "acme", NETNAME_SIZE);
	rule(PROOF_CERTIFICATE, ROLE_DEVICE, "one", "net0");
	strlcpy(conf.identities[1].tenant, "acme", NETNAME_SIZE);
	rule(PROOF_CERTIFICATE, ROLE_OPERATOR, "noc", "");
	strlcpy(conf.identities[2].tenant, "acme", NETNAME_SIZE);
	rule(PROOF_CERTIFICATE, ROLE_SUPER_ADMIN, "root", "");
	listener(PROOF_CERTIFICATE, API_NATIVE);
	rows = config_reach(&conf, row);
	assert_int_equal(rows, 1);
	assert_true(has(ROLE_DEVICE, "net0", "one"));
	listener(PROOF_CERTIFICATE, API_MESH);
	rows = config_reach(&conf, row);
	assert_int_equal(rows, 5);
	assert_true(has_tenant(ROLE_DEVICE, "acme", ""));
	assert_true(has_tenant(ROLE_DEVICE, "acme", "one"));
	assert_true(has_tenant(ROLE_OPERATOR, "acme", ""));
	assert_true(has_tenant(ROLE_SUPER_ADMIN, "", ""));
	assert_true(has(ROLE_DEVICE, "net0", "one"));
	assert_false(has(ROLE_OPERATOR, "", ""));
	/* The same by the calls of umoo's plugin. */
	conf.nlisten = 0;
	listener(PROOF_CERTIFICATE, API_CONNECT);
	rows = config_reach(&conf, row);
	assert_int_equal(rows, 4);
	assert_true(has_tenant(ROLE_OPERATOR, "acme", ""));
	assert_true(has_tenant(ROLE_SUPER_ADMIN, "", ""));
}

/* A rule gives nothing without a listener of its proof and dialect. */
static void
test_listeners(void **state)
{
	rule(PROOF_HEADER, ROLE_DEVICE, "a", "net0");
	rule(PROOF_CERTIFICATE, ROLE_DEVICE, "b", "net0");
	rule(PROOF_CERTIFICATE, ROLE_OPERATOR, "c", "");
	rule(PROOF_CERTIFICATE, ROLE_PORTAL, "d", "net0");
	listener(PROOF_CERTIFICATE, API_PORTAL);
	listener(PROOF_NONE, API_METRICS);
	rows = config_reach(&conf, row);
	assert_int_equal(rows, 1);
	assert_true(has(ROLE_PORTAL, "net0", "d"));
}

static void
test_portal_without_rule(void **state)
{
	rule(PROOF_CERTIFICATE, ROLE_PORTAL, "p", "net1");
	listener(PROOF_CERTIFICATE, API_PORTAL);
	rows = config_reach(&conf, row);
	assert_int_equal(rows, 1);
	listener(PROOF_NONE, API_PORTAL);
	listener(PROOF_HEADER, API_PORTAL);
	rows = config_reach(&conf, row);
	assert_int_equal(rows, 2);
	assert_true(has(ROLE_PORTAL, "net0", "default"));
	conf.nnetworks = 0;
	assert_int_equal(config_reach(&conf, row), 1);
}

/* Clients of autoygg are devices, and nothing else. */
static void
test_autoygg(void **state)
{
	rule(PROOF_ADDRESS, ROLE_DEVICE, "2.*", "net0");
	rule(PROOF_ADDRESS, ROLE_OPERATOR, "3.*", "");
	listener(PROOF_ADDRESS, API_AUTOYGG);
	rows = config_reach(&conf, row);
	assert_int_equal(rows, 1);
	assert_true(has(ROLE_DEVICE, "net0", ""));
}

static void
test_password(void **state)
{
	strlcpy(conf.auth_file, "/x", sizeof(conf.auth_file));
	listener(PROOF_CERTIFICATE, API_NATIVE);
	assert_int_equal(config_reach(&conf, row), 0);
	listener(PROOF_CERTIFICATE, API_AUTOWG);
	rows = config_reach(&conf, row);
	assert_int_equal(rows, 1);
	assert_true(has(ROLE_MONITOR, "", ""));
}

/* A pattern without special characters has one name. */
static void
test_names(void **state)
{
	static const char *const any[] = {
		".", "a.b", "a|b", "(?i)a", "a*", "\\d", "a\\", "[a]", "a$",
		"\\Qa\\E", "\xc3\xa9",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	};
	static const char *const one[][2] = {
		{ "a", "a" }, { "vpn-1_x@h:2/3 4", "vpn-1_x@h:2/3 4" },
		{ "a\\.b\\+", "a.b+" },
		{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" }
	};
	size_t i;

	listener(PROOF_CERTIFICATE, API_NATIVE);
	for (i = 0; i < sizeof(any) / sizeof(any[0]); i++) {
		conf.nidentities = 0;
		rule(PROOF_CERTIFICATE, ROLE_DEVICE, any[i], "net0");
		rows = config_reach(&conf, row);
		assert_true(has(ROLE_DEVICE, "net0", ""));
	}
	for (i = 0; i < sizeof(one) / sizeof(one[0]); i++) {
		conf.nidentities = 0;
		rule(PROOF_CERTIFICATE, ROLE_DEVICE, one[i][0], "net0");
		rows = config_reach(&conf, row);
		assert_true(has(ROLE_DEVICE, "net0", one[i][1]));
	}
}

/* The most rows that a configuration can give. */
static void
test_room(void **state)
{
	char network[NETNAME_SIZE] = "n__";
	unsigned int i;

	for (i = 0; i < IDENT_MAX; i++) {
		network[1] = (char)('A' + i / 16);
		network[2] = (char)('A' + i % 16);
		rule(PROOF_ADDRESS, ROLE_OPERATOR, ".*", network);
	}
	listener(PROOF_ADDRESS, API_AUTOWG | API_NATIVE);
	listener(PROOF_NONE, API_PORTAL);
	strlcpy(conf.auth_file, "/x", sizeof(conf.auth_file));
	assert_int_equal(config_reach(&conf, row), REACH_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_roles, setup),
		cmocka_unit_test_setup(test_tenants, setup),
		cmocka_unit_test_setup(test_listeners, setup),
		cmocka_unit_test_setup(test_portal_without_rule, setup),
		cmocka_unit_test_setup(test_autoygg, setup),
		cmocka_unit_test_setup(test_password, setup),
		cmocka_unit_test_setup(test_names, setup),
		cmocka_unit_test_setup(test_room, setup),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
