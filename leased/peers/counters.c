/* SPDX-License-Identifier: ISC */
/*
 * Counters of peers are fetched on demand and once a minute.  They are added up
 * for each peer, so that they survive removals, new keys and restarts, and are
 * written lazily.
 */

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "counters.h"
#include "dirty.h"
#include "row.h"
#include "log.h"
#include "resync.h"
#include "turn.h"

#define ANSWER_MS	1500		/* then the waiters get the old ones */
#define ROUND_MS	10000		/* then no more answers are expected */
#define MINUTE_S	60
#define WRITE_STEP	256
#define WRITE_PAUSE_MS	50
#define FOREIGN_MAX	65536	/* most that a list shows */
#define WAITERS_MAX	256
#define ARG_MAX		256

/* The largest argument; a larger one would not be waited for. */
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
	uint32_t	 round;		/* id of the current questions */
	unsigned int	 open;		/* networks that have not answered */
	bool		 late;		/* nobody waits for the answers */
	bool		 sorted;	/* the dirty list, for this round */
	bool		 fresh_once;
	struct mono	 fresh;		/* end of the last round */
	struct foreign	*foreign;	/* from the last round */
	size_t		 nforeign;
	struct foreign	*coming;	/* from the current round */
	size_t		 ncoming;
	struct event	*ev_answer;
	struct event	*ev_minute;
	struct event	*ev_write;
};

static void
stats_answer(struct leased *l)
{
	struct stats *st = l->stats;
	struct waiter *w;
	unsigned int n;

	/* Waiters that are added meanwhile wait for the next round. */
	for (n = st->nwaiters; n > 0 && (w = TAILQ_FIRST(&st->waiters)) != NULL;
	     n--) {
		TAILQ_REMOVE(&st->waiters, w, entry);
		st->nwaiters--;
		if (w->chan != NULL)
			w->cb(l, w->chan, w->id, w->arg);
		free(w);
	}
}

static void
stats_round_end(struct leased *l)
{
	struct stats *st = l->stats;

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
	stats_answer(l);
}

static void
stats_answer_cb(evutil_socket_t fd, short what, void *arg)
{
	const struct timeval tv = { ROUND_MS / 1000, 0 };
	struct leased *l = arg;

	if (l->stats->late) {
		stats_round_end(l);
		return;
	}
	log_warnx("hand: no counters within %d ms", ANSWER_MS);
	/* Later answers still count, but nobody waits for them. */
	l->stats->late = true;
	evtimer_add(l->stats->ev_answer, &tv);
	stats_answer(l);
}

/*
 * Ask for every network.  Returns false if the hand is gone or nothing is to
 * ask.
 */
static bool
stats_ask(struct leased *l)
{
	const struct timeval tv = { ANSWER_MS / 1000, ANSWER_MS % 1000 * 1000 };
	struct stats *st = l->stats;
	struct msg_peer_stats_get m;
	struct network *n;

	if (st->open > 0)
		return (!st->late);
	if (l->hand == NULL || chan_busy(l->hand))
		return (false);
	if (++st->round == 0)
		st->round = 1;
	TAILQ_FOREACH(n, &l->reg.nets, entry) {
		/* The hand tells of the peers of a rendezvous by itself. */
		if (!n->configured || n->conf.rendezvous || !network_up(n))
			continue;
		memset(&m, 0, sizeof(m));
		strlcpy(m.network, n->name, sizeof(m.network));
		if (chan_send_peer_stats_get(l->hand, st->round, &m, -1) == 0)
			st->open++;
	}
	if (st->open == 0)
		return (false);
	evtimer_add(st->ev_answer, &tv);
	return (true);
}

void
stats_refresh(struct leased *l)
{
	(void)stats_ask(l);
}

void
stats_want(struct leased *l, int64_t age_ms,
    void (*cb)(struct leased *, struct chan *, uint32_t, const void *),
    struct chan *c, uint32_t id, const void *arg, size_t len)
{
	struct stats *st = l->stats;
	struct waiter *w;

