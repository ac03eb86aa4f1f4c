/* SPDX-License-Identifier: ISC */
/*
 * Whole sets of peers: the items are collected and, when the set has been
 * applied, the hand and the asker are told, a few items at a time.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "counters.h"
#include "ctl_conn.h"
#include "fronts.h"
#include "log.h"
#include "psk.h"
#include "resync.h"
#include "set_apply.h"
#include "wish.h"

#define SETS_MAX	8		/* most at a time */
#define SETS_FRONT	6		/* most of them from fronts */
#define COLLECT_S	90		/* time for all items to arrive */
#define CONFIRM_S	20		/* time for all answers of the hand */
#define TELL_S		60		/* then, time to send the result */
#define WISHES_OPEN	512		/* most wishes without a result */
#define STEP		256		/* differences sent at once */

struct sets {
	TAILQ_HEAD(, set) sets;
	unsigned int	 n;
	uint32_t	 serial;
};

static void	 set_pump(struct set *);

static void
set_free(struct set *s)
{
	struct sets *all = s->l->sets;
	size_t i;

	if (s->owner != NULL)
		s->owner->busy = false;
	for (i = 0; i < s->npeers; i++) {
		free(s->peers[i].addrs);
		psk_free(s->peers[i].psk);
		free(s->peers[i].name);
		free(s->peers[i].why);
	}
	for (i = 0; i < s->ndiffs; i++)
		free(s->diffs[i].text);
	free(s->peers);
	free(s->diffs);
	free(s->wishes);
	if (s->ev_more != NULL)
		event_free(s->ev_more);
	if (s->ev_late != NULL)
		event_free(s->ev_late);
	TAILQ_REMOVE(&all->sets, s, entry);
	all->n--;
	free(s);
}

static struct set *
set_find(struct leased *l, const struct chan *c, uint32_t id)
{
	struct set *s;

	TAILQ_FOREACH(s, &l->sets->sets, entry)
		if (s->chan == c && s->id == id)
			return (s);
	return (NULL);
}

/*
 * Send the last message.  An asker who still waits for the hand stops waiting.
 */
static void
set_done(struct set *s)
{
	struct conn *k;

	s->done.retry_after = answer_retry(s->done.code);
	if (s->chan != NULL) {
		if (s->by_operator) {
			k = chan_arg(s->chan);
			k->state = CONN_IDLE;
			conn_progress(k);
		}
		(void)chan_send_set_done(s->chan, s->id, &s->done, -1);
	}
	set_free(s);
}

static void
set_more_cb(evutil_socket_t fd, short what, void *arg)
{
	set_pump(arg);
}

static void
set_wait(struct set *s, unsigned int sec)
{
	const struct timeval tv = { sec, 0 };

	evtimer_add(s->ev_late, &tv);
}

/* First the set stops waiting for the hand, then for the asker. */
static void
set_late_tell(struct set *s)
{
	size_t open = s->waiting + (s->nwishes - s->wished);

	if (s->late) {
		log_warnx("set of %s: nobody takes its outcome",
		    log_vis(s->begin.owner));
		s->chan = NULL;
		set_pump(s);
		return;
	}
	s->late = true;
	set_wait(s, TELL_S);
	if (open == 0)
		return;
	log_warnx(
	    "set of %s: the hand has not confirmed %zu changes within %d s",
	    log_vis(s->begin.owner), open, CONFIRM_S);
	s->unconfirmed = true;
	s->wished = s->nwishes;
	s->waiting = 0;
	sync_later(s->l);
	set_pump(s);
}

static void
set_late_cb(evutil_socket_t fd, short what, void *arg)
{
	struct set *s = arg;

	if (s->state == SET_TELL) {
		set_late_tell(s);
		return;
	}
	s->done.code = LEASE_E_BUSY;
	snprintf(s->done.text, sizeof(s->done.text),
	    "it was not complete within %d s; nothing was changed", COLLECT_S);
	set_done(s);
}

