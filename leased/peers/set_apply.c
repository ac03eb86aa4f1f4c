/* SPDX-License-Identifier: ISC */
/*
 * A set of peers is compared with the peers of its owner, checked, and applied
 * in one transaction.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit.h"
#include "hostaddr.h"
#include "row.h"
#include "log.h"
#include "own.h"
#include "set_apply.h"
#include "turn.h"

static uint64_t
key_of(const void *item)
{
	return (hash_bytes(((const struct set_peer *)item)->key, WGKEY_LEN));
}

static bool
key_eq(const void *item, const void *key)
{
	return (
	    memcmp(((const struct set_peer *)item)->key, key, WGKEY_LEN) == 0);
}

static uint64_t
addr_of(const void *item)
{
	const struct prefix *p = item;

	return (hash_bytes(p->addr, p->family == AF_INET ? 4 : 16));
}

static bool
addr_eq(const void *item, const void *key)
{
	return (prefix_equal(item, key));
}

void
set_add_diff(struct set *s, uint8_t op, uint8_t code, const uint8_t *key,
    const struct peer *p, const char *text)
{
	struct set_diff *d;

	if (s->ndiffs == s->maxdiffs) {
		s->maxdiffs = s->maxdiffs == 0 ? 64 : s->maxdiffs * 2;
		s->diffs = reallocarray(s->diffs, s->maxdiffs,
		    sizeof(*s->diffs));
		if (s->diffs == NULL)
			fatal("set of peers");
	}
	d = &s->diffs[s->ndiffs++];
	memset(d, 0, sizeof(*d));
	d->op = op;
	d->code = code;
	memcpy(d->key, key, sizeof(d->key));
	if (p != NULL) {
		d->rx = p->rx;
		d->tx = p->tx;
	}
	if (text != NULL && (d->text = strdup(text)) == NULL)
		fatal("set of peers");
}

static void
add_wish(struct set *s, const struct peer *p, uint16_t mask, bool added)
{
	struct set_wish *w;

	if (s->nwishes == s->maxwishes) {
		s->maxwishes = s->maxwishes == 0 ? 64 : s->maxwishes * 2;
		s->wishes = reallocarray(s->wishes, s->maxwishes,
		    sizeof(*s->wishes));
		if (s->wishes == NULL)
			fatal("set of peers");
	}
	w = &s->wishes[s->nwishes++];
	memset(w, 0, sizeof(*w));
	memcpy(w->key, p->key, sizeof(w->key));
	w->gone = mask == 0 || p->gone;
	w->mask = mask;
	w->added = added;
}

static void
reject(struct set_peer *x, uint8_t code, const char *why)
{
	x->code = code;
	if (x->why == NULL && (x->why = strdup(why)) == NULL)
		fatal("set of peers");
}

/*
 * Reject keys and addresses that are repeated in the set; the first one counts.
 */
static void
check_repeats(struct set *s)
{
	const struct msg_conf_network *conf = &s->owner->net->conf;
	struct hash keys, addrs;
	struct spans subnets;
	struct set_peer *x;
	size_t i;
	uint8_t j;

	hash_init(&keys, key_of);
	hash_init(&addrs, addr_of);
	spans_init(&subnets);
	for (i = 0; i < s->npeers; i++) {
		x = &s->peers[i];
		if (hash_find(&keys, key_of(x), key_eq, x->key) != NULL) {
			reject(x, LEASE_E_KEY_TAKEN,
			    "the key is twice in the set");
			continue;
		}
		hash_insert(&keys, x);
		for (j = 0; j < x->naddrs && x->code == 0; j++)
			if (span_first(&subnets, &x->addrs[j]) != NULL)
				reject(x, LEASE_E_ADDR_TAKEN,
				    "a part of a subnet is twice in the set");
			else if (hash_find(&addrs, addr_of(&x->addrs[j]),
				     addr_eq, &x->addrs[j]) != NULL)
				reject(x, LEASE_E_ADDR_TAKEN,
				    "an address is twice in the set");
		for (j = 0; j < x->naddrs && x->code == 0; j++)
			if (hostaddr_subnet(conf, &x->addrs[j]))
				(void)span_add(&subnets, &x->addrs[j], NULL);
			else
				hash_insert(&addrs, &x->addrs[j]);
	}
	hash_clear(&keys);
	hash_clear(&addrs);
	spans_clear(&subnets);
}

