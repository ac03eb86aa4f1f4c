/* SPDX-License-Identifier: ISC */
/*
 * Lists and states for the operator.  Lists are made page by page, from a place
 * that stays valid while leases come and go.
 */

#include <stdio.h>
#include <string.h>

#include "answer.h"
#include "control_hand.h"
#include "control_show.h"
#include "counters.h"
#include "fronts.h"
#include "grace.h"
#include "pool.h"
#include "resync.h"
#include "turn.h"
#include "wgkey.h"

#define PAGE		128		/* items before others get a turn */
#define EVENTS_STEP	4096		/* ids examined for one page */

static void
count_leases(const struct leased *l, struct msg_ctl_status *m)
{
	int64_t now = wall_now().s;
	struct network *n;
	struct peer *p;

	TAILQ_FOREACH(n, &l->reg.nets, entry)
		RB_FOREACH(p, peer_tree, &n->peers) {
			/* Leases stand before the peers with an owner. */
			if (p->owner != NULL)
				break;
			m->online += peer_online(p, now);
			m->partly += peer_partly(p);
		}
}

static void
show_status(struct conn *k)
{
	struct leased *l = k->l;
	struct msg_ctl_status m;
	struct network *n;

	memset(&m, 0, sizeof(m));
	strlcpy(m.gateway, l->conf->gateway.name, sizeof(m.gateway));
	strlcpy(m.version, VERSION, sizeof(m.version));
	m.started = l->started.s;
	m.generation = l->conf->generation;
	m.networks = l->conf->nnets;
	TAILQ_FOREACH(n, &l->reg.nets, entry) {
		m.up += n->configured && network_up(n) && network_known(n);
		m.leases += n->live;
		m.pending += n->pending;
		m.outside += n->outside;
	}
	count_leases(l, &m);
	m.denied = l->denied.used;
	(void)store_count_waiting(l->store, &m.waiting);
	m.db = store_ok(l->store);
	m.kern = l->hand != NULL;
	m.apids = (uint8_t)fronts_count(l);
	m.grace = grace_left(l) != 0 ? grace_left(l) : LEASE_NEVER;
	m.maintenance = l->maintenance || l->maintenance_file;
	m.off = l->off.n;
	strlcpy(m.off_text, l->off.text, sizeof(m.off_text));
	sync_status(l, &m);
	m.health = l->health;
	(void)chan_send_ctl_status(k->chan, k->id, &m, -1);
	conn_result(k, CTL_OK, "%s", "");
}

static void
show_network(struct conn *k, const struct network *n)
{
	struct msg_ctl_network m;
	unsigned int i;

	memset(&m, 0, sizeof(m));
	strlcpy(m.name, n->name, sizeof(m.name));
	strlcpy(m.interface, n->conf.interface, sizeof(m.interface));
	m.state = n->hand.state;
	m.backend = n->hand.backend;
	m.adopted = n->hand.adopted;
	m.assign = n->conf.assign;
	m.port = n->hand.port;
	memcpy(m.pubkey, n->hand.pubkey, sizeof(m.pubkey));
	m.lease = n->conf.lease;
	m.max_peers = n->conf.max_peers;
	m.foreign = n->hand.foreign;
	m.leases = n->live;
	m.naddrs = n->conf.naddrs;
	memcpy(m.addrs, n->conf.addrs, sizeof(m.addrs));
	m.npools = (uint8_t)n->npools;
	for (i = 0; i < n->npools; i++) {
		m.pools[i] = *pool_block(n->pools[i]);
		m.used[i] = pool_used(n->pools[i]);
		m.size[i] = pool_size(n->pools[i]);
	}
	strlcpy(m.endpoint, k->l->conf->gateway.endpoint, sizeof(m.endpoint));
	m.keepalive = n->conf.keepalive;
	m.nroutes = n->conf.nroutes;
	memcpy(m.routes, n->conf.routes, sizeof(m.routes));
	m.nsubnets = n->conf.nsubnets;
	memcpy(m.subnets, n->conf.subnets, sizeof(m.subnets));
	m.ndns = n->conf.ndns;
	memcpy(m.dns, n->conf.dns, sizeof(m.dns));
	strlcpy(m.text, n->hand.text, sizeof(m.text));
	m.counted = n->counted_id != 0 && n->counted_id == k->asked;
	memcpy(m.traffic, n->traffic, sizeof(m.traffic));
	if (m.state == NET_UP && !network_known(n)) {
		m.state = NET_DOWN;
		strlcpy(m.text, "its peers are being read", sizeof(m.text));
	}
	if (!n->configured) {
		m.state = NET_ORPHAN;
		m.lease = LEASE_NEVER;
		m.assign = ASSIGN_POOL;
		snprintf(m.text, sizeof(m.text),
		    "it is not in the configuration; %llu leases and %llu other peers are kept, but not served",
		    (unsigned long long)n->outside,
		    (unsigned long long)n->nowned);
	}
	(void)chan_send_ctl_network(k->chan, k->id, &m, -1);
	k->sent++;
}

