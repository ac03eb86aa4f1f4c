/* SPDX-License-Identifier: ISC */
/*
 * Peers of wg-quick(8) as static peers.
 */

#ifndef IMPORT_H
#define IMPORT_H

#include "client.h"
#include "grammar.h"
#include "output.h"

/* sallyctl import: an exit code. */
int	 import(struct client *, const struct request *, struct output *);

#endif
