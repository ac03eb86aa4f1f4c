/* SPDX-License-Identifier: ISC */
/*
 * Single static peers, which the operator adds and removes by name.  They are
 * peers of the owner "static" as those of "sallyctl apply" are, but with
 * addresses that are found here, as for a lease.
 */

#include <string.h>

#include "answer.h"
#include "control_change.h"
#include "control_peer.h"
#include "counters.h"
#include "grant.h"
#include "log.h"
#include "turn.h"

static void
send_item(struct conn *k, const struct peer *p)
{
	struct msg_peer_item item;

	answer_item(p, &item);
	if (chan_send_peer_item(k->chan, k->id, &item, -1) == -1)
		log_warn("control: answer");
}

/* The static peer is there, and maybe also in WireGuard. */
static void
added(struct leased *l, const struct asker *a, uint8_t code,
    const struct peer *p)
{
	struct conn *k = chan_arg(a->chan);
	struct network *n;

	if (p == NULL && (n = registry_find(&l->reg, k->peer.network)) != NULL)
		p = peer_by_key(n, k->peer.pubkey);
	if ((k->unstored = code == LEASE_E_STORE || code == LEASE_E_INTERNAL))
		change_finish(k);
	else if (code == LEASE_E_POOL)
		conn_result(k, CTL_NEGATIVE,
		    "network %s has max_peers peers already", k->peer.network);
	else if (p == NULL)
		conn_result(k, CTL_NEGATIVE, "%s", lease_answer(code)->text);
	else {
		send_item(k, p);
		if (code < LEASE_E_KEY)
			conn_result(k, CTL_OK, "%s", "");
		else
			conn_result(k, CTL_BUSY,
			    "%s is stored, but the hand has not confirmed it: it comes with the next sync (sallyctl show status)",
			    k->peer.name);
	}
}

/*
 * True if nobody has the name or the key.  Otherwise this answers: a static peer
 * that has both was added by the same request before.
 */
static bool
name_is_free(struct conn *k, struct network *n)
{
	const struct msg_ctl_peer_add *m = &k->peer;
	struct owner *o = owner_find(n, OWNER_STATIC);
	struct peer *p;

	if ((p = peer_by_name(n, m->name)) != NULL && peer_served(p)) {
		conn_result(k, CTL_NEGATIVE,
		    "%s is the name of a lease in network %s (sallyctl show lease): take another",
		    m->name, n->name);
		return (false);
	}
	for (p = o == NULL ? NULL : peer_first_of(o); p != NULL;
	     p = peer_next(p, o)) {
		if (strcmp(p->name, m->name) != 0)
			continue;
		if (memcmp(p->key, m->pubkey, WGKEY_LEN) == 0) {
			send_item(k, p);
			conn_result(k, CTL_OK, "%s", "");
		} else
			conn_result(k, CTL_NEGATIVE,
			    "network %s has a static peer %s with another key already: sallyctl peer delete %s removes it",
			    n->name, m->name, m->name);
		return (false);
	}
	if ((p = peer_by_key(n, m->pubkey)) == NULL)
		return (true);
	conn_result(k, CTL_NEGATIVE,
	    "the key is that of %s, which is a peer of %s in network %s already",
	    p->name[0] != '\0' ? p->name : "a peer without a name", peer_who(p),
	    n->name);
	return (false);
}

static void
add(struct conn *k, struct network *n)
{
	const struct msg_ctl_peer_add *m = &k->peer;
	struct asker asker = { .answer = added, .chan = k->chan, .id = k->id };
	struct msg_owned_put put = { .owner = OWNER_STATIC };
	char text[TEXT_SIZE] = "";
	uint8_t code;

	strlcpy(asker.by, k->who, sizeof(asker.by));
	strlcpy(put.network, n->name, sizeof(put.network));
	strlcpy(put.name, m->name, sizeof(put.name));
	memcpy(put.pubkey, m->pubkey, sizeof(put.pubkey));
	code = grant_fresh(n, m->name, mono_now(), put.addrs, &put.naddrs);
	if (code >= LEASE_E_KEY) {
		conn_result(k, CTL_NEGATIVE, "network %s: %s", n->name,
		    lease_answer(code)->text);
		return;
	}
	k->state = CONN_CHANGE;
	code = turn_put(k->l, n, &put, &asker, text);
	if (code != LEASE_OK_SAME)
		conn_result(k, CTL_NEGATIVE, "network %s: %s", n->name, text);
}