void
show_networks(struct conn *k)
{
	struct network *n;

	TAILQ_FOREACH(n, &k->l->reg.nets, entry)
		if ((n->configured || n->outside + n->nowned > 0) &&
		    (k->show.network[0] == '\0' ||
		    strcmp(k->show.network, n->name) == 0))
			show_network(k, n);
	if (k->sent == 0 && k->show.network[0] != '\0')
		conn_result(k, CTL_NEGATIVE, "there is no network %s",
		    k->show.network);
	else
		conn_result(k, CTL_OK, "%s", "");
}

static void
show_peer(struct conn *k, const struct peer *p)
{
	struct msg_peer_item m;

	answer_item(p, &m);
	/*
	 * A static peer without a label has no name here: import sends it back.
	 */
	if (m.name[0] == '\0' && m.source == SOURCE_PORTAL)
		strlcpy(m.name, peer_who(p), sizeof(m.name));
	(void)chan_send_peer_item(k->chan, k->id, &m, -1);
	k->sent++;
}

static bool
wanted_net(const struct conn *k, const struct network *n)
{
	return (k->show.network[0] == '\0' ||
	    strcmp(k->show.network, n->name) == 0);
}

static bool
at_limit(const struct conn *k)
{
	return (k->show.limit != 0 && k->sent >= k->show.limit);
}

/* A peer with an owner is found by its label, its owner or its key. */
static bool
wanted_name(const struct conn *k, const struct peer *p)
{
	char key[WGKEY_TEXT];

	return (k->show.name[0] == '\0' || strcmp(k->show.name, p->name) == 0 ||
	    strcmp(k->show.name, p->owner->name) == 0 ||
	    strcmp(k->show.name, wgkey_format(p->key, key)) == 0);
}

/* Send a peer if the request matches it. */
static void
show_if(struct conn *k, const struct peer *p, int64_t now)
{
	if (k->show.online && !peer_online(p, now))
		return;
	if (k->show.what == SHOW_LEASES ?
		    p->state != LEASE_EXPIRED || k->show.expired :
		    p->owner == NULL ? peer_served(p) :
				       wanted_name(k, p))
		show_peer(k, p);
}

/*
 * Send one page of leases, or of peers with an owner.  Returns true at the end.
 */
static bool
page_ours(struct conn *k, bool owned)
{
	const struct peer_place first = { .owned = owned };
	int64_t now = wall_now().s;
	struct peer *p;
	unsigned int i = 0;

	for (; k->net != NULL; k->net = TAILQ_NEXT(k->net, entry)) {
		if (!wanted_net(k, k->net))
			continue;
		if (!owned && k->show.name[0] != '\0') {
			p = peer_by_name(k->net, k->show.name);
			if (p != NULL && !at_limit(k))
				show_if(k, p, now);
			continue;
		}
		for (p = peer_behind(k->net, &k->at, NULL);
		     p != NULL && (owned || p->owner == NULL);
		     p = peer_next(p, NULL)) {
			if (at_limit(k))
				return (true);
			if (i++ == PAGE)
				return (false);
			show_if(k, p, now);
			peer_place_set(&k->at, p);
		}
		k->at = first;
	}
	return (true);
}

static void
show_syncs(struct conn *k)
{
	struct msg_ctl_sync m;
	struct network *n;
	struct owner *o;

	TAILQ_FOREACH(n, &k->l->reg.nets, entry) {
		if (!wanted_net(k, n))
			continue;
		TAILQ_FOREACH(o, &n->owners, entry) {
			if (at_limit(k) || (o->id == 0 && o->count == 0))
				continue;
			memset(&m, 0, sizeof(m));
			strlcpy(m.network, n->name, sizeof(m.network));
			strlcpy(m.owner, o->name, sizeof(m.owner));
			m.at = o->synced;
			m.peers = o->count;
			m.generation = o->generation;
			m.last = o->last;
			(void)chan_send_ctl_sync(k->chan, k->id, &m, -1);
			k->sent++;
		}
	}
	conn_result(k, CTL_OK, "%s", "");
}

