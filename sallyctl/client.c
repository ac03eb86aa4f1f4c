/* SPDX-License-Identifier: ISC */
/*
 * The connection to the daemon: a SOCK_SEQPACKET unix socket, one request and
 * the messages that answer it.
 */

#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "client.h"
#include "format.h"

#define SEND_TIMEOUT_S	5	/* connect, too, waits if the backlog is full */
#define STATUS_HINT	"systemctl status sallyport"

int
client_fail(struct client *c, int status, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(c->error, sizeof(c->error), fmt, ap);
	va_end(ap);
	return (status);
}

static int
connect_failed(struct client *c, int error)
{
	const char *why;

	why = strerror(error);
	switch (error) {
	case EACCES:
	case EPERM:
		return (client_fail(c, EX_NOPERM,
		    "cannot connect to %s: %s (add yourself to group sallyport: usermod -aG sallyport USER, then log in again)",
		    c->path, why));
	case EAGAIN:
		return (client_fail(c, EX_TEMPFAIL,
		    "cannot connect to %s: the daemon is busy (try again; %s)",
		    c->path, STATUS_HINT));
	case ENOENT:
	case ECONNREFUSED:
		c->absent = true;
		return (client_fail(c, EX_UNAVAILABLE,
		    "cannot connect to %s: %s (is sallyport running? %s)",
		    c->path, why, STATUS_HINT));
	default:
		return (client_fail(c, EX_UNAVAILABLE,
		    "cannot connect to %s: %s (is that sallyport's socket?)",
		    c->path, why));
	}
}

int
client_open(struct client *c, const char *path, bool of_parent)
{
	struct timeval tv = { .tv_sec = SEND_TIMEOUT_S };
	struct sockaddr_un sun;
	int error;

	c->fd = -1;
	c->id = 0;
	c->error[0] = '\0';
	if (strlen(path) + sizeof(CTL_PARENT) > sizeof(c->path))
		return (client_fail(c, EX_USAGE,
		    "%s: a socket's path has at most %zu bytes", path,
		    sizeof(c->path) - sizeof(CTL_PARENT)));
	snprintf(c->path, sizeof(c->path), "%s%s", path,
	    of_parent ? CTL_PARENT : "");
	memset(&sun, 0, sizeof(sun));
	sun.sun_family = AF_UNIX;
	memcpy(sun.sun_path, c->path, sizeof(sun.sun_path));

	c->fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (c->fd == -1)
		return (
		    client_fail(c, EX_SOFTWARE, "socket: %s", strerror(errno)));
	if (setsockopt(c->fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv)) == -1 ||
	    connect(c->fd, (struct sockaddr *)&sun, sizeof(sun)) == -1) {
		error = errno;
		client_close(c);
		return (connect_failed(c, error));
	}
	/* Nothing is executed from here on, so promise it. */
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	return (0);
}

void
client_close(struct client *c)
{
	if (c->fd != -1)
		close(c->fd);
	c->fd = -1;
}

int
client_send(struct client *c, enum msg_type type, const void *p, size_t len)
{
	if (imsg_send(c->fd, type, c->id, p, len, -1) == 0)
		return (0);
	if (errno == EAGAIN || errno == EPIPE)
		return (client_fail(c, EX_TEMPFAIL,
		    "%s: the daemon does not take the request (try again; %s)",
		    c->path, STATUS_HINT));
	return (client_fail(c, EX_UNAVAILABLE, "%s: %s (%s)", c->path,
	    strerror(errno), STATUS_HINT));
}

int
client_recv(struct client *c, struct imsg *m, int timeout_ms)
{
	int n;

	n = imsg_recv_wait(c->fd, c->buf, m, timeout_ms);
	if (n == 0 || (n == -1 && errno == ECONNRESET))
		return (client_fail(c, EX_UNAVAILABLE,
		    "%s: the daemon ended the connection before the answer was complete (%s)",
		    c->path, STATUS_HINT));
	if (n == -1 && errno == ETIMEDOUT)
		return (client_fail(c, EX_TEMPFAIL,
		    "%s: no answer within %d seconds (try again; %s)", c->path,
		    timeout_ms / 1000, STATUS_HINT));
	if (n == -1)
		return (client_fail(c, EX_DATAERR,
		    "%s: %s (is that sallyport's socket?)", c->path,
		    strerror(errno)));
	if (m->fd != -1) {
		close(m->fd);
		m->fd = -1;
		return (client_fail(c, EX_DATAERR,
		    "%s: the daemon sent a descriptor that nobody asked for",
		    c->path));
	}
	if (m->id != c->id)
		return (client_fail(c, EX_DATAERR,
		    "%s: an answer to request %u, not %u", c->path, m->id,
		    c->id));
	return (0);
}

int
client_malformed(struct client *c)
{
	return (client_fail(c, EX_DATAERR,
	    "%s: an answer that this version of sallyctl does not understand (restart sallyport after an update)",
	    c->path));
}

int
client_refused(struct client *c, const struct msg_ctl_result *m)
{
	static const int status[] = {
		[CTL_OK] = EX_SOFTWARE,
		[CTL_NEGATIVE] = EX_NEGATIVE,
		[CTL_USAGE] = EX_USAGE,
		[CTL_BUSY] = EX_TEMPFAIL,
		[CTL_FAILED] = EX_SOFTWARE,
		[CTL_CONFIG] = EX_CONFIG,
	};
	char vis[FORMAT_VIS(TEXT_SIZE)];

	format_vis(m->text, vis, sizeof(vis));
	return (client_fail(c, status[m->code], "%s",
	    vis[0] != '\0' ?
		vis :
	    "the daemon refuses and does not say why (see its log)"));
}

int
client_ask(struct client *c, const struct question *q,
    struct msg_ctl_result *res)
{
	struct imsg m;
	int st;

	c->id++;
	st = client_send(c, q->type, q->payload, q->len);
	while (st == 0 && (st = client_recv(c, &m, q->timeout_ms)) == 0) {
		if (m.type == MSG_CTL_RESULT &&
		    msg_ctl_result_get(&m.data, res) == 0)
			return (0);
		if (q->fn == NULL || m.type != q->item)
			return (client_malformed(c));
		st = q->fn(c, q->arg, &m.data);
	}
	return (st);
}

int
client_request(struct client *c, struct question *q, const struct ibuf *b,
    int put)
{
	struct msg_ctl_result res;
	int st;

	if (put == -1)
		return (client_fail(c, EX_USAGE,
		    "the request cannot be sent: %s", strerror(errno)));
	q->payload = b->buf;
	q->len = b->wpos;
	if ((st = client_ask(c, q, &res)) != 0)
		return (st);
	return (res.code == CTL_OK ? 0 : client_refused(c, &res));
}
