/* SPDX-License-Identifier: ISC */
/*
 * Addresses that others have on the interface: no lease gets one, their own
 * keys do, and an owner's peer takes nothing from a live one.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "own.h"
#include "peer_rig.h"

enum {
	ALICE = 20,
	SITE,
	PSK,
	NOBODY
};

static void
hold(struct world *w, uint8_t kind, int key, const char *addrs)
{
	struct msg_hold_item m;
	char text[256], *p, *last;

	memset(&m, 0, sizeof(m));
	m.kind = kind;
	m.psk = key == PSK;
	if (kind != HOLD_OWN)
		peers_key(key, m.pubkey);
	strlcpy(text, addrs, sizeof(text));
	for (p = strtok_r(text, " ", &last); p != NULL;
	     p = strtok_r(NULL, " ", &last))
		m.addrs[m.naddrs++] = prefix_of(p);
	holders_add(w->n, &m);
}

/* The addresses of the lease as text, or the code. */
static const char *
lease(struct world *w, const char *name, int key)
{
	static char text[2 * PREFIX_TEXT + 16];
	char a[PREFIX_TEXT], b[PREFIX_TEXT];
	struct grant g;
	uint8_t code;

	code = peers_register(w, name, key, &g);
	if (code >= LEASE_E_KEY) {
		snprintf(text, sizeof(text), "%s", lease_answer(code)->name);
		return (text);
	}
	snprintf(text, sizeof(text), "%s %s",
	    prefix_format_addr(&g.peer->addrs[0].p, a),
	    prefix_format_addr(&g.peer->addrs[1].p, b));
	change_done(&g.change);
	peers_check(w);
	return (text);
}

static void
leases(void **state)
{
	struct world *w = *state;

	w->conf.adopt = 1;
	registry_configure(w->n, &w->conf);
	assert_string_equal(lease(w, "a", 1), "E_BUSY");
	holders_begin(w->n);
	hold(w, HOLD_OWN, 0, "10.0.0.2/16 fd00::2/64");
	hold(w, HOLD_UNCLAIMED, ALICE, "10.0.0.3/32 fd00::3/128");
	hold(w, HOLD_FOREIGN, SITE, "10.0.0.4/31 192.168.0.0/16 fd00::4/127");
	hold(w, HOLD_FOREIGN, PSK, "0.0.0.0/0 ::/1 8000::/1");
	hold(w, HOLD_FOREIGN, NOBODY, "");
	assert_string_equal(lease(w, "a", 1), "E_BUSY");
	(void)registry_held(w->n);
	assert_true(w->n->held_known);
	assert_string_equal(lease(w, "a", 1), "10.0.0.6 fd00::6");
	assert_string_equal(lease(w, "b", SITE), "E_KEY_TAKEN");
	assert_string_equal(lease(w, "b", NOBODY), "E_KEY_TAKEN");
	assert_string_equal(lease(w, "b", ALICE), "10.0.0.3 fd00::3");
	/* The hand still has it on its list, and then no more. */
	holders_begin(w->n);
	hold(w, HOLD_UNCLAIMED, ALICE, "10.0.0.3/32 fd00::3/128");
	assert_false(registry_held(w->n));
	assert_null(holder_of_key(w->n, peer_by_name(w->n, "b")->key));
	assert_string_equal(lease(w, "b", ALICE), "10.0.0.3 fd00::3");
	assert_string_equal(lease(w, "c", 3), "10.0.0.2 fd00::2");
	/* A lease keeps what another takes later. */
	holders_begin(w->n);
	hold(w, HOLD_FOREIGN, SITE, "10.0.0.2/32 fd00::/120");
	assert_false(registry_held(w->n));
	assert_string_equal(lease(w, "c", 3), "10.0.0.2 fd00::2");
	assert_string_equal(lease(w, "d", 4), "E_POOL");
	/* But not what the interface itself has. */
	holders_begin(w->n);
	hold(w, HOLD_OWN, 0, "10.0.0.2/32 fd00::2/64");
	assert_true(registry_held(w->n));
	assert_false(peer_served(peer_by_name(w->n, "c")));
	assert_true(peer_served(peer_by_name(w->n, "a")));
}

