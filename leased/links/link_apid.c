/* SPDX-License-Identifier: ISC */
/*
 * The links to the fronts: requests about leases, and the checks before
 * anything changes.
 */

#include <string.h>

#include "answer.h"
#include "control.h"
#include "forget.h"
#include "fronts.h"
#include "grant.h"
#include "link_apid.h"
#include "link_apid_peers.h"
#include "log.h"
#include "listcheck.h"
#include "openvpn.h"
#include "ownset.h"
#include "psk.h"
#include "turn.h"
#include "wgkey.h"

/* Find the network of the request, if it may be asked about. */
static uint8_t
lease_network(struct leased *l, const char *network, const char *name,
    const char *who, struct network **n)
{
	*n = registry_find(&l->reg, network);
	if (*n == NULL || !(*n)->configured)
		return (LEASE_E_NETWORK);
	if (!policy_reached(l->conf, ROLE_DEVICE, network, name))
		return (fronts_beyond(l, network, name));
	if (policy_denied(&l->denied, network, name) ||
	    policy_access(l->conf, name, who) == VERDICT_DENY)
		return (LEASE_E_DENIED);
	return (LEASE_OK_SAME);
}

/* The same, with the lease of the request. */
static uint8_t
lease_for(struct leased *l, const char *network, const char *name,
    struct peer **p)
{
	struct network *n;
	uint8_t code;

	n = registry_find(&l->reg, network);
	*p = n == NULL ? NULL : peer_by_name(n, name);
	code = lease_network(l, network, name, *p == NULL ? "" : peer_who(*p),
	    &n);
	if (code != LEASE_OK_SAME)
		return (code);
	if (*p != NULL && peer_given_back(*p))
		return (LEASE_E_GIVEN_BACK);
	if (*p == NULL || (*p)->state == LEASE_EXPIRED)
		return (LEASE_E_NOT_FOUND);
	return (LEASE_OK_SAME);
}

static void
lease_changed(struct leased *l, const struct asker *a, uint8_t code,
    const struct peer *p)
{
	answer_lease(a->chan, a->id, code, p);
}

static int
leased_lease_register(struct chan *c, uint32_t id,
    const struct msg_lease_register *m)
{
	struct asker asker = { .answer = lease_changed, .chan = c, .id = id };
	struct leased *l = chan_arg(c);
	struct network *n;
	uint8_t code;

	strlcpy(asker.req, m->req, sizeof(asker.req));
	code = lease_network(l, m->network, m->name, m->who, &n);
	if (code == LEASE_OK_SAME && !wgkey_usable(m->pubkey))
		code = LEASE_E_KEY;
	if (code == LEASE_OK_SAME && registry_own_key(&l->reg, m->pubkey))
		code = LEASE_E_KEY_TAKEN;
	if (code == LEASE_OK_SAME && !network_up(n))
		code = LEASE_E_BUSY;
	if (code == LEASE_OK_SAME)
		turn_register(l, n, m->name, m->who, m->pubkey,
		    m->has_psk ? m->psk : NULL, &m->from, &asker);
	else
		answer_lease(c, id, code, NULL);
	return (0);
}

/*
 * May this lease be renewed?  One that has run out may, too, as long as it
 * keeps its addresses: a device that only renews never learns of others.
 */
static uint8_t
renew_check(uint8_t code, struct peer *p)
{
	if (code == LEASE_E_NOT_FOUND && p != NULL)
		code = LEASE_OK_SAME;
	if (code != LEASE_OK_SAME)
		return (code);
	if (!network_up(p->net))
		return (LEASE_E_BUSY);
	if (!grant_renewable(p->net, p, mono_now()))
		return (LEASE_E_NOT_FOUND);
	return (LEASE_OK_SAME);
}

static int
leased_lease_renew(struct chan *c, uint32_t id, const struct msg_lease_renew *m)
{
	struct asker asker = { .answer = lease_changed, .chan = c, .id = id };
	struct leased *l = chan_arg(c);
	struct peer *p;
	uint8_t code;

	strlcpy(asker.req, m->req, sizeof(asker.req));
	code = lease_for(l, m->network, m->name, &p);
	code = renew_check(code, p);
	if (code == LEASE_OK_SAME)
		turn_register(l, p->net, m->name, m->who, p->key, psk_of(p),
		    &m->from, &asker);
	else
		answer_lease(c, id, code, p);
	return (0);
}

static int
leased_lease_get(struct chan *c, uint32_t id, const struct msg_lease_get *m)
{
	struct leased *l = chan_arg(c);
	struct peer *p;
	uint8_t code;

	code = lease_for(l, m->network, m->name, &p);
	if (code == LEASE_OK_SAME && !network_up(p->net))
		code = LEASE_E_BUSY;
	answer_lease(c, id, code, p);
	return (0);
}

