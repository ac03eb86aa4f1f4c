/* SPDX-License-Identifier: ISC */
/*
 * Channels: what is allowed arrives, in order and with its descriptor; what is
 * not costs the sender the channel and nobody the process; a full queue says
 * so and drains.
 */

#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "chan.h"

#define ST_A	0x01
#define ST_B	0x02

struct end {
	unsigned int	 got;
	unsigned int	 turns;
	unsigned int	 writable;
	unsigned int	 closed;
	uint32_t	 last_id;
	int		 fd;
	int		 answer;	/* of the handler */
	bool		 free_inside;
};

static struct event_base *base;
static struct chan *a, *b;	/* a: leased; b: the hand */
static struct end ea, eb;

static int
got(struct chan *c, uint32_t id)
{
	struct end *e = chan_arg(c);

	e->got++;
	e->last_id = id;
	if (e->free_inside) {
		chan_free(c);
		b = NULL;
	}
	return (e->answer);
}

static int
got_del(struct chan *c, uint32_t id, const struct msg_peer_del *m)
{
	assert_string_equal(m->network, "n");
	return (got(c, id));
}

static int
got_uapi(struct chan *c, uint32_t id, const struct msg_conf_uapi *m, int fd)
{
	struct end *e = chan_arg(c);

	assert_string_equal(m->network, "n");
	e->fd = fd;
	return (got(c, id));
}

static void
turn(struct chan *c)
{
	((struct end *)chan_arg(c))->turns++;
}

static void
writable(struct chan *c)
{
	((struct end *)chan_arg(c))->writable++;
}

static void
closed(struct chan *c, const char *reason)
{
	((struct end *)chan_arg(c))->closed++;
	assert_non_null(reason);
}

static const struct chan_handler table[] = {
	ON(peer_sync_end, ST_A, got),
	ON(peer_del, ST_A | ST_B, got_del),
};

static const struct chan_ops ops = { table, 2, turn, writable, closed };

static const struct chan_handler uapi_table[] = {
	ON(conf_uapi, ST_A, got_uapi),
};

static const struct chan_ops uapi_ops = {
	.table = uapi_table,
	.n = 1,
	.closed = closed,
};

static int raw;		/* a's end, when it is driven by hand */

static int
setup(void **state)
{
	int sv[2];

	base = event_base_new();
	memset(&ea, 0, sizeof(ea));
	memset(&eb, 0, sizeof(eb));
	eb.fd = -1;
	assert_int_equal(imsg_pair(sv), 0);
	raw = dup(sv[0]);
	a = chan_new(base, sv[0], P_LEASED, P_HAND, "a", &ops, ST_A, &ea);
	b = chan_new(base, sv[1], P_HAND, P_LEASED, "b", &ops, ST_A, &eb);
	assert_true(a != NULL && b != NULL);
	return (0);
}

static int
teardown(void **state)
{
	chan_free(a);
	chan_free(b);
	a = b = NULL;
	close(raw);
	event_base_free(base);
	return (0);
}

static void
run(void)
{
	int i;

	for (i = 0; i < 64; i++)
		event_base_loop(base, EVLOOP_NONBLOCK);
}

static int
send_del(uint32_t id)
{
	struct msg_peer_del m = { .network = "n" };

	return (chan_send_peer_del(a, id, &m, -1));
}

static void
test_order_and_turn(void **state)
{
	uint32_t i;

	for (i = 1; i <= 100; i++)
		assert_int_equal(send_del(i), 0);
	run();
	assert_int_equal(eb.got, 100);
	assert_int_equal(eb.last_id, 100);
	assert_int_equal(eb.turns, 1);	/* one batch */
	assert_int_equal(eb.closed, 0);
}

static void
test_state(void **state)
{
	chan_set_state(b, ST_B);
	assert_int_equal(send_del(1), 0);
	run();
	assert_int_equal(eb.got, 1);
	assert_int_equal(chan_send_bare(a, MSG_PEER_SYNC_END, 0), 0);
	run();
	assert_int_equal(eb.got, 1);
	assert_int_equal(eb.closed, 1);
}

static void
test_sender_checks(void **state)
{
	errno = 0;	/* not ours to send */
	assert_int_equal(chan_send_bare(a, MSG_SETUP_READY, 0), -1);
	assert_int_equal(errno, EINVAL);
	assert_int_equal(chan_send(a, MSG_PEER_DEL, 0, "", 1, -1), -1);
	assert_int_equal(errno, EMSGSIZE);
	assert_int_equal(send_del(1), 0);
	run();
	assert_int_equal(eb.got, 1);
}

/* Everything a captured peer may try on the bare socket. */
static void
test_hostile(void **state)
{
	static const uint8_t zero[64];
	size_t i;
	static const struct {
		uint32_t	 type;
		size_t		 len;
		bool		 fd;
	} bad[] = {
		{ 0xdead, 0, false },
		{ MSG_PEER_DEL, 1, false },
		{ MSG_PEER_DEL, 64, false }, /* decodes not */
		{ MSG_PEER_DONE, 1, false },
		{ MSG_PEER_SYNC_END, 0, true },
		{ MSG_PEER_SYNC_BEGIN, 5, false }, /* not in the table */
		{ MSG_SETUP_PING, 0, false },
		{ MSG_PEER_SYNC_END, 1, false },
	};

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(imsg_send(raw, bad[i].type, 1, zero,
				     bad[i].len, bad[i].fd ? raw : -1),
		    0);
		run();
		assert_int_equal(eb.closed, 1);
		assert_int_equal(eb.got, 0);
		teardown(state);
		setup(state);
	}
	assert_int_equal(send(raw, "short", 5, MSG_NOSIGNAL), 5);
	run();
	assert_int_equal(eb.closed, 1);
	assert_int_equal(eb.got, 0);
}

