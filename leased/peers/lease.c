/* SPDX-License-Identifier: ISC */
/*
 * Leases and their indexes: by name, by key, by address, in order of names.
 */

#include <sys/socket.h>

#include <stdlib.h>
#include <string.h>

#include "lease.h"
#include "log.h"

static int
lease_cmp(const struct lease *a, const struct lease *b)
{
	return (strcmp(a->name, b->name));
}

RB_GENERATE(lease_tree, lease, byname, lease_cmp)

static uint64_t
key_of(const void *item)
{
	const struct lease *l = item;

	return (hash_bytes(l->key, sizeof(l->key)));
}

static bool
key_eq(const void *item, const void *key)
{
	const struct lease *l = item;

	return (memcmp(l->key, key, sizeof(l->key)) == 0);
}

static uint64_t
addr4_of(const void *item)
{
	const struct lease *l = item;

	return (hash_bytes(l->addr4, sizeof(l->addr4)));
}

static bool
addr4_eq(const void *item, const void *key)
{
	const struct lease *l = item;

	return (memcmp(l->addr4, key, sizeof(l->addr4)) == 0);
}

static uint64_t
addr6_of(const void *item)
{
	const struct lease *l = item;

	return (hash_bytes(l->addr6, sizeof(l->addr6)));
}

static bool
addr6_eq(const void *item, const void *key)
{
	const struct lease *l = item;

	return (memcmp(l->addr6, key, sizeof(l->addr6)) == 0);
}

void
broker_init(struct broker *b)
{
	memset(b, 0, sizeof(*b));
	TAILQ_INIT(&b->nets);
	LIST_INIT(&b->dirty);
	LIST_INIT(&b->owned_dirty);
}

void
broker_clear(struct broker *b)
{
	struct lnet *n;
	struct lease *l;

	while ((n = TAILQ_FIRST(&b->nets)) != NULL) {
		while ((l = RB_ROOT(&n->byname)) != NULL)
			lease_free(b, l);
		owners_clear(b, n);
		lnet_configure(b, n, NULL);
		hash_clear(&n->keys);
		hash_clear(&n->addrs[FAM4]);
		hash_clear(&n->addrs[FAM6]);
		TAILQ_REMOVE(&b->nets, n, entry);
		free(n);
	}
	free(b->heap);
	broker_init(b);
}

struct lnet *
lnet_add(struct broker *b, const char *name, int64_t id)
{
	struct lnet *n;

	if ((n = calloc(1, sizeof(*n))) == NULL)
		fatal("network");
	n->id = id;
	(void)strlcpy(n->name, name, sizeof(n->name));
	n->kern.state = NET_DOWN;
	RB_INIT(&n->byname);
	hash_init(&n->keys, key_of);
	hash_init(&n->addrs[FAM4], addr4_of);
	hash_init(&n->addrs[FAM6], addr6_of);
	lnet_init_owned(n);
	TAILQ_INSERT_TAIL(&b->nets, n, entry);
	return (n);
}

/* One allocation for both texts. */
static char *
lease_text(const char *name, const char *who)
{
	size_t n = strlen(name) + 1, w = strlen(who) + 1;
	char *p;

	if ((p = malloc(n + w)) == NULL)
		fatal("text of a lease");
	memcpy(p, name, n);
	memcpy(p + n, who, w);
	return (p);
}

struct lease *
lease_new(struct broker *b, struct lnet *n, const char *name, const char *who)
{
	struct lease *l;

	if ((l = calloc(1, sizeof(*l))) == NULL)
		fatal("lease");
	l->net = n;
	l->name = lease_text(name, who);
	l->state = LEASE_EXPIRED;
	if (RB_INSERT(lease_tree, &n->byname, l) != NULL) {
		free(l->name);
		free(l);
		return (NULL);
	}
	return (l);
}

void
lease_free(struct broker *b, struct lease *l)
{
	struct lnet *n = l->net;

	unplace_lease(l);
	lease_drop_addr(l, FAM4);
	lease_drop_addr(l, FAM6);
	lease_set_state(l, LEASE_EXPIRED, false);
	deadline_clear(b, l);
	lease_clear_dirty(l);
	RB_REMOVE(lease_tree, &n->byname, l);
	free(l->name);
	free(l);
}

struct lease *
lease_find(const struct lnet *n, const char *name)
{
	struct lease *l = RB_ROOT(&n->byname);
	int c;

	/* No hash beside the tree: some 17 steps among 100,000 are nothing
	 * beside a registration, and a table costs 16 bytes a lease. */
	while (l != NULL && (c = strcmp(name, l->name)) != 0)
		l = c < 0 ? RB_LEFT(l, byname) : RB_RIGHT(l, byname);
	return (l);
}

