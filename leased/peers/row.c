/* SPDX-License-Identifier: ISC */
/*
 * Networks, owners, leases and peers with an owner as rows of the store.
 */

#include <sys/socket.h>

#include <errno.h>
#include <string.h>

#include "row.h"

static void
row_of_lease(const struct lease *l, struct peer_row *r)
{
	r->id = l->id;
	r->network = l->net->id;
	r->owner = 0;
	r->key = l->key;
	r->name = l->name;
	r->who = lease_who(l);
	r->ended = l->state == LEASE_EXPIRED;
	r->first = l->first;
	r->created = l->created;
	r->renewed = l->renewed;
	r->expires = l->expires;
	r->handshake = l->handshake;
	r->rx = l->rx;
	r->tx = l->tx;
	r->rx_raw = l->rx_raw;
	r->tx_raw = l->tx_raw;
	r->naddrs = lease_addrs(l, r->addrs);
}

int
row_add_lease(struct store *s, struct lease *l)
{
	struct peer_row r;

	row_of_lease(l, &r);
	if (store_add_peer(s, &r) == -1)
		return (-1);
	l->id = r.id;
	return (0);
}

int
row_put_lease(struct store *s, const struct lease *l)
{
	struct peer_row r;

	row_of_lease(l, &r);
	return (store_put_peer(s, &r));
}

int
row_put_term(struct store *s, const struct lease *l)
{
	struct peer_row r;

	row_of_lease(l, &r);
	return (store_put_term(s, &r));
}

int
row_put_lease_counters(struct store *s, const struct lease *l)
{
	struct peer_row r;

	row_of_lease(l, &r);
	return (store_put_counters(s, &r));
}

int
row_put_owner(struct store *s, struct owner *o)
{
	struct owner_row r;

	r.id = o->id;
	r.network = o->net->id;
	r.name = o->name;
	r.generation = o->generation;
	r.synced = o->synced;
	r.code = o->last.code;
	r.added = o->last.added;
	r.removed = o->last.removed;
	r.changed = o->last.changed;
	r.unchanged = o->last.unchanged;
	r.rejected = o->last.rejected;
	r.text = o->last.text;
	if (o->id != 0)
		return (store_put_owner(s, &r));
	if (store_add_owner(s, &r) == -1)
		return (-1);
	o->id = r.id;
	return (0);
}

static void
row_of_owned(const struct owned *p, struct peer_row *r)
{
	memset(r, 0, sizeof(*r));
	r->id = p->id;
	r->network = p->owner->net->id;
	r->owner = p->owner->id;
	r->key = p->key;
	r->name = p->name;
	r->who = "";
	r->created = p->created;
	r->handshake = p->handshake;
	r->rx = p->rx;
	r->tx = p->tx;
	r->rx_raw = p->rx_raw;
	r->tx_raw = p->tx_raw;
	r->naddrs = owned_addrs(p, r->addrs);
}

int
row_put_owned_counters(struct store *s, const struct owned *p)
{
	struct peer_row r;

	row_of_owned(p, &r);
	return (store_put_counters(s, &r));
}

static int
put_change(struct store *s, const struct undo *u)
{
	struct peer_row r;

	if (u->kind == UNDO_LEASE)
		return (row_put_lease(s, u->lease));
	row_of_owned(u->peer, &r);
	switch (u->kind) {
	case UNDO_ADD:
		if (store_add_peer(s, &r) == -1)
			return (-1);
		u->peer->id = r.id;
		return (0);
	case UNDO_DROP:
		return (store_del_peer(s, r.id));
	case UNDO_ADDRS:
		return (store_put_addrs(s, &r));
	case UNDO_NAME:
	case UNDO_LEASE:
		break;
	}
	return (store_put_peer(s, &r));
}

int
row_put_changes(struct store *s, const struct oop *op, size_t from)
{
	size_t i;

	for (i = from; i < op->n; i++)
		if (put_change(s, &op->log[i]) == -1)
			return (-1);
	return (0);
}

