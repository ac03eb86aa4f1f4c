/* SPDX-License-Identifier: ISC */
/*
 * The peers of a mesh.  Only what differs goes to WireGuard: a peer that gains
 * prefixes keeps the others meanwhile, a prefix that moves has its new peer in
 * the same message that takes it from the old one, and an endpoint is set when
 * it is wished for anew, since roaming is WireGuard's.
 */

#include <stdlib.h>
#include <string.h>

#include "device.h"
#include "hand.h"
#include "hand_peer.h"
#include "kern_list.h"
#include "log.h"
#include "mnet.h"
#include "mnet_state.h"
#include "mpeer.h"
#include "mtunnel.h"
#include "network.h"
#include "pool_route.h"
#include "reconcile.h"
#include "wanted.h"
#include "wish_answer.h"

int
mpeer_policy(struct hand *k, int ifindex, struct mpolicy *p,
    struct kern_routes *routes)
{
	struct prefix *list;
	size_t i;

	memset(p, 0, sizeof(*p));
	memset(routes, 0, sizeof(*routes));
	p->conf = k->policy;
	if (k->ops->route_connected(k->io, ifindex, routes) == -1) {
		kern_routes_clear(routes);
		return (-1);
	}
	list = calloc(routes->n + 1, sizeof(*list));
	if (list == NULL) {
		kern_routes_clear(routes);
		return (-1);
	}
	for (i = 0; i < routes->n; i++)
		list[i] = routes->list[i].dst;
	p->connected = list;
	p->nconnected = routes->n;
	kern_routes_clear(routes);
	return (0);
}

void
mpeer_policy_clear(struct mpolicy *p, struct kern_routes *routes)
{
	free((void *)(uintptr_t)p->connected);
	kern_routes_clear(routes);
	memset(p, 0, sizeof(*p));
}

static bool
is_endpoint(const void *arg, const struct prefix *a)
{
	const struct prefix host = prefix_host(a);

	return (prefix_equal(arg, &host));
}

/* True if a prefix of the peer would be a route. */
static bool
is_beyond(const struct knet *n, const struct msg_mpeer_set *m)
{
	uint8_t i;

	for (i = 0; i < m->nprefixes; i++) {
		if (!mpolicy_inside(&n->mesh->set, &m->prefixes[i]))
			return (true);
	}
	return (false);
}

/* Check the wish.  Returns NULL, or a text that says what is refused. */
static const char *
check(struct knet *n, const struct msg_mpeer_set *m, enum peer_code *code)
{
	struct hand *k = n->k;
	struct mpolicy_net net = { .set = &n->mesh->set };
	struct kern_routes routes = { NULL, 0, 0 };
	struct mpolicy p = { .conf = k->policy };
	struct prefix own = m->endpoint;
	struct wish *x;
	const char *bad;

	*code = PEER_E_KERNEL;
	if (is_beyond(n, m) &&
	    mpeer_policy(k, n->dev.ifindex, &p, &routes) == -1)
		return ("the kernel does not tell its routes");
	p.host = &own;
	if (m->endpoint.family != 0 &&
	    k->ops->addr_others(k->io, 0, is_endpoint, &m->endpoint, &own, 1,
		&p.nhost) == -1) {
		mpeer_policy_clear(&p, &routes);
		return ("the kernel does not tell its addresses");
	}
	own = prefix_host(&own);
	x = wanted_find(&n->wanted, m->pubkey);
	net.pub = n->has_pub ? n->pub : NULL;
	net.peers = n->wanted.count - (x != NULL && x->wanted ? 1 : 0);
	net.limit = n->dev.backend == BACKEND_USERSPACE ? UAPI_PEERS_MAX :
							  UINT32_MAX;
	bad = mpolicy_peer(&p, &net, m, code);
	mpeer_policy_clear(&p, &routes);
	return (bad);
}

/* Take the endpoint and the keepalive.  Returns true if one is news. */
static bool
take_dial(struct wish *x, const struct msg_mpeer_set *m, bool fresh)
{
	bool news = x->keepalive != m->keepalive;

	x->dials = true;
	x->first = fresh || (x->first && x->redial);
	x->keepalive = m->keepalive;
	if (m->endpoint.family == 0)
		x->redial = false;
	else if (fresh || x->port != m->port ||
	    !prefix_equal(&x->endpoint, &m->endpoint))
		x->redial = news = true;
	x->endpoint = m->endpoint;
	x->port = m->port;
	return (news);
}

