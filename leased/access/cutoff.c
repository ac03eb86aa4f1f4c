/* SPDX-License-Identifier: ISC */
/*
 * A walk over all leases, page by page, which ends those that the access list
 * does not let in: whoever is taken off the list loses the lease at once.  The
 * hand is told of each before the sync, which takes longer.
 */

#include <stdlib.h>
#include <string.h>

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
};

static void
cutoff_wait(struct leased *l, unsigned int ms)
{
	const struct timeval tv = { ms / 1000, ms % 1000 * 1000 };

	evtimer_add(l->cutoff->ev, &tv);
}

/* Look at one lease.  Returns -1 if the database refuses its end. */
static int
cutoff_look(struct leased *l, struct peer *p)
{
	const struct asker nobody = ASKER_NOBODY;

	if (p->state == LEASE_EXPIRED ||
	    policy_access(l->conf, p->name, peer_who(p)) != VERDICT_DENY)
		return (0);
	turn_end(l, p, "lease.deny", NULL, &nobody);
	l->cutoff->ended++;
	return (store_ok(l->store) ? 0 : -1);
}

/* Walk over one page.  Returns 1 at the end of all, 0, or -1. */
static int
cutoff_page(struct leased *l)
{
	struct cutoff *c = l->cutoff;
	struct peer *p;
	unsigned int i = 0;

	for (; c->net != NULL; c->net = TAILQ_NEXT(c->net, entry)) {
		p = c->net->configured ?
		    peer_behind(c->net, &c->place, NULL) :
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
	else {
		if (c->ended > 0)
			log_notice(
			    "access: %u leases have ended that are not let in any more",
			    c->ended);
		sync_start(l);
	}
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
	cutoff_cb(-1, 0, l);
}

void
cutoff_stop(struct leased *l)
{
	evtimer_del(l->cutoff->ev);
}
