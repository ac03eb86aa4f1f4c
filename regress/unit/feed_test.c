/* SPDX-License-Identifier: ISC */
/*
 * The feed of a mesh: members come, change, leave and come back; ends of the
 * process, and devices that fall back to what they had before.  Whatever
 * happens, a device that has asked to the end has what the database has.  The
 * seed and the number of steps are in the environment: FEED_SEED, FEED_STEPS.
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
#include <event2/event.h>

#include "db_rig.h"
#include "feed.h"
#include "meshcall.h"
#include "meshgen.h"
#include "meshload.h"
#include "op_group.h"
#include "op_member.h"
#include "op_mesh.h"
#include "registry.h"
#include "resync.h"
#include "ring.h"

#define DEVICES		24	/* devices that become members */
#define VIEWERS		16	/* devices that look; the even ones see all */
#define IDS		64	/* the most ids of members */
#define STEPS		60000
#define FRONT		0

/* The map of a device: for each member a sum of its entry, or 0. */
struct map {
	uint64_t	 gen;
	uint64_t	 has[IDS];
};

struct viewer {
	struct map	 now;
	struct map	 before;	/* it may fall back to this */
	uint64_t	 view_gen;
	bool		 whole;
};

static struct leased leased;
static struct rig *rig;
static struct chan *front;	/* the other end */
static struct mesh *mesh;
static struct rings rings;
static struct ring ring;
static uint64_t told, floor_gen;
static struct viewer viewers[VIEWERS];
static struct viewer *asking;
static struct msg_mesh_page_end page_end;
static bool answered;
static unsigned int full_maps, deltas, pages, restarts;

/* Parts of leased that have no part in this. */
void
sync_later(struct leased *l)
{
}

struct network *
registry_find(const struct registry *r, const char *name)
{
	return (NULL);
}

/*
 * The sum of an entry without its generation: a generation that only stands for
 * an endpoint may be lost with the process.
 */
static uint64_t
sum_of(const char *json, size_t len)
{
	uint64_t h = 0xcbf29ce484222325;

	for (; len > 0 && strncmp(json, "\"gen\":", 6) != 0; len--)
		h = (h ^ (uint8_t)*json++) * 0x100000001b3;
	assert_true(len > 0);
	return (h);
}

static void
apply(struct viewer *v, uint64_t member, const char *json, size_t len,
    uint8_t seen, bool full)
{
	assert_true(member < IDS);
	if (seen == SEEN_ALL || (seen != 0 && v->whole))
		v->now.has[member] = sum_of(json, len);
	else if (!full && seen != SEEN_BY_HUBS)
		v->now.has[member] = 0;
}

static bool asked_full;

static int
got_entry(struct chan *c, uint32_t id, const struct msg_mesh_entry *m)
{
	char json[ENTRY_JSON];
	int len = 0;

	if (m->here)
		len = ring_format(m, json, sizeof(json));
	assert_true(len >= 0);
	if (id == 0)
		ring_add(&ring, m);
	else
		apply(asking, m->member, json, (size_t)len,
		    m->here ? m->seen : 0, asked_full);
	return (0);
}

static int
got_tick(struct chan *c, uint32_t id, const struct msg_mesh_tick *m)
{
	assert_true(m->gen >= told);
	told = m->gen;
	floor_gen = m->floor;
	return (0);
}

static int
got_end(struct chan *c, uint32_t id, const struct msg_mesh_page_end *m)
{
	page_end = *m;
	answered = true;
	return (0);
}

static int
got_poke(struct chan *c, uint32_t id, const struct msg_mesh_poke *m)
{
	return (0);
}

static const struct chan_handler front_table[] = {
	ON(mesh_entry, CHAN_UP, got_entry),
	ON(mesh_tick, CHAN_UP, got_tick),
	ON(mesh_page_end, CHAN_UP, got_end),
	ON(mesh_poke, CHAN_UP, got_poke),
};

