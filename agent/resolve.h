/* SPDX-License-Identifier: ISC */
/*
 * Names to addresses, without the C library's resolver, which would want files
 * and sockets of its own.
 */

#ifndef RESOLVE_H
#define RESOLVE_H

#include <event2/event.h>

#include "map.h"

#define RESOLVE_MAX	8	/* addresses of a name */

struct resolve;			/* the resolver */
struct resolve_job;

struct resolve_answer {
	const char	*error;		/* NULL: there is at least one address */
	unsigned int	 n;
	struct map_endpoint list[RESOLVE_MAX];
};

typedef void resolve_cb(void *arg, const struct resolve_answer *);

/*
 * Reads /etc/resolv.conf and /etc/hosts, and so has to be made before
 * child_enter().  NULL with errno ENOMEM.
 */
struct resolve *resolve_new(struct event_base *);
void	 resolve_free(struct resolve *);

/*
 * Ask for the addresses of a host, with this port in the answer.  An address is
 * its own answer.  The callback comes from the event loop, once, unless the job
 * is cancelled before.  NULL with errno ENOMEM.
 */
struct resolve_job *resolve_ask(struct resolve *, const char *host,
	    uint16_t port, resolve_cb *, void *arg);
void	 resolve_cancel(struct resolve_job *);	/* NULL is allowed */

#endif