static const char *
own_psk(struct world *w, const char *owner, int key, const char *addr,
    bool force, enum psk_op psk)
{
	static char text[256];
	struct prefix p = prefix_of(addr);
	uint8_t k[WGKEY_LEN], code;
	struct own_wish x = { .key = k,
		.name = "",
		.addrs = &p,
		.naddrs = 1,
		.psk = k };
	struct owner *o;
	char why[129];

	o = owner_get(w->n, owner);
	assert_non_null(o);
	peers_key(key, k);
	x.psk_op = psk;
	code = own_check(&w->reg, o, &x, force, mono_of(w), why, sizeof(why));
	snprintf(text, sizeof(text), "%s %s", lease_answer(code)->name, why);
	return (text);
}

static const char *
own(struct world *w, const char *owner, int key, const char *addr, bool force)
{
	return (own_psk(w, owner, key, addr, force, PSK_KEEP));
}

static void
owners(void **state)
{
	static const char site[] =
	    "E_KEY_TAKEN would take 192.168.0.0/16 from the live peer, which stays as it is";
	struct world *w = *state;

	w->conf.adopt = 1;
	registry_configure(w->n, &w->conf);
	assert_string_equal(own(w, "static", 1, "10.0.0.9", true),
	    "E_BUSY the peers on the interface are not known yet");
	holders_begin(w->n);
	hold(w, HOLD_OWN, 0, "10.0.0.2/27");
	hold(w, HOLD_UNCLAIMED, ALICE, "10.0.0.3/32 fd00::3/128");
	hold(w, HOLD_FOREIGN, SITE, "10.0.0.4/32 192.168.0.0/16");
	hold(w, HOLD_FOREIGN, PSK, "10.0.0.5/32");
	hold(w, HOLD_FOREIGN, NOBODY, "10.0.0.8/29");
	(void)registry_held(w->n);
	assert_string_equal(own(w, "static", 1, "10.0.0.7", false), "OK_SAME ");
	assert_string_equal(own(w, "static", 1, "10.0.0.2", true),
	    "E_ADDR_TAKEN 10.0.0.2/32 is the gateway's own");
	assert_string_equal(own(w, "static", 1, "10.0.0.3", true),
	    "E_ADDR_TAKEN 10.0.0.3/32 is that of a peer on the interface that is not sallyport's");
	assert_string_equal(own(w, "portal:p", 1, "10.0.0.9", false),
	    "E_ADDR_TAKEN 10.0.0.9/32 is that of a peer on the interface that is not sallyport's");
	assert_string_equal(own(w, "static", SITE, "10.0.0.4", true), site);
	assert_string_equal(own(w, "portal:p", SITE, "10.0.0.4", true), site);
	assert_string_equal(own(w, "static", PSK, "10.0.0.5", true),
	    "E_KEY_TAKEN would take the preshared key from the live peer, which stays as it is");
	assert_string_equal(own_psk(w, "static", PSK, "10.0.0.5", true,
				PSK_SET),
	    "E_KEY_TAKEN the key is a peer's that is not sallyport's");
	/* An unclaimed one goes to who knows that it has a preshared key. */
	holders_begin(w->n);
	hold(w, HOLD_OWN, 0, "10.0.0.2/27");
	hold(w, HOLD_UNCLAIMED, ALICE, "10.0.0.3/32 fd00::3/128");
	hold(w, HOLD_UNCLAIMED, PSK, "10.0.0.5/32");
	(void)registry_held(w->n);
	assert_string_equal(own(w, "static", PSK, "10.0.0.5", false),
	    "E_KEY_TAKEN would take the preshared key from the live peer: force it, if that is meant");
	assert_string_equal(own_psk(w, "static", PSK, "10.0.0.5", false,
				PSK_REMOVE),
	    "E_KEY_TAKEN would take the preshared key from the live peer: force it, if that is meant");
	assert_string_equal(own(w, "portal:p", PSK, "10.0.0.5", false),
	    "E_KEY_TAKEN would take the preshared key from the live peer: force it, if that is meant");
	assert_string_equal(own(w, "static", PSK, "10.0.0.5", true),
	    "OK_SAME ");
	assert_string_equal(own_psk(w, "static", PSK, "10.0.0.5", false,
				PSK_SET),
	    "OK_SAME ");
	/* The operator is asked, a portal knows its peers. */
	assert_string_equal(own(w, "static", ALICE, "10.0.0.3", false),
	    "E_KEY_TAKEN would take fd00::3/128 from the live peer: force it, if that is meant");
	assert_string_equal(own(w, "static", ALICE, "10.0.0.3", true),
	    "OK_SAME ");
	assert_string_equal(own(w, "portal:p", ALICE, "10.0.0.3", false),
	    "OK_SAME ");
}

