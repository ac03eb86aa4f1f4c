/* SPDX-License-Identifier: ISC */
/*
 * The mesh: slices of addresses, members and their roles, groups, and what is
 * refused.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "enrol.h"
#include "meshgen.h"
#include "mesh_rig.h"
#include "meshshow.h"
#include "op_group.h"
#include "op_member.h"

/* --- slices --- */

static void
carved(void **state)
{
	tenant("a", NULL);
	tenant("b", NULL);
	mesh("a", "one", NULL, NULL);
	gives(LEASE_OK_NEW);
	mesh("b", "one", NULL, NULL);
	gives(LEASE_OK_NEW);
	has_net("a", "one", 0, "100.64.1.0/24");
	has_net("b", "one", 0, "100.64.2.0/24");
	has_net("a", "one", 1, "fd73:616c:6c79:1::/64");
	has_net("b", "one", 1, "fd73:616c:6c79:2::/64");
	/* A slice that is given back is the lowest one. */
	begin(MESH_NET_DEL, "a", "one");
	gives(LEASE_OK_SAME);
	restart(*state);
	mesh("b", "two", NULL, NULL);
	gives(LEASE_OK_NEW);
	has_net("b", "two", 0, "100.64.1.0/24");
}

static void
used_up(void **state)
{
	int i;
	char name[8];

	tenant("a", "10.0.0.0/22");
	for (i = 0; i < 4; i++) {
		snprintf(name, sizeof(name), "m%d", i);
		mesh("a", name, NULL, "");
		gives(LEASE_OK_NEW);
	}
	has_net("a", "m0", 0, "10.0.1.0/24");
	has_net("a", "m3", 0, "10.0.0.0/24");
	mesh("a", "m4", NULL, "");
	refuses(LEASE_E_RANGE, "no /24 is left in 10.0.0.0/22");
	assert_null(find("a", "m4"));
}

static void explicit(void **state)
{
	static const struct {
		const char *net;
		uint8_t code;
		const char *text;
	} bad[] = {
		{ "10.1.0.0/31", LEASE_E_REQUEST, "must be /16 to /30" },
		{ "10.1.0.0/32", LEASE_E_REQUEST, "must be /16 to /30" },
		{ "10.0.0.0/15", LEASE_E_REQUEST, "must be /16 to /30" },
		{ "0.0.0.0/0", LEASE_E_REQUEST, "must be /16 to /30" },
		{ "10.1.0.1/24", LEASE_E_REQUEST,
		    "has host bits: write 10.1.0.0/24" },
		{ "224.1.0.0/24", LEASE_E_REQUEST, "multicast" },
		{ "127.0.0.0/24", LEASE_E_REQUEST, "loopback" },
		{ "169.254.0.0/24", LEASE_E_REQUEST, "link-local" },
		{ "10.9.9.0/24", LEASE_E_OVERLAP,
		    "overlaps 10.9.0.0/16 of the network devices" },
		{ "10.2.0.128/25", LEASE_E_OVERLAP,
		    "overlaps 10.2.0.0/24 of the mesh one" },
		{ "10.3.0.64/26", LEASE_E_OVERLAP,
		    "lies in the same /24 as 10.3.0.0/26" },
	};
	const struct mesh_reserved reserved[] = { { prefix("10.9.0.0/16"),
	    "devices" } };
	size_t i;

	ms.conf.reserved = reserved;
	ms.conf.nreserved = 1;
	tenant("a", NULL);
	tenant("b", NULL);
	mesh("a", "one", "10.2.0.0/24", "fd00:1::/64");
	gives(LEASE_OK_NEW);
	mesh("a", "two", "10.3.0.0/26", "");
	gives(LEASE_OK_NEW);
	assert_int_equal(find("a", "two")->net[1].family, 0);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		mesh("a", "bad", bad[i].net, "");
		refuses(bad[i].code, bad[i].text);
		assert_null(find("a", "bad"));
	}
	mesh("b", "bad", "10.2.0.0/24", "");
	refuses(LEASE_E_OVERLAP, "of another tenant");
	mesh("b", "bad", "10.4.0.0/24", "fd00:1::/112");
	refuses(LEASE_E_OVERLAP, "of another tenant");
	mesh("b", "bad", "10.4.0.0/24", "2001:db8::/64");
	refuses(LEASE_E_REQUEST, "neither in the range");
	mesh("b", "bad", "10.4.0.0/24", "fd00::/48");
	refuses(LEASE_E_REQUEST, "must be /64 to /112");
	begin(MESH_NET_ADD, "b", "bad");
	op.set = WITH_NET4 | WITH_NET6;
	refuses(LEASE_E_REQUEST, "one family");
	/* A whole /16 takes each of its blocks; those beside it are free. */
	mesh("b", "wide", "10.5.0.0/16", "");
	gives(LEASE_OK_NEW);
	restart(*state);
	mesh("a", "bad", "10.5.255.0/24", "");
	refuses(LEASE_E_OVERLAP, "of another tenant");
	mesh("a", "beside", "10.6.0.0/24", "");
	gives(LEASE_OK_NEW);
}

