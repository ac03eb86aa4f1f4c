/* SPDX-License-Identifier: ISC */
/*
 * The parent's own control socket.  What reloads or ends the suite is taken
 * from an operator whom the kernel names, and not from another process of the
 * suite, which may be captured.  Both requests are a header without content.
 * Who may connect is the matter of the socket's mode and group.
 */

#include <sys/queue.h>
#include <sys/socket.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "link_ctl.h"
#include "log.h"
#include "netd.h"
#include "reload.h"
#include "stop.h"

#define OPERATORS_MAX	16
#define OPERATORS_ROOT	4	/* places among them for root alone */
#define OPERATORS_UID	4	/* most of one user who is not root */
#define ASK_S		5	/* time to ask, and to take an answer */
#define ANSWER_S	25	/* time to answer: sallyctl waits for 30 s */
#define PAUSE_S		1	/* pause when out of descriptors */

/* States of an operator's connection; its channel has the same states. */
#define OP_IDLE		0x01
#define OP_RELOAD	0x02	/* waits for the next end of a reload */
#define OP_LATER	0x04	/* waits for the end after that */
#define OP_TEARDOWN	0x08

struct caller {
	TAILQ_ENTRY(caller) entry;
	struct operators *all;
	struct chan	*chan;
	struct event	*ev_late;
	uid_t		 uid;
	uint32_t	 id;		/* id of the request */
};

struct operators {
	struct netd	*netd;
	int		 fd;		/* listening */
	struct event	*ev_accept;
	struct event	*ev_again;	/* accepts again, after a pause */
	TAILQ_HEAD(, caller) list;
};

static const struct chan_ops caller_ops;

static void
caller_free(struct caller *o)
{
	TAILQ_REMOVE(&o->all->list, o, entry);
	chan_free(o->chan);
	if (o->ev_late != NULL)
		event_free(o->ev_late);
	free(o);
}

static void
set_state(struct caller *o, unsigned int state)
{
	const struct timeval tv = { state == OP_IDLE ? ASK_S : ANSWER_S, 0 };

	chan_set_state(o->chan, state);
	if (evtimer_add(o->ev_late, &tv) == -1)
		chan_fail(o->chan, "no timer");
}

static void
answer(struct caller *o, enum ctl_code code, const char *text)
{
	struct msg_ctl_result m;

	memset(&m, 0, sizeof(m));
	m.code = (uint8_t)code;
	strlcpy(m.text, log_text(text), sizeof(m.text));
	if (chan_send_ctl_result(o->chan, o->id, &m, -1) == -1)
		chan_fail(o->chan, "cannot answer");
	set_state(o, OP_IDLE);
}

static void
late_cb(evutil_socket_t fd, short what, void *arg)
{
	struct caller *o = arg;

	if (chan_state(o->chan) == OP_IDLE)
		caller_free(o);
	else
		answer(o, CTL_BUSY,
		    "it is not done yet, but goes on: see the log of netd");
}

static int
parent_ctl_reload(struct chan *c, uint32_t id, const struct msg_ctl_reload *m)
{
	struct caller *o = chan_arg(c);
	struct netd *n = o->all->netd;
	char why[64];

	o->id = id;
	if (stop_begun(n)) {
		answer(o, CTL_BUSY, "sallyport is stopping");
		return (0);
	}
	/* A reload under way may have read the file too early for this. */
	set_state(o, n->reload.active ? OP_LATER : OP_RELOAD);
	snprintf(why, sizeof(why), "asked for by sallyctl of uid:%u",
	    (unsigned int)o->uid);
	reload_request(n, m->force != 0, why);
	return (0);
}

static int
parent_ctl_teardown(struct chan *c, uint32_t id)
{
	struct caller *o = chan_arg(c);
	struct netd *n = o->all->netd;

	o->id = id;
	if (stop_begun(n)) {
		answer(o, CTL_BUSY, "sallyport is stopping");
		return (0);
	}
	set_state(o, OP_TEARDOWN);
	log_notice("teardown asked for by sallyctl of uid:%u",
	    (unsigned int)o->uid);
	stop_begin(n, 0, true);
	return (0);
}

static void
caller_closed(struct chan *c, const char *reason)
{
	caller_free(chan_arg(c));
}

