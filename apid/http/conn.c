/* SPDX-License-Identifier: ISC */
/*
 * The life of a connection: a handshake, then head, body, wait and answer for
 * each request, one at a time, and an orderly end.  Deadlines are set when a
 * state begins, and never moved by bytes.
 */

#include <sys/socket.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conn.h"
#include "defer.h"
#include "log.h"
#include "rate.h"
#include "reply.h"
#include "room.h"
#include "route.h"
#include "shake.h"
#include "tls.h"

#define TURNS		16	/* steps before others get a turn */
#define PARSE_ALWAYS	32	/* bytes that suffice to see garbage */

static void	 timer_cb(evutil_socket_t, short, void *);

static void
conn_init(struct conn *c, struct apid *a, struct listener *l,
    struct settings *set)
{
	c->req.conn = c;
	c->req.apid = a;
	c->req.lst = l;
	c->req.set = settings_ref(set);
	c->req.http.keepalive = true;
	c->state = l->has_tls ? CONN_HANDSHAKE : CONN_HEAD;
	c->timed = true;
}

int
conn_new(struct apid *a, struct listener *l, struct settings *set, int fd,
    const struct prefix *from, struct rate_source *src)
{
	struct conn *c;

	if ((c = calloc(1, sizeof(*c))) == NULL) {
		close(fd);
		if (src != NULL)
			rate_leave(a->rate, src);
		return (-1);
	}
	conn_init(c, a, l, set);
	c->fd = fd;
	c->req.from = *from;
	c->src = src;
	if (src != NULL)
		TAILQ_INSERT_TAIL(rate_strangers(src), c, alike);
	c->stranger = src != NULL;
	TAILQ_INSERT_TAIL(&a->conns, c, entry);
	a->nconns++;
	if (event_assign(&c->rev, a->base, fd, EV_READ | EV_PERSIST,
	    conn_read_cb, c) == -1 ||
	    event_assign(&c->wev, a->base, fd, EV_WRITE | EV_PERSIST,
	    conn_read_cb, c) == -1 ||
	    evtimer_assign(&c->timer, a->base, timer_cb, c) == -1)
		goto fail;
	conn_deadline(c,
	    l->has_tls ? set->limits.handshake_ms : set->limits.head_ms);
	conn_want(c, true, false);
	return (0);
fail:
	conn_free(c);
	return (-1);
}

void
conn_free(struct conn *c)
{
	struct apid *a = c->req.apid;

	request_end(&c->req);
	conn_want(c, false, false);
	/* This also removes an event that conn_run made active itself. */
	event_del(&c->rev);
	event_del(&c->timer);
	tls_conn_free(c->tls);
	close(c->fd);
	conn_known(c);
	if (c->state == CONN_HANDSHAKE)
		shake_end(c);
	defer_end(c);
	if (c->src != NULL)
		rate_leave(a->rate, c->src);
	if (c->idle)
		TAILQ_REMOVE(&a->idle, c, idling);
	TAILQ_REMOVE(&a->conns, c, entry);
	a->nconns--;
	settings_unref(c->req.set);
	free(c->buf);
	free(c->big);
	free(c->more);
	free(c);
	room_again(a);
}

void
conn_deadline(struct conn *c, uint32_t ms)
{
	struct timeval tv;

	tv.tv_sec = ms / 1000;
	tv.tv_usec = (ms % 1000) * 1000;
	if (evtimer_add(&c->timer, &tv) == -1)
		log_warnx("event: cannot set a deadline");
}

void
conn_punish(struct conn *c)
{
	if (c->src != NULL)
		rate_punish(c->src, mono_now());
}

void
conn_known(struct conn *c)
{
	if (c->stranger)
		TAILQ_REMOVE(rate_strangers(c->src), c, alike);
	c->stranger = false;
}

void
conn_proved(struct conn *c)
{
	if (c->src != NULL)
		rate_prove(c->src, mono_now());
}

void
conn_evict(struct conn *c)
{
	conn_punish(c);
	conn_free(c);
}

