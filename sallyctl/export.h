/* SPDX-License-Identifier: ISC */
/*
 * The wg-quick(8) file of a peer, for its device.
 */

#ifndef EXPORT_H
#define EXPORT_H

#include "client.h"
#include "grammar.h"
#include "output.h"

/* sallyctl export peer: an exit code. */
int	 export_peer(struct client *, const struct request *, struct output *);

#endif
