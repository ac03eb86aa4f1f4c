/* SPDX-License-Identifier: ISC */
/*
 * What an operator changes: identities denied and approved again; and what
 * would become of a certificate's name.
 */

#include <stdio.h>
#include <string.h>

#include "control.h"
#include "log.h"

void
change_finish(struct conn *k)
{
	if (k->unstored)
		conn_result(k, CTL_FAILED,
		    "the database cannot be written; "
		    "nothing was changed (see the log of leased)");
	else if (k->unconfirmed)
		conn_result(k, CTL_BUSY,
		    "%s; but the kernel hand has not "
		    "confirmed that the peer is gone: it goes with the next "
		    "sync (sallyctl show status)",
		    k->text);
	else
		conn_result(k, CTL_OK, "%s", k->text);
}

/* Deny, and end what runs: one transaction. */
static void
revoke_store(struct conn *k, const struct msg_ctl_revoke *m)
{
	const struct asker asker = { ASK_CONTROL, k->chan, k->id, "" };
	const struct denied_row denied = { m->network, m->name, m->reason,
		wall_now().s };
	struct leased *sp = k->sp;
	struct lnet *n;
	struct lease *l;

	if (turn_commit(sp) == -1 || turn_begin(sp) == -1) {
		k->unstored = true;
		return;
	}
	if (store_put_denied(sp->store, &denied) == -1 ||
	    audit_identity(sp, "identity.revoke", m->network, m->name, k->who,
		m->reason) == -1) {
		turn_abort(sp);
		k->unstored = true;
		return;
	}
	TAILQ_FOREACH(n, &sp->broker.nets, entry) {
		if ((m->network[0] != '\0' &&
			strcmp(m->network, n->name) != 0) ||
		    (l = lease_find(n, m->name)) == NULL ||
		    l->state == LEASE_EXPIRED)
			continue;
		k->waiting++;
		turn_end(sp, l, "lease.revoke", NULL, &asker);
		if (k->unstored)
			return;
	}
	if (turn_commit(sp) == -1)
		k->unstored = true;
}

void
change_revoke(struct conn *k, const struct msg_ctl_revoke *m)
{
	struct leased *sp = k->sp;
	unsigned int ended;

	if (m->name[0] == '\0') {
		conn_result(k, CTL_USAGE, "revoke whom? a name is missing");
		return;
	}
	if (m->network[0] != '\0' &&
	    lnet_find(&sp->broker, m->network) == NULL) {
		conn_result(k, CTL_NEGATIVE, "there is no network %s",
		    m->network);
		return;
	}
	k->state = CONN_CHANGE;
	k->unstored = k->unconfirmed = false;
	/* One for ourselves, so that the end is not before the last. */
	k->waiting = 1;
	snprintf(k->text, sizeof(k->text), "%s is denied; it had no lease",
	    m->name);
	revoke_store(k, m);
	ended = k->waiting - 1;
	if (!k->unstored) {
		entries_add(&sp->denied, m->network, m->name, false);
		log_notice("identity.revoke name=%s net=%s by=%s",
		    log_vis(m->name), m->network[0] != '\0' ? m->network : "*",
		    k->who);
		if (ended > 0 || k->unconfirmed)
			snprintf(k->text, sizeof(k->text),
			    "%s is denied and "
			    "its lease has ended",
			    m->name);
	}
	control_outcome(sp, k->chan, LEASE_OK_SAME);
}

/* The networks in which name is denied; at most max. */
static unsigned int
denied_in(struct leased *sp, const char *network, const char *name,
    struct entry *found, unsigned int max)
{
	struct entry *e;
	unsigned int n = 0;
	size_t pos = 0;

	while (n < max && (e = hash_next(&sp->denied, &pos)) != NULL)
		if (strcmp(e->name, name) == 0 &&
		    (network[0] == '\0' || strcmp(e->network, network) == 0))
			found[n++] = *e;
	return (n);
}

