/* SPDX-License-Identifier: ISC */
/*
 * The rules for owners and their peers.
 */

#include <stdio.h>
#include <string.h>

#include "hostaddr.h"
#include "own.h"
#include "psk.h"
#include "wgkey.h"

/* Only the operator's own peers have subnets, and a set is checked in itself. */
static uint8_t
check_subnet(const struct network *n, const uint8_t *key,
    const struct prefix *p, char *text, size_t size)
{
	char subnet[PREFIX_TEXT], addr[PREFIX_TEXT];
	const struct holder *h;

	if ((h = holder_of_subnet(n, p, key)) == NULL)
		return (LEASE_OK_SAME);
	snprintf(text, size, "%s overlaps %s, which %s has",
	    prefix_format(p, subnet), prefix_format(&h->addr, addr),
	    h->kind == HOLD_OWN ?
		"the gateway itself" :
		"a peer on the interface that is not sallyport's");
	return (LEASE_E_ADDR_TAKEN);
}

static uint8_t
check_addr(const struct owner *o, const uint8_t *key, const struct prefix *p,
    struct mono now, char *text, size_t size)
{
	const struct network *n = o->net;
	const struct holder *h;
	const char *who = NULL;
	char addr[PREFIX_TEXT];
	struct peer *holder;
	enum hostaddr a;

	(void)prefix_format(p, addr);
	a = hostaddr_of_peer(&n->conf, owner_source(o), p);
	if (a != HOSTADDR_OK) {
		snprintf(text, size, "%s %s", addr, hostaddr_text(a));
		return (a == HOSTADDR_OUTSIDE || a == HOSTADDR_NO_SUBNET ?
			LEASE_E_OUTSIDE :
			LEASE_E_ADDR_TAKEN);
	}
	if (hostaddr_subnet(&n->conf, p))
		return (check_subnet(n, key, p, text, size));
	if ((holder = peer_by_addr(n, p)) != NULL) {
		if (holder->owner == NULL && !peer_robbable(holder, p, now))
			who = "a lease's";
		else if (holder->owner != NULL && holder->owner != o)
			who = "another owner's";
	} else if ((h = holder_of_addr(n, p)) != NULL &&
	    memcmp(h->key, key, sizeof(h->key)) != 0)
		who = h->kind == HOLD_OWN ?
		    "the gateway's own" :
		    "that of a peer on the interface that is not sallyport's";
	if (who == NULL)
		return (LEASE_OK_SAME);
	snprintf(text, size, "%s is %s", addr, who);
	return (LEASE_E_ADDR_TAKEN);
}

/*
 * A peer with this key may be on the interface already.  A foreign one stays as
 * it is, whatever is asked.  An unclaimed one goes to whoever asks, but the
 * operator is told first if it would lose an address.
 */
static uint8_t
check_live(const struct owner *o, const struct own_wish *w, bool force,
    char *text, size_t size)
{
	const struct holder *h;
	char addr[PREFIX_TEXT];
	const char *fate;

	if ((h = holder_of_key(o->net, w->key)) == NULL ||
	    (h->kind != HOLD_FOREIGN && force))
		return (LEASE_OK_SAME);
	fate = h->kind == HOLD_FOREIGN ? ", which stays as it is" :
					 ": force it, if that is meant";
	if (h->psk && w->psk_op != PSK_SET) {
		snprintf(text, size,
		    "would take the preshared key from the live peer%s", fate);
		return (LEASE_E_KEY_TAKEN);
	}
	if (h->kind != HOLD_FOREIGN && strcmp(o->name, OWNER_STATIC) != 0 &&
	    !holder_has_subnet(o->net, h))
		return (LEASE_OK_SAME);
	strlcpy(text, "the key is a peer's that is not sallyport's", size);
	for (; h != NULL; h = holder_next(o->net, h)) {
		if (h->addr.family == 0 ||
		    prefix_among(w->addrs, w->naddrs, &h->addr))
			continue;
		snprintf(text, size, "would take %s from the live peer%s",
		    prefix_format(&h->addr, addr), fate);
		return (LEASE_E_KEY_TAKEN);
	}
	h = holder_of_key(o->net, w->key);
	return (h->kind == HOLD_FOREIGN ? LEASE_E_KEY_TAKEN : LEASE_OK_SAME);
}

/* In a sorted list, two neighbours overlap if any two prefixes do. */
static uint8_t
check_own(const struct own_wish *w, char *text, size_t size)
{
	char subnet[PREFIX_TEXT], addr[PREFIX_TEXT];
	uint8_t i;

	for (i = 1; i < w->naddrs; i++) {
		if (!prefix_overlaps(&w->addrs[i - 1], &w->addrs[i]))
			continue;
		snprintf(text, size, "%s is a part of its own %s",
		    prefix_format(&w->addrs[i], addr),
		    prefix_format(&w->addrs[i - 1], subnet));
		return (LEASE_E_ADDR_TAKEN);
	}
	return (LEASE_OK_SAME);
}

