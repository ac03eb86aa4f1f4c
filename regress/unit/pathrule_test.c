/* SPDX-License-Identifier: ISC */
/*
 * The rule for paths: a table over the NATs of both ends, and two machines that
 * apply it to a model of WireGuard between them, with a clock of the test's own.
 */

#include <sys/socket.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "pair.h"

#define TICK_MS		100
#define LOOK_MS		2000
#define DATA		128	/* bytes of a packet with data */
#define ALIVE		32

/* One end of the pair. */
struct end {
	struct path	 path;
	struct path_facts facts;
	struct path_wish wish;
	struct path_seen seen;
	struct mono	 sent;		/* anything, last */
	unsigned int	 look_at;	/* ms of its looks */
	bool		 sends;		/* data, in each tick */
	unsigned int	 lost;		/* ticks in which its data was lost */
	unsigned int	 gap;		/* the longest run of these, ms */
	unsigned int	 run;
};

struct world {
	struct end	 end[2];
	bool		 open[2];	/* the way from that end */
	struct mono	 now;
};

static struct mono
ms(int64_t n)
{
	struct mono m = { n * 1000000 };

	return (m);
}

static void
make_world(struct world *w, bool relay)
{
	unsigned int i;

	memset(w, 0, sizeof(*w));
	w->now = ms(1000000);
	for (i = 0; i < 2; i++) {
		struct end *e = &w->end[i];

		e->facts.relay = relay;
		e->facts.probe = true;
		e->facts.ours = e->facts.theirs = MAP_NAT_CONE;
		e->look_at = i * 900;
		e->sends = true;
		path_start(&e->path, &e->facts, false, w->now);
		path_wish(&e->path, &e->facts, w->now, &e->wish);
	}
}

static void
receive(struct end *e, uint64_t bytes)
{
	e->seen.rx += bytes;
}

/* Both ways are needed for a handshake, and somebody who starts it. */
static void
handshakes(struct world *w)
{
	struct end *a = &w->end[0], *b = &w->end[1];

	if (!a->wish.present || !b->wish.present || !w->open[0] || !w->open[1])
		return;
	if (a->wish.keepalive == 0 && b->wish.keepalive == 0 &&
	    !a->wish.direct && !b->wish.direct)
		return;
	if (a->seen.shook && b->seen.shook &&
	    mono_diff_ms(w->now, a->seen.handshake) < 120000)
		return;
	a->seen.shook = b->seen.shook = true;
	a->seen.handshake = b->seen.handshake = w->now;
	receive(a, 92);
	receive(b, 148 + ALIVE);
}

static void
keepalives(struct world *w, unsigned int i)
{
	struct end *e = &w->end[i], *o = &w->end[!i];

	if (!e->wish.present || e->wish.keepalive == 0 ||
	    mono_diff_ms(w->now, e->sent) < e->wish.keepalive * 1000)
		return;
	e->sent = w->now;
	e->seen.tx += ALIVE;
	if (w->open[i] && o->wish.present && o->seen.shook && e->seen.shook)
		receive(o, ALIVE);
}

/*
 * By the relay the data arrives if the other end takes it from there; directly
 * if the peer is there, has this session and is the one that has the addresses.
 */
static bool
data(struct world *w, unsigned int i)
{
	struct end *e = &w->end[i], *o = &w->end[!i];

	if (!e->wish.present || !e->wish.direct)
		return (!o->wish.present || !o->wish.direct);
	e->seen.tx += DATA;
	e->sent = w->now;
	if (!w->open[i] || !e->seen.shook || !o->seen.shook ||
	    !o->wish.present || !o->wish.direct)
		return (false);
	receive(o, DATA);
	return (true);
}

static void
look(struct world *w, unsigned int i)
{
	struct end *e = &w->end[i];
	bool was = e->wish.present;

	e->seen.present = was;
	(void)path_look(&e->path, &e->facts, &e->seen, w->now);
	path_wish(&e->path, &e->facts, w->now, &e->wish);
	if (was && !e->wish.present)
		memset(&e->seen, 0, sizeof(e->seen));
}

