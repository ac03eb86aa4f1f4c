/* SPDX-License-Identifier: ISC */
/*
 * The parent's configuration in its parts: units, suggestions, the access
 * list, what a reload keeps, and whether the manual has every word.
 */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "access.h"
#include "check.h"
#include "config.h"
#include "log.h"
#include "merge.h"
#include "parse.h"
#include "schema.h"
#include "spell.h"
#include "suggest.h"
#include "units.h"

#define MANUAL	"man/sallyport.conf.5"

static void
durations(void **state)
{
	static const struct {
		const char	*text;
		uint32_t	 s;
		const char	*again;
	} good[] = { { "0s", 0, "0s" }, { "1s", 1, "1s" }, { "60s", 60, "1m" },
		{ "10m", 600, "10m" }, { "1h30m", 5400, "90m" },
		{ "4h", 14400, "4h" }, { "2d", 172800, "2d" },
		{ "1w", 604800, "1w" }, { "3650d", 315360000, "3650d" },
		{ "never", LEASE_NEVER, "never" },
		{ "NEVER", LEASE_NEVER, "never" }, { "5M", 300, "5m" } };
	static const char *const bad[] = { "", "s", "10", "10x", "-1s", " 1s",
		"1s ", "1 s", "1.5h", "1h30", "nevermore", "0x1s", "m1" };
	static const char *const far[] = { "3651d", "4294967295s",
		"4294967296s", "18446744073709551617s", "521w1w",
		"99999999999999999999999w" };
	char text[UNITS_TEXT];
	uint32_t v;
	size_t i;

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(units_parse_duration(good[i].text, &v), 0);
		assert_int_equal(v, good[i].s);
		assert_string_equal(units_format_duration(v, text),
		    good[i].again);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(units_parse_duration(bad[i], &v), -1);
		assert_int_equal(errno, EINVAL);
	}
	for (i = 0; i < sizeof(far) / sizeof(far[0]); i++) {
		assert_int_equal(units_parse_duration(far[i], &v), -1);
		assert_int_equal(errno, ERANGE);
	}
}

/* Whatever is written reads back as the same number. */
static void
units_round(void **state)
{
	char text[UNITS_TEXT];
	uint32_t v, w;

	for (v = 0; v < 400000; v += v < 8000 ? 1 : 977) {
		assert_int_equal(
		    units_parse_duration(units_format_duration(v, text), &w),
		    0);
		assert_int_equal(v, w);
		assert_int_equal(
		    units_parse_millis(units_format_millis(v, text), &w), 0);
		assert_int_equal(v, w);
		assert_int_equal(units_parse_bytes(units_format_bytes(v, text),
				     &w),
		    0);
		assert_int_equal(v, w);
	}
}

static void
sizes(void **state)
{
	uint32_t v;

	assert_int_equal(units_parse_bytes("16k", &v), 0);
	assert_int_equal(v, 16384);
	assert_int_equal(units_parse_bytes("8M", &v), 0);
	assert_int_equal(v, 8388608);
	assert_int_equal(units_parse_bytes("512", &v), 0);
	assert_int_equal(v, 512);
	assert_int_equal(units_parse_bytes("4g", &v), -1);
	assert_int_equal(errno, ERANGE);
	assert_int_equal(units_parse_bytes("16kb", &v), -1);
	assert_int_equal(units_parse_millis("500ms", &v), 0);
	assert_int_equal(v, 500);
	assert_int_equal(units_parse_millis("5s", &v), 0);
	assert_int_equal(v, 5000);
	assert_int_equal(units_parse_millis("1w", &v), -1);
}

