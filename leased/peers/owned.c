/* SPDX-License-Identifier: ISC */
/*
 * Peers with an owner and their indexes: by key, by address, in order of keys.
 */

#include <stdlib.h>
#include <string.h>

#include "leased.h"
#include "log.h"
#include "pool.h"

static int
owned_cmp(const struct owned *a, const struct owned *b)
{
	return (memcmp(a->key, b->key, sizeof(a->key)));
}

RB_GENERATE(owned_byowner, owned, byowner, owned_cmp)
RB_GENERATE(owned_bynet, owned, bynet, owned_cmp)

static uint64_t
key_of(const void *item)
{
	const struct owned *p = item;

	return (hash_bytes(p->key, sizeof(p->key)));
}

static bool
key_eq(const void *item, const void *key)
{
	const struct owned *p = item;

	return (memcmp(p->key, key, sizeof(p->key)) == 0);
}

static size_t
addr_len(const struct prefix *p)
{
	return (p->family == AF_INET ? 4 : 16);
}

static uint64_t
oaddr_of(const void *item)
{
	const struct oaddr *a = item;

	return (hash_bytes(a->p.addr, addr_len(&a->p)));
}

static bool
oaddr_eq(const void *item, const void *key)
{
	const struct oaddr *a = item;

	return (prefix_equal(&a->p, key));
}

void
lnet_init_owned(struct lnet *n)
{
	TAILQ_INIT(&n->owners);
	RB_INIT(&n->owned);
	hash_init(&n->owned_keys, key_of);
	hash_init(&n->owned_addrs, oaddr_of);
}

struct owner *
owner_find(const struct lnet *n, const char *name)
{
	struct owner *o;

	TAILQ_FOREACH(o, &n->owners, entry)
		if (strcmp(o->name, name) == 0)
			return (o);
	return (NULL);
}

/* One that was asked for and never had a peer makes room. */
static bool
owners_room(struct lnet *n)
{
	struct owner *o;

	if (n->nowners < OWNERS_MAX)
		return (true);
	TAILQ_FOREACH(o, &n->owners, entry)
		if (o->id == 0 && o->count == 0 && !o->busy) {
			TAILQ_REMOVE(&n->owners, o, entry);
			n->nowners--;
			free(o);
			return (true);
		}
	return (false);
}

struct owner *
owner_get(struct lnet *n, const char *name)
{
	struct owner *o;

	if ((o = owner_find(n, name)) != NULL)
		return (o);
	return (owners_room(n) ? owner_add(n, name) : NULL);
}

struct owner *
owner_add(struct lnet *n, const char *name)
{
	struct owner *o;

	if ((o = calloc(1, sizeof(*o))) == NULL)
		fatal("owner");
	o->net = n;
	(void)strlcpy(o->name, name, sizeof(o->name));
	RB_INIT(&o->peers);
	TAILQ_INSERT_TAIL(&n->owners, o, entry);
	n->nowners++;
	return (o);
}

uint8_t
owner_source(const struct owner *o)
{
	return (
	    strcmp(o->name, OWNER_STATIC) == 0 ? SOURCE_STATIC : SOURCE_PORTAL);
}

bool
owner_valid(const char *name)
{
	return (strcmp(name, OWNER_STATIC) == 0 ||
	    (strncmp(name, OWNER_PORTAL, sizeof(OWNER_PORTAL) - 1) == 0 &&
		name[sizeof(OWNER_PORTAL) - 1] != '\0'));
}

void
owners_clear(struct broker *b, struct lnet *n)
{
	struct owned *p;
	struct owner *o;

	while ((p = RB_ROOT(&n->owned)) != NULL) {
		owned_unlink(p);
		owned_free(p);
	}
	while ((o = TAILQ_FIRST(&n->owners)) != NULL) {
		TAILQ_REMOVE(&n->owners, o, entry);
		free(o);
	}
	hash_clear(&n->owned_keys);
	hash_clear(&n->owned_addrs);
}

struct owned *
owned_by_key(const struct lnet *n, const uint8_t *key)
{
	return (
	    hash_find(&n->owned_keys, hash_bytes(key, WGKEY_LEN), key_eq, key));
}

struct owned *
owned_by_addr(const struct lnet *n, const struct prefix *p)
{
	struct oaddr *a;

	a = hash_find(&n->owned_addrs, hash_bytes(p->addr, addr_len(p)),
	    oaddr_eq, p);
	return (a == NULL ? NULL : a->peer);
}

struct owned *
owned_next(const struct owner *o, const uint8_t *after)
{
	struct owned *p = RB_ROOT(&o->peers), *best = NULL;

	while (p != NULL)
		if (after == NULL || memcmp(p->key, after, WGKEY_LEN) > 0) {
			best = p;
			p = RB_LEFT(p, byowner);
		} else
			p = RB_RIGHT(p, byowner);
	return (best);
}

struct owned *
owned_next_any(struct lnet *n, const uint8_t *after)
{
	struct owned *p = RB_ROOT(&n->owned), *best = NULL;

	while (p != NULL)
		if (after == NULL || memcmp(p->key, after, WGKEY_LEN) > 0) {
			best = p;
			p = RB_LEFT(p, bynet);
		} else
			p = RB_RIGHT(p, bynet);
	return (best);
}

