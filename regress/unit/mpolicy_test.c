/* SPDX-License-Identifier: ISC */
/*
 * The policy of a device, as a table: what a server may make it do and what
 * not, each refusal with the word of the policy.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "mpolicy.h"

static struct msg_conf_mpolicy conf;
static struct prefix connected[2], host[1];
static struct mpolicy policy;
static struct msg_mnet_set net;

static struct prefix
prefix(const char *text)
{
	struct prefix p;

	assert_int_equal(prefix_parse(text, &p), 0);
	return (p);
}

static int
setup(void **state)
{
	memset(&conf, 0, sizeof(conf));
	conf.naccept = 2;
	conf.accept[0] = prefix("100.64.0.0/10");
	conf.accept[1] = prefix("fd00::/8");
	conf.naccept_routes = 2;
	conf.accept_routes[0] = prefix("192.168.0.0/16");
	conf.accept_routes[1] = prefix("2001:db8::/32");
	conf.networks_max = 2;
	conf.peers_max = 3;
	conf.port_first = 51820;
	conf.port_last = 51829;
	connected[0] = prefix("192.168.1.0/24");
	connected[1] = prefix("100.100.0.0/16");
	host[0] = prefix("203.0.113.1");
	policy = (struct mpolicy){ &conf, connected, 2, host, 1 };
	memset(&net, 0, sizeof(net));
	strlcpy(net.name, "prod", sizeof(net.name));
	net.naddrs = 2;
	net.addrs[0] = prefix("100.64.1.5/24");
	net.addrs[1] = prefix("fd00:1::5/64");
	return (0);
}

/* NULL or the word with which the reason begins. */
static void
expect(const char *what, const char *got, const char *word)
{
	if (word == NULL && got != NULL)
		fail_msg("%s: refused: %s", what, got);
	if (word != NULL && got == NULL)
		fail_msg("%s: allowed", what);
	if (word != NULL && strncmp(got, word, strlen(word)) != 0)
		fail_msg("%s: \"%s\" instead of %s", what, got, word);
}

static void
addresses(void **state)
{
	static const struct {
		const char *addr, *word;
	} cases[] = {
		{ "100.64.1.5/24", NULL },
		{ "fd00::1/64", NULL },
		{ "100.64.0.1/10", NULL },
		{ "100.63.0.1/9", "accept: " },
		{ "100.64.1.5/9", "accept: " },
		{ "10.0.0.1/24", "accept: " },
		{ "8.8.8.8/32", "accept: " },
		{ "0.0.0.0/0", "accept: " },
		{ "fe80::1/64", "accept: " },
		{ "fd00::1/7", "accept: " },
		{ "100.100.1.1/24", "route conflict: " },
		{ "100.100.0.1/16", "route conflict: " },
		{ "100.64.0.1/10", NULL },
	};
	size_t i;

	connected[1] = prefix("100.100.0.0/16");
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		net.naddrs = 1;
		net.addrs[0] = prefix(cases[i].addr);
		/* The whole of accept holds the connected one. */
		policy.nconnected = net.addrs[0].len == 10 ? 0 : 2;
		expect(cases[i].addr, mpolicy_net(&policy, &net, NULL, 0),
		    cases[i].word);
	}
	policy.nconnected = 2;
	net.addrs[0] = prefix("100.64.0.1/10");
	expect("a prefix that holds a connected one",
	    mpolicy_net(&policy, &net, NULL, 0), "route conflict: ");
	net.addrs[0] = net.addrs[1] = prefix("100.64.1.5/24");
	net.naddrs = 2;
	expect("twice", mpolicy_net(&policy, &net, NULL, 0), "accept: ");
}

