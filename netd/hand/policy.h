/* SPDX-License-Identifier: ISC */
/*
 * The check of leased's wishes.  leased is not trusted.
 */

#ifndef POLICY_H
#define POLICY_H

#include "proto.h"
#include "wanted.h"

/* An address that a foreign or unclaimed peer has. */
struct policy_held {
	struct prefix	 addr;
	uint8_t		 key[WGKEY_LEN];
};

/* Everything about the network that a check needs, besides its wishes. */
struct policy {
	const struct msg_conf_network *conf;
	bool		 has_pub;
	uint8_t		 pub[WGKEY_LEN];	/* the gateway's own key */
	uint32_t	 limit;		/* most peers, by the back end */
	const uint8_t	(*foreign)[WGKEY_LEN];	/* sorted */
	size_t		 nforeign;
	const struct policy_held *held;	/* sorted */
	size_t		 nheld;
	/* The host's addresses on other interfaces, and others' on this one. */
	const struct prefix *host;
	size_t		 nhost;
	const struct prefix *own;
	size_t		 nown;
};

/*
 * Returns PEER_OK, or what is wrong with the wish.  During a sync, only wishes
 * of the current generation of the table count as existing, since it replaces
 * the others.
 */
enum peer_code policy_check(const struct policy *, struct wanted *,
	    const struct msg_peer_set *, bool sync);
bool	 policy_is_foreign(const struct policy *, const uint8_t *key);
/* The key of the foreign or unclaimed peer with this very address, or NULL. */
const uint8_t *policy_holder(const struct policy *, const struct prefix *);
/* Compare foreign keys and held addresses, for qsort(3). */
int	 policy_key_cmp(const void *, const void *);
int	 policy_held_cmp(const void *, const void *);

#endif
