/* SPDX-License-Identifier: ISC */
/*
 * The tables of the mesh: what is written is read again, and what must be there
 * once is there once, whatever the code above says.
 */

#include <sys/socket.h>

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "db_rig.h"
#include "store_mesh.h"

static const uint8_t uuids[2][UUID_LEN] = { { 1 }, { 2 } };

static struct prefix
prefix(const char *text)
{
	struct prefix p;

	assert_int_equal(prefix_parse(text, &p), 0);
	return (p);
}

static struct tenant_row
tenant(struct rig *r, const char *name)
{
	struct tenant_row t = { .name = name,
		.mesh = true,
		.port = 51820,
		.nat = true,
		.dns = "",
		.stun = "s:1",
		.created = 7 };

	t.range[0] = prefix("10.0.0.0/8");
	assert_int_equal(store_add_tenant(r->s, &t), 0);
	return (t);
}

static struct device_row
device(struct rig *r, int64_t tenant, const char *name)
{
	struct device_row d = { .tenant = tenant,
		.name = name,
		.who = "cn:x",
		.version = "1" };

	assert_int_equal(store_add_device(r->s, &d), 0);
	return (d);
}

static struct mesh_row
mesh(struct rig *r, int64_t tenant, int i)
{
	struct mesh_row n = { .uuid = uuids[i],
		.tenant = tenant,
		.name = i == 0 ? "m0" : "m1",
		.topology = TOPOLOGY_FULL,
		.port = 1,
		.dns = "d",
		.gen_limit = 1000,
		.epoch = 9,
		.enrol_after = -1 };

	n.net[0] = prefix("10.0.1.0/24");
	n.net[1] = prefix("fd00::/64");
	assert_int_equal(store_add_mesh(r->s, &n), 0);
	return (n);
}

static struct member_row
member(int64_t mesh, int64_t device, uint8_t key, const char *addr)
{
	struct member_row m = { .mesh = mesh,
		.device = device,
		.state = key == 0 ? MEMBER_INVITED : MEMBER_ACTIVE,
		.key = key == 0 ? NULL : db_key(key),
		.local = "10.9.9.9:5",
		.nack = "",
		.gen = 3 };

	m.addr[0] = prefix(addr);
	return (m);
}

static int
tenant_cb(void *arg, const struct tenant_row *r)
{
	char text[PREFIX_TEXT];

	fprintf(arg, "tenant %s %d %s %d %u %u %d '%s' '%s' %lld\n", r->name,
	    r->mesh, prefix_format(&r->range[0], text), r->range[1].family,
	    r->port, r->keepalive, r->nat, r->dns, r->stun,
	    (long long)r->created);
	return (0);
}

static int
member_cb(void *arg, const struct member_row *r)
{
	char text[PREFIX_TEXT];

	fprintf(arg, "member %lld %d %02x %s %d via=%lld '%s' gen=%llu\n",
	    (long long)r->id, r->state,
	    r->key == NULL ? 0 : r->key[WGKEY_LEN - 1],
	    prefix_format_addr(&r->addr[0], text), r->addr[1].family,
	    (long long)r->via, r->local, (unsigned long long)r->gen);
	return (0);
}

static int
mesh_cb(void *arg, const struct mesh_row *r)
{
	char a[PREFIX_TEXT], b[PREFIX_TEXT];

	fprintf(arg, "mesh %s %d %s %s %u '%s' %lld %llu %lld\n", r->name,
	    r->uuid[0], prefix_format(&r->net[0], a),
	    prefix_format(&r->net[1], b), r->port, r->dns, (long long)r->group,
	    (unsigned long long)r->gen_limit, (long long)r->enrol_after);
	return (0);
}

static int
block_cb(void *arg, const struct mesh_block_row *r)
{
	char text[PREFIX_TEXT];

	fprintf(arg, "block %lld %s\n", (long long)r->space,
	    prefix_format(&r->block, text));
	return (0);
}

static int
egress_cb(void *arg, const struct egress_row *r)
{
	char text[PREFIX_TEXT];

	fprintf(arg, "egress %lld %s\n", (long long)r->member,
	    prefix_format(&r->prefix, text));
	return (0);
}

static int
gone_cb(void *arg, const struct gone_row *r)
{
	fprintf(arg, "gone %lld %llu\n", (long long)r->member,
	    (unsigned long long)r->gen);
	return (0);
}

static void
shows(struct store *s, const char *want)
{
	char *text;
	size_t len;
	FILE *f;

	f = open_memstream(&text, &len);
	assert_int_equal(store_load_tenants(s, tenant_cb, f), 0);
	assert_int_equal(store_load_meshes(s, mesh_cb, f), 0);
	assert_int_equal(store_load_mesh_blocks(s, block_cb, f), 0);
	assert_int_equal(store_load_members(s, member_cb, f), 0);
	assert_int_equal(store_load_egress(s, egress_cb, f), 0);
	assert_int_equal(store_load_gone(s, gone_cb, f), 0);
	fclose(f);
	assert_string_equal(text, want);
	free(text);
}

