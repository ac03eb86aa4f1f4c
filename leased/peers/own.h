/* SPDX-License-Identifier: ISC */
/*
 * The rules for owners and their peers.
 */

#ifndef OWN_H
#define OWN_H

#include "change.h"

/* A peer as its owner wants it.  The addresses must be in order. */
struct own_wish {
	const uint8_t	*key;
	const char	*name;		/* "": keep it */
	const struct prefix *addrs;
	uint8_t		 naddrs;
	uint8_t		 psk_op;	/* enum psk_op */
	const uint8_t	*psk;		/* with PSK_SET */
};

/*
 * Check whether the owner may have this peer.  With force, an unclaimed peer on
 * the interface may lose addresses or its preshared key by that.  Returns
 * LEASE_OK_SAME, or an error and the reason.
 */
uint8_t	 own_check(const struct registry *, const struct owner *,
    const struct own_wish *, bool force, struct mono now, char *text,
    size_t size);
/* True if the peer is so already. */
bool	 own_is_same(const struct peer *, const struct own_wish *);
/*
 * Add the peer that was checked, or change it.  Returns LEASE_OK_NEW, _REKEYED
 * (changed), _SAME (nothing to do) or LEASE_E_POOL.
 */
uint8_t	 own_put(struct change *, const struct own_wish *, struct wall);
void	 own_drop(struct change *, struct peer *);
/*
 * Remove the addresses of a peer, so that other peers of the owner can have
 * them.
 */
void	 own_strip(struct change *, struct peer *);

#endif
