/* SPDX-License-Identifier: ISC */
/*
 * Group commit: all changes that were asked for in one round of the event loop
 * share one transaction.  Each is applied in memory and written at once, in
 * order; after COMMIT the wishes go to the kernel hand, before it nothing
 * leaves.  If anything cannot be written, all of them are taken back.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "leased.h"
#include "log.h"
#include "row.h"

#define TURN_MAX	256
#define CHECKPOINT_MS	5

struct change {
	struct op	 op;
	struct asker	 asker;
	const char	*what;		/* of the event, static */
	/* Of a peer with an owner: */
	bool		 owned;
	struct oop	 oop;
	uint8_t		 code;
	uint8_t		 key[WGKEY_LEN];
	struct msg_owned_item *item;	/* as it was before its removal */
	struct mono	 asked;		/* for that */
};

struct turn {
	struct change	 changes[TURN_MAX];
	unsigned int	 n;
	bool		 open;		/* a transaction */
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
	struct leased *sp = arg;

	(void)turn_commit(sp);
	store_checkpoint(sp->store);
}

void
turn_init(struct leased *sp)
{
	struct turn *t;

	if ((t = sp->turn = calloc(1, sizeof(*t))) == NULL ||
	    (t->ev_commit = event_new(sp->base, -1, 0, turn_commit_cb, sp)) ==
	    NULL ||
	    (t->ev_checkpoint = evtimer_new(sp->base, turn_checkpoint_cb,
	    sp)) == NULL)
		fatal("turn");
}

void
turn_soon(struct leased *sp)
{
	/* Runs behind all that is ready now, in the same round of the loop. */
	if (sp->turn->n > 0 || sp->turn->open)
		event_active(sp->turn->ev_commit, 0, 0);
}

int
turn_begin(struct leased *sp)
{
	if (sp->turn->open)
		return (0);
	if (store_begin(sp->store) == -1)
		return (-1);
	sp->turn->open = true;
	return (0);
}

/* Take everything back, the last first, and say so. */
static void
turn_fail(struct leased *sp, uint8_t code)
{
	struct turn *t = sp->turn;
	unsigned int i, n = t->n;

	if (t->open)
		store_rollback(sp->store);
	t->open = false;
	t->n = 0;
	for (i = n; i > 0; i--) {
		if (!t->changes[i - 1].owned)
			grant_undo(&sp->broker, &t->changes[i - 1].op);
		else
			oop_undo(&t->changes[i - 1].oop, &sp->broker);
		free(t->changes[i - 1].item);
	}
	for (i = 0; i < n; i++)
		reply_asker(sp, &t->changes[i].asker, code, NULL);
	expire_arm(sp);
}

static uint8_t
turn_code(void)
{
	return (errno == EEXIST ? LEASE_E_INTERNAL : LEASE_E_STORE);
}

void
turn_abort(struct leased *sp)
{
	turn_fail(sp, turn_code());
}

static int
turn_store(struct leased *sp, const struct change *ch,
    const struct prefix *from)
{
	const struct op *op = &ch->op;
	enum fam f;

	if (turn_begin(sp) == -1)
		return (-1);
	for (f = FAM4; f <= FAM6; f++)
		if (op->victim[f] != NULL &&
		    row_put_lease(sp->store, op->victim[f]) == -1)
			return (-1);
	if (op->renewed_only)
		return (row_put_term(sp->store, op->lease));
	if ((op->created ? row_add_lease(sp->store, op->lease) :
	    row_put_lease(sp->store, op->lease)) == -1)
		return (-1);
	return (audit_lease(sp, ch->what, op, from));
}

/* The change at the end of the list is applied: write it. */
static void
turn_add(struct leased *sp, struct change *ch, const struct prefix *from)
{
	sp->turn->n++;
	if (ch->op.store && turn_store(sp, ch, from) == -1)
		turn_abort(sp);
	else
		turn_soon(sp);
}

static struct change *
turn_next(struct leased *sp)
{
	struct change *ch;

	if (sp->turn->n == TURN_MAX)
		(void)turn_commit(sp);
	ch = &sp->turn->changes[sp->turn->n];
	memset(ch, 0, sizeof(*ch));
	return (ch);
}