/* A peer that was claimed since the last look is listed as its owner's. */
static bool
is_claimed(const struct foreign *f)
{
	const struct peer *p;

	p = peer_by_key(f->net, f->stat.pubkey);
	return (f->stat.held == HOLD_UNCLAIMED && p != NULL && peer_served(p));
}

static void
show_foreign(struct conn *k, const struct foreign *f)
{
	struct msg_peer_item m;

	memset(&m, 0, sizeof(m));
	strlcpy(m.network, f->net->name, sizeof(m.network));
	memcpy(m.pubkey, f->stat.pubkey, sizeof(m.pubkey));
	m.source = f->stat.held == HOLD_FOREIGN ? SOURCE_FOREIGN :
						  SOURCE_UNCLAIMED;
	m.psk = f->stat.psk;
	m.handshake = f->stat.handshake;
	m.rx = f->stat.rx;
	m.tx = f->stat.tx;
	m.endpoint = f->stat.endpoint;
	m.port = f->stat.port;
	m.naddrs = f->stat.naddrs;
	memcpy(m.addrs, f->stat.addrs, sizeof(m.addrs));
	(void)chan_send_peer_item(k->chan, k->id, &m, -1);
	k->sent++;
}

static bool
page_foreign(struct conn *k)
{
	const struct foreign *f;
	unsigned int i;
	size_t n;

	f = stats_foreign(k->l, &n);
	for (i = 0; k->foreign < n; k->foreign++) {
		if (at_limit(k))
			return (true);
		if (i++ == PAGE)
			return (false);
		if (wanted_net(k, f[k->foreign].net) && !k->show.online &&
		    k->show.name[0] == '\0' && !is_claimed(&f[k->foreign]))
			show_foreign(k, &f[k->foreign]);
	}
	return (true);
}

/* Leases come first, then peers with an owner, then foreign peers. */
static bool
page_peers(struct conn *k)
{
	if (!k->leases_done) {
		if (!page_ours(k, false))
			return (false);
		k->leases_done = k->at.owned = true;
		k->net = TAILQ_FIRST(&k->l->reg.nets);
		return (false);
	}
	return (page_ours(k, true) && page_foreign(k));
}

static void
event_send(void *arg, const struct event_row *r)
{
	struct conn *k = arg;
	struct msg_ctl_event e;

	memset(&e, 0, sizeof(e));
	e.id = (uint64_t)r->id;
	e.at = r->at;
	strlcpy(e.what, r->what, sizeof(e.what));
	strlcpy(e.network, r->network, sizeof(e.network));
	strlcpy(e.name, r->name, sizeof(e.name));
	strlcpy(e.who, r->who, sizeof(e.who));
	strlcpy(e.from, r->from, sizeof(e.from));
	strlcpy(e.detail, r->detail, sizeof(e.detail));
	(void)chan_send_ctl_event(k->chan, k->id, &e, -1);
	k->sent++;
}

/* An address as events have it, or "". */
static void
event_addr(const struct prefix *p, char *dst)
{
	if (p->family == 0)
		*dst = '\0';
	else if (prefix_is_host(p))
		(void)prefix_format_addr(p, dst);
	else
		(void)prefix_format(p, dst);
}

struct counted {
	int64_t		 ids[EVENTS_STEP];
	size_t		 n;
};

static void
event_count(void *arg, const struct event_row *r)
{
	struct counted *c = arg;

	if (c->n < EVENTS_STEP)
		c->ids[c->n++] = r->id;
}

/* Step back until there are as many events as the limit allows. */
static bool
page_count_events(struct conn *k, const struct event_filter *filter,
    int64_t first)
{
	struct counted c;
	int64_t from;
	uint64_t want;

	from = k->event - EVENTS_STEP < first ? first : k->event - EVENTS_STEP;
	c.n = 0;
	if (store_get_events(k->l->store, from, k->event, filter, event_count,
	    &c) == -1)
		return (true);
	want = k->show.limit - k->sent;
	k->event = from;
	if (c.n >= want)
		k->event = c.ids[c.n - want];
	else
		k->sent += c.n;
	if (c.n >= want || from <= first) {
		k->counting = false;
		k->sent = 0;
	}
	return (false);
}

