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

#define ROW(cn, v4, v6) "CLIENT_LIST," cn ",192.0.2.1:1," v4 "," v6 ",1,2,x,3"

static void
rows(void **state)
{
	static const struct {
		const char	*text;
		enum ovpn_line	 what;
	} t[] = {
		{ ROW("alice", "10.42.42.2", "fd42::1000"), OVPN_LINE_CLIENT },
		{ ROW("a b", "10.42.42.2", "fd42::1000"), OVPN_LINE_CLIENT },
		{ ROW("UNDEF", "10.42.42.2", "fd42::1"), OVPN_LINE_OTHER },
		{ ROW("", "10.42.42.2", "fd42::1"), OVPN_LINE_OTHER },
		{ ROW("alice", "", "fd42::1"), OVPN_LINE_OTHER },
		{ ROW("alice", "10.42.42.2", ""), OVPN_LINE_OTHER },
		{ ROW("alice", "fd42::1", "10.42.42.2"), OVPN_LINE_OTHER },
		{ ROW("alice", "10.0.0.0/8", "fd42::1"), OVPN_LINE_OTHER },
		{ ROW("al,ice", "10.42.42.2", "fd42::1"), OVPN_LINE_OTHER },
		{ ROW("al\001ice", "10.42.42.2", "fd42::1"), OVPN_LINE_OTHER },
		{ ROW("al\377ice", "10.42.42.2", "fd42::1"), OVPN_LINE_OTHER },
		{ "CLIENT_LIST,alice", OVPN_LINE_OTHER },
		{ "CLIENT_LIST,", OVPN_LINE_OTHER },
		{ "HEADER,CLIENT_LIST,Common Name", OVPN_LINE_OTHER },
		{ ">INFO:OpenVPN Management", OVPN_LINE_GREETING },
		{ ">CLIENT:ESTABLISHED,0", OVPN_LINE_ASYNC },
		{ ">END", OVPN_LINE_ASYNC },
		{ "END", OVPN_LINE_END },
		{ "END,", OVPN_LINE_OTHER },
		{ "SUCCESS: killed", OVPN_LINE_SUCCESS },
		{ "ERROR: common name 'x' not found", OVPN_LINE_ERROR },
		{ "", OVPN_LINE_OTHER },
	};
	struct msg_ovpn_item m;
	size_t i;

	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		if (ovpn_parse_line(t[i].text, &m) != t[i].what)
			fail_msg("%s", t[i].text);
	assert_int_equal(ovpn_parse_line(t[0].text, &m), OVPN_LINE_CLIENT);
	assert_string_equal(m.cn, "alice");
	assert_int_equal(m.ip4.addr[3], 2);
	assert_int_equal(m.ip6.addr[14], 0x10);
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
kills(void **state)
{
	static const char *const bad[] = { "", "a\"b", "a'b", "a\\b", "a\nb",
		"a\rb", "a\177b", "\033", "a\200b" };
	char line[IDENT_SIZE + 16], small[8];
	size_t i;

	assert_int_equal(ovpn_kill_line("a b#c", line, sizeof(line)), 0);
	assert_string_equal(line, "kill \"a b#c\"\n");
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(ovpn_kill_line(bad[i], line, sizeof(line)),
		    -1);
	assert_int_equal(ovpn_kill_line("alice", small, sizeof(small)), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows),
		cmocka_unit_test(lines),
		cmocka_unit_test(kills),
	};

	return (cmocka_run_group_tests_name("openvpn", tests, NULL, NULL));
}
