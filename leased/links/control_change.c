/* SPDX-License-Identifier: ISC */
/*
 * Changes by the operator: denying identities and approving them again, and the
 * test of a certificate's name.
 */

#include <stdio.h>
#include <string.h>

#include "approval.h"
#include "audit.h"
#include "control_change.h"
#include "grace.h"
#include "grant.h"
#include "log.h"
#include "meshstart.h"
#include "resync.h"
#include "turn.h"
#include "whom.h"

void
change_finish(struct conn *k)
{
	if (k->unstored)
		conn_result(k, CTL_FAILED,
		    "the database cannot be written; nothing was changed (see the log of leased)");
	else if (k->unconfirmed)
		conn_result(k, CTL_BUSY,
		    "%s; but the hand has not confirmed that the peer is gone: it goes with the next sync (sallyctl show status)",
		    k->text);
	else
		conn_result(k, CTL_OK, "%s", k->text);
}

void
change_outcome(struct leased *l, const struct asker *a, uint8_t code,
    const struct peer *p)
{
	struct conn *k = chan_arg(a->chan);

	if (code == LEASE_E_STORE || code == LEASE_E_INTERNAL)
		k->unstored = true;
	else if (code >= LEASE_E_KEY)
		k->unconfirmed = true;
	if (--k->waiting == 0)
		change_finish(k);
}

/* Deny the name and end its leases in one transaction. */
static void
revoke_store(struct conn *k, const struct msg_ctl_revoke *m)
{
	const struct asker asker = { .answer = change_outcome,
		.chan = k->chan,
		.id = k->id };
	const struct denied_row denied = { m->network, m->name, m->reason,
		wall_now().s };
	struct leased *l = k->l;
	struct network *n;
	struct peer *p;

	if (turn_commit(l) == -1 || turn_begin(l) == -1) {
		k->unstored = true;
		return;
	}
	if (store_put_denied(l->store, &denied) == -1 ||
	    approval_take(l, m->network, m->name) == -1 ||
	    audit_identity(l->store, "identity.revoke", m->network, m->name,
		k->who, m->reason) == -1) {
		turn_abort(l);
		k->unstored = true;
		return;
	}
	TAILQ_FOREACH(n, &l->reg.nets, entry) {
		if ((m->network[0] != '\0' &&
			strcmp(m->network, n->name) != 0) ||
		    (p = peer_by_name(n, m->name)) == NULL ||
		    p->state == LEASE_EXPIRED)
			continue;
		k->waiting++;
		turn_end(l, p, "lease.revoke", NULL, &asker);
		if (k->unstored)
			return;
	}
	if (turn_commit(l) == -1 ||
	    (m->network[0] == '\0' &&
		mesh_suspend(l, m->name, k->who, true) == -1))
		k->unstored = true;
}

/*
 * Put the name of the lease that is meant in the place of a certificate's.
 * Returns 0, or -1 after the answer that nobody is.
 */
static int
revoke_whom(struct conn *k, struct msg_ctl_revoke *m)
{
	char lease[IDENT_SIZE], why[TEXT_SIZE];
	enum whom whom;

	if (m->name[0] == '\0') {
		conn_result(k, CTL_USAGE, "revoke whom? a name is missing");
		return (-1);
	}
	if (m->network[0] != '\0' &&
	    registry_find(&k->l->reg, m->network) == NULL) {
		conn_result(k, CTL_NEGATIVE, "there is no network %s",
		    m->network);
		return (-1);
	}
	whom = whom_find(k->l, m->network, m->name, lease, why);
	if (whom == WHOM_PROOF)
		strlcpy(m->name, lease, sizeof(m->name));
	if (whom == WHOM_KNOWN || whom == WHOM_PROOF || m->force)
		return (0);
	conn_result(k, CTL_NEGATIVE, "%s: nothing was changed", why);
	return (-1);
}