struct load {
	struct broker	*broker;
	struct mono	 now;
	struct wall	 wall;
};

static int
load_network_cb(void *arg, const struct network_row *r)
{
	(void)lnet_add(arg, r->name, r->id);
	return (0);
}

int
row_load_networks(struct store *s, struct broker *b)
{
	return (store_load_networks(s, load_network_cb, b));
}

static struct lnet *
net_by_id(const struct broker *b, int64_t id)
{
	struct lnet *n;

	TAILQ_FOREACH(n, &b->nets, entry)
		if (n->id == id)
			return (n);
	return (NULL);
}

static int
load_owner_cb(void *arg, const struct owner_row *r)
{
	struct load *ld = arg;
	struct lnet *n;
	struct owner *o;

	if ((n = net_by_id(ld->broker, r->network)) == NULL)
		return (-1);
	o = owner_add(n, r->name);
	o->id = r->id;
	o->generation = o->last.generation = r->generation;
	o->synced = r->synced;
	o->last.code = r->code;
	o->last.added = r->added;
	o->last.removed = r->removed;
	o->last.changed = r->changed;
	o->last.unchanged = r->unchanged;
	o->last.rejected = r->rejected;
	strlcpy(o->last.text, r->text, sizeof(o->last.text));
	return (0);
}

static int
load_lease(struct load *ld, struct lnet *n, const struct peer_row *r)
{
	struct lease *l;
	enum fam f;
	uint8_t i;

	if ((l = lease_new(ld->broker, n, r->name, r->who)) == NULL)
		return (-1);
	l->id = r->id;
	lease_set_key(l, r->key);
	for (i = 0; i < r->naddrs; i++) {
		f = r->addrs[i].family == AF_INET ? FAM4 : FAM6;
		if (l->has & FAM_BIT(f))
			return (-1);
		lease_set_addr(l, f, r->addrs[i].addr);
	}
	if (!r->ended)
		lease_set_state(l, LEASE_PENDING, true);
	l->first = r->first;
	l->created = r->created;
	l->renewed = r->renewed;
	l->expires = r->expires;
	l->handshake = r->handshake;
	l->rx = r->rx;
	l->tx = r->tx;
	l->rx_raw = r->rx_raw;
	l->tx_raw = r->tx_raw;
	lease_load_deadline(ld->broker, l, ld->now, ld->wall);
	settle_lease(l);
	return (0);
}

static int
load_owned(struct lnet *n, const struct peer_row *r)
{
	struct prefix addrs[PEER_ADDRS_MAX];
	struct owner *o;
	struct owned *p;
	uint8_t naddrs;

	TAILQ_FOREACH(o, &n->owners, entry)
		if (o->id == r->owner)
			break;
	if (o == NULL || owned_by_key(n, r->key) != NULL)
		return (-1);
	p = owned_new(o, r->key, r->name);
	p->id = r->id;
	p->created = r->created;
	p->handshake = r->handshake;
	p->rx = r->rx;
	p->tx = r->tx;
	p->rx_raw = r->rx_raw;
	p->tx_raw = r->tx_raw;
	memcpy(addrs, r->addrs, sizeof(addrs));
	naddrs = owned_sort(addrs, r->naddrs);
	(void)owned_swap_addrs(p, oaddrs_new(addrs, naddrs), &naddrs);
	owned_settle(p);
	return (0);
}

static int
load_peer_cb(void *arg, const struct peer_row *r)
{
	struct load *ld = arg;
	struct lnet *n;

	if ((n = net_by_id(ld->broker, r->network)) == NULL)
		return (-1);
	return (r->owner == 0 ? load_lease(ld, n, r) : load_owned(n, r));
}

int
row_load_peers(struct store *s, struct broker *b, struct mono now,
    struct wall wall)
{
	struct load ld = { b, now, wall };

	if (store_load_owners(s, load_owner_cb, &ld) == -1)
		return (-1);
	return (store_load_peers(s, load_peer_cb, &ld));
}
