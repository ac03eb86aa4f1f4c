/* SPDX-License-Identifier: ISC */
/*
 * WireGuard in user space: wireguard-go, the only foreign program that the
 * suite runs.  It goes to the background, so that tunnels outlive the suite.
 * When it answers on its socket, the hand gets a connection.  No byte of that
 * is read here.
 */

#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "dial.h"
#include "files.h"
#include "log.h"
#include "netd.h"
#include "proc.h"
#include "uapi.h"
#include "wggo.h"

#define TRY_MS		50
#define RESTART_MS	500	/* the interface of a dead one goes slowly */
#define STARTS_MAX	3
#define DEADLINE_MS	10000
#define PROBE		"set=1\n\n"	/* changes nothing, but is answered */

struct job {
	struct uapi	*uapi;
	bool		 active;
	char		 network[NETNAME_SIZE];
	char		 interface[IFNAME_SIZE];
	struct mono	 deadline;
	unsigned int	 starts;
	pid_t		 pid;		/* 0: none to reap */
	struct event	*timer;
	int		 probe;		/* -1: none */
	struct event	*ev;
};

struct uapi {
	struct netd	*netd;
	struct job	 jobs[NETWORKS_MAX];
};

static void	 uapi_try_cb(evutil_socket_t, short, void *);
static void	 uapi_probe_cb(evutil_socket_t, short, void *);

struct uapi *
uapi_new(struct netd *n)
{
	struct uapi *u;
	unsigned int i;

	if ((u = calloc(1, sizeof(*u))) == NULL)
		return (NULL);
	u->netd = n;
	for (i = 0; i < NETWORKS_MAX; i++) {
		u->jobs[i].uapi = u;
		u->jobs[i].probe = -1;
	}
	return (u);
}

static void
probe_end(struct job *j)
{
	if (j->ev != NULL)
		event_free(j->ev);
	j->ev = NULL;
	if (j->probe != -1)
		close(j->probe);
	j->probe = -1;
}

/* The pid is kept, because the process is reaped whenever it ends. */
static void
job_end(struct job *j)
{
	probe_end(j);
	if (j->timer != NULL)
		event_free(j->timer);
	j->timer = NULL;
	j->active = false;
}

void
uapi_free(struct uapi *u)
{
	unsigned int i;

	if (u == NULL)
		return;
	for (i = 0; i < NETWORKS_MAX; i++)
		job_end(&u->jobs[i]);
	free(u);
}

/* Give up; the hand shows the reason, and asks again later. */
static void
job_fail(struct job *j, const char *why)
{
	struct msg_uapi_failed m;
	struct proc *p;

	log_warnx("network %s: no user space WireGuard on %s: %s", j->network,
	    j->interface, why);
	p = proc_find(j->uapi->netd, P_HAND, 0);
	memset(&m, 0, sizeof(m));
	strlcpy(m.network, j->network, sizeof(m.network));
	snprintf(m.text, sizeof(m.text), "no user space WireGuard on %s: %s",
	    j->interface, why);
	if ((p->state & (PROC_ENTER | PROC_UP)) != 0 &&
	    chan_send_uapi_failed(p->chan, 0, &m, -1) == -1)
		log_warn("network %s: cannot tell the hand", j->network);
	job_end(j);
}

static int
uapi_connect(const char *interface)
{
	char path[sizeof(WGGO_SOCKETS) + IFNAME_SIZE + 8];

	snprintf(path, sizeof(path), "%s/%s.sock", WGGO_SOCKETS, interface);
	return (dial(path));
}

static int
start(struct job *j)
{
	const char *why;

	if (j->starts++ == STARTS_MAX) {
		job_fail(j,
		    "wireguard-go could not start; run it by hand, or netd with -v, to see why");
		return (-1);
	}
	why = wggo_start(j->uapi->netd, j->interface, &j->pid);
	if (why != NULL) {
		job_fail(j, why);
		return (-1);
	}
	log_notice("network %s: started wireguard-go for %s", j->network,
	    j->interface);
	return (0);
}

static void
wait_more(struct job *j, int ms)
{
	struct timeval tv = { 0, ms * 1000 };

	if (mono_cmp(mono_now(), j->deadline) > 0)
		job_fail(j, "wireguard-go did not answer in time");
	else if (evtimer_add(j->timer, &tv) == -1)
		job_fail(j, "no timer");
}