static void
suggestions(void **state)
{
	assert_int_equal(spell_distance("", ""), 0);
	assert_int_equal(spell_distance("abc", "abc"), 0);
	assert_int_equal(spell_distance("abc", "abd"), 1);
	assert_int_equal(spell_distance("abc", "acb"), 1);
	assert_int_equal(spell_distance("abc", "abcd"), 1);
	assert_int_equal(spell_distance("abc", ""), 3);
	assert_int_equal(spell_distance("kitten", "sitting"), 3);
	assert_int_equal(spell_distance("0123456789012345678901234567890"
					  "1234567890",
			     "x"),
	    99);
	assert_string_equal(suggest_word("networks[].", "lisen_port"),
	    "listen_port");
	assert_string_equal(suggest_word("networks[].", "intreface"),
	    "interface");
	assert_string_equal(suggest_word("", "gatway"), "gateway");
	assert_string_equal(suggest_word("listen[].tls.", "kye"), "key");
	/* A word of the group below is no word of this one. */
	assert_null(suggest_word("networks[].", "masquerade"));
	assert_null(suggest_word("gateway.", "zzzzzzz"));
}

static void
access_list(void **state)
{
	static const char text[] = "# all\n\n alice \n!bob# no\n ! carol\t\n"
	    "dave#\n!\teve";
	struct access_list l = { NULL, 0 };
	const char *error;

	assert_int_equal(access_parse(&l, text, sizeof(text) - 1, 100, &error),
	    0);
	assert_int_equal(l.n, 5);
	assert_string_equal(l.lines[0].name, "alice");
	assert_true(l.lines[0].allow);
	assert_string_equal(l.lines[1].name, "bob");
	assert_false(l.lines[1].allow);
	assert_string_equal(l.lines[2].name, "carol");
	assert_false(l.lines[2].allow);
	assert_true(l.lines[3].allow);
	assert_string_equal(l.lines[4].name, "eve");
	assert_int_equal(l.lines[4].line, 7);
	access_clear(&l);
	assert_int_equal(access_parse(&l, text, sizeof(text) - 1, 3, &error),
	    6);
	assert_string_equal(error, "there are too many lines");
	access_clear(&l);
}

static void
access_addrs(void **state)
{
	static const char text[] =
	    "addr 200::/7\n!addr:10.0.0.0/8 # no\n"
	    "! addr\t 10.1.2.3\naddr\naddress 5\n200::1\ncn:addr 1";
	static const char *const prefixes[] = { "200::/7", "10.0.0.0/8",
		"10.1.2.3/32" };
	static const char *const names[] = { "addr", "address 5", "200::1",
		"cn:addr 1" };
	struct access_list l = { NULL, 0 };
	char buf[PREFIX_TEXT];
	const char *error;
	size_t i;

	assert_int_equal(access_parse(&l, text, sizeof(text) - 1, 100, &error),
	    0);
	assert_int_equal(l.n, 7);
	for (i = 0; i < 3; i++) {
		assert_string_equal(prefix_format(&l.lines[i].addr, buf),
		    prefixes[i]);
		assert_int_equal(l.lines[i].allow, i == 0);
		assert_int_equal(l.lines[i].line, i + 1);
	}
	for (i = 3; i < l.n; i++) {
		assert_int_equal(l.lines[i].addr.family, 0);
		assert_string_equal(l.lines[i].name, names[i - 3]);
	}
	access_clear(&l);
}

/* The word of a proof is written in small letters, without a blank behind it. */
static void
access_proofs(void **state)
{
	static const char text[] = "!CN: a b\n!Dns:x\n!cn:y\n!b: c\n";
	struct access_list l = { NULL, 0 };
	const char *error;

	assert_int_equal(access_parse(&l, text, sizeof(text) - 1, 100, &error),
	    0);
	assert_int_equal(l.n, 4);
	assert_string_equal(l.lines[0].name, "cn:a b");
	assert_string_equal(l.lines[1].name, "dns:x");
	assert_string_equal(l.lines[2].name, "cn:y");
	assert_string_equal(l.lines[3].name, "b: c");
	access_clear(&l);
}

