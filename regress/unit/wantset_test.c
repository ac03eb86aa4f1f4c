/* SPDX-License-Identifier: ISC */
/*
 * The peers that WireGuard shall have, for each way to a member and for each
 * policy of the device.
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
#include "wantset.h"

#define MEMBERS	100

struct rig {
	struct map_net	 net;
	bool		 direct[MEMBERS + 1];
	bool		 away[MEMBERS + 1];
	struct prefix	 routes[2];
	struct want_policy policy;
	struct want_peer want;
};

static void
path(void *arg, const struct map_peer *p, struct path_wish *w)
{
	struct rig *r = arg;

	memset(w, 0, sizeof(*w));
	w->present = !r->away[p->id];
	w->direct = r->direct[p->id];
	w->keepalive = 25;
	w->endpoint = p->endpoint;
}

static struct map_peer *
member(struct rig *r, uint64_t id)
{
	struct map_peer *p;
	char text[32];

	p = calloc(1, sizeof(*p));
	assert_non_null(p);
	p->id = id;
	memset(p->key, (int)id, sizeof(p->key));
	p->naddrs = 1;
	snprintf(text, sizeof(text), "100.64.1.%u", (unsigned int)id);
	assert_int_equal(prefix_parse(text, &p->addrs[0]), 0);
	assert_int_equal(prefix_parse("203.0.113.1", &p->endpoint.addr), 0);
	p->endpoint.port = 1;
	RB_INSERT(map_peers, &r->net.peers, p);
	r->net.npeers++;
	r->direct[id] = true;
	return (p);
}

static void
egress(struct map_peer *p, const char *text)
{
	assert_int_equal(prefix_parse(text, &p->egress[p->negress++]), 0);
}

static int
setup(void **state)
{
	struct rig *r;

	r = calloc(1, sizeof(*r));
	assert_non_null(r);
	RB_INIT(&r->net.peers);
	strlcpy(r->net.name, "prod", sizeof(r->net.name));
	r->net.self.member = 90;
	r->net.self.state = MAP_ACTIVE;
	r->net.self.naddrs = 1;
	assert_int_equal(prefix_parse("100.64.1.90/24", &r->net.self.addrs[0]),
	    0);
	r->policy.routes = r->routes;
	r->policy.full_tunnel = "";
	*state = r;
	return (0);
}

static int
teardown(void **state)
{
	struct rig *r = *state;
	struct map_peer *p, *next;

	RB_FOREACH_SAFE (p, map_peers, &r->net.peers, next) {
		RB_REMOVE(map_peers, &r->net.peers, p);
		free(p);
	}
	free(r);
	return (0);
}

/* The prefixes of a member as one text, "-" if WireGuard shall not have it. */
static const char *
prefixes(struct rig *r, uint64_t id)
{
	static char text[4096];
	char one[PREFIX_TEXT];
	unsigned int i;

	if (!want_peer(&r->net, map_peer(&r->net, id), &r->policy, path, r,
	    &r->want))
		return ("-");
	text[0] = '\0';
	for (i = 0; i < r->want.nprefixes; i++) {
		strlcat(text, i > 0 ? " " : "", sizeof(text));
		strlcat(text, prefix_format(&r->want.prefixes[i], one),
		    sizeof(text));
	}
	return (text);
}

static void
test_direct(void **state)
{
	struct rig *r = *state;

	member(r, 1);
	assert_string_equal(prefixes(r, 1), "100.64.1.1/32");
	assert_int_equal(r->want.member, 1);
	assert_int_equal(r->want.keepalive, 25);
	assert_int_equal(r->want.endpoint.port, 1);
	assert_int_equal(r->want.key[0], 1);
	r->away[1] = true;
	assert_string_equal(prefixes(r, 1), "-");
	r->away[1] = false;
	r->net.self.state = MAP_SUSPENDED;
	assert_string_equal(prefixes(r, 1), "-");
}

static void
test_relayed(void **state)
{
	struct rig *r = *state;

	member(r, 1)->relay = true;
	egress(member(r, 2), "10.0.0.0/8");
	r->policy.nroutes = 1;
	assert_int_equal(prefix_parse("10.0.0.0/8", &r->routes[0]), 0);
	/* The longer prefix wins, so the relay has the whole network. */
	assert_string_equal(prefixes(r, 1), "100.64.1.1/32 100.64.1.0/24");
	assert_string_equal(prefixes(r, 2), "100.64.1.2/32 10.0.0.0/8");
	/* Prefixes behind a member move with it; it stays, to be tried. */
	r->direct[2] = false;
	assert_string_equal(prefixes(r, 1),
	    "100.64.1.1/32 100.64.1.0/24 10.0.0.0/8");
	assert_string_equal(prefixes(r, 2), "");
	assert_int_equal(r->want.endpoint.port, 1);
	r->away[2] = true;
	assert_string_equal(prefixes(r, 1),
	    "100.64.1.1/32 100.64.1.0/24 10.0.0.0/8");
	assert_string_equal(prefixes(r, 2), "-");
}

