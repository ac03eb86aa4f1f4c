/* SPDX-License-Identifier: ISC */
/*
 * Listeners that could not be opened yet, because another program had the port
 * or an interface was missing, and uplinks that are not there yet.  As soon as
 * a listener can be opened, a reload gives it to the fronts; the hand gets the
 * sysctl of an uplink that came, or was made again.
 */

#include <net/if.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "confsend.h"
#include "files.h"
#include "late.h"
#include "listen.h"
#include "log.h"
#include "netd.h"
#include "proc.h"
#include "spoiled.h"

#define IP6_DIR	"/proc/sys/net/ipv6/conf"
#define RECALL_MAX	(NETWORKS_MAX / 2)

struct uplink {
	char		 name[IFNAME_SIZE];	/* "": no entry */
	unsigned int	 ifindex;
};

struct late {
	struct netd	*netd;
	struct event	*timer;
	void		 (*free_now)(struct netd *, const char *address);
	bool		 recalled;
	struct uplink	 uplinks[NETWORKS_MAX];
};

/* Returns true if the listener was opened. */
static bool
try(struct bundle *b, unsigned int i)
{
	const struct endpoint *ep = &b->conf->listen[i].address;
	bool absent;
	int fd;

	if (ep->len == 0 ||
	    (b->listen[i] != -1 && !listen_is_stale(ep, b->listen[i])))
		return (false);
	if ((fd = listen_tcp(ep, &absent)) == -1)
		return (false);
	if (b->listen[i] != -1)
		close(b->listen[i]);
	b->listen[i] = fd;
	return (true);
}

const char *
late_uplink(const struct late *l, unsigned int i)
{
	return (i < NETWORKS_MAX ? l->uplinks[i].name : "");
}

/* The entry of an uplink, or a new one.  NULL: there have been too many. */
static struct uplink *
find_uplink(struct late *l, const char *name)
{
	unsigned int i;

	for (i = 0; i < NETWORKS_MAX; i++)
		if (*l->uplinks[i].name == '\0' ||
		    strcmp(l->uplinks[i].name, name) == 0)
			return (&l->uplinks[i]);
	return (NULL);
}

void
late_remember(struct late *l, const char *name)
{
	struct uplink *u;

	if ((u = find_uplink(l, name)) != NULL)
		strlcpy(u->name, name, sizeof(u->name));
}

static bool
is_accepting(int conf, const char *interface)
{
	char path[IFNAME_SIZE + 16], value = 0;
	int fd;

	snprintf(path, sizeof(path), "%s/accept_ra", interface);
	if ((fd = openat(conf, path, O_RDONLY | O_CLOEXEC)) == -1)
		return (false);
	if (read(fd, &value, 1) != 1)
		value = 0;
	close(fd);
	return (value == '2');
}

void
late_recall(struct late *l)
{
	struct dirent *e;
	DIR *d;

	if (l->recalled || (d = opendir(IP6_DIR)) == NULL)
		return;
	l->recalled = true;
	while ((e = readdir(d)) != NULL && *l->uplinks[RECALL_MAX].name == '\0')
		if (strlen(e->d_name) < IFNAME_SIZE &&
		    if_nametoindex(e->d_name) != 0 &&
		    is_accepting(dirfd(d), e->d_name))
			late_remember(l, e->d_name);
	closedir(d);
}

static void
try_uplink(struct late *l, const char *wan, struct proc *hand)
{
	unsigned int ifindex = if_nametoindex(wan);
	struct uplink *u;

	if (ifindex == 0 || (u = find_uplink(l, wan)) == NULL ||
	    u->ifindex == ifindex)
		return;
	strlcpy(u->name, wan, sizeof(u->name));
	u->ifindex = ifindex;
	if (confsend_uplink(hand, u->name) == -1)
		log_warn("cannot tell the hand that %s is there", u->name);
}

static void
try_uplinks(struct late *l, const struct config *c, struct proc *hand)
{
	unsigned int i;

	for (i = 0; i < c->nnetworks; i++)
		if (c->networks[i].has_egress)
			try_uplink(l, c->networks[i].msg.wan, hand);
	if (c->policy.egress_wan[0] != '\0')
		try_uplink(l, c->policy.egress_wan, hand);
}

static void
late_cb(evutil_socket_t unused, short what, void *arg)
{
	struct late *l = arg;
	struct netd *n = l->netd;
	struct proc *p;
	unsigned int i;

	/* A reload that runs copies the sockets of the configuration before. */
	if (n->state != SUITE_RUNNING || n->reload.active)
		return;
	(void)spoiled_listeners(n);
	p = proc_find(n, P_HAND, 0);
	if (p->state == PROC_UP)
		try_uplinks(l, n->conf->conf, p);
	for (i = 0; i < n->conf->conf->nlisten; i++) {
		if (!try(n->conf, i))
			continue;
		l->free_now(n, n->conf->conf->listen[i].address.text);
		return;
	}
}

struct late *
late_new(struct netd *n, void (*free_now)(struct netd *, const char *))
{
	struct timeval tv = { 1, 0 };
	struct late *l;

	if ((l = calloc(1, sizeof(*l))) == NULL)
		return (NULL);
	l->netd = n;
	l->free_now = free_now;
	l->timer = event_new(n->base, -1, EV_PERSIST, late_cb, l);
	if (l->timer == NULL || event_add(l->timer, &tv) == -1) {
		late_free(l);
		return (NULL);
	}
	return (l);
}

void
late_free(struct late *l)
{
	if (l == NULL)
		return;
	if (l->timer != NULL)
		event_free(l->timer);
	free(l);
}
