/* SPDX-License-Identifier: ISC */
/*
 * Files of wg-quick: peers, names from comments, what is refused.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "wgquick.h"

#define K1	"BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc="
#define K2	"CAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg="

#define K3	"CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk="

/* What was seen, as text: "line name key addrs psk;" and "!line text". */
struct seen {
	struct wgquick	 w;
	char		 peers[2048];
	char		 bad[2048];
};

static int
peer(void *arg, const struct wgquick_peer *p)
{
	char key[WGKEY_TEXT], addr[PREFIX_TEXT], text[512];
	struct seen *s = arg;
	unsigned int i;

	(void)snprintf(text, sizeof(text), "%u '%s' %.2s", p->line, p->name,
	    wgkey_format(p->key, key));
	(void)strlcat(s->peers, text, sizeof(s->peers));
	for (i = 0; i < p->naddrs; i++) {
		(void)strlcat(s->peers, " ", sizeof(s->peers));
		(void)strlcat(s->peers, prefix_format(&p->addrs[i], addr),
		    sizeof(s->peers));
	}
	if (p->psk_op == PSK_SET)
		(void)snprintf(text, sizeof(text), " psk %.2s;",
		    wgkey_format(p->psk, key));
	(void)strlcat(s->peers,
	    p->psk_op == PSK_SET	? text :
		p->psk_op == PSK_REMOVE ? " no psk;" :
					  ";",
	    sizeof(s->peers));
	return (0);
}

static void
bad(void *arg, unsigned int line, const char *text, const char *why)
{
	struct seen *s = arg;
	char buf[512];

	(void)snprintf(buf, sizeof(buf), "%u %s: %s;", line, text, why);
	(void)strlcat(s->bad, buf, sizeof(s->bad));
}

static int
parse(struct seen *s, const char *text)
{
	memset(s, 0, sizeof(*s));
	s->w.peer = peer;
	s->w.bad = bad;
	s->w.arg = s;
	return (wgquick_parse(&s->w, text, strlen(text)));
}

struct named {
	const char *text;
	const char *peers;	/* as parse() shows them */
};

static void
expect(const struct named *cases, size_t n)
{
	struct seen s;
	size_t i;

	for (i = 0; i < n; i++) {
		if (parse(&s, cases[i].text) == -1)
			fail_msg("case %zu: %s", i, s.w.error);
		if (strcmp(s.peers, cases[i].peers) != 0)
			fail_msg("case %zu: %s", i, s.peers);
		assert_string_equal(s.bad, "");
	}
}

static void
names(void **state)
{
	static const struct named cases[] = {
		{ "[Peer]\nPublicKey = " K1 "\nAllowedIPs = 10.0.0.2/32\n",
		    "1 '' Bw 10.0.0.2/32;" },
		{ "# alice\n[Peer]\nPublicKey=" K1, "2 'alice' Bw;" },
		{ "[Peer]\n# bob\nPublicKey=" K1, "1 'bob' Bw;" },
		{ "# above\n[Peer]\n# below\nPublicKey=" K1, "2 'below' Bw;" },
		{ "# above\n\n[Peer]\nPublicKey=" K1, "3 'above' Bw;" },
		{ "# All of\n# them\n\n[Peer]\nPublicKey=" K1, "4 '' Bw;" },
		{ "# first\n# second\n[Peer]\nPublicKey=" K1, "3 'first' Bw;" },
		{ "#\n# Peers\n#\n\n[Peer]\nPublicKey=" K1, "5 '' Bw;" },
		{ "[Peer]\nPublicKey=" K1 "\n# not here", "1 '' Bw;" },
		{ "[Peer]\nPublicKey=" K1 "\n#Name = carol # x",
		    "1 'carol # x' Bw;" },
		{ "[Peer]\n# note\n# name=carol\nPublicKey=" K1,
		    "1 'carol' Bw;" },
		{ "[Peer]\n# Name = carol\n# note\nPublicKey=" K1,
		    "1 'carol' Bw;" },
		{ "# Name = dora\n[Peer]\nPublicKey=" K1, "2 'dora' Bw;" },
		{ "# friendly_name = d\n[Peer]\nPublicKey=" K1, "2 'd' Bw;" },
		{ "### begin eve ###\n[Peer]\nPublicKey=" K1
		  "\n### end eve ###\n### begin f ###\n[peer]\npublickey=" K2,
		    "2 'eve' Bw;6 'f' CA;" },
		{ "### Client gus\n[Peer]\nPublicKey=" K1, "2 'gus' Bw;" },
		{ "[Peer]\n# AllowedIPs = 0.0.0.0/0\nPublicKey=" K1,
		    "1 '' Bw;" },
		{ "# \033[31mred\n[Peer]\nPublicKey=" K1, "2 '' Bw;" },
		{ "# \xff\xfe\n[Peer]\nPublicKey=" K1, "2 '' Bw;" },
		{ "# al\xe2\x80\x8dice\n[Peer]\nPublicKey=" K1, "2 '' Bw;" },
		{ "# Z\xc3\xbcrich\n[Peer]\nPublicKey=" K1,
		    "2 'Z\xc3\xbcrich' Bw;" },
		{ "# aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		  "aaaaaaa\n[Peer]\nPublicKey=" K1,
		    "2 '' Bw;" },
		{ "#\n[Peer]\nPublicKey=" K1, "2 '' Bw;" },
	};

	expect(cases, sizeof(cases) / sizeof(cases[0]));
}

