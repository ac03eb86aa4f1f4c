/* SPDX-License-Identifier: ISC */
/*
 * The networks: find, add and configure them.
 */

#include <stdlib.h>
#include <string.h>

#include "deadline.h"
#include "hostaddr.h"
#include "log.h"
#include "pool.h"
#include "registry.h"

void
registry_init(struct registry *r)
{
	memset(r, 0, sizeof(*r));
	TAILQ_INIT(&r->nets);
}

void
registry_clear(struct registry *r)
{
	struct network *n;
	struct peer *p;

	while ((n = TAILQ_FIRST(&r->nets)) != NULL) {
		while ((p = RB_ROOT(&n->peers)) != NULL)
			registry_forget(r, p);
		owners_clear(n);
		registry_configure(n, NULL);
		hash_clear(&n->keys);
		hash_clear(&n->addrs);
		TAILQ_REMOVE(&r->nets, n, entry);
		free(n);
	}
	free(r->heap);
	free(r->dirty);
	registry_init(r);
}

struct network *
registry_find(const struct registry *r, const char *name)
{
	struct network *n;

	TAILQ_FOREACH(n, &r->nets, entry)
		if (strcmp(n->name, name) == 0)
			return (n);
	return (NULL);
}

struct network *
registry_add(struct registry *r, const char *name, int64_t id)
{
	struct network *n;

	if ((n = calloc(1, sizeof(*n))) == NULL)
		fatal("network");
	n->registry = r;
	n->id = id;
	strlcpy(n->name, name, sizeof(n->name));
	n->hand.state = NET_DOWN;
	TAILQ_INIT(&n->owners);
	peer_init_network(n);
	TAILQ_INSERT_TAIL(&r->nets, n, entry);
	return (n);
}

static void
build_pools(struct network *n)
{
	const struct msg_conf_network *c = &n->conf;
	struct prefix own, net, last;
	struct pool *p;
	unsigned int i, j, k, host;

	for (i = 0; i < c->npools; i++) {
		p = n->pools[n->npools++] = pool_new(&c->pools[i],
		    hostaddr_whole(c, &c->pools[i]));
		for (j = 0; j < c->nreserve; j++)
			pool_skip(p, &c->reserve[j]);
		for (j = 0; j < c->naddrs; j++) {
			own = prefix_host(&c->addrs[j]);
			pool_skip(p, &own);
			if ((host = prefix_bits(&own) - c->addrs[j].len) < 2)
				continue;
			/*
			 * The network's own or anycast address, and IPv4's
			 * broadcast address.
			 */
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
registry_configure(struct network *n, const struct msg_conf_network *conf)
{
	uint64_t outside = n->outside, lost = 0, partly = 0;
	struct peer *p;
	unsigned int i;

	n->configured = conf != NULL;
	if (conf != NULL)
		n->conf = *conf;
	else
		memset(&n->conf, 0, sizeof(n->conf));
	for (i = 0; i < n->npools; i++)
		pool_destroy(n->pools[i]);
	n->npools = 0;
	build_pools(n);

	RB_FOREACH(p, peer_tree, &n->peers) {
		peer_place_anew(p);
		lost += p->owner != NULL && p->outside;
		partly += peer_partly(p);
	}
	if (lost > 0)
		log_warnx(
		    "network %s: %llu peers with an owner are outside its pools and not served; they are kept",
		    n->name, (unsigned long long)lost);
	if (partly > 0)
		log_warnx(
		    "network %s: its pools lack an address of %llu peers, which are served with the others that they have",
		    n->name, (unsigned long long)partly);
	if (n->outside != outside && n->outside > 0)
		log_warnx(
		    "network %s: %llu leases are outside its pools and not served; they are kept",
		    n->name, (unsigned long long)n->outside);
}

void
registry_forget(struct registry *r, struct peer *p)
{
	peer_unlink(p);
	deadline_clear(r, p);
	peer_free(p);
}

bool
registry_own_key(const struct registry *r, const uint8_t *key)
{
	const struct network *n;

	TAILQ_FOREACH(n, &r->nets, entry)
		if (memcmp(n->hand.pubkey, key, WGKEY_LEN) == 0)
			return (true);
	return (false);
}

uint32_t
registry_online(const struct registry *r, int64_t now)
{
	struct network *n;
	struct peer *p;
	uint32_t online = 0;

	TAILQ_FOREACH(n, &r->nets, entry)
		RB_FOREACH(p, peer_tree, &n->peers)
			online += peer_online(p, now);
	return (online);
}
