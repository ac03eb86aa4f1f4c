/* SPDX-License-Identifier: ISC */
/*
 * Labels of DNS from names that nobody has made for it, who has which, and the
 * records of them.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dnsname.h"
#include "zone.h"

static void
labels(void **state)
{
	static const struct {
		const char *name, *label;
		bool same;
	} names[] = {
		{ "dev-1", "dev-1", true },
		{ "42", "42", true },
		{ "Dev-1", "dev-1", false },
		{ "Anna's  phone", "anna-s-phone", false },
		{ "a.b.c", "a-b-c", false },
		{ "a_b", "a-b", false },
		{ "-a-", "a", false },
		{ "a--b", "a-b", false },
		{ "xn--bcher-kva", "xn-bcher-kva", false },
		{ "b\303\274cher", "b-cher", false },
		{ "caf\303\251", "caf", false },
		{ "\346\227\245\346\234\254", "", false },
		{ "...", "", false },
		{ "*", "", false },
		{ "a\n@ IN NS evil.", "a-in-ns-evil", false },
		{ "$INCLUDE /etc/shadow", "include-etc-shadow", false },
		{ "a;b", "a-b", false },
		{ "a\\000b", "a-000b", false },
	};
	char label[DNS_LABEL], longer[200];
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_int_equal(dns_label(names[i].name, label),
		    names[i].same);
		assert_string_equal(label, names[i].label);
	}
	memset(longer, 'a', sizeof(longer));
	longer[sizeof(longer) - 1] = '\0';
	assert_false(dns_label(longer, label));
	assert_int_equal(strlen(label), 63);
	longer[62] = '-';
	assert_false(dns_label(longer, label));
	assert_int_equal(strlen(label), 62);
	longer[62] = 'a';
	longer[63] = '\0';
	assert_true(dns_label(longer, label));
}

static void
numbers(void **state)
{
	assert_true(dns_is_number("42"));
	assert_true(dns_is_number("0x1f"));
	assert_false(dns_is_number("cafe"));
	assert_false(dns_is_number("4g"));
	assert_false(dns_is_number("0xg"));
}

static void
zones(void **state)
{
	static const char *const bad[] = { "", ".", "..", ".a", "a..b", "a..",
		"-a.b", "a-.b", "a.b-", "a.-b", "a b", "a_b", "a.b\n", "a/b",
		"b\303\274cher.de", "a;b", "$ORIGIN" };
	char dst[DNS_NAME], longer[300];
	size_t i;

	assert_int_equal(dns_zone("Fleet.Example.ORG.", dst), 0);
	assert_string_equal(dst, "fleet.example.org");
	assert_int_equal(dns_zone("a", dst), 0);
	assert_int_equal(dns_zone("xn--bcher-kva.de", dst), 0);
	assert_int_equal(dns_zone("1.168.192.in-addr.arpa", dst), 0);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (dns_zone(bad[i], dst) == 0)
			fail_msg("taken: \"%s\"", bad[i]);
	memset(longer, 'a', sizeof(longer));
	longer[64] = '\0';
	assert_int_equal(dns_zone(longer, dst), -1);
	longer[63] = '\0';
	assert_int_equal(dns_zone(longer, dst), 0);
	for (i = 0; i < 299; i++)
		longer[i] = i % 2 == 0 ? 'a' : '.';
	longer[253] = '\0';
	assert_int_equal(dns_zone(longer, dst), 0);
	assert_string_equal(dst, longer);
	longer[253] = '.';
	longer[254] = 'a';
	longer[255] = '\0';
	assert_int_equal(dns_zone(longer, dst), -1);
}

/* Which names are left out, in the order given and in the other one. */
static void
expect(const char *const *names, size_t n, const char *left)
{
	struct dnshosts d = { 0 };
	char got[512];
	size_t i;
	int pass;

	for (pass = 0; pass < 2; pass++) {
		for (i = 0; i < n; i++)
			assert_non_null(
			    dnshosts_add(&d, names[pass == 0 ? i : n - 1 - i]));
		dnshosts_settle(&d, strlen("fleet.example.org"));
		got[0] = '\0';
		for (i = 0; i < d.n; i++) {
			if (d.h[i].why == NULL)
				continue;
			strlcat(got, d.h[i].name, sizeof(got));
			strlcat(got, "|", sizeof(got));
		}
		assert_string_equal(got, left);
		dnshosts_clear(&d);
	}
}
#define EXPECT(left, ...)                                                      \
	do {                                                                   \
		const char *const names_[] = { __VA_ARGS__ };                  \
		expect(names_, sizeof(names_) / sizeof(names_[0]), left);      \
	} while (0)

