/* SPDX-License-Identifier: ISC */
/*
 * Requests that are not read while leased has enough to do: who waits, in which
 * order they get their turn, and that nobody is forgotten.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "chan.h"
#include "conn.h"
#include "defer.h"
#include "imsg.h"
#include "pend.h"

#define ASKED	512		/* defer.c's DEFER_ASKED */
#define TURN	256		/* and DEFER_TURN */
#define CONNS	2000

static struct apid a;
static struct listener lst;
static struct conn conns[CONNS];
static uint32_t	 asked[CONNS];
static unsigned int nasked;
static unsigned int order[CONNS];	/* those who had their turn */
static unsigned int nturns;
static bool	 they_ask;

static void
link_closed(struct chan *c, const char *reason)
{
	fail_msg("the link is closed: %s", reason);
}

static const struct chan_ops link_ops = { .closed = link_closed };

static void
ask(void)
{
	assert_int_not_equal(asked[nasked++] = pend_add(a.pend, &a), 0);
}

static void
answer(unsigned int n)
{
	while (n-- > 0)
		pend_del(a.pend, asked[--nasked]);
	defer_again(&a);
}

/* As conn.c does when its event is active. */
static void
turn_cb(evutil_socket_t fd, short what, void *arg)
{
	struct conn *c = arg;

	assert_true(c->called);
	assert_false(defer_begin(c));
	assert_false(c->called || c->deferred);
	order[nturns++] = (unsigned int)(c - conns);
	if (they_ask)
		ask();
}

/* Requests FROM to TO come; returns how many of them wait. */
static unsigned int
come(unsigned int from, unsigned int to)
{
	unsigned int n = 0;

	for (; from < to; from++)
		n += defer_begin(&conns[from]);
	return (n);
}

static void
loop(void)
{
	assert_int_not_equal(event_base_loop(a.base,
				 EVLOOP_ONCE | EVLOOP_NONBLOCK),
	    -1);
}

/* Until there is nothing left to do. */
static void
loops(void)
{
	while (event_base_loop(a.base, EVLOOP_ONCE | EVLOOP_NONBLOCK) == 0 &&
	    evtimer_pending(&a.defer_timer, NULL))
		continue;
}

static int
begin(void **state)
{
	int i, sv[2];

	memset(&a, 0, sizeof(a));
	memset(conns, 0, sizeof(conns));
	nasked = nturns = 0;
	they_ask = true;
	a.base = event_base_new();
	a.pend = pend_new(CONNS);
	assert_int_equal(imsg_pair(sv), 0);
	a.leased = chan_new(a.base, sv[0], P_APID, P_LEASED, "leased",
	    &link_ops, CHAN_UP, &a);
	assert_true(a.base != NULL && a.pend != NULL && a.leased != NULL);
	*state = (void *)(intptr_t)sv[1];
	defer_init(&a);
	lst.waits = true;
	lst.pending = 8192;
	for (i = 0; i < CONNS; i++) {
		conns[i].req.apid = &a;
		conns[i].req.lst = &lst;
		assert_int_equal(event_assign(&conns[i].rev, a.base, -1, 0,
				     turn_cb, &conns[i]),
		    0);
	}
	return (0);
}

static int
end(void **state)
{
	event_del(&a.defer_timer);
	chan_free(a.leased);
	close((int)(intptr_t)*state);
	pend_free(a.pend);
	event_base_free(a.base);
	return (0);
}

static void
nobody_waits(void **state)
{
	struct chan *leased = a.leased;
	unsigned int i;

	for (i = 0; i < ASKED - 1; i++)
		ask();
	assert_int_equal(come(0, 10), 0);
	ask();
	assert_int_equal(come(10, 11), 1);
	defer_end(&conns[10]);

	/* A portal or a monitor is asked for at once. */
	lst.waits = false;
	assert_int_equal(come(0, 10), 0);
	assert_int_equal(defer_count(&a, &lst), ASKED);
	lst.waits = true;

	/* Without a link there is nothing to wait for. */
	a.leased = NULL;
	assert_int_equal(come(0, 10), 0);
	a.leased = leased;
	assert_int_equal(a.ndeferred + a.ncalled, 0);
}

