/* SPDX-License-Identifier: ISC */
/*
 * autoygg-server's files as files of ours.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "yggaccess.h"
#include "yggconf.h"

#define KEY	"bdbacfd82240de3dcd123924cbb55256fb8dab08aa98e305528ab84f419e6efb"

/* What was told, as "line what: why;", and what was written. */
struct result {
	struct yreader	 r;
	int		 st;
	char		 told[2048];
	char		*text;
	size_t		 len;
};

typedef int write_fn(struct yreader *, const struct ynode *, FILE *);

static void
left_out(void *arg, struct ypos at, const char *what, const char *why)
{
	struct result *res = arg;
	char one[256];

	(void)snprintf(one, sizeof(one), "%u %s: %s;", at.line, what, why);
	(void)strlcat(res->told, one, sizeof(res->told));
}

static void
run(struct result *res, const char *text, write_fn *fn)
{
	struct ynode *root;
	FILE *f;

	memset(res, 0, sizeof(*res));
	res->r.left_out = left_out;
	res->r.arg = res;
	root = ytree_read(&res->r, text, strlen(text));
	assert_non_null(root);
	assert_true(yggaccess_is(root) == (fn == yggaccess_write));
	assert_true(yggconf_is(root) == (fn == yggconf_write));
	f = open_memstream(&res->text, &res->len);
	assert_non_null(f);
	res->st = fn(&res->r, root, f);
	assert_int_equal(fclose(f), 0);
	ytree_free(root);
	/* Nothing is written beside an error. */
	if (res->st == -1)
		assert_int_equal(res->len, 0);
}

/* The text that an access list becomes, without its first line. */
static void
becomes(const char *text, const char *list, const char *told)
{
	struct result res;
	const char *body;

	run(&res, text, yggaccess_write);
	if (res.st == -1)
		fail_msg("%s: %s", text, res.r.error);
	body = strchr(res.text, '\n');
	assert_non_null(body);
	assert_string_equal(body + 1, list);
	assert_string_equal(res.told, told);
	free(res.text);
}

static void
access_list(void **state)
{
	becomes("AccessList:\n"
		"  - yggip: 200:1234:5678:9000::1\n"
		"    access: true\n"
		"    comment: node at 124 main street\n"
		"  - {yggip: \"3ff::1\", Access: no}\n"
		"  - {YGGIP: 300::1}\n",
	    "addr 200:1234:5678:9000::1\t# node at 124 main street\n"
	    "!addr 3ff::1\n!addr 300::1\n",
	    "");
	becomes("AccessList:\n", "", "");
	becomes("accesslist: []\n", "", "");
	/* The last of one address counts, however it is written. */
	becomes("AccessList:\n"
		"- {yggip: 200::1, access: true}\n"
		"- {yggip: 200::2, access: true}\n"
		"- {yggip: \"200:0::1\", access: false}\n"
		"- {yggip: 200::2, access: true, comment: \"\"}\n",
	    "!addr 200::1\naddr 200::2\n",
	    "2 200::1: it is there again in line 4, and the last one counts;"
	    "3 200::2: it is there again in line 5, and the last one counts;");
}

static void
access_left_out(void **state)
{
	becomes("x: 1\nAccessList:\n"
		"- {yggip: 10.0.0.1, access: true}\n"
		"- {yggip: fd00::1, access: true}\n"
		"- {yggip: 400::1, access: true}\n"
		"- {yggip: 1ff::1, access: true}\n"
		"- {yggip: \"200::1/64\", access: true}\n"
		"- {yggip: , access: true}\n"
		"- {access: true}\n"
		"- {}\n",
	    "",
	    "1 x: it does not belong into an access list;"
	    "3 10.0.0.1: it is not an IPv6 address;"
	    "4 fd00::1: it is outside of 200::/7;"
	    "5 400::1: it is outside of 200::/7;"
	    "6 1ff::1: it is outside of 200::/7;"
	    "7 200::1/64: it is not an IPv6 address;"
	    "8 : it is not an IPv6 address;"
	    "9 the entry: it has no yggip;"
	    "10 the entry: it has no yggip;");
	becomes("AccessList:\n"
		"- {yggip: \"200:0:0::1\", access: true}\n"
		"- {yggip: 200::2, access: true, port: 1}\n"
		"- {yggip: 200::3, access: true, comment: \"a\\nallow\"}\n",
	    "addr 200::1\naddr 200::2\naddr 200::3\n",
	    "2 200:0:0::1: autoygg-server lets nobody in by this spelling of the address, but sallyport does;"
	    "3 port: autoygg-server does not know it;"
	    "4 comment: it has characters that nobody can see, or several lines;");
}

static void
fails(const char *text, write_fn *fn, unsigned int line, unsigned int column,
    const char *why)
{
	struct result res;

	run(&res, text, fn);
	if (res.st == 0)
		fail_msg("%s: taken", text);
	if (strstr(res.r.error, why) == NULL || res.r.error_at.line != line ||
	    res.r.error_at.column != column)
		fail_msg("%s: %u:%u %s", text, res.r.error_at.line,
		    res.r.error_at.column, res.r.error);
	free(res.text);
}

