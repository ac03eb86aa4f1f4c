/* SPDX-License-Identifier: ISC */
/*
 * A parked connection has neither buffers nor a question to leased.  Its timer,
 * the end of its client and the revocation of its certificate are heeded.
 */

#include "conn.h"
#include "park.h"
#include "rate.h"

bool
park_begin(struct request *r, const struct wait_ops *ops, uint32_t ms)
{
	const struct msg_conf_limits *l = &r->set->limits;
	struct conn *c = r->conn;

	if (r->apid->nparked >= l->parked ||
	    (c->src != NULL && !rate_park(c->src, l->parked_per_source)))
		return (false);
	r->apid->nparked++;
	c->state = CONN_PARK;
	r->wait = ops;
	c->timed = true;
	conn_deadline(c, ms);
	/* The bytes of the next request stay. */
	if (c->in_len == c->used) {
		c->in_len = c->used = 0;
		conn_give_buf(c);
	}
	conn_want(c, true, false);
	return (true);
}

void
park_end(struct request *r)
{
	r->apid->nparked--;
	if (r->conn->src != NULL)
		rate_unpark(r->conn->src);
	r->conn->state = CONN_WAIT;
}

bool
park_ready(struct request *r)
{
	struct conn *c = r->conn;

	if (!conn_take_buf(c)) {
		c->state = CONN_DEAD;
		return (false);
	}
	return (conn_welcome(c));
}

/* Bytes of the next request are kept; the end of the client ends all. */
enum step
conn_step_park(struct conn *c)
{
	enum step s;
	size_t n;

	if (c->eof || !conn_take_buf(c))
		return (STEP_GONE);
	if (c->in_len == c->buf->in_size) {
		conn_want(c, false, false);
		return (STEP_PARK);
	}
	s = conn_read_more(c, &n);
	c->in_len += n;
	if (c->eof)
		return (STEP_GONE);
	if (s == STEP_PARK && c->in_len == 0)
		conn_give_buf(c);
	return (s);
}
