/* SPDX-License-Identifier: ISC */
/*
 * The log of a suite in the background.  Lines go to /dev/log in the form of
 * syslog(3), but nothing ever waits for the syslog daemon: while it is slow,
 * absent or started again, lines wait in a queue, and those that find no place
 * are counted.  Only netd talks to the daemon; see childlog.c for the others.
 */

#include <sys/queue.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "devlog.h"
#include "log.h"

#define QUEUE_MAX	(256 * 1024)	/* bytes */
#define RETRY_S		1
#define HEAD_SIZE	80

struct line {
	TAILQ_ENTRY(line) entry;
	size_t		 len;
	char		 text[];
};

struct devlog {
	const char	*path;		/* of the daemon's socket */
	TAILQ_HEAD(, line) lines;	/* that wait */
	size_t		 waiting;	/* their bytes */
	unsigned int	 lost;		/* lines that found no place */
	int		 fd;		/* -1: nobody listens */
	struct event	*retry;
	pid_t		 owner;
	bool		 attached;	/* stderr is still our caller's */
};

static int
dl_connect(struct devlog *d)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int fd;

	strlcpy(sun.sun_path, d->path, sizeof(sun.sun_path));
	if ((fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
		 0)) == -1)
		return (-1);
	if (connect(fd, (const struct sockaddr *)&sun, sizeof(sun)) == -1) {
		close(fd);
		return (-1);
	}
	d->fd = fd;
	return (0);
}

/* Send one line; a daemon that was started again has another socket. */
static int
dl_send(struct devlog *d, const char *line, size_t len)
{
	bool fresh;

	fresh = d->fd == -1;
	if (fresh && dl_connect(d) == -1)
		return (-1);
	for (;;) {
		if (send(d->fd, line, len, MSG_NOSIGNAL) != -1 ||
		    errno == EMSGSIZE)
			return (0);
		if (errno == EAGAIN || errno == ENOBUFS)
			return (-1);
		close(d->fd);
		d->fd = -1;
		if (fresh || dl_connect(d) == -1)
			return (-1);
		fresh = true;
	}
}

/* Returns false if the line finds no place. */
static bool
dl_queue(struct devlog *d, const char *text, size_t len)
{
	struct line *l;

	if (d->waiting + len > QUEUE_MAX ||
	    (l = malloc(sizeof(*l) + len)) == NULL)
		return (false);
	memcpy(l->text, text, len);
	l->len = len;
	d->waiting += len;
	TAILQ_INSERT_TAIL(&d->lines, l, entry);
	return (true);
}

static void
dl_drop(struct devlog *d, struct line *l)
{
	TAILQ_REMOVE(&d->lines, l, entry);
	d->waiting -= l->len;
	free(l);
}

static void
dl_flush(struct devlog *d)
{
	struct timeval tv = { 0, 2000 };
	struct line *l;

	while ((l = TAILQ_FIRST(&d->lines)) != NULL) {
		if (dl_send(d, l->text, l->len) == -1) {
			if (errno != EAGAIN && errno != ENOBUFS)
				tv = (struct timeval){ RETRY_S, 0 };
			if (!evtimer_pending(d->retry, NULL))
				(void)evtimer_add(d->retry, &tv);
			return;
		}
		dl_drop(d, l);
	}
}

/* Compose a line; returns its length without the NUL. */
static size_t
dl_compose(char *dst, size_t size, int level, const char *proc, pid_t pid,
    const char *text)
{
	char when[32];
	struct tm tm;
	time_t now;
	int n;

	now = (time_t)wall_now().s;
	if (localtime_r(&now, &tm) == NULL ||
	    strftime(when, sizeof(when), "%b %e %H:%M:%S", &tm) == 0)
		when[0] = '\0';
	n = snprintf(dst, size, "<%d>%s %s[%d]: %s", LOG_DAEMON | level, when,
	    proc, (int)pid, text);
	return (n < 0 ? 0 : (size_t)n < size ? (size_t)n : size - 1);
}

static void
dl_tell_lost(struct devlog *d)
{
	char line[HEAD_SIZE + 64], text[64];

	snprintf(text, sizeof(text),
	    "lines of the log that no syslog daemon took: %u", d->lost);
	if (dl_queue(d, line,
		dl_compose(line, sizeof(line), LOG_WARNING, "netd", d->owner,
		    text)))
		d->lost = 0;
}

void
devlog_put(struct devlog *d, int level, const char *proc, pid_t pid,
    const char *text)
{
	char line[HEAD_SIZE + LOG_LINE];
	size_t len;

	if (d->attached)
		log_stderr(level, proc, text);
	len = dl_compose(line, sizeof(line), level, proc, pid, text);
	/* A child that has not executed its program yet has no queue. */
	if (getpid() != d->owner) {
		if (d->fd != -1)
			(void)send(d->fd, line, len, MSG_NOSIGNAL);
		return;
	}
	if (d->lost != 0 && TAILQ_EMPTY(&d->lines))
		dl_tell_lost(d);
	if (!dl_queue(d, line, len))
		d->lost++;
	dl_flush(d);
}

static void
dl_retry_cb(evutil_socket_t fd, short what, void *arg)
{
	struct devlog *d = arg;

	dl_flush(d);
	if (d->lost == 0 || !TAILQ_EMPTY(&d->lines))
		return;
	dl_tell_lost(d);
	dl_flush(d);
}

static void
dl_sink(void *arg, int level, const char *proc, const char *text)
{
	devlog_put(arg, level, proc, getpid(), text);
}

struct devlog *
devlog_new(struct event_base *base, const char *path)
{
	struct devlog *d;

	if ((d = calloc(1, sizeof(*d))) == NULL)
		return (NULL);
	d->path = path;
	d->fd = -1;
	d->owner = getpid();
	d->attached = true;
	TAILQ_INIT(&d->lines);
	if ((d->retry = evtimer_new(base, dl_retry_cb, d)) == NULL) {
		free(d);
		errno = ENOMEM;
		return (NULL);
	}
	log_divert(dl_sink, d);
	if (dl_connect(d) == -1)
		log_warn(
		    "no syslog daemon listens on %s: the log waits for one, and its end is lost when there is too much of it",
		    path);
	return (d);
}

void
devlog_detach(struct devlog *d)
{
	int null;

	d->attached = false;
	if ((null = open("/dev/null", O_RDWR | O_CLOEXEC)) == -1 ||
	    dup2(null, STDERR_FILENO) == -1)
		log_warn("cannot let go of the caller's standard error");
	if (null != -1)
		close(null);
}

bool
devlog_room(const struct devlog *d)
{
	return (d->waiting < QUEUE_MAX / 2);
}

void
devlog_free(struct devlog *d)
{
	struct line *l;

	if (d == NULL)
		return;
	log_divert(NULL, NULL);
	dl_flush(d);
	while ((l = TAILQ_FIRST(&d->lines)) != NULL)
		dl_drop(d, l);
	event_free(d->retry);
	if (d->fd != -1)
		close(d->fd);
	free(d);
}