static void
access_bad(void **state)
{
	static const struct {
		const char	*text;
		size_t		 len;
		long		 line;
	} bad[] = { { "a\n!\nb", 5, 2 }, { "a\nb\x01\n", 5, 2 },
		{ "a\0b", 3, 1 }, { "\n\n\xff", 3, 3 }, { "a\n!!b\n", 6, 2 },
		{ "! !b", 4, 1 }, { "!a!b\n!!", 7, 2 },
		{ "!a\n!a\xc2\xad\n", 7, 2 }, { "a\r\n", 3, 1 },
		{ "\n!\xef\xbb\xbfz", 6, 2 }, { "a\n!CN=b\n", 8, 2 },
		{ "!/cn=b\n", 7, 1 }, { "a\n!cn: \n", 8, 2 },
		{ "a\naddr x\n", 9, 2 }, { "addr:\n", 6, 1 },
		{ "\n!addr 10.0.0.1/8", 17, 2 }, { "addr 1.2.3", 10, 1 },
		{ "addr ::ffff:1.2.3.4", 19, 1 }, { "addr 10.0.0.0/33", 16, 1 },
		{ "addr 1.2.3.4 5.6.7.8", 20, 1 }, { "!10.0.0.0/8", 11, 1 },
		{ "a\n200::/7", 10, 2 },
		{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		  "aaaaaaaaaaaaaaa",
		    70, 1 } };
	struct access_list l = { NULL, 0 };
	const char *error;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(access_parse(&l, bad[i].text, bad[i].len, 100,
				     &error),
		    bad[i].line);
		access_clear(&l);
	}
}

static struct config *
load(const char *text)
{
	char path[] = "/tmp/netd_conf_test.XXXXXX";
	struct config *c;
	int fd;

	fd = mkstemp(path);
	assert_true(fd != -1);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	c = config_load(path);
	unlink(path);
	assert_non_null(c);
	return (c);
}

#define CONF(gw, nets)                                                         \
	"gateway: { endpoint = \"x\"; " gw " };\n"                             \
    "networks = ( " nets " );\n"
#define NET(name, six, rest)                                                   \
	"{ name = \"" name "\"; address = [ \"" six "::1/64\" ]; " rest " }"

/* clang-format off */
#define NET_A	NET("a", "fd01", "interface = \"wg0\"; pools = [ \"fd01::/64\" ]; " \
    "private_key_file = \"/a\";")
#define NET_B	NET("b", "fd02", "interface = \"wg1\"; pools = [ \"fd02::/64\" ]; " \
    "listen_port = 2; private_key_file = \"/b\";")
#define NET_B2	NET("b", "fd02", "interface = \"wg0\"; pools = [ \"fd02::/64\" ]; " \
    "backend = \"kernel\"; keepalive = 7; private_key_file = \"/b2\";")
#define NET_C	NET("c", "fd03", "interface = \"wg1\"; pools = [ \"fd03::/64\" ]; " \
    "listen_port = 3; private_key_file = \"/c\";")
/* clang-format on */

static void
merge(void **state)
{
	struct config *old, *c;

	log_init("netd_conf_test", 0);
	old = load(CONF("workers = 2;", NET_A ", " NET_B));
	c = load(CONF("workers = 3;", NET_B2 ", " NET_C));
	assert_int_equal(old->nerrors, 0);
	assert_int_equal(c->nerrors, 0);
	config_merge(c, old);
	assert_int_equal(c->gateway.workers, 2);
	assert_string_equal(c->networks[0].msg.interface, "wg1");
	assert_string_equal(c->networks[0].private_key_file, "/b");
	assert_int_equal(c->networks[0].msg.backend, BACKEND_AUTO);
	assert_int_equal(c->networks[0].msg.keepalive, 7);
	assert_string_equal(c->networks[1].msg.interface, "wg1");
	/* What was kept clashes with what is new: found by a second check. */
	config_check(c);
	assert_int_equal(c->nerrors, 1);
	config_free(c);
	config_free(old);
}

