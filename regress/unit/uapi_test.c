/* SPDX-License-Identifier: ISC */
/*
 * The parser of UAPI answers: what is right, in any portions, and what is not.
 * And a question to one that is out of step.
 */

#include <sys/socket.h>

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "wg_uapi.h"
#include "wg_uapi_parse.h"

#define K1 "0900000000000000000000000000000000000000000000000000000000000011"
#define K2 "0a00000000000000000000000000000000000000000000000000000000000011"

static const char	 good[] =
    "private_key=e84b5a6d2717c1003a13b431570353dbaca9146cf150c5f8575680feba52027a"
    "\nlisten_port=12912\nfwmark=7\npublic_key=" K1 "\npreshared_key=" K2
    "\nprotocol_version=1\nendpoint=[abcd:23::33%2]:51820\n"
    "last_handshake_time_sec=5\nlast_handshake_time_nsec=6\n"
    "tx_bytes=38333\nrx_bytes=18446744073709551615\n"
    "persistent_keepalive_interval=111\nallowed_ip=192.168.4.4/32\n"
    "allowed_ip=fd00::1/128\npublic_key=" K2 "\npreshared_key="
    "0000000000000000000000000000000000000000000000000000000000000000\nendpoint=182.122.22.19:3233\n"
    "errno=0\n\n";

static int
feed(struct uapi_parser *u, struct snapshot *s, const char *p, size_t n,
    size_t step)
{
	size_t	 m;

	uapi_parser_init(u, s);
	while (n > 0) {
		m = step < n ? step : n;
		if (uapi_parser_feed(u, p, m) == -1)
			return (-1);
		p += m;
		n -= m;
	}
	return (u->done ? 0 : 1);
}

static void
test_good(void **state)
{
	struct uapi_parser	 u;
	struct snapshot		*s = snapshot_new();
	char			 text[PREFIX_TEXT];
	size_t			 step;

	for (step = 1; step < sizeof(good); step++) {
		snapshot_reset(s);
		assert_int_equal(0, feed(&u, s, good, sizeof(good) - 1, step));
		assert_int_equal(0, u.error);
		assert_int_equal(12912, s->port);
		assert_true(s->has_key);
		assert_int_equal(2, s->npeers);
		assert_int_equal(9, s->peers[0].key[0]);
		assert_true(s->peers[0].psk);
		assert_false(s->peers[1].psk);
		assert_int_equal(2, s->peers[0].naddrs);
		assert_int_equal(5, s->peers[0].handshake);
		assert_int_equal(38333, s->peers[0].tx);
		assert_true(s->peers[0].rx == UINT64_MAX);
		assert_int_equal(0, s->peers[0].endpoint.family);
		assert_int_equal(3233, s->peers[1].port);
		assert_string_equal("182.122.22.19",
		    prefix_format_addr(&s->peers[1].endpoint, text));
		assert_string_equal("fd00::1/128",
		    prefix_format(&s->addrs[1], text));
	}
	snapshot_free(s);
}

static void
test_cut(void **state)
{
	struct uapi_parser	 u;
	struct snapshot		*s = snapshot_new();
	size_t			 n;

	for (n = 0; n < sizeof(good) - 2; n++) {
		snapshot_reset(s);
		assert_int_equal(1, feed(&u, s, good, n, n + 1));
	}
	snapshot_free(s);
}

static void
test_bad(void **state)
{
	static const char *const bad[] = { "\n", "errno=0\nerrno=0\n", "x\n",
		"errno=\n", "errno=1x\n", "errno=99999\n", "errno=0\n\nx",
		"public_key=00\n", "public_key=" K1 "0\n",
		"public_key=" K1 "\nallowed_ip=1.2.3.4\n",
		"public_key=" K1 "\nallowed_ip=1.2.3.4/33\n",
		"public_key=" K1 "\nrx_bytes=18446744073709551616\n",
		"public_key=" K1 "\nrx_bytes=-1\n", "listen_port=65536\n",
		"private_key=zz\n" };
	struct uapi_parser	 u;
	struct snapshot		*s = snapshot_new();
	char			 lots[UAPI_LINE + 8];
	size_t			 i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snapshot_reset(s);
		errno = 0;
		if (feed(&u, s, bad[i], strlen(bad[i]), 1000) != -1)
			fail_msg("taken: %s", bad[i]);
		assert_int_equal(EBADMSG, errno);
	}
	memset(lots, 'a', sizeof(lots));
	assert_int_equal(-1, feed(&u, s, lots, sizeof(lots), 1000));
	assert_int_equal(-1, feed(&u, s, lots, sizeof(lots), 1));
	assert_int_equal(-1, feed(&u, s, "a\0b=1\n", 6, 10));
	snapshot_free(s);
}

static void
test_errno(void **state)
{
	struct uapi_parser	 u;

	assert_int_equal(0, feed(&u, NULL, "errno=-22\n\n", 11, 3));
	assert_int_equal(22, u.error);
	assert_int_equal(0, feed(&u, NULL, "errno=22\n\n", 10, 3));
	assert_int_equal(22, u.error);
}

/* Ask for a dump; says is there before the question. */
static int
dump(int sv[2], const char *says, size_t *npeers)
{
	struct snapshot	*s = snapshot_new();
	struct wg_uapi	 w;
	int		 r, e;

	assert_int_equal(0, wg_uapi_open(&w));
	if (says != NULL)
		assert_int_equal(strlen(says),
		    send(sv[1], says, strlen(says), 0));
	r = wg_uapi_dump(&w, sv[0], s);
	e = errno;
	*npeers = s->npeers;
	snapshot_free(s);
	wg_uapi_close(&w);
	errno = e;
	return (r);
}

/* The late answer to another question is not that to this one. */
static void
test_out_of_step(void **state)
{
	size_t	 n;
	int	 sv[2];

	assert_int_equal(0, socketpair(AF_UNIX, SOCK_STREAM, 0, sv));
	assert_int_equal(-1, dump(sv, "errno=0\n\n", &n));
	assert_int_equal(EPIPE, errno);
	close(sv[0]);
	close(sv[1]);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_errno),
		cmocka_unit_test(test_out_of_step),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
