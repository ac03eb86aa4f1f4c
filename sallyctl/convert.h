/* SPDX-License-Identifier: ISC */
/*
 * The files of autoygg-server as files of ours.
 */

#ifndef CONVERT_H
#define CONVERT_H

#include "client.h"
#include "grammar.h"
#include "output.h"

/*
 * sallyctl import of a YAML file: an exit code.  The client need not be
 * connected.
 */
int	 convert(struct client *, const struct request *, struct output *);

#endif
