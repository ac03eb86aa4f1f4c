/* SPDX-License-Identifier: ISC */
/*
 * A request that is answered later: what it waits for, and its job.  The job
 * of the test is one that waits for an event for as long as its client likes,
 * and says what it saw.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "conn.h"
#include "request.h"

struct poll {
	struct job	 job;
	int		*freed;
};

static char	 said[64];

static void
say(const char *what)
{
	strlcat(said, what, sizeof(said));
}

static void
poll_end(struct request *r)
{
	assert_null(r->wait);
	say("end ");
}

static void
poll_late(struct request *r)
{
	say("late ");
}

static void
poll_free(struct job *j)
{
	(*((struct poll *)j)->freed)++;
	free(j);
}

static const struct wait_ops poll_wait = {
	.end = poll_end,
	.late = poll_late,
};

static const struct job_ops poll_ops = {
	.free = poll_free,
};

static struct request *
request(struct conn *c, enum conn_state state)
{
	static struct apid a;

	memset(c, 0, sizeof(*c));
	c->state = state;
	c->timed = true;
	c->req.conn = c;
	c->req.apid = &a;
	said[0] = '\0';
	return (&c->req);
}

/* The event comes in time, or it does not. */
static void
waits(void **state)
{
	struct request *r;
	struct conn c;

	r = request(&c, CONN_WAIT);
	request_wait(r, &poll_wait, 55000);
	assert_int_equal(r->wait_ms, 55000);
	/* The deadline is this wait's, not that of one before. */
	assert_false(c.timed);
	request_wait_end(r);
	request_wait_end(r);
	assert_string_equal(said, "end ");

	r = request(&c, CONN_WAIT);
	request_wait(r, &poll_wait, 55000);
	request_late(r);
	assert_string_equal(said, "end late ");
	assert_null(r->wait);

	/* While the body comes, its own deadline stays. */
	r = request(&c, CONN_BODY);
	request_wait(r, &poll_wait, 55000);
	assert_true(c.timed);
	request_end(r);
	assert_string_equal(said, "end ");
}

/* There is one job; it ends with the next, or with the request. */
static void
jobs(void **state)
{
	struct request *r;
	struct poll *p;
	struct conn c;
	int freed = 0;

	r = request(&c, CONN_WAIT);
	p = request_job(r, &poll_ops, sizeof(*p));
	assert_non_null(p);
	p->freed = &freed;
	assert_ptr_equal(r->job, p);
	p = request_job(r, &poll_ops, sizeof(*p));
	assert_non_null(p);
	p->freed = &freed;
	assert_int_equal(freed, 1);
	request_wait(r, &poll_wait, 1);
	request_end(r);
	request_end(r);
	assert_int_equal(freed, 2);
	assert_null(r->job);
	assert_string_equal(said, "end ");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(waits),
		cmocka_unit_test(jobs),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
