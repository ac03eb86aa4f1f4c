/* SPDX-License-Identifier: ISC */
/*
 * The changes of one turn of the event loop, from their application to the
 * commit, and the messages that follow it.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit.h"
#include "dirty.h"
#include "expire.h"
#include "grant.h"
#include "row.h"
#include "log.h"
#include "own.h"
#include "removal.h"
#include "turn.h"
#include "wish.h"

#define TURN_MAX	256
#define CHECKPOINT_MS	5

struct turn_change {
	struct change	 change;
	struct asker	 asker;
	uint8_t		 code;
	struct peer	*peer;		/* peer of the change */
	const char	*what;		/* event of a lease; NULL: none */
	bool		 renewed_only;	/* nothing else is stored of it */
	bool		 gone;		/* the key is to be removed */
	bool		 wish;		/* the hand must be told */
	bool		 extends;	/* the same, but nobody waits for it */
	struct mono	 asked;		/* time of the request to remove */
};

struct turn {
	struct turn_change	 entries[TURN_MAX];
	unsigned int	 n;
	bool		 open;		/* a transaction is open */
	struct event	*ev_commit;
	struct event	*ev_checkpoint;
};

static void
turn_commit_cb(evutil_socket_t fd, short what, void *arg)
{
	(void)turn_commit(arg);
}

static void
turn_checkpoint_cb(evutil_socket_t fd, short what, void *arg)
{
	struct leased *l = arg;

	(void)turn_commit(l);
	store_checkpoint(l->store);
}

void
turn_init(struct leased *l)
{
	struct turn *t;

	if ((t = l->turn = calloc(1, sizeof(*t))) == NULL ||
	    (t->ev_commit = event_new(l->base, -1, 0, turn_commit_cb, l)) ==
	    NULL ||
	    (t->ev_checkpoint = evtimer_new(l->base, turn_checkpoint_cb, l)) ==
	    NULL)
		fatal("turn");
}

void
turn_soon(struct leased *l)
{
	/*
	 * This runs after all that is ready now, in the same round of the loop.
	 */
	if (l->turn->n > 0 || l->turn->open)
		event_active(l->turn->ev_commit, 0, 0);
}

int
turn_begin(struct leased *l)
{
	if (l->turn->open)
		return (0);
	if (store_begin(l->store) == -1)
		return (-1);
	l->turn->open = true;
	return (0);
}

void
turn_abort(struct leased *l)
{
	uint8_t code = errno == EEXIST ? LEASE_E_INTERNAL : LEASE_E_STORE;
	struct turn *t = l->turn;
	unsigned int i, n = t->n;

	if (t->open)
		store_rollback(l->store);
	t->open = false;
	t->n = 0;
	for (i = n; i > 0; i--)
		change_undo(&t->entries[i - 1].change, &l->reg);
	for (i = 0; i < n; i++)
		asker_answer(l, &t->entries[i].asker, code, NULL);
	expire_arm(l);
}

/* The event of a step of an owner's change, or NULL if it has none. */
static const char *
step_event(const struct step *s)
{
	if (s->peer->owner == NULL)
		return (NULL);
	switch (s->kind) {
	case STEP_ADD:
		return ("peer.add");
	case STEP_DROP:
		return ("peer.remove");
	case STEP_CHANGE:
		break;
	}
	return ("peer.change");
}

int
turn_store(struct leased *l, const struct change *c, size_t first,
    const struct prefix *from, const char *by)
{
	const struct step *s;
	const char *what;
	char extra[64];
	size_t i;

	if (first == c->n)
		return (0);
	/* The row of an owner must exist before that of its first peer. */
	if (turn_begin(l) == -1 ||
	    (first == 0 && c->owner != NULL &&
		row_put_owner(l->store, c->owner) == -1))
		return (-1);
	for (i = first; i < c->n; i++) {
		s = &c->steps[i];
		if (row_put_step(l->store, s) == -1)
			return (-1);
		/*
		 * A peer without addresses gets others later in the same set.
		 */
		if ((what = step_event(s)) == NULL ||
		    (s->kind == STEP_CHANGE && !s->lost &&
			s->peer->naddrs == 0))
			continue;
		extra[0] = '\0';
		/*
		 * A portal that bills by these numbers may have missed the
		 * answer.
		 */
		if (s->kind == STEP_DROP)
			snprintf(extra, sizeof(extra), "rx=%llu tx=%llu",
			    (unsigned long long)s->peer->rx,
			    (unsigned long long)s->peer->tx);
		else if (s->lost)
			strlcpy(extra, "moved=1", sizeof(extra));
		if (audit_step(l->store, what, s, from, by, extra) == -1)
			return (-1);
	}
	return (0);
}