/* Names as the scripts and programs write them that make such files. */
static void
scripts(void **state)
{
	static const struct named cases[] = {
		/* fields of a client, one on each line */
		{ "# ID:     u1\n# Name:   ann\n# Email:  ann@example.org\n"
		  "# Created at: 2023-03-01 10:00:00 +0000 UTC\n"
		  "# Update at:  2023-03-02 10:00:00 +0000 UTC\n"
		  "[Peer]\nPublicKey=" K1 "\nAllowedIPs=10.0.0.2/32\n\n\n"
		  "# ID:     u2\n# Name:   ben\n# Email:\n[Peer]\nPublicKey=" K2,
		    "6 'ann' Bw 10.0.0.2/32;14 'ben' CA;" },
		/* begin and end */
		{ "# BEGIN_PEER ann\n[Peer]\nPublicKey=" K1
		  "\n# END_PEER ann\n# BEGIN_PEER ben\n[Peer]\nPublicKey=" K2
		  "\n# END_PEER ben\n",
		    "2 'ann' Bw;6 'ben' CA;" },
		{ "### begin ann ###\n[Peer]\nPublicKey=" K1
		  "\n### end ann ###\n[Peer]\nPublicKey=" K2,
		    "2 'ann' Bw;5 '' CA;" },
		{ "[Interface]\nSaveConfig=false\n# ann start\n[Peer]\nPublicKey=" K1
		  "\n# ann end\n# ben start\n[Peer]\nPublicKey=" K2
		  "\n# ben end\n[Peer]\nPublicKey=" K3,
		    "4 'ann' Bw;8 'ben' CA;11 '' CQ;" },
		{ "### ann - START\n[Peer]\nPublicKey=" K1
		  "\n### ann - END\n\n### a-b - START\n[Peer]\nPublicKey=" K2
		  "\n### a-b - END\n",
		    "2 'ann' Bw;7 'a-b' CA;" },
		{ "### Client ann\n[Peer]\nPublicKey=" K1
		  "\n### End\n[Peer]\nPublicKey=" K2,
		    "2 'ann' Bw;5 '' CA;" },
		{ "# BEGIN ANSIBLE MANAGED BLOCK ann\n[Peer]\nPublicKey=" K1
		  "\n# END ANSIBLE MANAGED BLOCK ann\n"
		  "# BEGIN ANSIBLE MANAGED BLOCK - ben\n[Peer]\nPublicKey=" K2
		  "\n# END ANSIBLE MANAGED BLOCK - ben\n"
		  "[Peer]\nPublicKey=" K3,
		    "2 'ann' Bw;6 'ben' CA;9 '' CQ;" },
		{ "# BEGIN ANSIBLE MANAGED BLOCK\n[Peer]\nPublicKey=" K1
		  "\n# END ANSIBLE MANAGED BLOCK\n[Peer]\nPublicKey=" K2,
		    "2 '' Bw;5 '' CA;" },
		/* switched off */
		{ "#[disabled] ### begin off ###\n#[disabled] [Peer]\n"
		  "#[disabled] PublicKey = " K2 "\n"
		  "#[disabled] ### end off ###\n"
		  "### begin ann ###\n[Peer]\nPublicKey=" K1,
		    "6 'ann' Bw;" },
		{ "# off\n#[Peer]\n#PublicKey = " K2 "\n[Peer]\nPublicKey=" K1,
		    "4 '' Bw;" },
		{ "### Client ann\n[Peer]\nPublicKey=" K1
		  "\n\n### Client ben\n[Peer]\nPublicKey=" K2,
		    "2 'ann' Bw;6 'ben' CA;" },
		/* a number or UUID behind it */
		{ "# Client: ann (0f2d4c1e-8a7b-4c3d-9e1f-001122334455)\n"
		  "[Peer]\nPublicKey=" K1
		  "\n# Client: Ben (7)\n[Peer]\nPublicKey=" K2,
		    "2 'ann' Bw;5 'Ben' CA;" },
		{ "# Client: Ben (dad)\n[Peer]\nPublicKey=" K1,
		    "2 'Ben (dad)' Bw;" },
	};

	expect(cases, sizeof(cases) / sizeof(cases[0]));
}

