/* SPDX-License-Identifier: ISC */
/*
 * Relays of the platform: devices of one tenant, TENANT_PLATFORM, that are
 * members of other tenants' meshes.
 */

#ifndef OP_RELAY_H
#define OP_RELAY_H

#include "meshop.h"

uint8_t
op_relay_add(struct meshes *, const struct msg_mesh_op *, struct mesh_answer *);
uint8_t
op_relay_del(struct meshes *, const struct msg_mesh_op *, struct mesh_answer *);
/* device is the relay; tenant and network name the mesh. */
uint8_t	 op_relay_assign(struct meshes *, const struct msg_mesh_op *,
    struct mesh_answer *);
uint8_t	 op_relay_remove(struct meshes *, const struct msg_mesh_op *,
    struct mesh_answer *);

#endif
