/* SPDX-License-Identifier: ISC */
/*
 * What an operator may look at.  Lists are made a page at a time, from a place
 * that stays right while leases come and go.
 */

#include <string.h>

#include "control.h"
#include "log.h"
#include "pool.h"

#define PAGE		128		/* items, then others get a turn */
#define EVENTS_STEP	4096		/* ids looked at for one page */

static bool
is_online(const struct lease *l, int64_t now)
{
	return (lease_live(l) && l->handshake != 0 &&
	    now - l->handshake < ONLINE_S);
}

static void
show_status(struct conn *k)
{
	struct leased *sp = k->sp;
	struct msg_ctl_status m;
	struct lnet *n;
	struct lease *l;
	struct owned *p;
	int64_t now = wall_now().s;

	memset(&m, 0, sizeof(m));
	(void)strlcpy(m.gateway, sp->conf->gateway.name, sizeof(m.gateway));
	(void)strlcpy(m.version, VERSION, sizeof(m.version));
	m.started = sp->started.s;
	m.generation = sp->conf->generation;
	m.networks = sp->conf->nnets;
	TAILQ_FOREACH(n, &sp->broker.nets, entry) {
		m.leases += n->live;
		m.pending += n->pending;
		RB_FOREACH(l, lease_tree, &n->byname)
			m.online += is_online(l, now);
		RB_FOREACH(p, owned_bynet, &n->owned)
			m.online += owned_online(p, now);
	}
	m.denied = sp->denied.used;
	m.db = store_ok(sp->store);
	m.kern = sp->kern != NULL;
	m.apids = (uint8_t)front_count(sp);
	sync_status(sp, &m);
	m.health = sp->health;
	(void)chan_send_ctl_status(k->chan, k->id, &m, -1);
	conn_result(k, CTL_OK, "%s", "");
}

static void
show_network(struct conn *k, const struct lnet *n)
{
	struct msg_ctl_network m;
	unsigned int i;

	memset(&m, 0, sizeof(m));
	(void)strlcpy(m.name, n->name, sizeof(m.name));
	(void)strlcpy(m.interface, n->conf.interface, sizeof(m.interface));
	m.state = n->kern.state;
	m.backend = n->kern.backend;
	m.adopted = n->kern.adopted;
	m.assign = n->conf.assign;
	m.port = n->kern.port;
	memcpy(m.pubkey, n->kern.pubkey, sizeof(m.pubkey));
	m.lease = n->conf.lease;
	m.max_peers = n->conf.max_peers;
	m.foreign = n->kern.foreign;
	m.leases = n->live;
	m.naddrs = n->conf.naddrs;
	memcpy(m.addrs, n->conf.addrs, sizeof(m.addrs));
	m.npools = (uint8_t)n->npools;
	for (i = 0; i < n->npools; i++) {
		m.pools[i] = *pool_prefix(n->pools[i]);
		m.used[i] = pool_used(n->pools[i]);
		m.size[i] = pool_size(n->pools[i]);
	}
	(void)strlcpy(m.endpoint, k->sp->conf->gateway.endpoint,
	    sizeof(m.endpoint));
	m.keepalive = n->conf.keepalive;
	m.nroutes = n->conf.nroutes;
	memcpy(m.routes, n->conf.routes, sizeof(m.routes));
	(void)strlcpy(m.text, n->kern.text, sizeof(m.text));
	(void)chan_send_ctl_network(k->chan, k->id, &m, -1);
	k->sent++;
}

