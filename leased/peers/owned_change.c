/* SPDX-License-Identifier: ISC */
/*
 * Changes of peers with an owner: what is allowed, and how it is taken back
 * while it is not yet durable.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "leased.h"
#include "log.h"
#include "pool.h"

void
oop_begin(struct oop *op, struct owner *o)
{
	memset(op, 0, sizeof(*op));
	op->owner = o;
	op->generation = o->generation;
	op->id = o->id;
}

static struct undo *
oop_log(struct oop *op, enum undo_kind kind, struct owned *p)
{
	struct undo *u;

	if (op->n == op->max) {
		op->max = op->max == 0 ? 4 : op->max * 2;
		op->log = reallocarray(op->log, op->max, sizeof(*op->log));
		if (op->log == NULL)
			fatal("changes of peers");
	}
	if (op->n == 0)
		op->owner->generation++;
	u = &op->log[op->n++];
	memset(u, 0, sizeof(*u));
	u->kind = kind;
	u->peer = p;
	return (u);
}

static enum fam
fam_of(const struct prefix *p)
{
	return (p->family == AF_INET ? FAM4 : FAM6);
}

static bool
is_own(const struct lnet *n, const struct prefix *p)
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

/* In a pool, and an address that a host can have. */
static bool
is_inside(const struct lnet *n, const struct prefix *p)
{
	struct prefix last;
	struct pool *pool;
	unsigned int i, host;

	if (!prefix_is_host(p) ||
	    (pool = lnet_pool(n, fam_of(p), p->addr)) == NULL)
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

static uint8_t
check_addr(const struct owner *o, const struct prefix *p, struct mono now,
    char *text, size_t size)
{
	const struct lnet *n = o->net;
	const char *who = NULL;
	char addr[PREFIX_TEXT];
	struct lease *l;
	struct owned *other;

	(void)prefix_format(p, addr);
	if (!is_inside(n, p)) {
		snprintf(text, size, "%s is no host's address in the pools",
		    addr);
		return (LEASE_E_OUTSIDE);
	}
	if (is_own(n, p))
		who = "the gateway's own";
	else if ((l = lease_by_addr(n, fam_of(p), p->addr)) != NULL &&
	    !lease_robbable(l, fam_of(p), now))
		who = "a lease's";
	else if ((other = owned_by_addr(n, p)) != NULL && other->owner != o)
		who = "another owner's";
	if (who == NULL)
		return (LEASE_OK_SAME);
	snprintf(text, size, "%s is %s", addr, who);
	return (LEASE_E_ADDR_TAKEN);
}

uint8_t
oop_check(const struct broker *b, const struct owner *o, const uint8_t *key,
    const struct prefix *addrs, uint8_t n, struct mono now, char *text,
    size_t size)
{
	const struct owned *p;
	const char *who = NULL;
	uint8_t i, code;

	text[0] = '\0';
	if (!wgkey_usable(key)) {
		(void)strlcpy(text, "the key cannot be used", size);
		return (LEASE_E_KEY);
	}
	if (policy_own_key(b, key))
		who = "the gateway's own";
	else if (lease_by_key(o->net, key) != NULL)
		who = "a lease's";
	else if ((p = owned_by_key(o->net, key)) != NULL && p->owner != o)
		who = "another owner's";
	if (who != NULL) {
		snprintf(text, size, "the key is %s", who);
		return (LEASE_E_KEY_TAKEN);
	}
	for (i = 0; i < n; i++) {
		code = check_addr(o, &addrs[i], now, text, size);
		if (code != LEASE_OK_SAME)
			return (code);
	}
	return (LEASE_OK_SAME);
}

/* Give a peer other addresses. */
static void
readdress(struct oop *op, struct owned *p, const struct prefix *addrs,
    uint8_t n, bool moved)
{
	struct undo *u;

	u = oop_log(op, UNDO_ADDRS, p);
	u->moved = moved;
	u->naddrs = n;
	u->addrs = owned_swap_addrs(p, oaddrs_new(addrs, n), &u->naddrs);
	p->pending = true;
}

void
oop_strip(struct oop *op, struct owned *p)
{
	if (p->naddrs > 0)
		readdress(op, p, NULL, 0, false);
}

/* Who else has this address lets it go. */
static void
release(struct oop *op, const struct owned *p, const struct prefix *addr)
{
	struct prefix rest[PEER_ADDRS_MAX];
	struct owned *other;
	struct lease *l;
	struct undo *u;
	uint8_t i, n = 0;

	if ((other = owned_by_addr(op->owner->net, addr)) != NULL &&
	    other != p) {
		for (i = 0; i < other->naddrs; i++)
			if (!prefix_equal(&other->addrs[i].p, addr))
				rest[n++] = other->addrs[i].p;
		readdress(op, other, rest, n, true);
	}
	l = lease_by_addr(op->owner->net, fam_of(addr), addr->addr);
	if (l == NULL)
		return;
	u = oop_log(op, UNDO_LEASE, NULL);
	u->lease = l;
	u->was = lease_rob(l, fam_of(addr));
}

uint8_t
oop_put(struct oop *op, struct broker *b, const uint8_t *key, const char *name,
    const struct prefix *addrs, uint8_t n, struct wall wall)
{
	struct owner *o = op->owner;
	struct owned *p;
	struct undo *u;
	uint8_t i, had;
	bool same_addrs, same_name;

	if ((p = owned_by_key(o->net, key)) == NULL && lnet_full(o->net))
		return (LEASE_E_POOL);
	same_addrs = p != NULL && owned_same_addrs(p, addrs, n);
	same_name = p != NULL &&
	    (name[0] == '\0' || strcmp(p->name, name) == 0);
	if (same_addrs && same_name)
		return (LEASE_OK_SAME);
	for (i = 0; i < n && !same_addrs; i++)
		release(op, p, &addrs[i]);
	if (p == NULL) {
		p = owned_new(o, key, name);
		p->created = wall.s;
		had = n;
		free(owned_swap_addrs(p, oaddrs_new(addrs, n), &had));
		(void)oop_log(op, UNDO_ADD, p);
		return (LEASE_OK_NEW);
	}
	if (!same_addrs)
		readdress(op, p, addrs, n, false);
	p->outside = false;
	if (!same_name) {
		u = oop_log(op, UNDO_NAME, p);
		u->name = p->name;
		if ((p->name = strdup(name)) == NULL)
			fatal("label of a peer");
	}
	return (LEASE_OK_REKEYED);
}

void
oop_drop(struct oop *op, struct broker *b, struct owned *p)
{
	(void)oop_log(op, UNDO_DROP, p);
	owned_unlink(p);
}

void
oop_undo(struct oop *op, struct broker *b)
{
	struct undo *u;

	while (op->n > 0) {
		u = &op->log[--op->n];
		switch (u->kind) {
		case UNDO_ADD:
			owned_unlink(u->peer);
			owned_free(u->peer);
			break;
		case UNDO_DROP:
			owned_link(u->peer);
			owned_set_dirty(b, u->peer);
			break;
		case UNDO_ADDRS:
			free(owned_swap_addrs(u->peer, u->addrs, &u->naddrs));
			owned_settle(u->peer);
			break;
		case UNDO_NAME:
			free(u->peer->name);
			u->peer->name = u->name;
			break;
		case UNDO_LEASE:
			lease_unrob(b, u->lease, u->was);
			break;
		}
	}
	op->owner->generation = op->generation;
	op->owner->id = op->id;
	free(op->log);
	op->log = NULL;
	op->max = 0;
}

void
oop_done(struct oop *op)
{
	size_t i;

	for (i = 0; i < op->n; i++) {
		free(op->log[i].addrs);
		free(op->log[i].name);
		free(op->log[i].was);
		if (op->log[i].kind == UNDO_DROP)
			owned_free(op->log[i].peer);
	}
	free(op->log);
	op->log = NULL;
	op->n = op->max = 0;
}