void
change_approve(struct conn *k, const struct msg_ctl_approve *m)
{
	struct entry found[NETWORKS_MAX + 1];
	struct leased *sp = k->sp;
	unsigned int i, n;

	n = denied_in(sp, m->network, m->name, found, NETWORKS_MAX + 1);
	if (n == 0) {
		if (m->network[0] != '\0' &&
		    lnet_find(&sp->broker, m->network) == NULL)
			conn_result(k, CTL_NEGATIVE, "there is no network %s",
			    m->network);
		else if (entries_find(&sp->denied, "", m->name) != NULL)
			conn_result(k, CTL_NEGATIVE,
			    "%s is denied in every "
			    "network: approve it without one",
			    m->name);
		else
			conn_result(k, CTL_NEGATIVE, "%s is not denied",
			    m->name);
		return;
	}
	if (turn_commit(sp) == -1 || turn_begin(sp) == -1)
		goto fail;
	for (i = 0; i < n; i++)
		if (store_del_denied(sp->store, found[i].network, m->name) ==
		    -1)
			goto abort;
	if (audit_identity(sp, "identity.approve", m->network, m->name, k->who,
		"") == -1)
		goto abort;
	if (turn_commit(sp) == -1)
		goto fail;
	for (i = 0; i < n; i++)
		(void)entries_remove(&sp->denied, found[i].network, m->name);
	log_notice("identity.approve name=%s net=%s by=%s", log_vis(m->name),
	    m->network[0] != '\0' ? m->network : "*", k->who);
	conn_result(k, CTL_OK, "%s is no longer denied", m->name);
	return;
abort:
	turn_abort(sp);
fail:
	k->unstored = true;
	change_finish(k);
}

void
change_maintenance(struct conn *k, bool on)
{
	struct leased *sp = k->sp;

	k->unstored = k->unconfirmed = false;
	if (turn_commit(sp) == -1 || turn_begin(sp) == -1) {
		k->unstored = true;
		change_finish(k);
		return;
	}
	if (store_put_setting(sp->store, SETTING_MAINTENANCE, on) == -1 ||
	    audit_identity(sp, on ? "maintenance.on" : "maintenance.off", "",
		"", k->who, "") == -1) {
		turn_abort(sp);
		k->unstored = true;
	} else if (turn_commit(sp) == -1)
		k->unstored = true;
	if (!k->unstored) {
		sp->maintenance = on;
		log_notice("maintenance.%s by=%s", on ? "on" : "off", k->who);
		snprintf(k->text, sizeof(k->text), "maintenance is %s%s",
		    on ? "on" : "off",
		    !on && sp->maintenance_file ?
			", but for the file, which says on" :
			"");
	}
	change_finish(k);
}

void
change_test(struct conn *k, const struct msg_ident_result *r)
{
	struct leased *sp = k->sp;
	struct msg_ctl_test m;
	struct lnet *n;
	uint8_t code;

	memset(&m, 0, sizeof(m));
	m.matched = r->matched;
	m.rule = r->rule;
	m.role = r->role;
	m.proof = r->proof;
	(void)strlcpy(m.name, r->name, sizeof(m.name));
	(void)strlcpy(m.network, r->network, sizeof(m.network));
	(void)strlcpy(m.text, r->text, sizeof(m.text));
	if (r->matched)
		m.denied = policy_denied(&sp->denied, r->network, r->name) ||
		    !policy_listed(sp->conf, r->name);
	n = lnet_find(&sp->broker, r->network);
	if (r->matched && r->role == ROLE_DEVICE && r->name[0] != '\0' &&
	    n != NULL && n->configured) {
		code = grant_preview(n, r->name, mono_now(), m.addrs,
		    &m.naddrs);
		m.leased = code == LEASE_OK_SAME;
		if (code >= LEASE_E_KEY) {
			m.naddrs = 0;
			(void)strlcpy(m.text, lease_answer(code)->text,
			    sizeof(m.text));
		}
	}
	if (chan_send_ctl_test(k->chan, k->id, &m, -1) == -1)
		log_warn("control: answer");
	conn_result(k, r->matched ? CTL_OK : CTL_NEGATIVE, "%s",
	    r->matched		   ? "" :
		r->text[0] != '\0' ? r->text :
				     "no identity rule matches");
}
