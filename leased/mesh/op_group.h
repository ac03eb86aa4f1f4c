/* SPDX-License-Identifier: ISC */
/*
 * Changes of groups, and what a device says of itself.
 */

#ifndef OP_GROUP_H
#define OP_GROUP_H

#include "meshop.h"
#include "store_mesh.h"

uint8_t
op_group_add(struct meshes *, const struct msg_mesh_op *, struct mesh_answer *);
uint8_t
op_group_del(struct meshes *, const struct msg_mesh_op *, struct mesh_answer *);

/*
 * The row of a group by its name, with id 0 if it is to be made.  Returns
 * LEASE_OK_SAME, or a code with the answer.
 */
uint8_t	 op_group_row(struct meshes *, const struct tenant *, const char *name,
    struct group_row *, struct mesh_answer *);
/*
 * The device of that name, which is made if it is not there: an operator may
 * name it before it comes.  Returns NULL with the answer.
 */
struct device *op_device(struct meshes *, struct tenant *,
    const struct msg_mesh_op *, struct mesh_answer *);

/*
 * A device has come, with the certificate that who names: note it, bring it into
 * the groups of its identity rule and out of those that the rule no longer has,
 * and invite it to the meshes that enrol these.  m has tenant, device, who, from
 * and req.  Returns a code, LEASE_E_MESH_OFF too if the device was noted.
 */
uint8_t	 op_device_hello(struct meshes *, const struct msg_mesh_op *m,
    const char *version, const char (*groups)[MESHNAME_SIZE], uint8_t ngroups,
    struct device **, struct mesh_answer *);

#endif
