/* SPDX-License-Identifier: ISC */
/*
 * The control socket: who connects, one request at a time, deadlines, and the
 * requests that others answer.
 */

#include <sys/socket.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "control.h"
#include "log.h"

#define CONNS_MAX	32
#define IDLE_S		60		/* between requests, and per page */
#define IDENT_S		5
#define PARENT_S	30
#define ACCEPT_PAUSE_S	1		/* when there are no descriptors */

static const struct chan_ops conn_ops;

static void
conn_free(struct conn *k)
{
	struct control *ctl = k->sp->control;

	backup_end(k);
	leased_forget_chan(k->sp, k->chan);
	chan_free(k->chan);
	event_free(k->ev_deadline);
	event_free(k->ev_more);
	TAILQ_REMOVE(&ctl->conns, k, entry);
	if (ctl->nconns-- == CONNS_MAX && ctl->ev_accept != NULL)
		event_add(ctl->ev_accept, NULL);
	if (ctl->nconns < CONNS_MAX / 2)
		ctl->full = false;
	free(k);
}

static void
conn_wait(struct conn *k, unsigned int s)
{
	const struct timeval tv = { s, 0 };

	evtimer_add(k->ev_deadline, &tv);
}

void
conn_progress(struct conn *k)
{
	conn_wait(k, IDLE_S);
}

void
conn_more(struct conn *k, unsigned int ms)
{
	const struct timeval tv = { ms / 1000, ms % 1000 * 1000 };

	evtimer_add(k->ev_more, &tv);
}

void
conn_result(struct conn *k, uint8_t code, const char *fmt, ...)
{
	struct msg_ctl_result m;
	va_list ap;

	memset(&m, 0, sizeof(m));
	m.code = code;
	va_start(ap, fmt);
	(void)vsnprintf(m.text, sizeof(m.text), fmt, ap);
	va_end(ap);
	if (chan_send_ctl_result(k->chan, k->id, &m, -1) == -1)
		chan_fail(k->chan, "result cannot be sent");
	k->state = CONN_IDLE;
	conn_wait(k, IDLE_S);
}

static void
conn_deadline_cb(evutil_socket_t fd, short what, void *arg)
{
	struct conn *k = arg;

	if (k->state == CONN_IDENT)
		conn_result(k, CTL_BUSY,
		    "the front process did not answer "
		    "within %d s",
		    IDENT_S);
	else if (k->state == CONN_PARENT)
		conn_result(k, CTL_BUSY,
		    "the parent process did not answer "
		    "within %d s",
		    PARENT_S);
	else {
		log_info("control: connection idle; closing");
		conn_free(k);
	}
}

static void
conn_more_cb(evutil_socket_t fd, short what, void *arg)
{
	struct conn *k = arg;

	if (k->state == CONN_LIST)
		show_page(k);
	else if (k->state == CONN_BACKUP)
		backup_page(k);
	else if (k->state == CONN_SET)
		sets_wake(k->sp);
}

static void
conn_writable(struct chan *c)
{
	conn_more(chan_arg(c), 0);
}

static void
conn_closed(struct chan *c, const char *reason)
{
	conn_free(chan_arg(c));
}

/* One request at a time: a connection that sends more is told so by its end. */
static struct conn *
conn_request(struct chan *c, uint32_t id)
{
	struct conn *k = chan_arg(c);

	if (k->state != CONN_IDLE) {
		log_warnx("control: a request before the end of the last");
		return (NULL);
	}
	k->id = id;
	conn_progress(k);
	return (k);
}

static int
ctl_show(struct chan *c, uint32_t id, struct ibuf *b, int fd)
{
	struct msg_ctl_show m;
	struct conn *k;

	if ((k = conn_request(c, id)) == NULL || msg_ctl_show_get(b, &m) == -1)
		return (-1);
	show_start(k, &m);
	return (0);
}

static int
ctl_revoke(struct chan *c, uint32_t id, struct ibuf *b, int fd)
{
	struct msg_ctl_revoke m;
	struct conn *k;

	if ((k = conn_request(c, id)) == NULL ||
	    msg_ctl_revoke_get(b, &m) == -1)
		return (-1);
	change_revoke(k, &m);
	return (0);
}

static int
ctl_approve(struct chan *c, uint32_t id, struct ibuf *b, int fd)
{
	struct msg_ctl_approve m;
	struct conn *k;

	if ((k = conn_request(c, id)) == NULL ||
	    msg_ctl_approve_get(b, &m) == -1)
		return (-1);
	change_approve(k, &m);
	return (0);
}

