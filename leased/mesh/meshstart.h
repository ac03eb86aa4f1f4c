/* SPDX-License-Identifier: ISC */
/*
 * The mesh as a part of leased.
 */

#ifndef MESHSTART_H
#define MESHSTART_H

#include "leased.h"
#include "mesh.h"

/* Read the mesh from the store.  Returns 0, or -1 if it cannot be read. */
int	 mesh_start(struct leased *);
/* A configuration is in use, also the first one. */
void	 mesh_configure(struct leased *);

#endif
