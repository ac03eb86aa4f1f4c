/* SPDX-License-Identifier: ISC */
/*
 * Questions to the daemon whose answers are needed, not shown: which networks
 * and peers there are.
 */

#ifndef LOOKUP_H
#define LOOKUP_H

#include "client.h"

/*
 * Ask CTL_SHOW for what and take its items, of this type.  network may be "".
 * Returns 0 or an exit code with the client's error.
 */
int	 lookup(struct client *, enum ctl_what what, const char *network,
	    enum msg_type type, client_item_fn *, void *arg);

/*
 * The network of this name or, with "", the only one there is.  Returns 0 or
 * an exit code with the client's error.
 */
int lookup_network(struct client *, const char *name, struct msg_ctl_network *);

#endif
