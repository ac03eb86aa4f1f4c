/* SPDX-License-Identifier: ISC */
/*
 * A walk over all leases, page by page, which ends those that the access list
 * does not let in: a device that is taken off the list loses its lease at
 * once.  The hand is told of each before the sync, which takes longer.  When
 * approvals begin to count, the walk approves the devices that have a lease.
 */

#include <stdlib.h>
#include <string.h>

#include "approval.h"
#include "cutoff.h"
#include "log.h"
#include "resync.h"
#include "turn.h"
#include "wish.h"

#define PAGE		256		/* leases before others get a turn */
#define BUSY_MS		10		/* pause while the hand is busy */
#define STORE_MS	5000		/* pause after the database refused */

struct cutoff {
	struct event	*ev;
	struct network	*net;		/* the place: this network, */
	struct peer_place place;		/* behind this lease */
	unsigned int	 ended;
	bool		 approving;	/* names with a lease are approved */
};

static void
cutoff_wait(struct leased *l, unsigned int ms)
{
	const struct timeval tv = { ms / 1000, ms % 1000 * 1000 };

	evtimer_add(l->cutoff->ev, &tv);
}

/* Look at one lease.  Returns -1 if the database refuses the change. */
static int
cutoff_look(struct leased *l, struct peer *p)
{
	const struct asker nobody = ASKER_NOBODY;

	if (p->state == LEASE_EXPIRED)
		return (0);
	switch (policy_access(l->conf, p->name, peer_who(p))) {
	case VERDICT_ALLOW:
		break;
	case VERDICT_ASK:
		if (l->cutoff->approving &&
		    (turn_begin(l) == -1 ||
			approval_give(l, p->net->name, p->name, "") == -1)) {
			turn_abort(l);
			return (-1);
		}
		break;
	case VERDICT_DENY:
		turn_end(l, p, "lease.deny", NULL, &nobody);
		l->cutoff->ended++;
		return (store_ok(l->store) ? 0 : -1);
	}
	return (0);
}

/* Walk over one page.  Returns 1 at the end of all, 0, or -1. */
static int
cutoff_page(struct leased *l)
{
	struct cutoff *c = l->cutoff;
	struct peer *p;
	unsigned int i = 0;

	for (; c->net != NULL; c->net = TAILQ_NEXT(c->net, entry)) {
		p = c->net->configured ? peer_behind(c->net, &c->place, NULL) :
		    NULL;
		for (; p != NULL && p->owner == NULL; p = peer_next(p, NULL)) {
			if (i++ == PAGE)
				return (0);
			if (cutoff_look(l, p) == -1)
				return (-1);
			peer_place_set(&c->place, p);
		}
		memset(&c->place, 0, sizeof(c->place));
	}
	return (1);
}

/* True if the mode has become one in which approvals count. */
static bool
is_approving(const struct leased *l)
{
	int64_t was;

	return (l->conf->access_mode == ACCESS_APPROVE &&
	    store_get_setting(l->store, SETTING_APPROVING, &was) == 0 &&
	    was == 0);
}

static void
cutoff_end(struct leased *l)
{
	struct cutoff *c = l->cutoff;
	int64_t now = l->conf->access_mode == ACCESS_APPROVE, was;

	if (c->ended > 0)
		log_notice(
		    "access: %u leases have ended that are not let in any more",
		    c->ended);
	if (l->conf->access_mode != ACCESS_NOBODY &&
	    (store_get_setting(l->store, SETTING_APPROVING, &was) == -1 ||
		(was != now &&
		    store_put_setting(l->store, SETTING_APPROVING, now) == -1)))
		log_warnx("the mode of access cannot be stored");
	sync_start(l);
}

static void
cutoff_cb(evutil_socket_t fd, short what, void *arg)
{
	struct leased *l = arg;
	struct cutoff *c = l->cutoff;
	const struct cutoff before = *c;
	int rc;

	if (l->hand != NULL && (chan_busy(l->hand) || wishes_many(l))) {
		cutoff_wait(l, BUSY_MS);
		return;
	}
	/* A registration in this turn may be undone with the turn. */
	rc = turn_commit(l) == -1 ? -1 : cutoff_page(l);
	if (rc == -1 || turn_commit(l) == -1) {
		/* All ends of this page were undone. */
		*c = before;
		cutoff_wait(l, STORE_MS);
	} else if (rc == 0)
		cutoff_wait(l, 0);
	else
		cutoff_end(l);
}

void
cutoff_init(struct leased *l)
{
	if ((l->cutoff = calloc(1, sizeof(*l->cutoff))) == NULL ||
	    (l->cutoff->ev = evtimer_new(l->base, cutoff_cb, l)) == NULL)
		fatal("cutoff");
}

void
cutoff_start(struct leased *l)
{
	struct cutoff *c = l->cutoff;

	c->net = l->conf->access_mode == ACCESS_NOBODY ?
	    NULL :
	    TAILQ_FIRST(&l->reg.nets);
	memset(&c->place, 0, sizeof(c->place));
	c->ended = 0;
	c->approving = is_approving(l);
	cutoff_cb(-1, 0, l);
}

void
cutoff_stop(struct leased *l)
{
	evtimer_del(l->cutoff->ev);
}
