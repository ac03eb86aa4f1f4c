/* SPDX-License-Identifier: ISC */
/*
 * From autoygg-server's accesslist.yaml to our access list.
 */

#ifndef YGGACCESS_H
#define YGGACCESS_H

#include <stdio.h>

#include "ytree.h"

/* True if the document is a list of that kind. */
bool	 yggaccess_is(const struct ynode *);
/*
 * Write the list to f.  What is not taken over goes to left_out.  Returns 0, or
 * -1 with the reader's error.
 */
int yggaccess_write(struct yreader *, const struct ynode *, FILE *f);

#endif