/* Want the peer.  Returns true if WireGuard has to be told. */
static bool
want(struct knet *n, struct wish **xp, const struct msg_mpeer_set *m)
{
	struct wish *x = wanted_find(&n->wanted, m->pubkey);
	bool fresh = x == NULL || !x->wanted, news, whole;
	enum wanted_change c = WANTED_OTHER;

	if (!fresh)
		c = wanted_compare(x, m->prefixes, m->nprefixes);
	/* A wish that is queued may have addresses to remove. */
	whole = fresh || c == WANTED_OTHER || (x->queued && !x->keep);
	x = wanted_set(&n->wanted, m->pubkey, m->prefixes, m->nprefixes,
	    SOURCE_STATIC);
	*xp = x;
	if (x == NULL)
		return (false);
	news = take_dial(x, m, fresh);
	x->keep = !whole;
	if (c != WANTED_SAME)
		n->mesh->routes_due = true;
	return (fresh || c != WANTED_SAME || news || x->queued);
}

static void
refused(struct hand *k, uint32_t id, const struct msg_mpeer_set *m,
    enum peer_code code, const char *why)
{
	k->health.refused++;
	log_warnx("refused peer=%s net=%s: %s", log_key(m->pubkey), m->network,
	    log_text(why));
	mpeer_done(k, id, code, why);
}

/* A policy that is loaded again asks who the member was. */
static void
note_tunnel(struct knet *n, const struct msg_mpeer_set *m)
{
	uint8_t i;

	for (i = 0; i < m->nprefixes; i++) {
		if (m->prefixes[i].len != 0)
			continue;
		memcpy(n->mesh->tunnel_key, m->pubkey,
		    sizeof(n->mesh->tunnel_key));
		strlcpy(n->mesh->tunnel_member, m->member,
		    sizeof(n->mesh->tunnel_member));
	}
}

void
mpeer_set(struct hand *k, uint32_t id, const struct msg_mpeer_set *m)
{
	struct knet *n = mnet_find(k, m->network);
	enum peer_code code;
	const char *bad;
	struct wish *x;
	bool news;

	if (n == NULL || n->mesh->refused) {
		mpeer_done(k, id, PEER_E_NETWORK, "there is no such network");
		return;
	}
	bad = check(n, m, &code);
	if (bad != NULL) {
		refused(k, id, m, code, bad);
		return;
	}
	note_tunnel(n, m);
	news = want(n, &x, m);
	if (x == NULL) {
		mpeer_done(k, id, PEER_E_KERNEL, "no memory");
		return;
	}
	/* In a sync, the device is compared at its end. */
	if (!news && !k->meshing && n->state == NET_UP) {
		mpeer_done(k, id, PEER_OK, "");
		return;
	}
	if (!k->meshing)
		wanted_queue(&n->wanted, x, true);
	if (id != 0 && wanted_wait(x, id) == -1)
		mpeer_done(k, id, PEER_E_KERNEL, "no memory");
}

static void
drop(struct knet *n, struct wish *x)
{
	wanted_drop(&n->wanted, x);
	wanted_queue(&n->wanted, x, true);
	n->mesh->routes_due = true;
}

void
mpeer_del(struct hand *k, uint32_t id, const struct msg_mpeer_del *m)
{
	struct knet *n = mnet_find(k, m->network);
	struct wish *x;

	if (n == NULL) {
		mpeer_done(k, id, PEER_E_NETWORK, "there is no such network");
		return;
	}
	x = wanted_find(&n->wanted, m->pubkey);
	if (x == NULL || (!x->wanted && !x->queued)) {
		mpeer_done(k, id, PEER_OK, "");
		return;
	}
	if (x->wanted)
		drop(n, x);
	if (id != 0 && wanted_wait(x, id) == -1)
		mpeer_done(k, id, PEER_E_KERNEL, "no memory");
}

void
mpeer_sync_begin(struct hand *k)
{
	struct knet_list *lists[] = { &k->nets, &k->waiting };
	struct knet *n;
	size_t i;

	k->meshing = true;
	for (i = 0; i < 2; i++)
		TAILQ_FOREACH(n, lists[i], entry)
			if (n->mesh != NULL) {
				n->wanted.gen++;
				n->mesh->named = false;
			}
}