static int
got_page(struct chan *c, uint32_t id, const struct msg_mesh_page *m)
{
	feed_page(&leased, mesh, FRONT, id, m);
	return (0);
}

static const struct chan_handler leased_table[] = {
	ON(mesh_page, CHAN_UP, got_page),
};

static void
closed(struct chan *c, const char *reason)
{
	fail_msg("a link has ended: %s", reason);
}

static void
writable(struct chan *c)
{
	feed_continue(&leased, FRONT);
}

static const struct chan_ops front_ops = {
	.table = front_table,
	.n = sizeof(front_table) / sizeof(front_table[0]),
	.closed = closed,
};
static const struct chan_ops leased_ops = {
	.table = leased_table,
	.n = sizeof(leased_table) / sizeof(leased_table[0]),
	.writable = writable,
	.closed = closed,
};

static void
changed(void *arg, struct mesh *n, struct member *m, int64_t gone)
{
	feed_changed(arg, n, m, gone);
}

static void
deleted(void *arg, struct mesh *n)
{
	feed_deleted(arg, n);
}

static const struct mesh_hooks hooks = {
	.changed = changed,
	.deleted = deleted,
};

static void
turn(void)
{
	unsigned int i;

	for (i = 0; i < 4; i++)
		(void)event_base_loop(leased.base, EVLOOP_NONBLOCK);
}

static void
link_front(void)
{
	int fds[2];

	assert_int_equal(0,
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK,
		0, fds));
	chan_free(leased.apid[FRONT]);
	chan_free(front);
	feed_forget(&leased, FRONT);
	leased.apid[FRONT] = chan_new(leased.base, fds[0], P_LEASED, P_APID,
	    "apid", &leased_ops, CHAN_UP, &leased);
	front = chan_new(leased.base, fds[1], P_APID, P_LEASED, "leased",
	    &front_ops, CHAN_UP, NULL);
	assert_non_null(leased.apid[FRONT]);
	assert_non_null(front);
	if (mesh == NULL)
		return;
	feed_watch(&leased, mesh, FRONT);
	ring_clear(&ring);
	ring_init(&ring, &rings, mesh->gen);
	told = mesh->gen;
	floor_gen = mesh->floor;
}

static void
op(uint8_t what, uint16_t set)
{
	struct msg_mesh_op m;
	struct mesh_answer a;

	memset(&m, 0, sizeof(m));
	m.op = what;
	m.set = set;
	m.mesh = 1;
	m.topology = TOPOLOGY_HUB;
	strlcpy(m.tenant, "t", sizeof(m.tenant));
	if (what == MESH_NET_ADD)
		strlcpy(m.network, "n", sizeof(m.network));
	mesh_op(leased.meshes, &m, &a);
	if (a.code > LEASE_OK_REKEYED)
		fail_msg("operation %u: code %u %s", what, a.code, a.text);
}

static void
load(void)
{
	struct meshes *ms = leased.meshes;

	meshes_init(ms, rig->s);
	ms->hooks = &hooks;
	ms->arg = &leased;
	assert_int_equal(0, meshes_load(ms, mono_now(), wall_now()));
	mesh = mesh_behind(ms, 0);
}

/* The process ends, and begins again with what the database has. */
static void
restart(void)
{
	struct mesh *n = mesh;
	unsigned int i;

	restarts++;
	leased.started = wall_now();
	feed_deleted(&leased, n);
	meshes_clear(leased.meshes);
	load();
	link_front();
	/* leased says so with each membership: start_gen in feed.c. */
	for (i = 0; i < VIEWERS; i++)
		if (!viewers[i].whole)
			viewers[i].view_gen = mesh->gen;
}

/* May a whole member, or an ordinary one, have this one as a peer? */
static bool
visible(const struct member *m, bool whole)
{
	return (member_seen(m) &&
	    (whole || (m->role & (MEMBER_RELAY | MEMBER_HUB)) != 0));
}