static void
run(struct world *w, unsigned int seconds)
{
	unsigned int t, i;

	for (t = 0; t < seconds * 1000; t += TICK_MS) {
		w->now = mono_add_ms(w->now, TICK_MS);
		handshakes(w);
		for (i = 0; i < 2; i++) {
			struct end *e = &w->end[i];

			keepalives(w, i);
			if (e->sends && !data(w, i)) {
				e->lost++;
				e->run += TICK_MS;
			} else
				e->run = 0;
			if (e->run > e->gap)
				e->gap = e->run;
			if (t % LOOK_MS ==
			    e->look_at % LOOK_MS / TICK_MS * TICK_MS)
				look(w, i);
		}
	}
}

static void
forget_gaps(struct world *w)
{
	w->end[0].gap = w->end[1].gap = 0;
	w->end[0].run = w->end[1].run = 0;
}

static unsigned int
gap(const struct world *w)
{
	return (w->end[0].gap > w->end[1].gap ? w->end[0].gap : w->end[1].gap);
}

static void
both_are(const struct world *w, enum path_state s)
{
	assert_int_equal(w->end[0].path.state, s);
	assert_int_equal(w->end[1].path.state, s);
}

/* The NATs open: both go up within a look, and stay there. */
static void
test_up(void **state)
{
	struct world w;

	make_world(&w, true);
	run(&w, 60);
	both_are(&w, PATH_RELAYED);
	assert_int_equal(gap(&w), 0);
	w.open[0] = w.open[1] = true;
	run(&w, 10);
	both_are(&w, PATH_DIRECT);
	assert_true(gap(&w) <= 2000);
	forget_gaps(&w);
	run(&w, 3600);
	both_are(&w, PATH_DIRECT);
	assert_int_equal(gap(&w), 0);
}

static void
test_idle_up(void **state)
{
	struct world w;

	make_world(&w, true);
	w.end[0].sends = w.end[1].sends = false;
	w.open[0] = w.open[1] = true;
	run(&w, 3600);
	both_are(&w, PATH_DIRECT);
	assert_int_equal(w.end[0].path.downs, 0);
	assert_int_equal(w.end[1].path.downs, 0);
}

/* The whole way breaks: both fall back, in about the time of a stall. */
static void
test_dead(void **state)
{
	struct world w;

	make_world(&w, true);
	w.open[0] = w.open[1] = true;
	run(&w, 300);
	both_are(&w, PATH_DIRECT);
	forget_gaps(&w);
	w.open[0] = w.open[1] = false;
	run(&w, 120);
	both_are(&w, PATH_RELAYED);
	assert_in_range(gap(&w), 10000, 21000);
}

/* One direction breaks: the other end follows. */
static void
test_one_way(void **state)
{
	struct world w;
	unsigned int i;

	for (i = 0; i < 2; i++) {
		make_world(&w, true);
		w.open[0] = w.open[1] = true;
		run(&w, 300);
		both_are(&w, PATH_DIRECT);
		forget_gaps(&w);
		w.open[i] = false;
		run(&w, 76);
		both_are(&w, PATH_RELAYED);
		assert_true(gap(&w) < 75000);
		forget_gaps(&w);
		run(&w, 1200);
		both_are(&w, PATH_RELAYED);
		assert_int_equal(gap(&w), 0);
		w.open[i] = true;
		run(&w, 660);
		both_are(&w, PATH_DIRECT);
		assert_true(gap(&w) < 3000);
	}
}

/* A one-way failure of a pair that sends nothing. */
static void
test_one_way_idle(void **state)
{
	struct world w;

	make_world(&w, true);
	w.end[0].sends = w.end[1].sends = false;
	w.open[0] = w.open[1] = true;
	run(&w, 300);
	w.open[0] = false;
	run(&w, 76);
	both_are(&w, PATH_RELAYED);
}

