/* SPDX-License-Identifier: ISC */
/*
 * Listening sockets that a captured process has spoiled.  A process shares them
 * as open files with the parent, its siblings and its successors: one that ends
 * listening, blocks or drops packets does so for all of them.  The sandbox
 * forbids the calls for that; if one was made all the same, the sockets are
 * opened anew and every front that has an old one is replaced, as one of them
 * is captured.  Sockets that are as they were made stay, so that no connection
 * in their queues is lost when a front dies.
 */

#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "files.h"
#include "listen.h"
#include "log.h"
#include "netd.h"
#include "proc.h"
#include "spoiled.h"

#ifndef SO_BUF_LOCK
#define SO_BUF_LOCK	72
#endif

/*
 * Options with which a listener, or a connection that inherits them, serves
 * badly or not at all.
 */
static const struct {
	int		 level;
	int		 name;
} options[] = {
	{ SOL_SOCKET, SO_BUF_LOCK },
	{ SOL_SOCKET, SO_RCVLOWAT },
	{ SOL_SOCKET, SO_LINGER },
	{ SOL_SOCKET, SO_DONTROUTE },
	{ SOL_SOCKET, SO_MARK },
	{ SOL_SOCKET, SO_REUSEPORT },
	{ SOL_SOCKET, SO_MAX_PACING_RATE },
	{ IPPROTO_TCP, TCP_MAXSEG },
	{ IPPROTO_TCP, TCP_DEFER_ACCEPT },
	{ IPPROTO_TCP, TCP_USER_TIMEOUT },
	{ IPPROTO_TCP, TCP_WINDOW_CLAMP },
	{ IPPROTO_TCP, TCP_SYNCNT },
	{ IPPROTO_IP, IP_TTL },
	{ IPPROTO_IP, IP_MINTTL },
	{ IPPROTO_IPV6, IPV6_UNICAST_HOPS },
	{ IPPROTO_IPV6, IPV6_MINHOPCOUNT },
};

struct value {
	int		 error;
	socklen_t	 len;
	uint8_t		 data[16];
};

static void
get(int fd, int level, int name, struct value *v)
{
	memset(v, 0, sizeof(*v));
	v->len = sizeof(v->data);
	if (getsockopt(fd, level, name, v->data, &v->len) == -1)
		v->error = errno;
}

static bool
has_filter(int fd)
{
	socklen_t n = 0;

	return (getsockopt(fd, SOL_SOCKET, SO_GET_FILTER, NULL, &n) == -1 ||
	    n != 0);
}

static bool
is_listening(int fd)
{
	struct pollfd pfd = { fd, POLLRDHUP, 0 };
	struct value v;
	int yes = 1;

	get(fd, SOL_SOCKET, SO_ACCEPTCONN, &v);
	/* A local socket that was shut down still says that it listens. */
	return (v.len == sizeof(yes) && memcmp(v.data, &yes, v.len) == 0 &&
	    poll(&pfd, 1, 0) == 0 &&
	    fcntl(fd, F_GETFL) == (O_RDWR | O_NONBLOCK));
}

/* Compare the socket with another one that has just been made like it. */
static bool
is_as_made(const struct endpoint *ep, int fd)
{
	struct value is, was;
	bool same = true;
	size_t i;
	int ref;

	if (!is_listening(fd) || has_filter(fd))
		return (false);
	if ((ref = listen_socket(ep)) == -1)
		return (true);
	for (i = 0; i < sizeof(options) / sizeof(options[0]) && same; i++) {
		get(fd, options[i].level, options[i].name, &is);
		get(ref, options[i].level, options[i].name, &was);
		same = memcmp(&is, &was, sizeof(is)) == 0;
	}
	close(ref);
	return (same);
}

/* Open listener i of the bundle anew.  If that fails, late.c tries again. */
static void
replace(struct bundle *b, unsigned int i)
{
	const struct endpoint *ep = &b->conf->listen[i].address;
	bool absent;

	/* Others hold the old socket, too: it must leave the address. */
	(void)shutdown(b->listen[i], SHUT_RDWR);
	close(b->listen[i]);
	if ((b->listen[i] = listen_tcp(ep, &absent)) == -1)
		log_warn("cannot listen on %s anew", ep->text);
}

/* Kill the fronts that were given a socket. */
static void
kill_fronts(struct netd *n)
{
	struct proc *p;
	unsigned int i;

	for (i = 0; i < n->nprocs; i++) {
		p = &n->procs[i];
		if (p->role != P_APID ||
		    (p->state & (PROC_CONF | PROC_ENTER | PROC_UP)) == 0)
			continue;
		proc_kill(p, "it has a spoiled socket");
		p->state = PROC_DEAD;
	}
}

bool
spoiled_listeners(struct netd *n)
{
	struct bundle *b = n->conf;
	const struct endpoint *ep;
	unsigned int i, spoiled = 0;

	if (n->reload.active)
		return (false);
	for (i = 0; i < b->conf->nlisten; i++) {
		ep = &b->conf->listen[i].address;
		if (b->listen[i] == -1 || is_as_made(ep, b->listen[i]))
			continue;
		log_warnx(
		    "%s: the listening socket was spoiled, as by a captured front: opening it anew",
		    ep->text);
		replace(b, i);
		spoiled++;
	}
	if (spoiled > 0)
		kill_fronts(n);
	return (spoiled > 0);
}

int
spoiled_ctl(struct netd *n)
{
	struct config *c = n->conf->conf;

	if (n->ctl != -1 && is_listening(n->ctl))
		return (0);
	if (n->ctl != -1) {
		log_warnx(
		    "%s: the control socket was spoiled, as by a captured leased: opening it anew",
		    c->gateway.ctl_socket);
		(void)shutdown(n->ctl, SHUT_RDWR);
		close(n->ctl);
	}
	n->ctl = listen_ctl(c, "", n->ctl_gid, !n->nouser);
	if (n->ctl == -1)
		log_warnx("%s: cannot listen there anew",
		    c->gateway.ctl_socket);
	return (n->ctl == -1 ? -1 : 0);
}
