/* SPDX-License-Identifier: ISC */
/*
 * The packet filter as a whole, as text: what each word of the configuration
 * makes of it, and for whom.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fw_plan.h"
#include "fw_text.h"

static struct kern_fw nets[2];
static char *text;

static int
setup(void **state)
{
	struct kern_fw *n = nets;

	memset(nets, 0, sizeof(nets));
	(void)strlcpy(n->name, "a", sizeof(n->name));
	(void)strlcpy(n->interface, "wg0", sizeof(n->interface));
	n->isolate = true;
	n->npools = 2;
	(void)prefix_parse("10.1.0.0/16", &n->pools[0]);
	(void)prefix_parse("fd00:1::/64", &n->pools[1]);
	nets[1] = nets[0];
	(void)strlcpy(nets[1].name, "b-2", sizeof(nets[1].name));
	(void)strlcpy(nets[1].interface, "wg1", sizeof(nets[1].interface));
	return (0);
}

static int
teardown(void **state)
{
	free(text);
	text = NULL;
	return (0);
}

static void
write_text(size_t n, bool sets)
{
	struct fw_plan p;
	size_t len;
	FILE *fp;

	free(text);
	text = NULL;
	assert_int_equal(0, fw_plan_make(&p, nets, n, sets));
	fp = open_memstream(&text, &len);
	assert_non_null(fp);
	fw_text(&p, 0, "wg0 wg1", fp);
	assert_int_equal(0, fclose(fp));
	fw_plan_clear(&p);
}

/* The rules of a chain, one a line. */
static const char *
chain(const char *name)
{
	static char rules[4096];
	char begin[64];
	const char *p, *end;
	size_t len = 0, n;

	(void)snprintf(begin, sizeof(begin), "\tchain %s {\n", name);
	p = strstr(text, begin);
	assert_non_null(p);
	p += strlen(begin);
	end = strstr(p, "\t}\n");
	assert_non_null(end);
	while (p < end) {
		p += strspn(p, "\t");
		n = strcspn(p, "\n") + 1;
		assert_true(len + n < sizeof(rules));
		memcpy(rules + len, p, n);
		len += n;
		p += n;
	}
	rules[len] = '\0';
	return (rules);
}

static void
test_closed(void **state)
{
	write_text(2, true);
	assert_non_null(strstr(text, "\tcomment \"sallyport 2: wg0 wg1\"\n"));
	assert_string_equal(chain("forward"),
	    "type filter hook forward priority filter; policy accept;\n"
	    "iifname \"wg0\" jump from_a\n"
	    "iifname \"wg1\" jump from_b-2\n"
	    "oifname \"wg0\" jump to_a\n"
	    "oifname \"wg1\" jump to_b-2\n");
	assert_string_equal(chain("from_a"),
	    "ip saddr != @lease4_a counter name \"drop_a\" drop\n"
	    "ip6 saddr != @lease6_a counter name \"drop_a\" drop\n"
	    "counter name \"from_a\"\n"
	    "ct direction reply ct state established,related accept\n"
	    "oifname \"wg0\" counter name \"isolate_a\" drop\n"
	    "counter name \"drop_a\" drop\n");
	assert_string_equal(chain("to_a"),
	    "counter name \"to_a\"\n"
	    "ct direction reply ct state established,related accept\n"
	    "ct state related accept\n"
	    "counter name \"inbound_a\" drop\n");
	assert_string_equal(chain("postrouting"),
	    "type nat hook postrouting priority srcnat; policy accept;\n");
}

static void
test_words(void **state)
{
	nets[0].isolate = false;
	nets[0].reach = 2;
	nets[0].inbound = true;
	write_text(2, false);
	assert_null(strstr(text, "comment"));
	assert_null(strstr(text, "lease4"));
	assert_string_equal(chain("from_a"),
	    "counter name \"from_a\"\n"
	    "ct direction reply ct state established,related accept\n"
	    "oifname \"wg0\" accept\n"
	    "oifname \"wg1\" accept\n"
	    "counter name \"drop_a\" drop\n");
	assert_string_equal(chain("to_a"),
	    "counter name \"to_a\"\n"
	    "ct direction reply ct state established,related accept\n"
	    "ct state related accept\n"
	    "accept\n");
}