/* Drop the peers that the sync has not wished for. */
static void
sweep(struct knet *n)
{
	struct wish *x, *next;

	for (x = RB_MIN(wish_tree, &n->wanted.keys); x != NULL; x = next) {
		next = RB_NEXT(wish_tree, &n->wanted.keys, x);
		if (x->wanted && x->gen != n->wanted.gen)
			drop(n, x);
	}
}

/* The device has this peer just so already: whoever waits hears it. */
static void
answer_settled(struct knet *n)
{
	struct wish *x;

	RB_FOREACH(x, wish_tree, &n->wanted.keys) {
		if (!x->queued && !SLIST_EMPTY(&x->waiters))
			wish_answer(n, x, PEER_OK);
	}
}

static void
sync_network(struct knet *n)
{
	struct difference d;

	sweep(n);
	n->synced = true;
	/* A network that is not up yet is compared when it comes up. */
	if (device_snapshot(n, 0) == NULL)
		return;
	peer_resync(n, &d);
	log_info("sync done net=%s added=%u removed=%u changed=%u unchanged=%u",
	    n->conf.name, d.added, d.removed, d.changed, d.unchanged);
	answer_settled(n);
}

/*
 * Networks that were not named stay as they are: agentd may have lost its
 * state, which must not cost the tunnels.  They go when they are left.
 */
void
mpeer_sync_end(struct hand *k)
{
	struct knet_list *lists[] = { &k->nets, &k->waiting };
	struct knet *n;
	size_t i;

	k->meshing = false;
	k->mesh_synced = true;
	for (i = 0; i < 2; i++)
		TAILQ_FOREACH(n, lists[i], entry)
			if (n->mesh != NULL && n->mesh->named)
				sync_network(n);
	mpeer_turn(k);
	mtunnel_ensure(k);
}

/* Set the routes that follow from the wishes. */
static void
set_routes(struct knet *n)
{
	bool made = n->made;

	/* The changes made now are no drift. */
	n->made = false;
	n->mesh->routes_due = false;
	if (route_pools(n) == -1)
		log_warnx("network %s: %s", n->conf.name, n->text);
	n->made = made;
	mtunnel_ensure(n->k);
	mnet_tell(n);
}

/* The routes come first: an answer says that all of a wish is there. */
void
mpeer_turn(struct hand *k)
{
	struct knet *n;

	TAILQ_FOREACH(n, &k->nets, entry) {
		if (n->mesh == NULL || n->state != NET_UP || k->meshing)
			continue;
		if (n->mesh->routes_due)
			set_routes(n);
		if (!wanted_idle(&n->wanted))
			peer_work(n);
	}
}

/* The wish as a message, to be checked again. */
static void
message_of(const struct knet *n, const struct wish *x, struct msg_mpeer_set *m)
{
	uint8_t i;

	memset(m, 0, sizeof(*m));
	strlcpy(m->network, n->conf.name, sizeof(m->network));
	memcpy(m->pubkey, x->key, sizeof(m->pubkey));
	if (memcmp(x->key, n->mesh->tunnel_key, sizeof(x->key)) == 0)
		strlcpy(m->member, n->mesh->tunnel_member, sizeof(m->member));
	m->endpoint = x->endpoint;
	m->port = x->port;
	m->keepalive = x->keepalive;
	for (i = 0; i < x->naddrs && i < MESH_PREFIX_MAX; i++)
		m->prefixes[m->nprefixes++] = x->addrs[i].prefix;
}

void
mpeer_recheck(struct knet *n)
{
	struct msg_mpeer_set m;
	struct wish *x, *next;
	enum peer_code code;
	const char *bad;

	for (x = RB_MIN(wish_tree, &n->wanted.keys); x != NULL; x = next) {
		next = RB_NEXT(wish_tree, &n->wanted.keys, x);
		if (!x->wanted)
			continue;
		message_of(n, x, &m);
		bad = check(n, &m, &code);
		if (bad == NULL)
			continue;
		log_warnx("network %s: peer=%s is removed: %s", n->conf.name,
		    log_key(x->key), log_text(bad));
		drop(n, x);
	}
}
