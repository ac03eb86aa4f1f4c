/* SPDX-License-Identifier: ISC */
/*
 * The role of a member, as an operator sets it.
 */

#ifndef MEMBER_ROLE_H
#define MEMBER_ROLE_H

#include "meshop.h"
#include "store_mesh.h"

/*
 * Take what a request sets into the member's row, and describe it in detail.
 * Returns the event's name, or NULL with a code if it may not be, or if it
 * changes nothing.
 */
const char *role_take(const struct member *, const struct msg_mesh_op *,
    struct member_row *, char *detail, size_t size, struct mesh_answer *);
/* True if others can reach the member, so that it can be a relay. */
bool	 role_reachable(const struct member_row *);

#endif
