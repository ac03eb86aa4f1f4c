/* SPDX-License-Identifier: ISC */
/*
 * The items of the mesh.
 */

#ifndef MESHITEMS_H
#define MESHITEMS_H

#include "verbs.h"

extern const struct item tenant_item;	/* struct msg_mesh_tenant */
extern const struct item mesh_item;	/* struct msg_mesh_net */
extern const struct item member_item;	/* struct msg_mesh_member */
extern const struct item device_item;	/* struct msg_mesh_device */

#endif