static void
set_refuse(struct set *s, uint8_t code, const char *text)
{
	s->state = SET_REFUSED;
	s->done.code = code;
	strlcpy(s->done.text, text, sizeof(s->done.text));
}

/* Check whether the set may begin.  If not, its end is answered with that. */
static void
set_check(struct set *s)
{
	const struct msg_set_begin *m = &s->begin;
	struct network *n;

	n = registry_find(&s->l->reg, m->network);
	if (n == NULL || !n->configured)
		set_refuse(s, LEASE_E_NETWORK, "there is no such network");
	else if (!s->by_operator &&
	    !policy_owner_reached(s->l->conf, m->network, m->owner))
		set_refuse(s, fronts_beyond(s->l, m->network, m->owner),
		    "no identity rule gives this owner");
	else if (policy_owner_denied(&s->l->denied, m->network, m->owner) ||
	    (s->by_operator && strcmp(m->owner, OWNER_STATIC) != 0))
		set_refuse(s, LEASE_E_DENIED, "the owner is denied");
	else if (m->match == SET_MATCH_NONE && !s->by_operator)
		set_refuse(s, LEASE_E_NO_PRECOND,
		    "say which state is to be replaced");
	else if ((s->owner = owner_get(n, m->owner)) == NULL)
		set_refuse(s, LEASE_E_POOL, OWNERS_TEXT);
	else if (s->owner->busy) {
		s->owner = NULL;
		set_refuse(s, LEASE_E_BUSY,
		    "another set of this owner is under way");
	} else
		s->owner->busy = true;
}

static struct set *
set_new(struct leased *l, struct chan *c, uint32_t id)
{
	struct sets *all = l->sets;
	struct set *s;
	unsigned int max;

	/* The operator always finds room, whatever the fronts do. */
	max = chan_peer(c) == P_CTL ? SETS_MAX : SETS_FRONT;
	if (all->n >= max || (s = calloc(1, sizeof(*s))) == NULL)
		return (NULL);
	s->l = l;
	s->chan = c;
	s->id = id;
	if (++all->serial == 0)
		all->serial = 1;
	s->serial = all->serial;
	TAILQ_INSERT_TAIL(&all->sets, s, entry);
	all->n++;
	if ((s->ev_more = evtimer_new(l->base, set_more_cb, s)) == NULL ||
	    (s->ev_late = evtimer_new(l->base, set_late_cb, s)) == NULL) {
		set_free(s);
		return (NULL);
	}
	return (s);
}

int
set_begin(struct chan *c, uint32_t id, const struct msg_set_begin *m)
{
	struct msg_set_done done = { 0 };
	struct leased *l;
	struct conn *k = NULL;
	struct set *s;

	if (chan_peer(c) == P_CTL) {
		k = chan_arg(c);
		if (k->state != CONN_IDLE)
			return (-1);
		l = k->l;
	} else
		l = chan_arg(c);
	if (set_find(l, c, id) != NULL)
		return (-1);
	if ((s = set_new(l, c, id)) == NULL) {
		done.code = LEASE_E_BUSY;
		done.retry_after = answer_retry(done.code);
		strlcpy(done.text, "too many sets are under way",
		    sizeof(done.text));
		return (chan_send_set_done(c, id, &done, -1));
	}
	s->begin = *m;
	if (k != NULL) {
		s->by_operator = true;
		strlcpy(s->who, k->who, sizeof(s->who));
		k->state = CONN_SET;
		k->id = id;
	}
	set_check(s);
	set_wait(s, COLLECT_S);
	return (0);
}

static struct leased *
asked(struct chan *c)
{
	struct conn *k;

	if (chan_peer(c) != P_CTL)
		return (chan_arg(c));
	k = chan_arg(c);
	conn_progress(k);
	return (k->l);
}

