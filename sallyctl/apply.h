/* SPDX-License-Identifier: ISC */
/*
 * The static peers of a network from a file.
 */

#ifndef APPLY_H
#define APPLY_H

#include "client.h"
#include "grammar.h"
#include "output.h"

/* sallyctl apply: an exit code. */
int	 apply(struct client *, const struct request *, struct output *);

#endif
