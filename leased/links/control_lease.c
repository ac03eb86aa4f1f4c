/* SPDX-License-Identifier: ISC */
/*
 * A lease of another gateway is taken over as if its device had asked for it,
 * and under the same rules, but with the address and the time that it has left.
 */

#include <string.h>

#include "approval.h"
#include "contact.h"
#include "control_lease.h"
#include "log.h"
#include "turn.h"
#include "wgkey.h"

/* Find the network, if the lease may be there. */
static uint8_t
check(struct leased *l, const struct msg_ctl_lease *m, struct network **n)
{
	*n = registry_find(&l->reg, m->network);
	if (*n == NULL || !(*n)->configured)
		return (LEASE_E_NETWORK);
	if (!policy_reached(l->conf, ROLE_DEVICE, m->network, m->name))
		return (LEASE_E_NAME);
	if (policy_denied(&l->denied, m->network, m->name) ||
	    policy_access(l->conf, m->name, m->who) == VERDICT_DENY)
		return (LEASE_E_DENIED);
	if (m->ttl == 0 || m->ttl == LEASE_NEVER)
		return (LEASE_E_REQUEST);
	if (!wgkey_usable(m->pubkey))
		return (LEASE_E_KEY);
	if (registry_own_key(&l->reg, m->pubkey))
		return (LEASE_E_KEY_TAKEN);
	return (network_known(*n) ? LEASE_OK_SAME : LEASE_E_BUSY);
}

static bool
is_live(const struct network *n, const char *name)
{
	const struct peer *p = peer_by_name(n, name);

	return (p != NULL && peer_served(p));
}

/* Why a lease is refused. */
static const char *
reason(struct leased *l, const struct msg_ctl_lease *m, uint8_t code)
{
	const struct network *n = registry_find(&l->reg, m->network);

	return (n != NULL && is_live(n, m->name) ?
		"the name has another lease" :
		lease_answer(code)->text);
}

/*
 * Say what became of the lease.  A refusal is an answer, too; there is no item
 * for a lease that was there already.
 */
static void
finish(struct conn *k, const struct msg_ctl_lease *m, uint8_t code)
{
	struct msg_set_change c = { .op = SET_ADDED };

	memcpy(c.pubkey, m->pubkey, sizeof(c.pubkey));
	if (code >= LEASE_E_KEY) {
		c.op = SET_REJECTED;
		c.code = code;
		strlcpy(c.text, reason(k->l, m, code), sizeof(c.text));
	}
	if (code != LEASE_OK_SAME &&
	    chan_send_set_change(k->chan, k->id, &c, -1) == -1)
		log_warn("control: answer");
	conn_result(k, CTL_OK, "%s", "");
}

static void
imported(struct leased *l, const struct asker *a, uint8_t code,
    const struct peer *p)
{
	struct conn *k = chan_arg(a->chan);

	if (code == LEASE_E_STORE || code == LEASE_E_INTERNAL)
		conn_result(k, CTL_FAILED,
		    "the database cannot be written (see the log of leased)");
	else
		/* A peer that the hand has not confirmed comes with a sync. */
		finish(k, &k->lease,
		    code == LEASE_E_BUSY ? LEASE_OK_NEW : code);
}

/*
 * An operator who imports a lease has approved its name: the name gets a lease
 * again when this one has ended.
 */
static void
approve(struct conn *k, const struct msg_ctl_lease *m)
{
	struct leased *l = k->l;

	if (policy_access(l->conf, m->name, m->who) == VERDICT_ASK &&
	    (turn_begin(l) == -1 ||
		approval_give(l, m->network, m->name, k->who) == -1))
		turn_abort(l);
}

/* Take it over, and the contact with it if it is new. */
static void
take(struct conn *k, struct network *n, const struct msg_ctl_lease *m)
{
	const struct asker asker = { .answer = imported,
		.chan = k->chan,
		.id = k->id };
	struct leased *l = k->l;
	bool new = !is_live(n, m->name);

	turn_import(l, n, m, &asker);
	if (!new || !is_live(n, m->name))
		return;
	approve(k, m);
	/* An approval that failed has taken the lease with it. */
	if (is_live(n, m->name))
		(void)contact_keep(l, m->network, m->name, &m->contact);
}

void
lease_import(struct conn *k, const struct msg_ctl_lease *m)
{
	struct network *n;
	uint8_t code;

	k->state = CONN_CHANGE;
	k->lease = *m;
	code = check(k->l, m, &n);
	if (code == LEASE_E_BUSY)
		conn_result(k, CTL_BUSY,
		    "network %s is not up yet (sallyctl show networks)",
		    m->network);
	else if (code != LEASE_OK_SAME)
		finish(k, m, code);
	else
		take(k, n, m);
}