static void
refuse(struct conn *c, int status)
{
	char from[PREFIX_TEXT];

	c->close = c->linger = true;
	if (c->req.id[0] == '\0')
		request_new_id(&c->req);
	log_debug("request refused status=%d from=%s req=%s", status,
	    prefix_format_addr(&c->req.from, from), c->req.id);
	route_refuse(&c->req, status);
}

void
conn_refuse(struct conn *c, int status)
{
	conn_punish(c);
	refuse(c, status);
}

/*
 * A request has waited too long to be read, by no fault of its client.  Its head,
 * if it is there, says in which dialect to answer.
 */
static void
deferred_late(struct conn *c)
{
	enum step s = STEP_GONE;
	size_t n = 0;

	defer_end(c);
	if (conn_take_buf(c))
		s = conn_read_more(c, &n);
	if (s == STEP_GONE) {
		conn_free(c);
		return;
	}
	c->in_len += n;
	if (http_parse(c->buf->in, c->in_len, &c->req.http) > 0)
		request_take_id(&c->req);
	else
		memset(&c->req.http, 0, sizeof(c->req.http));
	refuse(c, 503);
	conn_run(c);
}

static void
timer_cb(evutil_socket_t fd, short what, void *arg)
{
	struct conn *c = arg;

	switch (c->state) {
	case CONN_HEAD:
	case CONN_BODY:
		if (c->deferred || c->called) {
			deferred_late(c);
			return;
		}
		/*
		 * A client that is idle or never began a request gets no
		 * answer.
		 */
		if (c->in_len == 0)
			break;
		request_end(&c->req);
		/*
		 * Half a head does not say anything, least of all its dialect.
		 */
		if (c->state == CONN_HEAD)
			memset(&c->req.http, 0, sizeof(c->req.http));
		conn_refuse(c, 408);
		conn_run(c);
		return;
	case CONN_WAIT:
	case CONN_PARK:
		if (c->req.wait == NULL)
			break;
		request_late(&c->req);
		conn_run(c);
		return;
	case CONN_HANDSHAKE:
		/* One who waits for a place did nothing wrong. */
		if (!c->queued)
			conn_punish(c);
		shake_late(c);
		break;
	case CONN_WRITE:
	case CONN_LINGER:
	case CONN_DEAD:
		break;
	}
	conn_free(c);
}

/*
 * Every request is judged by the current rules, certificates and revocation
 * lists, however old the connection is.
 */
static bool
still_welcome(struct conn *c)
{
	struct request *r = &c->req;
	struct listener *l;
	char from[PREFIX_TEXT];

	if (r->set != r->apid->set) {
		l = settings_same_listener(r->apid->set, r->lst);
		if (l == NULL)
			return (false);
		settings_unref(r->set);
		r->set = settings_ref(r->apid->set);
		r->lst = l;
		r->who.generation = 0;
		/*
		 * Otherwise old connections would keep every old CRL in memory.
		 */
		c->close |= c->tls != NULL;
	}
	if (c->tls != NULL && tls_conn_recheck(c->tls, r->lst->tls) == -1) {
		log_info("connection ended from=%s listen=%s reason=\"%s\"",
		    prefix_format_addr(&r->from, from), r->lst->address,
		    tls_conn_error(c->tls));
		return (false);
	}
	return (true);
}

bool
conn_welcome(struct conn *c)
{
	if (still_welcome(c))
		return (true);
	request_end(&c->req);
	c->state = CONN_LINGER;
	c->linger = true;
	conn_deadline(c, CONN_LINGER_MS);
	return (false);
}

void
conn_recheck(struct conn *c)
{
	if (((c->state == CONN_HEAD && c->in_len == 0) ||
		c->state == CONN_PARK) &&
	    !still_welcome(c))
		conn_free(c);
}

/* OPTIONS *: what the server as a whole can do (RFC 9110, 9.3.7). */
static void
describe_server(struct request *r)
{
	reply_send(r, 204, NULL,
	    "Allow: GET, HEAD, POST, PUT, DELETE, OPTIONS\r\n", NULL, 0);
}

