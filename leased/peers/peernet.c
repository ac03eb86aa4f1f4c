/* SPDX-License-Identifier: ISC */
/*
 * Properties of an address in a network: its pool, whether it is the gateway's
 * own, and whether a host can have it.
 */

#include <string.h>

#include "peernet.h"
#include "pool.h"

bool
network_up(const struct network *n)
{
	return (n->hand.state == NET_UP);
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
		if (pool_prefix(n->pools[i])->family == p->family &&
		    pool_contains(n->pools[i], p->addr))
			return (n->pools[i]);
	return (NULL);
}

bool
network_own_addr(const struct network *n, const struct prefix *p)
{
	struct prefix own;
	uint8_t i;

	for (i = 0; i < n->conf.naddrs; i++) {
		own = prefix_host(&n->conf.addrs[i]);
		if (prefix_equal(&own, p))
			return (true);
	}
	return (false);
}

bool
network_has_host(const struct network *n, const struct prefix *p)
{
	struct prefix last;
	struct pool *pool;
	unsigned int i, host;

	if (!prefix_is_host(p) || (pool = network_pool(n, p)) == NULL)
		return (false);
	last = *pool_prefix(pool);
	host = prefix_bits(&last) - last.len;
	if (host < 2)
		return (true);
	if (memcmp(last.addr, p->addr, sizeof(last.addr)) == 0)
		return (false);
	if (last.family != AF_INET)
		return (true);
	for (i = 0; i < host; i++)
		last.addr[3 - i / 8] |= 1 << i % 8;
	return (memcmp(last.addr, p->addr, 4) != 0);
}
