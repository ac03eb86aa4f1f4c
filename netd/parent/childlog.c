/* SPDX-License-Identifier: ISC */
/*
 * What the children of a suite in the background log.  Each has one end of a
 * socketpair as its standard error; a packet is a line.  netd gives it the name
 * and the process id of the child, so that a captured one cannot speak for
 * another program, and reads from each in turn only as much as the syslog daemon
 * takes, so that a child that floods the log loses its own lines.
 */

#include <event2/event.h>

#include <sys/socket.h>

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "childlog.h"
#include "devlog.h"
#include "log.h"
#include "netd.h"
#include "proc.h"

#define TURN_MAX	16	/* packets of one child at a time */
#define LAST_MAX	4096	/* more than its socket holds */
#define PAUSE_MS	20	/* until the syslog daemon has taken some */

struct childlog {
	struct proc	*proc;
	int		 fd;
	struct event	*read;
	struct event	*pause;
};

/*
 * Packets of log.c begin with "<level>".  What a library writes before it aborts
 * does not, and may have several lines.  No child may wake up every terminal, as
 * LOG_ALERT and LOG_EMERG do.
 */
static void
put_packet(struct proc *p, char *s)
{
	int level = LOG_ERR;
	char *line, *c;

	if (s[0] == '<' && s[1] >= '0' && s[1] <= '7' && s[2] == '>') {
		level = s[1] - '0';
		if (level < LOG_CRIT)
			level = LOG_CRIT;
		s += 3;
	}
	while ((line = strsep(&s, "\n")) != NULL) {
		if (*line == '\0')
			continue;
		for (c = line; *c != '\0'; c++)
			if (!isascii((unsigned char)*c) ||
			    !isprint((unsigned char)*c))
				*c = '?';
		devlog_put(p->netd->devlog, level, msg_role_name(p->role),
		    p->pid, line);
	}
}

/* Returns as recv(2): 0 when the child has closed its end. */
static ssize_t
read_packet(struct childlog *l)
{
	char buf[LOG_LINE + 8];
	ssize_t n;

	if ((n = recv(l->fd, buf, sizeof(buf) - 1, MSG_DONTWAIT)) <= 0)
		return (n);
	buf[n] = '\0';
	put_packet(l->proc, buf);
	return (n);
}

static void
childlog_cb(evutil_socket_t fd, short what, void *arg)
{
	struct timeval tv = { 0, PAUSE_MS * 1000 };
	struct childlog *l = arg;
	unsigned int i;
	ssize_t n = 1;

	for (i = 0; i < TURN_MAX; i++) {
		if (!devlog_room(l->proc->netd->devlog)) {
			(void)evtimer_add(l->pause, &tv);
			return;
		}
		if ((n = read_packet(l)) <= 0)
			break;
	}
	if (n != 0)
		(void)event_add(l->read, NULL);
}

int
childlog_open(struct proc *p)
{
	struct childlog *l;
	int sv[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC,
		0, sv) == -1)
		return (-1);
	if ((l = calloc(1, sizeof(*l))) == NULL)
		goto fail;
	l->proc = p;
	l->fd = sv[0];
	l->read = event_new(p->netd->base, l->fd, EV_READ, childlog_cb, l);
	l->pause = evtimer_new(p->netd->base, childlog_cb, l);
	if (l->read == NULL || l->pause == NULL ||
	    event_add(l->read, NULL) == -1)
		goto fail;
	p->log = l;
	return (sv[1]);
fail:
	if (l != NULL) {
		if (l->read != NULL)
			event_free(l->read);
		if (l->pause != NULL)
			event_free(l->pause);
		free(l);
	}
	close(sv[0]);
	close(sv[1]);
	return (-1);
}

void
childlog_close(struct proc *p)
{
	struct childlog *l = p->log;
	unsigned int i;

	if (l == NULL)
		return;
	p->log = NULL;
	for (i = 0; i < LAST_MAX && read_packet(l) > 0; i++)
		continue;
	event_free(l->read);
	event_free(l->pause);
	close(l->fd);
	free(l);
}
