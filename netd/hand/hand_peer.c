/* SPDX-License-Identifier: ISC */
/*
 * Wishes for peers are brought to the device in batches.  The wishes of one
 * turn of the loop go in one message, and each gets its own answer.
 */

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "expiry.h"
#include "hand.h"
#include "hand_peer.h"
#include "hostaddr.h"
#include "kern_ops.h"
#include "leased_addr.h"
#include "log.h"
#include "network.h"
#include "policy.h"
#include "reconcile.h"
#include "subnet.h"
#include "tell.h"
#include "wanted.h"
#include "wish_answer.h"

#define WORK_MS		20	/* time for changes in one turn */
#define EXPIRE_TURN	4096
#define TICK_MS		1000

static void
drop(struct knet *n, struct wish *x)
{
	addr_touch_wish(n, x);
	expiry_unset(&n->k->expiry, &x->expiry);
	wanted_drop(&n->wanted, x);
}

static void
tell_expired(struct hand *k, const char *network, const uint8_t *key)
{
	struct msg_peer_expired m;

	if (k->leased == NULL)
		return;
	memset(&m, 0, sizeof(m));
	strlcpy(m.network, network, sizeof(m.network));
	memcpy(m.pubkey, key, sizeof(m.pubkey));
	if (chan_send_peer_expired(k->leased, 0, &m, -1) == -1)
		log_warn("cannot tell leased of an expired peer");
}

/* The change of one key was tried: finish its wish. */
static void
finish(struct knet *n, struct wish *x, bool ok)
{
	wish_answer(n, x, ok ? PEER_OK : PEER_E_KERNEL);
	if (ok)
		x->redial = x->first = false;
	if (ok && x->expired)
		tell_expired(n->k, n->conf.name, x->key);
	if (!ok) {
		n->k->sync_done.failed++;
		n->k->apply_failed++;
		/*
		 * The next look at the device repeats a wanted peer; a removal
		 * is kept until the peer is gone.
		 */
		if (!x->wanted)
			wanted_queue(&n->wanted, x, false);
		return;
	}
	wanted_release(&n->wanted, x);
}

struct chunk {
	struct wish	*wishes[KERN_CHUNK];
	struct peer_op	 ops[KERN_CHUNK];
	struct prefix	 addrs[KERN_CHUNK][MESH_PREFIX_MAX];
	size_t		 n;
};

static void
chunk_fill(struct knet *n, struct chunk *c)
{
	struct wish *x;
	struct peer_op *op;
	size_t i, j;

	c->n = wanted_take(&n->wanted, c->wishes, KERN_CHUNK);
	memset(c->ops, 0, c->n * sizeof(c->ops[0]));
	for (i = 0; i < c->n; i++) {
		x = c->wishes[i];
		op = &c->ops[i];
		/* An address that another wish has now is not taken back. */
		for (j = 0; j < x->naddrs && op->naddrs < MESH_PREFIX_MAX; j++)
			if (x->addrs[j].indexed)
				c->addrs[i][op->naddrs++] = x->addrs[j].prefix;
		op->key = x->key;
		op->remove = !x->wanted;
		op->keep = x->keep;
		x->keep = false;
		op->addrs = c->addrs[i];
		op->psk = x->psk;
		op->remote = &x->remote;
		op->dials = x->dials;
		op->keepalive = x->keepalive;
		op->endpoint = x->redial ? &x->endpoint : NULL;
		op->port = x->port;
	}
}

/* True if the device itself is gone, and not only one peer refused. */
static bool
is_lost(int e)
{
	return (e == ENODEV || e == EPIPE || e == ENOTCONN || e == EBADF ||
	    e == ETIMEDOUT || e == EOPNOTSUPP || e == ENOTSUP);
}

static int
send_ops(struct knet *n, const struct peer_op *ops, size_t count)
{
	n->k->health.batches++;
	return (n->k->ops->wg_peers(n->k->io, &n->dev, ops, count));
}

