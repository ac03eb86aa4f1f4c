/* SPDX-License-Identifier: ISC */
/*
 * Requests of fronts about the mesh, for operators.
 */

#ifndef LINK_APID_MESH_H
#define LINK_APID_MESH_H

#include "chan.h"

int	 leased_mesh_op(struct chan *, uint32_t id, const struct msg_mesh_op *);
int leased_mesh_list(struct chan *, uint32_t id, const struct msg_mesh_list *);

#endif