/* The head is there: find its route, and where the body goes. */
static enum step
head_done(struct conn *c)
{
	struct request *r = &c->req;
	int error;

	r->route = NULL;
	request_take_id(r);
	if (!conn_welcome(c))
		return (STEP_AGAIN);
	if ((error = conn_body_first(c)) != 0) {
		conn_refuse(c, -error);
		return (STEP_AGAIN);
	}
	/*
	 * Without a route the request was answered, and a body of which more is
	 * to come is not read.
	 */
	if (http_is(r->head, r->http.path, "*"))
		describe_server(r);
	else if (route_find(r))
		return (conn_body_begin(c));
	return (STEP_AGAIN);
}

/*
 * A head is parsed from its start each time, so a client that sends byte by
 * byte must not have it parsed for each byte.  Once it has begun, only line
 * ends matter.
 */
static bool
worth_parsing(const struct conn *c, size_t n)
{
	size_t before = c->in_len - n;

	return (n > 0 &&
	    (before < PARSE_ALWAYS || c->in_len == c->buf->in_size ||
	    memchr(c->buf->in + before, '\n', n) != NULL));
}

static void
set_idle(struct conn *c, bool idle)
{
	struct apid *a = c->req.apid;

	if (c->idle == idle)
		return;
	c->idle = idle;
	if (idle) {
		TAILQ_INSERT_TAIL(&a->idle, c, idling);
		room_again(a);
	} else
		TAILQ_REMOVE(&a->idle, c, idling);
}

/*
 * Clients that leave a connection open after their answer, as autoygg's do, must
 * not keep out others, nor themselves when they come with the next one.
 */
void
conn_end_idle(struct apid *a)
{
	struct conn *c = TAILQ_FIRST(&a->idle);

	if (c != NULL)
		conn_free(c);
}

bool
conn_take_buf(struct conn *c)
{
	const struct msg_conf_limits *l = &c->req.set->limits;
	struct http_req *h = &c->req.http;

	set_idle(c, false);
	if (c->buf != NULL)
		return (true);
	c->buf = malloc(sizeof(*c->buf) +
	    l->fields * sizeof(c->buf->fields[0]) + l->head_bytes);
	if (c->buf == NULL)
		return (false);
	c->buf->in = (char *)(c->buf->fields + l->fields);
	c->buf->in_size = l->head_bytes;
	c->req.head = c->buf->in;
	h->fields = c->buf->fields;
	h->max_fields = (uint16_t)l->fields;
	h->max_head = (uint16_t)l->head_bytes;
	return (true);
}

/* Idle connections have no buffer. */
void
conn_give_buf(struct conn *c)
{
	/* A connection that is parked is not idle. */
	set_idle(c, c->served && c->state != CONN_PARK);
	free(c->buf);
	c->buf = NULL;
	c->req.head = NULL;
	c->req.http.fields = NULL;
	c->req.http.nfields = 0;
}

enum step
conn_read_more(struct conn *c, size_t *n)
{
	return (conn_read(c, c->buf->in + c->in_len,
	    c->buf->in_size - c->in_len, n));
}

/* True if there is nothing to read but the end of the client. */
static bool
has_left(const struct conn *c)
{
	char byte;

	return (c->tls == NULL &&
	    recv(c->fd, &byte, sizeof(byte), MSG_PEEK | MSG_DONTWAIT) == 0);
}

/* A request begins: its head has to come in time. */
static void
begin_head(struct conn *c)
{
	if (c->timed)
		return;
	c->timed = true;
	conn_deadline(c, c->req.set->limits.head_ms);
}

/* The request waits until leased has less to do. */
static enum step
wait_deferred(struct conn *c)
{
	if (has_left(c))
		return (STEP_GONE);
	conn_want(c, false, false);
	set_idle(c, false);
	begin_head(c);
	return (STEP_PARK);
}

