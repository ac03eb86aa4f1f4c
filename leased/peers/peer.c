/* SPDX-License-Identifier: ISC */
/*
 * Peers in memory, their indexes, and their addresses in the pools.
 */

#include <stdlib.h>
#include <string.h>

#include "deadline.h"
#include "dirty.h"
#include "hostaddr.h"
#include "log.h"
#include "peernet.h"
#include "pool.h"
#include "psk.h"

/* Leases come first, in order of names; then the others, in order of keys. */
static int
peer_cmp(const struct peer *a, const struct peer *b)
{
	if ((a->owner == NULL) != (b->owner == NULL))
		return (a->owner == NULL ? -1 : 1);
	return (a->owner == NULL ? strcmp(a->name, b->name) :
	    memcmp(a->key, b->key, WGKEY_LEN));
}

RB_GENERATE(peer_tree, peer, entry, peer_cmp)

static uint64_t
key_of(const void *item)
{
	const struct peer *p = item;

	return (hash_bytes(p->key, sizeof(p->key)));
}

static bool
key_eq(const void *item, const void *key)
{
	const struct peer *p = item;

	return (memcmp(p->key, key, sizeof(p->key)) == 0);
}

static uint64_t
prefix_hash(const struct prefix *p)
{
	return (hash_bytes(p->addr, p->family == AF_INET ? 4 : 16));
}

static uint64_t
addr_of(const void *item)
{
	const struct peer_addr *a = item;

	return (prefix_hash(&a->p));
}

static bool
addr_eq(const void *item, const void *key)
{
	const struct peer_addr *a = item;

	return (prefix_equal(&a->p, key));
}

void
peer_init_network(struct network *n)
{
	RB_INIT(&n->peers);
	hash_init(&n->keys, key_of);
	hash_init(&n->addrs, addr_of);
	spans_init(&n->subnets);
}

/* The pool of an address; NULL for a subnet or what is outside. */
static struct pool *
pool_of(const struct peer *p, const struct peer_addr *a)
{
	return (prefix_is_host(&a->p) ? network_pool(p->net, &a->p) : NULL);
}

/*
 * Take a peer's addresses in the pools and subnets, or release them.  An address
 * that no peer may have can be in the prefix of a pool, but the pool cannot give
 * it: nothing is taken then.
 */
static void
place(struct peer *p)
{
	struct peer_addr *a;
	struct pool *pool;
	uint8_t i;

	for (i = 0; i < p->naddrs; i++) {
		a = &p->addrs[i];
		if ((pool = pool_of(p, a)) == NULL) {
			a->held = peer_source(p) == SOURCE_STATIC &&
			    hostaddr_subnet(&p->net->conf, &a->p) &&
			    span_add(&p->net->subnets, &a->p, a);
			continue;
		}
		/* A live peer keeps what another one on the interface has. */
		if (pool_take(pool, a->p.addr) == -1 &&
		    (p->state == LEASE_EXPIRED ||
			pool_claim(pool, a->p.addr) == -1))
			continue;
		a->held = true;
		if (p->state == LEASE_EXPIRED)
			pool_rest(pool, a->p.addr, p->ready);
	}
}

static void
unplace(struct peer *p)
{
	struct peer_addr *a;
	struct pool *pool;
	uint8_t i;

	for (i = 0; i < p->naddrs; i++) {
		a = &p->addrs[i];
		if (!a->held)
			continue;
		a->held = false;
		if ((pool = pool_of(p, a)) == NULL) {
			span_remove(&p->net->subnets, &a->p);
			continue;
		}
		if (p->state == LEASE_EXPIRED)
			(void)pool_unrest(pool, a->p.addr, p->ready);
		pool_give(pool, a->p.addr);
	}
}

static void
index_addrs(struct peer *p)
{
	uint8_t i;

	for (i = 0; i < p->naddrs; i++)
		hash_insert(&p->net->addrs, &p->addrs[i]);
	place(p);
}

static void
unindex_addrs(struct peer *p)
{
	uint8_t i;

	unplace(p);
	for (i = 0; i < p->naddrs; i++)
		hash_remove(&p->net->addrs, &p->addrs[i]);
}

