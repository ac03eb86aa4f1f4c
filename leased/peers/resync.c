/* SPDX-License-Identifier: ISC */
/*
 * A sync continues while peers come and go.  Its place is a name or a key.  A
 * change meanwhile is sent by its own wish, before or after the peer's turn
 * here, with the same result.
 */

#include <stdlib.h>
#include <string.h>

#include "counters.h"
#include "grace.h"
#include "log.h"
#include "meet.h"
#include "resync.h"
#include "turn.h"
#include "wish.h"

#define SYNC_DONE_S	600		/* then the hand is asked again */
#define ENDED_MAX	2048		/* told in one sync */
#define HEAL_MIN_S	5
#define HEAL_MAX_S	300

enum sync_state {
	SYNC_IDLE,
	SYNC_SENDING,
	SYNC_WAITING
};

struct sync {
	enum sync_state	 state;
	bool		 again;		/* another one follows this one */
	bool		 kept;		/* the hand keeps unknown peers */
	bool		 drop;		/* it is to let go of them */
	struct network	*net;		/* the place: this network, */
	struct meet_place met;		/* the same at the rendezvous */
	struct peer_place place;		/* behind this peer */
	unsigned int	 ended;		/* leases of which this was told */
	unsigned int	 heal_s;
	struct event	*ev_heal;	/* starts a sync that is due later */
	struct event	*ev_late;
	struct wall	 at;		/* time of the last sync */
	struct msg_peer_sync_done last;
};

static void
sync_heal_cb(evutil_socket_t fd, short what, void *arg)
{
	sync_start(arg);
}

static void
sync_late_cb(evutil_socket_t fd, short what, void *arg)
{
	struct leased *l = arg;

	log_warnx("sync: no answer within %d s; once more", SYNC_DONE_S);
	l->sync->state = SYNC_IDLE;
	sync_start(l);
}

void
sync_init(struct leased *l)
{
	struct sync *y;

	if ((y = l->sync = calloc(1, sizeof(*y))) == NULL ||
	    (y->ev_heal = evtimer_new(l->base, sync_heal_cb, l)) == NULL ||
	    (y->ev_late = evtimer_new(l->base, sync_late_cb, l)) == NULL)
		fatal("sync");
	y->heal_s = HEAL_MIN_S;
}

bool
sync_running(const struct leased *l)
{
	return (l->sync->state != SYNC_IDLE);
}

void
sync_later(struct leased *l)
{
	struct sync *y = l->sync;
	struct timeval tv = { y->heal_s, 0 };

	if (evtimer_pending(y->ev_heal, NULL))
		return;
	evtimer_add(y->ev_heal, &tv);
	y->heal_s = y->heal_s * 2 > HEAL_MAX_S ? HEAL_MAX_S : y->heal_s * 2;
}

void
sync_start(struct leased *l)
{
	const struct timeval tv = { SYNC_DONE_S, 0 };
	struct msg_peer_sync_begin m = { 0, 0 };
	struct sync *y = l->sync;

	if (l->hand == NULL)
		return;
	if (y->state != SYNC_IDLE) {
		y->again = true;
		return;
	}
	evtimer_del(y->ev_heal);
	/* Commit pending changes first, so that they are sent. */
	(void)turn_commit(l);
	m.drop = y->drop;
	m.keep = y->drop || y->kept ? 0 : grace_left(l);
	if (chan_send_peer_sync_begin(l->hand, 0, &m, -1) == -1) {
		sync_later(l);
		return;
	}
	/* It keeps them by itself; a hand that is new must be told again. */
	y->kept |= m.keep != 0;
	y->drop = false;
	y->state = SYNC_SENDING;
	y->again = false;
	y->ended = 0;
	y->net = TAILQ_FIRST(&l->reg.nets);
	memset(&y->place, 0, sizeof(y->place));
	memset(&y->met, 0, sizeof(y->met));
	evtimer_add(y->ev_late, &tv);
	sync_page(l);
}