/* Ranges of their own overlap, but not within a tenant. */
static void
own_ranges(void **state)
{
	tenant("a", "10.0.0.0/16");
	tenant("b", "10.0.0.0/16");
	mesh("a", "m", "10.0.7.0/24", "");
	gives(LEASE_OK_NEW);
	mesh("b", "m", "10.0.7.0/24", "");
	gives(LEASE_OK_NEW);
	mesh("b", "n", "10.0.7.0/25", "");
	refuses(LEASE_E_OVERLAP, "of the mesh m");
	begin(MESH_TENANT_SET, "b", "");
	op.set = WITH_NET4;
	op.net4 = prefix("10.0.0.0/25");
	refuses(LEASE_E_REQUEST, "must be /8 to /24");
	op.net4 = prefix("10.0.0.1/16");
	refuses(LEASE_E_REQUEST, "has host bits");
}

static void
smallest(void **state)
{
	tenant("a", NULL);
	mesh("a", "m", "10.0.0.0/30", "");
	gives(LEASE_OK_NEW);
	member(MESH_MEMBER_ADD, "a", "m", "d1");
	gives(LEASE_OK_NEW);
	member(MESH_MEMBER_ADD, "a", "m", "d2");
	gives(LEASE_OK_NEW);
	member(MESH_MEMBER_ADD, "a", "m", "d3");
	refuses(LEASE_E_RANGE, "no IPv4 address is left");
	/* It rests first, and the device itself gets it back. */
	member(MESH_MEMBER_DEL, "a", "m", "d1");
	gives(LEASE_OK_SAME);
	member(MESH_MEMBER_ADD, "a", "m", "d3");
	gives(LEASE_E_RANGE);
	restart(*state);
	member(MESH_MEMBER_ADD, "a", "m", "d3");
	gives(LEASE_E_RANGE);
	member(MESH_MEMBER_ADD, "a", "m", "d1");
	gives(LEASE_OK_NEW);
	assert_int_equal(answer.member->addr[0].addr[3], 1);
	member(MESH_MEMBER_DEL, "a", "m", "d1");
	gives(LEASE_OK_SAME);
	advance(MESH_REST_S + 1);
	member(MESH_MEMBER_ADD, "a", "m", "d3");
	gives(LEASE_OK_NEW);
	assert_int_equal(answer.member->addr[0].addr[3], 1);
	assert_null(member_named("a", "m", "d1"));
}

/* --- tenants and members --- */

