/* SPDX-License-Identifier: ISC */
/*
 * Approvals are in the database alone.  A device that has a lease needs none,
 * so that an approval is looked up only for a device without one.
 */

#include <stdio.h>
#include <string.h>

#include "approval.h"
#include "audit.h"
#include "contact.h"
#include "log.h"
#include "turn.h"

#define FULL_MS		60000	/* between two lines about this */

uint8_t
approval_of(struct leased *l, const char *network, const char *name)
{
	enum approval state;

	if (store_get_approval(l->store, network, name, &state) == -1)
		return (LEASE_E_STORE);
	return (state == APPROVAL_GIVEN ? LEASE_OK_SAME : LEASE_E_PENDING);
}

bool
approval_waits(struct leased *l, const char *network, const char *name)
{
	enum approval state;

	return (store_get_approval(l->store, network, name, &state) == 0 &&
	    state == APPROVAL_WAITING);
}

/* Write a name that asks for the first time into the open transaction. */
static int
wait_for_it(struct leased *l, const struct msg_lease_register *m)
{
	char from[PREFIX_TEXT] = "";
	struct approval_row row = { m->network, m->name, false, wall_now().s,
		m->who, from };

	if (m->from.family != 0)
		(void)prefix_format_addr(&m->from, from);
	if (store_put_approval(l->store, &row) == -1)
		return (-1);
	return (audit_ask(l->store, m));
}

/*
 * They are counted again only when as many have come as there was room for:
 * those that went meanwhile left more.
 */
static bool
is_full(struct leased *l)
{
	uint64_t n;

	if (l->waiting_room > 0 || store_count_waiting(l->store, &n) == -1)
		return (l->waiting_room == 0);
	if (n < WAITING_MAX) {
		l->waiting_room = WAITING_MAX - n;
		return (false);
	}
	if (mono_diff_ms(mono_now(), l->waiting_full) >= 0) {
		log_warnx(
		    "%d names wait for approval, and no more are taken: approve or deny them (sallyctl show pending)",
		    WAITING_MAX);
		l->waiting_full = mono_add_ms(mono_now(), FULL_MS);
	}
	return (true);
}

uint8_t
approval_ask(struct leased *l, const struct msg_lease_register *m)
{
	char from[PREFIX_TEXT];
	uint8_t code;

	if (approval_waits(l, m->network, m->name)) {
		code = contact_keep(l, m->network, m->name, &m->contact);
		turn_soon(l);
		return (code == LEASE_E_STORE ? code : LEASE_E_PENDING);
	}
	if (is_full(l))
		return (LEASE_E_BUSY);
	if (turn_begin(l) == -1)
		return (LEASE_E_STORE);
	turn_soon(l);
	l->waiting_room--;
	if (wait_for_it(l, m) == -1) {
		turn_abort(l);
		return (LEASE_E_STORE);
	}
	if (contact_keep(l, m->network, m->name, &m->contact) == LEASE_E_STORE)
		return (LEASE_E_STORE);
	log_notice("identity.ask name=%s net=%s by=%s from=%s%s%s",
	    log_vis(m->name), m->network, log_vis(m->who),
	    m->from.family == 0 ? "-" : prefix_format_addr(&m->from, from),
	    m->req[0] != '\0' ? " req=" : "", m->req);
	/*
	 * The answer does not wait for the commit: whoever is told to wait asks
	 * again, and is found or waits anew.
	 */
	return (LEASE_E_PENDING);
}

int
approval_give(struct leased *l, const char *network, const char *name,
    const char *who)
{
	const struct approval_row row = { network, name, true, wall_now().s,
		who, "" };

	/* An approval for every network replaces those for one. */
	if (store_del_approval(l->store, network, name) == -1)
		return (-1);
	return (store_put_approval(l->store, &row));
}

int
approval_take(struct leased *l, const char *network, const char *name)
{
	if (store_del_approval(l->store, network, name) == -1)
		return (-1);
	return (store_trim_contact(l->store, name));
}
