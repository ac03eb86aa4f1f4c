/* SPDX-License-Identifier: ISC */
/*
 * Telling the kernel hand the whole wanted state, a page at a time, while
 * leases come and go: the place is a name, and what changes meanwhile is sent
 * by its own wish, before or after its turn here, with the same result.
 */

#include <stdlib.h>
#include <string.h>

#include "leased.h"
#include "log.h"

#define SYNC_DONE_S	600		/* then the kernel hand is asked anew */
#define HEAL_MIN_S	5
#define HEAL_MAX_S	300

enum sync_state {
	SYNC_IDLE,
	SYNC_SENDING,
	SYNC_WAITING
};

struct sync {
	enum sync_state	 state;
	bool		 again;		/* one more, behind this one */
	struct lnet	*net;		/* the place: this network */
	char		 name[IDENT_SIZE];	/* and behind this name */
	bool		 owned;		/* leases are done, these are next: */
	bool		 has_key;
	uint8_t		 key[WGKEY_LEN];	/* behind this key */
	unsigned int	 heal_s;
	struct event	*ev_heal;	/* a sync that is due later */
	struct event	*ev_late;
	struct wall	 at;		/* of the last */
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
	struct leased *sp = arg;

	log_warnx("sync: no answer within %d s; once more", SYNC_DONE_S);
	sp->sync->state = SYNC_IDLE;
	sync_start(sp);
}

void
sync_init(struct leased *sp)
{
	struct sync *y;

	if ((y = sp->sync = calloc(1, sizeof(*y))) == NULL ||
	    (y->ev_heal = evtimer_new(sp->base, sync_heal_cb, sp)) == NULL ||
	    (y->ev_late = evtimer_new(sp->base, sync_late_cb, sp)) == NULL)
		fatal("sync");
	y->heal_s = HEAL_MIN_S;
}

bool
sync_running(const struct leased *sp)
{
	return (sp->sync->state != SYNC_IDLE);
}

void
sync_later(struct leased *sp)
{
	struct sync *y = sp->sync;
	struct timeval tv = { y->heal_s, 0 };

	if (evtimer_pending(y->ev_heal, NULL))
		return;
	evtimer_add(y->ev_heal, &tv);
	y->heal_s = y->heal_s * 2 > HEAL_MAX_S ? HEAL_MAX_S : y->heal_s * 2;
}

void
sync_start(struct leased *sp)
{
	const struct timeval tv = { SYNC_DONE_S, 0 };
	struct sync *y = sp->sync;

	if (sp->kern == NULL)
		return;
	if (y->state != SYNC_IDLE) {
		y->again = true;
		return;
	}
	evtimer_del(y->ev_heal);
	/* What has gathered is part of what the pages show. */
	(void)turn_commit(sp);
	if (chan_send_bare(sp->kern, MSG_PEER_SYNC_BEGIN, 0) == -1) {
		sync_later(sp);
		return;
	}
	y->state = SYNC_SENDING;
	y->again = false;
	y->net = TAILQ_FIRST(&sp->broker.nets);
	y->name[0] = '\0';
	y->owned = y->has_key = false;
	evtimer_add(y->ev_late, &tv);
	sync_page(sp);
}

/* The next lease to be sent, or NULL: all were. */
static struct lease *
sync_next(struct sync *y)
{
	struct lease *l;

	for (; y->net != NULL; y->net = TAILQ_NEXT(y->net, entry)) {
		/* With "" the first: names are not empty. */
		for (l = lease_after(y->net, y->name); l != NULL;
		     l = RB_NEXT(lease_tree, &y->net->byname, l))
			if (lease_live(l))
				return (l);
		y->name[0] = '\0';
	}
	return (NULL);
}

