/* SPDX-License-Identifier: ISC */
/*
 * A process that changes the mesh is killed at any moment, again and again: what
 * it has acknowledged is there, nobody's address is given twice, and the
 * enrolment of a group goes on where it was.
 */

#include <sys/socket.h>
#include <sys/wait.h>

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "enrol.h"
#include "mesh_rig.h"
#include "meshload.h"
#include "op_member.h"

#define KILLS	50		/* default of MESH_KILLS */
#define JOINS	50		/* devices that join, leave and come back */
#define GROUP	2000

/* The note that the process sends when a change is durable. */
struct said {
	uint8_t		 device;
	uint8_t		 gone;
	uint8_t		 addr[4];
};

static struct said known[JOINS];	/* the last word about each */

/* The process: open what is there and change it until the end comes. */
static void
joins(struct rig *r, int fd)
{
	struct said s = { 0 };
	struct member *m;
	char name[16];

	restart(r);
	srandom((unsigned int)getpid());
	for (;;) {
		s.device = (uint8_t)(random() % JOINS);
		snprintf(name, sizeof(name), "d%d", s.device);
		m = member_named("a", "m", name);
		s.gone = m != NULL && m->state != MEMBER_RESTING &&
		    random() % 2 == 0;
		member(s.gone ? MESH_MEMBER_DEL : MESH_MEMBER_ADD, "a", "m",
		    name);
		mesh_op(&ms, &op, &answer);
		if (answer.code >= LEASE_E_KEY)
			_exit(1);
		if (!s.gone) {
			memcpy(s.addr, answer.member->addr[0].addr, 4);
			if (!answer.member->has_key &&
			    give_key(answer.member, s.device) >= LEASE_E_KEY)
				_exit(1);
		}
		if (write(fd, &s, sizeof(s)) != sizeof(s))
			_exit(1);
	}
}

/* All that was said holds, and no address is there twice. */
static void
holds(void)
{
	uint8_t seen[256] = { 0 };
	struct member *m;
	struct mesh *n;
	char name[16];
	int i;

	n = find("a", "m");
	RB_FOREACH(m, member_tree, &n->members) {
		assert_int_equal(m->hold[0],
		    m->state == MEMBER_RESTING ? HOLD_RESTS : HOLD_TAKEN);
		assert_int_equal(seen[m->addr[0].addr[3]]++, 0);
	}
	for (i = 0; i < JOINS; i++) {
		if (known[i].addr[0] == 0)
			continue;
		snprintf(name, sizeof(name), "d%d", i);
		m = member_named("a", "m", name);
		assert_non_null(m);
		/* It had begun something else, perhaps, but has its address. */
		assert_memory_equal(m->addr[0].addr, known[i].addr, 4);
	}
}

static void
note(struct said s)
{
	if (s.gone)
		memcpy(s.addr, known[s.device].addr, 4);
	known[s.device] = s;
}

/*
 * Start the process, let it say something n times, kill it soon afterwards, and
 * take what else it has said.
 */
static void
life(struct rig *r, void (*work)(struct rig *, int), int n, useconds_t soon)
{
	struct said s;
	int fd[2], st;
	pid_t pid;

	assert_int_equal(pipe(fd), 0);
	if ((pid = fork()) == 0) {
		close(fd[0]);
		work(r, fd[1]);
		_exit(0);
	}
	assert_true(pid > 0);
	close(fd[1]);
	for (; n > 0 && read(fd[0], &s, sizeof(s)) == sizeof(s); n--)
		note(s);
	usleep(soon);
	(void)kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, &st, 0), pid);
	if (WIFEXITED(st))
		assert_int_equal(WEXITSTATUS(st), 0);
	while (read(fd[0], &s, sizeof(s)) == sizeof(s))
		note(s);
	close(fd[0]);
}

/* A process of its own has the store; ours is closed meanwhile. */
static void
close_ours(struct rig *r)
{
	meshes_clear(&ms);
	store_close(r->s);
	r->s = NULL;
	meshes_init(&ms, NULL);
}

static void
open_ours(struct rig *r)
{
	restart(r);
}

static void
killed(void **state)
{
	const char *kills = getenv("MESH_KILLS");
	struct rig *r = *state;
	int i, said = 0, n = kills != NULL ? atoi(kills) : KILLS;

	tenant("a", NULL);
	mesh("a", "m", "10.0.0.0/24", "");
	gives(LEASE_OK_NEW);
	memset(known, 0, sizeof(known));
	srandom(1127);
	for (i = 0; i < n; i++) {
		close_ours(r);
		/* Some processes are killed before they say anything. */
		life(r, joins, (int)(random() % 4),
		    (useconds_t)(random() % 4000));
		/* To look each time would cost more than to kill. */
		if (i % 10 != 0)
			continue;
		open_ours(r);
		holds();
	}
	open_ours(r);
	holds();
	for (i = 0; i < JOINS; i++)
		said += known[i].addr[0] != 0;
	assert_true(said > 10);
}

static void
enrols(struct rig *r, int fd)
{
	const struct said s = { 0 };
	struct mesh *n;

	restart(r);
	while ((n = enrol_next(&ms)) != NULL)
		if (enrol_page(n) == -1 ||
		    write(fd, &s, sizeof(s)) != sizeof(s))
			_exit(1);
}

static void
enrolment(void **state)
{
	struct rig *r = *state;
	struct member *m;
	struct mesh *n;
	int lives = 0;

	tenant("a", NULL);
	close_ours(r);
	db_sql(r,
	    "WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c"
	    " WHERE i < 2000) INSERT INTO device SELECT i, 1, 'd' || i, '', 0,"
	    " 0, 0, '' FROM c;"
	    "INSERT INTO grp VALUES (1, 1, 'g');"
	    "INSERT INTO grp_device SELECT 1, id, 0 FROM device");
	open_ours(r);
	mesh("a", "m", "10.0.0.0/16", NULL);
	op.set |= WITH_GROUP;
	strlcpy(op.group, "g", sizeof(op.group));
	gives(LEASE_OK_NEW);
	assert_int_equal(answer.enrolled, ENROL_PAGE);
	while (find("a", "m")->enrol_after != -1) {
		close_ours(r);
		life(r, enrols, (int)(random() % 2),
		    (useconds_t)(random() % 6000));
		open_ours(r);
		assert_int_equal(find("a", "m")->nmembers % ENROL_PAGE,
		    find("a", "m")->enrol_after != -1 ? 0 : GROUP % ENROL_PAGE);
		assert_true(lives++ < 10000);
	}
	n = find("a", "m");
	assert_int_equal(n->nmembers, GROUP);
	/* The addresses are the first ones: none was lost and none is twice. */
	assert_int_equal(pool_used(n->pool[0]), GROUP);
	RB_FOREACH(m, member_tree, &n->members) {
		assert_int_equal(m->hold[0], HOLD_TAKEN);
		assert_int_equal(m->hold[1], HOLD_TAKEN);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(killed, setup, teardown),
		cmocka_unit_test_setup_teardown(enrolment, setup, teardown),
	};

	return (cmocka_run_group_tests_name("meshkill", tests, NULL, NULL));
}
