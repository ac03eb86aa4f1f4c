/* SPDX-License-Identifier: ISC */
/*
 * Changes of tenants.
 */

#ifndef OP_TENANT_H
#define OP_TENANT_H

#include "meshop.h"

uint8_t	 op_tenant_put(struct meshes *, const struct msg_mesh_op *,
    struct mesh_answer *);
uint8_t	 op_tenant_del(struct meshes *, const struct msg_mesh_op *,
    struct mesh_answer *);
/* The tenant of a request, or NULL with the answer. */
struct tenant *
op_tenant(struct meshes *, const struct msg_mesh_op *, struct mesh_answer *);

#endif
