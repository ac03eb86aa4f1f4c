/* SPDX-License-Identifier: ISC */
/*
 * What happens to leases: registered, ended, and both taken back while they
 * are not yet durable.
 */

#include <sys/socket.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "assign.h"
#include "lease.h"
#include "log.h"
#include "pool.h"

static void
lease_remember(const struct lease *l, struct lease_was *w)
{
	memcpy(w->key, l->key, sizeof(w->key));
	memcpy(w->addr4, l->addr4, sizeof(w->addr4));
	memcpy(w->addr6, l->addr6, sizeof(w->addr6));
	w->has = l->has;
	w->held = l->held;
	w->state = l->state;
	w->outside = l->outside;
	w->created = l->created;
	w->renewed = l->renewed;
	w->expires = l->expires;
	w->deadline = l->deadline;
	w->ready = l->ready;
	w->timed = l->heap != 0;
	w->rx_raw = l->rx_raw;
	w->tx_raw = l->tx_raw;
}

static void
lease_restore(struct broker *b, struct lease *l, const struct lease_was *w)
{
	unplace_lease(l);
	lease_drop_addr(l, FAM4);
	lease_drop_addr(l, FAM6);
	lease_set_state(l, LEASE_EXPIRED, false);
	lease_set_key(l, w->key);
	lease_set_state(l, w->state, w->outside);
	if (w->has & FAM_BIT(FAM4))
		lease_set_addr(l, FAM4, w->addr4);
	if (w->has & FAM_BIT(FAM6))
		lease_set_addr(l, FAM6, w->addr6);
	l->created = w->created;
	l->renewed = w->renewed;
	l->expires = w->expires;
	l->ready = w->ready;
	l->rx_raw = w->rx_raw;
	l->tx_raw = w->tx_raw;
	if (w->timed)
		deadline_set(b, l, w->deadline);
	else
		deadline_clear(b, l);
	place_lease(l);
}

void
grant_undo(struct broker *b, struct op *op)
{
	enum fam f;

	if (op->created)
		lease_free(b, op->lease);
	else {
		lease_restore(b, op->lease, &op->was);
		if (op->text != NULL) {
			free(op->lease->name);
			op->lease->name = op->text;
		}
	}
	op->text = NULL;
	for (f = FAM4; f <= FAM6; f++)
		if (op->victim[f] != NULL)
			lease_restore(b, op->victim[f], &op->victim_was[f]);
}

void
grant_done(struct op *op)
{
	free(op->text);
	op->text = NULL;
}

static bool
has_pool(const struct lnet *n, enum fam f)
{
	unsigned int i;

	for (i = 0; i < n->npools; i++)
		if (pool_prefix(n->pools[i])->family ==
		    (f == FAM4 ? AF_INET : AF_INET6))
			return (true);
	return (false);
}

/*
 * The address that follows from the name.  Returns 0 if the network does not
 * assign so, 1 with the address, or -1: none follows.
 */
static int
derived_addr(const struct lnet *n, enum fam f, const char *name,
    uint8_t addr[16])
{
	const struct prefix *pool = NULL;
	unsigned int i;

	if (f == FAM4 || n->conf.assign == ASSIGN_POOL)
		return (0);
	for (i = 0; i < n->npools && pool == NULL; i++)
		if (pool_prefix(n->pools[i])->family == AF_INET6)
			pool = pool_prefix(n->pools[i]);
	if (pool == NULL)
		return (0);
	if ((n->conf.assign == ASSIGN_BCD ?
		    assign_bcd(pool, name, addr) :
		    assign_metans(pool, n->conf.metans_template, name, addr)) ==
	    -1)
		return (-1);
	return (1);
}

/* Find an address: 0 free, 1 resting, -1 none. */
static int
pools_peek(const struct lnet *n, enum fam f, struct mono now,
    struct pool **found, uint8_t addr[16])
{
	struct mono ready, first = { INT64_MAX };
	uint8_t a[16];
	unsigned int i;
	int rc, best = -1;