static void
show_networks(struct conn *k)
{
	struct lnet *n;

	TAILQ_FOREACH(n, &k->sp->broker.nets, entry)
		if (n->configured &&
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
show_lease(struct conn *k, const struct lease *l)
{
	struct msg_ctl_lease m;

	memset(&m, 0, sizeof(m));
	m.id = (uint64_t)l->id;
	(void)strlcpy(m.network, l->net->name, sizeof(m.network));
	(void)strlcpy(m.name, l->name, sizeof(m.name));
	(void)strlcpy(m.who, lease_who(l), sizeof(m.who));
	m.state = l->state;
	memcpy(m.pubkey, l->key, sizeof(m.pubkey));
	m.first = l->first;
	m.created = l->created;
	m.renewed = l->renewed;
	m.expires = l->expires;
	m.handshake = l->handshake;
	m.rx = l->rx;
	m.tx = l->tx;
	m.naddrs = lease_addrs(l, m.addrs);
	m.endpoint = l->endpoint;
	m.port = l->port;
	(void)chan_send_ctl_lease(k->chan, k->id, &m, -1);
	k->sent++;
}

static void
show_peer(struct conn *k, const struct lease *l)
{
	struct msg_ctl_peer m;

	memset(&m, 0, sizeof(m));
	(void)strlcpy(m.network, l->net->name, sizeof(m.network));
	memcpy(m.pubkey, l->key, sizeof(m.pubkey));
	m.source = SOURCE_LEASE;
	(void)strlcpy(m.name, l->name, sizeof(m.name));
	m.handshake = l->handshake;
	m.rx = l->rx;
	m.tx = l->tx;
	m.endpoint = l->endpoint;
	m.port = l->port;
	m.naddrs = lease_addrs(l, m.addrs);
	(void)chan_send_ctl_peer(k->chan, k->id, &m, -1);
	k->sent++;
}

static bool
wanted_net(const struct conn *k, const struct lnet *n)
{
	return (k->show.network[0] == '\0' ||
	    strcmp(k->show.network, n->name) == 0);
}

static bool
at_limit(const struct conn *k)
{
	return (k->show.limit != 0 && k->sent >= k->show.limit);
}

/* Send l if it is asked for. */
static void
show_if(struct conn *k, const struct lease *l, int64_t now)
{
	if (k->show.online && !is_online(l, now))
		return;
	if (k->show.what == SHOW_PEERS) {
		if (lease_live(l))
			show_peer(k, l);
	} else if (l->state != LEASE_EXPIRED || k->show.expired)
		show_lease(k, l);
}

/* One page of leases or of our peers; true at the end. */
static bool
page_leases(struct conn *k)
{
	int64_t now = wall_now().s;
	struct lease *l;
	unsigned int i = 0;

	for (; k->net != NULL; k->net = TAILQ_NEXT(k->net, entry)) {
		if (!wanted_net(k, k->net))
			continue;
		if (k->show.name[0] != '\0') {
			l = lease_find(k->net, k->show.name);
			if (l != NULL && !at_limit(k))
				show_if(k, l, now);
			continue;
		}
		for (l = lease_after(k->net, k->name); l != NULL;
		     l = RB_NEXT(lease_tree, &k->net->byname, l)) {
			if (at_limit(k))
				return (true);
			if (i++ == PAGE)
				return (false);
			show_if(k, l, now);
			(void)strlcpy(k->name, l->name, sizeof(k->name));
		}
		k->name[0] = '\0';
	}
	return (true);
}

static void
show_owned(struct conn *k, const struct owned *p)
{
	struct msg_ctl_peer m;

	memset(&m, 0, sizeof(m));
	(void)strlcpy(m.network, p->owner->net->name, sizeof(m.network));
	memcpy(m.pubkey, p->key, sizeof(m.pubkey));
	m.source = owner_source(p->owner);
	/* A static peer without a label has none: import sends it back. */
	(void)strlcpy(m.name,
	    p->name[0] != '\0' || m.source == SOURCE_STATIC ? p->name :
							       p->owner->name,
	    sizeof(m.name));
	m.handshake = p->handshake;
	m.rx = p->rx;
	m.tx = p->tx;
	m.endpoint = p->endpoint;
	m.port = p->port;
	m.naddrs = owned_addrs(p, m.addrs);
	(void)chan_send_ctl_peer(k->chan, k->id, &m, -1);
	k->sent++;
}

/* Asked for by its label, its owner or its key. */
static bool
wanted_owned(const struct conn *k, const struct owned *p, int64_t now)
{
	char key[WGKEY_TEXT];

	if (k->show.online && !owned_online(p, now))
		return (false);
	return (k->show.name[0] == '\0' || strcmp(k->show.name, p->name) == 0 ||
	    strcmp(k->show.name, p->owner->name) == 0 ||
	    strcmp(k->show.name, wgkey_format(p->key, key)) == 0);
}

static bool
page_owned(struct conn *k)
{
	int64_t now = wall_now().s;
	struct owned *p;
	unsigned int i = 0;

	for (; k->net != NULL; k->net = TAILQ_NEXT(k->net, entry)) {
		if (!wanted_net(k, k->net))
			continue;
		p = owned_next_any(k->net, k->has_key ? k->key : NULL);
		for (; p != NULL; p = RB_NEXT(owned_bynet, &k->net->owned, p)) {
			if (at_limit(k))
				return (true);
			if (i++ == PAGE)
				return (false);
			if (wanted_owned(k, p, now))
				show_owned(k, p);
			k->has_key = true;
			memcpy(k->key, p->key, sizeof(k->key));
		}
		k->has_key = false;
	}
	return (true);
}

static void
show_syncs(struct conn *k)
{
	struct msg_ctl_sync m;
	struct lnet *n;
	struct owner *o;

	TAILQ_FOREACH(n, &k->sp->broker.nets, entry) {
		if (!wanted_net(k, n))
			continue;
		TAILQ_FOREACH(o, &n->owners, entry) {
			if (at_limit(k) || (o->id == 0 && o->count == 0))
				continue;
			memset(&m, 0, sizeof(m));
			(void)strlcpy(m.network, n->name, sizeof(m.network));
			(void)strlcpy(m.owner, o->name, sizeof(m.owner));
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

static bool
page_foreign(struct conn *k)
{
	const struct foreign *f;
	struct msg_ctl_peer m;
	unsigned int i;
	size_t n;

	f = stats_foreign(k->sp, &n);
	for (i = 0; k->foreign < n; k->foreign++) {
		if (at_limit(k))
			return (true);
		if (i++ == PAGE)
			return (false);
		if (!wanted_net(k, f[k->foreign].net) || k->show.online ||
		    k->show.name[0] != '\0')
			continue;
		memset(&m, 0, sizeof(m));
		(void)strlcpy(m.network, f[k->foreign].net->name,
		    sizeof(m.network));
		memcpy(m.pubkey, f[k->foreign].stat.pubkey, sizeof(m.pubkey));
		m.source = SOURCE_FOREIGN;
		m.handshake = f[k->foreign].stat.handshake;
		m.rx = f[k->foreign].stat.rx;
		m.tx = f[k->foreign].stat.tx;
		m.endpoint = f[k->foreign].stat.endpoint;
		m.port = f[k->foreign].stat.port;
		m.naddrs = f[k->foreign].stat.naddrs;
		memcpy(m.addrs, f[k->foreign].stat.addrs, sizeof(m.addrs));
		(void)chan_send_ctl_peer(k->chan, k->id, &m, -1);
		k->sent++;
	}
	return (true);
}

/* Leases first, then peers with an owner, then those of others. */
static bool
page_peers(struct conn *k)
{
	if (!k->leases_done) {
		if (!page_leases(k))
			return (false);
		k->leases_done = true;
		k->net = TAILQ_FIRST(&k->sp->broker.nets);
		return (false);
	}
	return (page_owned(k) && page_foreign(k));
}

static void
event_send(void *arg, const struct event_row *r)
{
	struct conn *k = arg;
	struct msg_ctl_event e;

	memset(&e, 0, sizeof(e));
	e.id = (uint64_t)r->id;
	e.at = r->at;
	(void)strlcpy(e.what, r->what, sizeof(e.what));
	(void)strlcpy(e.network, r->network, sizeof(e.network));
	(void)strlcpy(e.name, r->name, sizeof(e.name));
	(void)strlcpy(e.who, r->who, sizeof(e.who));
	(void)strlcpy(e.from, r->from, sizeof(e.from));
	(void)strlcpy(e.detail, r->detail, sizeof(e.detail));
	(void)chan_send_ctl_event(k->chan, k->id, &e, -1);
	k->sent++;
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

/* Step back until there are as many as the limit asks for. */
static bool
page_count_events(struct conn *k, const struct event_filter *filter,
    int64_t first)
{
	struct counted c;
	int64_t from;
	uint64_t want;

	from = k->event - EVENTS_STEP < first ? first : k->event - EVENTS_STEP;
	c.n = 0;
	if (store_get_events(k->sp->store, from, k->event, filter, event_count,
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
	const struct event_filter filter = { k->show.network, k->show.name,
		k->show.since };
	int64_t first, last, to;

	/* What has gathered is not yet true. */
	(void)turn_commit(k->sp);
	if (store_event_range(k->sp->store, &first, &last) == -1 || last == 0)
		return (true);
	if (k->event_end == 0) {
		k->event_end = last + 1;
		k->counting = k->show.limit != 0;
		k->event = k->counting ? k->event_end : first;
	}
	if (k->counting)
		return (page_count_events(k, &filter, first));
	/* Half a queue of them at most, so that none is lost. */
	to = k->event + PAGE < k->event_end ? k->event + PAGE : k->event_end;
	if (k->show.network[0] != '\0' || k->show.name[0] != '\0' ||
	    k->show.since != 0)
		to = k->event + CHAN_HIGH < k->event_end ?
		    k->event + CHAN_HIGH :
		    k->event_end;
	if (store_get_events(k->sp->store, k->event, to, &filter, event_send,
	    k) == -1)
		return (true);
	k->event = to;
	return (k->event >= k->event_end || at_limit(k));
}

static bool
page_of(struct conn *k)
{
	switch ((enum ctl_what)k->show.what) {
	case SHOW_LEASES:
		return (page_leases(k));
	case SHOW_PEERS:
		return (page_peers(k));
	case SHOW_EVENTS:
		return (page_events(k));
	case SHOW_STATUS:
	case SHOW_NETWORKS:
	case SHOW_SYNC:
		break;
	}
	return (true);
}

void
show_page(struct conn *k)
{
	uint64_t sent = k->sent;

	/* The client reads slowly: its channel says when to go on. */
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
show_fresh(struct leased *sp, struct chan *c, uint32_t id, const void *arg)
{
	struct conn *k = chan_arg(c);

	switch ((enum ctl_what)k->show.what) {
	case SHOW_STATUS:
		show_status(k);
		return;
	case SHOW_NETWORKS:
		show_networks(k);
		return;
	case SHOW_SYNC:
		show_syncs(k);
		return;
	case SHOW_LEASES:
	case SHOW_PEERS:
	case SHOW_EVENTS:
		break;
	}
	k->state = CONN_LIST;
	show_page(k);
}

void
show_start(struct conn *k, const struct msg_ctl_show *m)
{
	/* One that is no longer configured may still have leases. */
	if (m->network[0] != '\0' &&
	    lnet_find(&k->sp->broker, m->network) == NULL) {
		conn_result(k, CTL_NEGATIVE, "there is no network %s",
		    m->network);
		return;
	}
	k->show = *m;
	k->net = TAILQ_FIRST(&k->sp->broker.nets);
	k->name[0] = '\0';
	k->leases_done = k->has_key = false;
	k->foreign = 0;
	k->event = k->event_end = 0;
	k->sent = 0;
	k->state = CONN_STATS;
	if (m->what == SHOW_EVENTS || m->what == SHOW_NETWORKS ||
	    m->what == SHOW_SYNC)
		show_fresh(k->sp, k->chan, k->id, NULL);
	else
		stats_want(k->sp, STATS_LOOK_MS, show_fresh, k->chan, k->id,
		    NULL, 0);
}