void
owned_place(struct owned *p)
{
	struct pool *pool;
	uint8_t i;

	for (i = 0; i < p->naddrs; i++) {
		pool = lnet_pool(p->owner->net,
		    p->addrs[i].p.family == AF_INET ? FAM4 : FAM6,
		    p->addrs[i].p.addr);
		/* A reserved address is in the pool's prefix, but not its to
		 * give: then there is nothing to take. */
		p->addrs[i].held = pool != NULL &&
		    pool_take(pool, p->addrs[i].p.addr) == 0;
	}
}

static void
unplace(struct owned *p)
{
	struct pool *pool;
	uint8_t i;

	for (i = 0; i < p->naddrs; i++) {
		if (!p->addrs[i].held)
			continue;
		p->addrs[i].held = false;
		pool = lnet_pool(p->owner->net,
		    p->addrs[i].p.family == AF_INET ? FAM4 : FAM6,
		    p->addrs[i].p.addr);
		if (pool != NULL)
			pool_give(pool, p->addrs[i].p.addr);
	}
}

static void
index_addrs(struct owned *p)
{
	uint8_t i;

	for (i = 0; i < p->naddrs; i++) {
		p->addrs[i].peer = p;
		p->addrs[i].indexed = true;
		hash_insert(&p->owner->net->owned_addrs, &p->addrs[i]);
	}
	owned_place(p);
}

static void
unindex_addrs(struct owned *p)
{
	uint8_t i;

	unplace(p);
	for (i = 0; i < p->naddrs; i++) {
		hash_remove(&p->owner->net->owned_addrs, &p->addrs[i]);
		p->addrs[i].indexed = false;
	}
}

void
owned_link(struct owned *p)
{
	struct lnet *n = p->owner->net;

	RB_INSERT(owned_byowner, &p->owner->peers, p);
	RB_INSERT(owned_bynet, &n->owned, p);
	hash_insert(&n->owned_keys, p);
	index_addrs(p);
	p->owner->count++;
	n->nowned++;
	p->gone = false;
}

void
owned_unlink(struct owned *p)
{
	struct lnet *n = p->owner->net;

	unindex_addrs(p);
	hash_remove(&n->owned_keys, p);
	RB_REMOVE(owned_bynet, &n->owned, p);
	RB_REMOVE(owned_byowner, &p->owner->peers, p);
	owned_clear_dirty(p);
	p->owner->count--;
	n->nowned--;
	p->gone = true;
}

struct owned *
owned_new(struct owner *o, const uint8_t *key, const char *name)
{
	struct owned *p;

	if ((p = calloc(1, sizeof(*p))) == NULL ||
	    (p->name = strdup(name)) == NULL)
		fatal("peer");
	p->owner = o;
	p->pending = true;
	memcpy(p->key, key, sizeof(p->key));
	owned_link(p);
	return (p);
}

void
owned_free(struct owned *p)
{
	free(p->addrs);
	free(p->name);
	free(p);
}

struct oaddr *
oaddrs_new(const struct prefix *addrs, uint8_t n)
{
	struct oaddr *a;
	uint8_t i;

	if (n == 0)
		return (NULL);
	if ((a = calloc(n, sizeof(*a))) == NULL)
		fatal("addresses of a peer");
	for (i = 0; i < n; i++)
		a[i].p = addrs[i];
	return (a);
}

struct oaddr *
owned_swap_addrs(struct owned *p, struct oaddr *addrs, uint8_t *n)
{
	struct oaddr *old = p->addrs;
	uint8_t had = p->naddrs;

	unindex_addrs(p);
	p->addrs = addrs;
	p->naddrs = *n;
	index_addrs(p);
	*n = had;
	return (old);
}

uint8_t
owned_addrs(const struct owned *p, struct prefix *dst)
{
	uint8_t i;

	for (i = 0; i < p->naddrs; i++)
		dst[i] = p->addrs[i].p;
	return (p->naddrs);
}

bool
owned_same_addrs(const struct owned *p, const struct prefix *addrs, uint8_t n)
{
	uint8_t i;

	if (n != p->naddrs)
		return (false);
	for (i = 0; i < n; i++)
		if (!prefix_equal(&p->addrs[i].p, &addrs[i]))
			return (false);
	return (true);
}

uint8_t
owned_sort(struct prefix *a, uint8_t n)
{
	struct prefix x;
	uint8_t i, j, out = 0;

	for (i = 1; i < n; i++) {
		x = a[i];
		for (j = i; j > 0 && prefix_cmp(&a[j - 1], &x) > 0; j--)
			a[j] = a[j - 1];
		a[j] = x;
	}
	for (i = 0; i < n; i++)
		if (out == 0 || !prefix_equal(&a[out - 1], &a[i]))
			a[out++] = a[i];
	return (out);
}

bool
owned_served(const struct owned *p)
{
	return (!p->gone && !p->outside && p->naddrs > 0 &&
	    p->owner->net->configured);
}

bool
owned_online(const struct owned *p, int64_t now)
{
	return (owned_served(p) && p->handshake != 0 &&
	    now - p->handshake < ONLINE_S);
}

void
owned_settle(struct owned *p)
{
	struct prefix own;
	struct lnet *n = p->owner->net;
	uint8_t i, j;

	p->outside = false;
	for (i = 0; i < p->naddrs; i++) {
		if (lnet_pool(n, p->addrs[i].p.family == AF_INET ? FAM4 : FAM6,
			p->addrs[i].p.addr) == NULL)
			p->outside = true;
		for (j = 0; j < n->conf.naddrs; j++) {
			own = prefix_host(&n->conf.addrs[j]);
			if (prefix_equal(&own, &p->addrs[i].p))
				p->outside = true;
		}
	}
}