static bool
page_events(struct conn *k)
{
	char addr[PREFIX_TEXT];
	const struct event_filter filter = { k->show.network, k->show.name,
		k->show.since, addr };
	int64_t first, last, to;

	event_addr(&k->show.addr, addr);
	/* The pending changes are not durable yet: commit them. */
	(void)turn_commit(k->l);
	if (store_event_range(k->l->store, &first, &last) == -1 || last == 0)
		return (true);
	if (k->event_end == 0) {
		k->event_end = last + 1;
		k->counting = k->show.limit != 0;
		k->event = k->counting ? k->event_end : first;
	}
	if (k->counting)
		return (page_count_events(k, &filter, first));
	/* At most half a queue of them, so that none is lost. */
	to = k->event + PAGE < k->event_end ? k->event + PAGE : k->event_end;
	if (k->show.network[0] != '\0' || k->show.name[0] != '\0' ||
	    addr[0] != '\0' || k->show.since != 0)
		to = k->event + CHAN_HIGH < k->event_end ?
		    k->event + CHAN_HIGH :
		    k->event_end;
	if (store_get_events(k->l->store, k->event, to, &filter, event_send,
	    k) == -1)
		return (true);
	k->event = to;
	return (k->event >= k->event_end || at_limit(k));
}

/* A page of rows, behind as many others or behind a name. */
struct row_page {
	struct conn	*conn;
	uint64_t	 skip;		/* items in the pages before */
	unsigned int	 n;
	bool		 more;
};

/* True if the request is about this network ("" is every one) and name. */
static bool
wanted_row(const struct conn *k, const char *network, const char *name)
{
	return ((k->show.network[0] == '\0' || network[0] == '\0' ||
		    strcmp(k->show.network, network) == 0) &&
	    (k->show.name[0] == '\0' || strcmp(k->show.name, name) == 0));
}

/*
 * Returns 1 if a row of this network and name is to be sent on this page, 0 if
 * it is passed over, or -1 if the page is full.
 */
static int
row_wanted(struct row_page *page, const char *network, const char *name)
{
	if (!wanted_row(page->conn, network, name))
		return (0);
	if (page->skip > 0) {
		page->skip--;
		return (0);
	}
	page->more = page->n++ == PAGE;
	return (page->more ? -1 : 1);
}

static int
revoked_send(void *arg, const struct denied_row *r)
{
	struct row_page *page = arg;
	struct conn *k = page->conn;
	struct msg_ctl_revoked m;
	int wanted;

	if ((wanted = row_wanted(page, r->network, r->name)) != 1)
		return (wanted);
	memset(&m, 0, sizeof(m));
	strlcpy(m.network, r->network, sizeof(m.network));
	strlcpy(m.name, r->name, sizeof(m.name));
	strlcpy(m.reason, r->reason, sizeof(m.reason));
	m.at = r->at;
	(void)chan_send_ctl_revoked(k->chan, k->id, &m, -1);
	k->sent++;
	return (0);
}

static bool
page_revoked(struct conn *k)
{
	struct row_page page = { k, k->sent, 0, false };

	(void)turn_commit(k->l);
	(void)store_load_denied(k->l->store, revoked_send, &page);
	return (!page.more);
}

static void
fill_contact(struct contact *c, const struct contact_row *r)
{
	strlcpy(c->name, r->person, sizeof(c->name));
	strlcpy(c->email, r->email, sizeof(c->email));
	strlcpy(c->phone, r->phone, sizeof(c->phone));
}

static int
pending_send(void *arg, const struct approval_row *r,
    const struct contact_row *c)
{
	struct row_page *page = arg;
	struct conn *k = page->conn;
	struct msg_ctl_pending m;
	int wanted;

	if ((wanted = row_wanted(page, r->network, r->name)) != 1)
		return (wanted);
	memset(&m, 0, sizeof(m));
	strlcpy(m.network, r->network, sizeof(m.network));
	strlcpy(m.name, r->name, sizeof(m.name));
	strlcpy(m.who, r->who, sizeof(m.who));
	strlcpy(m.from, r->from, sizeof(m.from));
	m.at = r->at;
	fill_contact(&m.contact, c);
	(void)chan_send_ctl_pending(k->chan, k->id, &m, -1);
	k->sent++;
	return (0);
}

static bool
page_pending(struct conn *k)
{
	struct row_page page = { k, k->sent, 0, false };

	(void)turn_commit(k->l);
	(void)store_load_waiting(k->l->store, pending_send, &page);
	return (!page.more);
}