static void
revoke(struct conn *k, const struct msg_ctl_revoke *m)
{
	struct leased *l = k->l;
	unsigned int ended;

	k->state = CONN_CHANGE;
	k->unstored = k->unconfirmed = false;
	/* Count one for this loop, so that the last result comes after it. */
	k->waiting = 1;
	snprintf(k->text, sizeof(k->text), "%s is denied; it had no lease",
	    m->name);
	revoke_store(k, m);
	ended = k->waiting - 1;
	if (!k->unstored) {
		entries_add(&l->denied, m->network, m->name, false);
		log_notice("identity.revoke name=%s net=%s by=%s%s%s",
		    log_vis(m->name), m->network[0] != '\0' ? m->network : "*",
		    k->who, m->reason[0] != '\0' ? " reason=" : "",
		    log_vis(m->reason));
		if (ended > 0 || k->unconfirmed)
			snprintf(k->text, sizeof(k->text),
			    "%s is denied and its lease has ended", m->name);
	}
	if (--k->waiting == 0)
		change_finish(k);
}

void
change_revoke(struct conn *k, const struct msg_ctl_revoke *m)
{
	struct msg_ctl_revoke meant = *m;

	if (revoke_whom(k, &meant) == 0)
		revoke(k, &meant);
}

/* The networks in which name is denied, at most max. */
static unsigned int
denied_in(struct leased *l, const char *network, const char *name,
    struct entry *found, unsigned int max)
{
	struct entry *e;
	unsigned int n = 0;
	size_t pos = 0;

	while (n < max && (e = hash_next(&l->denied, &pos)) != NULL)
		if (strcmp(e->name, name) == 0 &&
		    (network[0] == '\0' || strcmp(e->network, network) == 0))
			found[n++] = *e;
	return (n);
}

static bool
has_lease(const struct leased *l, const char *network, const char *name)
{
	const struct network *n;
	const struct peer *p;

	TAILQ_FOREACH(n, &l->reg.nets, entry)
		if ((network[0] == '\0' || strcmp(network, n->name) == 0) &&
		    (p = peer_by_name(n, name)) != NULL &&
		    p->state != LEASE_EXPIRED)
			return (true);
	return (false);
}

/* Nobody knows the name: say so. */
static void
approve_unknown(struct conn *k, const struct msg_ctl_approve *m)
{
	struct leased *l = k->l;

	if (m->network[0] != '\0' && registry_find(&l->reg, m->network) == NULL)
		conn_result(k, CTL_NEGATIVE, "there is no network %s",
		    m->network);
	else if (entries_find(&l->denied, "", m->name) != NULL)
		conn_result(k, CTL_NEGATIVE,
		    "%s is denied in every network: approve it without one",
		    m->name);
	else
		conn_result(k, CTL_NEGATIVE,
		    "%s is not denied, has not asked for a lease and has none",
		    m->name);
}

/* Take n denials back and approve the name, in one transaction. */
static int
approve_store(struct conn *k, const struct msg_ctl_approve *m,
    const struct entry *found, unsigned int n)
{
	struct leased *l = k->l;
	unsigned int i;

	if (turn_commit(l) == -1 || turn_begin(l) == -1)
		return (-1);
	for (i = 0; i < n; i++)
		if (store_del_denied(l->store, found[i].network, m->name) == -1)
			break;
	if (i < n || approval_give(l, m->network, m->name, k->who) == -1 ||
	    audit_identity(l->store, "identity.approve", m->network, m->name,
		k->who, "") == -1) {
		turn_abort(l);
		return (-1);
	}
	return (turn_commit(l));
}

void
change_approve(struct conn *k, const struct msg_ctl_approve *asked)
{
	struct msg_ctl_approve copy = *asked, *m = &copy;
	char why[TEXT_SIZE];
	struct entry found[NETWORKS_MAX + 1];
	enum approval state = APPROVAL_NONE;
	struct leased *l = k->l;
	unsigned int i, n;
	bool leased, known;

	k->unstored = k->unconfirmed = false;
	if (whom_find(l, asked->network, asked->name, m->name, why) !=
	    WHOM_PROOF)
		*m = *asked;
	n = denied_in(l, m->network, m->name, found, NETWORKS_MAX + 1);
	leased = has_lease(l, m->network, m->name);
	(void)store_get_approval(l->store, m->network, m->name, &state);
	known = leased || state != APPROVAL_NONE;
	if (m->network[0] != '\0' && registry_find(&l->reg, m->network) == NULL)
		known = false;
	if (n == 0 &&
	    (!known || entries_find(&l->denied, "", m->name) != NULL)) {
		approve_unknown(k, m);
		return;
	}
	if (approve_store(k, m, found, n) == -1) {
		k->unstored = true;
		change_finish(k);
		return;
	}
	for (i = 0; i < n; i++)
		(void)entries_remove(&l->denied, found[i].network, m->name);
	if (!policy_denied(&l->denied, "", m->name) &&
	    mesh_suspend(l, m->name, k->who, false) == -1)
		k->unstored = true;
	log_notice("identity.approve name=%s net=%s by=%s", log_vis(m->name),
	    m->network[0] != '\0' ? m->network : "*", k->who);
	if (k->unstored)
		change_finish(k);
	else
		conn_result(k, CTL_OK, "%s is %s%s", m->name,
	    n > 0 ? "no longer denied" : "approved",
	    leased ? " and has a lease" : "");
}

