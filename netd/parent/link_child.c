/* SPDX-License-Identifier: ISC */
/*
 * The messages from children to the parent.  They are few on purpose: a
 * greeting, an answer to a configuration, readiness, the name of a network, the
 * public key and port of a network, the role of a neighbour to which there is
 * no link, and one request without content, for OpenVPN's sockets.  The hand
 * on a device also sends the id of a network when it wants the network's key or
 * no longer needs it.
 */

#include <string.h>

#include "config.h"
#include "confsend.h"
#include "enter.h"
#include "files.h"
#include "link.h"
#include "link_child.h"
#include "log.h"
#include "meshkeys.h"
#include "nak.h"
#include "netd.h"
#include "off.h"
#include "openvpn_dial.h"
#include "proc.h"
#include "ready.h"
#include "relay.h"
#include "reload.h"
#include "spawn.h"
#include "spoiled.h"
#include "stop.h"
#include "uapi.h"

#define ST_ANY	0xff

/* The child has greeted: send it its links and its configuration. */
static int
parent_setup_hello(struct chan *c, uint32_t id, const struct msg_setup_hello *m)
{
	struct netd *n;
	struct proc *p;

	p = chan_arg(c);
	n = p->netd;
	if (m->version != msg_version() || m->role != p->role ||
	    m->index != p->index) {
		log_warnx(
		    "%s is of another version than netd: install both together",
		    p->name);
		return (-1);
	}
	if (p->role == P_APID)
		(void)spoiled_listeners(n);
	p->state = PROC_CONF;
	chan_set_state(c, p->state);
	proc_set_timer(p, CONF_MS);
	links_up(p);
	/* A listener whose key is refused must not come up. */
	p->held = (p->role & (P_APID | P_AGENT)) != 0 &&
	    (proc_find(n, P_KEY, 0)->state & (PROC_ENTER | PROC_UP)) == 0 &&
	    n->state == SUITE_STARTING;
	if (!p->held)
		confsend_start(p, p->late ? n->reload.next : n->conf,
		    n->generation);
	return (0);
}

static int
parent_conf_ack(struct chan *c, uint32_t id, const struct msg_conf_ack *m)
{
	struct proc *p;

	p = chan_arg(c);
	/* The answer came too late: its configuration was aborted. */
	if (m->generation != p->generation || p->answer != ANSWER_WAIT)
		return (0);
	if (p->sending != NULL)
		return (-1);
	p->answer = ANSWER_ACK;
	if (p->role == P_LEASED)
		strlcpy(p->netd->reload.text, m->text,
		    sizeof(p->netd->reload.text));
	if (p->state == PROC_CONF && !p->late) {
		enter(p);
		return (0);
	}
	/*
	 * A child that has answered waits for the others as long as they may
	 * take.
	 */
	if (p->late)
		evtimer_del(p->timer);
	reload_answered(p);
	return (0);
}

static int
parent_conf_nak(struct chan *c, uint32_t id, const struct msg_conf_nak *m)
{
	char why[CONF_PATH + TEXT_SIZE + 16];
	struct netd *n;
	struct proc *p;

	p = chan_arg(c);
	n = p->netd;
	if (m->generation != p->generation || p->answer != ANSWER_WAIT)
		return (0);
	p->answer = ANSWER_NAK;
	p->sending = NULL;
	p->nak = *m;
	if (p->state != PROC_CONF || p->late) {
		if (p->late)
			evtimer_del(p->timer);
		reload_answered(p);
		return (0);
	}
	/* It was started just now: nobody can have captured it. */
	if (m->index < LISTEN_MAX)
		n->conf->may_off[m->index] = true;
	if (off_refused(n->conf, m) == 0 || off_rule(n->conf, m) == 0) {
		off_tell(n);
		confsend_start(p, n->conf, n->generation);
		return (0);
	}
	nak_text(n->conf->conf, m, why, sizeof(why));
	log_warnx("%s (%s)", log_text(why), p->name);
	if (n->state == SUITE_STARTING)
		stop_begin(n, EXIT_CONFIG, false);
	else
		proc_kill(p, "it refuses the configuration in force");
	return (0);
}

static int
parent_setup_ready(struct chan *c, uint32_t id)
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
parent_setup_pong(struct chan *c, uint32_t id)
{
	struct proc *p;

	p = chan_arg(c);
	if (p->unanswered > PING_LATE)
		log_notice("%s answers again", p->name);
	p->unanswered = 0;
	reload_taken(p, id);
	return (0);
}

