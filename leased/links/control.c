/* SPDX-License-Identifier: ISC */
/*
 * The control socket: connections, one request at a time on each, deadlines,
 * and the requests that others answer.
 */

#include <sys/socket.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "control.h"
#include "control_backup.h"
#include "control_change.h"
#include "control_hand.h"
#include "control_lease.h"
#include "control_mesh.h"
#include "control_path.h"
#include "control_peer.h"
#include "control_restore.h"
#include "control_show.h"
#include "forget.h"
#include "fronts.h"
#include "log.h"
#include "ownset.h"

#define CONNS_MAX	32
#define CONNS_ROOT	8		/* places among them for root alone */
#define CONNS_UID	8		/* most of one user who is not root */
#define FIRST_S		5		/* time for the first request */
#define IDENT_S		5
#define ACCEPT_PAUSE_S	1		/* pause when out of descriptors */

static const struct chan_ops conn_ops;

static void
conn_free(struct conn *k)
{
	struct control *ctl = k->l->control;

	backup_end(k);
	if (k->fd != -1)
		close(k->fd);
	forget_chan(k->l, k->chan);
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
conn_deadline_cb(evutil_socket_t fd, short what, void *arg)
{
	struct conn *k = arg;

	if (k->state == CONN_IDENT)
		conn_result(k, CTL_BUSY,
		    "the front process did not answer within %d s", IDENT_S);
	else if (k->state == CONN_HAND)
		conn_result(k, CTL_BUSY, "netd-hand did not answer in time");
	else if (k->state == CONN_COUNTS)
		show_networks(k);
	else {
		log_debug("control: connection of %s idle; closing", k->who);
		conn_free(k);
	}
}

static void
conn_more_cb(evutil_socket_t fd, short what, void *arg)
{
	struct conn *k = arg;

	if (k->state == CONN_LIST)
		show_page(k);
	else if (k->state == CONN_HAND)
		hand_show_page(k);
	else if (k->state == CONN_BACKUP)
		backup_page(k);
	else if (k->state == CONN_SET)
		sets_wake(k->l);
	else if (k->state == CONN_PATHS)
		paths_more(k);
	else
		mesh_more(k);
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

/* One request at a time: a connection that sends more is closed. */
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
ctl_show(struct chan *c, uint32_t id, const struct msg_ctl_show *m)
{
	struct conn *k;

	if ((k = conn_request(c, id)) == NULL)
		return (-1);
	show_start(k, m);
	return (0);
}

static int
ctl_revoke(struct chan *c, uint32_t id, const struct msg_ctl_revoke *m)
{
	struct conn *k;

	if ((k = conn_request(c, id)) == NULL)
		return (-1);
	change_revoke(k, m);
	return (0);
}

static int
ctl_lease(struct chan *c, uint32_t id, const struct msg_ctl_lease *m)
{
	struct conn *k;

	if ((k = conn_request(c, id)) == NULL)
		return (-1);
	lease_import(k, m);
	return (0);
}

static int
ctl_peer_add(struct chan *c, uint32_t id, const struct msg_ctl_peer_add *m)
{
	struct conn *k;

	if ((k = conn_request(c, id)) == NULL)
		return (-1);
	peer_add(k, m);
	return (0);
}

static int
ctl_peer_del(struct chan *c, uint32_t id, const struct msg_ctl_peer_del *m)
{
	struct conn *k;

	if ((k = conn_request(c, id)) == NULL)
		return (-1);
	peer_delete(k, m);
	return (0);
}

static int
ctl_approve(struct chan *c, uint32_t id, const struct msg_ctl_approve *m)
{
	struct conn *k;

	if ((k = conn_request(c, id)) == NULL)
		return (-1);
	change_approve(k, m);
	return (0);
}

static int
ctl_test_cn(struct chan *c, uint32_t id, const struct msg_ctl_test_cn *m)
{
	struct msg_ident_test test;
	struct chan *front;
	struct conn *k;

	if ((k = conn_request(c, id)) == NULL)
		return (-1);
	memset(&test, 0, sizeof(test));
	strlcpy(test.cn, m->cn, sizeof(test.cn));
	if ((front = fronts_any(k->l)) == NULL ||
	    chan_send_ident_test(front, conn_ask(k), &test, -1) == -1) {
		conn_result(k, CTL_BUSY,
		    "no front process is there to try the identity rules; try again");
		return (0);
	}
	k->state = CONN_IDENT;
	conn_wait(k, IDENT_S);
	return (0);
}

static int
ctl_backup(struct chan *c, uint32_t id)
{
	struct conn *k;

	if ((k = conn_request(c, id)) == NULL)
		return (-1);
	backup_start(k);
	return (0);
}

static int
ctl_drop(struct chan *c, uint32_t id)
{
	struct conn *k;

	if ((k = conn_request(c, id)) == NULL)
		return (-1);
	change_drop(k);
	return (0);
}

static int
ctl_restore(struct chan *c, uint32_t id)
{
	struct conn *k;

	if ((k = conn_request(c, id)) == NULL)
		return (-1);
	restore_start(k);
	return (0);
}

static int
ctl_chunk(struct chan *c, uint32_t id, const struct msg_ctl_chunk *m)
{
	struct conn *k = chan_arg(c);

	if (k->state != CONN_RESTORE || id != k->id)
		return (-1);
	restore_chunk(k, m);
	return (0);
}

static int
ctl_restore_end(struct chan *c, uint32_t id)
{
	struct conn *k = chan_arg(c);

	if (k->state != CONN_RESTORE || id != k->id)
		return (-1);
	restore_end(k);
	return (0);
}

static int
ctl_agent(struct chan *c, uint32_t id, const struct msg_ctl_agent *m)
{
	struct conn *k;

	if ((k = conn_request(c, id)) == NULL)
		return (-1);
	paths_show(k, m);
	return (0);
}

static int
ctl_maintenance(struct chan *c, uint32_t id,
    const struct msg_ctl_maintenance *m)
{
	struct conn *k;

	if ((k = conn_request(c, id)) == NULL)
		return (-1);
	change_maintenance(k, m->on != 0);
	return (0);
}

static int
ctl_mesh_op(struct chan *c, uint32_t id, const struct msg_mesh_op *m)
{
	struct conn *k;

	if ((k = conn_request(c, id)) == NULL)
		return (-1);
	mesh_change(k, m);
	return (0);
}

static int
ctl_mesh_list(struct chan *c, uint32_t id, const struct msg_mesh_list *m)
{
	struct conn *k;

	if ((k = conn_request(c, id)) == NULL)
		return (-1);
	mesh_list(k, m);
	return (0);
}

void
control_ident(struct leased *l, uint32_t id, const struct msg_ident_result *m)
{
	struct conn *k;

	TAILQ_FOREACH(k, &l->control->conns, entry)
		if (k->state == CONN_IDENT && k->asked == id) {
			change_test(k, m);
			return;
		}
}

static struct conn *
conn_new(struct leased *l, int fd, uid_t uid)
{
	struct control *ctl = l->control;
	struct conn *k;

	if ((k = calloc(1, sizeof(*k))) == NULL) {
		close(fd);
		return (NULL);
	}
	k->l = l;
	k->fd = -1;
	if ((k->chan = chan_new(l->base, fd, P_LEASED, P_CTL, "control",
	    &conn_ops, CHAN_UP, k)) == NULL ||
	    (k->ev_deadline = evtimer_new(l->base, conn_deadline_cb, k)) ==
	    NULL ||
	    (k->ev_more = evtimer_new(l->base, conn_more_cb, k)) == NULL) {
		chan_free(k->chan);
		if (k->ev_deadline != NULL)
			event_free(k->ev_deadline);
		free(k);
		return (NULL);
	}
	TAILQ_INSERT_TAIL(&ctl->conns, k, entry);
	ctl->nconns++;
	k->uid = uid;
	snprintf(k->who, sizeof(k->who), "uid:%d", (int)uid);
	conn_wait(k, FIRST_S);
	return (k);
}

/* No user takes the places of the others, and nobody those of root. */
static bool
has_room(const struct control *ctl, uid_t uid)
{
	unsigned int others = 0, same = 0;
	const struct conn *k;

	TAILQ_FOREACH(k, &ctl->conns, entry) {
		others += k->uid != 0;
		same += k->uid == uid;
	}
	return (
	    uid == 0 || (others < CONNS_MAX - CONNS_ROOT && same < CONNS_UID));
}

static void
refuse(struct control *ctl, uid_t uid)
{
	if (!ctl->full)
		log_warnx(
		    "control: uid %d or the others have all connections that are not root's; closing more",
		    (int)uid);
	ctl->full = true;
}

static void
control_accept_cb(evutil_socket_t lfd, short what, void *arg)
{
	const struct timeval tv = { ACCEPT_PAUSE_S, 0 };
	struct leased *l = arg;
	struct control *ctl = l->control;
	struct ucred cred = { 0, (uid_t)-1, (gid_t)-1 };
	socklen_t len = sizeof(cred);
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
		/* The connection stays in the queue: do not spin. */
		log_warn("control: accept; pausing %d s", ACCEPT_PAUSE_S);
		event_del(ctl->ev_accept);
		evtimer_add(ctl->ev_again, &tv);
		return;
	}
	(void)getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len);
	log_debug("control: connection from uid %d pid %d", (int)cred.uid,
	    (int)cred.pid);
	if (!has_room(ctl, cred.uid)) {
		refuse(ctl, cred.uid);
		close(fd);
	} else if (conn_new(l, fd, cred.uid) == NULL)
		log_warn("control: connection");
}

