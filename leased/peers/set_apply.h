/* SPDX-License-Identifier: ISC */
/*
 * A set that is complete, against what its owner has.
 */

#ifndef SET_APPLY_H
#define SET_APPLY_H

#include "peerset.h"

/* The owner has peers that are not in the set. */
bool	 set_removes(const struct set *);
/*
 * Compare the set with what the owner has and, unless that is all that is
 * asked for or it is not allowed, make it so, durably.  Fills the differences,
 * the wishes and done.
 */
void	 set_apply(struct set *);
void	 set_add_diff(struct set *, uint8_t op, uint8_t code, const uint8_t *key,
    const struct peer *, const char *text);

#endif
