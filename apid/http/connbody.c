/* SPDX-License-Identifier: ISC */
/*
 * The body of a request: it stays in the connection's buffer, has memory of its
 * own if it is larger, or is used piece by piece as it arrives.
 */

#include <stdlib.h>
#include <string.h>

#include "conn.h"
#include "route.h"

static enum step
dispatch(struct conn *c)
{
	c->timed = false;
	c->state = CONN_WAIT;
	c->req.route->call(&c->req);
	return (STEP_AGAIN);
}

static void
say_continue(struct conn *c)
{
	if (!c->req.http.expect || c->req.body_len > 0)
		return;
	c->out_len = strlcpy(c->buf->out, "HTTP/1.1 100 Continue\r\n\r\n",
	    CONN_OUT);
	c->state = CONN_WRITE;
	c->next = CONN_BODY;
}

/* A streamed body is complete. */
static enum step
stream_end(struct conn *c)
{
	c->timed = false;
	c->state = CONN_WAIT;
	c->req.job->ops->end(&c->req);
	return (STEP_AGAIN);
}

/*
 * Begin a body that is used as it arrives.  The route may answer at its
 * beginning or at any piece; then the state is no longer CONN_BODY.
 */
static enum step
stream_begin(struct conn *c, size_t len)
{
	struct request *r = &c->req;

	if ((c->big = malloc(CONN_PIECE)) == NULL) {
		conn_refuse(c, 503);
		return (STEP_AGAIN);
	}
	c->timed = true;
	conn_deadline(c, CONN_BULK_MS);
	c->state = CONN_BODY;
	r->route->begin(r);
	if (c->state == CONN_BODY && r->body_len > 0)
		r->job->ops->piece(r, r->body, r->body_len);
	if (c->state != CONN_BODY)
		return (STEP_AGAIN);
	if (r->body_len == len)
		return (stream_end(c));
	say_continue(c);
	return (STEP_AGAIN);
}

static enum step
step_stream(struct conn *c)
{
	struct request *r = &c->req;
	size_t left = (size_t)r->http.length - r->body_len, n;
	enum step s;

	if (c->eof)
		return (STEP_GONE);
	if (r->job->ops->full(r)) {
		conn_want(c, false, false);
		return (STEP_PARK);
	}
	s = conn_read(c, c->big, left < CONN_PIECE ? left : CONN_PIECE, &n);
	if (s != STEP_AGAIN)
		return (s);
	r->body_len += n;
	if (n > 0)
		r->job->ops->piece(r, c->big, n);
	/* The client may have been revoked while its body arrived. */
	if (c->state == CONN_BODY && r->body_len == r->http.length &&
	    conn_welcome(c))
		return (stream_end(c));
	return (STEP_AGAIN);
}

enum step
conn_body_begin(struct conn *c)
{
	struct request *r = &c->req;
	size_t len = (size_t)r->http.length;

	r->streaming = r->route->begin != NULL;
	if (len > (r->streaming ? CONN_BULK : r->set->limits.body_bytes)) {
		conn_refuse(c, 413);
		return (STEP_AGAIN);
	}
	if (r->streaming)
		return (stream_begin(c, len));
	if (r->body_len == len)
		return (dispatch(c));
	if (len > CONN_IN - c->head_len) {
		if ((c->big = malloc(len)) == NULL) {
			conn_refuse(c, 503);
			return (STEP_AGAIN);
		}
		memcpy(c->big, r->body, r->body_len);
		r->body = c->big;
	}
	c->timed = true;
	conn_deadline(c, r->set->limits.body_ms);
	c->state = CONN_BODY;
	say_continue(c);
	return (STEP_AGAIN);
}

enum step
conn_step_body(struct conn *c)
{
	struct request *r = &c->req;
	size_t len = (size_t)r->http.length, n;
	enum step s;

	if (r->streaming)
		return (step_stream(c));
	if (c->eof)
		return (STEP_GONE);
	/* Read no more than the body: the next bytes are another request. */
	s = conn_read(c, r->body + r->body_len, len - r->body_len, &n);
	if (s != STEP_AGAIN)
		return (s);
	r->body_len += n;
	if (c->big == NULL) {
		c->in_len += n;
		c->used += n;
	}
	return (
	    r->body_len == len && conn_welcome(c) ? dispatch(c) : STEP_AGAIN);
}