/* Each DOWN doubles the time before the next try, up to ten minutes. */
static void
test_flap(void **state)
{
	static const unsigned int away[] = { 60, 120, 240, 480, 600, 600 };
	struct world w;
	unsigned int i, t;

	make_world(&w, true);
	for (i = 0; i < 6; i++) {
		w.open[0] = w.open[1] = true;
		for (t = 0; t < 700 && w.end[0].path.state != PATH_DIRECT; t++)
			run(&w, 1);
		if (i > 0)
			assert_in_range(t + 20, away[i - 1] - 25,
			    away[i - 1] + 25);
		w.open[0] = w.open[1] = false;
		run(&w, 20);
		both_are(&w, PATH_RELAYED);
	}
	/* After a long time without a DOWN, all are forgotten. */
	w.open[0] = w.open[1] = true;
	run(&w, 1300);
	both_are(&w, PATH_DIRECT);
	assert_int_equal(w.end[0].path.downs, 0);
}

/*
 * Whatever breaks and heals, the two are of one mind soon: when the network has
 * been in one state for 76 seconds, no data is lost that one of the ways would
 * carry.
 */
static void
test_random(void **state)
{
	struct world w;
	unsigned int i, k;

	srandom(1);
	for (i = 0; i < 40; i++) {
		make_world(&w, true);
		for (k = 0; k < 20; k++) {
			w.open[0] = random() % 3 != 0;
			w.open[1] = random() % 3 != 0;
			run(&w, 30 + (unsigned int)random() % 60);
		}
		run(&w, 76);
		forget_gaps(&w);
		run(&w, 700);
		assert_true(gap(&w) < 3000);
		assert_int_equal(w.end[0].path.state, w.end[1].path.state);
	}
}

/* An end that is started again with the state that was saved changes nothing. */
static void
test_restart(void **state)
{
	struct world w;
	struct end *e = &w.end[0];

	make_world(&w, true);
	w.open[0] = w.open[1] = true;
	run(&w, 300);
	both_are(&w, PATH_DIRECT);
	forget_gaps(&w);
	path_start(&e->path, &e->facts, e->path.state == PATH_DIRECT, w.now);
	path_wish(&e->path, &e->facts, w.now, &e->wish);
	run(&w, 300);
	both_are(&w, PATH_DIRECT);
	assert_int_equal(gap(&w), 0);
}

/* Without a relay there is nothing to switch to. */
static void
test_no_relay(void **state)
{
	struct world w;

	make_world(&w, false);
	both_are(&w, PATH_DIRECT);
	run(&w, 300);
	both_are(&w, PATH_DIRECT);
	assert_string_equal(path_word(&w.end[0].path, &w.end[0].facts, w.now),
	    "unreachable");
	w.open[0] = w.open[1] = true;
	run(&w, 5);
	assert_string_equal(path_word(&w.end[0].path, &w.end[0].facts, w.now),
	    "direct");
}

/* A relay that comes is used by a pair that does not reach each other. */
static void
test_relay_comes(void **state)
{
	struct world w;

	make_world(&w, false);
	run(&w, 60);
	w.end[0].facts.relay = w.end[1].facts.relay = true;
	run(&w, 5);
	both_are(&w, PATH_RELAYED);
	assert_true(w.end[0].wish.present);
	w.end[0].facts.relay = w.end[1].facts.relay = false;
	run(&w, 5);
	both_are(&w, PATH_DIRECT);
}

/* --- facts: the matrix --- */

static void
host(struct prefix *p, const char *text)
{
	assert_int_equal(prefix_parse(text, p), 0);
}

static struct map_peer *
member(struct map_net *n, uint64_t id, uint8_t nat, const char *addr)
{
	struct map_peer *p;

	p = calloc(1, sizeof(*p));
	assert_non_null(p);
	p->id = id;
	p->nat = nat;
	p->naddrs = 1;
	host(&p->addrs[0], "100.64.1.2");
	host(&p->endpoint.addr, addr);
	p->endpoint.port = 51820;
	RB_INSERT(map_peers, &n->peers, p);
	n->npeers++;
	return (p);
}

static void
net_init(struct map_net *n)
{
	memset(n, 0, sizeof(*n));
	RB_INIT(&n->peers);
	n->self.member = 10;
	n->self.state = MAP_ACTIVE;
	host(&n->self.endpoint.addr, "198.51.100.1");
	n->self.endpoint.port = 51820;
}