static void
collisions(void **state)
{
	EXPECT("", "a", "b", "c");
	EXPECT("A|", "A", "a");
	EXPECT("A|a.|", "a.", "A", "b");
	EXPECT("A|a_|", "a_", "A", "a");
	/* One name in two networks. */
	EXPECT("a|a|", "a", "a");
	EXPECT("a|a|A|", "a", "A", "a");
	EXPECT("...|", "...", "a");
	EXPECT("ns|NS|wpad|", "ns", "wpad", "NS", "wpad2");
	EXPECT("LOCALHOST|", "LOCALHOST");
}

static void
too_long(void **state)
{
	struct dnshosts d = { 0 };

	assert_non_null(dnshosts_add(&d, "abc"));
	dnshosts_settle(&d, 249);
	assert_null(d.h[0].why);
	dnshosts_settle(&d, 250);
	assert_non_null(d.h[0].why);
	dnshosts_clear(&d);
}

static void
reverse_names(void **state)
{
	static const struct {
		const char *prefix, *name;
	} good[] = {
		{ "10.0.0.0/8", "10.in-addr.arpa" },
		{ "100.64.1.0/24", "1.64.100.in-addr.arpa" },
		{ "100.64.1.7/32", "7.1.64.100.in-addr.arpa" },
		{ "fd00::/8", "d.f.ip6.arpa" },
		{ "fde3:25fb:7f6c:1::/64",
		    "1.0.0.0.c.6.f.7.b.f.5.2.3.e.d.f.ip6.arpa" },
		{ "2001:db8::1/128",
		    "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa" },
	};
	static const char *const bad[] = { "0.0.0.0/0", "::/0", "10.0.0.0/9",
		"10.0.0.0/23", "10.1.0.0/8", "fd00::/7", "fd00::/49",
		"fd00::1/64" };
	char name[ZONE_REVERSE];
	struct prefix p;
	size_t i;

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(prefix_parse(good[i].prefix, &p), 0);
		assert_int_equal(zone_reverse_name(&p, name), 0);
		assert_string_equal(name, good[i].name);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(prefix_parse(bad[i], &p), 0);
		assert_int_equal(zone_reverse_name(&p, name), -1);
	}
}

/* What a name has in it stays in its comment. */
static void
one_line(void **state)
{
	static struct zone z = { .origin = "e.org", .server = "ns.e.org" };
	struct dnshost *h;
	char *text = NULL;
	size_t len;
	FILE *f;

	assert_non_null(dnshosts_add(&z.hosts_of, "a\n@ IN NS evil."));
	h = dnshosts_add(&z.hosts_of, "a-in-ns-evil");
	assert_non_null(h);
	h->naddrs = 1;
	assert_int_equal(prefix_parse("10.0.0.1", &h->addrs[0]), 0);
	dnshosts_settle(&z.hosts_of, 5);
	f = open_memstream(&text, &len);
	assert_non_null(f);
	zone_write(f, &z, 7);
	fclose(f);
	assert_non_null(strstr(text, "\n\t7 ; serial\n"));
	assert_non_null(strstr(text, "\na-in-ns-evil\tIN A\t10.0.0.1\n"));
	assert_null(strstr(text, "\n@ IN NS"));
	assert_non_null(strstr(text, "\n; left out: a\\n@ IN NS evil.: "));
	free(text);
	dnshosts_clear(&z.hosts_of);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(labels),
		cmocka_unit_test(numbers),
		cmocka_unit_test(zones),
		cmocka_unit_test(collisions),
		cmocka_unit_test(too_long),
		cmocka_unit_test(reverse_names),
		cmocka_unit_test(one_line),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
