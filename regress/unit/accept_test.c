/* SPDX-License-Identifier: ISC */
/*
 * How many connections are taken in one round of the event loop: few while
 * others have little to do, and as many as those had turns when they have much,
 * so that a listening socket's queue does not overflow.
 */

#include <sys/socket.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <netinet/in.h>

#include <cmocka.h>

#include "accept.h"
#include "conn.h"
#include "quiet.h"
#include "rate.h"
#include "room.h"

#define CLIENTS	300
#define FEW	16		/* accept.c's ACCEPT_TURN */

static struct apid a;
static struct settings set;
static struct sockaddr_in server;
static int clients[CLIENTS];
static unsigned int taken;

/* In place of conn.c and settings.c. */
int
conn_new(struct apid *ap, struct listener *l, struct settings *s, int fd,
    const struct prefix *from, struct rate_source *src)
{
	taken++;
	ap->nconns++;
	rate_leave(ap->rate, src);
	close(fd);
	return (0);
}

void
conn_evict(struct conn *c)
{
	fail_msg("nobody is to be evicted");
}

void
conn_end_idle(struct apid *ap)
{
	fail_msg("nobody is idle");
}

bool
settings_is_proxy(const struct settings *s, const struct prefix *p)
{
	return (false);
}

static int
begin(void **state)
{
	struct listener *l = &set.listeners[0];
	socklen_t len = sizeof(server);
	int i;

	memset(&a, 0, sizeof(a));
	a.base = event_base_new();
	a.rate = rate_new(16);
	a.quiet = quiet_new();
	a.set = &set;
	TAILQ_INIT(&a.idle);
	room_init(&a);
	set.limits.connections = set.limits.per_source = 4096;
	set.nlisteners = 1;
	l->proof = PROOF_ADDRESS;
	l->listening = false;
	l->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	server.sin_family = AF_INET;
	server.sin_port = 0;
	server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_true(l->fd != -1 &&
	    bind(l->fd, (struct sockaddr *)&server, len) == 0 &&
	    listen(l->fd, CLIENTS) == 0 &&
	    getsockname(l->fd, (struct sockaddr *)&server, &len) == 0);
	for (i = 0; i < CLIENTS; i++) {
		clients[i] = socket(AF_INET, SOCK_STREAM, 0);
		assert_int_equal(connect(clients[i], (struct sockaddr *)&server,
				     len),
		    0);
	}
	accept_start(&a, &set);
	return (0);
}

static int
end(void **state)
{
	int i;

	accept_stop(&set);
	event_del(&a.accept_pause);
	for (i = 0; i < CLIENTS; i++)
		close(clients[i]);
	rate_free(a.rate);
	quiet_free(a.quiet);
	event_base_free(a.base);
	return (0);
}

/* Those taken in one round, after so many turns of others. */
static unsigned int
take(unsigned int steps)
{
	taken = 0;
	a.steps = steps;
	assert_int_equal(event_base_loop(a.base, EVLOOP_ONCE | EVLOOP_NONBLOCK),
	    0);
	return (taken);
}

static void
shares(void **state)
{
	assert_int_equal(take(0), FEW);
	assert_int_equal(take(0), FEW);
	assert_int_equal(take(100), FEW + 100);
	/* These turns were counted. */
	assert_int_equal(a.steps, 0);
	assert_int_equal(take(0), FEW);
	/* There are no more. */
	assert_int_equal(take(1000), CLIENTS - 4 * FEW - 100);
	assert_int_equal(take(1000), 0);
}

/* The limit of connections counts, however many turns there were. */
static void
limit(void **state)
{
	set.limits.connections = 40;
	assert_int_equal(take(1000), 40);
	assert_int_equal(take(1000), 0);
	a.nconns = 30;
	room_again(&a);
	assert_int_equal(take(1000), 10);
}

int
main(void)
{
#define TEST(f)	cmocka_unit_test_setup_teardown(f, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(shares),
		TEST(limit),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