static struct own_wish
wish_of(const struct set_peer *x)
{
	struct own_wish w = { .key = x->key,
		.name = x->name,
		.addrs = x->addrs,
		.naddrs = x->naddrs,
		.psk_op = x->psk_op,
		.psk = x->psk };

	return (w);
}

static bool
is_same(const struct peer *p, const struct set_peer *x)
{
	struct own_wish w = wish_of(x);

	return (own_is_same(p, &w));
}

/* Mark the peers that the set names, and count the others. */
static uint32_t
mark(const struct set *s)
{
	struct peer *p;
	uint32_t left;
	size_t i;

	for (p = peer_first_of(s->owner); p != NULL; p = peer_next(p, s->owner))
		p->seen = false;
	left = s->owner->count;
	for (i = 0; i < s->npeers; i++) {
		p = peer_by_key(s->owner->net, s->peers[i].key);
		if (p == NULL || p->owner != s->owner || p->seen)
			continue;
		p->seen = true;
		left--;
	}
	return (left);
}

bool
set_removes(const struct set *s)
{
	return (mark(s) > 0);
}

/* Check each item, and count the results. */
static void
compare(struct set *s)
{
	struct mono now = mono_now();
	struct set_peer *x;
	struct own_wish w;
	struct peer *p;
	char why[129];
	size_t i;
	uint8_t code;

	check_repeats(s);
	/* A peer that the set names, even with an error, is not removed. */
	s->done.removed = mark(s);
	for (i = 0; i < s->npeers; i++) {
		x = &s->peers[i];
		w = wish_of(x);
		if (x->code == 0 &&
		    (code = own_check(&s->l->reg, s->owner, &w, s->begin.force,
			 now, why, sizeof(why))) != LEASE_OK_SAME)
			reject(x, code, why);
		p = peer_by_key(s->owner->net, x->key);
		if (p != NULL && p->owner != s->owner)
			p = NULL;
		if (x->code != 0)
			s->done.rejected++;
		else if (p == NULL)
			s->done.added++;
		else if (is_same(p, x))
			s->done.unchanged++;
		else
			s->done.changed++;
	}
}

/* True if the set would remove too many peers. */
static bool
guarded(struct set *s)
{
	uint64_t percent = s->l->conf->max_remove, had = s->owner->count;

	if (s->begin.force || s->done.removed == 0)
		return (false);
	if (s->npeers == 0) {
		snprintf(s->done.text, sizeof(s->done.text),
		    "the set is empty, and all %llu peers would go: force it, if that is meant",
		    (unsigned long long)had);
		return (true);
	}
	if (percent >= 100 || s->done.removed * 100ULL <= percent * had)
		return (false);
	snprintf(s->done.text, sizeof(s->done.text),
	    "%u of %llu peers would go, more than %llu percent: force it, if that is meant",
	    s->done.removed, (unsigned long long)had,
	    (unsigned long long)percent);
	return (true);
}

static void
tell_rejected(struct set *s)
{
	struct set_peer *x;
	size_t i;

	for (i = 0; i < s->npeers; i++) {
		x = &s->peers[i];
		if (x->code != 0)
			set_add_diff(s, SET_REJECTED, x->code, x->key, NULL,
			    x->why);
	}
}

static void
tell_only(struct set *s)
{
	struct set_peer *x;
	struct peer *p;
	size_t i;

	for (p = peer_first_of(s->owner); p != NULL; p = peer_next(p, s->owner))
		if (!p->seen)
			set_add_diff(s, SET_REMOVED, 0, p->key, p, NULL);
	for (i = 0; i < s->npeers; i++) {
		x = &s->peers[i];
		if (x->code != 0)
			continue;
		p = peer_by_key(s->owner->net, x->key);
		if (p == NULL || !is_same(p, x))
			set_add_diff(s, p == NULL ? SET_ADDED : SET_CHANGED, 0,
			    x->key, p, NULL);
	}
	tell_rejected(s);
}

