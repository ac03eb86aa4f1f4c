/* SPDX-License-Identifier: ISC */
/*
 * Reading the mesh from the database at a start.
 */

#ifndef MESHLOAD_H
#define MESHLOAD_H

#include "mesh.h"

/*
 * Read everything.  Nothing is refused: a row that names what is not there is
 * left out, and a member whose address its mesh does not have is suspended until
 * the next start.  Both are logged.  Returns 0, or -1 if the database cannot be
 * read.
 */
int	 meshes_load(struct meshes *, struct mono, struct wall);

#endif