/* Send from the place on, until the queue is long; false when it is. */
static bool
sync_send(struct leased *sp)
{
	struct sync *y = sp->sync;
	struct lease *l;

	for (l = sync_next(y); l != NULL;) {
		if (chan_busy(sp->kern))
			return (false);
		l->synced = lease_ttl(l, mono_now()) != 0;
		if (l->synced && wish_send_lease(sp, l, 0, NULL) == -1)
			return (false);
		(void)strlcpy(y->name, l->name, sizeof(y->name));
		/* Within one call nothing changes: step along the tree. */
		do
			l = RB_NEXT(lease_tree, &y->net->byname, l);
		while (l != NULL && !lease_live(l));
		if (l == NULL)
			l = sync_next(y);
	}
	return (true);
}

/* The same for the peers with an owner. */
static bool
sync_send_owned(struct leased *sp)
{
	struct sync *y = sp->sync;
	struct owned *p;

	for (; y->net != NULL; y->net = TAILQ_NEXT(y->net, entry)) {
		p = owned_next_any(y->net, y->has_key ? y->key : NULL);
		for (; p != NULL; p = RB_NEXT(owned_bynet, &y->net->owned, p)) {
			if (chan_busy(sp->kern))
				return (false);
			p->synced = owned_served(p);
			if (p->synced &&
			    wish_send_owned(sp, p, UINT16_MAX, 0) == -1)
				return (false);
			y->has_key = true;
			memcpy(y->key, p->key, sizeof(y->key));
		}
		y->has_key = false;
	}
	return (true);
}

void
sync_page(struct leased *sp)
{
	struct sync *y = sp->sync;

	if (y->state != SYNC_SENDING || sp->kern == NULL)
		return;
	/* Nothing that is not yet durable leaves. */
	if (turn_commit(sp) == -1 || sp->kern == NULL)
		log_debug("sync: going on with what is stored");
	if (!y->owned) {
		if (!sync_send(sp))
			return;
		y->owned = true;
		y->net = TAILQ_FIRST(&sp->broker.nets);
	}
	if (!sync_send_owned(sp))
		return;
	if (chan_send_bare(sp->kern, MSG_PEER_SYNC_END, 0) == -1) {
		/* Only a closing link refuses here; a new one syncs anew. */
		return;
	}
	y->state = SYNC_WAITING;
}

/* All that was sent is in place. */
static void
sync_confirm(struct leased *sp)
{
	struct lnet *n;
	struct lease *l;
	struct owned *p;

	TAILQ_FOREACH(n, &sp->broker.nets, entry) {
		if (!lnet_up(n))
			continue;
		RB_FOREACH(p, owned_bynet, &n->owned)
			if (p->synced)
				p->pending = false;
		if (n->pending == 0)
			continue;
		RB_FOREACH(l, lease_tree, &n->byname)
			if (l->synced && lease_live(l))
				lease_set_state(l, LEASE_ACTIVE, false);
	}
}

static void
sync_reset(struct leased *sp)
{
	struct sync *y = sp->sync;
	struct lnet *n;
	struct lease *l;
	struct owned *p;

	TAILQ_FOREACH(n, &sp->broker.nets, entry) {
		RB_FOREACH(l, lease_tree, &n->byname)
			l->synced = false;
		RB_FOREACH(p, owned_bynet, &n->owned)
			p->synced = false;
	}
	y->state = SYNC_IDLE;
	evtimer_del(y->ev_late);
}

void
sync_done(struct leased *sp, const struct msg_peer_sync_done *m)
{
	struct sync *y = sp->sync;

	if (y->state != SYNC_WAITING)
		return;
	y->last = *m;
	y->at = wall_now();
	log_info("sync: %u added, %u removed, %u changed, %u unchanged, "
		 "%u failed",
	    m->added, m->removed, m->changed, m->unchanged, m->failed);
	if (m->failed == 0)
		sync_confirm(sp);
	sync_reset(sp);
	if (m->failed != 0)
		sync_later(sp);
	else
		y->heal_s = HEAL_MIN_S;
	if (y->again)
		sync_start(sp);
}

void
sync_lost(struct leased *sp)
{
	evtimer_del(sp->sync->ev_heal);
	if (sync_running(sp))
		sync_reset(sp);
	sp->sync->again = false;
}

void
sync_status(const struct leased *sp, struct msg_ctl_status *m)
{
	m->synced = sp->sync->at.s;
	m->last = sp->sync->last;
}
