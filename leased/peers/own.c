/* SPDX-License-Identifier: ISC */
/*
 * The rules for owners and their peers.
 */

#include <stdio.h>
#include <string.h>

#include "hostaddr.h"
#include "own.h"
#include "wgkey.h"

static uint8_t
check_addr(const struct owner *o, const struct prefix *p, struct mono now,
    char *text, size_t size)
{
	const struct network *n = o->net;
	const char *who = NULL;
	char addr[PREFIX_TEXT];
	struct peer *holder;
	enum hostaddr a;

	(void)prefix_format(p, addr);
	if ((a = hostaddr_check(&n->conf, p)) != HOSTADDR_OK) {
		snprintf(text, size, "%s %s", addr, hostaddr_text(a));
		return (a == HOSTADDR_OUTSIDE ? LEASE_E_OUTSIDE :
						LEASE_E_ADDR_TAKEN);
	}
	if ((holder = peer_by_addr(n, p)) != NULL) {
		if (holder->owner == NULL && !peer_robbable(holder, p, now))
			who = "a lease's";
		else if (holder->owner != NULL && holder->owner != o)
			who = "another owner's";
	}
	if (who == NULL)
		return (LEASE_OK_SAME);
	snprintf(text, size, "%s is %s", addr, who);
	return (LEASE_E_ADDR_TAKEN);
}

uint8_t
own_check(const struct registry *r, const struct owner *o, const uint8_t *key,
    const struct prefix *addrs, uint8_t n, struct mono now, char *text,
    size_t size)
{
	const struct peer *p;
	const char *who = NULL;
	uint8_t i, code;

	text[0] = '\0';
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
	for (i = 0; i < n; i++) {
		code = check_addr(o, &addrs[i], now, text, size);
		if (code != LEASE_OK_SAME)
			return (code);
	}
	return (LEASE_OK_SAME);
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

uint8_t
own_put(struct change *c, const uint8_t *key, const char *name,
    const struct prefix *addrs, uint8_t n, struct wall wall)
{
	struct owner *o = c->owner;
	struct peer *p, *holder;
	bool same_addrs, same_name;
	struct step *s;
	uint8_t i;

	if ((p = peer_by_key(o->net, key)) == NULL && network_full(o->net))
		return (LEASE_E_POOL);
	same_addrs = p != NULL && peer_has_addrs(p, addrs, n);
	same_name = p != NULL &&
	    (name[0] == '\0' || strcmp(p->name, name) == 0);
	if (same_addrs && same_name)
		return (LEASE_OK_SAME);
	for (i = 0; i < n && !same_addrs; i++)
		if ((holder = peer_by_addr(o->net, &addrs[i])) != NULL &&
		    holder != p)
			change_rob(c, holder, &addrs[i]);
	if (p == NULL) {
		p = peer_new_owned(o, key, name);
		p->created = wall.s;
		peer_set_addrs(p, addrs, n);
		(void)change_log(c, STEP_ADD, p, NULL);
		return (LEASE_OK_NEW);
	}
	s = change_log(c, STEP_CHANGE, p, change_remember(p));
	if (!same_addrs) {
		peer_set_addrs(p, addrs, n);
		peer_set_state(p, LEASE_PENDING, false);
	}
	if (!same_name)
		change_text(s, name, "");
	return (LEASE_OK_REKEYED);
}

void
own_drop(struct change *c, struct peer *p)
{
	(void)change_log(c, STEP_DROP, p, NULL);
	peer_unlink(p);
}
