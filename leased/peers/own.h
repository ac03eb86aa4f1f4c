/* SPDX-License-Identifier: ISC */
/*
 * The rules for owners and their peers.
 */

#ifndef OWN_H
#define OWN_H

#include "change.h"

/*
 * Check whether the owner may have this peer.  With force, an unclaimed peer on
 * the interface may lose addresses by that.  Returns LEASE_OK_SAME, or an error
 * and the reason.  The addresses must be in order.
 */
uint8_t	 own_check(const struct registry *, const struct owner *,
    const uint8_t *key, const struct prefix *, uint8_t n, bool force,
    struct mono now, char *text, size_t size);
/*
 * Add the peer that was checked, or change it.  Returns LEASE_OK_NEW, _REKEYED
 * (changed), _SAME (nothing to do) or LEASE_E_POOL.
 */
uint8_t	 own_put(struct change *, const uint8_t *key, const char *name,
    const struct prefix *, uint8_t n, struct wall);
void	 own_drop(struct change *, struct peer *);
/*
 * Remove the addresses of a peer, so that other peers of the owner can have
 * them.
 */
void	 own_strip(struct change *, struct peer *);

#endif