/*
 * A process listens.  Ask it something, since only an answer shows that it
 * works.
 */
static void
probe_begin(struct job *j, int fd)
{
	struct timeval tv = { 1, 0 };

	j->probe = fd;
	j->ev = event_new(j->uapi->netd->base, fd, EV_READ, uapi_probe_cb, j);
	if (j->ev == NULL || event_add(j->ev, &tv) == -1 ||
	    send(fd, PROBE, strlen(PROBE), MSG_NOSIGNAL) !=
	    (ssize_t)strlen(PROBE)) {
		probe_end(j);
		wait_more(j, TRY_MS);
	}
}

/*
 * wireguard-go listens before it goes to the background.  If nobody listens and
 * no start is under way, none was started, or it has ended since: one that is
 * killed early leaves no other trace.
 */
static void
uapi_try_cb(evutil_socket_t unused, short what, void *arg)
{
	struct job *j = arg;
	int fd;

	if ((fd = uapi_connect(j->interface)) != -1)
		probe_begin(j, fd);
	else if (errno == EAGAIN)
		wait_more(j, TRY_MS);
	else if (errno != ENOENT && errno != ECONNREFUSED)
		job_fail(j, strerror(errno));
	else if (j->pid != 0 || start(j) == 0)
		wait_more(j, TRY_MS);
}

static void
hand_over(struct job *j, int fd)
{
	struct msg_conf_uapi m;
	struct proc *p;

	p = proc_find(j->uapi->netd, P_HAND, 0);
	memset(&m, 0, sizeof(m));
	strlcpy(m.network, j->network, sizeof(m.network));
	if ((p->state & (PROC_ENTER | PROC_UP)) == 0)
		close(fd);
	else if (chan_send_conf_uapi(p->chan, 0, &m, fd) == -1)
		log_warn("network %s: cannot hand its WireGuard over",
		    j->network);
	job_end(j);
}

static void
uapi_probe_cb(evutil_socket_t unused, short what, void *arg)
{
	struct job *j = arg;
	int waiting, fd;

	waiting = 0;
	if ((what & EV_READ) != 0 && ioctl(j->probe, FIONREAD, &waiting) == -1)
		waiting = 0;
	probe_end(j);
	if (waiting > 0 && (fd = uapi_connect(j->interface)) != -1)
		hand_over(j, fd);
	else
		wait_more(j, TRY_MS);
}

void
uapi_want(struct uapi *u, const char *network, const char *interface)
{
	struct job *j, *unused;
	unsigned int k;

	unused = NULL;
	for (k = 0; k < NETWORKS_MAX; k++) {
		j = &u->jobs[k];
		if (j->active && strcmp(j->network, network) == 0)
			return;
		if (!j->active && j->pid == 0 && unused == NULL)
			unused = j;
	}
	if ((j = unused) == NULL) {
		log_warnx("network %s: too many wireguard-go are starting",
		    network);
		return;
	}
	strlcpy(j->network, network, sizeof(j->network));
	strlcpy(j->interface, interface, sizeof(j->interface));
	j->deadline = mono_add_ms(mono_now(), DEADLINE_MS);
	j->starts = 0;
	j->active = true;
	if ((j->timer = evtimer_new(u->netd->base, uapi_try_cb, j)) == NULL)
		job_fail(j, "no timer");
	else
		uapi_try_cb(-1, 0, j);
}

bool
uapi_reaped(struct uapi *u, pid_t pid, int status)
{
	struct job *j;
	unsigned int i;

	for (i = 0; i < NETWORKS_MAX && u->jobs[i].pid != pid; i++)
		continue;
	if (i == NETWORKS_MAX)
		return (false);
	j = &u->jobs[i];
	j->pid = 0;
	if (!j->active)
		return (true);
	/*
	 * wireguard-go goes to the background with status 0.  If it could not,
	 * perhaps because its predecessor is still dying, try again.
	 */
	if (WIFEXITED(status) && WEXITSTATUS(status) == WGGO_REFUSED)
		job_fail(j,
		    "wireguard-go was not started: the log of netd says why");
	else if (j->probe == -1 &&
	    (!WIFEXITED(status) || WEXITSTATUS(status) != 0))
		wait_more(j, RESTART_MS);
	return (true);
}
