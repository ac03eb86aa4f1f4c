/* SPDX-License-Identifier: ISC */
/*
 * What children tell the parent.  It is little, on purpose: a greeting, an
 * answer to a configuration, that they are ready, the name of a network, who
 * they have no link to, and three requests without content.
 */

#include <string.h>

#include "config.h"
#include "confsend.h"
#include "files.h"
#include "link.h"
#include "link_child.h"
#include "log.h"
#include "netd.h"
#include "openvpn_dial.h"
#include "proc.h"
#include "ready.h"
#include "reload.h"
#include "spawn.h"
#include "stop.h"
#include "uapi.h"

#define ST_ANY	0xff

/* The child has greeted: give it its links and its configuration. */
static int
hello(struct chan *c, uint32_t id, struct ibuf *b, int fd)
{
	struct msg_setup_hello m;
	struct netd *n;
	struct proc *p;

	p = chan_arg(c);
	n = p->netd;
	if (msg_setup_hello_get(b, &m) == -1)
		return (-1);
	if (m.version != PROTO_VERSION || m.role != p->role ||
	    m.index != p->index) {
		log_warnx(
		    "%s is of another version than netd: install both together",
		    p->name);
		return (-1);
	}
	p->state = PROC_CONF;
	chan_set_state(c, p->state);
	proc_set_timer(p, CONF_MS);
	links_up(p);
	confsend_start(p, n->conf, n->generation);
	return (0);
}

/* The first configuration has been accepted. */
static void
go_on(struct proc *p)
{
	struct msg_conf_commit m = { p->generation };

	p->answer = ANSWER_NONE;
	p->state = PROC_ENTER;
	chan_set_state(p->chan, p->state);
	proc_set_timer(p, ENTER_MS);
	if (chan_send_conf_commit(p->chan, 0, &m, -1) == -1)
		chan_fail(p->chan, "cannot send to it");
}

static int
ack(struct chan *c, uint32_t id, struct ibuf *b, int fd)
{
	struct msg_conf_ack m;
	struct proc *p;

	p = chan_arg(c);
	if (msg_conf_ack_get(b, &m) == -1)
		return (-1);
	/* Too late, to one that was aborted. */
	if (m.generation != p->generation || p->answer != ANSWER_WAIT)
		return (0);
	if (p->sending != NULL)
		return (-1);
	p->answer = ANSWER_ACK;
	if (p->state == PROC_CONF)
		go_on(p);
	else
		reload_answered(p);
	return (0);
}

static int
nak(struct chan *c, uint32_t id, struct ibuf *b, int fd)
{
	struct msg_conf_nak m;
	struct proc *p;

	p = chan_arg(c);
	if (msg_conf_nak_get(b, &m) == -1)
		return (-1);
	if (m.generation != p->generation || p->answer != ANSWER_WAIT)
		return (0);
	p->answer = ANSWER_NAK;
	p->sending = NULL;
	strlcpy(p->nak, m.text, sizeof(p->nak));
	log_warnx("%s: %s refuses it: %s", p->netd->file, p->name,
	    log_vis(p->nak));
	if (p->state != PROC_CONF) {
		reload_answered(p);
		return (0);
	}
	if (p->netd->state == SUITE_STARTING)
		stop_begin(p->netd, EXIT_CONFIG, false);
	else
		proc_kill(p, "it refuses the configuration in force");
	return (0);
}

static int
ready(struct chan *c, uint32_t id, struct ibuf *b, int fd)
{
	struct proc *p;

	p = chan_arg(c);
	p->state = PROC_UP;
	chan_set_state(c, p->state);
	evtimer_del(p->timer);
	log_debug("%s: ready", p->name);
	ready_check(p->netd);
	return (0);
}

static int
pong(struct chan *c, uint32_t id, struct ibuf *b, int fd)
{
	struct proc *p;

	p = chan_arg(c);
	if (p->unanswered > PING_LATE)
		log_notice("%s answers again", p->name);
	p->unanswered = 0;
	return (0);
}

static int
want_link(struct chan *c, uint32_t id, struct ibuf *b, int fd)
{
	struct msg_setup_link m;

	if (msg_setup_link_get(b, &m) == -1)
		return (-1);
	return (link_again(chan_arg(c), m.role, m.index));
}

/* The kernel hand, done with its stop; the others just leave. */
static int
stopped(struct chan *c, uint32_t id, struct ibuf *b, int fd)
{
	struct proc *p;

	p = chan_arg(c);
	if (p->role == P_HAND)
		stop_kern_done(p->netd);
	chan_fail(c, "stopped");
	return (0);
}

static int
want_uapi(struct chan *c, uint32_t id, struct ibuf *b, int fd)
{
	struct msg_uapi_want m;
	const struct config *conf;
	struct proc *p;
	unsigned int i;

	p = chan_arg(c);
	conf = p->netd->conf->conf;
	if (msg_uapi_want_get(b, &m) == -1)
		return (-1);
	for (i = 0; i < conf->nnetworks; i++)
		if (strcmp(conf->networks[i].name, m.network) == 0)
			break;
	/* A network may have gone with a reload that it has not seen yet. */
	if (i == conf->nnetworks)
		log_warnx("%s wants user space WireGuard for an unknown network",
		    p->name);
	else if (conf->networks[i].backend == BACKEND_KERNEL)
		return (-1);
	else
		uapi_want(p->netd->uapi, i);
	return (0);
}

static int
want_reload(struct chan *c, uint32_t id, struct ibuf *b, int fd)
{
	struct proc *p;

	p = chan_arg(c);
	reload_request(p->netd, id, "asked for by sallyctl");
	return (0);
}

static int
want_teardown(struct chan *c, uint32_t id, struct ibuf *b, int fd)
{
	struct proc *p;

	p = chan_arg(c);
	log_notice("teardown asked for by sallyctl");
	p->netd->teardown_id = id;
	stop_begin(p->netd, 0, true);
	return (0);
}

static int
want_openvpn(struct chan *c, uint32_t id, struct ibuf *b, int fd)
{
	openvpn_connect(chan_arg(c));
	(void)chan_send_bare(c, MSG_CONF_OPENVPN_END, id);
	return (0);
}

static const struct chan_handler table[] = {
	RAW(SETUP_HELLO, PROC_HELLO, hello),
	RAW(SETUP_READY, PROC_ENTER, ready),
	RAW(SETUP_PONG, ST_ANY, pong),
	RAW(SETUP_STOPPED, PROC_LEAVING, stopped),
	RAW(SETUP_LINK, PROC_ENTER | PROC_UP | PROC_LEAVING, want_link),
	RAW(CONF_ACK, PROC_CONF | PROC_UP | PROC_LEAVING, ack),
	RAW(CONF_NAK, PROC_CONF | PROC_UP | PROC_LEAVING, nak),
	RAW(UAPI_WANT, PROC_ENTER | PROC_UP | PROC_LEAVING, want_uapi),
	RAW(OPENVPN_WANT, PROC_ENTER | PROC_UP | PROC_LEAVING, want_openvpn),
	RAW(CTL_RELOAD, PROC_UP | PROC_LEAVING, want_reload),
	RAW(CTL_TEARDOWN, PROC_UP | PROC_LEAVING, want_teardown),
};

static void
writable(struct chan *c)
{
	confsend_more(chan_arg(c));
}

const struct chan_ops link_child_ops = {
	.table = table,
	.n = sizeof(table) / sizeof(table[0]),
	.writable = writable,
	.closed = proc_closed,
};
