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
#include "psk.h"
#include "registry.h"

void
registry_init(struct registry *r)
{
	memset(r, 0, sizeof(*r));
	TAILQ_INIT(&r->nets);
	psks_init(&r->psks);
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
	psks_clear(&r->psks);
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

/* An address of the interface, and those that no host of its network has. */
static void
skip_own(struct pool *p, const struct prefix *addr)
{
	struct prefix own, net, last;
	unsigned int k, host;

	own = prefix_host(addr);
	pool_skip(p, &own);
	if ((host = prefix_bits(&own) - addr->len) < 2)
		return;
	/* The network's own or anycast address, and IPv4's broadcast address. */
	net = *addr;
	prefix_mask(&net);
	last = net = prefix_host(&net);
	pool_skip(p, &net);
	if (own.family != AF_INET)
		return;
	for (k = 0; k < host; k++)
		last.addr[3 - k / 8] |= 1 << k % 8;
	pool_skip(p, &last);
}

static void
build_pools(struct network *n)
{
	const struct msg_conf_network *c = &n->conf;
	const struct holder *h;
	struct pool *p;
	unsigned int i, j;
	size_t k;

	for (i = 0; i < c->npools; i++) {
		p = n->pools[n->npools++] = pool_new(&c->pools[i],
		    hostaddr_whole(c, &c->pools[i]));
		for (j = 0; j < c->nreserve; j++)
			pool_skip(p, &c->reserve[j]);
		for (j = 0; j < c->naddrs; j++)
			skip_own(p, &c->addrs[j]);
		for (k = 0; k < n->held.n; k++) {
			h = &n->held.list[k];
			if (h->kind == HOLD_OWN)
				skip_own(p, &h->addr);
		}
		for (k = 0; k < n->held.n; k++) {
			h = &n->held.list[k];
			if (h->kind != HOLD_OWN && holder_counts(h))
				pool_reserve(p, &h->addr);
		}
	}
}

/* The number of peers with an owner that the pools lack, and of partly ones. */
static void
rebuild(struct network *n, uint64_t *lost, uint64_t *partly)
{
	struct peer *p;
	unsigned int i;

	for (i = 0; i < n->npools; i++)
		pool_destroy(n->pools[i]);
	n->npools = 0;
	spans_clear(&n->subnets);
	build_pools(n);
	*lost = *partly = 0;
	RB_FOREACH(p, peer_tree, &n->peers) {
		peer_place_anew(p);
		*lost += p->owner != NULL && p->outside;
		*partly += peer_partly(p);
	}
}

/* Nothing of a pool can be leased: say who has all of it. */
static void
tell_taken(const struct network *n)
{
	char pool[BLOCK_TEXT], addr[PREFIX_TEXT];
	const struct block *b;
	const struct holder *h;
	struct prefix first, last;
	unsigned int i;
	size_t k;

	for (i = 0; i < n->npools; i++) {
		b = pool_block(n->pools[i]);
		first = block_first(b);
		last = block_last(b);
		for (k = 0; k < n->held.n && pool_size(n->pools[i]) == 0; k++) {
			h = &n->held.list[k];
			if (h->kind == HOLD_OWN || !holder_counts(h) ||
			    !prefix_contains(&h->addr, &first) ||
			    !prefix_contains(&h->addr, &last))
				continue;
			log_warnx(
			    "network %s: nothing of pool %s can be leased: peer=%s on %s, which is not sallyport's, has %s",
			    n->name, block_format(b, pool), log_key(h->key),
			    n->conf.interface, prefix_format(&h->addr, addr));
			break;
		}
	}
}

void
registry_configure(struct network *n, const struct msg_conf_network *conf)
{
	uint64_t outside = n->outside, lost, partly;

	n->configured = conf != NULL;
	if (conf != NULL)
		n->conf = *conf;
	else {
		memset(&n->conf, 0, sizeof(n->conf));
		holders_clear(&n->held);
		holders_clear(&n->coming);
		n->held_known = false;
	}
	rebuild(n, &lost, &partly);
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

bool
registry_held(struct network *n)
{
	uint64_t outside = n->outside, lost, partly, served = n->live;

	if (!holders_end(n))
		return (false);
	rebuild(n, &lost, &partly);
	tell_taken(n);
	if (n->outside > outside)
		log_warnx(
		    "network %s: %s has addresses of %llu leases itself, which are not served; they are kept",
		    n->name, n->conf.interface,
		    (unsigned long long)(n->outside - outside));
	return (n->live != served || lost + partly > 0);
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

void
registry_take_key(struct registry *r, const uint8_t *key)
{
	struct network *n;
	struct peer *p;

	TAILQ_FOREACH(n, &r->nets, entry) {
		if ((p = peer_by_key(n, key)) == NULL || p->refused)
			continue;
		log_warnx(
		    "network %s: the key of %s is the gateway's own: it is kept and not served",
		    n->name, p->name[0] != '\0' ? log_vis(p->name) : "a peer");
		p->refused = true;
		peer_settle(p);
	}
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