/* A number for a question of ours; answers are matched by it. */
static uint32_t
control_ask(struct conn *k)
{
	struct control *ctl = k->sp->control;

	if (++ctl->asked == 0)
		ctl->asked = 1;
	return (k->asked = ctl->asked);
}

static int
ctl_test_cn(struct chan *c, uint32_t id, struct ibuf *b, int fd)
{
	struct msg_ctl_test_cn m;
	struct msg_ident_test test;
	struct chan *front;
	struct conn *k;

	if ((k = conn_request(c, id)) == NULL ||
	    msg_ctl_test_cn_get(b, &m) == -1)
		return (-1);
	memset(&test, 0, sizeof(test));
	(void)strlcpy(test.cn, m.cn, sizeof(test.cn));
	if ((front = front_any(k->sp)) == NULL ||
	    chan_send_ident_test(front, control_ask(k), &test, -1) == -1) {
		conn_result(k, CTL_BUSY,
		    "no front process is there to try "
		    "the identity rules; try again");
		return (0);
	}
	k->state = CONN_IDENT;
	conn_wait(k, IDENT_S);
	return (0);
}

static int
ctl_to_parent(struct chan *c, uint32_t id, enum msg_type type)
{
	struct conn *k;

	if ((k = conn_request(c, id)) == NULL)
		return (-1);
	if (k->sp->parent == NULL ||
	    chan_send_bare(k->sp->parent, type, control_ask(k)) == -1) {
		conn_result(k, CTL_BUSY, "the parent process cannot be told");
		return (0);
	}
	k->state = CONN_PARENT;
	conn_wait(k, PARENT_S);
	return (0);
}

static int
ctl_reload(struct chan *c, uint32_t id, struct ibuf *b, int fd)
{
	return (ctl_to_parent(c, id, MSG_CTL_RELOAD));
}

static int
ctl_teardown(struct chan *c, uint32_t id, struct ibuf *b, int fd)
{
	return (ctl_to_parent(c, id, MSG_CTL_TEARDOWN));
}

static int
ctl_backup(struct chan *c, uint32_t id, struct ibuf *b, int fd)
{
	struct conn *k;

	if ((k = conn_request(c, id)) == NULL)
		return (-1);
	backup_start(k);
	return (0);
}

static int
ctl_maintenance(struct chan *c, uint32_t id, struct ibuf *b, int fd)
{
	struct msg_ctl_maintenance m;
	struct conn *k;

	if ((k = conn_request(c, id)) == NULL ||
	    msg_ctl_maintenance_get(b, &m) == -1)
		return (-1);
	change_maintenance(k, m.on != 0);
	return (0);
}

static struct conn *
conn_asked(struct leased *sp, uint32_t id, enum conn_state state)
{
	struct conn *k;

	TAILQ_FOREACH(k, &sp->control->conns, entry)
		if (k->state == state && k->asked == id)
			return (k);
	return (NULL);
}

void
control_ident(struct leased *sp, uint32_t id, const struct msg_ident_result *m)
{
	struct conn *k;

	if ((k = conn_asked(sp, id, CONN_IDENT)) != NULL)
		change_test(k, m);
}

void
control_parent(struct leased *sp, uint32_t id, const struct msg_ctl_result *m)
{
	struct conn *k;

	if ((k = conn_asked(sp, id, CONN_PARENT)) != NULL)
		conn_result(k, m->code, "%s", m->text);
}

void
control_outcome(struct leased *sp, struct chan *c, uint8_t code)
{
	struct conn *k = chan_arg(c);

	if (code == LEASE_E_STORE || code == LEASE_E_INTERNAL)
		k->unstored = true;
	else if (code >= LEASE_E_KEY)
		k->unconfirmed = true;
	if (--k->waiting == 0)
		change_finish(k);
}

static struct conn *
conn_new(struct leased *sp, int fd)
{
	struct control *ctl = sp->control;
	struct conn *k;

	if ((k = calloc(1, sizeof(*k))) == NULL) {
		close(fd);
		return (NULL);
	}
	k->sp = sp;
	k->fd = -1;
	if ((k->chan = chan_new(sp->base, fd, P_LEASED, P_CTL, "control",
	    &conn_ops, 1, k)) == NULL ||
	    (k->ev_deadline = evtimer_new(sp->base, conn_deadline_cb, k)) ==
	    NULL ||
	    (k->ev_more = evtimer_new(sp->base, conn_more_cb, k)) == NULL) {
		chan_free(k->chan);
		if (k->ev_deadline != NULL)
			event_free(k->ev_deadline);
		free(k);
		return (NULL);
	}
	TAILQ_INSERT_TAIL(&ctl->conns, k, entry);
	ctl->nconns++;
	conn_wait(k, IDLE_S);
	return (k);
}

