/* SPDX-License-Identifier: ISC */
/*
 * The rules by which leases get and keep addresses.
 */

#include <string.h>

#include "assign.h"
#include "deadline.h"
#include "grant.h"
#include "hostaddr.h"
#include "pool.h"
#include "psk.h"

/* A lease has at most one address of each family. */
static const uint8_t families[] = { AF_INET, AF_INET6 };

#define NFAMILIES	(sizeof(families) / sizeof(families[0]))
/*
 * A lease that is renewed with more time left than this is there for long
 * enough that nobody needs to wait until the hand has its new end.
 */
#define EXTEND_S	10

/* The block of the first pool of the family, or NULL. */
static const struct block *
first_pool(const struct network *n, uint8_t family)
{
	unsigned int i;

	for (i = 0; i < n->npools; i++)
		if (pool_block(n->pools[i])->first.family == family)
			return (pool_block(n->pools[i]));
	return (NULL);
}

/*
 * Get the address that is derived from the name.  Returns 0 if the network does
 * not derive addresses, 1 with the address, or -1 if this name has none.
 */
static int
derived_addr(const struct network *n, uint8_t family, const char *name,
    struct prefix *addr)
{
	const struct block *pool;
	int rc;

	if (family != AF_INET6 || n->conf.assign == ASSIGN_POOL)
		return (0);
	if ((pool = first_pool(n, family)) == NULL)
		return (0);
	if (n->conf.assign == ASSIGN_BCD)
		rc = assign_bcd(&pool->first, name, addr->addr);
	else
		rc = assign_metans(&pool->first, n->conf.metans_template, name,
		    addr->addr);
	return (rc == -1 ? -1 : 1);
}

/*
 * May a lease have this address that is derived from its name, if nobody holds
 * it?  Not if it is the network's own, or is reserved.
 */
static bool
may_have(const struct network *n, const struct prefix *addr)
{
	enum hostaddr a;

	a = hostaddr_check(&n->conf, addr);
	return (a == HOSTADDR_OK || a == HOSTADDR_GATEWAY);
}

/* Find an address.  Returns 0 (free), 1 (resting) or -1 (none). */
static int
pools_peek(const struct network *n, struct mono now, struct prefix *addr)
{
	struct mono ready, first = { INT64_MAX };
	uint8_t a[16];
	unsigned int i;
	int rc, best = -1;

	for (i = 0; i < n->npools; i++) {
		if (pool_block(n->pools[i])->first.family != addr->family ||
		    (rc = pool_peek(n->pools[i], now, a, &ready)) == -1)
			continue;
		if (rc == 1 && best == 1 && mono_cmp(ready, first) >= 0)
			continue;
		best = rc;
		memcpy(addr->addr, a, sizeof(a));
		if (rc == 0)
			break;
		first = ready;
	}
	return (best);
}

static struct prefix
host_of(uint8_t family)
{
	struct prefix p;

	memset(&p, 0, sizeof(p));
	p.family = family;
	p.len = (uint8_t)prefix_bits(&p);
	return (p);
}

/*
 * Find an address that a peer on the interface with this key has, which nobody
 * has claimed yet.
 */
static bool
unclaimed_addr(const struct network *n, const uint8_t *key, struct prefix *addr)
{
	const struct holder *h;

	for (h = holder_of_key(n, key); h != NULL; h = holder_next(n, h))
		if (h->kind == HOLD_UNCLAIMED &&
		    h->addr.family == addr->family &&
		    hostaddr_check(&n->conf, &h->addr) == HOSTADDR_OK &&
		    peer_by_addr(n, &h->addr) == NULL) {
			*addr = h->addr;
			return (true);
		}
	return (false);
}

/* True if another one on the interface has the address. */
static bool
is_held(const struct network *n, const uint8_t *key, const struct prefix *addr)
{
	const struct holder *h;

	return ((h = holder_of_addr(n, addr)) != NULL &&
	    (key == NULL || memcmp(h->key, key, sizeof(h->key)) != 0));
}

/* Give the lease this address, if no live peer has it. */
static bool
take(struct change *c, struct peer *p, const struct prefix *addr,
    struct mono now)
{
	struct peer *holder;