static int
store(struct set *s, const struct change *op, size_t from)
{
	return (turn_store(s->l, op, from, &s->begin.from,
	    s->by_operator ? s->who : NULL));
}

/* Remove the peers that go, and the old addresses of those that change. */
static int
clear(struct set *s, struct change *op)
{
	struct peer *p, *next;
	struct set_peer *x;
	size_t i, from;

	for (p = peer_first_of(s->owner); p != NULL; p = next) {
		next = peer_next(p, s->owner);
		if (p->seen)
			continue;
		set_add_diff(s, SET_REMOVED, 0, p->key, p, NULL);
		from = op->n;
		own_drop(op, p);
		if (store(s, op, from) == -1)
			return (-1);
	}
	for (i = 0; i < s->npeers; i++) {
		x = &s->peers[i];
		p = peer_by_key(s->owner->net, x->key);
		if (x->code != 0 || p == NULL ||
		    peer_has_addrs(p, x->addrs, x->naddrs))
			continue;
		from = op->n;
		own_strip(op, p);
		if (store(s, op, from) == -1)
			return (-1);
	}
	return (0);
}

static int
fill(struct set *s, struct change *op)
{
	struct wall wall = wall_now();
	struct set_peer *x;
	struct own_wish w;
	struct peer *p;
	size_t i, from;
	uint8_t code;

	for (i = 0; i < s->npeers; i++) {
		x = &s->peers[i];
		if (x->code != 0)
			continue;
		from = op->n;
		w = wish_of(x);
		code = own_put(op, &w, wall);
		if (code >= LEASE_E_KEY) {
			reject(x, code, "the network has max_peers peers");
			s->done.added--;
			s->done.rejected++;
			continue;
		}
		p = peer_by_key(s->owner->net, x->key);
		if (code == LEASE_OK_SAME) {
			if (p != NULL && p->state == LEASE_PENDING)
				add_wish(s, p, UINT16_MAX, false);
			continue;
		}
		set_add_diff(s, code == LEASE_OK_NEW ? SET_ADDED : SET_CHANGED,
		    0, x->key, NULL, NULL);
		if (store(s, op, from) == -1)
			return (-1);
	}
	return (0);
}

/*
 * The addresses that a peer kept in a step.  *lost says whether another peer
 * got one of its old ones.
 */
static uint16_t
kept_addrs(const struct step *st, bool *lost)
{
	const struct peer_was *was = st->was;
	uint16_t mask = 0;
	uint8_t i, j;

	*lost = false;
	for (i = 0; i < was->naddrs; i++) {
		if (peer_overlap(st->peer->net, &was->addrs[i], st->peer) !=
		    NULL)
			*lost = true;
		for (j = 0; j < st->peer->naddrs; j++)
			if (prefix_equal(&st->peer->addrs[j].p, &was->addrs[i]))
				mask |= (uint16_t)(1U << j);
	}
	return (mask);
}

/* True if the step changed the preshared key, and no address. */
static bool
only_psk(const struct step *st)
{
	return (change_psk(st) &&
	    peer_has_addrs(st->peer, st->was->addrs, st->was->naddrs));
}

/*
 * Make the wishes for the hand, in an order in which no address is wanted
 * twice: removals, then peers that lose an address, then peers that gain one.
 */
static void
make_wishes(struct set *s, const struct change *c)
{
	const struct step *st;
	uint16_t mask;
	size_t i;
	bool lost;

	for (i = 0; i < c->n; i++)
		if (c->steps[i].kind == STEP_DROP)
			add_wish(s, c->steps[i].peer, 0, false);
	for (i = 0; i < c->n; i++) {
		st = &c->steps[i];
		if (st->kind != STEP_CHANGE || st->peer->owner == NULL ||
		    st->peer->gone)
			continue;
		mask = kept_addrs(st, &lost);
		if (lost)
			add_wish(s, st->peer, mask, false);
	}
	for (i = 0; i < c->n; i++) {
		st = &c->steps[i];
		if (st->kind == STEP_ADD)
			add_wish(s, st->peer, UINT16_MAX, true);
		else if (st->kind == STEP_CHANGE && st->peer->owner != NULL &&
		    !st->lost && (st->was->naddrs == 0 || only_psk(st)))
			add_wish(s, st->peer, UINT16_MAX, false);
	}
}