static int
parent_setup_link(struct chan *c, uint32_t id, const struct msg_setup_link *m)
{
	return (link_again(chan_arg(c), m->role, m->index));
}

/* The hand has finished its stop; the other children just leave. */
static int
parent_setup_stopped(struct chan *c, uint32_t id,
    const struct msg_setup_stopped *m)
{
	struct proc *p;

	p = chan_arg(c);
	if (p->role == P_HAND)
		stop_kern_done(p->netd, m);
	chan_fail(c, "stopped");
	return (0);
}

static int
parent_hand_server(struct chan *c, uint32_t id, const struct msg_hand_server *m)
{
	struct proc *p;

	p = chan_arg(c);
	relay_server(p->netd, m);
	return (0);
}

/* The same for a network that came at run time, and has a key by now. */
static int
mesh_uapi_want(struct proc *p, const struct msg_uapi_want *m)
{
	const char *interface;

	interface = meshkeys_interface(p->netd->meshkeys, m->network);
	if (interface == NULL ||
	    p->netd->conf->conf->policy.backend == BACKEND_KERNEL)
		return (-1);
	uapi_want(p->netd->uapi, m->network, interface);
	return (0);
}

static int
parent_uapi_want(struct chan *c, uint32_t id, const struct msg_uapi_want *m)
{
	const struct config *conf;
	struct proc *p;
	unsigned int i;

	p = chan_arg(c);
	if (p->netd->is_agent)
		return (mesh_uapi_want(p, m));
	conf = p->netd->conf->conf;
	for (i = 0; i < conf->nnetworks; i++)
		if (strcmp(conf->networks[i].msg.name, m->network) == 0)
			break;
	/*
	 * The network may have gone with a reload that the hand has not seen
	 * yet.
	 */
	if (i == conf->nnetworks)
		log_warnx("%s wants user space WireGuard for an unknown network",
		    p->name);
	else if (conf->networks[i].msg.backend == BACKEND_KERNEL ||
	    conf->networks[i].transport != TRANSPORT_WIREGUARD)
		return (-1);
	else
		uapi_want(p->netd->uapi, conf->networks[i].msg.name,
		    conf->networks[i].msg.interface);
	return (0);
}

static int
parent_wgkey_want(struct chan *c, uint32_t id, const struct msg_wgkey_want *m)
{
	struct proc *p = chan_arg(c);

	if (!p->netd->is_agent)
		return (-1);
	meshkeys_want(p, m->network);
	return (0);
}

static int
parent_wgkey_drop(struct chan *c, uint32_t id, const struct msg_wgkey_drop *m)
{
	struct proc *p = chan_arg(c);

	if (!p->netd->is_agent)
		return (-1);
	meshkeys_drop(p->netd->meshkeys, m->network);
	return (0);
}

static int
parent_openvpn_want(struct chan *c, uint32_t id)
{
	openvpn_connect(chan_arg(c));
	(void)chan_send_bare(c, MSG_CONF_OPENVPN_END, id);
	return (0);
}

static const struct chan_handler table[] = {
	ON(setup_hello, PROC_HELLO, parent_setup_hello),
	ON(setup_ready, PROC_ENTER, parent_setup_ready),
	ON(setup_pong, ST_ANY, parent_setup_pong),
	ON(setup_stopped, PROC_LEAVING, parent_setup_stopped),
	ON(setup_link, PROC_ENTER | PROC_UP | PROC_LEAVING, parent_setup_link),
	ON(conf_ack, PROC_CONF | PROC_UP | PROC_LEAVING, parent_conf_ack),
	ON(conf_nak, PROC_CONF | PROC_UP | PROC_LEAVING, parent_conf_nak),
	ON(hand_server, PROC_ENTER | PROC_UP | PROC_LEAVING,
	    parent_hand_server),
	ON(uapi_want, PROC_ENTER | PROC_UP | PROC_LEAVING, parent_uapi_want),
	ON(wgkey_want, PROC_ENTER | PROC_UP | PROC_LEAVING, parent_wgkey_want),
	ON(wgkey_drop, PROC_ENTER | PROC_UP | PROC_LEAVING, parent_wgkey_drop),
	ON(openvpn_want, PROC_ENTER | PROC_UP | PROC_LEAVING,
	    parent_openvpn_want),
};

static void
writable(struct chan *c)
{
	struct proc *p = chan_arg(c);

	confsend_more(p);
	if (p->behind)
		relay_all(p);
}

const struct chan_ops link_child_ops = {
	.table = table,
	.n = sizeof(table) / sizeof(table[0]),
	.writable = writable,
	.closed = proc_closed,
};
