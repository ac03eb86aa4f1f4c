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

static void
event_init(struct msg_ctl_event *e, const char *what, const char *network,
    const char *name, const char *who)
{
	memset(e, 0, sizeof(*e));
	e->at = wall_now().s;
	(void)strlcpy(e->what, what, sizeof(e->what));
	(void)strlcpy(e->network, network, sizeof(e->network));
	(void)strlcpy(e->name, name, sizeof(e->name));
	(void)strlcpy(e->who, who, sizeof(e->who));
}

int
audit_lease(struct leased *sp, const char *what, const struct op *op,
    const struct prefix *from)
{
	const struct lease *l = op->lease;
	char addrs[2 * PREFIX_TEXT + 16], key[WGKEY_TEXT], old[WGKEY_TEXT];
	struct msg_ctl_event e;

	event_init(&e, what, l->net->name, l->name, l->who);
	if (from != NULL && from->family != 0)
		(void)prefix_format_addr(from, e.from);
	addrs_text(l, addrs, sizeof(addrs));
	snprintf(e.detail, sizeof(e.detail), "%s key=%s%s%s", addrs,
	    wgkey_format(l->key, key), op->rekeyed ? " old=" : "",
	    op->rekeyed ? wgkey_format(op->was.key, old) : "");
	return (db_add_event(sp->db, &e));
}

int
audit_identity(struct leased *sp, const char *what, const char *network,
    const char *name, const char *who, const char *detail)
{
	struct msg_ctl_event e;

	event_init(&e, what, network, name, who);
	(void)strlcpy(e.detail, detail, sizeof(e.detail));
	return (db_add_event(sp->db, &e));
}

void
audit_log(const char *what, const struct op *op)
{
	const struct lease *l = op->lease;
	char addrs[2 * PREFIX_TEXT + 16];

	addrs_text(l, addrs, sizeof(addrs));
	log_info("%s name=%s net=%s %s key=%s by=%s", what, log_vis(l->name),
	    l->net->name, addrs, log_key(l->key), log_vis(l->who));
}