static const char *
maintenance_file_text(const struct leased *l, bool on)
{
	return (!on && l->maintenance_file ?
		", but for the file, which says on" :
		"");
}

void
change_maintenance(struct conn *k, bool on)
{
	struct leased *l = k->l;

	k->unstored = k->unconfirmed = false;
	if (l->maintenance == on) {
		conn_result(k, CTL_OK, "maintenance is %s%s", on ? "on" : "off",
		    maintenance_file_text(l, on));
		return;
	}
	if (turn_commit(l) == -1 || turn_begin(l) == -1) {
		k->unstored = true;
		change_finish(k);
		return;
	}
	if (store_put_setting(l->store, SETTING_MAINTENANCE, on) == -1 ||
	    audit_identity(l->store, on ? "maintenance.on" : "maintenance.off",
		"", "", k->who, "") == -1) {
		turn_abort(l);
		k->unstored = true;
	} else if (turn_commit(l) == -1)
		k->unstored = true;
	if (!k->unstored) {
		l->maintenance = on;
		log_notice("maintenance.%s by=%s", on ? "on" : "off", k->who);
		snprintf(k->text, sizeof(k->text), "maintenance is %s%s",
		    on ? "on" : "off", maintenance_file_text(l, on));
	}
	change_finish(k);
}

void
change_drop(struct conn *k)
{
	struct leased *l = k->l;

	k->unconfirmed = false;
	k->unstored = turn_commit(l) == -1 || turn_begin(l) == -1;
	if (!k->unstored &&
	    (audit_identity(l->store, "unclaimed.drop", "", "", k->who, "") ==
		    -1 ||
		grace_drop(l) == -1)) {
		turn_abort(l);
		k->unstored = true;
	}
	if (!k->unstored && turn_commit(l) == -1)
		k->unstored = true;
	if (!k->unstored) {
		log_notice("unclaimed.drop by=%s", k->who);
		sync_drop(l);
		strlcpy(k->text, "peers that nobody has claimed are removed",
		    sizeof(k->text));
	}
	change_finish(k);
}

static void
test_access(struct leased *l, const struct msg_ident_result *r,
    struct msg_ctl_test *m)
{
	enum verdict verdict;

	verdict = policy_access(l->conf, r->name, r->who);
	m->denied = policy_denied(&l->denied, r->network, r->name) ||
	    verdict == VERDICT_DENY;
	m->unapproved = !m->denied && verdict == VERDICT_ASK &&
	    !has_lease(l, r->network, r->name) &&
	    approval_of(l, r->network, r->name) != LEASE_OK_SAME;
}

void
change_test(struct conn *k, const struct msg_ident_result *r)
{
	struct leased *l = k->l;
	struct msg_ctl_test m;
	struct network *n;
	uint8_t code;

	memset(&m, 0, sizeof(m));
	m.matched = r->matched;
	m.rule = r->rule;
	m.role = r->role;
	m.proof = r->proof;
	strlcpy(m.name, r->name, sizeof(m.name));
	strlcpy(m.network, r->network, sizeof(m.network));
	strlcpy(m.text, r->text, sizeof(m.text));
	if (r->matched)
		test_access(l, r, &m);
	n = registry_find(&l->reg, r->network);
	if (r->matched && r->role == ROLE_DEVICE && r->name[0] != '\0' &&
	    n != NULL && n->configured) {
		code = grant_preview(n, r->name, mono_now(), m.addrs,
		    &m.naddrs);
		m.leased = code == LEASE_OK_SAME;
		if (code >= LEASE_E_KEY) {
			m.naddrs = 0;
			strlcpy(m.text, lease_answer(code)->text,
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