static int
entry_store(struct leased *l, const struct turn_change *e,
    const struct prefix *from)
{
	const struct step *s = &e->change.steps[e->change.n - 1];

	if (e->renewed_only) {
		if (turn_begin(l) == -1)
			return (-1);
		return (row_put_term(l->store, e->peer));
	}
	if (turn_store(l, &e->change, 0, from,
	    e->asker.by[0] != '\0' ? e->asker.by : NULL) == -1)
		return (-1);
	return (e->what == NULL ?
		0 :
	    audit_step(l->store, e->what, s, from, NULL, ""));
}

/* The change at the end of the list was applied: write it. */
static void
turn_add(struct leased *l, struct turn_change *e, bool store,
    const struct prefix *from)
{
	l->turn->n++;
	if (store && entry_store(l, e, from) == -1)
		turn_abort(l);
	else
		turn_soon(l);
}

static struct turn_change *
turn_next(struct leased *l, const struct asker *asker)
{
	struct turn_change *e;

	if (l->turn->n == TURN_MAX)
		(void)turn_commit(l);
	e = &l->turn->entries[l->turn->n];
	memset(e, 0, sizeof(*e));
	e->asker = *asker;
	return (e);
}

/* A device, the operator or the time has changed a lease. */
static void
turn_granted(struct leased *l, struct turn_change *e, struct grant *g,
    const char *what, const struct prefix *from)
{
	e->change = g->change;
	e->code = g->code;
	e->peer = g->peer;
	e->gone = g->ended;
	e->wish = g->wish;
	e->extends = g->extends;
	e->renewed_only = g->renewed_only;
	if (g->store && !g->renewed_only)
		e->what = what;
	turn_add(l, e, g->store, from);
}

void
turn_register(struct leased *l, struct network *n, const char *name,
    const char *who, const uint8_t *key, const uint8_t *psk,
    const struct prefix *from, bool written, const struct asker *asker)
{
	struct turn_change *e;
	struct grant g;
	uint8_t code;

	e = turn_next(l, asker);
	code = grant_register(&l->reg, n, name, who, key, psk, mono_now(),
	    wall_now(), &g);
	if (code >= LEASE_E_KEY) {
		asker_answer(l, asker, code, NULL);
		return;
	}
	if (!g.wish && !g.extends) {
		/* Only the time of the renewal has changed: write it lazily. */
		change_done(&g.change);
		dirty_set(g.peer);
		if (!written) {
			asker_answer(l, asker, code, g.peer);
			return;
		}
		e->code = code;
		e->peer = g.peer;
		turn_add(l, e, false, from);
		return;
	}
	turn_granted(l, e, &g,
	    code == LEASE_OK_NEW	 ? "lease.add" :
		code == LEASE_OK_REKEYED ? "lease.rekey" :
					   "lease.change",
	    from);
}

void
turn_import(struct leased *l, struct network *n, const struct msg_ctl_lease *m,
    const struct asker *asker)
{
	const struct import im = { m->addr, m->ttl };
	struct turn_change *e;
	struct grant g;
	uint8_t code;

	e = turn_next(l, asker);
	code = grant_import(&l->reg, n, m->name, m->who, m->pubkey, &im,
	    mono_now(), wall_now(), &g);
	if (code < LEASE_E_KEY && code != LEASE_OK_SAME && !m->dry_run) {
		turn_granted(l, e, &g, "lease.import", NULL);
		return;
	}
	if (code < LEASE_E_KEY && code != LEASE_OK_SAME)
		change_undo(&g.change, &l->reg);
	asker_answer(l, asker, code, NULL);
}

void
turn_end(struct leased *l, struct peer *p, const char *what,
    const struct prefix *from, const struct asker *asker)
{
	struct turn_change *e;
	struct grant g;

	e = turn_next(l, asker);
	grant_end(&l->reg, p, mono_now(), wall_now(), &g);
	turn_granted(l, e, &g, what, from);
}

void
turn_release(struct leased *l, struct peer *p, const struct prefix *from,
    const struct asker *asker)
{
	struct turn_change *e;
	struct grant g;

	e = turn_next(l, asker);
	grant_release(&l->reg, p, mono_now(), wall_now(), &g);
	turn_granted(l, e, &g, "lease.release", from);
}

