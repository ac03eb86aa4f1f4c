/* SPDX-License-Identifier: ISC */
/*
 * The state of a network, and the pool of an address.
 */

#include "peernet.h"
#include "pool.h"

bool
network_up(const struct network *n)
{
	return (n->hand.state == NET_UP);
}

bool
network_known(const struct network *n)
{
	return (!n->conf.adopt || n->held_known);
}

bool
network_full(const struct network *n)
{
	return (n->live + n->nowned >= n->conf.max_peers);
}

struct pool *
network_pool(const struct network *n, const struct prefix *p)
{
	unsigned int i;

	for (i = 0; i < n->npools; i++)
		if (pool_block(n->pools[i])->first.family == p->family &&
		    pool_contains(n->pools[i], p->addr))
			return (n->pools[i]);
	return (NULL);
}
