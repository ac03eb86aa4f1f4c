/* SPDX-License-Identifier: ISC */
/*
 * Talking to one OpenVPN process.  The parent has connected its management
 * socket; each command has a second.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "openvpn_conn.h"

#define COMMAND_MS	1000		/* time for one process */
#define BENCH_MS	10000		/* a hung process is left alone */

void
ovpn_arm(struct event *ev, int64_t ms)
{
	struct timeval tv;

	if (ms < 1)
		ms = 1;
	tv.tv_sec = ms / 1000;
	tv.tv_usec = ms % 1000 * 1000;
	evtimer_add(ev, &tv);
}

static void
oconn_close(struct oconn *k)
{
	if (k->ev != NULL)
		event_free(k->ev);
	k->ev = NULL;
	if (k->fd != -1)
		close(k->fd);
	k->fd = -1;
	if (k->ev_late != NULL)
		evtimer_del(k->ev_late);
}

void
oconn_free(struct oconn *k)
{
	oconn_close(k);
	if (k->ev_late != NULL)
		event_free(k->ev_late);
	free(k);
}

void
oconn_fail(struct oconn *k, const char *why, bool hung)
{
	log_info("openvpn %s: %s", log_vis(k->name), why);
	oconn_close(k);
	k->waited = false;
	k->state = OC_BENCH;
	k->until = mono_add_ms(mono_now(), hung ? BENCH_MS : 0);
	k->ops->done(k->arg);
}

static void
oconn_late_cb(evutil_socket_t fd, short what, void *arg)
{
	struct oconn *k = arg;

	oconn_fail(k,
	    k->state == OC_GREETING ?
		"no greeting: it hangs, or has another management client" :
		"no answer within a second",
	    true);
}

static void
oconn_command(struct oconn *k)
{
	ssize_t n;

	n = write(k->fd, k->command, strlen(k->command));
	if (n != (ssize_t)strlen(k->command)) {
		oconn_fail(k, "cannot be written to", true);
		return;
	}
	k->state = OC_BUSY;
}

static bool
oconn_line(void *arg, const char *line)
{
	struct oconn *k = arg;
	struct msg_ovpn_item m;
	enum ovpn_line what;

	what = ovpn_parse_line(line, &m);
	if (what == OVPN_LINE_GREETING && k->state == OC_GREETING) {
		k->state = OC_READY;
		if (k->waited)
			oconn_command(k);
		return (k->fd != -1);
	}
	if (k->state != OC_BUSY)
		return (true);
	if (what == OVPN_LINE_CLIENT)
		k->ops->item(k->arg, &m);
	if (what == OVPN_LINE_END || what == OVPN_LINE_SUCCESS ||
	    what == OVPN_LINE_ERROR) {
		k->state = OC_READY;
		k->waited = false;
		evtimer_del(k->ev_late);
	}
	return (true);
}

static void
oconn_cb(evutil_socket_t fd, short what, void *arg)
{
	struct oconn *k = arg;
	char buf[4096];
	ssize_t n;

	n = read(fd, buf, sizeof(buf));
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		oconn_fail(k, n == 0 ? "closed" : strerror(errno), false);
		return;
	}
	ovpn_lines_feed(&k->lines, buf, (size_t)n, oconn_line, k);
	k->ops->done(k->arg);
}

void
oconn_ask(struct oconn *k, const char *command)
{
	k->command = command;
	k->waited = true;
	ovpn_arm(k->ev_late, COMMAND_MS);
	if (k->state == OC_READY)
		oconn_command(k);
}

struct oconn *
oconn_new(struct event_base *base, const char *name, int fd,
    const struct oconn_ops *ops, void *arg)
{
	struct oconn *k;

	if ((k = calloc(1, sizeof(*k))) == NULL) {
		close(fd);
		return (NULL);
	}
	k->fd = fd;
	k->ops = ops;
	k->arg = arg;
	strlcpy(k->name, name, sizeof(k->name));
	if (evutil_make_socket_nonblocking(fd) == -1 ||
	    (k->ev_late = evtimer_new(base, oconn_late_cb, k)) == NULL ||
	    (k->ev = event_new(base, fd, EV_READ | EV_PERSIST, oconn_cb,
	    k)) == NULL ||
	    event_add(k->ev, NULL) == -1) {
		log_warn("openvpn %s", log_vis(name));
		oconn_free(k);
		return (NULL);
	}
	return (k);
}
