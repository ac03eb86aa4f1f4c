/* SPDX-License-Identifier: ISC */
/*
 * The link to leased: the whole wanted state between SYNC_BEGIN and SYNC_END,
 * single wishes at any time, and questions.  Nothing of a sync takes effect
 * before its end, so that a leased that dies halfway changes nothing.
 */

#include <stdlib.h>
#include <string.h>

#include "claim.h"
#include "device.h"
#include "egress.h"
#include "expiry.h"
#include "hand.h"
#include "hand_peer.h"
#include "hold.h"
#include "leased_addr.h"
#include "log.h"
#include "network.h"
#include "policy.h"
#include "reconcile.h"
#include "show.h"
#include "stats.h"
#include "sync.h"
#include "tell.h"
#include "traffic.h"
#include "wanted.h"
#include "wish_answer.h"

#define LS_IDLE	0x01
#define LS_SYNC	0x02
#define LS_ANY	(LS_IDLE | LS_SYNC)

/* Each peer, the renewal of each meanwhile, and so many other wishes. */
#define SYNC_TIMES	2
#define SYNC_SPARE	4096

void
sync_clear(struct hand *k)
{
	struct syncitem *s;

	while ((s = STAILQ_FIRST(&k->sync_items)) != NULL) {
		STAILQ_REMOVE_HEAD(&k->sync_items, entry);
		if (s->psk != NULL)
			explicit_bzero(s->psk, WGKEY_LEN);
		free(s);
	}
	k->sync_n = 0;
}

void
sync_forget(struct hand *k, const struct knet *n)
{
	struct syncitem *s;

	STAILQ_FOREACH(s, &k->sync_items, entry) {
		if (s->net == n)
			s->net = NULL;
	}
}

static int
hand_peer_sync_begin(struct chan *c, uint32_t id,
    const struct msg_peer_sync_begin *m)
{
	struct hand *k = chan_arg(c);

	sync_clear(k);
	k->sync_begin = *m;
	chan_set_state(c, LS_SYNC);
	return (0);
}

/* Keep a wish until the end of the sync. */
static int
sync_add(struct hand *k, uint32_t id, bool del, const struct msg_peer_set *m)
{
	struct syncitem *s;
	struct knet *n;
	uint64_t max = SYNC_SPARE;

	TAILQ_FOREACH(n, &k->nets, entry)
		max += (uint64_t)SYNC_TIMES * n->conf.max_peers;
	if (k->sync_n >= max) {
		log_warnx("leased sent more wishes than all networks hold");
		return (-1);
	}
	s = malloc(sizeof(*s) + m->naddrs * sizeof(s->addrs[0]) +
	    (m->has_psk ? WGKEY_LEN : 0));
	if (s == NULL)
		return (-1);
	s->psk = NULL;
	if (m->has_psk) {
		s->psk = (uint8_t *)&s->addrs[m->naddrs];
		memcpy(s->psk, m->psk, WGKEY_LEN);
	}
	s->id = id;
	s->del = del;
	s->source = m->source;
	s->has_old = m->has_old;
	s->naddrs = m->naddrs;
	s->ttl = m->ttl;
	s->remote = m->remote;
	s->net = net_find(k, m->network);
	memcpy(s->key, m->pubkey, sizeof(s->key));
	memcpy(s->old, m->old, sizeof(s->old));
	memcpy(s->addrs, m->addrs, m->naddrs * sizeof(s->addrs[0]));
	STAILQ_INSERT_TAIL(&k->sync_items, s, entry);
	k->sync_n++;
	return (0);
}

static int
hand_peer_set(struct chan *c, uint32_t id, const struct msg_peer_set *m)
{
	struct hand *k = chan_arg(c);

	if (chan_state(c) == LS_SYNC)
		return (sync_add(k, id, false, m));
	peer_set(k, id, m);
	return (0);
}

static int
hand_peer_del(struct chan *c, uint32_t id, const struct msg_peer_del *m)
{
	struct msg_peer_set s;
	struct hand *k = chan_arg(c);

	if (chan_state(c) != LS_SYNC) {
		peer_del(k, id, m);
		return (0);
	}
	memset(&s, 0, sizeof(s));
	memcpy(s.network, m->network, sizeof(s.network));
	memcpy(s.pubkey, m->pubkey, sizeof(s.pubkey));
	return (sync_add(k, id, true, &s));
}

