/* SPDX-License-Identifier: ISC */
/*
 * A new static peer, and the file or code for its device.
 */

#ifndef NEWPEER_H
#define NEWPEER_H

#include "client.h"
#include "grammar.h"
#include "output.h"

/* sallyctl peer add: an exit code. */
int	 peer_add(struct client *, const struct request *, struct output *);

#endif
