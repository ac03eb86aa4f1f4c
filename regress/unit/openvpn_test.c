/* SPDX-License-Identifier: ISC */
/*
 * OpenVPN's management protocol: what is a client, what is not, lines in
 * pieces and lines too long, and names that must not be said.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "openvpn_parse.h"

#define ROW(cn, v4, v6)                                                        \
	"CLIENT_LIST\t" cn "\t192.0.2.1:1\t" v4 "\t" v6                        \
	"\t1\t2\tx\t3\tuser\t7\t0\tAES"
#define N64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static enum ovpn_line
parse(const char *line, struct ovpn_client *c)
{
	struct ovpn_layout l;

	ovpn_layout_init(&l);
	return (ovpn_parse_line(line, &l, c));
}

static void
kinds(void **state)
{
	static const struct {
		const char	*text;
		enum ovpn_line	 what;
	} t[] = {
		{ ROW("alice", "10.42.42.2", "fd42::1000"), OVPN_LINE_CLIENT },
		/* It has not said its name yet. */
		{ ROW("UNDEF", "", ""), OVPN_LINE_OTHER },
		{ ROW("", "10.42.42.2", "fd42::1"), OVPN_LINE_OTHER },
		{ ROW(N64 N64 N64 N64, "", ""), OVPN_LINE_LOST },
		{ "CLIENT_LIST\talice", OVPN_LINE_CLIENT },
		{ "CLIENT_LIST\t", OVPN_LINE_OTHER },
		{ "CLIENT_LIST", OVPN_LINE_OTHER },
		{ "CLIENT_LISTS\talice", OVPN_LINE_OTHER },
		{ "HEADER\tCLIENT_LIST\tCommon Name", OVPN_LINE_OTHER },
		{ "HEADER\tROUTING_TABLE\tCommon Name", OVPN_LINE_OTHER },
		{ "ROUTING_TABLE\t10.8.0.2\talice", OVPN_LINE_OTHER },
		{ ">INFO:OpenVPN Management", OVPN_LINE_GREETING },
		{ ">CLIENT:ESTABLISHED,0", OVPN_LINE_ASYNC },
		{ ">LOG:1,I,END", OVPN_LINE_ASYNC },
		{ ">FATAL:CLIENT_LIST", OVPN_LINE_ASYNC },
		{ ">END", OVPN_LINE_ASYNC },
		{ "END", OVPN_LINE_END },
		{ "END,", OVPN_LINE_OTHER },
		{ "SUCCESS: killed", OVPN_LINE_SUCCESS },
		{ "ERROR: common name 'x' not found", OVPN_LINE_NOBODY },
		{ "ERROR: The 'kill' command is not supported by the current "
		  "daemon mode",
		    OVPN_LINE_NOBODY },
		{ "ERROR: port number is out of range", OVPN_LINE_ERROR },
		{ "", OVPN_LINE_OTHER },
	};
	struct ovpn_client c;
	size_t i;

	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		if (parse(t[i].text, &c) != t[i].what)
			fail_msg("%s", t[i].text);
}

static bool
has(const struct prefix *p, const char *want)
{
	char text[PREFIX_TEXT];

	if (p->family == 0)
		return (want[0] == '\0');
	return (strcmp(prefix_format_addr(p, text), want) == 0);
}

/* Each name and address that OpenVPN can tell. */
static void
rows(void **state)
{
	static const struct {
		const char *text;
		const char *cn;
		const char *ip4;
		const char *ip6;
	} t[] = {
		{ ROW("alice", "10.42.42.2", "fd42::1000"), "alice",
		    "10.42.42.2", "fd42::1000" },
		{ ROW("al,i \"c\\e'", "10.42.42.2", ""), "al,i \"c\\e'",
		    "10.42.42.2", "" },
		{ ROW("andr\xc3\xa9", "", "fd42::1"), "andr\xc3\xa9", "",
		    "fd42::1" },
		{ ROW("UNDEF", "", "fd42::1"), "UNDEF", "", "fd42::1" },
		{ ROW(N64, "", ""), N64, "", "" },
		/* A name in another character set. */
		{ ROW("andr\xe9!", "", ""), "andr\xef\xbf\xbd!", "", "" },
		{ ROW("a\001b", "", ""),
		    "a\xef\xbf\xbd"
		    "b",
		    "", "" },
		{ ROW("alice", "fd42::1", "10.42.42.2"), "alice", "", "" },
		{ ROW("alice", "10.0.0.0/8", "x"), "alice", "", "" },
		{ "CLIENT_LIST,alice,192.0.2.1:1,10.42.42.2,fd42::1", "alice",
		    "10.42.42.2", "fd42::1" },
	};
	struct ovpn_client c;
	size_t i;

	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		if (parse(t[i].text, &c) != OVPN_LINE_CLIENT ||
		    strcmp(c.item.cn, t[i].cn) != 0 ||
		    !has(&c.item.ip4, t[i].ip4) || !has(&c.item.ip6, t[i].ip6))
			fail_msg("%s", t[i].text);
	assert_int_equal(parse(t[0].text, &c), OVPN_LINE_CLIENT);
	assert_true(c.has_cid);
	assert_int_equal(c.cid, 7);
	assert_int_equal(parse(t[9].text, &c), OVPN_LINE_CLIENT);
	assert_false(c.has_cid);
}