int
set_item(struct chan *c, uint32_t id, const struct msg_set_item *m)
{
	struct prefix addrs[PEER_ADDRS_MAX];
	struct set_peer *p;
	struct set *s;

	/* The set was refused when it began, or was aborted. */
	if ((s = set_find(asked(c), c, id)) == NULL || s->state == SET_REFUSED)
		return (0);
	if (s->state != SET_COLLECT)
		return (-1);
	if (s->npeers >= SET_ITEMS_MAX ||
	    s->npeers >= s->owner->net->conf.max_peers) {
		set_refuse(s, LEASE_E_POOL,
		    "more peers than the network's max_peers");
		return (0);
	}
	if (s->npeers == s->maxpeers) {
		s->maxpeers = s->maxpeers == 0 ? 64 : s->maxpeers * 2;
		s->peers = reallocarray(s->peers, s->maxpeers,
		    sizeof(*s->peers));
		if (s->peers == NULL)
			fatal("set of peers");
	}
	p = &s->peers[s->npeers++];
	memset(p, 0, sizeof(*p));
	memcpy(p->key, m->pubkey, sizeof(p->key));
	memcpy(addrs, m->addrs, sizeof(addrs));
	p->naddrs = peer_sort_addrs(addrs, m->naddrs);
	if ((p->addrs = calloc(p->naddrs, sizeof(*p->addrs))) == NULL ||
	    (p->name = strdup(m->name)) == NULL)
		fatal("set of peers");
	memcpy(p->addrs, addrs, p->naddrs * sizeof(*p->addrs));
	p->psk_op = m->psk_op;
	if (m->psk_op == PSK_SET)
		p->psk = psk_copy(m->psk);
	return (0);
}

static void
set_tell_all(struct set *s)
{
	s->state = SET_TELL;
	set_wait(s, CONFIRM_S);
	set_pump(s);
}

static void
set_counted(struct leased *l, struct chan *c, uint32_t id, const void *arg)
{
	struct set *s;

	/* The set may have been aborted meanwhile. */
	if ((s = set_find(l, c, id)) == NULL || s->state != SET_COUNT)
		return;
	set_apply(s);
	set_tell_all(s);
}

int
set_end(struct chan *c, uint32_t id)
{
	struct leased *l = asked(c);
	struct set *s;

	if ((s = set_find(l, c, id)) == NULL)
		return (0);
	if (s->state == SET_REFUSED) {
		set_tell_all(s);
		return (0);
	}
	if (s->state != SET_COLLECT)
		return (-1);
	s->state = SET_COUNT;
	/* Read fresh counters first: the answer lists the totals of the peers
	 * that go. */
	if (set_removes(s))
		stats_want(l, STATS_LAST_MS, set_counted, c, id, NULL, 0);
	else
		set_counted(l, c, id, NULL);
	return (0);
}

int
set_abort(struct chan *c, uint32_t id)
{
	struct set *s;

	if ((s = set_find(asked(c), c, id)) == NULL || s->state == SET_TELL)
		return (0);
	if (s->by_operator)
		((struct conn *)chan_arg(c))->state = CONN_IDLE;
	set_free(s);
	return (0);
}

/* Send some of the differences.  Returns false when the channel is full. */
static bool
set_tell(struct set *s)
{
	struct msg_set_change m;
	struct set_diff *d;
	unsigned int i;

	for (i = 0; s->told < s->ndiffs && s->chan != NULL; s->told++) {
		if (chan_busy(s->chan) || i++ == STEP)
			return (false);
		d = &s->diffs[s->told];
		memset(&m, 0, sizeof(m));
		m.op = d->op;
		m.code = d->code;
		memcpy(m.pubkey, d->key, sizeof(m.pubkey));
		m.rx = d->rx;
		m.tx = d->tx;
		if (d->text != NULL)
			strlcpy(m.text, d->text, sizeof(m.text));
		(void)chan_send_set_change(s->chan, s->id, &m, -1);
	}
	return (true);
}