static void
control_accept_cb(evutil_socket_t lfd, short what, void *arg)
{
	const struct timeval tv = { ACCEPT_PAUSE_S, 0 };
	struct leased *sp = arg;
	struct control *ctl = sp->control;
	struct ucred cred = { 0, (uid_t)-1, (gid_t)-1 };
	socklen_t len = sizeof(cred);
	struct conn *k;
	int fd;

	if (ctl->nconns >= CONNS_MAX) {
		if (!ctl->full)
			log_warnx("control: %d connections; more have to wait",
			    CONNS_MAX);
		ctl->full = true;
		event_del(ctl->ev_accept);
		return;
	}
	fd = accept4(lfd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd == -1) {
		if (errno == EAGAIN || errno == EINTR || errno == ECONNABORTED)
			return;
		/* The connection stays in the queue: don't spin on it. */
		log_warn("control: accept; pausing %d s", ACCEPT_PAUSE_S);
		event_del(ctl->ev_accept);
		evtimer_add(ctl->ev_again, &tv);
		return;
	}
	(void)getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len);
	log_debug("control: connection from uid %d pid %d", (int)cred.uid,
	    (int)cred.pid);
	if ((k = conn_new(sp, fd)) == NULL)
		log_warn("control: connection");
	else
		snprintf(k->who, sizeof(k->who), "uid:%d", (int)cred.uid);
}

static void
control_again_cb(evutil_socket_t fd, short what, void *arg)
{
	struct leased *sp = arg;

	if (sp->control->ev_accept != NULL)
		event_add(sp->control->ev_accept, NULL);
}

void
control_init(struct leased *sp)
{
	struct control *ctl;

	if ((ctl = sp->control = calloc(1, sizeof(*ctl))) == NULL ||
	    (ctl->ev_again = evtimer_new(sp->base, control_again_cb, sp)) ==
	    NULL)
		fatal("control");
	ctl->fd = -1;
	TAILQ_INIT(&ctl->conns);
}

void
control_listen(struct leased *sp, int fd)
{
	struct control *ctl = sp->control;

	if (ctl->ev_accept != NULL)
		event_free(ctl->ev_accept);
	if (ctl->fd != -1)
		close(ctl->fd);
	ctl->ev_accept = NULL;
	if ((ctl->fd = fd) == -1)
		return;
	if (evutil_make_socket_nonblocking(fd) == -1 ||
	    (ctl->ev_accept = event_new(sp->base, fd, EV_READ | EV_PERSIST,
	    control_accept_cb, sp)) == NULL ||
	    event_add(ctl->ev_accept, NULL) == -1)
		log_warn("control: cannot listen");
}

void
control_free(struct leased *sp)
{
	struct conn *k;

	while ((k = TAILQ_FIRST(&sp->control->conns)) != NULL)
		conn_free(k);
	control_listen(sp, -1);
	event_free(sp->control->ev_again);
	free(sp->control);
	sp->control = NULL;
}

static const struct chan_handler conn_table[] = {
	RAW(CTL_SHOW, 1, ctl_show),
	RAW(CTL_REVOKE, 1, ctl_revoke),
	RAW(CTL_APPROVE, 1, ctl_approve),
	RAW(CTL_TEST_CN, 1, ctl_test_cn),
	RAW(CTL_RELOAD, 1, ctl_reload),
	RAW(CTL_TEARDOWN, 1, ctl_teardown),
	RAW(CTL_BACKUP, 1, ctl_backup),
	RAW(CTL_MAINTENANCE, 1, ctl_maintenance),
	RAW(SET_BEGIN, 1, set_begin),
	RAW(SET_ITEM, 1, set_item),
	RAW(SET_END, 1, set_end),
	RAW(SET_ABORT, 1, set_abort),
};

static const struct chan_ops conn_ops = { conn_table,
	sizeof(conn_table) / sizeof(conn_table[0]), NULL, conn_writable,
	conn_closed };
