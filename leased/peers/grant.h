/* SPDX-License-Identifier: ISC */
/*
 * Granting and ending leases: the addresses that a name gets, and for how long.
 */

#ifndef GRANT_H
#define GRANT_H

#include "change.h"

struct grant {
	struct change	 change;	/* the lease's own step is its last */
	struct peer	*peer;
	uint8_t		 code;		/* enum lease_code */
	bool		 store;		/* something durable changed */
	bool		 wish;		/* the hand must be told */
	bool		 ended;
	bool		 renewed_only;	/* only this time changed */
	bool		 extends;	/* the hand has it, until later now */
};

/*
 * Register name with key, and with a preshared key or none (NULL).  Fills the
 * grant and returns its code; after an error (a code from LEASE_E_KEY up),
 * nothing has changed.  The caller applies the rest of the policy, that is, who
 * may register at all.
 */
uint8_t	 grant_register(struct registry *, struct network *, const char *name,
    const char *who, const uint8_t *key, const uint8_t *psk, struct mono now,
    struct wall wall, struct grant *);
/* A lease that another gateway has given. */
struct import {
	struct prefix	 addr;		/* a host's */
	uint32_t	 ttl;		/* seconds left of it */
};

/*
 * Register name with key as above, with this address and at most this term.  A
 * live lease stays as it is: the code is LEASE_OK_SAME if it is this one, or
 * else LEASE_E_ADDR_TAKEN, and the grant is empty.
 */
uint8_t	 grant_import(struct registry *, struct network *, const char *name,
    const char *who, const uint8_t *key, const struct import *, struct mono now,
    struct wall wall, struct grant *);
/* End a lease that has not ended. */
void	 grant_end(struct registry *, struct peer *, struct mono now, struct wall,
    struct grant *);
/* The same, because its device gives it back. */
void	 grant_release(struct registry *, struct peer *, struct mono now,
    struct wall, struct grant *);
/*
 * True if a lease, which may have ended, would be renewed without a change of
 * its addresses.
 */
bool	 grant_renewable(struct network *, struct peer *, struct mono now);
/*
 * Find the addresses that name has or would get.  Returns LEASE_OK_SAME (has
 * them), LEASE_OK_NEW or an error, and changes nothing.
 */
uint8_t	 grant_preview(struct network *, const char *name, struct mono now,
    struct prefix *addrs, uint8_t *naddrs);
/* The same for a peer that is no lease: addresses that nobody has. */
uint8_t	 grant_fresh(const struct network *, const char *name, struct mono now,
    struct prefix *addrs, uint8_t *naddrs);

#endif