static uint64_t
sum_of_member(const struct member *m)
{
	char json[ENTRY_JSON];
	struct msg_mesh_entry e;
	int len;

	memset(&e, 0, sizeof(e));
	e.member = (uint64_t)m->id;
	memcpy(e.key, m->key, sizeof(e.key));
	e.role = m->role;
	e.naddrs = 2;
	e.addrs[0] = m->addr[0];
	e.addrs[1] = m->addr[1];
	len = ring_format(&e, json, sizeof(json));
	assert_true(len > 0);
	return (sum_of(json, (size_t)len));
}

static void
compare(const struct viewer *v)
{
	const struct member *m;
	uint64_t want;
	unsigned int i;

	for (i = 0; i < IDS; i++) {
		m = member_by_id(mesh, i);
		want = m != NULL && visible(m, v->whole) ? sum_of_member(m) : 0;
		if (v->now.has[i] != want)
			fail_msg(
			    "viewer %zu: member %u is %llx, not %llx (gen %llu floor %llu)",
			    (size_t)(v - viewers), i,
			    (unsigned long long)v->now.has[i],
			    (unsigned long long)want,
			    (unsigned long long)v->now.gen,
			    (unsigned long long)floor_gen);
	}
}

static void
ask_pages(struct viewer *v, uint64_t since, bool full)
{
	struct msg_mesh_page m;

	memset(&m, 0, sizeof(m));
	m.mesh = (uint64_t)mesh->id;
	m.whole = v->whole;
	m.full = full;
	m.since = since;
	asking = v;
	asked_full = full;
	do {
		answered = false;
		assert_int_equal(0, chan_send_mesh_page(front, 1, &m, -1));
		while (!answered)
			turn();
		assert_int_equal(LEASE_OK_SAME, page_end.code);
		assert_true(!page_end.more || page_end.next > m.since);
		m.since = page_end.next;
		pages++;
	} while (page_end.more);
}

/* A device asks, as apid answers it. */
static void
poll(struct viewer *v)
{
	const struct ring_entry *e;
	uint64_t gen = told;

	if (v->now.gen == 0 || v->now.gen > told || v->now.gen < floor_gen ||
	    v->now.gen < v->view_gen) {
		memset(v->now.has, 0, sizeof(v->now.has));
		ask_pages(v, 0, true);
		full_maps++;
	} else if (v->now.gen < ring.from) {
		ask_pages(v, v->now.gen, false);
		deltas++;
	} else {
		for (e = ring_behind(&ring, v->now.gen); e != NULL;
		     e = TAILQ_NEXT(e, order))
			apply(v, e->member, e->json, e->len, e->seen, false);
		deltas++;
	}
	v->now.gen = gen;
}

/* All changes are told: everybody has the same as the database. */
static void
settle(void)
{
	struct viewer *v;

	feed_flush(&leased, mesh);
	turn();
	assert_true(told == mesh->gen);
	for (v = viewers; v < viewers + VIEWERS; v++) {
		poll(v);
		compare(v);
	}
}

static struct member *
some_member(void)
{
	return (member_by_id(mesh, 1 + rand() % DEVICES));
}

static void
change_member(struct member *m)
{
	const struct msg_mesh_op who = { .who = "test" };
	struct msg_mesh_op role = { .op = MESH_MEMBER_SET,
		.set = WITH_HUB,
		.hub = rand() % 2,
		.who = "test" };
	struct mesh_endpoint local;
	uint8_t key[WGKEY_LEN];
	struct mesh_answer a;

	memset(&local, 0, sizeof(local));
	memset(&a, 0, sizeof(a));
	switch (rand() % 4) {
	case 0:
		if (m->state != MEMBER_RESTING)
			(void)op_member_leave(m, &who, &a);
		break;
	case 1:
		if (m->state == MEMBER_RESTING)
			(void)op_member_add(mesh, m->device, 0, &who, &a);
		break;
	case 2:
		arc4random_buf(key, sizeof(key));
		key[31] &= 0x7f;
		if (m->state != MEMBER_RESTING)
			(void)op_member_key(m, key, 0, &local, 0, &who, &a);
		break;
	case 3:
		strlcpy(role.tenant, "t", sizeof(role.tenant));
		strlcpy(role.network, "n", sizeof(role.network));
		strlcpy(role.device, m->device->name, sizeof(role.device));
		if (m->state != MEMBER_RESTING)
			mesh_op(leased.meshes, &role, &a);
		break;
	}
}