static int
leased_lease_release(struct chan *c, uint32_t id,
    const struct msg_lease_release *m)
{
	struct asker asker = { .answer = lease_changed, .chan = c, .id = id };
	struct leased *l = chan_arg(c);
	struct peer *p;
	uint8_t code;

	strlcpy(asker.req, m->req, sizeof(asker.req));
	code = lease_for(l, m->network, m->name, &p);
	if (code == LEASE_OK_SAME)
		turn_release(l, p, &m->from, &asker);
	else
		answer_lease(c, id, code, p);
	return (0);
}

static int
leased_lease_health(struct chan *c, uint32_t id)
{
	struct leased *l = chan_arg(c);
	struct msg_lease_health_reply m;
	struct network *n;

	memset(&m, 0, sizeof(m));
	m.db = store_ok(l->store);
	m.kern = l->hand != NULL;
	m.wireguard = 1;
	TAILQ_FOREACH(n, &l->reg.nets, entry)
		if (n->configured && (!network_up(n) || !network_known(n)))
			m.wireguard = 0;
	(void)chan_send_lease_health_reply(c, id, &m, -1);
	return (0);
}

static int
leased_ident_result(struct chan *c, uint32_t id,
    const struct msg_ident_result *m)
{
	if (id == LISTCHECK_ID)
		listcheck_answer(chan_arg(c), m);
	else
	control_ident(chan_arg(c), id, m);
	return (0);
}

/* OpenVPN's clients are for portals.  Returns 0 or a code. */
static uint8_t
ovpn_denied(struct leased *l)
{
	if (policy_reached(l->conf, ROLE_PORTAL, NULL, NULL))
		return (0);
	return (fronts_beyond(l, "", "openvpn"));
}

static int
leased_ovpn_list(struct chan *c, uint32_t id)
{
	struct msg_ovpn_end end = { ovpn_denied(chan_arg(c)), 0, 0 };

	if (end.code == 0)
		return (ovpn_list(c, id));
	(void)chan_send_ovpn_end(c, id, &end, -1);
	return (0);
}

static int
leased_ovpn_kill(struct chan *c, uint32_t id, const struct msg_ovpn_kill *m)
{
	struct msg_ovpn_end end = { ovpn_denied(chan_arg(c)), 0, 0 };

	if (end.code == 0)
		return (ovpn_kill(c, id, m));
	(void)chan_send_ovpn_end(c, id, &end, -1);
	return (0);
}

static void
apid_turn(struct chan *c)
{
	turn_soon(chan_arg(c));
}

static void
apid_writable(struct chan *c)
{
	sets_wake(chan_arg(c));
	ovpn_wake(chan_arg(c));
}

static void
apid_closed(struct chan *c, const char *reason)
{
	struct leased *l = chan_arg(c);
	unsigned int i;

	log_warnx("link to %s: %s", chan_name(c), reason);
	forget_chan(l, c);
	for (i = 0; i < APIDS_MAX; i++)
		if (l->apid[i] == c)
			l->apid[i] = NULL;
	listcheck_lost(l);
	chan_free(c);
}

static const struct chan_handler apid_table[] = {
	ON(lease_register, CHAN_UP, leased_lease_register),
	ON(lease_renew, CHAN_UP, leased_lease_renew),
	ON(lease_get, CHAN_UP, leased_lease_get),
	ON(lease_release, CHAN_UP, leased_lease_release),
	ON(lease_health, CHAN_UP, leased_lease_health),
	ON(ident_result, CHAN_UP, leased_ident_result),
	ON(owned_put, CHAN_UP, leased_owned_put),
	ON(owned_drop, CHAN_UP, leased_owned_drop),
	ON(peer_page, CHAN_UP, leased_peer_page),
	ON(node_get, CHAN_UP, leased_node_get),
	ON(set_begin, CHAN_UP, set_begin),
	ON(set_item, CHAN_UP, set_item),
	ON(set_end, CHAN_UP, set_end),
	ON(set_abort, CHAN_UP, set_abort),
	ON(ovpn_list, CHAN_UP, leased_ovpn_list),
	ON(ovpn_kill, CHAN_UP, leased_ovpn_kill),
};

const struct chan_ops apid_ops = {
	.table = apid_table,
	.n = sizeof(apid_table) / sizeof(apid_table[0]),
	.turn = apid_turn,
	.writable = apid_writable,
	.closed = apid_closed,
};
