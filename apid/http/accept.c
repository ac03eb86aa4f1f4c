/* SPDX-License-Identifier: ISC */
/*
 * Accepting connections on the listening sockets, which belong to the parent
 * and are shared with other workers: the first worker gets a connection, the
 * others see EAGAIN.
 */

#include <sys/socket.h>

#include <netinet/in.h>
#include <netinet/tcp.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "accept.h"
#include "conn.h"
#include "log.h"
#include "quiet.h"
#include "rate.h"
#include "room.h"
#include "settings.h"

#define ACCEPT_TURN	16	/* least connections in a turn */
#define ACCEPT_MOST	4096	/* the usual net.core.somaxconn */

/* Log one line a minute for each kind of trouble. */
static void
complain(struct apid *a, const char *what, const struct listener *l,
    const struct prefix *from)
{
	char text[PREFIX_TEXT] = "", topic[PREFIX_TEXT + ENDPOINT_TEXT + 64];

	if (from != NULL)
		(void)prefix_format_addr(from, text);
	strlcpy(topic, what, sizeof(topic));
	strlcat(topic, text, sizeof(topic));
	if (l != NULL)
		strlcat(topic, l->address, sizeof(topic));
	if (!quiet_may(a->quiet, from != NULL ? QUIET_STRANGER : QUIET_OWN,
	    topic, mono_now()))
		return;
	if (from != NULL)
		log_notice("connection refused from=%s listen=%s reason=\"%s\"",
		    text, l->address, what);
	else
		log_warnx("accept: %s", what);
}

/*
 * The source that this connection counts for, or NULL if it is refused.  When
 * the source has all connections that it may have, the oldest of those that
 * have proved nothing gives way, so that they keep out nobody else there.
 */
static struct rate_source *
enter(struct apid *a, struct listener *l, const struct prefix *from)
{
	unsigned int most = a->set->limits.per_source;
	struct rate_conns *strangers;
	struct rate_source *src;
	bool first;

	src = rate_enter(a->rate, l->index, from, most, mono_now(), &first);
	if (src == NULL && errno == EAGAIN) {
		strangers = rate_strangers_at(a->rate, l->index, from);
		if (strangers != NULL && !TAILQ_EMPTY(strangers)) {
			conn_evict(TAILQ_FIRST(strangers));
			src = rate_enter(a->rate, l->index, from, most,
			    mono_now(), &first);
		}
	}
	if (src == NULL && first)
		complain(a,
		    errno == EAGAIN ? "too many connections of one source" :
			errno == EACCES ?
				      "too many bad requests of one source" :
					"too many sources",
		    l, from);
	return (src);
}

static void
admit(struct apid *a, struct listener *l, int fd, const struct sockaddr *sa)
{
	struct rate_source *src = NULL;
	struct prefix from;

	from = prefix_from_sockaddr(sa);
	if (from.family == 0) {
		close(fd);
		return;
	}
	/* A proxy speaks for many clients and limits them itself. */
	if ((l->proof != PROOF_HEADER || !settings_is_proxy(a->set, &from)) &&
	    (src = enter(a, l, &from)) == NULL) {
		close(fd);
		return;
	}
	if (conn_new(a, l, a->set, fd, &from, src) == -1)
		complain(a, "out of memory for a connection", NULL, NULL);
}

/*
 * The number of connections that are accepted before others get a turn: the more
 * turns others had since the last time, the more have come meanwhile.  When
 * thousands come at once, a round of the event loop takes long, and a small
 * fixed number would let the kernel's queue overflow.  No turn takes more than
 * that queue has room for: a flood after a quiet hour must not stop everything.
 */
static unsigned int
turn(struct apid *a)
{
	unsigned int n = ACCEPT_TURN + a->steps;

	a->steps = 0;
	return (n < ACCEPT_MOST ? n : ACCEPT_MOST);
}

static void
accept_cb(evutil_socket_t lfd, short what, void *arg)
{
	struct sockaddr_storage ss;
	struct listener *l = arg;
	struct apid *a = l->owner;
	unsigned int n;
	socklen_t len;
	int fd;

	for (n = turn(a); n > 0; n--) {
		if (!room_left(a)) {
			complain(a,
			    "all connections are in use (limits.connections)",
			    NULL, NULL);
			room_pause(a);
			return;
		}
		len = sizeof(ss);
		fd = accept4(lfd, (struct sockaddr *)&ss, &len,
		    SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd == -1) {
			if (errno == EAGAIN || errno == EINTR ||
			    errno == ECONNABORTED)
				return;
			/* EMFILE and the like: the queue stays readable. */
			complain(a, strerror(errno), NULL, NULL);
			room_pause(a);
			return;
		}
		if (a->nconns >= a->set->limits.connections)
			conn_end_idle(a);
		admit(a, l, fd, (struct sockaddr *)&ss);
	}
}

void
accept_start(struct apid *a, struct settings *s)
{
	struct listener *l;
	unsigned int i;
	int one = 1;

	for (i = 0; i < s->nlisteners; i++) {
		l = &s->listeners[i];
		/* Connections inherit this: one call for all of them. */
		if (setsockopt(l->fd, IPPROTO_TCP, TCP_NODELAY, &one,
		    sizeof(one)) == -1)
			log_warn("listen %s: TCP_NODELAY", l->address);
		if (event_assign(&l->event, a->base, l->fd,
		    EV_READ | EV_PERSIST, accept_cb, l) == -1) {
			log_warnx("event: cannot watch listener %s",
			    l->address);
			continue;
		}
		l->owner = a;
		room_listen(l, true);
	}
}

void
accept_stop(struct settings *s)
{
	struct listener *l;
	unsigned int i;

	room_listen_all(s, false);
	for (i = 0; i < s->nlisteners; i++) {
		l = &s->listeners[i];
		l->owner = NULL;
		if (l->fd != -1)
			close(l->fd);
		l->fd = -1;
	}
}