	for (i = 0; i < n->npools; i++) {
		if (pool_prefix(n->pools[i])->family !=
		    (f == FAM4 ? AF_INET : AF_INET6) ||
		    (rc = pool_peek(n->pools[i], now, a, &ready)) == -1)
			continue;
		if (rc == 1 && best == 1 && mono_cmp(ready, first) >= 0)
			continue;
		best = rc;
		*found = n->pools[i];
		memcpy(addr, a, sizeof(a));
		if (rc == 0)
			break;
		first = ready;
	}
	return (best);
}

/* An ended lease loses its resting address to op's lease. */
static void
take_from(struct op *op, enum fam f, struct lease *victim, struct pool *p,
    const uint8_t addr[16])
{
	if (op->victim[FAM4] != victim && op->victim[FAM6] != victim) {
		op->victim[f] = victim;
		lease_remember(victim, &op->victim_was[f]);
	}
	(void)pool_unrest(p, addr, victim->ready);
	lease_drop_addr(victim, f);
}

bool
lease_robbable(const struct lease *l, enum fam f, struct mono now)
{
	return (l->state == LEASE_EXPIRED &&
	    ((l->held & FAM_BIT(f)) == 0 || mono_cmp(l->ready, now) <= 0));
}

struct lease_was *
lease_rob(struct lease *l, enum fam f)
{
	struct lease_was *w;
	uint8_t addr[16];
	struct pool *p;

	if ((w = malloc(sizeof(*w))) == NULL)
		fatal("change");
	lease_remember(l, w);
	lease_get_addr(l, f, addr);
	if ((l->held & FAM_BIT(f)) &&
	    (p = lnet_pool(l->net, f, addr)) != NULL) {
		(void)pool_unrest(p, addr, l->ready);
		pool_give(p, addr);
	}
	lease_drop_addr(l, f);
	return (w);
}

void
lease_unrob(struct broker *b, struct lease *l, struct lease_was *w)
{
	lease_restore(b, l, w);
	free(w);
}

/* Give op's lease the address derived from its name. */
static uint8_t
take_derived(struct op *op, enum fam f, const uint8_t addr[16], struct mono now)
{
	struct lease *l = op->lease, *holder;
	struct pool *p;

	if ((p = lnet_pool(l->net, f, addr)) == NULL)
		return (LEASE_E_NAME);
	if ((holder = lease_by_addr(l->net, f, addr)) != NULL) {
		if (holder->state != LEASE_EXPIRED ||
		    (holder->held & FAM_BIT(f)) == 0 ||
		    mono_cmp(holder->ready, now) > 0)
			return (LEASE_E_ADDR_TAKEN);
		take_from(op, f, holder, p, addr);
	} else if (pool_take(p, addr) == -1)
		return (LEASE_E_ADDR_TAKEN);
	lease_set_addr(l, f, addr);
	l->held |= FAM_BIT(f);
	return (LEASE_OK_SAME);
}

static uint8_t
take_any(struct op *op, enum fam f, struct mono now)
{
	struct lease *l = op->lease, *holder;
	struct pool *p = NULL;
	uint8_t addr[16];
	int rc;

	if ((rc = pools_peek(l->net, f, now, &p, addr)) == -1)
		return (LEASE_E_POOL);
	if (rc == 1) {
		if ((holder = lease_by_addr(l->net, f, addr)) == NULL)
			return (LEASE_E_INTERNAL);
		take_from(op, f, holder, p, addr);
	} else if (pool_take(p, addr) == -1)
		return (LEASE_E_INTERNAL);
	lease_set_addr(l, f, addr);
	l->held |= FAM_BIT(f);
	return (LEASE_OK_SAME);
}

