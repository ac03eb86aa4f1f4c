/* SPDX-License-Identifier: ISC */
/*
 * Input and output of a connection, with TLS or without, and the events that it
 * waits for.  A request that fits into the buffer takes one read and one write.
 */

#include <sys/socket.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conn.h"
#include "log.h"
#include "quiet.h"
#include "shake.h"
#include "tls.h"

/*
 * The read event stays in the loop from request to request.  It leaves only
 * when there is no room for more input.  Each change is a system call.
 */
void
conn_want(struct conn *c, bool readable, bool writable)
{
	if (readable != c->reading) {
		if ((readable ? event_add(&c->rev, NULL) :
		    event_del(&c->rev)) == -1)
			log_warnx("event: cannot watch a connection");
		c->reading = readable;
	}
	if (writable != c->writing) {
		if ((writable ? event_add(&c->wev, NULL) :
		    event_del(&c->wev)) == -1)
			log_warnx("event: cannot watch a connection");
		c->writing = writable;
	}
}

void
conn_read_cb(evutil_socket_t fd, short what, void *arg)
{
	struct conn *c = arg;

	c->req.apid->steps++;
	conn_run(c);
}

/* The meaning of a TLS call without a result for the state machine. */
static enum step
blocked(struct conn *c, enum tls_result r)
{
	switch (r) {
	case TLS_WANT_READ:
		conn_want(c, true, false);
		return (STEP_PARK);
	case TLS_WANT_WRITE:
		conn_want(c, false, true);
		return (STEP_PARK);
	case TLS_OK:
	case TLS_EOF:
	case TLS_ERROR:
		break;
	}
	return (STEP_GONE);
}

/*
 * Log one line a minute about failed handshakes for each source, or for each
 * certificate of ours, wherever it comes from.
 */
static void
log_handshake(struct conn *c)
{
	char from[PREFIX_TEXT], topic[PREFIX_TEXT + TEXT_SIZE];
	bool ours = tls_conn_ours(c->tls);

	(void)prefix_format_addr(&c->req.from, from);
	strlcpy(topic, ours ? "" : from, sizeof(topic));
	strlcat(topic, tls_conn_error(c->tls), sizeof(topic));
	if (!quiet_may(c->req.apid->quiet,
	    ours ? QUIET_REFUSED : QUIET_STRANGER, topic, mono_now()))
		return;
	log_info("handshake refused from=%s listen=%s reason=\"%s\"", from,
	    c->req.lst->address, tls_conn_error(c->tls));
}

enum step
conn_step_handshake(struct conn *c)
{
	enum tls_result r;
	enum step s;

	if (c->tls == NULL && (s = shake_begin(c)) != STEP_AGAIN)
		return (s);
	r = tls_handshake(c->tls);
	if (r == TLS_OK) {
		conn_known(c);
		conn_proved(c);
		shake_end(c);
		c->state = CONN_HEAD;
		c->timed = true;
		conn_deadline(c, c->req.set->limits.head_ms);
		if (tls_conn_pending(c->tls))
			return (STEP_AGAIN);
		conn_want(c, true, false);
		return (STEP_PARK);
	}
	if (r == TLS_ERROR) {
		conn_punish(c);
		log_handshake(c);
	}
	return (blocked(c, r));
}

enum step
conn_read(struct conn *c, char *buf, size_t size, size_t *n)
{
	enum tls_result r;
	ssize_t got;

	*n = 0;
	if (c->tls != NULL) {
		r = tls_read(c->tls, buf, size, n);
		if (r == TLS_OK)
			return (STEP_AGAIN);
		if (r == TLS_EOF) {
			c->eof = true;
			return (STEP_AGAIN);
		}
		return (blocked(c, r));
	}
	got = read(c->fd, buf, size);
	if (got == -1) {
		if (errno == EAGAIN || errno == EINTR) {
			conn_want(c, true, false);
			return (STEP_PARK);
		}
		return (STEP_GONE);
	}
	if (got == 0)
		c->eof = true;
	*n = (size_t)got;
	return (STEP_AGAIN);
}

static enum step
write_some(struct conn *c, const char *buf, size_t len, size_t *off)
{
	enum tls_result r;
	ssize_t put;
	size_t n = 0;

	while (*off < len) {
		if (c->tls != NULL) {
			r = tls_write(c->tls, buf + *off, len - *off, &n);
			if (r != TLS_OK)
				return (blocked(c, r));
		} else {
			put = send(c->fd, buf + *off, len - *off, MSG_NOSIGNAL);
			if (put == -1 && errno != EAGAIN && errno != EINTR)
				return (STEP_GONE);
			if (put == -1) {
				conn_want(c, false, true);
				return (STEP_PARK);
			}
			n = (size_t)put;
		}
		*off += n;
	}
	return (STEP_AGAIN);
}

/* Returns STEP_AGAIN when everything was sent. */
enum step
conn_step_write(struct conn *c)
{
	enum step s;

	if ((s = write_some(c, c->buf->out, c->out_len, &c->out_off)) ==
		STEP_AGAIN &&
	    c->more != NULL)
		s = write_some(c, c->more, c->more_len, &c->more_off);
	/* The deadline is for a client that does not take its answer. */
	if (s == STEP_PARK && !c->timed) {
		c->timed = true;
		conn_deadline(c,
		    c->req.streaming ? CONN_BULK_MS : CONN_WRITE_MS);
	}
	if (s != STEP_AGAIN)
		return (s);
	c->out_len = c->out_off = 0;
	free(c->more);
	c->more = NULL;
	c->more_len = c->more_off = 0;
	return (STEP_AGAIN);
}

/*
 * Closing a socket with unread bytes sends a reset, which may take the answer
 * away from a client that has not read it yet.  So our end is closed first, and
 * further input is dropped for a while.
 */
enum step
conn_step_linger(struct conn *c)
{
	char thrown[4096];
	ssize_t n;

	if (!c->said_bye) {
		if (c->tls != NULL && tls_shutdown(c->tls) == TLS_WANT_WRITE) {
			conn_want(c, false, true);
			return (STEP_PARK);
		}
		c->said_bye = true;
		if (!c->linger)
			return (STEP_GONE);
		if (shutdown(c->fd, SHUT_WR) == -1)
			return (STEP_GONE);
	}
	while (c->lingered <
	    (c->req.streaming ? 2 * CONN_BULK : CONN_LINGER_MAX)) {
		n = recv(c->fd, thrown, sizeof(thrown), MSG_DONTWAIT);
		if (n == -1 && (errno == EAGAIN || errno == EINTR)) {
			conn_want(c, true, false);
			return (STEP_PARK);
		}
		if (n <= 0)
			return (STEP_GONE);
		c->lingered += (size_t)n;
	}
	return (STEP_GONE);
}