/* Names in comments of other forms, also below [Peer]. */
static void
comments(void **state)
{
	static const struct named cases[] = {
		{ "[Peer]\n# peer_ann\nPublicKey=" K1, "1 'peer_ann' Bw;" },
		{ "[Peer]\n# friendly_name = ann's\n# -WGP- Peer: " K1 "\n"
		  "# -WGP- Created: 2023-03-01\n# -WGP- Display name: a\n"
		  "PublicKey=" K1,
		    "1 'ann's' Bw;" },
		{ "[Peer]\n# friendly_name =\n# -WGP- Display name: ann\n"
		  "PublicKey=" K1,
		    "1 'ann' Bw;" },
		{ "# -WGP- Peer: ann / Updated: 2021-01-01 / Created: 2021\n"
		  "# -WGP- Peer email: a@example.org\n[Peer]\nPublicKey=" K1,
		    "3 'ann' Bw;" },
		{ "# ann / a@example.org / Updated: 2021-01-01 10:00:00 / "
		  "Created: 2021-01-01 09:00:00\n[Peer]\nPublicKey=" K1,
		    "2 'ann' Bw;" },
		{ "[Peer]\n#Name# = ann\nPublicKey=" K1, "1 'ann' Bw;" },
		{ "# Peer: ann\n[Peer]\nPublicKey=" K1, "2 'ann' Bw;" },
		{ "# friendly_json={\"name\":\"x\"}\n[Peer]\nPublicKey=" K1,
		    "2 '' Bw;" },
		{ "\n# 10: ann > wgclient_ann.conf\n[Peer]\nPublicKey=" K1
		  "\n\n# 11: 11 > wgclient_11.conf\n[Peer]\nPublicKey=" K2,
		    "3 'ann' Bw;7 '11' CA;" },
		{ "[Peer]\n#_Name = ann\nPublicKey=" K1, "1 'ann' Bw;" },
		{ "[Peer]\n# client=ann\nPublicKey=" K1, "1 'ann' Bw;" },
		/* as people write */
		{ "# ann:\n[Peer]\nPublicKey=" K1, "2 'ann' Bw;" },
		{ "# Peers:\n[Peer]\nPublicKey=" K1, "2 '' Bw;" },
		{ "[Peer]\n## Client VPN public key ##\nPublicKey=" K1
		  "\n\n## client VPN IP address ##\nAllowedIPs=10.0.0.2",
		    "1 '' Bw 10.0.0.2/32;" },
		{ "[Peer] # ann\nPublicKey=" K1, "1 'ann' Bw;" },
		{ "# Description: ann's\n[Peer]\nPublicKey=" K1,
		    "2 'ann's' Bw;" },
		{ "# Added: 2023\n[Peer]\nPublicKey=" K1, "2 '' Bw;" },
		{ "# --- ann-2- ---\n[Peer]\nPublicKey=" K1, "2 'ann-2-' Bw;" },
		{ "[Peer]\nPublicKey=" K1 "\n# Name = ann\n\n"
		  "# Name = ben\n[Peer]\nPublicKey=" K2,
		    "1 'ann' Bw;6 'ben' CA;" },
		{ "[Peer]\nPublicKey=" K1 "\n# old note\n"
		  "AllowedIPs=10.0.0.2\n[Peer]\nPublicKey=" K2,
		    "1 '' Bw 10.0.0.2/32;5 '' CA;" },
		{ "[Interface]\nPrivateKey=x\n\n# ann\n\n[Peer]\nPublicKey=" K1,
		    "6 'ann' Bw;" },
		{ "# ann\xe2\x80\x8b\xe2\x80\xae\n[Peer]\nPublicKey=" K1,
		    "2 '' Bw;" },
	};

	expect(cases, sizeof(cases) / sizeof(cases[0]));
}

