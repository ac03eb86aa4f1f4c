/* SPDX-License-Identifier: ISC */
/*
 * Random changes of members beside a plain model, with restarts between them.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mesh_rig.h"

#define MESHES	4
#define DEVICES 12
#define STEPS	2000

static struct {
	uint8_t state;		/* 0: never a member */
	int key;		/* 0: none */
	uint8_t addr;		/* last byte, while it is kept */
} model[MESHES][DEVICES];

static void
names(int i, int j, char *t, char *n, char *d)
{
	snprintf(t, 8, "t%d", i % 2);
	snprintf(n, 8, "m%d", i);
	snprintf(d, 8, "d%d", j);
}

static bool
key_used(int key)
{
	int i, j;

	for (i = 0; i < MESHES; i++)
		for (j = 0; j < DEVICES; j++)
			if (model[i][j].key == key)
				return (true);
	return (false);
}

/* The mesh is as the model says, and nothing is there twice. */
static void
agrees(void)
{
	char t[8], n[8], d[8];
	uint8_t seen[256];
	struct member *m;
	int i, j, active;

	for (i = 0; i < MESHES; i++) {
		memset(seen, 0, sizeof(seen));
		active = 0;
		for (j = 0; j < DEVICES; j++) {
			names(i, j, t, n, d);
			m = member_named(t, n, d);
			if (model[i][j].state == 0) {
				assert_null(m);
				continue;
			}
			assert_non_null(m);
			assert_int_equal(m->state, model[i][j].state);
			assert_int_equal(m->has_key ? m->key[1] : 0,
			    model[i][j].key);
			assert_int_equal(m->addr[0].addr[3], model[i][j].addr);
			assert_int_equal(seen[m->addr[0].addr[3]]++, 0);
			active += m->state == MEMBER_ACTIVE;
		}
		assert_int_equal(find(t, n)->nactive, active);
	}
}

static void
step_add(int i, int j, const char *t, const char *n, const char *d)
{
	bool member_now;

	member_now = model[i][j].state != 0 &&
	    model[i][j].state != MEMBER_RESTING;
	member(MESH_MEMBER_ADD, t, n, d);
	mesh_op(&ms, &op, &answer);
	assert_int_equal(answer.code,
	    member_now ? LEASE_OK_SAME : LEASE_OK_NEW);
	if (member_now)
		return;
	/* A device that comes back has the address that it had. */
	if (model[i][j].state == MEMBER_RESTING)
		assert_int_equal(answer.member->addr[0].addr[3],
		    model[i][j].addr);
	model[i][j].state = MEMBER_INVITED;
	model[i][j].addr = answer.member->addr[0].addr[3];
}

static void
step_key(int i, int j, const char *t, const char *n, const char *d)
{
	int key = 1 + (int)(random() % 60);
	struct member *m = member_named(t, n, d);
	bool free;

	if (m == NULL)
		return;
	free = !key_used(key) || model[i][j].key == key;
	if (m->state == MEMBER_RESTING) {
		assert_int_equal(give_key(m, (uint8_t)key), LEASE_E_MEMBER);
		return;
	}
	if (!free) {
		assert_int_equal(give_key(m, (uint8_t)key), LEASE_E_KEY_TAKEN);
		return;
	}
	assert_true(give_key(m, (uint8_t)key) < LEASE_E_KEY);
	model[i][j].key = key;
	if (model[i][j].state == MEMBER_INVITED)
		model[i][j].state = MEMBER_ACTIVE;
}

static void
step_set(int i, int j, const char *t, const char *n, const char *d)
{
	bool suspend = random() % 2 == 0;

	member(MESH_MEMBER_SET, t, n, d);
	op.set = WITH_SUSPENDED;
	op.suspended = suspend;
	mesh_op(&ms, &op, &answer);
	if (model[i][j].state == 0 || model[i][j].state == MEMBER_RESTING) {
		assert_true(answer.code >= LEASE_E_KEY);
		return;
	}
	assert_int_equal(answer.code, LEASE_OK_SAME);
	if (suspend)
		model[i][j].state = MEMBER_SUSPENDED;
	else if (model[i][j].state == MEMBER_SUSPENDED)
		model[i][j].state = model[i][j].key != 0 ? MEMBER_ACTIVE :
							   MEMBER_INVITED;
}

static void
step_del(int i, int j, const char *t, const char *n, const char *d)
{
	member(MESH_MEMBER_DEL, t, n, d);
	mesh_op(&ms, &op, &answer);
	if (model[i][j].state == 0 || model[i][j].state == MEMBER_RESTING) {
		assert_true(answer.code >= LEASE_E_KEY);
		return;
	}
	assert_int_equal(answer.code, LEASE_OK_SAME);
	model[i][j].state = MEMBER_RESTING;
	model[i][j].key = 0;
}

static void
random_changes(void **state)
{
	char t[8], n[8], d[8];
	int i, j, k;

	memset(model, 0, sizeof(model));
	srandom(20261127);
	tenant("t0", NULL);
	tenant("t1", "10.0.0.0/16");
	for (i = 0; i < MESHES; i++) {
		names(i, 0, t, n, d);
		mesh(t, n, NULL, NULL);
		gives(LEASE_OK_NEW);
	}
	for (k = 0; k < STEPS; k++) {
		i = (int)(random() % MESHES);
		j = (int)(random() % DEVICES);
		names(i, j, t, n, d);
		switch (random() % 8) {
		case 0:
		case 1:
			step_add(i, j, t, n, d);
			break;
		case 2:
		case 3:
		case 4:
			step_key(i, j, t, n, d);
			break;
		case 5:
			step_set(i, j, t, n, d);
			break;
		case 6:
			step_del(i, j, t, n, d);
			break;
		default:
			advance(random() % 100);
			if (random() % 20 == 0)
				restart(*state);
			break;
		}
		agrees();
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(random_changes, setup,
		    teardown),
	};

	return (cmocka_run_group_tests_name("meshmodel", tests, NULL, NULL));
}