	if ((holder = peer_by_addr(p->net, addr)) != NULL) {
		if (!peer_robbable(holder, addr, now))
			return (false);
		change_rob(c, holder, addr);
	}
	peer_add_addr(p, addr);
	return (peer_addr(p, addr->family)->held);
}

/*
 * Give a lease, which is live by now, the right address in each family that has
 * a pool.  *moved is set if that changed an address.
 */
static uint8_t
settle_addrs(struct change *c, struct peer *p, const uint8_t *key,
    struct mono now, bool *moved)
{
	const struct peer_addr *have;
	struct prefix want;
	size_t i;
	int derived;

	for (i = 0; i < NFAMILIES; i++) {
		want = host_of(families[i]);
		have = peer_addr(p, families[i]);
		if (first_pool(p->net, families[i]) == NULL) {
			*moved |= have != NULL;
			if (have != NULL)
				peer_drop_addr(p, &have->p);
			continue;
		}
		derived = derived_addr(p->net, families[i], p->name, &want);
		if (derived == -1)
			return (LEASE_E_NAME);
		if (have != NULL && have->held &&
		    (!derived || prefix_equal(&have->p, &want)))
			continue;
		if (have != NULL)
			peer_drop_addr(p, &have->p);
		*moved = true;
		if (derived && !may_have(p->net, &want))
			return (LEASE_E_NAME);
		if (derived && is_held(p->net, key, &want))
			return (LEASE_E_ADDR_TAKEN);
		if (!derived && !unclaimed_addr(p->net, key, &want) &&
		    pools_peek(p->net, now, &want) == -1)
			return (LEASE_E_POOL);
		if (!take(c, p, &want, now))
			return (
			    derived ? LEASE_E_ADDR_TAKEN : LEASE_E_INTERNAL);
	}
	return (p->naddrs == 0 ? LEASE_E_POOL : LEASE_OK_SAME);
}

static void
set_term(struct registry *r, struct peer *p, struct mono now, struct wall wall)
{
	uint32_t s = p->net->conf.lease;

	if (s == LEASE_NEVER) {
		p->expires = 0;
		deadline_clear(r, p);
	} else {
		p->expires = wall.s + s;
		deadline_set(r, p, mono_add_ms(now, (int64_t)s * 1000));
	}
}

/* The lease has its addresses: fill in the rest of the grant. */
static void
fill(struct registry *r, struct grant *g, struct step *s, const char *who,
    const uint8_t *key, const uint8_t *psk, struct mono now, struct wall wall)
{
	struct peer *p = g->peer;
	uint32_t left = peer_ttl(p, now);

	if (g->code != LEASE_OK_SAME) {
		peer_set_key(p, key);
		p->rx_raw = p->tx_raw = 0;
		p->created = wall.s;
	}
	if (!psk_same(psk_of(p), psk)) {
		psk_set(p, psk);
		g->renewed_only = false;
	}
	p->refused = false;
	p->renewed = wall.s;
	if (strcmp(peer_who(p), who) != 0) {
		change_text(s, p->name, who);
		g->renewed_only = false;
	}
	g->store = !g->renewed_only || p->net->conf.lease != LEASE_NEVER ||
	    p->expires != 0;
	g->wish = g->store || p->state != LEASE_ACTIVE;
	set_term(r, p, now, wall);
	if (!g->store)
		return;
	g->extends = g->renewed_only && p->state == LEASE_ACTIVE &&
	    left > EXTEND_S && left != LEASE_NEVER && peer_ttl(p, now) >= left;
	if (g->extends)
		g->wish = false;
	else
		peer_set_state(p, LEASE_PENDING, false);
}

/* Give a lease that is about to live this address instead of its own. */
static uint8_t
move_to(struct change *c, struct peer *p, const uint8_t *key,
    const struct prefix *want, struct mono now)
{
	const struct peer_addr *have = peer_addr(p, want->family);

	if (hostaddr_check(&p->net->conf, want) != HOSTADDR_OK)
		return (LEASE_E_OUTSIDE);
	if (is_held(p->net, key, want))
		return (LEASE_E_ADDR_TAKEN);
	if (have != NULL && prefix_equal(&have->p, want))
		return (LEASE_OK_SAME);
	if (have != NULL)
		peer_drop_addr(p, &have->p);
	return (take(c, p, want, now) ? LEASE_OK_SAME : LEASE_E_ADDR_TAKEN);
}

