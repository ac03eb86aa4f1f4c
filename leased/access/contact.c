/* SPDX-License-Identifier: ISC */
/*
 * The contacts are in the database alone: they are rarely asked for.
 */

#include <string.h>

#include "contact.h"
#include "rowcheck.h"
#include "turn.h"

static bool
is_none(const struct contact *c)
{
	return (
	    c->name[0] == '\0' && c->email[0] == '\0' && c->phone[0] == '\0');
}

static bool
is_whole(const struct contact *c)
{
	return (
	    c->name[0] != '\0' && c->email[0] != '\0' && c->phone[0] != '\0');
}

/* A text that cannot be shown is not believed to be one of ours. */
static void
take(char dst[IDENT_SIZE], const char *text)
{
	strlcpy(dst, rowcheck_text(text) ? text : "", IDENT_SIZE);
}

static int
contact_cb(void *arg, const struct contact_row *r)
{
	struct contact *c = arg;

	take(c->name, r->person);
	take(c->email, r->email);
	take(c->phone, r->phone);
	return (0);
}

void
contact_get(struct leased *l, const char *network, const char *name,
    struct contact *c)
{
	memset(c, 0, sizeof(*c));
	(void)store_get_contact(l->store, network, name, contact_cb, c);
}

uint8_t
contact_check(struct leased *l, const struct msg_lease_register *m, bool new)
{
	struct contact known;

	if (!l->conf->require_contact || is_whole(&m->contact) ||
	    (!new && is_none(&m->contact)))
		return (LEASE_OK_SAME);
	if (!is_none(&m->contact))
		return (LEASE_E_CONTACT);
	contact_get(l, m->network, m->name, &known);
	return (is_whole(&known) ? LEASE_OK_SAME : LEASE_E_CONTACT);
}

uint8_t
contact_keep(struct leased *l, const char *network, const char *name,
    const struct contact *c)
{
	const struct contact_row row = { network, name, c->name, c->email,
		c->phone };
	struct contact known;

	if (is_none(c))
		return (LEASE_OK_SAME);
	contact_get(l, network, name, &known);
	if (strcmp(known.name, row.person) == 0 &&
	    strcmp(known.email, row.email) == 0 &&
	    strcmp(known.phone, row.phone) == 0)
		return (LEASE_OK_SAME);
	if (turn_begin(l) == -1 || store_put_contact(l->store, &row) == -1) {
		turn_abort(l);
		return (LEASE_E_STORE);
	}
	return (LEASE_OK_NEW);
}