static void
defaults(void **state)
{
	begin(MESH_TENANT_ADD, "a", "");
	gives(LEASE_OK_NEW);
	mesh("a", "m", NULL, NULL);
	refuses(LEASE_E_MESH_OFF, "mesh is off for the tenant a");
	begin(MESH_TENANT_SET, "a", "");
	op.set = WITH_MESH | WITH_NET4 | WITH_PORT | WITH_KEEPALIVE | WITH_DNS;
	op.mesh = 1;
	op.net4 = prefix("10.8.0.0/16");
	op.port = 4444;
	op.keepalive = 25;
	strlcpy(op.dns, "10.8.0.53", sizeof(op.dns));
	gives(LEASE_OK_SAME);
	restart(*state);
	mesh("a", "m", NULL, NULL);
	gives(LEASE_OK_NEW);
	has_net("a", "m", 0, "10.8.1.0/24");
	assert_int_equal(find("a", "m")->port, 4444);
	assert_int_equal(find("a", "m")->keepalive, 25);
	assert_string_equal(find("a", "m")->dns, "10.8.0.53");
	/* Port 0 of a request is the tenant's; a given one is taken. */
	mesh("a", "n", NULL, NULL);
	op.set |= WITH_PORT;
	gives(LEASE_OK_NEW);
	assert_int_equal(find("a", "n")->port, 4444);
	mesh("a", "n", NULL, NULL);
	refuses(LEASE_E_EXISTS, "has a mesh n already");
	begin(MESH_TENANT_DEL, "a", "");
	refuses(LEASE_E_IN_USE, "2 meshes");
	op.force = 1;
	gives(LEASE_OK_SAME);
	restart(*state);
	assert_null(tenant_find(&ms, "a"));
	assert_int_equal(ms.nmeshes, 0);
}

#define FULL	600	/* more than two pages */

static void
limits(void **state)
{
	char name[16];
	unsigned int i;

	ms.conf.full_max = FULL;
	tenant("a", NULL);
	begin(MESH_NET_ADD, "a", "m");
	op.set = WITH_NET4 | WITH_NET6;
	op.net4 = prefix("10.0.0.0/16");
	gives(LEASE_OK_NEW);
	for (i = 0; i < FULL; i++) {
		snprintf(name, sizeof(name), "d%u", i);
		begin(MESH_GROUP_ADD, "a", "");
		strlcpy(op.device, name, sizeof(op.device));
		strlcpy(op.group, "g", sizeof(op.group));
		gives(LEASE_OK_NEW);
	}
	begin(MESH_NET_ENROL, "a", "m");
	strlcpy(op.group, "g", sizeof(op.group));
	gives(LEASE_OK_SAME);
	assert_int_equal(answer.enrolled, ENROL_PAGE);
	assert_int_equal(answer.of, FULL);
	/* A crash between two pages: it goes on behind the last one. */
	restart(*state);
	while (enrol_next(&ms) != NULL)
		assert_int_not_equal(enrol_page(enrol_next(&ms)), -1);
	assert_int_equal(find("a", "m")->nmembers, FULL);
	member(MESH_MEMBER_ADD, "a", "m", "one-more");
	refuses(LEASE_E_LIMIT, "the limit is mesh.full_max");
	begin(MESH_NET_SET, "a", "m");
	op.set = WITH_TOPOLOGY;
	op.topology = TOPOLOGY_HUB;
	gives(LEASE_OK_SAME);
	member(MESH_MEMBER_ADD, "a", "m", "one-more");
	gives(LEASE_OK_NEW);
	begin(MESH_NET_SET, "a", "m");
	op.set = WITH_TOPOLOGY;
	op.topology = TOPOLOGY_FULL;
	refuses(LEASE_E_LIMIT, "mesh.full_max");
	begin(MESH_NET_SET, "a", "m");
	op.set = WITH_KEEPALIVE;
	op.keepalive = 25;
	refuses(LEASE_E_LIMIT, "at most 256 members");
	ms.conf.nets_max = 1;
	mesh("a", "second", NULL, NULL);
	refuses(LEASE_E_LIMIT, "mesh.networks_max");
}