/* Give a lease its addresses.  want is one that it must have, or NULL. */
static uint8_t
give_addrs(struct change *c, struct peer *p, const uint8_t *key,
    const struct prefix *want, struct mono now, bool *moved)
{
	uint8_t code;

	if (want != NULL &&
	    (code = move_to(c, p, key, want, now)) >= LEASE_E_KEY)
		return (code);
	code = settle_addrs(c, p, key, now, moved);
	/* A network that derives addresses from names has given another. */
	if (code < LEASE_E_KEY && want != NULL &&
	    !prefix_equal(&peer_addr(p, want->family)->p, want))
		return (LEASE_E_NAME);
	return (code);
}

static uint8_t
grant_lease(struct registry *r, struct network *n, const char *name,
    const char *who, const uint8_t *key, const uint8_t *psk,
    const struct prefix *want, struct mono now, struct wall wall,
    struct grant *g)
{
	struct peer_was *was = NULL;
	const struct holder *h;
	struct peer *p, *other;
	struct step *s;
	bool live, moved = false;

	memset(g, 0, sizeof(*g));
	p = peer_by_name(n, name);
	if ((other = peer_by_key(n, key)) != NULL && other != p)
		return (g->code = LEASE_E_KEY_TAKEN);
	/*
	 * Nobody but its owner takes a peer's preshared key from it, and nobody
	 * but the operator what is behind it.
	 */
	if ((h = holder_of_key(n, key)) != NULL &&
	    (h->kind == HOLD_FOREIGN || (h->psk && psk == NULL) ||
		holder_has_subnet(n, h)))
		return (g->code = LEASE_E_KEY_TAKEN);
	live = p != NULL && peer_served(p);
	if (!live && !network_known(n))
		return (g->code = LEASE_E_BUSY);
	if (!live && network_full(n))
		return (g->code = LEASE_E_POOL);
	change_begin(&g->change, NULL);
	if (p != NULL)
		was = change_remember(p);
	else if ((p = peer_new_lease(n, name, who)) != NULL)
		p->first = wall.s;
	g->peer = p;
	if (!live) {
		/* A refused row is not believed in its addresses, either. */
		if (p->refused)
			peer_set_addrs(p, NULL, 0);
		p->rx_raw = p->tx_raw = 0;
		peer_set_state(p, LEASE_PENDING, false);
	}
	g->code = give_addrs(&g->change, p, key, want, now, &moved);
	s = change_log(&g->change, was == NULL ? STEP_ADD : STEP_CHANGE, p,
	    was);
	if (g->code >= LEASE_E_KEY) {
		change_undo(&g->change, r);
		return (g->code);
	}
	if (!live)
		g->code = LEASE_OK_NEW;
	else if (memcmp(p->key, key, WGKEY_LEN) != 0)
		g->code = LEASE_OK_REKEYED;
	g->renewed_only = g->code == LEASE_OK_SAME && !moved;
	fill(r, g, s, who, key, psk, now, wall);
	return (g->code);
}

uint8_t
grant_register(struct registry *r, struct network *n, const char *name,
    const char *who, const uint8_t *key, const uint8_t *psk, struct mono now,
    struct wall wall, struct grant *g)
{
	return (grant_lease(r, n, name, who, key, psk, NULL, now, wall, g));
}

uint8_t
grant_import(struct registry *r, struct network *n, const char *name,
    const char *who, const uint8_t *key, const struct import *im,
    struct mono now, struct wall wall, struct grant *g)
{
	const struct peer_addr *have;
	struct peer *p;

