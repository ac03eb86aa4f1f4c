/* SPDX-License-Identifier: ISC */
/*
 * From autoygg-server's server.yaml to our configuration.
 */

#ifndef YGGCONF_H
#define YGGCONF_H

#include <stdio.h>

#include "ytree.h"

/* True if the document has a word of server.yaml. */
bool	 yggconf_is(const struct ynode *);
/*
 * Write the configuration to f.  What is not taken over goes to left_out.
 * Returns 0, or -1 with the reader's error.
 */
int	 yggconf_write(struct yreader *, const struct ynode *, FILE *f);

#endif
