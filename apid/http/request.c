/* SPDX-License-Identifier: ISC */
/*
 * The life of a request apart from its bytes: its id, its job, and the thing
 * that it waits for.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conn.h"
#include "reqid.h"

void
request_new_id(struct request *r)
{
	snprintf(r->id, sizeof(r->id), "%08x%08x", r->apid->boot,
	    ++r->apid->requests);
}

void
request_take_id(struct request *r)
{
	struct http_span v = { 0, 0 };

	if (http_field(r->head, &r->http, "x-request-id", &v) != 1 ||
	    !reqid_valid(r->head + v.off, v.len)) {
		request_new_id(r);
		return;
	}
	r->apid->requests++;
	memcpy(r->id, r->head + v.off, v.len);
	r->id[v.len] = '\0';
}

void
request_wait(struct request *r, const struct wait_ops *ops, uint32_t ms)
{
	r->wait = ops;
	r->wait_ms = ms;
	/* While the body arrives, the deadline of the body counts. */
	if (r->conn->state == CONN_WAIT)
		r->conn->timed = false;
}

void
request_limit(struct request *r, int64_t ms)
{
	r->limited = true;
	r->until = mono_add_ms(mono_now(), ms);
}

int64_t
request_left(const struct request *r)
{
	int64_t ms;

	if (!r->limited)
		return (INT64_MAX);
	ms = mono_diff_ms(r->until, mono_now());
	return (ms > 0 ? ms : 0);
}

void
request_wait_end(struct request *r)
{
	const struct wait_ops *ops = r->wait;

	r->wait = NULL;
	if (ops != NULL)
		ops->end(r);
}

void
request_late(struct request *r)
{
	const struct wait_ops *ops = r->wait;

	request_wait_end(r);
	ops->late(r);
}

void *
request_job(struct request *r, const struct job_ops *ops, size_t size)
{
	request_job_end(r);
	if ((r->job = calloc(1, size)) != NULL)
		r->job->ops = ops;
	return (r->job);
}

void
request_job_end(struct request *r)
{
	struct job *j = r->job;

	r->job = NULL;
	if (j != NULL)
		j->ops->free(j);
}

void
request_end(struct request *r)
{
	request_wait_end(r);
	request_job_end(r);
}
