/* SPDX-License-Identifier: ISC */
/*
 * Listeners that could not be opened yet, because another program had the port
 * or an interface was missing.  As soon as one can be opened, a reload gives it
 * to the fronts.
 */

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "config.h"
#include "files.h"
#include "late.h"
#include "listen.h"
#include "log.h"
#include "netd.h"
#include "reload.h"
#include "spoiled.h"

struct late {
	struct netd	*netd;
	struct event	*timer;
};

/* Returns true if the listener was opened. */
static bool
try(struct bundle *b, unsigned int i)
{
	const struct endpoint *ep = &b->conf->listen[i].address;
	bool absent;
	int fd;

	if (b->listen[i] != -1 && !listen_is_stale(ep, b->listen[i]))
		return (false);
	if ((fd = listen_tcp(ep, &absent)) == -1)
		return (false);
	if (b->listen[i] != -1)
		close(b->listen[i]);
	b->listen[i] = fd;
	return (true);
}

static void
late_cb(evutil_socket_t unused, short what, void *arg)
{
	struct late *l = arg;
	struct netd *n = l->netd;
	char why[ENDPOINT_TEXT + 32];
	unsigned int i;

	/* A reload that runs copies the sockets of the configuration before. */
	if (n->state != SUITE_RUNNING || n->reload.active)
		return;
	(void)spoiled_listeners(n);
	for (i = 0; i < n->conf->conf->nlisten; i++) {
		if (!try(n->conf, i))
			continue;
		snprintf(why, sizeof(why), "%s can be listened on now",
		    n->conf->conf->listen[i].address.text);
		reload_request(n, false, why);
		return;
	}
}

struct late *
late_new(struct netd *n)
{
	struct timeval tv = { 1, 0 };
	struct late *l;

	if ((l = calloc(1, sizeof(*l))) == NULL)
		return (NULL);
	l->netd = n;
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