/*
 * Bring one chunk to the device.  After an error each key is tried alone, so
 * that each gets its own result.  Returns -1 if the device is lost.
 */
static int
apply_chunk(struct knet *n, struct chunk *c)
{
	size_t i, j;
	int r;

	r = send_ops(n, c->ops, c->n);
	if (r == 0) {
		for (i = 0; i < c->n; i++)
			finish(n, c->wishes[i], true);
		return (0);
	}
	for (i = 0; i < c->n && !is_lost(errno); i++) {
		r = send_ops(n, &c->ops[i], 1);
		if (r == -1 && is_lost(errno))
			break;
		if (r == -1)
			log_warnx("network %s: cannot %s peer=%s: %s",
			    n->conf.name, c->ops[i].remove ? "remove" : "set",
			    log_key(c->ops[i].key), n->k->ops->error(n->k->io));
		finish(n, c->wishes[i], r == 0);
		errno = 0;
	}
	if (i == c->n)
		return (0);
	/* The device is lost: the rest is still to be done. */
	for (j = i; j < c->n; j++)
		wanted_queue(&n->wanted, c->wishes[j], false);
	return (-1);
}

static void
work_later(struct knet *n, int ms)
{
	struct timeval tv = { ms / 1000, ms % 1000 * 1000 };

	if (evtimer_pending(n->work, NULL) == 0)
		(void)evtimer_add(n->work, &tv);
}

void
peer_work(struct knet *n)
{
	struct chunk c;
	struct mono end;
	uint32_t failed;

	if (n->state != NET_UP)
		return;
	end = mono_add_ms(mono_now(), WORK_MS);
	/* An address is let through before its peer is there. */
	addr_flush(n);
	failed = n->k->apply_failed;
	while (!wanted_idle(&n->wanted)) {
		chunk_fill(n, &c);
		if (apply_chunk(n, &c) == -1) {
			net_lost(n, n->k->ops->error(n->k->io));
			break;
		}
		/* A failed change is not tried again at once. */
		if (failed != n->k->apply_failed) {
			work_later(n, TICK_MS);
			break;
		}
		if (mono_cmp(mono_now(), end) >= 0) {
			work_later(n, 0);
			break;
		}
	}
	tell_synced(n->k);
}

void
peer_resync(struct knet *n, struct difference *d)
{
	struct reconcile_own own;

	memset(d, 0, sizeof(*d));
	if (n->snap == NULL)
		return;
	subnet_own(n, &own);
	(void)reconcile_classify(n->snap, &n->wanted, n->conf.adopt != 0, &own);
	if (reconcile_diff(&n->wanted, n->snap, d) == -1)
		log_warn("network %s: sync", n->conf.name);
	if (d->psks > 0)
		log_notice(
		    "network %s: %u peers on %s had another preshared key than they are to have: it is put right",
		    n->conf.name, d->psks, n->conf.interface);
}

/*
 * Add a checked wish to the wanted state.  Returns NULL if there is no memory.
 */
struct wish *
peer_want(struct knet *n, const struct msg_peer_set *m)
{
	struct hand *k = n->k;
	struct wish *x;
	struct mono at;
	uint8_t i;

	x = wanted_find(&n->wanted, m->pubkey);
	if (x != NULL)
		addr_touch_wish(n, x);
	for (i = 0; i < m->naddrs; i++)
		addr_touch(n, &m->addrs[i]);
	x = wanted_set(&n->wanted, m->pubkey, m->addrs, m->naddrs, m->source);
	if (x == NULL)
		return (NULL);
	if (wanted_psk(x, m->has_psk ? m->psk : NULL) == -1) {
		drop(n, x);
		wanted_queue(&n->wanted, x, false);
		return (NULL);
	}
	x->remote = m->remote;
	if (m->ttl == LEASE_NEVER) {
		expiry_unset(&k->expiry, &x->expiry);
		return (x);
	}
	at = mono_add_ms(mono_now(), (int64_t)m->ttl * 1000);
	if (expiry_set(&k->expiry, &x->expiry, at) == -1) {
		/* A peer must not be there without its deadline. */
		drop(n, x);
		wanted_queue(&n->wanted, x, false);
		return (NULL);
	}
	return (x);
}