static struct caller *
caller_new(struct operators *all, int fd, uid_t uid)
{
	struct event_base *base = all->netd->base;
	struct caller *o;

	if ((o = calloc(1, sizeof(*o))) == NULL) {
		close(fd);
		return (NULL);
	}
	o->all = all;
	o->uid = uid;
	TAILQ_INSERT_TAIL(&all->list, o, entry);
	o->chan = chan_new(base, fd, P_PARENT, P_CTL, "sallyctl", &caller_ops,
	    OP_IDLE, o);
	o->ev_late = evtimer_new(base, late_cb, o);
	if (o->chan == NULL || o->ev_late == NULL) {
		caller_free(o);
		return (NULL);
	}
	set_state(o, OP_IDLE);
	return (o);
}

/* No user takes the places of the others, and nobody those of root. */
static bool
has_room(const struct operators *all, uid_t uid)
{
	const struct caller *o;
	unsigned int n = 0, same = 0;

	TAILQ_FOREACH(o, &all->list, entry) {
		n++;
		same += o->uid == uid;
	}
	if (uid == 0)
		return (n < OPERATORS_MAX);
	return (n < OPERATORS_MAX - OPERATORS_ROOT && same < OPERATORS_UID);
}

static void
accept_cb(evutil_socket_t lfd, short what, void *arg)
{
	const struct timeval tv = { PAUSE_S, 0 };
	struct operators *all = arg;
	struct ucred cred;
	socklen_t len = sizeof(cred);
	int fd;

	fd = accept4(lfd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd == -1) {
		if (errno == EAGAIN || errno == EINTR || errno == ECONNABORTED)
			return;
		/* The connection stays in the queue: do not spin. */
		log_warn("sallyctl: accept; pausing %d s", PAUSE_S);
		event_del(all->ev_accept);
		(void)evtimer_add(all->ev_again, &tv);
		return;
	}
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) == -1 ||
	    !has_room(all, cred.uid)) {
		log_debug("sallyctl: too many connections; closing one");
		close(fd);
	} else if (caller_new(all, fd, cred.uid) == NULL)
		log_warnx("sallyctl: no memory for a connection");
}

static void
again_cb(evutil_socket_t fd, short what, void *arg)
{
	struct operators *all = arg;

	(void)event_add(all->ev_accept, NULL);
}

struct operators *
operators_new(struct netd *n, int fd)
{
	struct operators *all;

	if ((all = calloc(1, sizeof(*all))) == NULL) {
		close(fd);
		return (NULL);
	}
	all->netd = n;
	all->fd = fd;
	TAILQ_INIT(&all->list);
	all->ev_accept = event_new(n->base, fd, EV_READ | EV_PERSIST, accept_cb,
	    all);
	all->ev_again = evtimer_new(n->base, again_cb, all);
	if (all->ev_accept == NULL || all->ev_again == NULL ||
	    event_add(all->ev_accept, NULL) == -1) {
		operators_free(all);
		return (NULL);
	}
	return (all);
}

void
operators_free(struct operators *all)
{
	struct caller *o;

	while ((o = TAILQ_FIRST(&all->list)) != NULL)
		caller_free(o);
	if (all->ev_accept != NULL)
		event_free(all->ev_accept);
	if (all->ev_again != NULL)
		event_free(all->ev_again);
	close(all->fd);
	free(all);
}

void
operators_reloaded(struct operators *all, enum ctl_code code, const char *text)
{
	struct caller *o;

	TAILQ_FOREACH(o, &all->list, entry) {
		if (chan_state(o->chan) == OP_RELOAD)
			answer(o, code, text);
		else if (chan_state(o->chan) == OP_LATER)
			chan_set_state(o->chan, OP_RELOAD);
	}
}

void
operators_stopped(struct operators *all, enum ctl_code code, const char *text)
{
	struct caller *o;

	TAILQ_FOREACH(o, &all->list, entry)
		if (chan_state(o->chan) == OP_TEARDOWN)
			answer(o, code, text);
}

static const struct chan_handler table[] = {
	ON(ctl_reload, OP_IDLE, parent_ctl_reload),
	ON(ctl_teardown, OP_IDLE, parent_ctl_teardown),
};

static const struct chan_ops caller_ops = {
	.table = table,
	.n = sizeof(table) / sizeof(table[0]),
	.closed = caller_closed,
};