static void
net_clear(struct map_net *n)
{
	struct map_peer *p, *next;

	RB_FOREACH_SAFE (p, map_peers, &n->peers, next) {
		RB_REMOVE(map_peers, &n->peers, p);
		free(p);
	}
}

/* The keepalive and the endpoint for each pair before the first packet. */
static void
test_matrix(void **state)
{
	static const struct {
		uint8_t ours, theirs;
		bool endpoint;
		uint16_t keepalive;
	} cases[] = {
		{ MAP_NAT_OPEN, MAP_NAT_OPEN, true, 0 },
		{ MAP_NAT_OPEN, MAP_NAT_CONE, true, 0 },
		{ MAP_NAT_OPEN, MAP_NAT_HARD, false, 0 },
		{ MAP_NAT_CONE, MAP_NAT_OPEN, true, 25 },
		{ MAP_NAT_CONE, MAP_NAT_CONE, true, 0 },
		{ MAP_NAT_CONE, MAP_NAT_HARD, true, 0 },
		{ MAP_NAT_HARD, MAP_NAT_OPEN, true, 25 },
		{ MAP_NAT_HARD, MAP_NAT_CONE, true, 0 },
		{ MAP_NAT_HARD, MAP_NAT_HARD, true, 0 },
	};
	struct path_facts f;
	struct path_wish w;
	struct map_net n;
	struct map_peer *x;
	struct path p;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		net_init(&n);
		n.self.nat = cases[i].ours;
		x = member(&n, 20, cases[i].theirs, "203.0.113.1");
		pair_facts(&n, x, 0, &f);
		assert_false(f.relay);
		path_start(&p, &f, false, ms(1000));
		path_wish(&p, &f, ms(1000), &w);
		assert_true(w.present && w.direct);
		assert_int_equal(w.keepalive, cases[i].keepalive);
		assert_int_equal(w.endpoint.port != 0, cases[i].endpoint);
		/* With a relay the pair begins there and tries. */
		member(&n, 5, MAP_NAT_OPEN, "203.0.113.9")->relay = true;
		pair_facts(&n, x, 0, &f);
		assert_true(f.relay);
		path_start(&p, &f, false, ms(1000));
		path_wish(&p, &f, ms(1000), &w);
		assert_true(w.present && !w.direct);
		assert_int_equal(w.keepalive, 25);
		net_clear(&n);
	}
}

/* Both ends must name the same relay, whoever looks. */
static void
test_relay_of_pair(void **state)
{
	static const struct {
		uint64_t our_via, their_via;
		uint64_t relay;
	} cases[] = {
		{ 0, 0, 3 }, { 7, 0, 7 }, { 0, 7, 7 }, { 5, 7, 5 }, { 7, 5, 5 },
		{ 99, 0, 3 }, { 99, 7, 7 }, { 30, 0, 3 }, /* 99, 30: no relay */
	};
	struct map_net n;
	struct map_peer *x;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		net_init(&n);
		member(&n, 2, MAP_NAT_OPEN, "203.0.113.2")->relay = true;
		/* One that nobody can reach serves nobody. */
		memset(&map_peer(&n, 2)->endpoint, 0,
		    sizeof(struct map_endpoint));
		member(&n, 3, MAP_NAT_OPEN, "203.0.113.3")->relay = true;
		member(&n, 5, MAP_NAT_OPEN, "203.0.113.5")->relay = true;
		member(&n, 7, MAP_NAT_OPEN, "203.0.113.7")->hub = true;
		member(&n, 30, MAP_NAT_CONE, "203.0.113.30");
		x = member(&n, 20, MAP_NAT_HARD, "203.0.113.20");
		n.self.via = cases[i].our_via;
		x->via = cases[i].their_via;
		assert_int_equal(pair_relay(&n, x)->id, cases[i].relay);
		assert_null(pair_relay(&n, map_peer(&n, 3)));
		n.self.relay = true;
		assert_null(pair_relay(&n, x));
		net_clear(&n);
	}
}

