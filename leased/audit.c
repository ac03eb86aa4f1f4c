/* SPDX-License-Identifier: ISC */
/*
 * Events, and the log lines with the same content.
 */

#include <stdio.h>
#include <string.h>

#include "audit.h"
#include "log.h"

/* Format " addr=A addr=B" of a peer.  The text is cut if there are too many. */
static void
addrs_text(const struct peer *p, char *dst, size_t size)
{
	const struct prefix *a;
	char text[PREFIX_TEXT];
	size_t len = 0;
	uint8_t i;

	dst[0] = '\0';
	for (i = 0; i < p->naddrs && len < size; i++) {
		a = &p->addrs[i].p;
		len += (size_t)snprintf(dst + len, size - len, " addr=%s",
		    prefix_is_host(a) ? prefix_format_addr(a, text) :
					prefix_format(a, text));
	}
}

static int
add_event(struct store *st, struct event_row *e, const struct prefix *from)
{
	char text[PREFIX_TEXT] = "";

	e->at = wall_now().s;
	if (from != NULL && from->family != 0)
		(void)prefix_format_addr(from, text);
	e->from = text;
	return (store_add_event(st, e));
}

int
audit_step(struct store *st, const char *what, const struct step *s,
    const struct prefix *from, const char *by, const char *extra)
{
	const struct peer *p = s->peer;
	char addrs[TEXT_SIZE], key[WGKEY_TEXT], old[WGKEY_TEXT];
	char detail[TEXT_SIZE];
	struct event_row e = {
		.what = what,
		.network = p->net->name,
		.name = p->name,
		.who = by != NULL ? by : peer_who(p),
		.detail = detail,
	};
	const uint8_t *was;
	int n;

	addrs_text(p, addrs, sizeof(addrs));
	(void)wgkey_format(p->key, key);
	if (p->owner == NULL) {
		was = change_old_key(s);
		n = snprintf(detail, sizeof(detail), "%s key=%s%s%s",
		    addrs + (addrs[0] != '\0'), key, was != NULL ? " old=" : "",
		    was != NULL ? wgkey_format(was, old) : "");
	} else
		n = snprintf(detail, sizeof(detail), "key=%s%s%s%s%s", key,
		    extra[0] != '\0' ? " " : "", extra,
		    by != NULL ? " owner=static" : "", addrs);
	return (n < 0 ? -1 : add_event(st, &e, from));
}

int
audit_identity(struct store *st, const char *what, const char *network,
    const char *name, const char *by, const char *detail)
{
	struct event_row e = {
		.what = what,
		.network = network,
		.name = name,
		.who = by,
		.detail = detail,
	};

	return (add_event(st, &e, NULL));
}

int
audit_ask(struct store *st, const struct msg_lease_register *m)
{
	struct event_row e = {
		.what = "identity.ask",
		.network = m->network,
		.name = m->name,
		.who = m->who,
		.detail = "",
	};

	return (add_event(st, &e, &m->from));
}

void
audit_log(const char *what, const struct peer *p, const struct asker *a)
{
	char addrs[TEXT_SIZE], req[ASKER_REQ];

	addrs_text(p, addrs, sizeof(addrs));
	log_info("%s name=%s net=%s%s key=%s by=%s%s", what, log_vis(p->name),
	    p->net->name, addrs, log_key(p->key),
	    log_vis(a->by[0] != '\0' ? a->by : peer_who(p)), asker_req(a, req));
}
