/* SPDX-License-Identifier: ISC */
/*
 * The links to the fronts: requests about leases, and the checks before
 * anything changes.
 */

#include <string.h>

#include "answer.h"
#include "approval.h"
#include "contact.h"
#include "control.h"
#include "feed.h"
#include "forget.h"
#include "fronts.h"
#include "grant.h"
#include "link_apid.h"
#include "link_apid_mesh.h"
#include "link_apid_peers.h"
#include "link_apid_self.h"
#include "log.h"
#include "listcheck.h"
#include "openvpn.h"
#include "ownset.h"
#include "psk.h"
#include "tunnel.h"
#include "turn.h"
#include "wgkey.h"

static bool
is_live(const struct peer *p)
{
	return (p != NULL && p->state != LEASE_EXPIRED);
}

/*
 * Find the network of the request and the lease of the name, if these may be
 * asked about; the lease may have ended, or be NULL.  who is the proof of the
 * name, or "".
 */
static uint8_t
lease_network(struct leased *l, const char *network, const char *name,
    const char *who, struct network **n, struct peer **p)
{
	*n = registry_find(&l->reg, network);
	*p = *n == NULL ? NULL : peer_by_name(*n, name);
	if (*n == NULL || !(*n)->configured)
		return (LEASE_E_NETWORK);
	if (!policy_reached(l->conf, ROLE_DEVICE, network, name))
		return (fronts_beyond(l, network, name));
	if (policy_denied(&l->denied, network, name))
		return (LEASE_E_DENIED);
	if (*p != NULL && who[0] == '\0')
		who = peer_who(*p);
	switch (policy_access(l->conf, name, who)) {
	case VERDICT_DENY:
		return (LEASE_E_DENIED);
	case VERDICT_ASK:
		/* Whoever has a lease was approved. */
		if (!is_live(*p))
			return (approval_of(l, network, name));
		break;
	case VERDICT_ALLOW:
		break;
	}
	return (LEASE_OK_SAME);
}

/* The same, with the lease that must be there. */
static uint8_t
lease_for(struct leased *l, const char *network, const char *name,
    const char *who, struct peer **p)
{
	struct network *n;
	uint8_t code;

	code = lease_network(l, network, name, who, &n, p);
	if (code != LEASE_OK_SAME)
		return (code);
	if (*p != NULL && peer_given_back(*p))
		return (LEASE_E_GIVEN_BACK);
	return (is_live(*p) ? LEASE_OK_SAME : LEASE_E_NOT_FOUND);
}

static void
lease_changed(struct leased *l, const struct asker *a, uint8_t code,
    const struct peer *p)
{
	answer_lease(a->chan, a->id, code, p, NULL);
}

/*
 * Check who asks.  Returns LEASE_OK_SAME if the name may have the lease, or
 * has it already.
 */
static uint8_t
lease_asked(struct leased *l, const struct msg_lease_register *m,
    struct network **n, struct peer **p)
{
	uint8_t code, contact;

	code = lease_network(l, m->network, m->name, m->who, n, p);
	if (code != LEASE_OK_SAME && code != LEASE_E_PENDING)
		return (code);
	contact = contact_check(l, m, !is_live(*p));
	if (contact != LEASE_OK_SAME)
		return (contact);
	if (code == LEASE_E_PENDING)
		return (approval_ask(l, m));
	if (!wgkey_usable(m->pubkey) || !tunnel_fits(*n, m->who, m->pubkey))
		return (LEASE_E_KEY);
	/* Only WireGuard has preshared keys. */
	if ((*n)->conf.gre && m->has_psk)
		return (LEASE_E_REQUEST);
	if (registry_own_key(&l->reg, m->pubkey))
		return (LEASE_E_KEY_TAKEN);
	return (network_up(*n) ? LEASE_OK_SAME : LEASE_E_BUSY);
}