static void
test_full_queue(void **state)
{
	uint32_t n, room;

	for (n = 0; send_del(n + 1) == 0; n++)
		assert_true(n < 1000000);
	assert_int_equal(errno, ENOBUFS);
	assert_true(n > CHAN_QUEUE_MSGS);	/* and what the socket holds */
	assert_true(chan_busy(a));
	for (room = 0; room < 10000 && eb.got < n; room++)
		event_base_loop(base, EVLOOP_NONBLOCK);
	assert_int_equal(eb.got, n);
	assert_int_equal(eb.last_id, n);
	assert_int_equal(ea.writable, 1);
	assert_false(chan_busy(a));
}

static void
test_pause(void **state)
{
	chan_pause(b);
	assert_int_equal(send_del(1), 0);
	run();
	assert_int_equal(eb.got, 0);
	chan_resume(b);
	run();
	assert_int_equal(eb.got, 1);
}

static void
test_descriptor(void **state)
{
	struct msg_conf_uapi m = { .network = "n" };
	struct end e = { .fd = -1 };
	struct chan *p, *k;
	int fds[2], sv[2];

	assert_int_equal(imsg_pair(sv), 0);
	p = chan_new(base, sv[0], P_PARENT, P_HAND, "p", &uapi_ops, ST_A, &ea);
	k = chan_new(base, sv[1], P_HAND, P_PARENT, "k", &uapi_ops, ST_A, &e);
	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	assert_int_equal(chan_send_conf_uapi(p, 0, &m, fds[1]), 0);
	assert_int_equal(fcntl(fds[1], F_GETFD), -1);	/* consumed */
	run();
	assert_int_not_equal(e.fd, -1);
	assert_int_equal(fcntl(e.fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	assert_int_equal(write(e.fd, "x", 1), 1);
	close(e.fd);
	close(fds[0]);
	/* Without the descriptor it is not that message. */
	assert_int_equal(chan_send_conf_uapi(p, 0, &m, -1), -1);
	chan_free(p);
	chan_free(k);
}

/* Descriptors with an empty packet are no message, and are closed. */
static void
test_empty_descriptor(void **state)
{
	union {
		struct cmsghdr hdr;
		char buf[CMSG_SPACE(sizeof(int))];
	} cmsg;
	struct msghdr msg;
	struct end e = { .fd = -1 };
	struct chan *k;
	int fds[2], sv[2];

	assert_int_equal(imsg_pair(sv), 0);
	k = chan_new(base, sv[1], P_HAND, P_PARENT, "k", &uapi_ops, ST_A, &e);
	assert_non_null(k);
	assert_int_equal(pipe2(fds, O_CLOEXEC | O_NONBLOCK), 0);
	memset(&cmsg, 0, sizeof(cmsg));
	memset(&msg, 0, sizeof(msg));
	msg.msg_control = &cmsg;
	msg.msg_controllen = sizeof(cmsg.buf);
	cmsg.hdr.cmsg_len = CMSG_LEN(sizeof(int));
	cmsg.hdr.cmsg_level = SOL_SOCKET;
	cmsg.hdr.cmsg_type = SCM_RIGHTS;
	memcpy(CMSG_DATA(&cmsg.hdr), &fds[1], sizeof(int));
	assert_int_equal(sendmsg(sv[0], &msg, 0), 0);
	close(fds[1]);
	run();
	assert_int_equal(e.closed, 1);
	assert_int_equal(read(fds[0], sv, 1), 0);	/* no writer left */
	close(fds[0]);
	close(sv[0]);
	chan_free(k);
}

/* What does not decode does not arrive, and its descriptor is closed. */
static void
test_bad_descriptor(void **state)
{
	static const uint8_t data[] = { 0, 1, 0 }; /* a name that is a NUL */
	struct end e = { .fd = -1 };
	struct chan *k;
	int fds[2], sv[2];

	assert_int_equal(imsg_pair(sv), 0);
	k = chan_new(base, sv[1], P_HAND, P_PARENT, "k", &uapi_ops, ST_A, &e);
	assert_non_null(k);
	assert_int_equal(pipe2(fds, O_CLOEXEC | O_NONBLOCK), 0);
	assert_int_equal(imsg_send(sv[0], MSG_CONF_UAPI, 1, data, sizeof(data),
			     fds[1]),
	    0);
	close(fds[1]);
	run();
	assert_int_equal(e.got, 0);
	assert_int_equal(e.closed, 1);
	assert_int_equal(read(fds[0], sv, 1), 0);	/* no writer left */
	close(fds[0]);
	close(sv[0]);
	chan_free(k);
}

/* A handler's no costs the sender the channel. */
static void
test_refused(void **state)
{
	eb.answer = -1;
	assert_int_equal(send_del(1), 0);
	assert_int_equal(send_del(2), 0);
	run();
	assert_int_equal(eb.got, 1);
	assert_int_equal(eb.closed, 1);
}

static void
test_free_inside(void **state)
{
	eb.free_inside = true;
	assert_int_equal(send_del(1), 0);
	assert_int_equal(send_del(2), 0);
	run();
	assert_int_equal(eb.got, 1);
	assert_int_equal(eb.closed, 0);
	assert_int_equal(ea.closed, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_order_and_turn, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_state, setup, teardown),
		cmocka_unit_test_setup_teardown(test_sender_checks, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_hostile, setup, teardown),
		cmocka_unit_test_setup_teardown(test_full_queue, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_pause, setup, teardown),
		cmocka_unit_test_setup_teardown(test_descriptor, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_empty_descriptor, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_bad_descriptor, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(test_free_inside, setup,
		    teardown),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