/* The replaced key of a wish is removed first, in the same message. */
static void
drop_old(struct knet *n, const struct msg_peer_set *m)
{
	struct wish *old;

	if (!m->has_old || memcmp(m->old, m->pubkey, WGKEY_LEN) == 0)
		return;
	old = wanted_find(&n->wanted, m->old);
	if (old == NULL || !old->wanted)
		return;
	drop(n, old);
	wanted_queue(&n->wanted, old, true);
	old->pair = true;
}

/*
 * A wish without an id is of a peer that leased takes for there: it asks for
 * the reason when it hears that the peer is not.
 */
static void
not_done(struct hand *k, uint32_t id, const struct msg_peer_set *m,
    enum peer_code code)
{
	if (id == 0)
		tell_expired(k, m->network, m->pubkey);
	else
		wish_done(k, id, code);
}

static void
refuse(struct hand *k, uint32_t id, const struct msg_peer_set *m,
    enum peer_code code)
{
	k->health.refused++;
	if (code == PEER_E_MAX)
		log_warnx(
		    "refused peer=%s net=%s: max_peers, or the %u peers that a user space WireGuard takes",
		    log_key(m->pubkey), m->network, UAPI_PEERS_MAX);
	if (code == PEER_E_ADDR || code == PEER_E_KEY)
		log_warnx("refused peer=%s net=%s: %s", log_key(m->pubkey),
		    m->network,
		    code == PEER_E_ADDR ?
			"an address that no peer may have, or in use" :
			"key");
	not_done(k, id, m, code);
}

/* True if the peer is wanted just so already, but for its end. */
static bool
is_wanted(struct knet *n, const struct msg_peer_set *m)
{
	struct wish *x;
	size_t i, j;

	x = wanted_find(&n->wanted, m->pubkey);
	if (x == NULL || !x->wanted || m->has_old || x->naddrs != m->naddrs ||
	    (x->psk != NULL) != m->has_psk ||
	    (x->psk != NULL && memcmp(x->psk, m->psk, WGKEY_LEN) != 0))
		return (false);
	for (i = 0; i < m->naddrs; i++) {
		for (j = 0; j < x->naddrs; j++) {
			if (prefix_equal(&x->addrs[j].prefix, &m->addrs[i]))
				break;
		}
		if (j == x->naddrs)
			return (false);
	}
	return (true);
}

/*
 * True if somebody claims the peer just as it is: it had these addresses, and no
 * others, when the device was read.
 */
static bool
is_kept(struct knet *n, const struct policy *p, const struct msg_peer_set *m)
{
	const uint8_t *key;
	struct wish *x;
	size_t i;

	x = wanted_find(&n->wanted, m->pubkey);
	if (x == NULL || !x->claim || m->has_old || x->nhad != m->naddrs)
		return (false);
	for (i = 0; i < m->naddrs; i++) {
		key = policy_holder(p, &m->addrs[i]);
		if (key == NULL || memcmp(key, m->pubkey, WGKEY_LEN) != 0)
			return (false);
	}
	return (true);
}

void
peer_set(struct hand *k, uint32_t id, const struct msg_peer_set *m)
{
	struct policy p;
	struct knet *n;
	struct wish *x;
	enum peer_code code;
	bool extended, kept;

	n = net_find(k, m->network);
	if (n == NULL) {
		refuse(k, id, m, PEER_E_NETWORK);
		return;
	}
	net_policy(n, &p);
	code = policy_check(&p, &n->wanted, m, false);
	if (code != PEER_OK) {
		refuse(k, id, m, code);
		return;
	}
	extended = id == 0 && is_wanted(n, m);
	kept = is_kept(n, &p, m);
	drop_old(n, m);
	x = peer_want(n, m);
	if (x == NULL) {
		not_done(k, id, m, PEER_E_KERNEL);
		return;
	}
	x->keep = kept;
	peer_arm_expiry(k);
	if (extended)
		return;
	wanted_queue(&n->wanted, x, true);
	if (n->state != NET_UP)
		wish_done(k, id, PEER_E_NETWORK);
	else if (id != 0 && wanted_wait(x, id) == -1)
		wish_done(k, id, PEER_E_KERNEL);
}