/* The hand has answered one of a set's wishes, or never will. */
static void
set_outcome(struct leased *l, const struct asker *a, uint8_t code,
    const struct peer *p)
{
	const struct timeval now = { 0, 0 };
	struct set *s;

	TAILQ_FOREACH(s, &l->sets->sets, entry)
		if (s->serial == a->id)
			break;
	if (s == NULL || s->waiting == 0)
		return;
	if (code == LEASE_E_KEY_TAKEN) {
		set_add_diff(s, SET_REJECTED, code, s->wishes[a->item].key,
		    NULL, "the key is a peer's that is not sallyport's");
		s->done.rejected++;
	} else if (code >= LEASE_E_KEY)
		s->unconfirmed = true;
	s->waiting--;
	if (!evtimer_pending(s->ev_more, NULL) || s->waiting == 0 ||
	    (s->wished < s->nwishes && s->waiting < WISHES_OPEN / 2))
		(void)evtimer_add(s->ev_more, &now);
}

/* Send as many wishes as may be open.  Each result makes room for more. */
static void
set_wish(struct set *s)
{
	struct asker asker = { .answer = set_outcome,
		.id = s->serial,
		.is_set = true };
	struct set_wish *w;
	struct peer *p;

	while (s->wished < s->nwishes && s->waiting < WISHES_OPEN &&
	    (s->l->hand == NULL || !chan_busy(s->l->hand))) {
		asker.item = s->wished;
		w = &s->wishes[s->wished++];
		p = peer_by_key(s->owner->net, w->key);
		/*
		 * Another request has changed the peer meanwhile, and has a
		 * wish of its own.
		 */
		if (!w->gone && (p == NULL || !peer_served(p)))
			continue;
		s->waiting++;
		if (w->gone)
			wish_gone(s->l, s->owner->net, w->key, &asker, 0, 0);
		else
			wish_set(s->l, p, w->mask, NULL, &asker,
			    w->added ? LEASE_OK_NEW : LEASE_OK_REKEYED);
	}
}

static void
set_pump(struct set *s)
{
	const struct timeval now = { 0, 0 }, soon = { 0, 10000 };
	bool told;

	/* Count one for this loop, since results may come at once. */
	s->waiting++;
	set_wish(s);
	s->waiting--;
	told = set_tell(s);
	if (s->wished < s->nwishes || s->waiting > 0) {
		/* The next result continues; if none comes, a timer does. */
		evtimer_add(s->ev_more,
		    told || (s->chan != NULL && chan_busy(s->chan)) ? &soon :
								      &now);
		return;
	}
	if (!told) {
		if (!chan_busy(s->chan))
			evtimer_add(s->ev_more, &now);
		return;
	}
	if (s->unconfirmed && s->done.code < LEASE_E_KEY) {
		s->done.code = LEASE_E_BUSY;
		strlcpy(s->done.text,
		    "stored, but WireGuard has not confirmed all of it: the rest follows with the next sync",
		    sizeof(s->done.text));
	}
	set_done(s);
}

void
sets_wake(struct leased *l)
{
	const struct timeval now = { 0, 0 };
	struct set *s;

	TAILQ_FOREACH(s, &l->sets->sets, entry)
		if (s->state == SET_TELL)
			evtimer_add(s->ev_more, &now);
}

void
sets_forget_chan(struct leased *l, struct chan *c)
{
	const struct timeval now = { 0, 0 };
	struct set *s, *next;

	for (s = TAILQ_FIRST(&l->sets->sets); s != NULL; s = next) {
		next = TAILQ_NEXT(s, entry);
		if (s->chan != c)
			continue;
		s->chan = NULL;
		if (s->state != SET_TELL)
			set_free(s);
		else
			/* Durable changes are carried through. */
			evtimer_add(s->ev_more, &now);
	}
}

void
sets_init(struct leased *l)
{
	if ((l->sets = calloc(1, sizeof(*l->sets))) == NULL)
		fatal("sets");
	TAILQ_INIT(&l->sets->sets);
}
