/* SPDX-License-Identifier: ISC */
/*
 * Changes of meshes.
 */

#ifndef OP_MESH_H
#define OP_MESH_H

#include "meshop.h"

uint8_t
op_mesh_add(struct meshes *, const struct msg_mesh_op *, struct mesh_answer *);
uint8_t
op_mesh_set(struct meshes *, const struct msg_mesh_op *, struct mesh_answer *);
uint8_t
op_mesh_del(struct meshes *, const struct msg_mesh_op *, struct mesh_answer *);
uint8_t	 op_mesh_enrol(struct meshes *, const struct msg_mesh_op *,
    struct mesh_answer *);
/* The mesh of a request, or NULL with the answer. */
struct mesh *
op_mesh(struct meshes *, const struct msg_mesh_op *, struct mesh_answer *);
/* Free a mesh that the store no longer has. */
void	 op_mesh_forget(struct mesh *);
/* Settings of a tenant have changed: tell its devices. */
void	 op_mesh_tell(struct meshes *, const struct tenant *);

#endif
