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
	if (!c->req.http.expect || c->used > c->head_len)
		return;
	c->out_len = strlcpy(c->buf->out, "HTTP/1.1 100 Continue\r\n\r\n",
	    CONN_OUT);
	c->state = CONN_WRITE;
	c->next = CONN_BODY;
}

/* The body has n bytes of content more. */
static void
body_grows(struct request *r, size_t n)
{
	r->body_len += n;
	if (!r->http.chunked)
		r->body_done = r->body_len == r->http.length;
}

int
conn_body_first(struct conn *c)
{
	struct request *r = &c->req;
	size_t n, used;
	int got;

	r->body = c->buf->in + c->head_len;
	r->body_len = 0;
	n = used = c->in_len - c->head_len;
	if (r->http.chunked) {
		chunked_init(&c->chunked, CONN_BULK);
		got = chunked_decode(&c->chunked, r->body, n, &used, &n);
		if (got < 0)
			return (got);
		r->body_done = got == 1;
		/* Bytes that only framed the content leave room for more. */
		if (!r->body_done) {
			used = n;
			c->in_len = c->head_len + n;
		}
	} else if (n > r->http.length)
		n = used = (size_t)r->http.length;
	body_grows(r, n);
	c->used = c->head_len + used;
	return (0);
}

/* The bytes that can be read without those of the next request. */
static size_t
body_least(const struct conn *c)
{
	return (c->req.http.chunked ?
		chunked_least(&c->chunked) :
		(size_t)c->req.http.length - c->req.body_len);
}

/* Read content to dst, where there is room for size bytes as they arrive. */
static enum step
body_read(struct conn *c, char *dst, size_t size, size_t *n)
{
	size_t least = body_least(c), used;
	enum step s;
	int got;

	s = conn_read(c, dst, least < size ? least : size, n);
	if (s != STEP_AGAIN || *n == 0)
		return (s);
	if (c->req.http.chunked) {
		got = chunked_decode(&c->chunked, dst, *n, &used, n);
		if (got < 0) {
			request_end(&c->req);
			conn_refuse(c, -got);
			return (STEP_AGAIN);
		}
		c->req.body_done = got == 1;
	}
	body_grows(&c->req, *n);
	return (STEP_AGAIN);
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
stream_begin(struct conn *c)
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
	if (r->body_done)
		return (stream_end(c));
	say_continue(c);
	return (STEP_AGAIN);
}

static enum step
step_stream(struct conn *c)
{
	struct request *r = &c->req;
	enum step s;
	size_t n;

	if (c->eof)
		return (STEP_GONE);
	if (r->job->ops->full(r)) {
		conn_want(c, false, false);
		return (STEP_PARK);
	}
	s = body_read(c, c->big, CONN_PIECE, &n);
	if (s != STEP_AGAIN || c->state != CONN_BODY)
		return (s);
	if (n > 0)
		r->job->ops->piece(r, c->big, n);
	/* The client may have been revoked while its body arrived. */
	if (c->state == CONN_BODY && r->body_done && conn_welcome(c))
		return (stream_end(c));
	return (STEP_AGAIN);
}

/* The most bytes that the body of this request may have. */
static size_t
body_max(const struct request *r)
{
	if (!http_may_have_body(&r->http))
		return (0);
	return (r->streaming ? CONN_BULK : r->set->limits.body_bytes);
}

/* Refuse a body that is too large as soon as that is known. */
static int
check_size(struct conn *c)
{
	struct request *r = &c->req;
	size_t max = body_max(r);
	int error = 0;

	if (r->http.chunked)
		error = chunked_limit(&c->chunked, max);
	else if (r->http.length > max)
		error = -413;
	return (error == 0 || max > 0 ? error : -400);
}

/*
 * Make room for the next bytes of a body that is kept: in the connection's
 * buffer, or in memory for the largest such body.
 */
static int
body_room(struct conn *c)
{
	struct request *r = &c->req;
	size_t size = r->set->limits.body_bytes + CHUNKED_TAIL;

	if (c->big != NULL ||
	    r->body_len + body_least(c) <= c->buf->in_size - c->head_len)
		return (0);
	if (!r->http.chunked)
		size = (size_t)r->http.length;
	if ((c->big = malloc(size)) == NULL)
		return (-1);
	memcpy(c->big, r->body, r->body_len);
	r->body = c->big;
	return (0);
}

enum step
conn_body_begin(struct conn *c)
{
	struct request *r = &c->req;
	int error;

	r->streaming = r->route->begin != NULL;
	if ((error = check_size(c)) != 0) {
		conn_refuse(c, -error);
		return (STEP_AGAIN);
	}
	if (r->streaming)
		return (stream_begin(c));
	if (r->body_done)
		return (dispatch(c));
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
	enum step s;
	size_t n;

	if (r->streaming)
		return (step_stream(c));
	if (c->eof)
		return (STEP_GONE);
	if (body_room(c) == -1) {
		conn_refuse(c, 503);
		return (STEP_AGAIN);
	}
	s = body_read(c, r->body + r->body_len, body_least(c), &n);
	if (s != STEP_AGAIN || c->state != CONN_BODY)
		return (s);
	if (c->big == NULL)
		c->in_len = c->used = c->head_len + r->body_len;
	return (r->body_done && conn_welcome(c) ? dispatch(c) : STEP_AGAIN);
}
