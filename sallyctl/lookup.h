/* SPDX-License-Identifier: ISC */
/*
 * Questions to the daemon of which the answers are used and not shown: the
 * networks and peers that exist.
 */

#ifndef LOOKUP_H
#define LOOKUP_H

#include "client.h"

/*
 * Ask CTL_SHOW and give each item, all of this type, to the function.  network
 * may be "", for all.
 * Returns 0 or an exit code with the client's error.
 */
int	 lookup(struct client *, enum ctl_what what, const char *network,
	    enum msg_type type, client_item_fn *, void *arg);

/*
 * The network of this name or, with "", the only one there is.  Returns 0 or
 * an exit code with the client's error.
 */
int lookup_network(struct client *, const char *name, struct msg_ctl_network *);

/*
 * The time of the last event, or 0 if there is none.  Returns 0 or an exit code
 * with the client's error.
 */
int	 lookup_last_event(struct client *, int64_t *at);

#endif
