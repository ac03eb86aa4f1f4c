/* SPDX-License-Identifier: ISC */
/*
 * Log lines about requests, limited by quiet.c: a device that asks every
 * second, or a fleet of a hundred thousand, must not fill the disk.
 */

#include <stdio.h>

#include "audit_line.h"
#include "request.h"
#include "log.h"
#include "proto.h"
#include "quiet.h"

static bool
may(struct request *r, enum quiet_kind kind, const char *what)
{
	char topic[256];

	snprintf(topic, sizeof(topic), "%s %s", r->who.label, what);
	return (quiet_may(r->apid->quiet, kind, topic, mono_now()));
}

void
audit_refused(struct request *r, const char *why)
{
	char from[PREFIX_TEXT];

	if (!may(r,
	    r->who.proved || r->who.why == NULL ? QUIET_REFUSED :
						   QUIET_STRANGER,
	    why))
		return;
	log_info("%s refuse by=%s net=%s from=%s reason=\"%s\" req=%s",
	    r->who.id.role == ROLE_PORTAL ? "peer" : "lease",
	    log_vis(r->who.label), r->who.id.network,
	    prefix_format_addr(&r->from, from), why, r->id);
}

void
audit_registered(struct request *r, const struct msg_lease_reply *m)
{
	char addr[PREFIX_TEXT] = "-", from[PREFIX_TEXT];
	const char *verb;

	if (m->code != LEASE_OK_NEW && m->code != LEASE_OK_REKEYED)
		return;
	verb = m->code == LEASE_OK_NEW ? "add" : "rekey";
	if (!may(r, QUIET_CHANGE, verb))
		return;
	if (m->naddrs > 0)
		(void)prefix_format_addr(&m->addrs[0], addr);
	log_info("lease %s name=%s net=%s addr=%s key=%s by=%s from=%s req=%s",
	    verb, log_vis(m->name), m->network, addr, log_key(m->pubkey),
	    log_vis(r->who.label), prefix_format_addr(&r->from, from), r->id);
}

static void
peer(struct request *r, const char *verb, const struct msg_peer_item *m)
{
	char from[PREFIX_TEXT], topic[64];

	snprintf(topic, sizeof(topic), "%s %s", verb, log_key(m->pubkey));
	if (!may(r, QUIET_CHANGE, topic))
		return;
	log_info("peer %s key=%s owner=%s by=%s from=%s req=%s", verb,
	    log_key(m->pubkey), log_vis(m->owner), log_vis(r->who.label),
	    prefix_format_addr(&r->from, from), r->id);
}

void
audit_put(struct request *r, const struct msg_owned_reply *m)
{
	if (m->has_item && m->code != LEASE_OK_SAME)
		peer(r, m->code == LEASE_OK_NEW ? "add" : "change", &m->item);
}

void
audit_drop(struct request *r, const struct msg_owned_reply *m)
{
	if (m->has_item)
		peer(r, "remove", &m->item);
}

void
audit_set(struct request *r, const struct msg_set_done *m)
{
	char from[PREFIX_TEXT], topic[64];

	if (m->added + m->removed + m->changed + m->rejected == 0)
		return;
	snprintf(topic, sizeof(topic), "set %llu",
	    (unsigned long long)m->generation);
	if (!may(r, QUIET_CHANGE, topic))
		return;
	log_info(
	    "set added=%u removed=%u changed=%u rejected=%u by=%s from=%s req=%s",
	    m->added, m->removed, m->changed, m->rejected,
	    log_vis(r->who.label), prefix_format_addr(&r->from, from), r->id);
}
