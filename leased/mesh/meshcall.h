/* SPDX-License-Identifier: ISC */
/*
 * One way into all operations.
 */

#ifndef MESHCALL_H
#define MESHCALL_H

#include "meshop.h"

void mesh_op(struct meshes *, const struct msg_mesh_op *, struct mesh_answer *);

#endif