static void
keys(void **state)
{
	struct member *m, *n;

	tenant("a", NULL);
	tenant("b", NULL);
	mesh("a", "m", NULL, NULL);
	gives(LEASE_OK_NEW);
	mesh("b", "m", NULL, NULL);
	gives(LEASE_OK_NEW);
	member(MESH_MEMBER_ADD, "a", "m", "d");
	gives(LEASE_OK_NEW);
	member(MESH_MEMBER_ADD, "b", "m", "d");
	gives(LEASE_OK_NEW);
	/* The same name in two tenants is two devices. */
	m = member_named("a", "m", "d");
	n = member_named("b", "m", "d");
	assert_ptr_not_equal(m->device, n->device);
	assert_int_equal(m->state, MEMBER_INVITED);
	assert_int_equal(give_key(m, 1), LEASE_OK_NEW);
	assert_int_equal(m->state, MEMBER_ACTIVE);
	assert_int_equal(give_key(m, 1), LEASE_OK_SAME);
	assert_int_equal(give_key(n, 1), LEASE_E_KEY_TAKEN);
	assert_int_equal(give_key(m, 2), LEASE_OK_REKEYED);
	assert_int_equal(give_key(n, 1), LEASE_OK_NEW);
	begin(MESH_MEMBER_SET, "", "");
	assert_int_equal(op_member_key(m, (uint8_t[WGKEY_LEN]){ 0 }, 1, NULL, 0,
			     &op, &answer),
	    LEASE_E_KEY);
	/* Revoked: all of its memberships; the key stays its own. */
	assert_int_equal(op_member_suspend(&ms, "d", true, &op), 2);
	assert_int_equal(m->state, MEMBER_SUSPENDED);
	assert_false(member_seen(m));
	restart(*state);
	m = member_named("a", "m", "d");
	assert_int_equal(m->state, MEMBER_SUSPENDED);
	assert_int_equal(m->nlocal, 1);
	assert_int_equal(op_member_suspend(&ms, "d", false, &op), 2);
	assert_true(member_seen(m));
}

static void
roles(void **state)
{
	struct member *m;

	tenant("a", NULL);
	mesh("a", "m", "10.0.0.0/24", "");
	gives(LEASE_OK_NEW);
	member(MESH_MEMBER_ADD, "a", "m", "r");
	gives(LEASE_OK_NEW);
	member(MESH_MEMBER_ADD, "a", "m", "d");
	gives(LEASE_OK_NEW);
	member(MESH_MEMBER_SET, "a", "m", "r");
	op.set = WITH_RELAY;
	op.relay = 1;
	refuses(LEASE_E_RELAY, "no endpoint that others can reach");
	op.set |= WITH_ENDPOINT;
	op.endpoint = prefix("127.0.0.1");
	op.endpoint_port = 5;
	refuses(LEASE_E_REQUEST, "loopback");
	op.endpoint = prefix("192.0.2.1");
	op.endpoint_port = 0;
	refuses(LEASE_E_REQUEST, "port");
	op.endpoint_port = 51820;
	gives(LEASE_OK_SAME);
	member(MESH_MEMBER_SET, "a", "m", "d");
	op.set = WITH_VIA;
	strlcpy(op.via, "d", sizeof(op.via));
	refuses(LEASE_E_RELAY, "its own relay");
	strlcpy(op.via, "x", sizeof(op.via));
	refuses(LEASE_E_RELAY, "no member");
	strlcpy(op.via, "r", sizeof(op.via));
	gives(LEASE_OK_SAME);
	member(MESH_MEMBER_SET, "a", "m", "r");
	op.set = WITH_RELAY;
	refuses(LEASE_E_IN_USE, "is the relay of d");
	op.set = WITH_HUB;
	op.hub = 1;
	refuses(LEASE_E_REQUEST, "topology");
	member(MESH_MEMBER_SET, "a", "m", "d");
	op.set = WITH_EGRESS;
	op.negress = 1;
	op.egress[0] = prefix("10.0.0.0/16");
	refuses(LEASE_E_OVERLAP, "which is the mesh itself");
	op.egress[0] = prefix("192.168.1.1/24");
	refuses(LEASE_E_REQUEST, "host bits");
	op.egress[0] = prefix("192.168.1.0/24");
	gives(LEASE_OK_SAME);
	member(MESH_MEMBER_SET, "a", "m", "r");
	op.set = WITH_EGRESS;
	op.negress = 2;
	op.egress[0] = prefix("0.0.0.0/0");
	op.egress[1] = prefix("192.168.1.0/24");
	refuses(LEASE_E_EGRESS, "egress of d already");
	op.negress = 1;
	gives(LEASE_OK_SAME);
	restart(*state);
	m = member_named("a", "m", "d");
	assert_int_equal(m->role, MEMBER_EGRESS);
	assert_int_equal(m->negress, 1);
	assert_int_equal(m->via, member_named("a", "m", "r")->id);
	/* The relay leaves: whoever used it has none, and is told. */
	member(MESH_MEMBER_DEL, "a", "m", "r");
	gives(LEASE_OK_SAME);
	assert_int_equal(m->via, 0);
	assert_int_equal(m->gen, find("a", "m")->gen);
	member(MESH_MEMBER_SET, "a", "m", "d");
	op.has_match = 1;
	op.match = m->gen - 1;
	gives(LEASE_E_NO_MATCH);
}

