/* SPDX-License-Identifier: ISC */
/*
 * Leased answers faster the more questions it has at once, up to a number.
 * While it has so many, further requests are not read: their bytes stay in the
 * sockets, and they get their turn in the order in which they came.  So a whole
 * fleet that comes in the same second waits a moment and is not refused, and a
 * request that waits costs no more memory than an idle connection.
 *
 * The deadline of a connection goes on while it waits.  limits.pending bounds
 * the questions and the requests that wait together.
 */

#include "chan.h"
#include "conn.h"
#include "defer.h"
#include "log.h"
#include "pend.h"

#define DEFER_ASKED	512	/* questions that keep leased busy */
#define DEFER_TURN	256	/* called at once, then links get their turn */

static void	 defer_cb(evutil_socket_t, short, void *);

void
defer_init(struct apid *a)
{
	TAILQ_INIT(&a->deferred);
	if (evtimer_assign(&a->defer_timer, a->base, defer_cb, a) == -1)
		fatalx("event: cannot make a timer");
}

/* A connection that was called and not read yet counts as a question. */
static bool
is_full(const struct apid *a)
{
	if (a->leased == NULL)
		return (false);
	/* A set fills the queue on purpose. */
	return ((chan_busy(a->leased) && a->nsets == 0) ||
	    pend_count(a->pend) + a->ncalled >= DEFER_ASKED);
}

void
defer_again(struct apid *a)
{
	const struct timeval now = { 0, 0 };

	if (!TAILQ_EMPTY(&a->deferred) &&
	    !evtimer_pending(&a->defer_timer, NULL) &&
	    evtimer_add(&a->defer_timer, &now) == -1)
		log_warnx("event: cannot set a timer");
}

/*
 * Call the next ones.  A called connection may ask leased nothing: then there is
 * no answer that would wake those behind it, so this runs once more.
 */
static void
defer_cb(evutil_socket_t fd, short what, void *arg)
{
	struct apid *a = arg;
	struct conn *c;
	int i;

	for (i = 0; i < DEFER_TURN && !is_full(a); i++) {
		if ((c = TAILQ_FIRST(&a->deferred)) == NULL)
			return;
		defer_end(c);
		c->called = true;
		a->ncalled++;
		event_active(&c->rev, EV_READ, 0);
	}
	if (a->ncalled > 0)
		defer_again(a);
}

unsigned int
defer_count(const struct apid *a, const struct listener *l)
{
	return (pend_count(a->pend) + (l->waits ? a->ndeferred : 0));
}

bool
defer_begin(struct conn *c)
{
	const struct listener *l = c->req.lst;
	struct apid *a = c->req.apid;

	if (c->called) {
		defer_end(c);
		return (false);
	}
	if (c->deferred)
		return (true);
	if (!l->waits || a->leased == NULL ||
	    (TAILQ_EMPTY(&a->deferred) && !is_full(a)) ||
	    defer_count(a, l) >= l->pending)
		return (false);
	TAILQ_INSERT_TAIL(&a->deferred, c, deferring);
	c->deferred = true;
	a->ndeferred++;
	if (a->ncalled > 0)
		defer_again(a);
	return (true);
}

void
defer_end(struct conn *c)
{
	struct apid *a = c->req.apid;

	if (c->deferred) {
		TAILQ_REMOVE(&a->deferred, c, deferring);
		a->ndeferred--;
	}
	if (c->called)
		a->ncalled--;
	c->deferred = c->called = false;
}
