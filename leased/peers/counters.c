/* SPDX-License-Identifier: ISC */
/*
 * Counters of peers: asked for when somebody looks, as old as he likes them,
 * and once a minute; added up by lease, so that they survive re-added peers,
 * new keys and restarts; written lazily.
 */

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "leased.h"
#include "log.h"
#include "row.h"

#define ANSWER_MS	1500		/* then who waits gets what there is */
#define ROUND_MS	10000		/* then nobody expects more */
#define MINUTE_S	60
#define WRITE_STEP	256
#define WRITE_PAUSE_MS	50
#define FOREIGN_MAX	4096
#define WAITERS_MAX	256
#define ARG_MAX		256

/* The largest there is; one that does not fit is not waited for. */
_Static_assert(ARG_MAX >= sizeof(struct msg_owned_drop) + 16, "ARG_MAX");

struct waiter {
	TAILQ_ENTRY(waiter) entry;
	void (*cb)(struct leased *, struct chan *, uint32_t, const void *);
	struct chan	*chan;
	uint32_t	 id;
	uint8_t		 arg[ARG_MAX] __attribute__((aligned(8)));
};

struct stats {
	TAILQ_HEAD(, waiter) waiters;
	unsigned int	 nwaiters;
	uint32_t	 round;		/* id of the questions under way */
	unsigned int	 open;		/* networks that have not answered */
	bool		 late;		/* nobody waits for them any more */
	bool		 sorted;	/* what is dirty, for this round */
	bool		 fresh_once;
	struct mono	 fresh;		/* when the last round ended */
	struct foreign	*foreign;	/* of the last round */
	size_t		 nforeign;
	struct foreign	*coming;	/* of the round under way */
	size_t		 ncoming;
	struct event	*ev_answer;
	struct event	*ev_minute;
	struct event	*ev_write;
};

static void
stats_answer(struct leased *sp)
{
	struct stats *st = sp->stats;
	struct waiter *w;
	unsigned int n;

	/* Those who come while these are served wait for the next round. */
	for (n = st->nwaiters; n > 0 && (w = TAILQ_FIRST(&st->waiters)) != NULL;
	     n--) {
		TAILQ_REMOVE(&st->waiters, w, entry);
		st->nwaiters--;
		if (w->chan != NULL)
			w->cb(sp, w->chan, w->id, w->arg);
		free(w);
	}
}

static void
stats_round_end(struct leased *sp)
{
	struct stats *st = sp->stats;

	evtimer_del(st->ev_answer);
	st->open = 0;
	st->late = false;
	st->fresh = mono_now();
	st->fresh_once = true;
	free(st->foreign);
	st->foreign = st->coming;
	st->nforeign = st->ncoming;
	st->coming = NULL;
	st->ncoming = 0;
	stats_answer(sp);
}

static void
stats_answer_cb(evutil_socket_t fd, short what, void *arg)
{
	const struct timeval tv = { ROUND_MS / 1000, 0 };
	struct leased *sp = arg;

	if (sp->stats->late) {
		stats_round_end(sp);
		return;
	}
	log_warnx("kernel hand: no counters within %d ms", ANSWER_MS);
	/* What comes later counts, but nobody is held up by it. */
	sp->stats->late = true;
	evtimer_add(sp->stats->ev_answer, &tv);
	stats_answer(sp);
}

/* Ask for every network; false if there is nobody to ask or nothing to ask. */
static bool
stats_ask(struct leased *sp)
{
	const struct timeval tv = { ANSWER_MS / 1000, ANSWER_MS % 1000 * 1000 };
	struct stats *st = sp->stats;
	struct msg_peer_stats_get m;
	struct lnet *n;

	if (st->open > 0)
		return (!st->late);
	if (sp->kern == NULL || chan_busy(sp->kern))
		return (false);
	if (++st->round == 0)
		st->round = 1;
	TAILQ_FOREACH(n, &sp->broker.nets, entry) {
		if (!n->configured || !lnet_up(n))
			continue;
		memset(&m, 0, sizeof(m));
		(void)strlcpy(m.network, n->name, sizeof(m.network));
		if (chan_send_peer_stats_get(sp->kern, st->round, &m, -1) == 0)
			st->open++;
	}
	if (st->open == 0)
		return (false);
	evtimer_add(st->ev_answer, &tv);
	return (true);
}