void
peer_add(struct conn *k, const struct msg_ctl_peer_add *m)
{
	struct network *n;

	k->peer = *m;
	/* Changes that wait for their commit take addresses, too. */
	if ((k->unstored = turn_commit(k->l) == -1))
		change_finish(k);
	else if ((n = registry_find(&k->l->reg, m->network)) == NULL ||
	    !n->configured)
		conn_result(k, CTL_NEGATIVE, "there is no network %s",
		    m->network);
	else if (n->conf.gre)
		conn_result(k, CTL_NEGATIVE,
		    "network %s has tunnels of leases alone", n->name);
	else if (!network_up(n) || !network_known(n))
		conn_result(k, CTL_BUSY,
		    "network %s is not up yet (sallyctl show networks)",
		    n->name);
	else if (name_is_free(k, n))
		add(k, n);
}

struct search {
	const struct msg_ctl_peer_del *m;
	struct peer	*found;
	unsigned int	 n;
	const struct peer *other;	/* whom the name means besides */
};

static bool
fits(const struct search *s, const struct peer *p)
{
	return (s->m->has_key ? memcmp(p->key, s->m->pubkey, WGKEY_LEN) == 0 :
		strcmp(p->name, s->m->name) == 0);
}

static void
search(struct leased *l, struct search *s)
{
	static const struct peer_place start;
	struct network *n;
	struct peer *p;

	TAILQ_FOREACH(n, &l->reg.nets, entry) {
		if (s->m->network[0] != '\0' &&
		    strcmp(s->m->network, n->name) != 0)
			continue;
		for (p = peer_behind(n, &start, NULL); p != NULL;
		     p = peer_next(p, NULL)) {
			if (!fits(s, p))
				continue;
			if (p->owner == NULL ||
			    strcmp(p->owner->name, OWNER_STATIC) != 0) {
				s->other = p;
				continue;
			}
			s->found = p;
			s->n++;
		}
	}
}

static void
not_found(struct conn *k, const struct search *s)
{
	const char *name = s->m->has_key ? "the key" : s->m->name;

	if (s->n > 1)
		conn_result(k, CTL_USAGE,
		    "%u static peers are called %s: say net NETWORK, or give the public key (sallyctl show peers)",
		    s->n, name);
	else if (s->other == NULL)
		conn_result(k, CTL_NEGATIVE,
		    "there is no static peer of that %s (sallyctl show peers)",
		    s->m->has_key ? "key" : "name");
	else if (s->other->owner == NULL)
		conn_result(k, CTL_NEGATIVE,
		    "%s is that of a lease in network %s: sallyctl revoke ends it",
		    name, s->other->net->name);
	else
		conn_result(k, CTL_NEGATIVE,
		    "%s is that of a peer of %s in network %s, which takes it out of its set",
		    name, peer_who(s->other), s->other->net->name);
}

/* Remove the peer with the freshest counters that are available. */
static void
drop_counted(struct leased *l, struct chan *c, uint32_t id, const void *arg)
{
	struct conn *k = chan_arg(c);
	struct asker asker = { .answer = change_outcome, .chan = c, .id = id };
	struct search s = { .m = arg };

	search(l, &s);
	if (s.n != 1) {
		not_found(k, &s);
		return;
	}
	strlcpy(asker.by, k->who, sizeof(asker.by));
	k->unstored = k->unconfirmed = false;
	k->waiting = 1;
	snprintf(k->text, sizeof(k->text), "%s is removed from network %s",
	    s.found->name[0] != '\0' ? s.found->name : "the peer",
	    s.found->net->name);
	turn_drop(l, s.found, NULL, mono_now(), &asker);
}

void
peer_delete(struct conn *k, const struct msg_ctl_peer_del *m)
{
	struct search s = { .m = m };

	search(k->l, &s);
	if (s.n != 1) {
		not_found(k, &s);
		return;
	}
	k->state = CONN_CHANGE;
	stats_want(k->l, STATS_LAST_MS, drop_counted, k->chan, k->id, m,
	    sizeof(*m));
}
