/* SPDX-License-Identifier: ISC */
/*
 * What owners do with their peers, and what they may do.
 */

#ifndef OWN_H
#define OWN_H

#include "change.h"

/*
 * Would the owner be allowed to have this peer?  LEASE_OK_SAME, or an error
 * and why.  The addresses must be in order.
 */
uint8_t	 own_check(const struct registry *, const struct owner *,
    const uint8_t *key, const struct prefix *, uint8_t n, struct mono now,
    char *text, size_t size);
/* Add what was checked, or change it: LEASE_OK_NEW, _REKEYED (changed) or
 * _SAME (nothing to do), or LEASE_E_POOL. */
uint8_t	 own_put(struct change *, const uint8_t *key, const char *name,
    const struct prefix *, uint8_t n, struct wall);
void	 own_drop(struct change *, struct peer *);
/* Take its addresses away, so that other peers of the owner can have them. */
void	 own_strip(struct change *, struct peer *);

#endif