static void
access_errors(void **state)
{
	write_fn *fn = yggaccess_write;

	fails("AccessList:\n- {yggip: 200::1, access: true}\n"
	      "- yggip: 200::2\n  access: maybe\n",
	    fn, 4, 11, "access must be true or false");
	fails("AccessList:\n- {yggip: fd00::1, access: \"true\"}\n", fn, 2, 28,
	    "access must be true or false");
	fails("AccessList: yes\n", fn, 1, 13, "must be a list");
	fails("AccessList: {a: b}\n", fn, 1, 13, "must be a list");
	fails("AccessList: [a]\n", fn, 1, 14, "must have yggip and access");
	fails("AccessList: [{yggip: [200::1]}]\n", fn, 1, 22, "must be texts");
}

/* Check that a file has this line, told to be left out or written. */
static void
conf_has(const char *yaml, const char *line)
{
	struct result res;
	const char *p;

	run(&res, yaml, yggconf_write);
	if (res.st == -1)
		fail_msg("%s: %s", yaml, res.r.error);
	p = strstr(res.text, line);
	if (p == NULL || (p != res.text && p[-1] != '\n' && p[-1] != '\t'))
		fail_msg("%s: no \"%s\" in\n%s", yaml, line, res.text);
	free(res.text);
}

static void
conf_defaults(void **state)
{
	struct result res;

	run(&res, "StateDir: /var/lib/autoygg\n", yggconf_write);
	assert_int_equal(res.st, 0);
	assert_string_equal(res.told,
	    "0 ListenHost: write the gateway's address in Yggdrasil into gre.local;"
	    "0 GatewayPublicKey: write the key that yggdrasilctl getSelf prints into autoygg.public_key;");
	assert_string_equal(res.text,
	    "# From the server.yaml of autoygg-server.\n"
	    "gateway: { endpoint = \"::1\"; };\n"
	    "networks = ( {\n"
	    "\tname = \"autoygg\";\n"
	    "\ttransport = \"gre\"; gre: { local = \"::1\"; };\n"
	    "\taddress = [ \"10.42.0.1/16\" ];\n"
	    "\tpools = [ \"10.42.42.1-10.42.42.254\" ];\n"
	    "\tlease = \"14400s\";\n"
	    "\tegress: { wan = \"eth0\"; table = 42; masquerade = true; };\n"
	    "} );\n"
	    "identities = ( { proof = \"address\"; pattern = \"[23][0-9a-f]{2}:.*\"; role = \"device\"; network = \"autoygg\"; } );\n"
	    "access: { mode = \"allow\"; file = \"/etc/sallyport/access.list\"; require_contact = true; };\n"
	    "listen = ( { address = \"[::1]:8080\"; api = [ \"autoygg\" ]; proof = \"address\"; } );\n"
	    "autoygg: {\n};\n");
	free(res.text);
}

static void
conf_words(void **state)
{
	conf_has("ListenHost: 200::1\nListenPort: \"80\"\n",
	    "listen = ( { address = \"[200::1]:80\"; ");
	conf_has("LISTENHOST: 10.0.0.1\n",
	    "listen = ( { address = \"10.0.0.1:8080\"; ");
	conf_has("ListenHost: ~\n", "listen = ( { address = \"[::1]:8080\"; ");
	conf_has("GatewayOwner: 'J\"\\'\n", "owner = \"J\\\"\\\\\";\n");
	conf_has("gatewaydescription: d\n", "description = \"d\";\n");
	conf_has("GatewayNetwork: n\n", "network = \"n\";\n");
	conf_has("GatewayLocation: l\n", "location = \"l\";\n");
	conf_has("GatewayInfoURL: http://x/\n", "info_url = \"http://x/\";\n");
	conf_has("GatewayPublicKey: " KEY "\n", "public_key = \"" KEY "\";\n");
	conf_has("RequireRegistration: false\n",
	    "access: { mode = \"allow\"; file = \"/etc/sallyport/access.list\"; require_contact = false; };\n");
	conf_has("AccessListEnabled: no\n",
	    "access: { mode = \"open\"; require_contact = true; };\n");
	conf_has("MaxClients: 20\n", "max_peers = 20;\n");
	conf_has("LeaseTimeoutSeconds: 7200\n", "lease = \"7200s\";\n");
	conf_has("LeaseTimeoutSeconds: 60\n", "lease = \"2100s\";\n");
	conf_has(
	    "GatewayTunnelIP: 10.1.2.1\nGatewayTunnelNetMask: 24\n"
	    "GatewayTunnelIPRangeMin: 10.1.2.9\nGatewayTunnelIPRangeMax: 10.1.2.10\n",
	    "address = [ \"10.1.2.1/24\" ];\n\tpools = [ \"10.1.2.9-10.1.2.9\" ];\n");
	conf_has("ListenHost: 200::1\n",
	    "transport = \"gre\"; gre: { local = \"200::1\"; };\n");
	conf_has("GatewayWanInterface: vpn0\nRoutingTableNumber: 7\n",
	    "egress: { wan = \"vpn0\"; table = 7; masquerade = true; };\n");
}