static int
leased_lease_register(struct chan *c, uint32_t id,
    const struct msg_lease_register *m)
{
	struct asker asker = { .answer = lease_changed, .chan = c, .id = id };
	struct leased *l = chan_arg(c);
	uint8_t code, contact = LEASE_OK_SAME;
	struct network *n;
	struct peer *p;
	bool new;

	strlcpy(asker.req, m->req, sizeof(asker.req));
	code = lease_asked(l, m, &n, &p);
	new = !is_live(p);
	if (code == LEASE_OK_SAME && !new) {
		contact = contact_keep(l, m->network, m->name, &m->contact);
		turn_soon(l);
	}
	if (contact == LEASE_E_STORE)
		code = contact;
	if (code != LEASE_OK_SAME) {
		answer_lease(c, id, code, NULL, NULL);
		return (0);
	}
	turn_register(l, n, m->name, m->who, m->pubkey,
	    m->has_psk ? m->psk : NULL, &m->from, contact == LEASE_OK_NEW,
	    &asker);
	/* Nothing is kept of whoever gets no lease. */
	if (new && is_live(peer_by_name(n, m->name)))
		(void)contact_keep(l, m->network, m->name, &m->contact);
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
	code = lease_for(l, m->network, m->name, m->who, &p);
	code = renew_check(code, p);
	if (code == LEASE_OK_SAME && !tunnel_fits(p->net, m->who, p->key))
		code = LEASE_E_KEY;
	if (code == LEASE_OK_SAME)
		turn_register(l, p->net, m->name, m->who, p->key, psk_of(p),
		    &m->from, false, &asker);
	else
		answer_lease(c, id, code, p, NULL);
	return (0);
}

static int
leased_lease_get(struct chan *c, uint32_t id, const struct msg_lease_get *m)
{
	struct leased *l = chan_arg(c);
	struct contact contact;
	struct peer *p;
	uint8_t code;

	code = lease_for(l, m->network, m->name, m->who, &p);
	if (code == LEASE_E_PENDING && !approval_waits(l, m->network, m->name))
		code = LEASE_E_NOT_FOUND;
	if (code == LEASE_OK_SAME && !network_up(p->net))
		code = LEASE_E_BUSY;
	contact_get(l, m->network, m->name, &contact);
	answer_lease(c, id, code, p, &contact);
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
	code = lease_for(l, m->network, m->name, "", &p);
	if (code == LEASE_E_PENDING)
		code = LEASE_E_NOT_FOUND;
	if (code == LEASE_OK_SAME)
		turn_release(l, p, &m->from, &asker);
	else
		answer_lease(c, id, code, p, NULL);
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
	struct leased *l = chan_arg(c);
	unsigned int i;

	sets_wake(l);
	ovpn_wake(l);
	for (i = 0; i < APIDS_MAX; i++)
		if (l->apid[i] == c)
			feed_continue(l, i);
}

static void
apid_closed(struct chan *c, const char *reason)
{
	struct leased *l = chan_arg(c);
	unsigned int i;

	log_warnx("link to %s: %s", chan_name(c), reason);
	forget_chan(l, c);
	for (i = 0; i < APIDS_MAX; i++)
		if (l->apid[i] == c) {
			l->apid[i] = NULL;
			feed_forget(l, i);
		}
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
	ON(mesh_op, CHAN_UP, leased_mesh_op),
	ON(mesh_list, CHAN_UP, leased_mesh_list),
	ON(mesh_hello, CHAN_UP, leased_mesh_hello),
	ON(mesh_watch, CHAN_UP, leased_mesh_watch),
	ON(mesh_page, CHAN_UP, leased_mesh_page),
	ON(mesh_key, CHAN_UP, leased_mesh_key),
	ON(mesh_acks, CHAN_UP, leased_mesh_acks),
	ON(mesh_report, CHAN_UP, leased_mesh_report),
	ON(mesh_path, CHAN_UP, leased_mesh_path),
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
