/* SPDX-License-Identifier: ISC */
/*
 * netd -n: certificates, keys, lists and patterns are checked by the programs
 * that would use them, over the same link and with the same messages as at a
 * start.  They have no links to each other, get no socket, and are told to
 * leave when they have answered.
 */

#include <sys/wait.h>

#include <signal.h>
#include <string.h>

#include "conferror.h"
#include "config.h"
#include "confsend.h"
#include "files.h"
#include "log.h"
#include "nak.h"
#include "netd.h"
#include "off.h"
#include "proc.h"
#include "spawn.h"
#include "trial.h"

#define TRIAL_S		20	/* for everything */

static int
trial_setup_hello(struct chan *c, uint32_t id, const struct msg_setup_hello *m)
{
	struct proc *p = chan_arg(c);

	if (m->version != msg_version() || m->role != p->role)
		return (-1);
	p->state = PROC_CONF;
	chan_set_state(c, p->state);
	proc_set_timer(p, CONF_MS);
	confsend_start(p, p->netd->conf, p->netd->generation);
	return (0);
}

static int
trial_conf_ack(struct chan *c, uint32_t id, const struct msg_conf_ack *m)
{
	struct proc *p = chan_arg(c);

	p->answer = ANSWER_ACK;
	chan_fail(c, "it has answered");
	return (0);
}

/*
 * A listener whose file is refused is left out, so that what is wrong with the
 * others is found, too.
 */
static int
trial_conf_nak(struct chan *c, uint32_t id, const struct msg_conf_nak *m)
{
	struct proc *p = chan_arg(c);
	struct bundle *b = p->netd->conf;

	p->sending = NULL;
	config_error(b->conf, nak_line(b->conf, m), "%s",
	    nak_reason(b->conf, m));
	if (m->word >= CONF_CERTIFICATE && m->word <= CONF_CRL &&
	    m->index < b->conf->nlisten && bundle_listens(b, m->index)) {
		strlcpy(b->off[m->index], m->text, sizeof(b->off[0]));
		confsend_start(p, b, p->netd->generation);
		return (0);
	}
	p->answer = ANSWER_NAK;
	chan_fail(c, "it has answered");
	return (0);
}

static const struct chan_handler table[] = {
	ON(setup_hello, PROC_HELLO, trial_setup_hello),
	ON(conf_ack, PROC_CONF, trial_conf_ack),
	ON(conf_nak, PROC_CONF, trial_conf_nak),
};

static void
writable(struct chan *c)
{
	confsend_more(chan_arg(c));
}

static const struct chan_ops ops = {
	.table = table,
	.n = sizeof(table) / sizeof(table[0]),
	.writable = writable,
	.closed = proc_closed,
};

static void
reap_cb(evutil_socket_t sig, short what, void *arg)
{
	pid_t pid;
	int status;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		(void)proc_reaped(arg, pid, status);
}

static void
wait_for_all(struct netd *n)
{
	struct timeval tv = { TRIAL_S, 0 };
	struct event *ev;

	ev = evsignal_new(n->base, SIGCHLD, reap_cb, n);
	if (ev == NULL || event_add(ev, NULL) == -1 ||
	    event_base_loopexit(n->base, &tv) == -1 ||
	    event_base_dispatch(n->base) == -1)
		log_warnx("the event loop failed");
	if (ev != NULL)
		event_free(ev);
}

int
trial_run(struct netd *n, struct config *c)
{
	const uint8_t roles[] = { P_HAND, P_KEY,
		n->is_agent ? P_AGENT : P_APID };
	const struct proc *p;
	unsigned int i;
	int status = 0;

	/* The end of each process is wanted: when all have ended, it is over. */
	n->state = SUITE_STOP_ALL;
	n->generation = 1;
	n->child_ops = &ops;
	n->ctl = n->lock = n->beside = n->ready_fd = -1;
	if (signal(SIGPIPE, SIG_IGN) == SIG_ERR ||
	    (n->base = event_base_new()) == NULL ||
	    (n->conf = bundle_try(c)) == NULL)
		fatalx("no memory");
	for (i = 0; i < sizeof(roles); i++)
		proc_add(n, roles[i], 0);
	for (i = 0; i < n->nprocs; i++)
		proc_start(&n->procs[i]);
	wait_for_all(n);
	for (i = 0; i < n->nprocs; i++) {
		p = &n->procs[i];
		if (p->answer != ANSWER_ACK && p->answer != ANSWER_NAK) {
			log_warnx("%s could not check its part", p->name);
			status = 1;
		}
		event_free(n->procs[i].timer);
	}
	event_base_free(n->base);
	return (status);
}
