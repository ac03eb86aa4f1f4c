/* SPDX-License-Identifier: ISC */
/*
 * Stopping.  The hand stops first and undoes its work, if it must, while the
 * others still serve.  Then the others stop, and those that do not leave in
 * time are killed.
 */

#include <stdio.h>
#include <string.h>

#include "beside.h"
#include "files.h"
#include "link_ctl.h"
#include "log.h"
#include "netd.h"
#include "notify.h"
#include "proc.h"
#include "spawn.h"
#include "stop.h"

#define UNDO_MS	60000	/* for 100,000 peers, or thousands of tunnels */

/*
 * Ask a child to leave.  If the message cannot be sent, the child sees the end
 * of its link.
 */
static void
ask(struct proc *p, bool undo, int64_t ms)
{
	struct msg_setup_stop m = { .undo = undo };
	bool up;

	p->sending = NULL;
	if (p->pid == 0 && p->chan == NULL) {
		evtimer_del(p->timer);
		p->state = PROC_GONE;
		return;
	}
	if (p->chan == NULL)
		return;
	up = p->state == PROC_UP;
	p->state = PROC_LEAVING;
	chan_set_state(p->chan, p->state);
	proc_set_timer(p, ms);
	m.beside = undo && beside_others(p->netd->beside);
	if (!up || chan_send_setup_stop(p->chan, 0, &m, -1) == -1)
		chan_fail(p->chan, "stopping");
}

static void
stop_all(struct netd *n)
{
	unsigned int i;

	n->state = SUITE_STOP_ALL;
	for (i = 0; i < n->nprocs; i++)
		if (n->procs[i].role != P_HAND)
			ask(&n->procs[i], false, STOP_MS);
	stop_gone(n);
}

bool
stop_begun(const struct netd *n)
{
	return (n->state == SUITE_STOP_KERN || n->state == SUITE_STOP_ALL);
}

void
stop_begin(struct netd *n, int status, bool undo)
{
	struct proc *kern;

	if (stop_begun(n))
		return;
	n->state = SUITE_STOP_KERN;
	n->status = status;
	undo = undo || n->conf->conf->gateway.on_stop == ON_STOP_UNDO;
	log_notice("stopping%s", undo ? ", and undoing what was done" : "");
	notify_send(&n->notify, "STOPPING=1\nSTATUS=stopping");
	kern = proc_find(n, P_HAND, 0);
	ask(kern, undo, undo ? UNDO_MS : STOP_MS);
	stop_gone(n);
}

void
stop_kern_done(struct netd *n, const struct msg_setup_stopped *m)
{
	char text[TEXT_SIZE] = "everything was undone; sallyport stops";

	if (n->state != SUITE_STOP_KERN)
		return;
	if (m->failed)
		snprintf(text, sizeof(text),
		    "not everything could be undone: see the log; sallyport stops");
	else if (m->left != 0)
		snprintf(text, sizeof(text),
		    "everything of the configuration was undone; sallyport stops; interfaces that stay, as their networks are not in it: %u, see the log",
		    m->left);
	operators_stopped(n->operators, m->failed ? CTL_FAILED : CTL_OK, text);
	stop_all(n);
}

void
stop_gone(struct netd *n)
{
	unsigned int i;

	if (n->state == SUITE_STOP_KERN &&
	    proc_find(n, P_HAND, 0)->state == PROC_GONE) {
		operators_stopped(n->operators, CTL_FAILED,
		    "the hand died while it undid its work: see the log");
		stop_all(n);
		return;
	}
	if (n->state != SUITE_STOP_ALL)
		return;
	for (i = 0; i < n->nprocs; i++)
		if (n->procs[i].state != PROC_GONE)
			return;
	(void)event_base_loopbreak(n->base);
}
