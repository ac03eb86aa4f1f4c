/* SPDX-License-Identifier: ISC */
/*
 * Requests of owners for changes, and pages of the lists of peers.
 */

#include <string.h>

#include "answer.h"
#include "counters.h"
#include "fronts.h"
#include "link_apid_peers.h"
#include "openvpn.h"
#include "removal.h"
#include "turn.h"
#include "wish.h"

#define PAGE		64		/* most peers in one page of a list */

/*
 * Find the network of the request, and check that this owner may change peers.
 */
static uint8_t
owner_network(struct leased *l, const char *network, const char *owner,
    struct network **n)
{
	*n = registry_find(&l->reg, network);
	if (*n == NULL || !(*n)->configured)
		return (LEASE_E_NETWORK);
	if (!policy_owner_reached(l->conf, network, owner))
		return (fronts_beyond(l, network, owner));
	if (policy_owner_denied(&l->denied, network, owner))
		return (LEASE_E_DENIED);
	return (network_up(*n) ? LEASE_OK_SAME : LEASE_E_BUSY);
}

static void
owned_changed(struct leased *l, const struct asker *a, uint8_t code,
    const struct peer *p)
{
	struct msg_peer_item item;

	if (p != NULL)
		answer_item(p, &item);
	answer_owned(a->chan, a->id, code, NULL, p != NULL ? &item : NULL);
}

int
leased_owned_put(struct chan *c, uint32_t id, const struct msg_owned_put *m)
{
	struct asker asker = { .answer = owned_changed, .chan = c, .id = id };
	struct leased *l = chan_arg(c);
	char text[TEXT_SIZE] = "";
	struct network *n;
	uint8_t code;

	strlcpy(asker.req, m->req, sizeof(asker.req));
	code = owner_network(l, m->network, m->owner, &n);
	if (code == LEASE_OK_SAME)
		code = turn_put(l, n, m, &asker, text);
	if (code != LEASE_OK_SAME)
		answer_owned(c, id, code, text, NULL);
	return (0);
}

struct drop {
	struct msg_owned_drop m;
	struct mono	 asked;
};

/* Remove the peer with the freshest counters that are available. */
static void
drop_counted(struct leased *l, struct chan *c, uint32_t id, const void *arg)
{
	struct asker asker = { .answer = owned_changed, .chan = c, .id = id };
	const struct drop *d = arg;
	const struct msg_owned_drop *m = &d->m;
	struct peer *p = NULL;
	struct network *n;
	uint32_t removal;
	uint8_t code;

	strlcpy(asker.req, m->req, sizeof(asker.req));
	if ((code = owner_network(l, m->network, m->owner, &n)) !=
	    LEASE_OK_SAME) {
		answer_owned(c, id, code, NULL, NULL);
		return;
	}
	p = peer_by_key(n, m->pubkey);
	if (p != NULL && p->owner != NULL &&
	    strcmp(p->owner->name, m->owner) == 0) {
		turn_drop(l, p, &m->from, d->asked, &asker);
		return;
	}
	removal = removal_find(l, n, m->owner, m->pubkey, d->asked);
	if (removal == 0)
		answer_owned(c, id, LEASE_E_NOT_FOUND, NULL, NULL);
	else if (p != NULL)
		/*
		 * Another has the key by now, so the peer is gone for certain.
		 */
		removal_answer(l, removal, &asker);
	else
		wish_gone(l, n, m->pubkey, &asker, LEASE_OK_SAME, removal);
}

int
leased_owned_drop(struct chan *c, uint32_t id, const struct msg_owned_drop *m)
{
	struct drop d = { *m, mono_now() };

	stats_want(chan_arg(c), STATS_LAST_MS, drop_counted, c, id, &d,
	    sizeof(d));
	return (0);
}

static void
page_item(struct chan *c, uint32_t id, const struct peer *p)
{
	struct msg_peer_item m;

	answer_item(p, &m);
	(void)chan_send_peer_item(c, id, &m, -1);
}

/* The peer of a key alone, if it is one that is asked for. */
static uint8_t
page_one(struct chan *c, uint32_t id, const struct msg_peer_page *m,
    const struct network *n, const struct owner *o)
{
	const struct peer *p;

	p = m->has_key ? peer_by_key(n, m->key) : NULL;
	if (p == NULL || p->owner == NULL ||
	    (m->owner[0] != '\0' && p->owner != o))
		return (LEASE_E_NOT_FOUND);
	page_item(c, id, p);
	return (LEASE_OK_SAME);
}