/* All counting is done here; d is -1 before a change and 1 after it. */
static void
count(struct peer *p, int d)
{
	struct network *n = p->net;

	if (p->owner != NULL) {
		p->owner->count += d;
		n->nowned += d;
		return;
	}
	n->outside += p->outside ? d : 0;
	if (!peer_served(p))
		return;
	n->live += d;
	n->pending += p->state == LEASE_PENDING ? d : 0;
}

void
peer_link(struct peer *p)
{
	p->gone = false;
	RB_INSERT(peer_tree, &p->net->peers, p);
	if (p->state != LEASE_EXPIRED)
		hash_insert(&p->net->keys, p);
	index_addrs(p);
	count(p, 1);
}

void
peer_unlink(struct peer *p)
{
	count(p, -1);
	unindex_addrs(p);
	if (p->state != LEASE_EXPIRED)
		hash_remove(&p->net->keys, p);
	RB_REMOVE(peer_tree, &p->net->peers, p);
	dirty_clear(p);
	p->gone = true;
}

void
peer_free(struct peer *p)
{
	psk_set(p, NULL);
	if (p->addrs != p->few)
		free(p->addrs);
	peer_text_free((struct peer_text){ p->name, p->name_at });
	free(p);
}

void
peer_text_free(struct peer_text t)
{
	if (t.name != NULL)
		free(t.name - t.at);
}

struct peer_text
peer_swap_text(struct peer *p, struct peer_text t)
{
	struct peer_text old = { p->name, p->name_at };

	p->name = t.name;
	p->name_at = t.at;
	return (old);
}

struct peer_text
peer_set_text(struct peer *p, const char *name, const char *who)
{
	size_t n = strlen(name), w = strlen(who);
	struct peer_text t;
	char *text;

	_Static_assert(PROOF_SIZE <= UINT8_MAX, "at has a byte");
	/* No message brings a longer one, but a database may. */
	if (w >= PROOF_SIZE)
		w = strlen(who = "");
	if (p->owner != NULL)
		t.at = 0;
	else if (w >= n && strcmp(who + w - n, name) == 0)
		t.at = (uint8_t)(w - n);
	else
		t.at = (uint8_t)(w + 1);
	if ((text = malloc(t.at + n + 1)) == NULL)
		fatal("text of a peer");
	/* If the name is not the end of the proof, its NUL is copied, too. */
	memcpy(text, who, t.at);
	t.name = text + t.at;
	memcpy(t.name, name, n + 1);
	return (peer_swap_text(p, t));
}

static struct peer *
peer_new(struct network *n, struct owner *o, const char *name, const char *who)
{
	struct peer *p;

	if ((p = calloc(1, sizeof(*p))) == NULL)
		fatal("peer");
	p->net = n;
	p->owner = o;
	p->addrs = p->few;
	(void)peer_set_text(p, name, who);
	return (p);
}

struct peer *
peer_new_lease(struct network *n, const char *name, const char *who)
{
	struct peer *p;

	if (peer_by_name(n, name) != NULL)
		return (NULL);
	p = peer_new(n, NULL, name, who);
	p->state = LEASE_EXPIRED;
	peer_link(p);
	return (p);
}

struct peer *
peer_new_owned(struct owner *o, const uint8_t *key, const char *name)
{
	struct peer *p;

	p = peer_new(o->net, o, name, "");
	p->state = LEASE_PENDING;
	memcpy(p->key, key, sizeof(p->key));
	peer_link(p);
	return (p);
}

struct peer *
peer_by_name(const struct network *n, const char *name)
{
	struct peer *p = RB_ROOT(&n->peers);
	int c;

	/*
	 * There is no hash besides the tree: among 100,000 leases some 17 steps
	 * are nothing compared with a registration, and a table costs 16 bytes
	 * for each peer.
	 */
	while (p != NULL) {
		c = p->owner != NULL ? -1 : strcmp(name, p->name);
		if (c == 0)
			break;
		p = c < 0 ? RB_LEFT(p, entry) : RB_RIGHT(p, entry);
	}
	return (p);
}

