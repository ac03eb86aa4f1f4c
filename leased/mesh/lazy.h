/* SPDX-License-Identifier: ISC */
/*
 * What devices tell all the time (acknowledgements, endpoints, handshakes) is
 * written late, for many members at once: it may be lost.
 */

#ifndef LAZY_H
#define LAZY_H

#include "mesh.h"

/* The row of the member is to be written at some time. */
void	 lazy_note(struct member *);
/*
 * Write at most max rows in a transaction.  Returns 1 if there are more, 0, or
 * -1 if the store failed; then they come again.
 */
int	 lazy_write(struct meshes *, unsigned int max);

#endif
