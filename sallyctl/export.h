/* SPDX-License-Identifier: ISC */
/*
 * A peer as the file that its device needs.
 */

#ifndef EXPORT_H
#define EXPORT_H

#include "client.h"
#include "grammar.h"
#include "output.h"

/* sallyctl export peer: an exit code. */
int	 export_peer(struct client *, const struct request *, struct output *);

#endif