/* Members with another relay are listed there, one by one. */
static void
test_two_relays(void **state)
{
	struct rig *r = *state;
	unsigned int i;

	member(r, 1)->relay = true;
	member(r, 2)->relay = true;
	member(r, 3)->via = 2;
	member(r, 4);
	r->direct[3] = r->direct[4] = false;
	assert_string_equal(prefixes(r, 1), "100.64.1.1/32 100.64.1.0/24");
	assert_string_equal(prefixes(r, 2), "100.64.1.2/32 100.64.1.3/32");
	assert_false(r->want.cut);
	for (i = 5; i < 5 + WANT_PREFIXES; i++) {
		member(r, i)->via = 2;
		r->direct[i] = false;
	}
	(void)prefixes(r, 2);
	assert_int_equal(r->want.nprefixes, WANT_PREFIXES);
	assert_true(r->want.cut);
}

/* A relay itself has everybody with their own addresses. */
static void
test_at_relay(void **state)
{
	struct rig *r = *state;

	r->net.self.relay = true;
	member(r, 1)->relay = true;
	member(r, 2);
	assert_string_equal(prefixes(r, 1), "100.64.1.1/32");
	assert_string_equal(prefixes(r, 2), "100.64.1.2/32");
}

static void
test_accept(void **state)
{
	struct rig *r = *state;
	struct map_peer *p;

	p = member(r, 1);
	egress(p, "10.1.0.0/16");
	egress(p, "192.168.0.0/16");
	egress(p, "0.0.0.0/0");
	assert_string_equal(prefixes(r, 1), "100.64.1.1/32");
	r->policy.nroutes = 1;
	assert_int_equal(prefix_parse("10.0.0.0/8", &r->routes[0]), 0);
	assert_string_equal(prefixes(r, 1), "100.64.1.1/32 10.1.0.0/16");
	/* The default route has a word of its own. */
	assert_int_equal(prefix_parse("0.0.0.0/0", &r->routes[0]), 0);
	assert_string_equal(prefixes(r, 1),
	    "100.64.1.1/32 10.1.0.0/16 192.168.0.0/16");
	r->policy.nroutes = 0;
	r->policy.full_tunnel = "prod";
	assert_string_equal(prefixes(r, 1), "100.64.1.1/32 0.0.0.0/0");
	r->policy.full_tunnel = "prod/m1";
	assert_string_equal(prefixes(r, 1), "100.64.1.1/32 0.0.0.0/0");
	r->policy.full_tunnel = "prod/m11";
	assert_string_equal(prefixes(r, 1), "100.64.1.1/32");
	r->policy.full_tunnel = "production";
	assert_string_equal(prefixes(r, 1), "100.64.1.1/32");
}

/* One prefix has one peer: that of the lowest id. */
static void
test_same_prefix(void **state)
{
	struct rig *r = *state;

	egress(member(r, 1), "10.1.0.0/16");
	egress(member(r, 2), "10.1.0.0/16");
	r->policy.nroutes = 1;
	assert_int_equal(prefix_parse("10.0.0.0/8", &r->routes[0]), 0);
	assert_string_equal(prefixes(r, 2), "100.64.1.2/32");
	assert_string_equal(prefixes(r, 1), "100.64.1.1/32 10.1.0.0/16");
}

static void
test_rendezvous(void **state)
{
	struct rig *r = *state;
	struct map_endpoint at;
	struct want_peer w;

	memset(&at, 0, sizeof(at));
	assert_false(want_rendezvous(&r->net, &at, &w));
	assert_int_equal(prefix_parse("203.0.113.9", &at.addr), 0);
	at.port = 51819;
	assert_false(want_rendezvous(&r->net, &at, &w));
	strlcpy(r->net.rendezvous.endpoint, "vpn.example.com:51819",
	    sizeof(r->net.rendezvous.endpoint));
	assert_true(want_rendezvous(&r->net, &at, &w));
	assert_int_equal(w.nprefixes, 0);
	assert_int_equal(w.keepalive, 25);
	assert_int_equal(w.endpoint.port, 51819);
}

static void
test_hash(void **state)
{
	struct rig *r = *state;
	uint8_t a[WANT_HASH], b[WANT_HASH];
	struct want_peer w;

	member(r, 1);
	(void)prefixes(r, 1);
	w = r->want;
	want_hash(&w, a);
	want_hash(&r->want, b);
	assert_memory_equal(a, b, sizeof(a));
	w.keepalive++;
	want_hash(&w, b);
	assert_memory_not_equal(a, b, sizeof(a));
	w = r->want;
	w.prefixes[0].len--;
	want_hash(&w, b);
	assert_memory_not_equal(a, b, sizeof(a));
	w = r->want;
	w.endpoint.addr.addr[3]++;
	want_hash(&w, b);
	assert_memory_not_equal(a, b, sizeof(a));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_direct, setup, teardown),
		cmocka_unit_test_setup_teardown(test_relayed, setup, teardown),
		cmocka_unit_test_setup_teardown(test_two_relays, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_at_relay, setup, teardown),
		cmocka_unit_test_setup_teardown(test_accept, setup, teardown),
		cmocka_unit_test_setup_teardown(test_same_prefix, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_rendezvous, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_hash, setup, teardown),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