static void
networks(void **state)
{
	const struct msg_mnet_set *others[2];
	struct msg_mnet_set one = net, two = net;

	others[0] = &one;
	others[1] = &two;
	one.port = 51821;
	expect("one", mpolicy_net(&policy, &net, others, 1), NULL);
	expect("three", mpolicy_net(&policy, &net, others, 2),
	    "networks_max: ");
	net.port = 51821;
	expect("same port", mpolicy_net(&policy, &net, others, 1), "ports: ");
	net.port = 51819;
	expect("below", mpolicy_net(&policy, &net, others, 1), "ports: ");
	net.port = 51830;
	expect("above", mpolicy_net(&policy, &net, others, 1), "ports: ");
	net.port = 51829;
	expect("the last", mpolicy_net(&policy, &net, others, 1), NULL);
	net.mtu = 1279;
	expect("small", mpolicy_net(&policy, &net, others, 1), "mtu: ");
	net.mtu = 9001;
	expect("large", mpolicy_net(&policy, &net, others, 1), "mtu: ");
	net.mtu = 1380;
	expect("an MTU", mpolicy_net(&policy, &net, others, 1), NULL);
}

static void
roles(void **state)
{
	net.negress = 1;
	net.egress[0] = prefix("192.168.7.0/24");
	expect("relay", mpolicy_role(&policy, &net, MESH_RELAY), "relay: ");
	expect("hub", mpolicy_role(&policy, &net, MESH_HUB), "relay: ");
	expect("egress", mpolicy_role(&policy, &net, MESH_EGRESS), "egress: ");
	conf.relay = 1;
	expect("relay", mpolicy_role(&policy, &net, MESH_RELAY), NULL);
	expect("hub", mpolicy_role(&policy, &net, MESH_HUB), NULL);
	conf.negress = 1;
	conf.egress[0] = prefix("192.168.0.0/16");
	expect("no wan", mpolicy_role(&policy, &net, MESH_EGRESS), "egress: ");
	strlcpy(conf.egress_wan, "eth0", sizeof(conf.egress_wan));
	expect("egress", mpolicy_role(&policy, &net, MESH_EGRESS), NULL);
	net.egress[0] = prefix("192.0.0.0/8");
	expect("wider", mpolicy_role(&policy, &net, MESH_EGRESS), "egress: ");
	net.egress[0] = prefix("0.0.0.0/0");
	expect("all", mpolicy_role(&policy, &net, MESH_EGRESS), "egress: ");
	conf.egress[0] = prefix("0.0.0.0/0");
	expect("all", mpolicy_role(&policy, &net, MESH_EGRESS), NULL);
}

static const char *
ask(struct msg_mpeer_set *m, enum peer_code *code)
{
	static const uint8_t pub[WGKEY_LEN] = { 7 };
	const struct mpolicy_net n = { &net, pub, 2, UINT32_MAX };

	return (mpolicy_peer(&policy, &n, m, code));
}

static void
wish(struct msg_mpeer_set *m)
{
	memset(m, 0, sizeof(*m));
	m->pubkey[0] = 9;
	strlcpy(m->member, "m9", sizeof(m->member));
}

static void
prefixes(void **state)
{
	static const struct {
		const char *prefix, *word;
	} cases[] = {
		{ "100.64.1.9/32", NULL },
		{ "100.64.1.0/24", NULL },
		{ "fd00:1::9/128", NULL },
		{ "fd00:1::/64", NULL },
		{ "192.168.10.0/24", NULL },
		{ "2001:db8:1::/48", NULL },
		{ "100.64.1.5/32", "accept: " },
		{ "fd00:1::5/128", "accept: " },
		{ "192.168.10.1/24", "accept_routes: " },
		{ "10.0.0.0/8", "accept_routes: " },
		{ "192.0.0.0/8", "accept_routes: " },
		{ "0.0.0.0/1", "accept_routes: " },
		{ "128.0.0.0/1", "accept_routes: " },
		{ "::/1", "accept_routes: " },
		{ "2000::/3", "accept_routes: " },
		{ "127.0.0.1/32", "accept_routes: " },
		{ "192.168.1.0/24", "route conflict: " },
		{ "192.168.1.7/32", "route conflict: " },
		{ "192.168.0.0/16", "route conflict: " },
		{ "0.0.0.0/0", "full_tunnel: " },
		{ "::/0", "full_tunnel: " },
	};
	struct msg_mpeer_set m;
	enum peer_code code;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		wish(&m);
		m.nprefixes = 1;
		m.prefixes[0] = prefix(cases[i].prefix);
		expect(cases[i].prefix, ask(&m, &code), cases[i].word);
		assert_int_equal(code,
		    cases[i].word == NULL ? PEER_OK : PEER_E_POLICY);
	}
	m.nprefixes = 2;
	m.prefixes[0] = m.prefixes[1] = prefix("100.64.1.9/32");
	expect("twice", ask(&m, &code), "accept_routes: ");
}

