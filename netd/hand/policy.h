/* SPDX-License-Identifier: ISC */
/*
 * Whether a wish of leased may come true.  leased is not believed.
 */

#ifndef POLICY_H
#define POLICY_H

#include "proto.h"
#include "wanted.h"

/* What is known about the network, besides its wishes. */
struct policy {
	const struct msg_conf_network *conf;
	bool		 has_pub;
	uint8_t		 pub[WGKEY_LEN];	/* the gateway's own */
	uint32_t	 limit;		/* of peers, by the back end */
	const uint8_t	(*foreign)[WGKEY_LEN];	/* sorted */
	size_t		 nforeign;
};

/*
 * PEER_OK, or what is wrong.  During a sync only wishes of the current
 * generation of the table count as there: the others are replaced by it.
 */
enum peer_code policy_check(const struct policy *, struct wanted *,
	    const struct msg_peer_set *, bool sync);
bool	 policy_is_foreign(const struct policy *, const uint8_t *key);
/* For qsort(3) of the foreign keys. */
int	 policy_key_cmp(const void *, const void *);

#endif
