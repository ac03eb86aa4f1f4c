/* SPDX-License-Identifier: ISC */
/*
 * A child that has accepted its first configuration is told to use it.
 */

#include "confsend.h"
#include "enter.h"
#include "netd.h"
#include "relay.h"
#include "spawn.h"

/* The key holder has accepted the keys: the fronts get their part. */
static void
release(struct netd *n)
{
	struct proc *p;
	unsigned int i;

	for (i = 0; i < n->nprocs; i++) {
		p = &n->procs[i];
		if (!p->held)
			continue;
		p->held = false;
		if (p->state == PROC_CONF)
			confsend_start(p, n->conf, n->generation);
	}
}

void
enter(struct proc *p)
{
	struct msg_conf_commit m = { p->generation };

	relay_all(p);
	p->answer = ANSWER_NONE;
	p->state = PROC_ENTER;
	chan_set_state(p->chan, p->state);
	proc_set_timer(p, ENTER_MS);
	if (chan_send_conf_commit(p->chan, 0, &m, -1) == -1)
		chan_fail(p->chan, "cannot send to it");
	if (p->role == P_KEY)
		release(p->netd);
}
