/* SPDX-License-Identifier: ISC */
/*
 * Networks, their pools, and which lease is in which pool.
 */

#include <sys/socket.h>

#include <string.h>

#include "lease.h"
#include "log.h"
#include "pool.h"

struct lnet *
lnet_find(const struct broker *b, const char *name)
{
	struct lnet *n;

	TAILQ_FOREACH(n, &b->nets, entry)
		if (strcmp(n->name, name) == 0)
			return (n);
	return (NULL);
}

bool
lnet_up(const struct lnet *n)
{
	return (n->kern.state == NET_UP);
}

bool
lnet_full(const struct lnet *n)
{
	return (n->live + n->nowned >= n->conf.max_peers);
}

struct pool *
lnet_pool(const struct lnet *n, enum fam f, const uint8_t addr[16])
{
	unsigned int i;

	for (i = 0; i < n->npools; i++)
		if (pool_prefix(n->pools[i])->family ==
		    (f == FAM4 ? AF_INET : AF_INET6) &&
		    pool_contains(n->pools[i], addr))
			return (n->pools[i]);
	return (NULL);
}

void
place_lease(struct lease *l)
{
	uint8_t addr[16];
	struct pool *p;
	enum fam f;

	for (f = FAM4; f <= FAM6; f++) {
		if ((l->has & FAM_BIT(f)) == 0)
			continue;
		lease_get_addr(l, f, addr);
		if ((p = lnet_pool(l->net, f, addr)) == NULL ||
		    pool_take(p, addr) == -1)
			continue;
		l->held |= FAM_BIT(f);
		if (l->state == LEASE_EXPIRED)
			pool_rest(p, addr, l->ready);
	}
}

void
unplace_lease(struct lease *l)
{
	uint8_t addr[16];
	struct pool *p;
	enum fam f;

	for (f = FAM4; f <= FAM6; f++) {
		if ((l->held & FAM_BIT(f)) == 0)
			continue;
		lease_get_addr(l, f, addr);
		l->held &= ~FAM_BIT(f);
		if ((p = lnet_pool(l->net, f, addr)) == NULL)
			continue;
		if (l->state == LEASE_EXPIRED)
			(void)pool_unrest(p, addr, l->ready);
		pool_give(p, addr);
	}
}

void
settle_lease(struct lease *l)
{
	place_lease(l);
	if (l->state != LEASE_EXPIRED)
		lease_set_state(l, l->state, l->held != l->has || l->has == 0);
}

static void
lnet_build_pools(struct lnet *n)
{
	const struct msg_conf_network *c = &n->conf;
	struct prefix own, net, last;
	struct pool *p;
	unsigned int i, j, k, host;

	for (i = 0; i < c->npools; i++) {
		p = n->pools[n->npools++] = pool_new(&c->pools[i]);
		for (j = 0; j < c->nreserve; j++)
			pool_skip(p, &c->reserve[j]);
		for (j = 0; j < c->naddrs; j++) {
			own = prefix_host(&c->addrs[j]);
			pool_skip(p, &own);
			if ((host = prefix_bits(&own) - c->addrs[j].len) < 2)
				continue;
			/* The link's own network or anycast address, and
			 * IPv4's broadcast address. */
			net = c->addrs[j];
			prefix_mask(&net);
			last = net = prefix_host(&net);
			pool_skip(p, &net);
			if (own.family != AF_INET)
				continue;
			for (k = 0; k < host; k++)
				last.addr[3 - k / 8] |= 1 << k % 8;
			pool_skip(p, &last);
		}
	}
}

void
lnet_configure(struct broker *b, struct lnet *n,
    const struct msg_conf_network *conf)
{
	uint64_t outside = n->outside, lost = 0;
	struct lease *l;
	struct owned *p;
	unsigned int i;

	n->configured = conf != NULL;
	if (conf != NULL)
		n->conf = *conf;
	else
		memset(&n->conf, 0, sizeof(n->conf));
	for (i = 0; i < n->npools; i++)
		pool_destroy(n->pools[i]);
	n->npools = 0;
	lnet_build_pools(n);

	RB_FOREACH(l, lease_tree, &n->byname) {
		l->held = 0;
		settle_lease(l);
	}
	RB_FOREACH(p, owned_bynet, &n->owned) {
		owned_place(p);
		owned_settle(p);
		lost += p->outside;
	}
	if (lost > 0)
		log_warnx("network %s: %llu peers with an owner are outside "
			  "its pools and not served; they are kept",
		    n->name, (unsigned long long)lost);
	if (n->outside != outside && n->outside > 0)
		log_warnx("network %s: %llu leases are outside its pools and "
			  "not served; they are kept",
		    n->name, (unsigned long long)n->outside);
}