struct lease *
lease_by_key(const struct lnet *n, const uint8_t *key)
{
	return (hash_find(&n->keys, hash_bytes(key, WGKEY_LEN), key_eq, key));
}

struct lease *
lease_by_addr(const struct lnet *n, enum fam f, const uint8_t addr[16])
{
	return (hash_find(&n->addrs[f], hash_bytes(addr, f == FAM4 ? 4 : 16),
	    f == FAM4 ? addr4_eq : addr6_eq, addr));
}

struct lease *
lease_after(struct lnet *n, const char *name)
{
	struct lease *l = RB_ROOT(&n->byname), *best = NULL;

	while (l != NULL)
		if (strcmp(l->name, name) > 0) {
			best = l;
			l = RB_LEFT(l, byname);
		} else
			l = RB_RIGHT(l, byname);
	return (best);
}

const char *
lease_who(const struct lease *l)
{
	return (l->name + strlen(l->name) + 1);
}

bool
lease_live(const struct lease *l)
{
	return (l->state != LEASE_EXPIRED && !l->outside);
}

uint32_t
lease_ttl(const struct lease *l, struct mono now)
{
	int64_t ms;

	if (l->heap == 0)
		return (LEASE_NEVER);
	ms = mono_diff_ms(l->deadline, now);
	return (ms <= 0 ? 0 : (uint32_t)((ms + 999) / 1000));
}

uint8_t
lease_addrs(const struct lease *l, struct prefix *dst)
{
	uint8_t n = 0;

	if (l->has & FAM_BIT(FAM4)) {
		memset(&dst[n], 0, sizeof(dst[n]));
		dst[n].family = AF_INET;
		dst[n].len = 32;
		memcpy(dst[n++].addr, l->addr4, sizeof(l->addr4));
	}
	if (l->has & FAM_BIT(FAM6)) {
		memset(&dst[n], 0, sizeof(dst[n]));
		dst[n].family = AF_INET6;
		dst[n].len = 128;
		memcpy(dst[n++].addr, l->addr6, sizeof(l->addr6));
	}
	return (n);
}

void
lease_drop_addr(struct lease *l, enum fam f)
{
	if ((l->has & FAM_BIT(f)) == 0)
		return;
	hash_remove(&l->net->addrs[f], l);
	l->has &= ~FAM_BIT(f);
	l->held &= ~FAM_BIT(f);
}

void
lease_set_addr(struct lease *l, enum fam f, const uint8_t *addr)
{
	lease_drop_addr(l, f);
	if (f == FAM4)
		memcpy(l->addr4, addr, sizeof(l->addr4));
	else
		memcpy(l->addr6, addr, sizeof(l->addr6));
	l->has |= FAM_BIT(f);
	hash_insert(&l->net->addrs[f], l);
}

void
lease_get_addr(const struct lease *l, enum fam f, uint8_t addr[16])
{
	memset(addr, 0, 16);
	if (f == FAM4)
		memcpy(addr, l->addr4, sizeof(l->addr4));
	else
		memcpy(addr, l->addr6, sizeof(l->addr6));
}

void
lease_set_key(struct lease *l, const uint8_t *key)
{
	bool indexed = l->state != LEASE_EXPIRED;

	if (indexed)
		hash_remove(&l->net->keys, l);
	memcpy(l->key, key, sizeof(l->key));
	if (indexed)
		hash_insert(&l->net->keys, l);
}

/* All the counting of states, and the index by key, is here. */
void
lease_set_state(struct lease *l, enum lease_state state, bool outside)
{
	struct lnet *n = l->net;

	if (lease_live(l))
		n->live--;
	if (lease_live(l) && l->state == LEASE_PENDING)
		n->pending--;
	if (l->outside)
		n->outside--;
	if (l->state != LEASE_EXPIRED && state == LEASE_EXPIRED)
		hash_remove(&n->keys, l);
	if (l->state == LEASE_EXPIRED && state != LEASE_EXPIRED)
		hash_insert(&n->keys, l);
	l->state = state;
	l->outside = outside;
	if (lease_live(l))
		n->live++;
	if (lease_live(l) && l->state == LEASE_PENDING)
		n->pending++;
	if (l->outside)
		n->outside++;
}

char *
lease_set_who(struct lease *l, const char *who)
{
	char *old = l->name;

	l->name = lease_text(old, who);
	return (old);
}