void
turn_register(struct leased *sp, struct lnet *n,
    const struct msg_lease_register *m, const struct asker *asker)
{
	struct change *ch;
	uint8_t code;

	ch = turn_next(sp);
	ch->asker = *asker;
	code = grant_register(&sp->broker, n, m->name, m->who, m->pubkey,
	    mono_now(), wall_now(), &ch->op);
	if (code >= LEASE_E_KEY) {
		reply_asker(sp, asker, code, NULL);
		return;
	}
	if (!ch->op.wish) {
		/* Nothing but the time of the renewal: written lazily. */
		lease_set_dirty(&sp->broker, ch->op.lease);
		reply_asker(sp, asker, code, ch->op.lease);
		return;
	}
	ch->what = code == LEASE_OK_NEW ? "lease.add" :
	    code == LEASE_OK_REKEYED	? "lease.rekey" :
					  "lease.change";
	turn_add(sp, ch, &m->from);
}

void
turn_end(struct leased *sp, struct lease *l, const char *what,
    const struct prefix *from, const struct asker *asker)
{
	struct change *ch;

	ch = turn_next(sp);
	if (asker != NULL)
		ch->asker = *asker;
	ch->what = what;
	grant_end(&sp->broker, l, mono_now(), wall_now(), &ch->op);
	turn_add(sp, ch, from);
}

static const char *
undo_event(const struct undo *u)
{
	switch (u->kind) {
	case UNDO_ADD:
		return ("peer.add");
	case UNDO_DROP:
		return ("peer.remove");
	case UNDO_ADDRS:
	case UNDO_NAME:
		break;
	case UNDO_LEASE:
		return (NULL);
	}
	return ("peer.change");
}

int
turn_store_owned(struct leased *sp, const struct oop *op, size_t from_log,
    const struct prefix *from, const char *who)
{
	const struct undo *u;
	const char *what;
	char extra[64];
	size_t i;

	if (from_log == op->n)
		return (0);
	/* Its row has to be there before the first peer's. */
	if (turn_begin(sp) == -1 ||
	    (from_log == 0 && row_put_owner(sp->store, op->owner) == -1) ||
	    row_put_changes(sp->store, op, from_log) == -1)
		return (-1);
	for (i = from_log; i < op->n; i++) {
		u = &op->log[i];
		if ((what = undo_event(u)) == NULL)
			continue;
		/* Stripped, in the middle of a set: it is not over. */
		if (u->kind == UNDO_ADDRS && !u->moved && u->peer->naddrs == 0)
			continue;
		/* Whoever bills by them may have missed the answer. */
		extra[0] = '\0';
		if (u->kind == UNDO_DROP)
			snprintf(extra, sizeof(extra), "rx=%llu tx=%llu",
			    (unsigned long long)u->peer->rx,
			    (unsigned long long)u->peer->tx);
		else if (u->moved)
			(void)strlcpy(extra, "moved=1", sizeof(extra));
		if (audit_owned(sp, what, u->peer, from, who, extra) == -1)
			return (-1);
	}
	return (0);
}

static void
turn_add_owned(struct leased *sp, struct change *ch, const struct prefix *from)
{
	ch->owned = true;
	sp->turn->n++;
	if (ch->oop.n > 0 &&
	    turn_store_owned(sp, &ch->oop, 0, from, NULL) == -1)
		turn_abort(sp);
	else
		turn_soon(sp);
}

void
turn_owned_put(struct leased *sp, struct lnet *n, const struct msg_owned_put *m,
    const struct asker *asker)
{
	struct msg_owned_item item;
	struct prefix addrs[PEER_ADDRS_MAX];
	char text[TEXT_SIZE];
	struct change *ch;
	struct owner *o;
	struct owned *p;
	uint8_t code, naddrs;

	if ((o = owner_get(n, m->owner)) == NULL) {
		reply_owned(sp, asker->chan, asker->id, LEASE_E_POOL,
		    OWNERS_TEXT, NULL);
		return;
	}
	memcpy(addrs, m->addrs, sizeof(addrs));
	naddrs = owned_sort(addrs, m->naddrs);
	code = oop_check(&sp->broker, o, m->pubkey, addrs, naddrs, mono_now(),
	    text, sizeof(text));
	if (code != LEASE_OK_SAME) {
		reply_owned(sp, asker->chan, asker->id, code, text, NULL);
		return;
	}
	ch = turn_next(sp);
	ch->asker = *asker;
	memcpy(ch->key, m->pubkey, sizeof(ch->key));
	oop_begin(&ch->oop, o);
	ch->code = oop_put(&ch->oop, &sp->broker, m->pubkey, m->name, addrs,
	    naddrs, wall_now());
	p = owned_by_key(n, m->pubkey);
	if (ch->code >= LEASE_E_KEY || p == NULL) {
		reply_asker(sp, asker, ch->code, NULL);
		return;
	}
	/* It may be the same as what is not yet durable. */
	if (ch->code == LEASE_OK_SAME && !p->pending && !sp->turn->open) {
		owned_item(p, &item);
		reply_owned(sp, asker->chan, asker->id, ch->code, NULL, &item);
		return;
	}
	turn_add_owned(sp, ch, &m->from);
}