#define LISTEN                                                                 \
	"listen = ( { address = \"[::1]:1\"; api = [ \"native\" ]; "           \
		"proof = \"address\"; }, { address = \"[::1]:2\"; "         \
		"api = [ \"portal\", \"native\" ]; proof = \"none\"; } );\n"

/* How many requests wait where devices ask, and where a portal does. */
static void
pending(void **state)
{
	static const struct {
		const char *limits;
		uint32_t devices, portal;
	} cases[] = { { "", 8192, 1024 },
		{ "limits: { per_source = 4096; };\n", 8192, 1024 },
		{ "limits: { pending = 1024; };\n", 1024, 1024 },
		{ "limits: { pending = 7; };\n", 7, 7 } };
	char text[2048];
	struct config *c;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(text, sizeof(text), "%s%s%s", CONF("", NET_A), LISTEN,
		    cases[i].limits);
		c = load(text);
		assert_int_equal(c->listen[0].pending, cases[i].devices);
		assert_int_equal(c->listen[1].pending, cases[i].portal);
		config_free(c);
	}
}

/* No two words of one path, bounds that hold the default. */
static void
schema_sane(void **state)
{
	size_t i, k;

	for (i = 0; i < schema_len; i++) {
		assert_ptr_equal(schema_find(schema[i].path), &schema[i]);
		assert_true(schema[i].lo <= schema[i].hi ||
		    schema[i].type == WORD_STRING ||
		    schema[i].type == WORD_FILE ||
		    schema[i].type == WORD_CHOICES);
		assert_true(strlen(schema[i].help) > 5);
		for (k = 0; k < i; k++)
			assert_string_not_equal(schema[i].path, schema[k].path);
	}
}

/* The line of the manual that begins the paragraph of a word. */
static void
manual_item(const struct word *w, char *dst, size_t size)
{
	(void)snprintf(dst, size, ".It Ic %s", w->path);
}

/* Every word has its paragraph, every paragraph its word, and each says its
 * default and whether a reload takes it. */
static void
manual(void **state)
{
	char line[512], want[128], seen[CONF_WORDS_MAX] = { 0 };
	const struct word *w;
	FILE *fp;
	size_t i;

	if ((fp = fopen(MANUAL, "r")) == NULL)
		fail_msg("no %s: run from the top", MANUAL);
	w = NULL;
	while (fgets(line, sizeof(line), fp) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (strncmp(line, ".It Ic ", 7) == 0) {
			w = schema_find(line + 7);
			if (w == NULL)
				fail_msg("the manual has %s", line + 7);
			seen[w - schema] |= 1;
		}
		if (w != NULL && strstr(line, "only at start") != NULL)
			seen[w - schema] |= 2;
		if (w != NULL && w->def != NULL && *w->def != '\0' &&
		    strstr(line, w->def) != NULL)
			seen[w - schema] |= 4;
	}
	fclose(fp);
	for (i = 0; i < schema_len; i++) {
		manual_item(&schema[i], want, sizeof(want));
		if ((seen[i] & 1) == 0)
			fail_msg("the manual has no \"%s\"", want);
		if (((seen[i] & 2) != 0) == schema[i].reload)
			fail_msg("the manual is wrong about reloading %s",
			    schema[i].path);
		if (schema[i].def != NULL && *schema[i].def != '\0' &&
		    (seen[i] & 4) == 0)
			fail_msg("the manual has not the default of %s",
			    schema[i].path);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(durations),
		cmocka_unit_test(units_round),
		cmocka_unit_test(sizes),
		cmocka_unit_test(suggestions),
		cmocka_unit_test(access_list),
		cmocka_unit_test(access_proofs),
		cmocka_unit_test(access_addrs),
		cmocka_unit_test(access_bad),
		cmocka_unit_test(merge),
		cmocka_unit_test(pending),
		cmocka_unit_test(schema_sane),
		cmocka_unit_test(manual),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