static void
control_again_cb(evutil_socket_t fd, short what, void *arg)
{
	struct leased *l = arg;

	if (l->control->ev_accept != NULL)
		event_add(l->control->ev_accept, NULL);
}

void
control_init(struct leased *l)
{
	struct control *ctl;

	if ((ctl = l->control = calloc(1, sizeof(*ctl))) == NULL ||
	    (ctl->ev_again = evtimer_new(l->base, control_again_cb, l)) == NULL)
		fatal("control");
	ctl->fd = -1;
	TAILQ_INIT(&ctl->conns);
}

void
control_listen(struct leased *l, int fd)
{
	struct control *ctl = l->control;

	if (ctl->ev_accept != NULL)
		event_free(ctl->ev_accept);
	if (ctl->fd != -1)
		close(ctl->fd);
	ctl->ev_accept = NULL;
	if ((ctl->fd = fd) == -1)
		return;
	if (evutil_make_socket_nonblocking(fd) == -1 ||
	    (ctl->ev_accept = event_new(l->base, fd, EV_READ | EV_PERSIST,
	    control_accept_cb, l)) == NULL ||
	    event_add(ctl->ev_accept, NULL) == -1)
		log_warn("control: cannot listen");
}

void
control_free(struct leased *l)
{
	struct conn *k;

	while ((k = TAILQ_FIRST(&l->control->conns)) != NULL)
		conn_free(k);
	control_listen(l, -1);
	event_free(l->control->ev_again);
	free(l->control);
	l->control = NULL;
}