uint8_t
turn_put(struct leased *l, struct network *n, const struct msg_owned_put *m,
    const struct asker *asker, char *text)
{
	struct prefix addrs[PEER_ADDRS_MAX];
	struct own_wish w = { .key = m->pubkey,
		.name = m->name,
		.addrs = addrs,
		.psk_op = m->psk_op,
		.psk = m->psk };
	struct turn_change *e;
	struct owner *o;
	uint8_t code;

	if ((o = owner_get(n, m->owner)) == NULL) {
		strlcpy(text, OWNERS_TEXT, TEXT_SIZE);
		return (LEASE_E_POOL);
	}
	memcpy(addrs, m->addrs, sizeof(addrs));
	w.naddrs = peer_sort_addrs(addrs, m->naddrs);
	code = own_check(&l->reg, o, &w, false, mono_now(), text, TEXT_SIZE);
	if (code != LEASE_OK_SAME)
		return (code);
	e = turn_next(l, asker);
	change_begin(&e->change, o);
	e->code = own_put(&e->change, &w, wall_now());
	e->peer = peer_by_key(n, m->pubkey);
	if (e->code >= LEASE_E_KEY || e->peer == NULL) {
		asker_answer(l, asker, e->code, NULL);
		return (LEASE_OK_SAME);
	}
	e->wish = e->peer->state == LEASE_PENDING;
	/* This may rely on a change that is not durable yet. */
	if (e->code == LEASE_OK_SAME && !e->wish && !l->turn->open)
		asker_answer(l, asker, e->code, e->peer);
	else
		turn_add(l, e, e->change.n > 0, &m->from);
	return (LEASE_OK_SAME);
}

void
turn_drop(struct leased *l, struct peer *p, const struct prefix *from,
    struct mono asked, const struct asker *asker)
{
	struct turn_change *e;

	e = turn_next(l, asker);
	e->asked = asked;
	e->code = LEASE_OK_SAME;
	e->peer = p;
	e->gone = e->wish = true;
	change_begin(&e->change, p->owner);
	own_drop(&e->change, p);
	turn_add(l, e, true, from);
}

/* Addresses that another peer has now are removed from their old peer first. */
static void
tell_lost(struct leased *l, const struct turn_change *e, const struct step *s)
{
	const struct asker nobody = ASKER_NOBODY;
	struct peer *p = s->peer;

	log_notice("peer.move net=%s owner=%s from=%s to=%s", p->net->name,
	    log_vis(p->owner->name), log_key(p->key), log_key(e->peer->key));
	if (peer_served(p))
		wish_set(l, p, UINT16_MAX, NULL, &nobody, 0);
	else
		wish_gone(l, p->net, p->key, &nobody, 0, 0);
}

/* A change is durable: log it, and tell the hand. */
static void
turn_durable(struct leased *l, struct turn_change *e)
{
	const struct step *s = NULL;
	struct peer *p = e->peer;
	uint32_t removal = 0;
	size_t i;

	for (i = 0; i < e->change.n; i++) {
		s = &e->change.steps[i];
		if (step_event(s) != NULL)
			audit_log(step_event(s), s->peer, &e->asker);
		if (s->lost && !s->peer->gone)
			tell_lost(l, e, s);
	}
	if (e->what != NULL)
		audit_log(e->what, p, &e->asker);
	if (e->gone) {
		/* An operator sees the last counters among the events. */
		if (p->owner != NULL && e->asker.answer != NULL &&
		    e->asker.by[0] == '\0')
			removal = removal_add(l, p, e->asked);
		wish_gone(l, p->net, p->owner != NULL ? p->key : s->was->key,
		    &e->asker, e->code, removal);
	} else if (!peer_served(p) || (e->extends && p->state != LEASE_ACTIVE))
		/* Another change in the same turn has replaced this one. */
		asker_answer(l, &e->asker, LEASE_E_BUSY, NULL);
	else if (e->wish)
		wish_set(l, p, UINT16_MAX, p->owner == NULL ? s : NULL,
		    &e->asker, e->code);
	else if (e->extends)
		wish_extend(l, p, &e->asker, e->code);
	else
		asker_answer(l, &e->asker, e->code, p);
	change_done(&e->change);
}

int
turn_commit(struct leased *l)
{
	const struct timeval tv = { 0, CHECKPOINT_MS * 1000 };
	struct turn *t = l->turn;
	unsigned int i, n = t->n;

	event_del(t->ev_commit);
	if (t->open && store_commit(l->store) == -1) {
		turn_abort(l);
		return (-1);
	}
	if (t->open)
		log_debug("commit of %u changes", n);
	if (t->open && !evtimer_pending(t->ev_checkpoint, NULL))
		(void)evtimer_add(t->ev_checkpoint, &tv);
	t->open = false;
	t->n = 0;
	for (i = 0; i < n; i++)
		turn_durable(l, &t->entries[i]);
	if (n > 0)
		expire_arm(l);
	return (0);
}

void
turn_forget_chan(struct leased *l, struct chan *c)
{
	unsigned int i;

	for (i = 0; i < l->turn->n; i++)
		if (l->turn->entries[i].asker.chan == c)
			l->turn->entries[i].asker.chan = NULL;
}