/* Let go of an address that the lease shall not keep. */
static void
let_go(struct lease *l, enum fam f)
{
	uint8_t addr[16];
	struct pool *p;

	if (l->held & FAM_BIT(f)) {
		lease_get_addr(l, f, addr);
		if ((p = lnet_pool(l->net, f, addr)) != NULL)
			pool_give(p, addr);
	}
	lease_drop_addr(l, f);
}

/*
 * See to it that op's lease, live by now, has the right address in each family
 * that has a pool.  *moved is set if that changed one.
 */
static uint8_t
settle_addrs(struct op *op, struct mono now, bool *moved)
{
	struct lease *l = op->lease;
	uint8_t want[16], have[16], code;
	enum fam f;
	int derived;

	for (f = FAM4; f <= FAM6; f++) {
		if (!has_pool(l->net, f)) {
			*moved |= (l->has & FAM_BIT(f)) != 0;
			let_go(l, f);
			continue;
		}
		if ((derived = derived_addr(l->net, f, l->name, want)) == -1)
			return (LEASE_E_NAME);
		lease_get_addr(l, f, have);
		if ((l->held & FAM_BIT(f)) &&
		    (!derived || memcmp(have, want, sizeof(have)) == 0))
			continue;
		let_go(l, f);
		*moved = true;
		code = derived ? take_derived(op, f, want, now) :
		    take_any(op, f, now);
		if (code >= LEASE_E_KEY)
			return (code);
	}
	return (l->has == 0 ? LEASE_E_POOL : LEASE_OK_SAME);
}

/* An ended lease lives again: its addresses rest no longer. */
static void
revive(struct lease *l)
{
	uint8_t addr[16];
	struct pool *p;
	enum fam f;

	for (f = FAM4; f <= FAM6; f++)
		if (l->held & FAM_BIT(f)) {
			lease_get_addr(l, f, addr);
			if ((p = lnet_pool(l->net, f, addr)) != NULL)
				(void)pool_unrest(p, addr, l->ready);
		}
	l->rx_raw = l->tx_raw = 0;
}

static void
set_term(struct broker *b, struct lease *l, struct mono now, struct wall wall)
{
	uint32_t s = l->net->conf.lease;

	if (s == LEASE_NEVER) {
		l->expires = 0;
		deadline_clear(b, l);
	} else {
		l->expires = wall.s + s;
		deadline_set(b, l, mono_add_ms(now, (int64_t)s * 1000));
	}
}

/* Begin a change of a lease that may not exist yet. */
static struct lease *
op_begin(struct broker *b, struct op *op, struct lease *l, struct lnet *n,
    const char *name, const char *who, struct wall wall)
{
	op->created = l == NULL;
	if (l == NULL) {
		if ((l = lease_new(b, n, name, who)) == NULL)
			return (NULL);
		l->first = wall.s;
	} else
		lease_remember(l, &op->was);
	op->lease = l;
	return (l);
}

uint8_t
grant_register(struct broker *b, struct lnet *n, const char *name,
    const char *who, const uint8_t *key, struct mono now, struct wall wall,
    struct op *op)
{
	struct lease *l, *other;
	bool live, moved = false, same_key;

	memset(op, 0, sizeof(*op));
	l = lease_find(n, name);
	if (((other = lease_by_key(n, key)) != NULL && other != l) ||
	    owned_by_key(n, key) != NULL)
		return (op->code = LEASE_E_KEY_TAKEN);
	live = l != NULL && lease_live(l);
	if (!live && lnet_full(n))
		return (op->code = LEASE_E_POOL);
	if ((l = op_begin(b, op, l, n, name, who, wall)) == NULL)
		return (op->code = LEASE_E_INTERNAL);

