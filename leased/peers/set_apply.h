/* SPDX-License-Identifier: ISC */
/*
 * A complete set is compared with the peers of its owner and applied.
 */

#ifndef SET_APPLY_H
#define SET_APPLY_H

#include "ownset.h"

/* True if the owner has peers that are not in the set. */
bool	 set_removes(const struct set *);
/*
 * Compare the set with the owner's peers.  Unless it is a dry run or is
 * refused, apply the difference durably.  Fills the differences, the wishes and
 * done.
 */
void	 set_apply(struct set *);
void	 set_add_diff(struct set *, uint8_t op, uint8_t code, const uint8_t *key,
    const struct peer *, const char *text);

#endif