/* Local addresses first behind one NAT; five seconds each. */
static void
test_candidates(void **state)
{
	struct path_seen seen = { .present = true };
	struct path_facts f;
	struct path_wish w;
	struct map_net n;
	struct map_peer *x;
	struct path p;
	struct mono now = ms(1000);
	unsigned int i, port[4];

	net_init(&n);
	x = member(&n, 20, MAP_NAT_CONE, "198.51.100.1");
	x->nlocal = 2;
	host(&x->local[0].addr, "192.168.1.2");
	host(&x->local[1].addr, "192.168.2.2");
	x->local[0].port = 1;
	x->local[1].port = 2;
	x->endpoint.port = 3;
	pair_facts(&n, x, 0, &f);
	assert_int_equal(f.ncands, 3);
	path_start(&p, &f, false, now);
	for (i = 0; i < 4; i++) {
		path_wish(&p, &f, now, &w);
		port[i] = w.endpoint.port;
		now = mono_add_ms(now, 5000);
		assert_true(path_look(&p, &f, &seen, now));
	}
	assert_true(
	    port[0] == 1 && port[1] == 2 && port[2] == 3 && port[3] == 1);
	/* An endpoint that answers is kept. */
	seen.shook = true;
	seen.handshake = now;
	for (i = 0; i < 4; i++) {
		now = mono_add_ms(now, 5000);
		assert_false(path_look(&p, &f, &seen, now));
	}
	net_clear(&n);
}

/* Data that nobody answers asks for a call, which is answered for 300 s. */
static void
test_call(void **state)
{
	struct path_seen seen = { .present = true };
	struct path_facts f;
	struct path_wish w;
	struct path p;
	struct mono now = ms(1000);
	unsigned int i, wants = 0;

	memset(&f, 0, sizeof(f));
	f.ours = f.theirs = MAP_NAT_CONE;
	path_start(&p, &f, false, now);
	for (i = 0; i < 30; i++) {
		seen.tx += 148;
		now = mono_add_ms(now, 2000);
		(void)path_look(&p, &f, &seen, now);
		wants += p.want;
	}
	assert_int_equal(wants, 2);
	path_wish(&p, &f, now, &w);
	assert_int_equal(w.keepalive, 0);
	/* At the other end. */
	f.called = true;
	assert_true(path_look(&p, &f, &seen, now));
	path_wish(&p, &f, now, &w);
	assert_int_equal(w.keepalive, 25);
	f.called = false;
	now = mono_add_ms(now, 299000);
	path_wish(&p, &f, now, &w);
	assert_int_equal(w.keepalive, 25);
	now = mono_add_ms(now, 2000);
	path_wish(&p, &f, now, &w);
	assert_int_equal(w.keepalive, 0);
}

/* In a large network a relayed pair is tried in one minute of ten. */
static void
test_probe_turns(void **state)
{
	struct path_facts f;
	struct path_wish w;
	struct map_net n;
	struct map_peer *x;
	struct path p;
	unsigned int i, turns = 0;

	net_init(&n);
	x = member(&n, 20, MAP_NAT_CONE, "203.0.113.1");
	n.npeers = 1000;
	n.self.keepalive = 25;
	for (i = 0; i < 100; i++) {
		pair_facts(&n, x, i, &f);
		turns += f.probe;
		assert_int_equal(f.keepalive, 0);
	}
	assert_int_equal(turns, 10);
	/* In a small one the network's own keepalive holds for all. */
	n.npeers = 1;
	n.self.nat = x->nat = MAP_NAT_OPEN;
	n.self.keepalive = 40;
	pair_facts(&n, x, 0, &f);
	path_start(&p, &f, false, ms(1000));
	path_wish(&p, &f, ms(1000), &w);
	assert_int_equal(w.keepalive, 40);
	net_clear(&n);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_up),
		cmocka_unit_test(test_idle_up),
		cmocka_unit_test(test_dead),
		cmocka_unit_test(test_one_way),
		cmocka_unit_test(test_one_way_idle),
		cmocka_unit_test(test_flap),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_restart),
		cmocka_unit_test(test_no_relay),
		cmocka_unit_test(test_relay_comes),
		cmocka_unit_test(test_matrix),
		cmocka_unit_test(test_relay_of_pair),
		cmocka_unit_test(test_candidates),
		cmocka_unit_test(test_call),
		cmocka_unit_test(test_probe_turns),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
