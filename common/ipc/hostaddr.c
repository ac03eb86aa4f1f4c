/* SPDX-License-Identifier: ISC */
/*
 * The rules for the addresses of peers.  All functions are pure.
 */

#include <string.h>

#include "hostaddr.h"

/*
 * True if p is the first address of the prefix, which is the network's own or
 * anycast address, or the last one of IPv4, which is for broadcast.  Prefixes
 * with fewer than four addresses have neither.
 */
static bool
is_edge(const struct prefix *net, const struct prefix *p)
{
	struct prefix x;
	unsigned int i, host;

	host = prefix_bits(net) - net->len;
	if (net->family != p->family || host < 2)
		return (false);
	x = *net;
	prefix_mask(&x);
	x = prefix_host(&x);
	if (prefix_equal(&x, p))
		return (true);
	if (x.family != AF_INET)
		return (false);
	for (i = 0; i < host; i++)
		x.addr[3 - i / 8] |= (uint8_t)(1U << i % 8);
	return (prefix_equal(&x, p));
}

bool
hostaddr_whole(const struct msg_conf_network *n, const struct block *pool)
{
	return (block_is_range(pool) ||
	    (n->assign == ASSIGN_BCD && pool->first.family == AF_INET6));
}

enum hostaddr
hostaddr_check(const struct msg_conf_network *n, const struct prefix *p)
{
	struct prefix own;
	unsigned int i;

	if (!prefix_is_host(p) || !block_among(n->pools, n->npools, p))
		return (HOSTADDR_OUTSIDE);
	for (i = 0; i < n->naddrs; i++) {
		own = prefix_host(&n->addrs[i]);
		if (prefix_equal(&own, p))
			return (HOSTADDR_GATEWAY);
	}
	for (i = 0; i < n->npools; i++)
		if (!hostaddr_whole(n, &n->pools[i]) &&
		    is_edge(&n->pools[i].first, p))
			return (HOSTADDR_OUTSIDE);
	for (i = 0; i < n->naddrs; i++)
		if (is_edge(&n->addrs[i], p))
			return (HOSTADDR_OUTSIDE);
	if (prefix_among(n->reserve, n->nreserve, p))
		return (HOSTADDR_RESERVED);
	return (HOSTADDR_OK);
}

bool
hostaddr_subnet(const struct msg_conf_network *n, const struct prefix *p)
{
	return (
	    prefix_is_canonical(p) && prefix_among(n->subnets, n->nsubnets, p));
}

enum hostaddr
hostaddr_of_peer(const struct msg_conf_network *n, uint8_t source,
    const struct prefix *p)
{
	if (source == SOURCE_STATIC && hostaddr_subnet(n, p))
		return (HOSTADDR_OK);
	return (prefix_is_host(p) ? hostaddr_check(n, p) : HOSTADDR_NO_SUBNET);
}

const char *
hostaddr_text(enum hostaddr a)
{
	switch (a) {
	case HOSTADDR_OK:
		break;
	case HOSTADDR_OUTSIDE:
		return ("is no host's address in the pools");
	case HOSTADDR_RESERVED:
		return ("is reserved");
	case HOSTADDR_GATEWAY:
		return ("is the gateway's own");
	case HOSTADDR_NO_SUBNET:
		return (
		    "is a prefix, which only a static peer can have, inside of the network's subnets");
	}
	return ("");
}
