/* SPDX-License-Identifier: ISC */
/*
 * Tell the members of one mesh, or of all meshes, everything anew.
 */

#ifndef OP_RESYNC_H
#define OP_RESYNC_H

#include "meshop.h"

uint8_t
op_resync(struct meshes *, const struct msg_mesh_op *, struct mesh_answer *);

#endif