/* A peer that is to go, and not only one that was not wished. */
static void
sync_remove(struct knet *n, struct wish *x)
{
	addr_touch_wish(n, x);
	expiry_unset(&n->k->expiry, &x->expiry);
	wanted_drop(&n->wanted, x);
	wanted_queue(&n->wanted, x, false);
}

/* Make one wish of the sync a part of the new state. */
static void
sync_take(struct hand *k, const struct syncitem *s)
{
	struct msg_peer_set m;
	struct policy p;
	struct wish *x;
	enum peer_code code = PEER_E_NETWORK;

	memset(&m, 0, sizeof(m));
	memcpy(m.pubkey, s->key, sizeof(m.pubkey));
	if (s->net != NULL && s->del) {
		x = wanted_find(&s->net->wanted, s->key);
		if (x != NULL && !x->ended)
			sync_remove(s->net, x);
		else if ((x = wanted_stray(&s->net->wanted, s->key)) != NULL)
			/* It may be on the device, and is not unknown. */
			x->ended = true;
		wish_done(k, s->id, PEER_OK);
		return;
	}
	if (s->net != NULL) {
		memcpy(m.network, s->net->conf.name, sizeof(m.network));
		memcpy(m.old, s->old, sizeof(m.old));
		memcpy(m.addrs, s->addrs, s->naddrs * sizeof(m.addrs[0]));
		m.has_old = s->has_old;
		m.has_psk = s->psk != NULL;
		if (s->psk != NULL)
			memcpy(m.psk, s->psk, sizeof(m.psk));
		m.source = s->source;
		m.naddrs = s->naddrs;
		m.ttl = s->ttl;
		m.remote = s->remote;
		net_policy(s->net, &p);
		code = policy_check(&p, &s->net->wanted, &m, true);
		if (code == PEER_OK) {
			x = s->has_old ? wanted_find(&s->net->wanted, s->old) :
					 NULL;
			if (x != NULL)
				sync_remove(s->net, x);
			x = peer_want(s->net, &m);
			if (x != NULL &&
			    (s->id == 0 ||
			    (s->net->state == NET_UP &&
				wanted_wait(x, s->id) == 0)))
				return;
			code = x == NULL ? PEER_E_KERNEL : PEER_E_NETWORK;
		}
	}
	if (code != PEER_OK && code != PEER_E_NETWORK) {
		k->health.refused++;
		log_warnx("sync: refused peer=%s net=%s: code %u",
		    log_key(s->key), m.network, code);
	}
	k->sync_done.failed++;
	wish_done(k, s->id, code);
}

/*
 * Drop everything that the sync did not wish.  What is kept nevertheless keeps
 * its deadline, too.
 */
static void
sweep(struct knet *n)
{
	bool keep = n->k->sync_begin.keep != 0;
	struct wish *x, *next;

	for (x = RB_MIN(wish_tree, &n->wanted.keys); x != NULL; x = next) {
		next = RB_NEXT(wish_tree, &n->wanted.keys, x);
		if (!x->wanted || x->gen == n->wanted.gen)
			continue;
		addr_touch_wish(n, x);
		if (keep) {
			wanted_drop(&n->wanted, x);
			x->claim = true;
			continue;
		}
		expiry_unset(&n->k->expiry, &x->expiry);
		wanted_drop(&n->wanted, x);
		/* A key that is on the device is queued with the difference. */
		if (n->state != NET_UP)
			wanted_queue(&n->wanted, x, false);
		wanted_release(&n->wanted, x);
	}
}

/*
 * A wish with an id that changes nothing on the device is not in a queue.  It
 * is queued all the same, which costs little and gets it answered.
 */
static void
queue_waiting(struct knet *n)
{
	struct wish *x;

	RB_FOREACH(x, wish_tree, &n->wanted.keys) {
		if (!SLIST_EMPTY(&x->waiters) && !x->queued)
			wanted_queue(&n->wanted, x, true);
	}
}