static void
test_egress(void **state)
{
	struct kern_fw *n = nets;

	(void)strlcpy(n->wan, "eth0", sizeof(n->wan));
	n->inbound = true;
	n->masquerade = MASQUERADE_IP6;
	n->ndeny = 1;
	(void)prefix_parse("169.254.0.0/16", &n->deny[0]);
	n->nallow = 3;
	(void)prefix_parse("192.0.2.1/32", &n->allow[0]);
	(void)prefix_parse("0.0.0.0/0", &n->allow[1]);
	(void)prefix_parse("2001:db8::/32", &n->allow[2]);
	write_text(1, false);
	assert_string_equal(chain("from_a"),
	    "counter name \"from_a\"\n"
	    "oifname \"eth0\" tcp flags syn / syn,rst tcp option maxseg size set rt mtu\n"
	    "oifname \"eth0\" ct direction reply ct state established,related counter name \"out_a\" accept\n"
	    "ct direction reply ct state established,related accept\n"
	    "oifname \"wg0\" counter name \"isolate_a\" drop\n"
	    "oifname \"eth0\" ct state invalid counter name \"drop_a\" drop\n"
	    "oifname \"eth0\" ip daddr 169.254.0.0/16 counter name \"deny_a\" drop\n"
	    "oifname \"eth0\" ip daddr 192.0.2.1 counter name \"out_a\" accept\n"
	    "oifname \"eth0\" meta nfproto ipv4 counter name \"out_a\" accept\n"
	    "oifname \"eth0\" ip6 daddr 2001:db8::/32 counter name \"out_a\" accept\n"
	    "oifname \"eth0\" counter name \"allow_a\" drop\n"
	    "counter name \"drop_a\" drop\n");
	assert_string_equal(chain("to_a"),
	    "counter name \"to_a\"\n"
	    "iifname \"eth0\" tcp flags syn / syn,rst tcp option maxseg size set rt mtu\n"
	    "iifname \"eth0\" ct direction reply ct state established,related counter name \"in_a\" accept\n"
	    "ct direction reply ct state established,related accept\n"
	    "iifname \"eth0\" ct state related counter name \"in_a\" accept\n"
	    "ct state related accept\n"
	    "iifname \"eth0\" counter name \"in_a\" accept\n"
	    "counter name \"inbound_a\" drop\n");
	assert_string_equal(chain("postrouting"),
	    "type nat hook postrouting priority srcnat; policy accept;\n"
	    "oifname \"eth0\" ip6 saddr fd00:1::/64 masquerade\n");
	n->masquerade = MASQUERADE_IP4 | MASQUERADE_IP6;
	n->nallow = 0;
	write_text(1, false);
	assert_non_null(strstr(chain("from_a"),
	    "\noifname \"eth0\" counter name \"out_a\" accept\n"));
	assert_non_null(
	    strstr(chain("postrouting"), "ip saddr 10.1.0.0/16 masquerade\n"));
}

/* Only what is ours on the interface of somebody else. */
static void
test_adopted(void **state)
{
	nets[0].adopt = true;
	write_text(1, true);
	assert_string_equal(chain("forward"),
	    "type filter hook forward priority filter; policy accept;\n"
	    "iifname \"wg0\" ip saddr 10.1.0.0/16 jump from_a\n"
	    "iifname \"wg0\" ip6 saddr fd00:1::/64 jump from_a\n"
	    "oifname \"wg0\" ip daddr 10.1.0.0/16 jump to_a\n"
	    "oifname \"wg0\" ip6 daddr fd00:1::/64 jump to_a\n");
	assert_string_equal(chain("to_a"),
	    "ip daddr != @lease4_a accept\n"
	    "ip6 daddr != @lease6_a accept\n"
	    "counter name \"to_a\"\n"
	    "ct direction reply ct state established,related accept\n"
	    "ct state related accept\n"
	    "iifname \"wg0\" counter name \"isolate_a\" drop\n"
	    "counter name \"inbound_a\" drop\n");
	assert_memory_equal(chain("from_a"), "ip saddr != @lease4_a accept\n",
	    29);
}

/* A subnet behind a peer is let through as the peer itself. */
static void
test_subnets(void **state)
{
	static const char begin[] =
	    "ip saddr != @lease4_a ip saddr != 192.168.0.0/16 ip saddr != 172.16.0.9 counter name \"drop_a\" drop\n"
	    "ip6 saddr != @lease6_a ip6 saddr != fd01::/48 counter name \"drop_a\" drop\n"
	    "counter name \"from_a\"\n";
	struct kern_fw *n = nets;

	n->nsubnets = 3;
	(void)prefix_parse("192.168.0.0/16", &n->subnets[0]);
	(void)prefix_parse("fd01::/48", &n->subnets[1]);
	(void)prefix_parse("172.16.0.9/32", &n->subnets[2]);
	n->masquerade = MASQUERADE_IP4;
	(void)strlcpy(n->wan, "eth0", sizeof(n->wan));
	write_text(1, true);
	assert_int_equal(0, strncmp(chain("from_a"), begin, strlen(begin)));
	assert_string_equal(chain("postrouting"),
	    "type nat hook postrouting priority srcnat; policy accept;\n"
	    "oifname \"eth0\" ip saddr 10.1.0.0/16 masquerade\n"
	    "oifname \"eth0\" ip saddr 192.168.0.0/16 masquerade\n"
	    "oifname \"eth0\" ip saddr 172.16.0.9 masquerade\n");
	n->adopt = true;
	write_text(1, true);
	assert_non_null(strstr(chain("forward"),
	    "iifname \"wg0\" ip6 saddr fd01::/48 jump from_a\n"));
	assert_non_null(strstr(chain("forward"),
	    "oifname \"wg0\" ip daddr 172.16.0.9 jump to_a\n"));
	assert_non_null(strstr(chain("to_a"),
	    "ip daddr != @lease4_a ip daddr != 192.168.0.0/16 ip daddr != 172.16.0.9 accept\n"));
}

