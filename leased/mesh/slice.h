/* SPDX-License-Identifier: ISC */
/*
 * The slices of addresses that meshes have: whole /24 and /64 blocks.  A space is
 * where no two meshes have the same block.  What lies in the configured range is
 * one space for all tenants, so that a relay or a host that is in meshes of
 * several meets each address once.  The ranges that tenants have of their own
 * are a space for each of them.
 */

#ifndef SLICE_H
#define SLICE_H

#include "mesh.h"

/* The space of a prefix of this tenant. */
int64_t	 slice_space(const struct meshes *, const struct tenant *,
    const struct prefix *);
/*
 * Find the lowest block of the tenant's range that is free.  The first one of a
 * range comes last, since its addresses look like the range itself.  Returns 0,
 * or -1 if the range is used up.
 */
int	 slice_carve(const struct meshes *, const struct tenant *, int fam,
    struct prefix *);
/*
 * Check a prefix that somebody chose.  Returns LEASE_OK_SAME, or a code with a
 * text for people in text.
 */
uint8_t	 slice_check(const struct meshes *, const struct tenant *,
    const struct prefix *, char *text, size_t size);
/* The same for a range from which slices are to be carved. */
uint8_t	 slice_check_range(const struct prefix *, char *text, size_t size);
/* Why no mesh may have these addresses, as "multicast", or NULL. */
const char *slice_unfit(const struct prefix *);

/*
 * Write the blocks of a mesh in the open transaction, or note that it has one.
 */
int	 slices_store(struct store *, int64_t mesh, int64_t space,
    const struct prefix *net);
void	 slice_add(struct mesh *, int64_t space, const struct prefix *block);
/* Note all blocks of its prefixes, or forget them. */
void	 slices_add(struct mesh *);
void	 slices_drop(struct mesh *);

#endif
