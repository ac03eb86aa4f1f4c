/* SPDX-License-Identifier: ISC */
/*
 * Handshakes in progress.  They take most memory of all that a client can have
 * without a proof, so that it must first send something, and only so many are
 * in progress at a time.
 *
 * When all places are taken, as after a start to which a whole fleet comes
 * back, others wait for theirs.  A client that goes on needs a second or so; one
 * that does not loses its place to those who wait.
 */

#include <sys/socket.h>

#include <errno.h>

#include "conn.h"
#include "log.h"
#include "shake.h"
#include "tls.h"

#define SHAKE_SHARE	4	/* a share of limits.connections */
#define SHAKE_MS	2000	/* a place is safe for so long */
#define LOOK_MS		200	/* between two looks at the places */
#define HELLO_MAX	2048	/* bytes of a first message waited for */
#define HELLO_HEAD	5	/* a TLS record's type, version, length */
#define HELLO_TYPE	22	/* handshake */

static void	 look_cb(evutil_socket_t, short, void *);

void
shake_init(struct apid *a)
{
	TAILQ_INIT(&a->shaking);
	TAILQ_INIT(&a->queue);
	if (evtimer_assign(&a->shake_timer, a->base, look_cb, a) == -1)
		fatalx("event: cannot make a timer");
}

static void
hello_cb(evutil_socket_t fd, short what, void *arg)
{
	struct conn *c = arg;

	c->eof = (what & EV_CLOSED) != 0;
	conn_run(c);
}

/*
 * Wait for new bytes and for the client's end, without an event for bytes that
 * have been seen (edge); otherwise wait for readable bytes as usual.
 */
static int
watch_hello(struct conn *c, bool edge)
{
	conn_want(c, false, false);
	if (event_assign(&c->rev, c->req.apid->base, c->fd,
	    edge ? EV_READ | EV_CLOSED | EV_ET | EV_PERSIST :
		   EV_READ | EV_PERSIST,
	    edge ? hello_cb : conn_read_cb, c) == -1)
		return (-1);
	c->edge = edge;
	return (0);
}

/* The length of the first message, by its first bytes; 0: it is no hello. */
static size_t
hello_len(const unsigned char *p, size_t n)
{
	size_t len;

	if (n > 0 && p[0] != HELLO_TYPE)
		return (0);
	if (n < HELLO_HEAD)
		return (HELLO_HEAD);
	len = HELLO_HEAD + (size_t)(p[3] << 8 | p[4]);
	return (len < HELLO_MAX ? len : HELLO_MAX);
}

/*
 * The state of TLS takes dozens of kilobytes.  A client gets it when its first
 * message is there, or as much of it as nobody needs; until then the message
 * stays in the socket.
 */
static enum step
await_hello(struct conn *c)
{
	unsigned char p[HELLO_MAX];
	ssize_t n;

	n = recv(c->fd, p, sizeof(p), MSG_PEEK);
	if (n == -1 && (errno == EAGAIN || errno == EINTR)) {
		conn_want(c, true, false);
		return (STEP_PARK);
	}
	if (n > 0 && !c->eof && (size_t)n < hello_len(p, (size_t)n)) {
		if (!c->edge && watch_hello(c, true) == -1)
			return (STEP_GONE);
		conn_want(c, true, false);
		return (STEP_PARK);
	}
	if (c->edge && watch_hello(c, false) == -1)
		return (STEP_GONE);
	return (STEP_AGAIN);
}

/* The number of free places. */
static unsigned int
places(const struct apid *a)
{
	unsigned int most = a->set->limits.connections / SHAKE_SHARE;

	if (most == 0)
		most = 1;
	return (a->nshaking < most ? most - a->nshaking : 0);
}

/* Let those who have waited longest try again. */
static void
call(struct apid *a, unsigned int n)
{
	struct conn *c;

	for (; n > 0 && (c = TAILQ_FIRST(&a->queue)) != NULL; n--) {
		TAILQ_REMOVE(&a->queue, c, shaking);
		c->queued = false;
		event_active(&c->rev, EV_READ, 0);
	}
}

/*
 * End handshakes that do not go on, while others wait for their places.  A
 * client that was called may have left, so that places may be free here.
 */
static void
look_cb(evutil_socket_t fd, short what, void *arg)
{
	const struct timeval tv = { 0, LOOK_MS * 1000 };
	struct mono now = mono_now();
	struct apid *a = arg;
	struct conn *c;

	while (!TAILQ_EMPTY(&a->queue) &&
	    (c = TAILQ_FIRST(&a->shaking)) != NULL &&
	    mono_diff_ms(now, c->shaking_since) >= SHAKE_MS)
		conn_evict(c);
	call(a, places(a));
	if (!TAILQ_EMPTY(&a->queue) && evtimer_add(&a->shake_timer, &tv) == -1)
		log_warnx("event: cannot set a timer");
}

static void
queue_up(struct conn *c)
{
	struct apid *a = c->req.apid;

	conn_want(c, false, false);
	TAILQ_INSERT_TAIL(&a->queue, c, shaking);
	c->queued = true;
	if (!evtimer_pending(&a->shake_timer, NULL))
		look_cb(-1, 0, a);
}

enum step
shake_begin(struct conn *c)
{
	struct apid *a = c->req.apid;
	enum step s;

	if (c->queued)
		return (STEP_PARK);
	if ((s = await_hello(c)) != STEP_AGAIN)
		return (s);
	if (places(a) == 0) {
		queue_up(c);
		return (STEP_PARK);
	}
	if ((c->tls = tls_conn_new(c->req.lst->tls, c->fd)) == NULL)
		return (STEP_GONE);
	c->shaking_since = mono_now();
	TAILQ_INSERT_TAIL(&a->shaking, c, shaking);
	a->nshaking++;
	return (STEP_AGAIN);
}

void
shake_end(struct conn *c)
{
	struct apid *a = c->req.apid;

	if (c->queued)
		TAILQ_REMOVE(&a->queue, c, shaking);
	c->queued = false;
	if (c->tls == NULL)
		return;
	TAILQ_REMOVE(&a->shaking, c, shaking);
	a->nshaking--;
	call(a, 1);
}

void
shake_late(struct conn *c)
{
	char thrown[HELLO_MAX];

	if (c->tls == NULL)
		(void)recv(c->fd, thrown, sizeof(thrown), MSG_DONTWAIT);
}