	if ((p = peer_by_name(n, name)) != NULL && peer_served(p)) {
		memset(g, 0, sizeof(*g));
		g->peer = p;
		have = peer_addr(p, im->addr.family);
		if (have == NULL || !prefix_equal(&have->p, &im->addr) ||
		    memcmp(p->key, key, WGKEY_LEN) != 0)
			return (g->code = LEASE_E_ADDR_TAKEN);
		return (g->code = LEASE_OK_SAME);
	}
	if (grant_lease(r, n, name, who, key, NULL, &im->addr, now, wall, g) >=
	    LEASE_E_KEY)
		return (g->code);
	if (im->ttl < peer_ttl(g->peer, now)) {
		g->peer->expires = wall.s + im->ttl;
		deadline_set(r, g->peer,
		    mono_add_ms(now, (int64_t)im->ttl * 1000));
	}
	return (g->code);
}

void
grant_end(struct registry *r, struct peer *p, struct mono now, struct wall wall,
    struct grant *g)
{
	memset(g, 0, sizeof(*g));
	g->peer = p;
	g->code = LEASE_OK_SAME;
	g->store = g->wish = g->ended = true;
	change_begin(&g->change, NULL);
	(void)change_log(&g->change, STEP_CHANGE, p, change_remember(p));
	p->ready = mono_add_ms(now, (int64_t)p->net->conf.quarantine * 1000);
	peer_set_state(p, LEASE_EXPIRED, false);
	psk_set(p, NULL);
	p->expires = wall.s;
	p->rx_raw = p->tx_raw = 0;
	deadline_set(r, p, mono_add_ms(now, (int64_t)FORGET_S * 1000));
}

void
grant_release(struct registry *r, struct peer *p, struct mono now,
    struct wall wall, struct grant *g)
{
	grant_end(r, p, now, wall, g);
	p->renewed = p->expires;
}

/* True if a new lease would get this address. */
static bool
is_free(const struct network *n, const struct prefix *addr,
    const struct peer *but, struct mono now)
{
	const struct peer *holder;

	if (is_held(n, NULL, addr))
		return (false);
	holder = peer_by_addr(n, addr);
	return (holder == NULL || holder == but ||
	    (holder->state == LEASE_EXPIRED &&
		mono_cmp(holder->ready, now) <= 0));
}

/* The addresses that a new lease would get; p is an ended one, or NULL. */
static uint8_t
find_addrs(const struct network *n, const char *name, const struct peer *p,
    struct mono now, struct prefix *addrs, uint8_t *naddrs)
{
	const struct peer_addr *have;
	struct prefix want;
	size_t i;
	int derived;

	*naddrs = 0;
	for (i = 0; i < NFAMILIES; i++) {
		if (first_pool(n, families[i]) == NULL)
			continue;
		want = host_of(families[i]);
		have = p == NULL ? NULL : peer_addr(p, families[i]);
		if ((derived = derived_addr(n, families[i], name, &want)) == -1)
			return (LEASE_E_NAME);
		if (derived && !may_have(n, &want))
			return (LEASE_E_NAME);
		if (derived && !is_free(n, &want, p, now))
			return (LEASE_E_ADDR_TAKEN);
		if (!derived && have != NULL && have->held)
			want = have->p;
		else if (!derived && pools_peek(n, now, &want) == -1)
			return (LEASE_E_POOL);
		addrs[(*naddrs)++] = want;
	}
	return (*naddrs == 0 ? LEASE_E_POOL : LEASE_OK_NEW);
}

uint8_t
grant_preview(struct network *n, const char *name, struct mono now,
    struct prefix *addrs, uint8_t *naddrs)
{
	struct peer *p;

	if ((p = peer_by_name(n, name)) != NULL && peer_served(p) &&
	    !peer_partly(p)) {
		*naddrs = peer_addrs(p, addrs);
		return (LEASE_OK_SAME);
	}
	return (find_addrs(n, name, p, now, addrs, naddrs));
}

uint8_t
grant_fresh(const struct network *n, const char *name, struct mono now,
    struct prefix *addrs, uint8_t *naddrs)
{
	return (find_addrs(n, name, NULL, now, addrs, naddrs));
}

bool
grant_renewable(struct network *n, struct peer *p, struct mono now)
{
	struct prefix addrs[NET_POOLS_MAX];
	uint8_t naddrs;

	return (grant_preview(n, p->name, now, addrs, &naddrs) < LEASE_E_KEY &&
	    peer_has_addrs(p, addrs, naddrs));
}
