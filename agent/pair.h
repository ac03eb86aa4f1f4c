/* SPDX-License-Identifier: ISC */
/*
 * The pair of this device and one other member: its relay, and the facts of the
 * rule for paths, both from the map.  Both ends compute the same relay from the
 * same map.
 */

#ifndef PAIR_H
#define PAIR_H

#include "map.h"
#include "pathrule.h"

/* The relay that serves all pairs without one of their own, or NULL. */
struct map_peer *pair_main_relay(struct map_net *);
/* The relay of the pair with this member, or NULL. */
struct map_peer *pair_relay(struct map_net *, const struct map_peer *);
/* minute counts since any moment, the same one at both ends. */
void	 pair_facts(struct map_net *, const struct map_peer *, uint64_t minute,
	    struct path_facts *);
/* How this device is seen: open, if it is a relay or has no NAT. */
enum map_nat pair_own_nat(const struct map_self *,
	    const struct map_endpoint *local, unsigned int nlocal);

#endif