static int
keep_result(struct set *s)
{
	struct owner *o = s->owner;

	s->done.generation = o->generation;
	o->synced = wall_now().s;
	o->last = s->done;
	if (turn_begin(s->l) == -1 || row_put_owner(s->l->store, o) == -1)
		return (-1);
	return (0);
}

static int
audit_set(struct set *s)
{
	const struct msg_set_done *d = &s->done;
	char text[TEXT_SIZE];

	snprintf(text, sizeof(text),
	    "added=%u removed=%u changed=%u unchanged=%u rejected=%u generation=%llu",
	    d->added, d->removed, d->changed, d->unchanged, d->rejected,
	    (unsigned long long)s->owner->generation);
	return (audit_identity(s->l->store, "sync", s->begin.network, "",
	    s->by_operator ? s->who : s->begin.owner, text));
}

static void
failed(struct set *s, struct change *op)
{
	uint8_t code = errno == EEXIST ? LEASE_E_INTERNAL : LEASE_E_STORE;
	size_t i;

	turn_abort(s->l);
	change_undo(op, &s->l->reg);
	for (i = 0; i < s->ndiffs; i++)
		free(s->diffs[i].text);
	s->ndiffs = s->nwishes = 0;
	memset(&s->done, 0, sizeof(s->done));
	s->done.code = code;
	s->done.generation = s->owner->generation;
	strlcpy(s->done.text,
	    "the database cannot be written; nothing was changed",
	    sizeof(s->done.text));
}

static void
apply(struct set *s)
{
	struct msg_set_done was = s->owner->last;
	int64_t synced = s->owner->synced;
	struct change op;

	change_begin(&op, s->owner);
	if (clear(s, &op) == -1 || fill(s, &op) == -1 || keep_result(s) == -1 ||
	    ((op.n > 0 || s->done.rejected > 0) && audit_set(s) == -1) ||
	    turn_commit(s->l) == -1) {
		s->owner->last = was;
		s->owner->synced = synced;
		failed(s, &op);
		return;
	}
	tell_rejected(s);
	make_wishes(s, &op);
	if (op.n > 0 || s->done.rejected > 0)
		log_info(
		    "sync net=%s owner=%s added=%u removed=%u changed=%u unchanged=%u rejected=%u%s%s",
		    s->begin.network, log_vis(s->begin.owner), s->done.added,
		    s->done.removed, s->done.changed, s->done.unchanged,
		    s->done.rejected, s->begin.req[0] != '\0' ? " req=" : "",
		    s->begin.req);
	change_done(&op);
}

/* A refusal is recorded, too, so that show sync can show it. */
static void
refused(struct set *s, uint8_t code)
{
	s->done.code = code;
	if (keep_result(s) == -1 || turn_commit(s->l) == -1)
		turn_abort(s->l);
}

void
set_apply(struct set *s)
{
	const struct msg_set_begin *m = &s->begin;
	struct owner *o = s->owner;
	bool guard;

	s->done.code = LEASE_OK_SAME;
	s->done.generation = o->generation;
	if (!m->dry_run && (!network_up(o->net) || !network_known(o->net))) {
		s->done.code = LEASE_E_BUSY;
		strlcpy(s->done.text,
		    network_up(o->net) ?
			"the peers on the interface are not known yet" :
			"the network is not up",
		    sizeof(s->done.text));
		return;
	}
	/* Commit pending changes first, so that the comparison sees them. */
	(void)turn_commit(s->l);
	s->done.generation = o->generation;
	if ((m->match == SET_MATCH_GENERATION &&
		m->generation != o->generation) ||
	    (m->match == SET_MATCH_EMPTY && o->count > 0)) {
		s->done.code = LEASE_E_NO_MATCH;
		strlcpy(s->done.text, "the set has changed since it was read",
		    sizeof(s->done.text));
		return;
	}
	compare(s);
	guard = guarded(s);
	if (m->dry_run)
		tell_only(s);
	else if (guard)
		refused(s, LEASE_E_GUARD);
	else
		apply(s);
}