uint8_t
own_check(const struct registry *r, const struct owner *o,
    const struct own_wish *w, bool force, struct mono now, char *text,
    size_t size)
{
	const uint8_t *key = w->key;
	const struct peer *p;
	const char *who = NULL;
	uint8_t i, code;

	text[0] = '\0';
	if (o->net->conf.gre) {
		strlcpy(text, "this network has tunnels of leases alone", size);
		return (LEASE_E_REQUEST);
	}
	if (!wgkey_usable(key)) {
		strlcpy(text, "the key cannot be used", size);
		return (LEASE_E_KEY);
	}
	if (registry_own_key(r, key))
		who = "the gateway's own";
	else if ((p = peer_by_key(o->net, key)) != NULL && p->owner != o)
		who = p->owner == NULL ? "a lease's" : "another owner's";
	if (who != NULL) {
		snprintf(text, size, "the key is %s", who);
		return (LEASE_E_KEY_TAKEN);
	}
	if (!network_known(o->net)) {
		strlcpy(text, "the peers on the interface are not known yet",
		    size);
		return (LEASE_E_BUSY);
	}
	code = check_live(o, w, force, text, size);
	if (code == LEASE_OK_SAME)
		code = check_own(w, text, size);
	for (i = 0; i < w->naddrs && code == LEASE_OK_SAME; i++)
		code = check_addr(o, key, &w->addrs[i], now, text, size);
	if (code == LEASE_OK_SAME)
		text[0] = '\0';
	return (code);
}

void
own_strip(struct change *c, struct peer *p)
{
	if (p->naddrs == 0)
		return;
	(void)change_log(c, STEP_CHANGE, p, change_remember(p));
	peer_set_addrs(p, NULL, 0);
	peer_set_state(p, LEASE_PENDING, p->outside);
}

static bool
same_name(const struct peer *p, const struct own_wish *w)
{
	return (w->name[0] == '\0' || strcmp(p->name, w->name) == 0);
}

static bool
keeps_psk(const struct peer *p, const struct own_wish *w)
{
	return (w->psk_op == PSK_KEEP ||
	    psk_same(psk_of(p), w->psk_op == PSK_SET ? w->psk : NULL));
}

bool
own_is_same(const struct peer *p, const struct own_wish *w)
{
	return (peer_has_addrs(p, w->addrs, w->naddrs) && same_name(p, w) &&
	    keeps_psk(p, w));
}

uint8_t
own_put(struct change *c, const struct own_wish *w, struct wall wall)
{
	struct owner *o = c->owner;
	const struct peer_addr *taken;
	struct prefix addr;
	struct peer *p;
	bool same_addrs;
	struct step *s;
	uint8_t i;

	if ((p = peer_by_key(o->net, w->key)) == NULL && network_full(o->net))
		return (LEASE_E_POOL);
	if (p != NULL && own_is_same(p, w))
		return (LEASE_OK_SAME);
	same_addrs = p != NULL && peer_has_addrs(p, w->addrs, w->naddrs);
	for (i = 0; i < w->naddrs && !same_addrs; i++)
		while (
		    (taken = peer_overlap(o->net, &w->addrs[i], p)) != NULL) {
			addr = taken->p;
			change_rob(c, taken->peer, &addr);
		}
	if (p == NULL) {
		p = peer_new_owned(o, w->key, w->name);
		p->created = wall.s;
		peer_set_addrs(p, w->addrs, w->naddrs);
		if (w->psk_op == PSK_SET)
			psk_set(p, w->psk);
		(void)change_log(c, STEP_ADD, p, NULL);
		return (LEASE_OK_NEW);
	}
	s = change_log(c, STEP_CHANGE, p, change_remember(p));
	if (!same_addrs)
		peer_set_addrs(p, w->addrs, w->naddrs);
	if (!same_addrs || !keeps_psk(p, w))
		peer_set_state(p, LEASE_PENDING, false);
	if (!keeps_psk(p, w))
		psk_set(p, w->psk_op == PSK_SET ? w->psk : NULL);
	if (!same_name(p, w))
		change_text(s, w->name, "");
	return (LEASE_OK_REKEYED);
}

void
own_drop(struct change *c, struct peer *p)
{
	(void)change_log(c, STEP_DROP, p, NULL);
	peer_unlink(p);
}
