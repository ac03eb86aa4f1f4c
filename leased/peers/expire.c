/* SPDX-License-Identifier: ISC */
/*
 * The ends of leases: the timer, ending leases in time, and forgetting those
 * that ended long ago.  The hand removes peers at their deadlines by itself,
 * too.
 */

#include <stdlib.h>

#include "deadline.h"
#include "expire.h"
#include "log.h"
#include "turn.h"

#define EXPIRE_STEP	128		/* most leases ended at once */
#define EXPIRE_MAX_S	60		/* longest sleep, whatever the clock */
#define EXPIRE_HOLD_S	5		/* pause after the database refused */

struct expire {
	struct event	*ev;
};

/*
 * Forget leases that ended long ago: delete them together, and free their
 * addresses.
 */
static int
expire_forget(struct leased *l, struct peer *const *gone, unsigned int n)
{
	unsigned int i;
	int rc;

	if (n == 0)
		return (0);
	if ((rc = store_begin(l->store)) == 0) {
		for (i = 0; i < n && rc == 0; i++)
			if ((rc = store_del_peer(l->store, gone[i]->id)) == 0)
				rc = store_trim_contact(l->store,
				    gone[i]->name);
		if (rc == 0)
			rc = store_commit(l->store);
		if (rc == -1)
			store_rollback(l->store);
	}
	for (i = 0; i < n; i++) {
		if (rc == -1) {
			deadline_set(&l->reg, gone[i], gone[i]->deadline);
			continue;
		}
		log_info("lease.forget name=%s net=%s", log_vis(gone[i]->name),
		    gone[i]->net->name);
		registry_forget(&l->reg, gone[i]);
	}
	store_checkpoint(l->store);
	return (rc);
}

static int
expire_run(struct leased *l)
{
	const struct asker nobody = ASKER_NOBODY;
	struct peer *p, *gone[EXPIRE_STEP];
	struct mono now;
	unsigned int i, n = 0;
	int rc;

	/* A registration in this round may have revived one of them. */
	if (turn_commit(l) == -1)
		return (-1);
	now = mono_now();
	for (i = 0; i < EXPIRE_STEP; i++) {
		if ((p = deadline_first(&l->reg)) == NULL ||
		    mono_cmp(p->deadline, now) > 0)
			break;
		if (p->state != LEASE_EXPIRED)
			turn_end(l, p, "lease.expire", NULL, &nobody);
		else {
			deadline_clear(&l->reg, p);
			gone[n++] = p;
		}
		/*
		 * One attempt shows whether the database can be written again.
		 */
		if (!store_ok(l->store))
			break;
	}
	rc = turn_commit(l);
	if (expire_forget(l, gone, n) == -1 || !store_ok(l->store))
		rc = -1;
	return (rc);
}

static void
expire_cb(evutil_socket_t fd, short what, void *arg)
{
	const struct timeval hold = { EXPIRE_HOLD_S, 0 };
	struct leased *l = arg;

	if (expire_run(l) == -1)
		evtimer_add(l->expire->ev, &hold);
	else
		expire_arm(l);
}

void
expire_init(struct leased *l)
{
	if ((l->expire = calloc(1, sizeof(*l->expire))) == NULL ||
	    (l->expire->ev = evtimer_new(l->base, expire_cb, l)) == NULL)
		fatal("expire");
}

void
expire_arm(struct leased *l)
{
	struct timeval tv = { EXPIRE_MAX_S, 0 };
	struct peer *p;
	int64_t ms;

	if (!store_ok(l->store)) {
		/* Give the database time to recover. */
		tv.tv_sec = EXPIRE_HOLD_S;
	} else if ((p = deadline_first(&l->reg)) != NULL) {
		ms = mono_diff_ms(p->deadline, mono_now()) + 1;
		if (ms < 1)
			ms = 1;
		if (ms < EXPIRE_MAX_S * 1000) {
			tv.tv_sec = ms / 1000;
			tv.tv_usec = ms % 1000 * 1000;
		}
	}
	evtimer_add(l->expire->ev, &tv);
}