static enum step
step_head(struct conn *c)
{
	enum step s;
	size_t n;
	int r;

	if (c->fresh) {
		c->fresh = false;
		r = http_parse(c->buf->in, c->in_len, &c->req.http);
		if (r > 0) {
			conn_known(c);
			c->head_len = (size_t)r;
			return (head_done(c));
		}
		if (r < 0) {
			conn_refuse(c, -r);
			return (STEP_AGAIN);
		}
		begin_head(c);
	}
	if (c->eof || c->req.apid->stopping)
		return (STEP_GONE);
	if (c->in_len == 0 && defer_begin(c))
		return (wait_deferred(c));
	if (!conn_take_buf(c))
		return (STEP_GONE);
	s = conn_read_more(c, &n);
	if (s == STEP_PARK && c->in_len == 0)
		conn_give_buf(c);
	if (s != STEP_AGAIN)
		return (s);
	c->in_len += n;
	c->fresh = worth_parsing(c, n);
	return (c->eof ? STEP_GONE : STEP_AGAIN);
}

/*
 * While an answer is made, the client's next bytes are read as long as there is
 * room, so that its close is seen without two more system calls for each
 * request.
 */
static enum step
step_wait(struct conn *c)
{
	enum step s;
	size_t n;

	if (c->eof || c->in_len == c->buf->in_size) {
		conn_want(c, false, false);
		if (c->timed)
			return (STEP_PARK);
	} else
		conn_want(c, true, false);
	if (!c->timed) {
		c->timed = true;
		conn_deadline(c, c->req.wait_ms);
		return (STEP_PARK);
	}
	s = conn_read_more(c, &n);
	c->in_len += n;
	return (s);
}

/* The answer was sent: make room for the next request. */
static void
next_request(struct conn *c)
{
	request_job_end(&c->req);
	free(c->big);
	c->big = NULL;
	c->req.streaming = false;
	c->req.limited = false;
	c->req.id[0] = '\0';
	c->in_len -= c->used;
	if (c->in_len > 0)
		memmove(c->buf->in, c->buf->in + c->used, c->in_len);
	c->used = 0;
	c->fresh = c->in_len > 0;
	c->timed = c->fresh;
	conn_deadline(c,
	    c->fresh ? c->req.set->limits.head_ms : c->req.set->limits.idle_ms);
}

static enum step
step_write(struct conn *c)
{
	enum step s;

	if ((s = conn_step_write(c)) != STEP_AGAIN)
		return (s);
	c->state = c->next;
	switch (c->state) {
	case CONN_HEAD:
		c->served = true;
		next_request(c);
		conn_want(c, true, false);
		/* The socket does not announce bytes that wait inside TLS. */
		if (!c->fresh &&
		    (c->tls == NULL || !tls_conn_pending(c->tls)) && !c->eof) {
			conn_give_buf(c);
			return (STEP_PARK);
		}
		break;
	case CONN_LINGER:
		if (c->in_len > c->used)
			c->linger = true;
		conn_deadline(c, CONN_LINGER_MS);
		break;
	case CONN_WAIT:
		c->timed = false;
		c->req.job->ops->more(&c->req);
		break;
	case CONN_BODY:
	case CONN_HANDSHAKE:
	case CONN_PARK:
	case CONN_WRITE:
	case CONN_DEAD:
		break;
	}
	return (STEP_AGAIN);
}

void
conn_run(struct conn *c)
{
	enum step s = STEP_AGAIN;
	int turn;

	for (turn = 0; turn < TURNS && s == STEP_AGAIN; turn++) {
		switch (c->state) {
		case CONN_HANDSHAKE:
			s = conn_step_handshake(c);
			break;
		case CONN_HEAD:
			s = step_head(c);
			break;
		case CONN_BODY:
			s = conn_step_body(c);
			break;
		case CONN_WAIT:
			s = step_wait(c);
			break;
		case CONN_PARK:
			s = conn_step_park(c);
			break;
		case CONN_WRITE:
			s = step_write(c);
			break;
		case CONN_LINGER:
			s = conn_step_linger(c);
			break;
		case CONN_DEAD:
			s = STEP_GONE;
			break;
		}
	}
	if (s == STEP_GONE)
		conn_free(c);
	else if (s == STEP_AGAIN)
		event_active(&c->rev, EV_READ, 0);
}