struct peer *
peer_by_key(const struct network *n, const uint8_t *key)
{
	return (hash_find(&n->keys, hash_bytes(key, WGKEY_LEN), key_eq, key));
}

struct peer *
peer_by_addr(const struct network *n, const struct prefix *p)
{
	struct peer_addr *a;

	a = hash_find(&n->addrs, prefix_hash(p), addr_eq, p);
	return (a == NULL ? NULL : a->peer);
}

const struct peer_addr *
peer_overlap(struct network *n, const struct prefix *p, const struct peer *but)
{
	const struct peer_addr *a;
	struct span *s;

	a = hash_find(&n->addrs, prefix_hash(p), addr_eq, p);
	if (a != NULL && a->peer != but)
		return (a);
	for (s = span_first(&n->subnets, p); s != NULL; s = span_next(s, p)) {
		a = s->arg;
		if (a->peer != but)
			return (a);
	}
	return (NULL);
}

static bool
is_behind(const struct peer *p, const struct peer_place *at)
{
	if ((p->owner != NULL) != at->owned)
		return (p->owner != NULL);
	if (p->owner == NULL)
		return (strcmp(p->name, at->name) > 0);
	return (!at->has_key || memcmp(p->key, at->key, WGKEY_LEN) > 0);
}

struct peer *
peer_behind(const struct network *n, const struct peer_place *at,
    const struct owner *o)
{
	struct peer *p = RB_ROOT(&n->peers), *best = NULL;

	while (p != NULL)
		if (is_behind(p, at)) {
			best = p;
			p = RB_LEFT(p, entry);
		} else
			p = RB_RIGHT(p, entry);
	return (best == NULL || o == NULL || best->owner == o ?
		best :
	    peer_next(best, o));
}

struct peer *
peer_next(struct peer *p, const struct owner *o)
{
	do
		p = RB_NEXT(peer_tree, &p->net->peers, p);
	while (p != NULL && o != NULL && p->owner != o);
	return (p);
}

void
peer_place_set(struct peer_place *at, const struct peer *p)
{
	at->owned = at->has_key = p->owner != NULL;
	if (p->owner == NULL)
		strlcpy(at->name, p->name, sizeof(at->name));
	else
		memcpy(at->key, p->key, sizeof(at->key));
}

struct peer *
peer_first_of(const struct owner *o)
{
	const struct peer_place at = { .owned = true };

	return (peer_behind(o->net, &at, o));
}

enum lease_state
peer_state(const struct peer *p)
{
	if (p->state == LEASE_EXPIRED)
		return (LEASE_EXPIRED);
	if (!peer_served(p))
		return (LEASE_OUTSIDE);
	if (p->state == LEASE_PENDING)
		return (LEASE_PENDING);
	return (peer_partly(p) ? LEASE_PARTLY : LEASE_ACTIVE);
}

bool
peer_partly(const struct peer *p)
{
	uint8_t i;

	for (i = 0; i < p->naddrs && peer_served(p); i++)
		if (!peer_addr_served(p, i))
			return (true);
	return (false);
}

bool
peer_given_back(const struct peer *p)
{
	return (p->state == LEASE_EXPIRED && p->renewed == p->expires);
}

bool
peer_served(const struct peer *p)
{
	return (p->state != LEASE_EXPIRED && !p->outside && !p->gone &&
	    (p->owner == NULL || p->naddrs > 0));
}

bool
peer_addr_served(const struct peer *p, uint8_t i)
{
	return (p->addrs[i].held && !p->refused);
}

bool
peer_online(const struct peer *p, int64_t now)
{
	return (peer_served(p) && p->handshake != 0 &&
	    now - p->handshake < ONLINE_S);
}

uint32_t
peer_ttl(const struct peer *p, struct mono now)
{
	int64_t ms;

	if (p->heap == 0)
		return (LEASE_NEVER);
	ms = mono_diff_ms(p->deadline, now);
	return (ms <= 0 ? 0 : (uint32_t)((ms + 999) / 1000));
}

uint8_t
peer_source(const struct peer *p)
{
	return (p->owner == NULL ? SOURCE_LEASE : owner_source(p->owner));
}