/* What is told of a word, or "". */
static void
conf_told(const char *word, const char *told)
{
	char text[512], want[512];
	struct result res;

	(void)snprintf(text, sizeof(text),
	    "GatewayPublicKey: " KEY "\n%s\nListenHost: \"200::1\"\n", word);
	(void)snprintf(want, sizeof(want), "%s%s%s", *told == '\0' ? "" : "2 ",
	    told, *told == '\0' ? "" : ";");
	run(&res, text, yggconf_write);
	assert_int_equal(res.st, 0);
	assert_string_equal(res.told, want);
	free(res.text);
}

static void
conf_left_out(void **state)
{
	char text[256];

#define COMMAND "sallyport executes no command"
	conf_told("Shell: /bin/sh", "");
	conf_told("shell: /bin/bash", "shell: " COMMAND);
	conf_told("ShellCommandArg: -ec", "ShellCommandArg: " COMMAND);
	conf_told(
	    "AddIpRuleCommand: ip  rule add from %%GatewayTunnelIP%%/%%GatewayTunnelNetMask%% table %%RoutingTableNumber%% ",
	    "");
	conf_told("AddIpRuleCommand: \"true\"", "AddIpRuleCommand: " COMMAND);
	conf_told(
	    "ListIpRuleCommand: ip rule list |grep 'from %%GatewayTunnelIP%%/%%GatewayTunnelNetMask%% lookup %%RoutingTableNumber%%'",
	    "");
	conf_told("DelFirewallRuleMasqueradeCommand: [a]",
	    "DelFirewallRuleMasqueradeCommand: " COMMAND);
	conf_told("Debug: false", "");
	conf_told("Debug: true", "Debug: start netd with -v for a longer log");
	conf_told("MaxClients: 5",
	    "MaxClients: autoygg-server does not enforce it, but sallyport enforces max_peers");
	conf_told("LeaseTimeoutSeconds: 2099",
	    "LeaseTimeoutSeconds: clients renew every 30 minutes: 35 minutes are taken");
	conf_told("LeaseTimeoutSeconds: 2100", "");
	conf_told("Port: 1", "Port: autoygg-server does not know it");
	(void)snprintf(text, sizeof(text), "GatewayOwner: %0129d", 1);
	conf_told(text, "GatewayOwner: it is longer than 128 bytes");
	conf_told("GatewayOwner: \"a\\tb\"",
	    "GatewayOwner: it has characters that nobody can see, or several lines");
#undef COMMAND
}

static void
conf_errors(void **state)
{
	write_fn *fn = yggconf_write;

	fails("ListenHost: localhost\n", fn, 1, 13, "must be an IP address");
	fails("ListenPort: 0\n", fn, 1, 13, "number from 1 to 65535");
	fails("ListenPort: [80]\n", fn, 1, 13, "must be one value");
	fails("Debug: no\nRequireRegistration: maybe\n", fn, 2, 22,
	    "must be true or false");
	fails("AccessListEnabled: \"true\"\n", fn, 1, 20,
	    "must be true or false");
	fails("GatewayPublicKey: abc\n", fn, 1, 19, "64 hexadecimal digits");
	fails("GatewayOwner: {a: b}\n", fn, 1, 15, "must be one value");
	fails("MaxClients: -1\n", fn, 1, 13, "number from 1");
	fails("LeaseTimeoutSeconds: 1h\n", fn, 1, 22, "number from 1");
	fails("GatewayTunnelIP: fd00::1\n", fn, 1, 18, "IPv4 address");
	fails("GatewayTunnelNetMask: 33\n", fn, 1, 23, "number from 1 to 31");
	fails("GatewayTunnelIPRangeMin: 10.43.0.1\n", fn, 1, 26, "outside of");
	fails("GatewayTunnelIPRangeMax: 10.43.0.1\n", fn, 1, 26, "outside of");
	fails("GatewayTunnelIPRangeMax: 10.42.42.1\n", fn, 1, 26,
	    "above GatewayTunnelIPRangeMin");
	/* The default of the other one may be what is wrong. */
	fails("GatewayTunnelIP: 10.9.0.1\n", fn, 0, 0, "outside of");
	fails("GatewayWanInterface: a/b\n", fn, 1, 22, "an interface");
	fails("RoutingTableNumber: 254\n", fn, 1, 21, "of the system");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(access_list),
		cmocka_unit_test(access_left_out),
		cmocka_unit_test(access_errors),
		cmocka_unit_test(conf_defaults),
		cmocka_unit_test(conf_words),
		cmocka_unit_test(conf_left_out),
		cmocka_unit_test(conf_errors),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