static int
contact_send(void *arg, const struct contact_row *r)
{
	struct row_page *page = arg;
	struct conn *k = page->conn;
	struct msg_ctl_contact m;

	/* There may be one for each lease: go on behind the last. */
	if (page->n++ == PAGE) {
		page->more = true;
		return (-1);
	}
	strlcpy(k->at.name, r->name, sizeof(k->at.name));
	strlcpy(k->at_net, r->network, sizeof(k->at_net));
	if (!wanted_row(k, r->network, r->name))
		return (0);
	memset(&m, 0, sizeof(m));
	strlcpy(m.network, r->network, sizeof(m.network));
	strlcpy(m.name, r->name, sizeof(m.name));
	fill_contact(&m.contact, r);
	(void)chan_send_ctl_contact(k->chan, k->id, &m, -1);
	k->sent++;
	return (0);
}

static bool
page_contacts(struct conn *k)
{
	struct row_page page = { k, 0, 0, false };

	(void)turn_commit(k->l);
	(void)store_load_contacts(k->l->store, k->at_net, k->at.name,
	    contact_send, &page);
	return (!page.more);
}

static bool
page_of(struct conn *k)
{
	switch ((enum ctl_what)k->show.what) {
	case SHOW_LEASES:
		return (page_ours(k, false));
	case SHOW_PEERS:
		return (page_peers(k));
	case SHOW_EVENTS:
		return (page_events(k));
	case SHOW_REVOKED:
		return (page_revoked(k));
	case SHOW_PENDING:
		return (page_pending(k));
	case SHOW_CONTACTS:
		return (page_contacts(k));
	case SHOW_STATUS:
	case SHOW_NETWORKS:
	case SHOW_SYNC:
	case SHOW_FIREWALL:
	case SHOW_ROUTES:
	case SHOW_DRIFT:
		break;
	}
	return (true);
}

void
show_page(struct conn *k)
{
	uint64_t sent = k->sent;

	/* The client reads slowly: its channel says when to continue. */
	if (chan_busy(k->chan))
		return;
	if (!page_of(k)) {
		if (k->sent != sent)
			conn_progress(k);
		if (!chan_busy(k->chan))
			conn_more(k, 0);
		return;
	}
	if (k->sent == 0 && k->show.name[0] != '\0' &&
	    k->show.what == SHOW_LEASES)
		conn_result(k, CTL_NEGATIVE, "%s has no lease%s", k->show.name,
		    k->show.online ? " that is online" : "");
	else
		conn_result(k, CTL_OK, "%s", "");
}

static void
show_fresh(struct leased *l, struct chan *c, uint32_t id, const void *arg)
{
	struct conn *k = chan_arg(c);

	switch ((enum ctl_what)k->show.what) {
	case SHOW_STATUS:
		show_status(k);
		return;
	case SHOW_NETWORKS:
		hand_counts_start(k);
		return;
	case SHOW_SYNC:
		show_syncs(k);
		return;
	case SHOW_LEASES:
	case SHOW_PEERS:
	case SHOW_EVENTS:
	case SHOW_REVOKED:
	case SHOW_PENDING:
	case SHOW_CONTACTS:
	case SHOW_FIREWALL:
	case SHOW_ROUTES:
	case SHOW_DRIFT:
		break;
	}
	k->state = CONN_LIST;
	show_page(k);
}

void
show_start(struct conn *k, const struct msg_ctl_show *m)
{
	/* A network that is no longer configured may still have leases. */
	if (m->network[0] != '\0' &&
	    registry_find(&k->l->reg, m->network) == NULL) {
		conn_result(k, CTL_NEGATIVE, "there is no network %s",
		    m->network);
		return;
	}
	k->show = *m;
	if (m->what >= SHOW_FIREWALL) {
		hand_show_start(k);
		return;
	}
	k->net = TAILQ_FIRST(&k->l->reg.nets);
	memset(&k->at, 0, sizeof(k->at));
	k->at_net[0] = '\0';
	k->leases_done = false;
	k->foreign = 0;
	k->event = k->event_end = 0;
	k->sent = 0;
	k->state = CONN_STATS;
	if (m->what != SHOW_STATUS && m->what != SHOW_LEASES &&
	    m->what != SHOW_PEERS)
		show_fresh(k->l, k->chan, k->id, NULL);
	else
		stats_want(k->l, STATS_LOOK_MS, show_fresh, k->chan, k->id,
		    NULL, 0);
}