static void
tunnels(void **state)
{
	static const struct {
		const char *word, *net, *member;
		bool ok;
	} cases[] = {
		{ "", "prod", "m9", false },
		{ "", "", "", false },
		{ "prod", "prod", "m9", true },
		{ "prod", "prod", "", true },
		{ "prod", "pro", "m9", false },
		{ "prod", "prod2", "m9", false },
		{ "prod/m9", "prod", "m9", true },
		{ "prod/m9", "prod", "m99", false },
		{ "prod/m9", "prod", "", false },
		{ "prod/m9", "prod/m9", "", true },
		{ "prod", "", "m9", false },
	};
	struct msg_mpeer_set m;
	enum peer_code code;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		wish(&m);
		m.nprefixes = 1;
		m.prefixes[0] = prefix("0.0.0.0/0");
		strlcpy(conf.full_tunnel, cases[i].word,
		    sizeof(conf.full_tunnel));
		strlcpy(net.name, cases[i].net, sizeof(net.name));
		strlcpy(m.member, cases[i].member, sizeof(m.member));
		expect(cases[i].word, ask(&m, &code),
		    cases[i].ok ? NULL : "full_tunnel: ");
	}
}

static void
endpoints(void **state)
{
	static const struct {
		const char *host;
		bool ok;
	} cases[] = {
		{ "198.51.100.7", true },
		{ "192.168.1.7", true },
		{ "2001:db8::7", true },
		{ "203.0.113.1", false },	/* ours */
		{ "127.0.0.1", false },
		{ "127.255.255.255", false },
		{ "0.0.0.0", false },
		{ "169.254.169.254", false },
		{ "224.0.0.251", false },
		{ "240.0.0.1", false },
		{ "255.255.255.255", false },
		{ "::", false },
		{ "::1", false },
		{ "fe80::1", false },
		{ "febf::1", false },
		{ "ff02::fb", false },
		{ "100.64.1.7", false },	/* in the network itself */
		{ "fd00:1::7", false },
	};
	struct msg_mpeer_set m;
	enum peer_code code;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		wish(&m);
		m.endpoint = prefix(cases[i].host);
		m.port = 51820;
		expect(cases[i].host, ask(&m, &code),
		    cases[i].ok ? NULL : "endpoint: ");
		assert_int_equal(code, cases[i].ok ? PEER_OK : PEER_E_ENDPOINT);
	}
}

static void
keys(void **state)
{
	const struct mpolicy_net full = { &net, NULL, 3, UINT32_MAX };
	const struct mpolicy_net small = { &net, NULL, 2, 2 };
	struct msg_mpeer_set m;
	enum peer_code code;

	wish(&m);
	expect("a key", ask(&m, &code), NULL);
	m.pubkey[0] = 7;
	expect("our own", ask(&m, &code), "key: ");
	assert_int_equal(code, PEER_E_KEY);
	m.pubkey[0] = 0;
	expect("zero", ask(&m, &code), "key: ");
	wish(&m);
	expect("one more", mpolicy_peer(&policy, &full, &m, &code),
	    "peers_max: ");
	assert_int_equal(code, PEER_E_MAX);
	expect("in user space", mpolicy_peer(&policy, &small, &m, &code),
	    "peers_max: ");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(addresses, setup),
		cmocka_unit_test_setup(networks, setup),
		cmocka_unit_test_setup(roles, setup),
		cmocka_unit_test_setup(prefixes, setup),
		cmocka_unit_test_setup(tunnels, setup),
		cmocka_unit_test_setup(endpoints, setup),
		cmocka_unit_test_setup(keys, setup),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