void
stats_want(struct leased *sp, int64_t age_ms,
    void (*cb)(struct leased *, struct chan *, uint32_t, const void *),
    struct chan *c, uint32_t id, const void *arg, size_t len)
{
	struct stats *st = sp->stats;
	struct waiter *w;

	if ((st->fresh_once && mono_diff_ms(mono_now(), st->fresh) < age_ms) ||
	    st->nwaiters >= WAITERS_MAX || len > sizeof(w->arg) ||
	    !stats_ask(sp) || (w = calloc(1, sizeof(*w))) == NULL) {
		cb(sp, c, id, arg);
		return;
	}
	w->cb = cb;
	w->chan = c;
	w->id = id;
	if (len > 0)
		memcpy(w->arg, arg, len);
	TAILQ_INSERT_TAIL(&st->waiters, w, entry);
	st->nwaiters++;
}

/* What a counter grew by: it began anew if it is smaller than it was. */
static uint64_t
grown(uint64_t now, uint64_t before)
{
	return (now >= before ? now - before : now);
}

static void
stats_foreign_peer(struct leased *sp, struct lnet *n,
    const struct msg_peer_stat *m)
{
	struct stats *st = sp->stats;
	struct foreign *p;

	if (st->open == 0 || st->ncoming >= FOREIGN_MAX)
		return;
	/* Grow by doubling, at each power of two. */
	if ((st->ncoming & (st->ncoming - 1)) == 0) {
		p = reallocarray(st->coming,
		    st->ncoming == 0 ? 1 : st->ncoming * 2, sizeof(*p));
		if (p == NULL)
			return;
		st->coming = p;
	}
	st->coming[st->ncoming].net = n;
	st->coming[st->ncoming++].stat = *m;
}

static uint64_t
clamp(uint64_t n)
{
	return (n > INT64_MAX ? INT64_MAX : n);
}

static void
stats_owned(struct leased *sp, struct owned *p, const struct msg_peer_stat *m)
{
	uint64_t rx, tx;

	rx = grown(m->rx, p->rx_raw);
	tx = grown(m->tx, p->tx_raw);
	if (rx != 0 || tx != 0 || m->handshake > p->handshake)
		owned_set_dirty(&sp->broker, p);
	p->rx = clamp(p->rx + rx);
	p->tx = clamp(p->tx + tx);
	p->rx_raw = clamp(m->rx);
	p->tx_raw = clamp(m->tx);
	if (m->handshake > p->handshake)
		p->handshake = m->handshake;
	p->endpoint = m->endpoint;
	p->port = m->port;
}

void
stats_peer(struct leased *sp, const struct msg_peer_stat *m)
{
	struct lnet *n;
	struct lease *l;
	struct owned *p;
	uint64_t rx, tx;

	if ((n = lnet_find(&sp->broker, m->network)) == NULL)
		return;
	if (m->foreign) {
		stats_foreign_peer(sp, n, m);
		return;
	}
	if ((p = owned_by_key(n, m->pubkey)) != NULL)
		stats_owned(sp, p, m);
	if ((l = lease_by_key(n, m->pubkey)) == NULL)
		return;
	rx = grown(m->rx, l->rx_raw);
	tx = grown(m->tx, l->tx_raw);
	if (rx != 0 || tx != 0 || m->handshake > l->handshake)
		lease_set_dirty(&sp->broker, l);
	l->rx = l->rx + rx > INT64_MAX ? INT64_MAX : l->rx + rx;
	l->tx = l->tx + tx > INT64_MAX ? INT64_MAX : l->tx + tx;
	l->rx_raw = m->rx > INT64_MAX ? INT64_MAX : m->rx;
	l->tx_raw = m->tx > INT64_MAX ? INT64_MAX : m->tx;
	if (m->handshake > l->handshake)
		l->handshake = m->handshake;
	l->endpoint = m->endpoint;
	l->port = m->port;
}

void
stats_end(struct leased *sp, uint32_t id, const struct msg_peer_stats_end *m)
{
	struct stats *st = sp->stats;

	if (id == st->round && st->open > 0 && --st->open == 0)
		stats_round_end(sp);
}