/* Tunnels, which have no egress but their network's either. */
static void
test_tunnels(void **state)
{
	(void)strlcpy(nets[0].interface, "spg*", sizeof(nets[0].interface));
	write_text(2, false);
	assert_string_equal(chain("from_a"),
	    "counter name \"from_a\"\n"
	    "ct direction reply ct state established,related accept\n"
	    "oifname \"spg*\" counter name \"isolate_a\" drop\n"
	    "counter name \"drop_a\" drop\n");
	(void)strlcpy(nets[0].wan, "eth0", sizeof(nets[0].wan));
	write_text(2, false);
	assert_string_equal(chain("from_a"),
	    "counter name \"from_a\"\n"
	    "oifname \"eth0\" tcp flags syn / syn,rst tcp option maxseg size set rt mtu\n"
	    "oifname \"eth0\" ct direction reply ct state established,related counter name \"out_a\" accept\n"
	    "ct direction reply ct state established,related accept\n"
	    "oifname \"spg*\" counter name \"isolate_a\" drop\n"
	    "oifname \"eth0\" counter name \"out_a\" accept\n"
	    "counter name \"drop_a\" drop\n");
	assert_string_equal(chain("prerouting"),
	    "type filter hook prerouting priority raw; policy accept;\n"
	    "iifname \"spg*\" meta nfproto ipv6 fib saddr . iif oif missing counter name \"drop_a\" drop\n");
	nets[0].npools = 1;
	assert_int_equal(AF_INET, nets[0].pools[0].family);
	write_text(2, false);
	assert_null(strstr(text, "prerouting"));
}

/* As wg-quick has it, in a table that other rules share. */
static void
test_tunnel(void **state)
{
	nets[0].mesh = nets[0].tunnel = true;
	nets[0].naddrs = 2;
	(void)prefix_parse("10.1.0.5/16", &nets[0].addrs[0]);
	(void)prefix_parse("fd00:1::5/64", &nets[0].addrs[1]);
	write_text(2, true);
	assert_string_equal(chain("prerouting"),
	    "type filter hook prerouting priority raw; policy accept;\n"
	    "iifname != \"wg0\" ip daddr 10.1.0.5 fib saddr type != local counter name \"drop_a\" drop\n"
	    "iifname != \"wg0\" ip6 daddr fd00:1::5 fib saddr type != local counter name \"drop_a\" drop\n");
	assert_string_equal(chain("premangle"),
	    "type filter hook prerouting priority mangle; policy accept;\n"
	    "meta l4proto udp ct mark 0x7370004d meta mark set ct mark\n");
	assert_string_equal(chain("postmangle"),
	    "type filter hook postrouting priority mangle; policy accept;\n"
	    "meta l4proto udp meta mark 0x7370004d ct mark set meta mark\n");
	nets[0].tunnel = false;
	write_text(2, true);
	assert_null(strstr(text, "mangle"));
}

/* A relay forwards to what lies behind a member, and back, and no further. */
static void
test_behind(void **state)
{
	nets[0].mesh = true;
	nets[0].isolate = false;
	nets[0].nbehind = 1;
	(void)prefix_parse("192.168.10.0/24", &nets[0].behind[0]);
	write_text(1, true);
	assert_string_equal(chain("forward"),
	    "type filter hook forward priority filter; policy accept;\n"
	    "iifname \"wg0\" oifname \"wg0\" ip saddr 10.1.0.0/16 ip daddr 192.168.10.0/24 accept\n"
	    "iifname \"wg0\" oifname \"wg0\" ip saddr 192.168.10.0/24 ip daddr 10.1.0.0/16 accept\n"
	    "iifname \"wg0\" ip saddr 10.1.0.0/16 jump from_a\n"
	    "iifname \"wg0\" ip6 saddr fd00:1::/64 jump from_a\n"
	    "iifname \"wg0\" counter name \"drop_a\" drop\n"
	    "oifname \"wg0\" ip daddr 10.1.0.0/16 jump to_a\n"
	    "oifname \"wg0\" ip6 daddr fd00:1::/64 jump to_a\n"
	    "oifname \"wg0\" counter name \"drop_a\" drop\n");
	nets[0].isolate = true;
	write_text(1, true);
	assert_null(strstr(text, "192.168.10.0/24"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_closed, setup, teardown),
		cmocka_unit_test_setup_teardown(test_words, setup, teardown),
		cmocka_unit_test_setup_teardown(test_egress, setup, teardown),
		cmocka_unit_test_setup_teardown(test_adopted, setup, teardown),
		cmocka_unit_test_setup_teardown(test_tunnels, setup, teardown),
		cmocka_unit_test_setup_teardown(test_subnets, setup, teardown),
		cmocka_unit_test_setup_teardown(test_tunnel, setup, teardown),
		cmocka_unit_test_setup_teardown(test_behind, setup, teardown),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