static const struct chan_handler conn_table[] = {
	ON(ctl_show, CHAN_UP, ctl_show),
	ON(ctl_revoke, CHAN_UP, ctl_revoke),
	ON(ctl_lease, CHAN_UP, ctl_lease),
	ON(ctl_peer_add, CHAN_UP, ctl_peer_add),
	ON(ctl_peer_del, CHAN_UP, ctl_peer_del),
	ON(ctl_approve, CHAN_UP, ctl_approve),
	ON(ctl_test_cn, CHAN_UP, ctl_test_cn),
	ON(ctl_backup, CHAN_UP, ctl_backup),
	ON(ctl_maintenance, CHAN_UP, ctl_maintenance),
	ON(ctl_drop, CHAN_UP, ctl_drop),
	ON(ctl_restore, CHAN_UP, ctl_restore),
	ON(ctl_chunk, CHAN_UP, ctl_chunk),
	ON(ctl_restore_end, CHAN_UP, ctl_restore_end),
	ON(ctl_agent, CHAN_UP, ctl_agent),
	ON(mesh_op, CHAN_UP, ctl_mesh_op),
	ON(mesh_list, CHAN_UP, ctl_mesh_list),
	ON(set_begin, CHAN_UP, set_begin),
	ON(set_item, CHAN_UP, set_item),
	ON(set_end, CHAN_UP, set_end),
	ON(set_abort, CHAN_UP, set_abort),
};

static const struct chan_ops conn_ops = {
	.table = conn_table,
	.n = sizeof(conn_table) / sizeof(conn_table[0]),
	.writable = conn_writable,
	.closed = conn_closed,
};