/* The subnets behind a live peer are its own. */
static void
subnets(void **state)
{
	struct world *w = *state;

	w->conf.adopt = 1;
	w->conf.nsubnets = 2;
	w->conf.subnets[0] = prefix_of("192.168.0.0/16");
	w->conf.subnets[1] = prefix_of("fd01::/48");
	registry_configure(w->n, &w->conf);
	holders_begin(w->n);
	hold(w, HOLD_OWN, 0, "192.168.200.1/24");
	hold(w, HOLD_UNCLAIMED, ALICE, "10.0.0.3/32 192.168.3.0/24");
	hold(w, HOLD_FOREIGN, SITE, "192.168.16.0/20 172.16.0.0/12");
	hold(w, HOLD_FOREIGN, NOBODY, "0.0.0.0/0 fd01:0:0:1::5/128");
	(void)registry_held(w->n);
	assert_string_equal(own(w, "static", 1, "192.168.4.0/24", false),
	    "OK_SAME ");
	assert_string_equal(own(w, "static", 1, "192.168.17.0/24", true),
	    "E_ADDR_TAKEN 192.168.17.0/24 overlaps 192.168.16.0/20, which a peer on the interface that is not sallyport's has");
	assert_string_equal(own(w, "static", 1, "192.168.0.0/20", true),
	    "E_ADDR_TAKEN 192.168.0.0/20 overlaps 192.168.3.0/24, which a peer on the interface that is not sallyport's has");
	assert_string_equal(own(w, "static", 1, "fd01::/48", true),
	    "E_ADDR_TAKEN fd01::/48 overlaps fd01:0:0:1::5/128, which a peer on the interface that is not sallyport's has");
	assert_string_equal(own(w, "static", 1, "192.168.128.0/17", true),
	    "E_ADDR_TAKEN 192.168.128.0/17 overlaps 192.168.200.1/24, which the gateway itself has");
	assert_string_equal(own(w, "static", 1, "192.168.0.0/15", true),
	    "E_OUTSIDE 192.168.0.0/15 is a prefix, which only a static peer can have, inside of the network's subnets");
	assert_string_equal(own(w, "portal:p", 1, "192.168.4.0/24", true),
	    "E_OUTSIDE 192.168.4.0/24 is a prefix, which only a static peer can have, inside of the network's subnets");
	/* The operator may take it over, and nobody else. */
	assert_string_equal(own(w, "static", ALICE, "192.168.3.0/24", true),
	    "OK_SAME ");
	assert_string_equal(own(w, "static", ALICE, "10.0.0.3", false),
	    "E_KEY_TAKEN would take 192.168.3.0/24 from the live peer: force it, if that is meant");
	assert_string_equal(own(w, "portal:p", ALICE, "10.0.0.3", false),
	    "E_KEY_TAKEN would take 192.168.3.0/24 from the live peer: force it, if that is meant");
	assert_string_equal(lease(w, "a", ALICE), "E_KEY_TAKEN");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(leases, peers_setup,
		    peers_teardown),
		cmocka_unit_test_setup_teardown(owners, peers_setup_owners,
		    peers_teardown),
		cmocka_unit_test_setup_teardown(subnets, peers_setup_owners,
		    peers_teardown),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
