/* SPDX-License-Identifier: ISC */
/*
 * Changes of members.
 */

#ifndef OP_MEMBER_H
#define OP_MEMBER_H

#include "meshop.h"

uint8_t	 op_member_put(struct meshes *, const struct msg_mesh_op *,
    struct mesh_answer *);
uint8_t	 op_member_del(struct meshes *, const struct msg_mesh_op *,
    struct mesh_answer *);
/* Invite a device, if it is no member.  The answer has the member. */
uint8_t	 op_member_add(struct mesh *, struct device *, uint8_t role,
    const struct msg_mesh_op *, struct mesh_answer *);
/*
 * Take a member out: its addresses rest, and whoever used it as a relay has none
 * any more.
 */
uint8_t	 op_member_leave(struct member *, const struct msg_mesh_op *,
    struct mesh_answer *);
/*
 * Suspend all memberships of the devices of this name, of whatever tenant, or
 * take that back.  Returns their number, or -1 if the store failed.
 */
int	 op_member_suspend(struct meshes *, const char *name, bool suspend,
    const struct msg_mesh_op *);

/*
 * The device of a member gives its key, as often as it likes; another key
 * replaces the first.  m has who, from and req.
 */
uint8_t	 op_member_key(struct member *, const uint8_t *key, uint16_t port,
    const struct mesh_endpoint *local, uint8_t nlocal,
    const struct msg_mesh_op *m, struct mesh_answer *);

#endif