/*
 * While the hand keeps the peers that it does not know, it must be told which
 * of them are known, and have ended since this process began.
 */
static int
sync_ended(struct leased *l, const struct peer *p)
{
	struct sync *y = l->sync;

	if (p->state != LEASE_EXPIRED || p->expires < l->started.s ||
	    grace_left(l) == 0 || y->ended == ENDED_MAX ||
	    peer_by_key(p->net, p->key) != NULL)
		return (0);
	y->ended++;
	return (wish_send_ended(l, p));
}

/* Send from the place on until the queue is long.  Returns false when it is. */
static bool
sync_send(struct leased *l)
{
	struct sync *y = l->sync;
	struct peer *p;

	for (; y->net != NULL; y->net = TAILQ_NEXT(y->net, entry)) {
		/* Nothing changes within one call: step along the tree. */
		for (p = peer_behind(y->net, &y->place, NULL); p != NULL;
		     p = peer_next(p, NULL)) {
			if (chan_busy(l->hand))
				return (false);
			p->synced = peer_served(p) &&
			    peer_ttl(p, mono_now()) != 0;
			if ((p->synced ? wish_send_synced(l, p) :
					 sync_ended(l, p)) == -1)
				return (false);
			peer_place_set(&y->place, p);
		}
		memset(&y->place, 0, sizeof(y->place));
	}
	return (true);
}

void
sync_page(struct leased *l)
{
	struct sync *y = l->sync;

	if (y->state != SYNC_SENDING || l->hand == NULL)
		return;
	/* Only durable state is sent. */
	if (turn_commit(l) == -1 || l->hand == NULL)
		log_debug("sync: going on with what is stored");
	if (!sync_send(l) || !meet_sync(l, &y->met))
		return;
	if (chan_send_bare(l->hand, MSG_PEER_SYNC_END, 0) == -1) {
		/*
		 * Only a closing link refuses here; the new link starts a new
		 * sync.
		 */
		return;
	}
	y->state = SYNC_WAITING;
}

/*
 * The sync is over.  If it is confirmed, everything that was sent is in place.
 */
static void
sync_end(struct leased *l, bool confirmed)
{
	struct sync *y = l->sync;
	struct network *n;
	struct peer *p;

	TAILQ_FOREACH(n, &l->reg.nets, entry)
		RB_FOREACH(p, peer_tree, &n->peers) {
			if (confirmed && p->synced && network_up(n) &&
			    p->state == LEASE_PENDING && peer_served(p))
				peer_set_state(p, LEASE_ACTIVE, false);
			p->synced = false;
		}
	y->state = SYNC_IDLE;
	evtimer_del(y->ev_late);
}

void
sync_done(struct leased *l, const struct msg_peer_sync_done *m)
{
	struct sync *y = l->sync;

	if (y->state != SYNC_WAITING)
		return;
	y->last = *m;
	y->at = wall_now();
	log_info(
	    "sync: %u added, %u removed, %u changed, %u unchanged, %u failed",
	    m->added, m->removed, m->changed, m->unchanged, m->failed);
	sync_end(l, m->failed == 0);
	if (m->failed == 0)
		y->heal_s = HEAL_MIN_S;
	else {
		sync_later(l);
		/* The counters tell which of the peers are in place. */
		stats_refresh(l);
	}
	if (y->again)
		sync_start(l);
}

void
sync_lost(struct leased *l)
{
	evtimer_del(l->sync->ev_heal);
	if (sync_running(l))
		sync_end(l, false);
	l->sync->again = l->sync->kept = false;
}

void
sync_drop(struct leased *l)
{
	l->sync->drop = true;
	sync_start(l);
}

void
sync_status(const struct leased *l, struct msg_ctl_status *m)
{
	m->synced = l->sync->at.s;
	m->last = l->sync->last;
}