void
turn_owned_drop(struct leased *sp, struct owned *p, const struct prefix *from,
    struct mono asked, const struct asker *asker)
{
	struct change *ch;

	ch = turn_next(sp);
	ch->asker = *asker;
	ch->asked = asked;
	ch->code = LEASE_OK_SAME;
	memcpy(ch->key, p->key, sizeof(ch->key));
	if ((ch->item = malloc(sizeof(*ch->item))) == NULL)
		fatal("peer");
	owned_item(p, ch->item);
	oop_begin(&ch->oop, p->owner);
	oop_drop(&ch->oop, &sp->broker, p);
	turn_add_owned(sp, ch, from);
}

/* A change of peers is durable: log it, and tell the kernel hand. */
static void
turn_owned_durable(struct leased *sp, struct change *ch)
{
	const struct asker nobody = { .kind = ASK_NOBODY };
	struct lnet *n = ch->oop.owner->net;
	struct msg_owned_item item;
	struct undo *u;
	struct owned *p;
	uint32_t removal;
	size_t i;

	for (i = 0; i < ch->oop.n; i++) {
		u = &ch->oop.log[i];
		if (undo_event(u) != NULL)
			audit_log_owned(undo_event(u), u->peer, &ch->asker);
		if (!u->moved || u->peer->gone)
			continue;
		/* Who lost an address does so before another has it. */
		log_notice("peer.move net=%s owner=%s from=%s to=%s", n->name,
		    log_vis(ch->oop.owner->name), log_key(u->peer->key),
		    log_key(ch->key));
		if (owned_served(u->peer))
			wish_owned(sp, u->peer, UINT16_MAX, &nobody, 0);
		else
			wish_gone(sp, n, u->peer->key, &nobody, 0, 0);
	}
	p = owned_by_key(n, ch->key);
	if (ch->item != NULL) {
		removal = 0;
		if (ch->asker.kind == ASK_OWNED)
			removal = removal_add(sp, n, ch->item, ch->asked);
		wish_gone(sp, n, ch->key, &ch->asker, ch->code, removal);
	} else if (p == NULL || !owned_served(p))
		/* Within the same turn another change took its place. */
		reply_asker(sp, &ch->asker, LEASE_E_BUSY, NULL);
	else if (p->pending)
		wish_owned(sp, p, UINT16_MAX, &ch->asker, ch->code);
	else if (ch->asker.chan != NULL) {
		owned_item(p, &item);
		reply_owned(sp, ch->asker.chan, ch->asker.id, ch->code, NULL,
		    &item);
	}
	free(ch->item);
	ch->item = NULL;
	oop_done(&ch->oop);
}

int
turn_commit(struct leased *sp)
{
	const struct timeval tv = { 0, CHECKPOINT_MS * 1000 };
	struct turn *t = sp->turn;
	struct change *ch;
	unsigned int i, n = t->n;

	event_del(t->ev_commit);
	if (t->open && store_commit(sp->store) == -1) {
		turn_abort(sp);
		return (-1);
	}
	if (t->open && !evtimer_pending(t->ev_checkpoint, NULL))
		evtimer_add(t->ev_checkpoint, &tv);
	t->open = false;
	t->n = 0;
	for (i = 0; i < n; i++) {
		ch = &t->changes[i];
		if (ch->owned) {
			turn_owned_durable(sp, ch);
			continue;
		}
		grant_done(&ch->op);
		if (ch->op.store && !ch->op.renewed_only)
			audit_log(ch->what, &ch->op, &ch->asker);
		wish_lease(sp, &ch->op, &ch->asker);
	}
	if (n > 0)
		expire_arm(sp);
	return (0);
}

void
turn_forget_chan(struct leased *sp, struct chan *c)
{
	unsigned int i;

	for (i = 0; i < sp->turn->n; i++)
		if (sp->turn->changes[i].asker.chan == c)
			sp->turn->changes[i].asker.chan = NULL;
}