	same_key = live && memcmp(l->key, key, WGKEY_LEN) == 0;
	if (l->state == LEASE_EXPIRED)
		revive(l);
	if (!live)
		lease_set_state(l, LEASE_PENDING, false);
	if ((op->code = settle_addrs(op, now, &moved)) >= LEASE_E_KEY) {
		grant_undo(b, op);
		return (op->code);
	}
	op->code = !live ? LEASE_OK_NEW :
	    same_key	 ? LEASE_OK_SAME :
	    LEASE_OK_REKEYED;
	op->rekeyed = live && !same_key;
	op->renewed_only = live && same_key && !moved;
	if (!same_key) {
		lease_set_key(l, key);
		l->rx_raw = l->tx_raw = 0;
		l->created = wall.s;
	}
	l->renewed = wall.s;
	if (strcmp(lease_who(l), who) != 0) {
		op->text = lease_set_who(l, who);
		op->renewed_only = false;
	}
	op->store = !op->renewed_only || n->conf.lease != LEASE_NEVER ||
	    l->expires != 0;
	op->wish = op->store || l->state != LEASE_ACTIVE;
	set_term(b, l, now, wall);
	if (op->store)
		lease_set_state(l, LEASE_PENDING, false);
	return (op->code);
}

void
grant_end(struct broker *b, struct lease *l, struct mono now, struct wall wall,
    struct op *op)
{
	uint8_t addr[16];
	struct pool *p;
	enum fam f;

	memset(op, 0, sizeof(*op));
	op->lease = l;
	op->code = LEASE_OK_SAME;
	op->store = op->wish = op->ended = true;
	lease_remember(l, &op->was);
	l->ready = mono_add_ms(now, (int64_t)l->net->conf.quarantine * 1000);
	for (f = FAM4; f <= FAM6; f++)
		if (l->held & FAM_BIT(f)) {
			lease_get_addr(l, f, addr);
			if ((p = lnet_pool(l->net, f, addr)) != NULL)
				pool_rest(p, addr, l->ready);
		}
	lease_set_state(l, LEASE_EXPIRED, false);
	l->expires = wall.s;
	l->rx_raw = l->tx_raw = 0;
	deadline_set(b, l, mono_add_ms(now, (int64_t)FORGET_S * 1000));
}

uint8_t
grant_preview(struct lnet *n, const char *name, struct mono now,
    struct prefix *addrs, uint8_t *naddrs)
{
	struct lease *l, *holder;
	struct prefix host;
	struct pool *p;
	uint8_t addr[16];
	enum fam f;
	int derived;

	*naddrs = 0;
	if ((l = lease_find(n, name)) != NULL && lease_live(l)) {
		*naddrs = lease_addrs(l, addrs);
		return (LEASE_OK_SAME);
	}
	for (f = FAM4; f <= FAM6; f++) {
		if (!has_pool(n, f))
			continue;
		if ((derived = derived_addr(n, f, name, addr)) == -1)
			return (LEASE_E_NAME);
		if (derived) {
			holder = lease_by_addr(n, f, addr);
			if (holder != NULL && holder != l &&
			    (holder->state != LEASE_EXPIRED ||
			    mono_cmp(holder->ready, now) > 0))
				return (LEASE_E_ADDR_TAKEN);
			memset(&host, 0, sizeof(host));
			host.family = f == FAM4 ? AF_INET : AF_INET6;
			host.len = prefix_bits(&host);
			memcpy(host.addr, addr, sizeof(host.addr));
			if (owned_by_addr(n, &host) != NULL)
				return (LEASE_E_ADDR_TAKEN);
		} else if (l != NULL && (l->held & FAM_BIT(f)))
			lease_get_addr(l, f, addr);
		else if (pools_peek(n, f, now, &p, addr) == -1)
			return (LEASE_E_POOL);
		memset(&addrs[*naddrs], 0, sizeof(*addrs));
		addrs[*naddrs].family = f == FAM4 ? AF_INET : AF_INET6;
		addrs[*naddrs].len = f == FAM4 ? 32 : 128;
		memcpy(addrs[(*naddrs)++].addr, addr, sizeof(addr));
	}
	return (*naddrs == 0 ? LEASE_E_POOL : LEASE_OK_NEW);
}