static void
relays(void **state)
{
	struct member *m;

	tenant("a", NULL);
	tenant("b", NULL);
	mesh("a", "m", NULL, NULL);
	gives(LEASE_OK_NEW);
	mesh("b", "m", NULL, NULL);
	gives(LEASE_OK_NEW);
	member(MESH_RELAY_ASSIGN, "a", "m", "r");
	refuses(LEASE_E_DEVICE, "no relay r");
	member(MESH_RELAY_ADD, "", "", "r");
	gives(LEASE_OK_NEW);
	gives(LEASE_OK_SAME);
	member(MESH_RELAY_ASSIGN, "a", "m", "r");
	gives(LEASE_OK_NEW);
	member(MESH_RELAY_ASSIGN, "b", "m", "r");
	gives(LEASE_OK_NEW);
	restart(*state);
	assert_int_equal(find("a", "m")->nmembers, 1);
	m = RB_ROOT(&find("b", "m")->members);
	assert_int_equal(m->role, MEMBER_RELAY | MEMBER_PLATFORM);
	/* A tenant cannot change it, and its own device may have the name. */
	member(MESH_MEMBER_DEL, "b", "m", "r");
	gives(LEASE_E_DEVICE);
	member(MESH_MEMBER_ADD, "b", "m", "d");
	gives(LEASE_OK_NEW);
	member(MESH_MEMBER_SET, "b", "m", "d");
	op.set = WITH_VIA;
	strlcpy(op.via, "relay", sizeof(op.via));
	gives(LEASE_OK_SAME);
	begin(MESH_TENANT_DEL, TENANT_PLATFORM, "");
	refuses(LEASE_E_IN_USE, "its relay r");
	member(MESH_RELAY_DEL, "", "", "r");
	refuses(LEASE_E_IN_USE, "assigned to");
	member(MESH_RELAY_REMOVE, "b", "m", "r");
	gives(LEASE_OK_SAME);
	member(MESH_RELAY_REMOVE, "a", "m", "r");
	gives(LEASE_OK_SAME);
	member(MESH_RELAY_DEL, "", "", "r");
	gives(LEASE_OK_SAME);
}

/* --- groups --- */

static void
hello(const char *t, const char *device, const char *group, uint8_t code)
{
	char groups[1][MESHNAME_SIZE];
	struct device *d;

	begin(MESH_GROUP_ADD, t, "");
	strlcpy(op.device, device, sizeof(op.device));
	if (group != NULL)
		strlcpy(groups[0], group, sizeof(groups[0]));
	assert_int_equal(op_device_hello(&ms, &op, "1.0",
			     (const char(*)[MESHNAME_SIZE])groups,
			     group != NULL, &d, &answer),
	    code);
}

