/* SPDX-License-Identifier: ISC */
/*
 * The mesh as a part of leased.
 */

#ifndef MESHSTART_H
#define MESHSTART_H

#include "leased.h"
#include "mesh.h"
#include "meshop.h"

/* Read the mesh from the store.  Returns 0, or -1 if it cannot be read. */
int	 mesh_start(struct leased *);
/* Write what is not written yet, before the store is closed. */
void	 mesh_stop(struct leased *);
/* A configuration is in use, also the first one. */
void	 mesh_configure(struct leased *);

/* An operation, between two turns of the others. */
void mesh_do(struct leased *, const struct msg_mesh_op *, struct mesh_answer *);
/*
 * Suspend all memberships of a name that was revoked, or take that back.
 * Returns 0 or -1.
 */
int
mesh_suspend(struct leased *, const char *name, const char *by, bool suspend);

/* True if a tenant has a device of this name. */
bool	 mesh_knows(const struct leased *, const char *name);

#endif