/* The peers behind a place; true if there are more than a page of them. */
static bool
page_list(struct chan *c, uint32_t id, const struct msg_peer_page *m,
    const struct network *n, const struct owner *o)
{
	struct peer_place at = { .owned = !m->leases, .has_key = m->has_key };
	int64_t now = wall_now().s;
	struct peer *p;
	unsigned int i = 0;

	strlcpy(at.name, m->name, sizeof(at.name));
	memcpy(at.key, m->key, sizeof(at.key));
	for (p = peer_behind(n, &at, o); p != NULL; p = peer_next(p, o)) {
		if (m->leases && p->owner != NULL)
			break;
		if ((m->leases && !peer_served(p)) ||
		    (m->online && !peer_online(p, now)))
			continue;
		if (i++ == PAGE)
			return (true);
		page_item(c, id, p);
	}
	return (false);
}

/* Leases are listed for monitors, and the peers of an owner for that owner. */
static bool
page_reached(struct leased *l, const struct msg_peer_page *m)
{
	if (m->leases)
		return (
		    policy_reached(l->conf, ROLE_MONITOR, m->network, NULL));
	return (policy_owner_reached(l->conf, m->network, m->owner));
}

static void
page_send(struct leased *l, struct chan *c, uint32_t id, const void *arg)
{
	const struct msg_peer_page *m = arg;
	struct msg_peer_page_end end;
	struct owner *o = NULL;
	struct network *n;

	memset(&end, 0, sizeof(end));
	end.code = LEASE_OK_SAME;
	if ((n = registry_find(&l->reg, m->network)) == NULL || !n->configured)
		end.code = LEASE_E_NETWORK;
	else if (!page_reached(l, m))
		end.code = fronts_beyond(l, m->network,
		    m->leases ? "leases" : m->owner);
	else if (m->owner[0] != '\0' && (o = owner_find(n, m->owner)) != NULL)
		end.generation = o->generation;
	if (end.code == LEASE_OK_SAME && m->one)
		end.code = page_one(c, id, m, n, o);
	else if (end.code == LEASE_OK_SAME &&
	    (o != NULL || m->owner[0] == '\0'))
		end.more = page_list(c, id, m, n, o);
	(void)chan_send_peer_page_end(c, id, &end, -1);
}

int
leased_peer_page(struct chan *c, uint32_t id, const struct msg_peer_page *m)
{
	struct leased *l = chan_arg(c);

	/* The pending changes are not durable yet: commit them. */
	(void)turn_commit(l);
	stats_want(l, STATS_LOOK_MS, page_send, c, id, m, sizeof(*m));
	return (0);
}

static void
node_reply(struct leased *l, struct chan *c, uint32_t id, uint32_t w_count,
    const struct ovpn_count *o)
{
	struct msg_node_reply m;

	memset(&m, 0, sizeof(m));
	m.maintenance = l->maintenance || l->maintenance_file;
	m.w_count = w_count;
	m.o_count = o->clients;
	m.o_unasked = o->unasked;
	(void)chan_send_node_reply(c, id, &m, -1);
}

static void
node_fresh(struct leased *l, struct chan *c, uint32_t id, const void *arg)
{
	struct ovpn_count o;

	memcpy(&o, arg, sizeof(o));
	node_reply(l, c, id, registry_online(&l->reg, wall_now().s), &o);
}

/* OpenVPN's clients are counted; WireGuard was asked at the same time. */
static void
node_counted(struct leased *l, struct chan *c, uint32_t id,
    const struct ovpn_count *o)
{
	stats_want(l, STATS_LOOK_MS, node_fresh, c, id, o, sizeof(*o));
}

static void
node_ask(struct leased *l, struct chan *c, uint32_t id, const void *arg)
{
	/* This only says that the question was sent. */
}

int
leased_node_get(struct chan *c, uint32_t id, const struct msg_node_get *m)
{
	static const struct ovpn_count none;
	struct leased *l = chan_arg(c);

	if (m->counts) {
		stats_want(l, STATS_LOOK_MS, node_ask, c, id, NULL, 0);
		ovpn_count(l, c, id, node_counted);
	} else
		node_reply(l, c, id, 0, &none);
	return (0);
}