static void
joining(void **state)
{
	struct member *m;

	tenant("a", NULL);
	hello("a", "d1", "g", LEASE_OK_SAME);
	begin(MESH_NET_ADD, "a", "m");
	op.set = WITH_GROUP;
	strlcpy(op.group, "g", sizeof(op.group));
	gives(LEASE_OK_NEW);
	assert_int_equal(find("a", "m")->nmembers, 1);
	/* A device that joins later is invited, whether mesh is on or off. */
	hello("a", "d2", "g", LEASE_OK_SAME);
	hello("a", "d3", NULL, LEASE_OK_SAME);
	assert_int_equal(find("a", "m")->nmembers, 2);
	begin(MESH_TENANT_SET, "a", "");
	op.set = WITH_MESH;
	gives(LEASE_OK_SAME);
	hello("a", "d4", "g", LEASE_E_MESH_OFF);
	restart(*state);
	assert_int_equal(find("a", "m")->nmembers, 3);
	assert_int_equal(find("a", "m")->group->ndevices, 3);
	/* A device that an operator removed does not come back by itself. */
	member(MESH_MEMBER_DEL, "a", "m", "d2");
	gives(LEASE_OK_SAME);
	hello("a", "d2", "g", LEASE_E_MESH_OFF);
	m = member_named("a", "m", "d2");
	assert_int_equal(m->state, MEMBER_RESTING);
	/* The rule no longer has the group: the membership stays. */
	hello("a", "d1", NULL, LEASE_E_MESH_OFF);
	assert_int_equal(find("a", "m")->group->ndevices, 2);
	assert_int_equal(member_named("a", "m", "d1")->state, MEMBER_INVITED);
	begin(MESH_GROUP_DEL, "a", "");
	strlcpy(op.group, "g", sizeof(op.group));
	refuses(LEASE_E_IN_USE, "1 meshes enrol");
	hello("x", "d", NULL, LEASE_E_TENANT);
}

/* --- generations --- */

static void
generations(void **state)
{
	struct mesh *n;
	uint64_t gen;

	tenant("a", NULL);
	mesh("a", "m", NULL, NULL);
	gives(LEASE_OK_NEW);
	member(MESH_MEMBER_ADD, "a", "m", "d1");
	gives(LEASE_OK_NEW);
	n = find("a", "m");
	/* An endpoint that is seen costs no write, and is not given again. */
	assert_int_equal(gen_touch(answer.member), 0);
	gen = n->gen;
	assert_true(n->gen_limit > gen);
	restart(*state);
	n = find("a", "m");
	assert_true(n->gen > gen);
	member(MESH_MEMBER_DEL, "a", "m", "d1");
	gives(LEASE_OK_SAME);
	assert_int_equal(n->ngone, 1);
	assert_int_equal(TAILQ_FIRST(&n->gone)->gen, n->gen);
	restart(*state);
	n = find("a", "m");
	assert_int_equal(n->ngone, 1);
	/* It comes back: it is no longer gone. */
	member(MESH_MEMBER_ADD, "a", "m", "d1");
	gives(LEASE_OK_NEW);
	assert_int_equal(n->ngone, 0);
	restart(*state);
	n = find("a", "m");
	assert_int_equal(n->ngone, 0);
	member(MESH_MEMBER_DEL, "a", "m", "d1");
	gives(LEASE_OK_SAME);
	gen = n->gen;
	/* No member is left that would have to hear of it. */
	assert_int_equal(gone_trim(n, wall_now()), 0);
	assert_int_equal(n->ngone, 0);
	assert_int_equal(n->floor, gen);
	advance(MESH_REST_S + MESH_FORGET_S + 1);
	assert_int_equal(gone_forget(n, wall_now()), 0);
	assert_int_equal(ms.nmembers, 0);
}

#define MESH(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		MESH(carved),
		MESH(used_up),
		MESH(explicit),
		MESH(own_ranges),
		MESH(smallest),
		MESH(defaults),
		MESH(limits),
		MESH(keys),
		MESH(roles),
		MESH(relays),
		MESH(joining),
		MESH(generations),
	};

	return (cmocka_run_group_tests_name("mesh", tests, NULL, NULL));
}
