/* SPDX-License-Identifier: ISC */
/*
 * The addresses of members, and the pools of their mesh.
 */

#ifndef MEMBERADDR_H
#define MEMBERADDR_H

#include "mesh.h"
#include "store_mesh.h"

/*
 * Give the member the address of its row, as the state of the row says: taken,
 * or resting until the row's time.
 */
void	 address_take(struct member *, int fam, const struct member_row *,
    struct mono, struct wall);
/* Take the address away; it is free then. */
void	 address_release(struct member *, int fam);

#endif