static void
in_order(void **state)
{
	unsigned int i;

	for (i = 0; i < ASKED; i++)
		ask();
	assert_int_equal(come(0, 1000), 1000);
	/* Again, by mistake: it has one place. */
	assert_int_equal(come(5, 6), 1);
	assert_int_equal(a.ndeferred, 1000);
	assert_int_equal(defer_count(&a, &lst), ASKED + 1000);
	loop();
	assert_int_equal(nturns, 0);
	answer(3);
	/* Who comes now waits behind them, although there is room. */
	assert_int_equal(come(1000, 1001), 1);
	loops();
	assert_int_equal(nturns, 3);
	assert_int_equal(a.ndeferred, 998);
	while (nturns < 1001) {
		answer(100);
		loops();
	}
	for (i = 0; i < nturns; i++)
		assert_int_equal(order[i], i);
	assert_int_equal(a.ndeferred + a.ncalled, 0);
	assert_int_equal(come(1001, 1002), 0);
}

/* As many as may wait, and one more. */
static void
bound(void **state)
{
	unsigned int i;

	for (i = 0; i < ASKED; i++)
		ask();
	lst.pending = ASKED + 7;
	assert_int_equal(come(0, 100), 7);
	assert_int_equal(defer_count(&a, &lst), lst.pending);
	defer_end(&conns[3]);
	assert_int_equal(come(50, 100), 1);
	lst.pending = 1;
	defer_end(&conns[4]);
	assert_int_equal(come(51, 100), 0);
}

/* Those who ask nothing make no answer that would wake the next. */
static void
idle_ones(void **state)
{
	unsigned int i;

	they_ask = false;
	for (i = 0; i < ASKED; i++)
		ask();
	assert_int_equal(come(0, CONNS), CONNS);
	answer(1);
	loops();
	assert_int_equal(nturns, CONNS);
	assert_int_equal(a.ncalled + a.ndeferred, 0);
}

/* The called ones fill the room, and come when others wait already. */
static void
called_ones(void **state)
{
	unsigned int i;

	they_ask = false;
	for (i = 0; i < ASKED; i++)
		ask();
	assert_int_equal(come(0, 600), 600);
	answer(ASKED);
	/* In one round of the loop only so many. */
	loop();
	assert_int_equal(nturns, TURN);
	assert_int_equal(a.ndeferred, 600 - TURN);
	loop();
	loop();
	assert_int_equal(nturns, 600);

	/* Called, and gone before its turn. */
	nturns = 0;
	for (i = 0; i < ASKED; i++)
		ask();
	assert_int_equal(come(0, 2), 2);
	conns[0].deferred = false;
	TAILQ_REMOVE(&a.deferred, &conns[0], deferring);
	a.ndeferred--;
	conns[0].called = true;
	a.ncalled++;
	answer(1);
	loop();
	/* Its place is not free yet, and the next one is not forgotten. */
	assert_int_equal(nturns, 0);
	defer_end(&conns[0]);
	assert_int_equal(a.ncalled, 0);
	loops();
	assert_int_equal(nturns, 1);
	assert_int_equal(order[0], 1);

	/* Called ones alone make others wait, and these are not forgotten. */
	nturns = 0;
	answer(nasked);
	a.ncalled = ASKED;
	assert_int_equal(come(10, 11), 1);
	loop();
	assert_int_equal(nturns, 0);
	a.ncalled = 0;
	loops();
	assert_int_equal(nturns, 1);
}

/* A full queue, unless a set has filled it. */
static void
full_queue(void **state)
{
	struct msg_lease_get m;

	memset(&m, 0, sizeof(m));
	strlcpy(m.network, "n", sizeof(m.network));
	strlcpy(m.name, "n", sizeof(m.name));
	while (!chan_busy(a.leased))
		assert_int_equal(chan_send_lease_get(a.leased, 1, &m, -1), 0);
	assert_int_equal(come(0, 1), 1);
	a.nsets = 1;
	defer_again(&a);
	loops();
	assert_int_equal(nturns, 1);
	assert_int_equal(come(1, 2), 0);
}

/* The link has gone: all are called, to be told so. */
static void
no_link(void **state)
{
	struct chan *leased = a.leased;
	unsigned int i;

	they_ask = false;
	for (i = 0; i < ASKED; i++)
		ask();
	assert_int_equal(come(0, 1500), 1500);
	a.leased = NULL;
	defer_again(&a);
	loops();
	assert_int_equal(nturns, 1500);
	a.leased = leased;
}

int
main(void)
{
#define TEST(f)	cmocka_unit_test_setup_teardown(f, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(nobody_waits),
		TEST(in_order),
		TEST(bound),
		TEST(idle_ones),
		TEST(called_ones),
		TEST(full_queue),
		TEST(no_link),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