	if ((st->fresh_once && mono_diff_ms(mono_now(), st->fresh) < age_ms) ||
	    st->nwaiters >= WAITERS_MAX || len > sizeof(w->arg) ||
	    !stats_ask(l) || (w = calloc(1, sizeof(*w))) == NULL) {
		cb(l, c, id, arg);
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

/* The growth of a counter, which began again if it is smaller than before. */
static uint64_t
grown(uint64_t now, uint64_t before)
{
	return (now >= before ? now - before : now);
}

static void
stats_foreign_peer(struct leased *l, struct network *n,
    const struct msg_peer_stat *m)
{
	struct stats *st = l->stats;
	struct foreign *p;

	if (st->open == 0 || st->ncoming >= FOREIGN_MAX)
		return;
	/* Double the size at each power of two. */
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

/*
 * A sync in which some peers failed does not say which: those that the device
 * has as they are wanted are in place.
 */
static void
confirm(struct peer *p, const struct msg_peer_stat *m)
{
	uint8_t i, j, n = 0;

	for (i = 0; i < p->naddrs; i++) {
		if (!peer_addr_served(p, i))
			continue;
		for (j = 0; j < m->naddrs; j++)
			if (prefix_equal(&p->addrs[i].p, &m->addrs[j]))
				break;
		if (j == m->naddrs)
			return;
		n++;
	}
	if (n == m->naddrs && m->psk == p->has_psk)
		peer_set_state(p, LEASE_ACTIVE, false);
}

void
stats_peer(struct leased *l, const struct msg_peer_stat *m)
{
	struct network *n;
	struct peer *p;
	uint64_t rx, tx;

	if ((n = registry_find(&l->reg, m->network)) == NULL)
		return;
	if (m->held != 0) {
		stats_foreign_peer(l, n, m);
		return;
	}
	if ((p = peer_by_key(n, m->pubkey)) == NULL)
		return;
	rx = grown(m->rx, p->rx_raw);
	tx = grown(m->tx, p->tx_raw);
	if (rx != 0 || tx != 0 || m->handshake > p->handshake)
		dirty_set(p);
	p->rx = clamp(p->rx + rx);
	p->tx = clamp(p->tx + tx);
	p->rx_raw = clamp(m->rx);
	p->tx_raw = clamp(m->tx);
	if (m->handshake > p->handshake)
		p->handshake = m->handshake;
	p->psk = m->psk != 0;
	p->endpoint = m->endpoint;
	p->port = m->port;
	p->link = m->link;
	if (p->state == LEASE_PENDING && p->wish == 0 && peer_served(p) &&
	    !sync_running(l))
		confirm(p, m);
}

/* A packet filter that was made anew counts from 0; the sums never fall. */
void
stats_network(struct leased *l, uint32_t id, const struct msg_traffic_item *m)
{
	struct network *n;
	unsigned int i;

	if ((n = registry_find(&l->reg, m->network)) == NULL)
		return;
	for (i = 0; i < TRAFFIC_N; i++) {
		n->traffic[i].packets += grown(m->count[i].packets,
		    n->counted[i].packets);
		n->traffic[i].bytes += grown(m->count[i].bytes,
		    n->counted[i].bytes);
		n->counted[i] = m->count[i];
	}
	n->counted_id = id;
}

void
stats_end(struct leased *l, uint32_t id)
{
	struct stats *st = l->stats;

	if (id == st->round && st->open > 0 && --st->open == 0)
		stats_round_end(l);
}

const struct foreign *
stats_foreign(const struct leased *l, size_t *n)
{
	*n = l->stats->nforeign;
	return (l->stats->foreign);
}

bool
stats_write(struct leased *l)
{
	struct peer *done[WRITE_STEP];
	unsigned int i, n;

	if (l->reg.dirty_n == 0 || turn_commit(l) == -1)
		return (false);
	if (!l->stats->sorted)
		dirty_sort(&l->reg);
	l->stats->sorted = true;
	if (store_begin(l->store) == -1)
		return (false);
	for (n = 0; n < WRITE_STEP && n < l->reg.dirty_n; n++) {
		done[n] = l->reg.dirty[l->reg.dirty_n - 1 - n];
		if (row_put_counters(l->store, done[n]) == -1)
			goto fail;
	}
	if (store_commit(l->store) == -1)
		goto fail;
	for (i = 0; i < n; i++)
		dirty_clear(done[i]);
	/* With many peers, these are most of all writes. */
	store_checkpoint(l->store);
	return (l->reg.dirty_n > 0);
fail:
	store_rollback(l->store);
	return (false);
}

/* Delete old events and names that wait in small steps, too. */
static bool
stats_trim(struct leased *l)
{
	int rc, more;

	if (turn_commit(l) == -1 || store_begin(l->store) == -1)
		return (false);
	if ((rc = store_trim_events(l->store, wall_now())) == -1 ||
	    (more = store_trim_waiting(l->store, wall_now())) == -1 ||
	    store_commit(l->store) == -1) {
		store_rollback(l->store);
		return (false);
	}
	return (rc == 1 || more == 1);
}

static void
stats_write_cb(evutil_socket_t fd, short what, void *arg)
{
	const struct timeval tv = { 0, WRITE_PAUSE_MS * 1000 };
	struct leased *l = arg;

	if (stats_write(l) || stats_trim(l))
		evtimer_add(l->stats->ev_write, &tv);
}

static void
stats_minute_cb(evutil_socket_t fd, short what, void *arg)
{
	/* By then the answers have come. */
	const struct timeval tv = { ANSWER_MS / 1000 + 1, 0 };
	struct leased *l = arg;

	(void)stats_ask(l);
	if (l->hand != NULL)
		(void)chan_send_bare(l->hand, MSG_TRAFFIC_GET, 0);
	l->stats->sorted = false;
	if (!evtimer_pending(l->stats->ev_write, NULL))
		evtimer_add(l->stats->ev_write, &tv);
}

void
stats_init(struct leased *l)
{
	const struct timeval tv = { MINUTE_S, 0 };
	struct stats *st;

	if ((st = l->stats = calloc(1, sizeof(*st))) == NULL ||
	    (st->ev_answer = evtimer_new(l->base, stats_answer_cb, l)) ==
	    NULL ||
	    (st->ev_minute = event_new(l->base, -1, EV_PERSIST, stats_minute_cb,
		 l)) == NULL ||
	    (st->ev_write = evtimer_new(l->base, stats_write_cb, l)) == NULL)
		fatal("stats");
	TAILQ_INIT(&st->waiters);
	/* A new process must not use the numbers of an old one. */
	st->round = randombytes_random();
	evtimer_add(st->ev_minute, &tv);
}

void
stats_lost(struct leased *l)
{
	if (l->stats->open > 0)
		stats_round_end(l);
}

void
stats_forget_chan(struct leased *l, struct chan *c)
{
	struct waiter *w;

	TAILQ_FOREACH(w, &l->stats->waiters, entry)
		if (w->chan == c)
			w->chan = NULL;
}
