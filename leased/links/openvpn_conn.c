/* SPDX-License-Identifier: ISC */
/*
 * Talking to one OpenVPN process.  The parent has connected its management
 * socket; each command has a second.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "openvpn_conn.h"

#define COMMAND_MS 1000	 /* time for one process */
#define BENCH_MS   10000 /* a hung process is left alone */

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
	free(k->cids);
	k->cids = NULL;
	k->ncids = 0;
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

static bool
oconn_write(struct oconn *k, const char *command, enum oconn_state state)
{
	size_t len = strlen(command);

	if (write(k->fd, command, len) == (ssize_t)len) {
		k->state = state;
		return (true);
	}
	oconn_fail(k, "cannot be written to", true);
	return (false);
}

static bool
oconn_command(struct oconn *k)
{
	char line[OVPN_COMMAND];

	if (k->kill == NULL ||
	    ovpn_kill_line(k->kill, line, sizeof(line)) == -1)
		return (oconn_write(k, OVPN_STATUS, OC_STATUS));
	return (oconn_write(k, line, OC_KILL));
}

/* The question is over; why says what is wrong, or is NULL. */
static bool
oconn_end(struct oconn *k, const char *why)
{
	if (why != NULL)
		log_info("openvpn %s: %s", log_vis(k->name), why);
	k->answered = why == NULL;
	k->state = OC_READY;
	k->waited = false;
	evtimer_del(k->ev_late);
	return (true);
}

/* End the next of the clients that the status has named. */
static bool
oconn_end_client(struct oconn *k)
{
	char line[64];

	if (k->ncids == 0)
		return (oconn_end(k, NULL));
	snprintf(line, sizeof(line), "client-kill %llu\n",
	    (unsigned long long)k->cids[--k->ncids]);
	return (oconn_write(k, line, OC_CLIENT_KILL));
}

static bool
oconn_client(struct oconn *k, const struct ovpn_client *c)
{
	uint64_t *p;

	if (k->kill == NULL) {
		k->ops->item(k->arg, &c->item);
		return (true);
	}
	if (strcmp(k->kill, c->item.cn) != 0)
		return (true);
	p = c->has_cid ? reallocarray(k->cids, k->ncids + 1, sizeof(*p)) : NULL;
	if (p == NULL) {
		oconn_fail(k, "cannot end a client without its number", false);
		return (false);
	}
	k->cids = p;
	k->cids[k->ncids++] = c->cid;
	return (true);
}

static bool
oconn_status(struct oconn *k, enum ovpn_line what, const struct ovpn_client *c)
{
	if (what == OVPN_LINE_CLIENT)
		return (oconn_client(k, c));
	if (what == OVPN_LINE_LOST) {
		log_info("openvpn %s: the name of a client is too long",
		    log_vis(k->name));
		if (k->kill == NULL)
			k->ops->item(k->arg, NULL);
	}
	if (what == OVPN_LINE_ERROR || what == OVPN_LINE_NOBODY)
		return (oconn_end(k, "it does not list its clients"));
	return (what == OVPN_LINE_END ? oconn_end_client(k) : true);
}

/* Returns false if the connection has failed. */
static bool
oconn_line(void *arg, const char *line)
{
	struct oconn *k = arg;
	struct ovpn_client client;
	enum ovpn_line what;

	what = ovpn_parse_line(line, &k->layout, &client);
	switch (k->state) {
	case OC_GREETING:
		if (what != OVPN_LINE_GREETING)
			break;
		k->state = OC_READY;
		return (k->waited ? oconn_command(k) : true);
	case OC_STATUS:
		return (oconn_status(k, what, &client));
	case OC_KILL:
		if (what == OVPN_LINE_SUCCESS || what == OVPN_LINE_NOBODY)
			return (oconn_end(k, NULL));
		if (what == OVPN_LINE_ERROR)
			return (oconn_end(k, "it does not end a client"));
		break;
	case OC_CLIENT_KILL:
		/* After an error the client has left by itself. */
		if (what == OVPN_LINE_SUCCESS || what == OVPN_LINE_NOBODY ||
		    what == OVPN_LINE_ERROR)
			return (oconn_end_client(k));
		break;
	case OC_READY:
	case OC_BENCH:
		break;
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
	/* After a failure it may be freed already. */
	if (!ovpn_lines_feed(&k->lines, buf, (size_t)n, oconn_line, k))
		return;
	if (k->state == OC_GREETING && ovpn_lines_password(&k->lines)) {
		oconn_fail(k,
		    "it wants a password, which is not supported: remove the password file from its line \"management\"",
		    true);
		return;
	}
	k->ops->done(k->arg);
}

void
oconn_ask(struct oconn *k, const char *kill)
{
	k->kill = kill;
	k->waited = true;
	k->answered = false;
	ovpn_arm(k->ev_late, COMMAND_MS);
	if (k->state == OC_READY)
		(void)oconn_command(k);
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
	ovpn_layout_init(&k->layout);
	strlcpy(k->name, name, sizeof(k->name));
	if (evutil_make_socket_nonblocking(fd) == -1 ||
	    (k->ev_late = evtimer_new(base, oconn_late_cb, k)) == NULL ||
	    (k->ev = event_new(base, fd, EV_READ | EV_PERSIST, oconn_cb, k)) ==
		NULL ||
	    event_add(k->ev, NULL) == -1) {
		log_warn("openvpn %s", log_vis(name));
		oconn_free(k);
		return (NULL);
	}
	return (k);
}