static void
sync_network(struct knet *n, struct msg_peer_sync_done *sum)
{
	struct difference d;

	sweep(n);
	net_claims_begin(n, n->k->sync_begin.keep);
	if (n->k->sync_begin.drop)
		net_claims_end(n, true);
	n->synced = true;
	if (device_snapshot(n, 0) == NULL) {
		/*
		 * A busy device is compared at the next look; no wish waits for
		 * that.
		 */
		n->uncompared = true;
		if (n->state == NET_UP)
			queue_waiting(n);
		return;
	}
	peer_resync(n, &d);
	wanted_forget_ended(&n->wanted);
	net_claims_tell(n);
	queue_waiting(n);
	sum->added += d.added;
	sum->removed += d.removed;
	sum->changed += d.changed;
	sum->unchanged += d.unchanged;
}

static int
hand_peer_sync_end(struct chan *c, uint32_t id)
{
	struct hand *k = chan_arg(c);
	struct syncitem *s;
	struct knet *n;

	chan_set_state(c, LS_IDLE);
	memset(&k->sync_done, 0, sizeof(k->sync_done));
	k->sync_running = true;
	k->sync_base = k->apply_failed;
	TAILQ_FOREACH(n, &k->nets, entry)
		n->wanted.gen++;
	STAILQ_FOREACH(s, &k->sync_items, entry)
		sync_take(k, s);
	sync_clear(k);
	TAILQ_FOREACH(n, &k->nets, entry) {
		sync_network(n, &k->sync_done);
		n->addrs_due = true;
	}
	(void)egress_ensure(k);
	k->sync_done.removed += k->dropped;
	k->dropped = 0;
	peer_arm_expiry(k);
	TAILQ_FOREACH(n, &k->nets, entry)
		peer_work(n);
	tell_synced(k);
	return (0);
}

static int
hand_peer_stats_get(struct chan *c, uint32_t id,
    const struct msg_peer_stats_get *m)
{
	stats_get(chan_arg(c), id, m->network);
	return (0);
}

static int
hand_hand_show(struct chan *c, uint32_t id, const struct msg_hand_show *m)
{
	show_page(chan_arg(c), id, m);
	return (0);
}

static int
hand_traffic_get(struct chan *c, uint32_t id)
{
	traffic_tell(chan_arg(c), id);
	return (0);
}

static void
leased_turn(struct chan *c)
{
	struct hand *k = chan_arg(c);
	struct knet *n;

	TAILQ_FOREACH(n, &k->nets, entry) {
		if (!TAILQ_EMPTY(&n->wanted.urgent) || n->touched.n > 0)
			peer_work(n);
	}
}

static void
leased_writable(struct chan *c)
{
	struct hand *k = chan_arg(c);

	hold_continue(k);
	stats_continue(k);
}

/* leased is gone.  Everything goes on, and leased syncs when it is back. */
static void
leased_closed(struct chan *c, const char *reason)
{
	struct hand *k = chan_arg(c);
	struct knet *n;

	log_info("link to leased ended: %s", reason);
	TAILQ_FOREACH(n, &k->nets, entry)
		hold_forget(n);
	sync_clear(k);
	stats_clear(k);
	k->sync_running = false;
	if (k->leased == c)
		k->leased = NULL;
	chan_free(c);
}

static const struct chan_handler leased_table[] = {
	ON(peer_sync_begin, LS_ANY, hand_peer_sync_begin),
	ON(peer_sync_end, LS_SYNC, hand_peer_sync_end),
	ON(peer_set, LS_ANY, hand_peer_set),
	ON(peer_del, LS_ANY, hand_peer_del),
	ON(peer_stats_get, LS_ANY, hand_peer_stats_get),
	ON(hand_show, LS_ANY, hand_hand_show),
	ON(traffic_get, LS_ANY, hand_traffic_get),
};

const struct chan_ops link_leased_ops = {
	.table = leased_table,
	.n = sizeof(leased_table) / sizeof(leased_table[0]),
	.turn = leased_turn,
	.writable = leased_writable,
	.closed = leased_closed,
};