static void
acknowledge(void)
{
	struct member *m;
	uint64_t least = UINT64_MAX;
	unsigned int i;

	for (i = 0; i < VIEWERS; i++)
		if (viewers[i].before.gen < least)
			least = viewers[i].before.gen;
	/* Members hold at least what the slowest viewer does. */
	RB_FOREACH(m, member_tree, &mesh->members)
		m->acked = least;
	assert_int_equal(0, gone_trim(mesh, wall_now()));
}

static void
step(void)
{
	struct viewer *v = &viewers[rand() % VIEWERS];
	int r = rand() % 1000;
	struct member *m;

	if (r < 700)
		poll(v);
	else if (r < 800) {
		if ((m = some_member()) != NULL && m->state != MEMBER_RESTING)
			assert_int_equal(0, gen_touch(m));
	} else if (r < 840) {
		if ((m = some_member()) != NULL)
			change_member(m);
	} else if (r < 900)
		v->before = v->now;
	else if (r < 940)
		v->now = v->before;
	else if (r < 980) {
		feed_flush(&leased, mesh);
		turn();
	} else if (r < 990)
		settle();
	else if (r < 994)
		acknowledge();
	else if (r < 995)
		memset(&v->now, 0, sizeof(v->now));
	else if (r < 996)
		restart();
	else if (r < 998)
		ring_forget(&ring);
}

static void
make_members(void)
{
	const struct msg_mesh_op who = { .who = "test" };
	struct msg_mesh_op d = { .who = "test" };
	struct mesh_answer a;
	struct device *dev;
	unsigned int i;

	for (i = 0; i < DEVICES; i++) {
		memset(&a, 0, sizeof(a));
		snprintf(d.device, sizeof(d.device), "d%u", i);
		dev = op_device(leased.meshes, mesh->tenant, &d, &a);
		assert_non_null(dev);
		assert_true(
		    op_member_add(mesh, dev, 0, &who, &a) <= LEASE_OK_REKEYED);
	}
}

static void
model(void **state)
{
	const char *text;
	unsigned long steps = STEPS, i;
	unsigned int seed = 1;

	rig = *state;
	if ((text = getenv("FEED_STEPS")) != NULL)
		steps = strtoul(text, NULL, 10);
	if ((text = getenv("FEED_SEED")) != NULL)
		seed = (unsigned int)strtoul(text, NULL, 10);
	srand(seed);
	leased.base = event_base_new();
	leased.store = rig->s;
	leased.meshes = calloc(1, sizeof(*leased.meshes));
	leased.conf = calloc(1, sizeof(*leased.conf));
	leased.started = wall_now();
	rings_init(&rings);
	ring_init(&ring, &rings, 0);
	load();
	op(MESH_TENANT_PUT, WITH_MESH);
	op(MESH_NET_ADD, WITH_TOPOLOGY);
	mesh = mesh_behind(leased.meshes, 0);
	assert_non_null(mesh);
	make_members();
	link_front();
	for (i = 0; i < VIEWERS; i++)
		viewers[i].whole = i % 2 == 0;
	for (i = 0; i < steps; i++)
		step();
	settle();
	printf(
	    "# %lu steps, %u full maps, %u differences, %u pages, %u restarts\n",
	    steps, full_maps, deltas, pages, restarts);
	assert_true(full_maps > 0 && deltas > full_maps && restarts > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(model, db_setup, db_teardown),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