static void
values(void **state)
{
	struct seen s;

	assert_int_equal(
	    parse(&s,
		"[Interface]\r\nPrivateKey = x\r\nSaveConfig = True\r\n"
		      "PostUp = iptables -A x=y; b\r\n\r\n[Peer] # one\r\n"
		      "  PUBLICKEY =" K1 " # its key\r\n"
		      "AllowedIPs = 10.0.0.2, fd00::2/128 ,, 10.1.0.0/16\r\n"
		      "allowedips=10.0.0.3/32\r\nEndpoint = [::1]:5\r\n"
		      "PresharedKey = " K2 "\r\n[Peer]\r\nPublicKey=" K2),
	    0);
	assert_true(s.w.save_config);
	assert_string_equal(s.peers,
	    "6 'one' Bw 10.0.0.2/32 fd00::2/128 "
				     "10.1.0.0/16 10.0.0.3/32 psk CA;12 '' CA;");
	assert_string_equal(s.bad, "");
	assert_int_equal(parse(&s,
			     "[Peer]\nPublicKey = " K1 "\nPresharedKey = "
		      "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
		      "[Peer]\nPublicKey = " K2 "\nPresharedKey = x\n"),
	    0);
	assert_string_equal(s.peers, "1 '' Bw no psk;4 '' CA;");
	assert_string_equal(s.bad, "6 PresharedKey: its value is not a key;");
	assert_int_equal(parse(&s, "[Interface]\nSaveConfig = false\n"), 0);
	assert_false(s.w.save_config);
	assert_int_equal(parse(&s, ""), 0);
	assert_string_equal(s.peers, "");
}

static void
reported(void **state)
{
	static const struct {
		const char	*text;
		const char	*bad;
	} cases[] = {
		{ "[Peer]\nPublicKey = x\n", "2 x: it is not a public key;" },
		{ "[Peer]\nPublicKey = " K1 "\nAllowedIPs = 10.0.0.300, a, "
		  "::ffff:1.2.3.4, 10.0.0.2/33, +1.2.3.4/32",
		    "3 10.0.0.300: it is not an address;"
		    "3 a: it is not an address;"
		    "3 ::ffff:1.2.3.4: it is not an address;"
		    "3 10.0.0.2/33: it is not an address;"
		    "3 +1.2.3.4/32: it is not an address;" },
		{ "\n[Peer]\nAllowedIPs = 10.0.0.2\n",
		    "2 [Peer]: it has no PublicKey;" },
		{ "[Peer]\nPublicKey = " K1 "\nAllowedIPs = 1.0.0.1, 1.0.0.2, "
		  "1.0.0.3, 1.0.0.4, 1.0.0.5, 1.0.0.6, 1.0.0.7, 1.0.0.8, "
		  "1.0.0.9, 1.0.0.10, 1.0.0.11, 1.0.0.12, 1.0.0.13, 1.0.0.14,"
		  "1.0.0.15, 1.0.0.16, 1.0.0.17",
		    "3 1.0.0.17: the peer has too many addresses;" },
	};
	struct seen s;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(parse(&s, cases[i].text), 0);
		assert_string_equal(s.bad, cases[i].bad);
	}
}

static void
refused(void **state)
{
	static const struct {
		const char	*text;
		unsigned int	 line;
	} cases[] = {
		{ "PublicKey = " K1, 1 },
		{ "[Interface]\nhello\n", 2 },
		{ "[Interface]\n= x\n", 2 },
		{ "\n[Peers]\n", 2 },
		{ "[Peer\n", 1 },
		{ "{\"peers\":[]}", 1 },
	};
	struct seen s;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(parse(&s, cases[i].text), -1);
		assert_non_null(s.w.error);
		assert_int_equal(s.w.error_line, cases[i].line);
	}
	assert_int_equal(wgquick_parse(&s.w, "[Peer]\0\n", 8), -1);
	assert_non_null(s.w.error);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(scripts),
		cmocka_unit_test(comments),
		cmocka_unit_test(values),
		cmocka_unit_test(reported),
		cmocka_unit_test(refused),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