/* The header says which column is which: 2.4 has other ones than 2.6. */
static void
layout(void **state)
{
	struct ovpn_layout l;
	struct ovpn_client c;

	ovpn_layout_init(&l);
	(void)ovpn_parse_line("HEADER,CLIENT_LIST,Real Address,Client ID,"
			      "Virtual IPv6 Address,Common Name",
	    &l, &c);
	assert_int_equal(ovpn_parse_line("CLIENT_LIST,[fd00::1]:9,12,fd42::1,x",
			     &l, &c),
	    OVPN_LINE_CLIENT);
	assert_string_equal(c.item.cn, "x");
	assert_int_equal(c.cid, 12);
	assert_int_equal(c.item.ip4.family, 0);
	assert_true(has(&c.item.ip6, "fd42::1"));
	/* Without names there are no clients. */
	(void)ovpn_parse_line("HEADER\tCLIENT_LIST", &l, &c);
	assert_int_equal(ovpn_parse_line("CLIENT_LIST\tx\ty\tz", &l, &c),
	    OVPN_LINE_OTHER);
}

struct got {
	char		 text[256];
	unsigned int	 n, stop;
};

static bool
got(void *arg, const char *line)
{
	struct got *g = arg;

	(void)strlcat(g->text, line, sizeof(g->text));
	(void)strlcat(g->text, "|", sizeof(g->text));
	return (++g->n != g->stop);
}

static void
lines(void **state)
{
	static struct ovpn_lines l;
	char big[3 * OVPN_LINE_SIZE];
	struct got g = { "", 0, 0 };
	const char *p;

	for (p = "one\r\ntwo\n\nthr\ree\r\n"; *p != '\0'; p++)
		ovpn_lines_feed(&l, p, 1, got, &g);
	assert_string_equal(g.text, "one|two||thr\ree|");
	/* One too long is left out, and the next is whole again. */
	memset(big, 'x', sizeof(big));
	memset(&g, 0, sizeof(g));
	ovpn_lines_feed(&l, big, sizeof(big), got, &g);
	assert_int_equal(g.n, 0);
	ovpn_lines_feed(&l, "x\nEND\n", 6, got, &g);
	assert_string_equal(g.text, "END|");
	/* The longest that is taken. */
	memset(&g, 0, sizeof(g));
	big[OVPN_LINE_SIZE - 1] = '\n';
	ovpn_lines_feed(&l, big, OVPN_LINE_SIZE, got, &g);
	assert_int_equal(g.n, 1);
	memset(&g, 0, sizeof(g));
	g.stop = 1;
	ovpn_lines_feed(&l, "a\nb\n", 4, got, &g);
	assert_string_equal(g.text, "a|");
}

static void
password(void **state)
{
	static struct ovpn_lines l;
	struct got g = { "", 0, 0 };

	(void)ovpn_lines_feed(&l, "ENTER PASS", 10, got, &g);
	assert_false(ovpn_lines_password(&l));
	(void)ovpn_lines_feed(&l, "WORD:", 5, got, &g);
	assert_true(ovpn_lines_password(&l));
	(void)ovpn_lines_feed(&l, "\r\n", 2, got, &g);
	assert_false(ovpn_lines_password(&l));
}

static void
kills(void **state)
{
	/* Names that "kill" cannot say. */
	static const char *const bad[] = { "", "a\nb", "a\rb", "a\177b", "\033",
		"a:b", "UNDEF", "a\xef\xbf\xbd", N64 N64 };
	char line[OVPN_COMMAND], small[8];
	size_t i;

	assert_int_equal(ovpn_kill_line("a b#c", line, sizeof(line)), 0);
	assert_string_equal(line, "kill \"a b#c\"\n");
	assert_int_equal(ovpn_kill_line("a\"b\\'\xc3\xa9", line, sizeof(line)),
	    0);
	assert_string_equal(line, "kill \"a\\\"b\\\\'\xc3\xa9\"\n");
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(ovpn_kill_line(bad[i], line, sizeof(line)),
		    -1);
	assert_int_equal(ovpn_kill_line("alice", small, sizeof(small)), -1);
	assert_true(ovpn_name_valid("a:b"));
	assert_true(ovpn_name_valid(N64 N64));
	assert_false(ovpn_name_valid(N64 N64 N64 N64));
	for (i = 0; i < 5; i++)
		assert_false(ovpn_name_valid(bad[i]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kinds),
		cmocka_unit_test(rows),
		cmocka_unit_test(layout),
		cmocka_unit_test(password),
		cmocka_unit_test(lines),
		cmocka_unit_test(kills),
	};

	return (cmocka_run_group_tests_name("openvpn", tests, NULL, NULL));
}