const struct foreign *
stats_foreign(const struct leased *sp, size_t *n)
{
	*n = sp->stats->nforeign;
	return (sp->stats->foreign);
}

bool
stats_write(struct leased *sp)
{
	struct lease *l, *done[WRITE_STEP];
	struct owned *p, *written[WRITE_STEP];
	unsigned int i, n = 0, k = 0;

	if (LIST_EMPTY(&sp->broker.dirty) &&
	    LIST_EMPTY(&sp->broker.owned_dirty))
		return (false);
	if (turn_commit(sp) == -1)
		return (false);
	if (!sp->stats->sorted)
		dirty_sort(&sp->broker);
	sp->stats->sorted = true;
	if (store_begin(sp->store) == -1)
		return (false);
	LIST_FOREACH(l, &sp->broker.dirty, dirty) {
		if (n == WRITE_STEP)
			break;
		if (row_put_lease_counters(sp->store, l) == -1)
			goto fail;
		done[n++] = l;
	}
	LIST_FOREACH(p, &sp->broker.owned_dirty, dirty) {
		if (k == WRITE_STEP)
			break;
		if (row_put_owned_counters(sp->store, p) == -1)
			goto fail;
		written[k++] = p;
	}
	if (store_commit(sp->store) == -1)
		goto fail;
	for (i = 0; i < n; i++)
		lease_clear_dirty(done[i]);
	for (i = 0; i < k; i++)
		owned_clear_dirty(written[i]);
	/* With many peers this is most of what is ever written. */
	store_checkpoint(sp->store);
	return (!LIST_EMPTY(&sp->broker.dirty) ||
	    !LIST_EMPTY(&sp->broker.owned_dirty));
fail:
	store_rollback(sp->store);
	return (false);
}

/* Drop old events in small steps too. */
static bool
stats_trim(struct leased *sp)
{
	int rc;

	if (turn_commit(sp) == -1 || store_begin(sp->store) == -1)
		return (false);
	if ((rc = store_trim_events(sp->store, wall_now())) == -1 ||
	    store_commit(sp->store) == -1) {
		store_rollback(sp->store);
		return (false);
	}
	return (rc == 1);
}

static void
stats_write_cb(evutil_socket_t fd, short what, void *arg)
{
	const struct timeval tv = { 0, WRITE_PAUSE_MS * 1000 };
	struct leased *sp = arg;

	if (stats_write(sp) || stats_trim(sp))
		evtimer_add(sp->stats->ev_write, &tv);
}

static void
stats_minute_cb(evutil_socket_t fd, short what, void *arg)
{
	/* The answers are there by then. */
	const struct timeval tv = { ANSWER_MS / 1000 + 1, 0 };
	struct leased *sp = arg;

	(void)stats_ask(sp);
	sp->stats->sorted = false;
	if (!evtimer_pending(sp->stats->ev_write, NULL))
		evtimer_add(sp->stats->ev_write, &tv);
}

void
stats_init(struct leased *sp)
{
	const struct timeval tv = { MINUTE_S, 0 };
	struct stats *st;

	if ((st = sp->stats = calloc(1, sizeof(*st))) == NULL ||
	    (st->ev_answer = evtimer_new(sp->base, stats_answer_cb, sp)) ==
	    NULL ||
	    (st->ev_minute = event_new(sp->base, -1, EV_PERSIST,
	    stats_minute_cb, sp)) == NULL ||
	    (st->ev_write = evtimer_new(sp->base, stats_write_cb, sp)) == NULL)
		fatal("stats");
	TAILQ_INIT(&st->waiters);
	/* No round of this process has the number of one before it. */
	st->round = randombytes_random();
	evtimer_add(st->ev_minute, &tv);
}

void
stats_lost(struct leased *sp)
{
	if (sp->stats->open > 0)
		stats_round_end(sp);
}

void
stats_forget_chan(struct leased *sp, struct chan *c)
{
	struct waiter *w;

	TAILQ_FOREACH(w, &sp->stats->waiters, entry)
		if (w->chan == c)
			w->chan = NULL;
}