static void
rows(void **state)
{
	struct rig *r = *state;
	struct tenant_row t = tenant(r, "acme");
	struct device_row d = device(r, t.id, "d1"), e = device(r, t.id, "d2");
	struct mesh_row n = mesh(r, t.id, 0);
	struct mesh_block_row b4 = { 0, n.id, prefix("10.0.1.0/24") };
	struct mesh_block_row b6 = { 0, n.id, prefix("fd00::/64") };
	struct member_row m = member(n.id, d.id, 1, "10.0.1.1");
	struct member_row o = member(n.id, e.id, 0, "10.0.1.2");
	struct egress_row x = { .mesh = n.id };
	struct gone_row g = { n.id, 77, 5, 1 };

	assert_int_equal(store_add_mesh_block(r->s, &b4), 0);
	assert_int_equal(store_add_mesh_block(r->s, &b6), 0);
	assert_int_equal(store_add_member(r->s, &m), 0);
	o.via = m.id;
	o.gen = 2;
	assert_int_equal(store_add_member(r->s, &o), 0);
	x.member = m.id;
	x.prefix = prefix("192.168.0.0/16");
	assert_int_equal(store_add_egress(r->s, &x), 0);
	assert_int_equal(store_put_gone(r->s, &g), 0);
	g.gen = 6;
	assert_int_equal(store_put_gone(r->s, &g), 0);
	db_reopen(r);
	shows(r->s,
	    "tenant acme 1 10.0.0.0/8 0 51820 0 1 '' 's:1' 7\n"
	    "mesh m0 1 10.0.1.0/24 fd00::/64 1 'd' 0 1000 -1\n"
	    "block 0 10.0.1.0/24\nblock 0 fd00::/64\n"
	    "member 2 1 00 10.0.1.2 0 via=1 '10.9.9.9:5' gen=2\n"
	    "member 1 2 01 10.0.1.1 0 via=0 '10.9.9.9:5' gen=3\n"
	    "egress 1 192.168.0.0/16\ngone 77 6\n");
	/* A relay goes, and with it what names it. */
	assert_int_equal(store_del_member(r->s, m.id), 0);
	assert_int_equal(store_trim_gone(r->s, n.id, 6), 0);
	shows(r->s,
	    "tenant acme 1 10.0.0.0/8 0 51820 0 1 '' 's:1' 7\n"
	    "mesh m0 1 10.0.1.0/24 fd00::/64 1 'd' 0 1000 -1\n"
	    "block 0 10.0.1.0/24\nblock 0 fd00::/64\n"
	    "member 2 1 00 10.0.1.2 0 via=0 '10.9.9.9:5' gen=2\n");
	assert_int_equal(store_del_mesh(r->s, n.id), 0);
	shows(r->s, "tenant acme 1 10.0.0.0/8 0 51820 0 1 '' 's:1' 7\n");
	/* No id is given twice. */
	n = mesh(r, t.id, 0);
	m = member(n.id, d.id, 1, "10.0.1.1");
	assert_int_equal(store_add_member(r->s, &m), 0);
	assert_int_equal(n.id, 2);
	assert_int_equal(m.id, 3);
}

static void
refused(int rc)
{
	assert_int_equal(rc, -1);
	assert_int_equal(errno, EEXIST);
}

static void
locks(void **state)
{
	struct rig *r = *state;
	struct tenant_row t = tenant(r, "acme"), again = t;
	struct device_row d = device(r, t.id, "d1"), e = device(r, t.id, "d2");
	struct mesh_row n = mesh(r, t.id, 0), o = mesh(r, t.id, 1);
	struct mesh_block_row b = { 0, n.id, prefix("10.0.1.0/24") };
	struct member_row m = member(n.id, d.id, 1, "10.0.1.1"), x;
	struct egress_row g = { .mesh = n.id };

	refused(store_add_tenant(r->s, &again));
	assert_int_equal(store_add_mesh_block(r->s, &b), 0);
	b.mesh = o.id;
	refused(store_add_mesh_block(r->s, &b));
	b.space = t.id;
	assert_int_equal(store_add_mesh_block(r->s, &b), 0);
	assert_int_equal(store_add_member(r->s, &m), 0);
	/* The address in its mesh, the key in all, the device in its mesh. */
	x = member(n.id, e.id, 2, "10.0.1.1");
	refused(store_add_member(r->s, &x));
	x = member(o.id, e.id, 1, "10.0.1.1");
	refused(store_add_member(r->s, &x));
	x = member(n.id, d.id, 3, "10.0.1.3");
	refused(store_add_member(r->s, &x));
	/* Nobody is active without a key. */
	x = member(n.id, e.id, 0, "10.0.1.4");
	x.state = MEMBER_ACTIVE;
	refused(store_add_member(r->s, &x));
	x = member(o.id, e.id, 2, "10.0.1.1");
	assert_int_equal(store_add_member(r->s, &x), 0);
	g.member = m.id;
	g.prefix = prefix("192.168.0.0/16");
	assert_int_equal(store_add_egress(r->s, &g), 0);
	g.member = x.id;
	refused(store_add_egress(r->s, &g));
	/* A tenant with networks or a device with members is not deleted. */
	refused(store_del_tenant(r->s, t.id));
	refused(store_del_device(r->s, d.id));
}

#define DB(f) cmocka_unit_test_setup_teardown(f, db_setup, db_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		DB(rows),
		DB(locks),
	};

	return (cmocka_run_group_tests_name("meshdb", tests, NULL, NULL));
}