void
peer_del(struct hand *k, uint32_t id, const struct msg_peer_del *m)
{
	struct knet *n;
	struct wish *x;

	n = net_find(k, m->network);
	if (n == NULL) {
		wish_done(k, id, PEER_E_NETWORK);
		return;
	}
	x = wanted_find(&n->wanted, m->pubkey);
	/*
	 * The peer is not there, or not ours to remove: the wish is fulfilled.
	 */
	if (x == NULL || (!x->wanted && !x->claim && !x->queued)) {
		wish_done(k, id, PEER_OK);
		return;
	}
	if (x->wanted)
		drop(n, x);
	x->claim = false;
	wanted_queue(&n->wanted, x, true);
	if (n->state != NET_UP)
		wish_done(k, id, PEER_E_NETWORK);
	else if (id != 0 && wanted_wait(x, id) == -1)
		wish_done(k, id, PEER_E_KERNEL);
}

void
peer_recheck(struct knet *n)
{
	struct prefix left[PEER_ADDRS_MAX];
	struct wish *x;
	uint8_t i, nleft;

	RB_FOREACH(x, wish_tree, &n->wanted.keys) {
		if (!x->wanted)
			continue;
		nleft = 0;
		for (i = 0; i < x->naddrs; i++) {
			if (hostaddr_of_peer(&n->conf, x->source,
				&x->addrs[i].prefix) == HOSTADDR_OK)
				left[nleft++] = x->addrs[i].prefix;
		}
		if (nleft == x->naddrs && (nleft > 0 || n->conf.rendezvous))
			continue;
		addr_touch_wish(n, x);
		if (nleft == 0 ||
		    wanted_set(&n->wanted, x->key, left, nleft, x->source) ==
			NULL) {
			drop(n, x);
			n->k->dropped++;
		}
		wanted_queue(&n->wanted, x, false);
	}
}

static struct wish *
wish_of(struct expiry_item *e)
{
	return (
	    (struct wish *)(void *)((char *)e - offsetof(struct wish, expiry)));
}

void
peer_expire(struct hand *k)
{
	struct expiry_item *e;
	struct knet *n;
	struct wish *x;
	struct mono now;
	size_t i;

	now = mono_now();
	for (i = 0; i < EXPIRE_TURN; i++) {
		e = expiry_first(&k->expiry);
		if (e == NULL || mono_cmp(e->at, now) > 0)
			break;
		x = wish_of(e);
		n = x->net;
		log_info("peer expired net=%s peer=%s", n->conf.name,
		    log_key(x->key));
		drop(n, x);
		x->expired = true;
		wanted_queue(&n->wanted, x, true);
	}
	TAILQ_FOREACH(n, &k->nets, entry)
		peer_work(n);
	peer_arm_expiry(k);
}

void
peer_arm_expiry(struct hand *k)
{
	struct timeval tv;
	int64_t ms;

	ms = expiry_wait_ms(&k->expiry, mono_now());
	if (ms == -1) {
		evtimer_del(k->expire_ev);
		return;
	}
	/*
	 * The loop's clock stops during sleep; the deadlines' clock does not.
	 */
	if (ms > TICK_MS)
		ms = TICK_MS;
	tv.tv_sec = ms / 1000;
	tv.tv_usec = ms % 1000 * 1000;
	(void)evtimer_add(k->expire_ev, &tv);
}
