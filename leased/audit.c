/* SPDX-License-Identifier: ISC */
/*
 * What happened, to whom, when and from where: a row in the database and a
 * line in the log.
 */

#include <stdio.h>
#include <string.h>

#include "leased.h"
#include "log.h"

/* " addr=A addr=B" of a lease, or of what it was before a change. */
static void
addrs_text(const struct lease *l, char *dst, size_t size)
{
	struct prefix addrs[FAMS];
	char text[PREFIX_TEXT];
	size_t len = 0;
	uint8_t i, n;

	dst[0] = '\0';
	n = lease_addrs(l, addrs);
	for (i = 0; i < n && len < size; i++)
		len += (size_t)snprintf(dst + len, size - len, "%saddr=%s",
		    i > 0 ? " " : "", prefix_format_addr(&addrs[i], text));
}

static int
add_event(struct leased *sp, const char *what, const char *network,
    const char *name, const char *who, const struct prefix *from,
    const char *detail)
{
	struct event_row r = { 0, wall_now().s, what, network, name, who, "",
		detail };
	char text[PREFIX_TEXT];

	if (from != NULL && from->family != 0)
		r.from = prefix_format_addr(from, text);
	return (store_add_event(sp->store, &r));
}

int
audit_lease(struct leased *sp, const char *what, const struct op *op,
    const struct prefix *from)
{
	const struct lease *l = op->lease;
	char addrs[2 * PREFIX_TEXT + 16], key[WGKEY_TEXT], old[WGKEY_TEXT];
	char detail[TEXT_SIZE];

	addrs_text(l, addrs, sizeof(addrs));
	snprintf(detail, sizeof(detail), "%s key=%s%s%s", addrs,
	    wgkey_format(l->key, key), op->rekeyed ? " old=" : "",
	    op->rekeyed ? wgkey_format(op->was.key, old) : "");
	return (add_event(sp, what, l->net->name, l->name, lease_who(l), from,
	    detail));
}

static void
owned_addrs_text(const struct owned *p, char *dst, size_t size)
{
	char text[PREFIX_TEXT];
	size_t len = 0;
	uint8_t i;

	dst[0] = '\0';
	for (i = 0; i < p->naddrs && len < size; i++)
		len += (size_t)snprintf(dst + len, size - len, " addr=%s",
		    prefix_format_addr(&p->addrs[i].p, text));
}

int
audit_owned(struct leased *sp, const char *what, const struct owned *p,
    const struct prefix *from, const char *who, const char *extra)
{
	char addrs[TEXT_SIZE], detail[TEXT_SIZE], key[WGKEY_TEXT];

	owned_addrs_text(p, addrs, sizeof(addrs));
	/* The text is cut behind the first addresses, should there be many. */
	if (snprintf(detail, sizeof(detail), "key=%s%s%s%s%s",
		wgkey_format(p->key, key), extra[0] != '\0' ? " " : "", extra,
		who != NULL ? " owner=static" : "", addrs) < 0)
		return (-1);
	return (add_event(sp, what, p->owner->net->name, p->name,
	    who != NULL ? who : p->owner->name, from, detail));
}

const char *
asker_req(const struct asker *a, char *dst)
{
	snprintf(dst, ASKER_REQ, "%s%s", a->req[0] != '\0' ? " req=" : "",
	    a->req);
	return (dst);
}

void
audit_log_owned(const char *what, const struct owned *p, const struct asker *a)
{
	char req[ASKER_REQ];
	char addrs[TEXT_SIZE];

	owned_addrs_text(p, addrs, sizeof(addrs));
	log_info("%s name=%s net=%s%s key=%s by=%s%s", what, log_vis(p->name),
	    p->owner->net->name, addrs, log_key(p->key),
	    log_vis(p->owner->name), asker_req(a, req));
}

int
audit_identity(struct leased *sp, const char *what, const char *network,
    const char *name, const char *who, const char *detail)
{
	return (add_event(sp, what, network, name, who, NULL, detail));
}

void
audit_log(const char *what, const struct op *op, const struct asker *a)
{
	const struct lease *l = op->lease;
	char addrs[2 * PREFIX_TEXT + 16], req[ASKER_REQ];

	addrs_text(l, addrs, sizeof(addrs));
	log_info("%s name=%s net=%s %s key=%s by=%s%s", what, log_vis(l->name),
	    l->net->name, addrs, log_key(l->key), log_vis(lease_who(l)),
	    asker_req(a, req));
}
