/* SPDX-License-Identifier: ISC */
/*
 * Questions to the daemon whose answers are needed, not shown: which networks
 * and peers there are.
 */

#ifndef LOOKUP_H
#define LOOKUP_H

#include "client.h"

/* One item: decode and keep it.  Returns 0 or an exit code. */
typedef int lookup_fn(struct client *, void *arg, struct ibuf *);

/*
 * Ask CTL_SHOW for what and take its items, of this type.  network may be "".
 * Returns 0 or an exit code with the client's error.
 */
int	 lookup(struct client *, enum ctl_what what, const char *network,
	    enum msg_type type, lookup_fn *, void *arg);

/*
 * The network of this name or, with "", the only one there is.  Returns 0 or
 * an exit code with the client's error.
 */
int lookup_network(struct client *, const char *name, struct msg_ctl_network *);

/* An answer that another version gave. */
int	 lookup_malformed(struct client *);

/* A result that is not CTL_OK, as an exit code with the client's error. */
int	 lookup_result(struct client *, const struct msg_ctl_result *);

#endif
