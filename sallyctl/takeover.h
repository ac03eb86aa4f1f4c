/* SPDX-License-Identifier: ISC */
/*
 * The leases of autoygg-server become leases of ours.
 */

#ifndef TAKEOVER_H
#define TAKEOVER_H

#include "client.h"
#include "grammar.h"
#include "output.h"

/* sallyctl import of autoygg.db: an exit code. */
int	 takeover(struct client *, const struct request *, struct output *);

#endif
