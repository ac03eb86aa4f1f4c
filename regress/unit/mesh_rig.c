/* SPDX-License-Identifier: ISC */
/*
 * A mesh with its store in a directory of its own.
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

#include "mesh_rig.h"
#include "meshload.h"
#include "op_member.h"

struct meshes ms;
struct msg_mesh_op op;
struct mesh_answer answer;
static int64_t now = 1000000;

struct prefix
prefix(const char *text)
{
	struct prefix p;

	if (prefix_parse(text, &p) == -1)
		fail_msg("%s is no prefix", text);
	return (p);
}

void
advance(int64_t s)
{
	now += s;
	clock_set((struct mono){ now * 1000000000 }, (struct wall){ now });
}

int
setup(void **state)
{
	struct rig *r;

	if (db_setup(state) == -1)
		return (-1);
	r = *state;
	advance(1);
	meshes_init(&ms, r->s);
	return (0);
}

int
teardown(void **state)
{
	meshes_clear(&ms);
	return (db_teardown(state));
}

/* As after a crash: only what the store has is left. */
void
restart(struct rig *r)
{
	struct meshconf conf = ms.conf;

	meshes_clear(&ms);
	db_reopen(r);
	meshes_init(&ms, r->s);
	ms.conf = conf;
	assert_int_equal(meshes_load(&ms, mono_now(), wall_now()), 0);
}

void
begin(uint8_t what, const char *tenant, const char *network)
{
	memset(&op, 0, sizeof(op));
	op.op = what;
	strlcpy(op.tenant, tenant, sizeof(op.tenant));
	strlcpy(op.network, network, sizeof(op.network));
	strlcpy(op.who, "test", sizeof(op.who));
}

void
gives(uint8_t code)
{
	mesh_op(&ms, &op, &answer);
	if (answer.code != code)
		fail_msg("%s instead of %s: %s",
		    lease_answer(answer.code)->name, lease_answer(code)->name,
		    answer.text);
}

void
refuses(uint8_t code, const char *text)
{
	gives(code);
	if (strstr(answer.text, text) == NULL)
		fail_msg("not \"%s\": %s", text, answer.text);
}

void
tenant(const char *name, const char *range)
{
	begin(MESH_TENANT_ADD, name, "");
	op.set = WITH_MESH;
	op.mesh = 1;
	if (range != NULL) {
		op.set |= WITH_NET4;
		op.net4 = prefix(range);
	}
	gives(LEASE_OK_NEW);
}

/* net4 NULL: a slice; IPv6 is a slice, unless there is none. */
void
mesh(const char *t, const char *name, const char *net4, const char *net6)
{
	begin(MESH_NET_ADD, t, name);
	if (net4 != NULL) {
		op.set |= WITH_NET4;
		op.net4 = prefix(net4);
	}
	if (net6 != NULL)
		op.set |= WITH_NET6;
	if (net6 != NULL && net6[0] != '\0')
		op.net6 = prefix(net6);
}

void
member(uint8_t what, const char *t, const char *n, const char *device)
{
	begin(what, t, n);
	strlcpy(op.device, device, sizeof(op.device));
}

struct mesh *
find(const char *t, const char *n)
{
	return (mesh_find(&ms, tenant_find(&ms, t), n));
}

struct member *
member_named(const char *t, const char *n, const char *device)
{
	struct device *d;

	d = device_find(&ms, tenant_find(&ms, t), device);
	return (d == NULL ? NULL : member_of(find(t, n), d));
}

void
has_net(const char *t, const char *n, int fam, const char *want)
{
	char text[PREFIX_TEXT];

	assert_string_equal(prefix_format(&find(t, n)->net[fam], text), want);
}

uint8_t
give_key(struct member *m, uint8_t i)
{
	const struct mesh_endpoint local = { prefix("10.1.1.1"), 7 };
	uint8_t key[WGKEY_LEN] = { 9 };

	key[1] = i;
	begin(MESH_MEMBER_SET, "", "");
	return (op_member_key(m, key, 51820, &local, 1, &op, &answer));
}