const char *
peer_who(const struct peer *p)
{
	return (p->owner != NULL ? p->owner->name : p->name - p->name_at);
}

bool
peer_robbable(const struct peer *p, const struct prefix *addr, struct mono now)
{
	const struct peer_addr *a;

	a = peer_addr(p, addr->family);
	return (p->state == LEASE_EXPIRED &&
	    (a == NULL || !a->held || mono_cmp(p->ready, now) <= 0));
}

void
peer_set_key(struct peer *p, const uint8_t *key)
{
	bool indexed = p->state != LEASE_EXPIRED;

	if (indexed)
		hash_remove(&p->net->keys, p);
	memcpy(p->key, key, sizeof(p->key));
	if (indexed)
		hash_insert(&p->net->keys, p);
}

void
peer_set_state(struct peer *p, enum lease_state state, bool outside)
{
	bool ended = p->state == LEASE_EXPIRED, ends = state == LEASE_EXPIRED;

	if (ended != ends)
		unplace(p);
	if (ends && !ended)
		hash_remove(&p->net->keys, p);
	if (ended && !ends)
		hash_insert(&p->net->keys, p);
	count(p, -1);
	p->state = state;
	p->outside = outside;
	count(p, 1);
	if (ended != ends)
		place(p);
}

uint8_t
peer_addrs(const struct peer *p, struct prefix *dst)
{
	uint8_t i;

	for (i = 0; i < p->naddrs; i++)
		dst[i] = p->addrs[i].p;
	return (p->naddrs);
}

bool
peer_has_addrs(const struct peer *p, const struct prefix *addrs, uint8_t n)
{
	uint8_t i;

	if (n != p->naddrs)
		return (false);
	for (i = 0; i < n; i++)
		if (!prefix_equal(&p->addrs[i].p, &addrs[i]))
			return (false);
	return (true);
}

const struct peer_addr *
peer_addr(const struct peer *p, int family)
{
	uint8_t i;

	for (i = 0; i < p->naddrs; i++)
		if (p->addrs[i].p.family == family)
			return (&p->addrs[i]);
	return (NULL);
}

void
peer_set_addrs(struct peer *p, const struct prefix *addrs, uint8_t n)
{
	uint8_t i;

	unindex_addrs(p);
	if (p->addrs != p->few)
		free(p->addrs);
	p->addrs = p->few;
	if (n > ADDRS_INLINE &&
	    (p->addrs = reallocarray(NULL, n, sizeof(*p->addrs))) == NULL)
		fatal("addresses of a peer");
	p->naddrs = n;
	for (i = 0; i < n; i++) {
		p->addrs[i].peer = p;
		p->addrs[i].p = addrs[i];
		p->addrs[i].held = false;
	}
	index_addrs(p);
}

void
peer_add_addr(struct peer *p, const struct prefix *addr)
{
	struct prefix all[PEER_ADDRS_MAX + 1];
	uint8_t n;

	n = peer_addrs(p, all);
	all[n] = *addr;
	peer_set_addrs(p, all, peer_sort_addrs(all, n + 1));
}

void
peer_drop_addr(struct peer *p, const struct prefix *addr)
{
	struct prefix rest[PEER_ADDRS_MAX];
	uint8_t i, n = 0;

	for (i = 0; i < p->naddrs; i++)
		if (!prefix_equal(&p->addrs[i].p, addr))
			rest[n++] = p->addrs[i].p;
	peer_set_addrs(p, rest, n);
}

uint8_t
peer_sort_addrs(struct prefix *a, uint8_t n)
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

void
peer_settle(struct peer *p)
{
	bool outside = p->owner == NULL || p->naddrs > 0;
	uint8_t i;

	if (p->state == LEASE_EXPIRED)
		return;
	for (i = 0; i < p->naddrs; i++)
		if (peer_addr_served(p, i))
			outside = false;
	peer_set_state(p, p->state, outside);
}

void
peer_place_anew(struct peer *p)
{
	uint8_t i;

	for (i = 0; i < p->naddrs; i++)
		p->addrs[i].held = false;
	place(p);
	peer_settle(p);
}
