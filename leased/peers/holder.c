/* SPDX-License-Identifier: ISC */
/*
 * Lists of holders, sorted by key and by address.
 */

#include <stdlib.h>
#include <string.h>

#include "holder.h"
#include "hostaddr.h"
#include "log.h"
#include "peernet.h"

#define HALF_LEN 1 /* 0.0.0.0/1 and 128.0.0.0/1 */

static int
by_key(const void *a, const void *b)
{
	const struct holder *x = a, *y = b;
	int c;

	c = memcmp(x->key, y->key, sizeof(x->key));
	return (c != 0 ? c : prefix_cmp(&x->addr, &y->addr));
}

static int
by_addr(const void *a, const void *b)
{
	const struct holder *const *x = a, *const *y = b;

	return (prefix_cmp(&(*x)->addr, &(*y)->addr));
}

void
holders_clear(struct holders *h)
{
	free(h->list);
	free(h->by_addr);
	memset(h, 0, sizeof(*h));
}

static void
append(struct holders *h, const struct holder *x)
{
	if (h->n == h->max) {
		h->max = h->max == 0 ? 16 : h->max * 2;
		h->list = reallocarray(h->list, h->max, sizeof(*h->list));
		if (h->list == NULL)
			fatal("addresses of others");
	}
	h->list[h->n++] = *x;
}

void
holders_begin(struct network *n)
{
	holders_clear(&n->coming);
}

void
holders_add(struct network *n, const struct msg_hold_item *m)
{
	const struct peer *p;
	struct holder x;
	uint8_t i;

	/* Our own peer: the hand has not got it from us yet. */
	if (m->kind == HOLD_UNCLAIMED &&
	    (p = peer_by_key(n, m->pubkey)) != NULL && peer_served(p))
		return;
	memset(&x, 0, sizeof(x));
	memcpy(x.key, m->pubkey, sizeof(x.key));
	x.kind = m->kind;
	x.psk = m->psk;
	if (m->naddrs == 0)
		append(&n->coming, &x);
	for (i = 0; i < m->naddrs; i++) {
		x.addr = m->addrs[i];
		append(&n->coming, &x);
	}
}

bool
holders_end(struct network *n)
{
	struct holders *h = &n->coming;
	bool first = !n->held_known;
	size_t i;

	n->held_known = true;
	if (h->n > 0)
		qsort(h->list, h->n, sizeof(*h->list), by_key);
	if (!first && h->n == n->held.n &&
	    (h->n == 0 ||
		memcmp(h->list, n->held.list, h->n * sizeof(*h->list)) == 0)) {
		holders_clear(h);
		return (false);
	}
	h->by_addr = reallocarray(NULL, h->n + 1, sizeof(*h->by_addr));
	if (h->by_addr == NULL)
		fatal("addresses of others");
	for (i = 0; i < h->n; i++) {
		h->by_addr[i] = &h->list[i];
		h->wide += h->list[i].kind != HOLD_OWN &&
		    h->list[i].addr.family != 0 &&
		    !prefix_is_host(&h->list[i].addr);
	}
	qsort(h->by_addr, h->n, sizeof(*h->by_addr), by_addr);
	holders_clear(&n->held);
	n->held = n->coming;
	memset(&n->coming, 0, sizeof(n->coming));
	return (!first || n->held.n > 0);
}

const struct holder *
holder_of_key(const struct network *n, const uint8_t *key)
{
	size_t lo = 0, hi = n->held.n, mid;

	/* The first that is not before the key. */
	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (memcmp(n->held.list[mid].key, key, WGKEY_LEN) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == n->held.n ||
	    memcmp(n->held.list[lo].key, key, WGKEY_LEN) != 0)
		return (NULL);
	return (&n->held.list[lo]);
}

const struct holder *
holder_next(const struct network *n, const struct holder *h)
{
	const struct holder *next = h + 1;

	if (next == n->held.list + n->held.n ||
	    memcmp(next->key, h->key, sizeof(h->key)) != 0)
		return (NULL);
	return (next);
}

bool
holder_counts(const struct holder *h)
{
	return (h->addr.family != 0 && h->addr.len > HALF_LEN);
}

static const struct holder *
find_addr(const struct holders *h, const struct prefix *p)
{
	struct holder x = { .addr = *p };
	const struct holder *key = &x, **found;

	found = h->n == 0 ?
	    NULL :
	    bsearch(&key, h->by_addr, h->n, sizeof(*h->by_addr), by_addr);
	return (found == NULL ? NULL : *found);
}

const struct holder *
holder_of_addr(const struct network *n, const struct prefix *p)
{
	const struct holder *h;
	struct prefix net;
	size_t i;

	if ((h = find_addr(&n->held, p)) != NULL)
		return (h);
	/*
	 * The interface's own addresses, which come first, have the length of
	 * their network.
	 */
	for (i = 0; i < n->held.n && n->held.list[i].kind == HOLD_OWN; i++) {
		net = prefix_host(&n->held.list[i].addr);
		if (prefix_equal(&net, p))
			return (&n->held.list[i]);
	}
	for (net = *p; n->held.wide > 0 && net.len > HALF_LEN + 1;) {
		net.len--;
		prefix_mask(&net);
		if ((h = find_addr(&n->held, &net)) != NULL &&
		    h->kind != HOLD_OWN)
			return (h);
	}
	return (NULL);
}

bool
holder_has_subnet(const struct network *n, const struct holder *h)
{
	for (; h != NULL; h = holder_next(n, h))
		if (h->addr.family != 0 && hostaddr_subnet(&n->conf, &h->addr))
			return (true);
	return (false);
}

static bool
is_another(const struct holder *h, const uint8_t *key)
{
	return (
	    h->kind != HOLD_OWN && memcmp(h->key, key, sizeof(h->key)) != 0);
}

const struct holder *
holder_of_subnet(const struct network *n, const struct prefix *p,
    const uint8_t *key)
{
	const struct holders *held = &n->held;
	const struct holder *h;
	struct prefix wide = *p;
	size_t i, lo = 0, hi = held->n, mid;

	for (i = 0; i < held->n && held->list[i].kind == HOLD_OWN; i++)
		if (prefix_overlaps(&held->list[i].addr, p))
			return (&held->list[i]);
	for (; wide.len > HALF_LEN; wide.len--, prefix_mask(&wide))
		if ((h = find_addr(held, &wide)) != NULL && is_another(h, key))
			return (h);
	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (prefix_cmp(&held->by_addr[mid]->addr, p) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; lo < held->n && prefix_contains(p, &held->by_addr[lo]->addr);
	     lo++)
		if (is_another(held->by_addr[lo], key))
			return (held->by_addr[lo]);
	return (NULL);
}
