/* SPDX-License-Identifier: ISC */
/*
 * The ends of leases: the timer, the end of what is due, and the forgetting of
 * those that ended long ago.  The kernel hand ends peers by itself as well.
 */

#include <stdlib.h>

#include "leased.h"
#include "log.h"

#define EXPIRE_STEP	128		/* leases ended at once */
#define EXPIRE_MAX_S	60		/* look again, whatever the clocks did */
#define EXPIRE_HOLD_S	5		/* after the database refused */
#define FORGET_LATER_MS	60000

struct expire {
	struct event	*ev;
};

/* Long ended: out of the database together, and their addresses free. */
static int
expire_forget(struct leased *sp, struct lease *const *gone, unsigned int n)
{
	unsigned int i;
	int rc;

	if (n == 0)
		return (0);
	if ((rc = store_begin(sp->store)) == 0) {
		for (i = 0; i < n && rc == 0; i++)
			rc = store_del_peer(sp->store, gone[i]->id);
		if (rc == 0)
			rc = store_commit(sp->store);
		if (rc == -1)
			store_rollback(sp->store);
	}
	for (i = 0; i < n; i++) {
		if (rc == -1) {
			deadline_set(&sp->broker, gone[i], gone[i]->deadline);
			continue;
		}
		log_info("lease.forget name=%s net=%s", log_vis(gone[i]->name),
		    gone[i]->net->name);
		lease_free(&sp->broker, gone[i]);
	}
	store_checkpoint(sp->store);
	return (rc);
}

static int
expire_run(struct leased *sp)
{
	struct lease *l, *gone[EXPIRE_STEP];
	struct mono now;
	unsigned int i, n = 0;
	int rc;

	/* A registration of this round may have revived one. */
	if (turn_commit(sp) == -1)
		return (-1);
	now = mono_now();
	for (i = 0; i < EXPIRE_STEP; i++) {
		if ((l = deadline_first(&sp->broker)) == NULL ||
		    mono_cmp(l->deadline, now) > 0)
			break;
		if (l->state != LEASE_EXPIRED)
			turn_end(sp, l, "lease.expire", NULL, NULL);
		else if (l->waiting > 0)
			deadline_set(&sp->broker, l,
			    mono_add_ms(now, FORGET_LATER_MS));
		else {
			deadline_clear(&sp->broker, l);
			gone[n++] = l;
		}
		/* One try shows whether it can be written again. */
		if (!store_ok(sp->store))
			break;
	}
	rc = turn_commit(sp);
	if (expire_forget(sp, gone, n) == -1 || !store_ok(sp->store))
		rc = -1;
	return (rc);
}

static void
expire_cb(evutil_socket_t fd, short what, void *arg)
{
	const struct timeval hold = { EXPIRE_HOLD_S, 0 };
	struct leased *sp = arg;

	if (expire_run(sp) == -1)
		evtimer_add(sp->expire->ev, &hold);
	else
		expire_arm(sp);
}

void
expire_init(struct leased *sp)
{
	if ((sp->expire = calloc(1, sizeof(*sp->expire))) == NULL ||
	    (sp->expire->ev = evtimer_new(sp->base, expire_cb, sp)) == NULL)
		fatal("expire");
}

void
expire_arm(struct leased *sp)
{
	struct timeval tv = { EXPIRE_MAX_S, 0 };
	struct lease *l;
	int64_t ms;

	if (!store_ok(sp->store)) {
		/* Not before the database had time to recover. */
		tv.tv_sec = EXPIRE_HOLD_S;
	} else if ((l = deadline_first(&sp->broker)) != NULL) {
		ms = mono_diff_ms(l->deadline, mono_now()) + 1;
		if (ms < 1)
			ms = 1;
		if (ms < EXPIRE_MAX_S * 1000) {
			tv.tv_sec = ms / 1000;
			tv.tv_usec = ms % 1000 * 1000;
		}
	}
	evtimer_add(sp->expire->ev, &tv);
}
