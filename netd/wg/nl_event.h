/* SPDX-License-Identifier: ISC */
/*
 * Notifications about links, addresses, routes and rules.
 */

#ifndef NL_EVENT_H
#define NL_EVENT_H

#include "kern_ops.h"
#include "nl.h"

/* Open the socket and join the groups.  Returns 0, or -1 with errno. */
int	 nl_event_open(struct nl_conn *);
/* Read the waiting notifications, at most as many as one turn allows. */
void	 nl_event_read(struct nl_conn *,
	    void (*)(const struct kern_event *, void *), void *);

#endif
