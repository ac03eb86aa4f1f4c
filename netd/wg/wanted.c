/* SPDX-License-Identifier: ISC */
/*
 * The wanted peers of one network: two trees and two queues.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wanted.h"

static int
wish_cmp(const struct wish *a, const struct wish *b)
{
	return (memcmp(a->key, b->key, sizeof(a->key)));
}

static int
waddr_cmp(const struct waddr *a, const struct waddr *b)
{
	return (prefix_cmp(&a->prefix, &b->prefix));
}

RB_GENERATE(wish_tree, wish, entry, wish_cmp)
RB_GENERATE(waddr_tree, waddr, entry, waddr_cmp)

void
wanted_init(struct wanted *w, void *net)
{
	memset(w, 0, sizeof(*w));
	RB_INIT(&w->keys);
	RB_INIT(&w->addrs);
	TAILQ_INIT(&w->urgent);
	TAILQ_INIT(&w->bulk);
	w->net = net;
}

static void
unindex(struct wanted *w, struct wish *x)
{
	size_t i;

	for (i = 0; i < x->naddrs; i++) {
		if (x->addrs[i].indexed)
			RB_REMOVE(waddr_tree, &w->addrs, &x->addrs[i]);
	}
	free(x->addrs);
	x->addrs = NULL;
	x->naddrs = 0;
}

static void
wipe_psk(struct wish *x)
{
	if (x->psk != NULL)
		freezero(x->psk, WGKEY_LEN);
	x->psk = NULL;
}

static void
wish_free(struct wanted *w, struct wish *x)
{
	struct waiter *r;

	if (x->queued)
		TAILQ_REMOVE(x->urgent ? &w->urgent : &w->bulk, x, queue);
	unindex(w, x);
	wipe_psk(x);
	RB_REMOVE(wish_tree, &w->keys, x);
	while ((r = SLIST_FIRST(&x->waiters)) != NULL) {
		SLIST_REMOVE_HEAD(&x->waiters, entry);
		free(r);
	}
	free(x);
}

void
wanted_clear(struct wanted *w)
{
	struct wish *x;

	while ((x = RB_ROOT(&w->keys)) != NULL)
		wish_free(w, x);
	w->count = 0;
}

struct wish *
wanted_find(struct wanted *w, const uint8_t *key)
{
	struct wish k;

	memcpy(k.key, key, sizeof(k.key));
	return (RB_FIND(wish_tree, &w->keys, &k));
}

struct wish *
wanted_owner(struct wanted *w, const struct prefix *p)
{
	struct waddr k, *a;

	k.prefix = *p;
	a = RB_FIND(waddr_tree, &w->addrs, &k);
	return (a == NULL ? NULL : a->owner);
}

struct waddr *
wanted_from(struct wanted *w, const struct prefix *p)
{
	struct waddr k;

	k.prefix = *p;
	return (RB_NFIND(waddr_tree, &w->addrs, &k));
}

struct waddr *
wanted_next(struct waddr *a)
{
	return (RB_NEXT(waddr_tree, NULL, a));
}

struct wish *
wanted_stray(struct wanted *w, const uint8_t *key)
{
	struct wish *x;

	x = wanted_find(w, key);
	if (x != NULL)
		return (x);
	x = calloc(1, sizeof(*x));
	if (x == NULL)
		return (NULL);
	SLIST_INIT(&x->waiters);
	expiry_item_init(&x->expiry);
	x->net = w->net;
	memcpy(x->key, key, sizeof(x->key));
	RB_INSERT(wish_tree, &w->keys, x);
	return (x);
}

struct wish *
wanted_set(struct wanted *w, const uint8_t *key, const struct prefix *addrs,
    uint8_t n, uint8_t source)
{
	struct wish *x;
	struct waddr *list, *old;
	size_t i;

	list = calloc(n == 0 ? 1 : n, sizeof(*list));
	if (list == NULL)
		return (NULL);
	x = wanted_stray(w, key);
	if (x == NULL) {
		free(list);
		return (NULL);
	}
	unindex(w, x);
	x->addrs = list;
	x->naddrs = n;
	x->source = source;
	x->gen = w->gen;
	x->expired = false;
	if (!x->wanted)
		w->count++;
	x->wanted = true;
	x->claim = x->ended = x->keep = false;
	for (i = 0; i < n; i++) {
		list[i].prefix = addrs[i];
		list[i].owner = x;
		old = RB_INSERT(waddr_tree, &w->addrs, &list[i]);
		if (old != NULL && old->owner != x) {
			RB_REMOVE(waddr_tree, &w->addrs, old);
			old->indexed = false;
			old = RB_INSERT(waddr_tree, &w->addrs, &list[i]);
		}
		list[i].indexed = old == NULL;
	}
	return (x);
}

enum wanted_change
wanted_compare(const struct wish *x, const struct prefix *addrs, uint8_t n)
{
	size_t i, j, common = 0, have = 0;

	for (i = 0; i < x->naddrs; i++) {
		if (!x->addrs[i].indexed)
			continue;
		have++;
		for (j = 0; j < n; j++) {
			if (prefix_equal(&x->addrs[i].prefix, &addrs[j]))
				break;
		}
		common += j < n;
	}
	if (common < have)
		return (WANTED_OTHER);
	return (have == n ? WANTED_SAME : WANTED_MORE);
}

int
wanted_psk(struct wish *x, const uint8_t *psk)
{
	if (psk == NULL) {
		wipe_psk(x);
		return (0);
	}
	if (x->psk == NULL && (x->psk = malloc(WGKEY_LEN)) == NULL)
		return (-1);
	memcpy(x->psk, psk, WGKEY_LEN);
	return (0);
}

void
wanted_drop(struct wanted *w, struct wish *x)
{
	unindex(w, x);
	wipe_psk(x);
	if (x->wanted)
		w->count--;
	x->wanted = x->claim = false;
}

void
wanted_release(struct wanted *w, struct wish *x)
{
	if (!x->wanted && !x->claim && !x->ended && !x->queued &&
	    SLIST_EMPTY(&x->waiters))
		wish_free(w, x);
}

void
wanted_forget_ended(struct wanted *w)
{
	struct wish *x, *next;

	for (x = RB_MIN(wish_tree, &w->keys); x != NULL; x = next) {
		next = RB_NEXT(wish_tree, &w->keys, x);
		if (!x->ended)
			continue;
		x->ended = false;
		wanted_release(w, x);
	}
}

void
wanted_queue(struct wanted *w, struct wish *x, bool urgent)
{
	if (x->queued) {
		if (x->urgent || !urgent)
			return;
		TAILQ_REMOVE(&w->bulk, x, queue);
	}
	x->queued = true;
	x->urgent = urgent;
	x->pair = false;
	TAILQ_INSERT_TAIL(urgent ? &w->urgent : &w->bulk, x, queue);
}

int
wanted_wait(struct wish *x, uint32_t id)
{
	struct waiter *r;

	r = malloc(sizeof(*r));
	if (r == NULL)
		return (-1);
	r->id = id;
	SLIST_INSERT_HEAD(&x->waiters, r, entry);
	return (0);
}

size_t
wanted_take(struct wanted *w, struct wish **out, size_t max)
{
	struct wish_queue *q;
	struct wish *x;
	size_t n = 0;

	while (n < max) {
		q = TAILQ_EMPTY(&w->urgent) ? &w->bulk : &w->urgent;
		x = TAILQ_FIRST(q);
		if (x == NULL)
			break;
		if (x->pair && n > 0 && n + 1 == max)
			break;
		TAILQ_REMOVE(q, x, queue);
		x->queued = false;
		out[n++] = x;
	}
	return (n);
}

bool
wanted_idle(const struct wanted *w)
{
	return (TAILQ_EMPTY(&w->urgent) && TAILQ_EMPTY(&w->bulk));
}
