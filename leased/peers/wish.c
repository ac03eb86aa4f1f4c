/* SPDX-License-Identifier: ISC */
/*
 * Wishes to the hand.  Each has a result for its asker within a deadline.
 */

#include <stdlib.h>
#include <string.h>

#include "fronts.h"
#include "log.h"
#include "psk.h"
#include "removal.h"
#include "resync.h"
#include "tunnel.h"
#include "turn.h"
#include "wish.h"

#define WISHES_MAX	8192		/* a power of two */
#define WISHES_FREE	1024		/* kept for requests of devices */
#define WISH_MS		5000		/* then the asker is told to retry */
#define WISH_LATE_MS	60000		/* then nobody waits for it */
#define TICK_MS		250

/* The keys of a lease that another wish has replaced. */
struct wish_old {
	uint8_t		 key[WGKEY_LEN];
	uint8_t		*psk;		/* or NULL */
};

struct wish {
	uint32_t	 id;		/* 0: unused */
	struct network	*net;
	int64_t		 peer;		/* id in the store, unless removed */
	uint32_t	 removal;	/* number of a removal, or 0 */
	uint8_t		 key[WGKEY_LEN];
	struct wish_old	*old;		/* or NULL */
	struct asker	 asker;
	uint8_t		 code;		/* code of the answer on success */
	bool		 gone;		/* the key is to be removed */
	struct mono	 since;
};

struct wishes {
	struct wish	 wishes[WISHES_MAX];	/* by id */
	uint32_t	 next;		/* id of the next wish */
	uint32_t	 oldest;	/* there is none before this id */
	uint32_t	 late;		/* askers before this were answered */
	struct event	*ev_tick;
	struct mono	 warned;
};

static struct wish *
wish_of(struct wishes *h, uint32_t id)
{
	struct wish *w;

	w = &h->wishes[id & (WISHES_MAX - 1)];
	return (id != 0 && w->id == id ? w : NULL);
}

static void
wish_drop(struct wish *w)
{
	struct peer *p;

	if ((p = peer_by_key(w->net, w->key)) != NULL && p->wish == w->id)
		p->wish = 0;
	if (w->old != NULL)
		psk_free(w->old->psk);
	free(w->old);
	memset(w, 0, sizeof(*w));
}

/* True if a comes before b; ids may wrap. */
static bool
id_before(uint32_t a, uint32_t b)
{
	return ((int32_t)(a - b) < 0);
}

static void
wishes_tick_cb(evutil_socket_t fd, short what, void *arg)
{
	struct leased *l = arg;
	struct wishes *h = l->wishes;
	struct mono now;
	struct wish *w;
	bool failed = false;

	now = mono_now();
	for (; id_before(h->late, h->next); h->late++) {
		if ((w = wish_of(h, h->late)) == NULL)
			continue;
		if (mono_diff_ms(now, w->since) < WISH_MS)
			break;
		/* A set has a longer deadline of its own. */
		if (w->asker.is_set)
			continue;
		failed = true;
		asker_answer(l, &w->asker, LEASE_E_BUSY, NULL);
		w->asker.chan = NULL;
	}
	for (; id_before(h->oldest, h->late); h->oldest++) {
		if ((w = wish_of(h, h->oldest)) == NULL)
			continue;
		if (mono_diff_ms(now, w->since) < WISH_LATE_MS)
			break;
		wish_drop(w);
	}
	if (failed)
		log_warnx("the hand does not answer within %d ms", WISH_MS);
	/* A running sync delays answers, and repeats the wish in any case. */
	if (failed && !sync_running(l))
		sync_later(l);
	if (h->oldest == h->next)
		event_del(h->ev_tick);
}

void
wishes_init(struct leased *l)
{
	struct wishes *h;

	if ((h = l->wishes = calloc(1, sizeof(*h))) == NULL ||
	    (h->ev_tick = event_new(l->base, -1, EV_PERSIST, wishes_tick_cb,
		 l)) == NULL)
		fatal("wishes");
	h->next = h->oldest = h->late = 1;
}

static int
wish_send(struct leased *l, const struct peer *p, uint16_t mask, uint32_t id,
    const uint8_t *old)
{
	struct msg_peer_set m;
	const uint8_t *psk;
	uint8_t i;
	int rc;

	memset(&m, 0, sizeof(m));
	strlcpy(m.network, p->net->name, sizeof(m.network));
	memcpy(m.pubkey, p->key, sizeof(m.pubkey));
	m.source = peer_source(p);
	if (p->net->conf.gre)
		(void)tunnel_remote(peer_who(p), &m.remote);
	if ((m.ttl = peer_ttl(p, mono_now())) == 0)
		m.ttl = 1;
	if (old != NULL) {
		m.has_old = 1;
		memcpy(m.old, old, sizeof(m.old));
	}
	for (i = 0; i < p->naddrs; i++)
		if ((mask & 1U << i) && peer_addr_served(p, i))
			m.addrs[m.naddrs++] = p->addrs[i].p;
	if ((psk = psk_of(p)) != NULL) {
		m.has_psk = 1;
		memcpy(m.psk, psk, sizeof(m.psk));
	}
	rc = chan_send_peer_set(l->hand, id, &m, -1);
	explicit_bzero(m.psk, sizeof(m.psk));
	return (rc);
}

int
wish_send_synced(struct leased *l, const struct peer *p)
{
	return (wish_send(l, p, UINT16_MAX, 0, NULL));
}

static int
wish_send_gone(struct leased *l, const struct network *n, const uint8_t *key,
    uint32_t id)
{
	struct msg_peer_del m;

	memset(&m, 0, sizeof(m));
	strlcpy(m.network, n->name, sizeof(m.network));
	memcpy(m.pubkey, key, sizeof(m.pubkey));
	return (chan_send_peer_del(l->hand, id, &m, -1));
}

int
wish_send_ended(struct leased *l, const struct peer *p)
{
	return (wish_send_gone(l, p->net, p->key, 0));
}

/* Get an id and its place, or NULL if too many are waiting. */
static struct wish *
wish_new(struct leased *l)
{
	const struct timeval tick = { 0, TICK_MS * 1000 };
	struct wishes *h = l->wishes;
	struct wish *w;

	if (h->next == 0)
		h->next = 1;
	w = &h->wishes[h->next & (WISHES_MAX - 1)];
	if (w->id != 0)
		return (NULL);
	w->id = h->next++;
	if (!event_pending(h->ev_tick, EV_TIMEOUT, NULL))
		(void)event_add(h->ev_tick, &tick);
	return (w);
}

bool
wishes_many(const struct leased *l)
{
	return (l->wishes->next - l->wishes->oldest > WISHES_MAX - WISHES_FREE);
}

/* Make a wish for a key.  After NULL, the asker was answered. */
static struct wish *
wish_begin(struct leased *l, struct network *n, const uint8_t *key,
    const struct asker *asker, uint8_t code)
{
	struct wish *w;

	if (l->hand == NULL || (w = wish_new(l)) == NULL) {
		asker_answer(l, asker, LEASE_E_BUSY, NULL);
		/* Nothing else would repeat this wish before the next sync. */
		if (l->hand != NULL)
			sync_later(l);
		return (NULL);
	}
	w->net = n;
	w->asker = *asker;
	w->code = code;
	w->since = mono_now();
	memcpy(w->key, key, sizeof(w->key));
	return (w);
}

static void
wish_sent(struct leased *l, struct wish *w, int rc)
{
	struct asker asker = w->asker;

	if (rc == -1) {
		wish_drop(w);
		sync_later(l);
		asker_answer(l, &asker, LEASE_E_BUSY, NULL);
	}
	if (l->hand != NULL && chan_busy(l->hand))
		fronts_pressure(l);
}

static struct wish_old *
old_keys(const struct step *s)
{
	struct wish_old *o;
	const uint8_t *key;

	if (s == NULL || (key = change_old_key(s)) == NULL)
		return (NULL);
	if ((o = calloc(1, sizeof(*o))) == NULL)
		fatal("wish");
	memcpy(o->key, key, sizeof(o->key));
	o->psk = psk_copy(s->was->psk);
	return (o);
}

void
wish_set(struct leased *l, struct peer *p, uint16_t mask, const struct step *s,
    const struct asker *asker, uint8_t code)
{
	struct wish *w;

	if ((w = wish_begin(l, p->net, p->key, asker, code)) == NULL)
		return;
	if (p->owner != NULL)
		removal_forget(l, p->net, p->key);
	w->peer = p->id;
	w->old = old_keys(s);
	p->wish = w->id;
	peer_set_state(p, LEASE_PENDING, p->outside);
	/* The running sync has sent an older state of the peer. */
	p->synced = false;
	wish_sent(l, w,
	    wish_send(l, p, mask, w->id, w->old == NULL ? NULL : w->old->key));
}

void
wish_extend(struct leased *l, struct peer *p, const struct asker *asker,
    uint8_t code)
{
	if (l->hand != NULL && wish_send(l, p, UINT16_MAX, 0, NULL) == -1) {
		code = LEASE_E_BUSY;
		sync_later(l);
	}
	asker_answer(l, asker, code, code == LEASE_E_BUSY ? NULL : p);
	if (l->hand != NULL && chan_busy(l->hand))
		fronts_pressure(l);
}

void
wish_gone(struct leased *l, struct network *n, const uint8_t *key,
    const struct asker *asker, uint8_t code, uint32_t removal)
{
	struct wish *w;

	if ((w = wish_begin(l, n, key, asker, code)) == NULL)
		return;
	w->gone = true;
	w->removal = removal;
	wish_sent(l, w, wish_send_gone(l, n, key, w->id));
}

/* The peer of the wish, unless a later change has replaced it. */
static struct peer *
wish_peer(const struct wish *w)
{
	struct peer *p;

	p = peer_by_key(w->net, w->key);
	return (w->gone || p == NULL || p->id != w->peer || !peer_served(p) ?
		NULL :
		p);
}

static const char *
peer_error(uint8_t code)
{
	switch ((enum peer_code)code) {
	case PEER_OK:
		break;
	case PEER_E_NETWORK:
		return ("the network is not up");
	case PEER_E_ADDR:
		return ("address outside the pools");
	case PEER_E_KEY:
		return ("key unusable, the gateway's own or a foreign peer's");
	case PEER_E_MAX:
		return ("max_peers reached");
	case PEER_E_KERNEL:
		return ("the kernel refused");
	case PEER_E_POLICY:	/* only a device's hand answers so */
	case PEER_E_ENDPOINT:
		break;
	}
	return ("?");
}

/*
 * The key belongs to a foreign peer at the interface, so this peer can never be
 * installed.  A peer that an owner added is removed.  A lease gets its old key
 * again, or ends if it had none.
 */
static void
take_back(struct leased *l, const struct wish *w, struct peer *p)
{
	const struct asker nobody = ASKER_NOBODY;

	if (p->owner != NULL) {
		if (w->code == LEASE_OK_NEW && p->wish == w->id)
			turn_drop(l, p, NULL, mono_now(), &nobody);
		else
			sync_later(l);
	} else if (w->asker.answer == NULL || w->old == NULL)
		/*
		 * Without an asker, this was itself an attempt to restore the
		 * old key, and the hand refused it, too.
		 */
		turn_end(l, p, "lease.refuse", NULL, &nobody);
	else
		turn_register(l, p->net, p->name, peer_who(p), w->old->key,
		    w->old->psk, NULL, false, &nobody);
}

static void
wish_refused(struct leased *l, const struct wish *w, uint8_t code)
{
	char req[ASKER_REQ];
	struct mono now;
	struct peer *p;

	p = wish_peer(w);
	/* One line each second is enough: show leases lists those pending. */
	now = mono_now();
	if (mono_diff_ms(now, l->wishes->warned) >= 1000) {
		l->wishes->warned = now;
		log_warnx("hand: peer=%s %s=%s%s: %s", log_key(w->key),
		    p != NULL && p->owner == NULL ? "lease" : "net",
		    p != NULL && p->owner == NULL ? log_vis(p->name) :
						    w->net->name,
		    asker_req(&w->asker, req), peer_error(code));
	}
	asker_answer(l, &w->asker,
	    code == PEER_E_KEY	   ? LEASE_E_KEY_TAKEN :
		code == PEER_E_MAX ? LEASE_E_POOL :
				     LEASE_E_BUSY,
	    NULL);
	if (code != PEER_E_KEY && !w->gone)
		sync_later(l);
	else if (p != NULL)
		take_back(l, w, p);
}

void
wish_done(struct leased *l, uint32_t id, uint8_t code)
{
	struct wish *w;
	struct peer *p;

	if ((w = wish_of(l->wishes, id)) == NULL)
		return;		/* was given up meanwhile */
	p = wish_peer(w);
	if (code != PEER_OK)
		wish_refused(l, w, code);
	else if (w->removal != 0)
		removal_answer(l, w->removal, &w->asker);
	else if (w->gone)
		asker_answer(l, &w->asker, w->code, NULL);
	else if (p == NULL)
		/*
		 * A later change has replaced this one: the client asks again.
		 */
		asker_answer(l, &w->asker, LEASE_E_BUSY, NULL);
	else {
		if (p->wish == w->id)
			peer_set_state(p, LEASE_ACTIVE, false);
		asker_answer(l, &w->asker, w->code, p);
	}
	wish_drop(w);
}

void
wishes_lost(struct leased *l)
{
	struct wishes *h = l->wishes;
	struct wish *w;

	for (; h->oldest != h->next; h->oldest++) {
		if ((w = wish_of(h, h->oldest)) == NULL)
			continue;
		asker_answer(l, &w->asker, LEASE_E_BUSY, NULL);
		wish_drop(w);
	}
	h->late = h->next;
	event_del(h->ev_tick);
}

void
wishes_forget_chan(struct leased *l, struct chan *c)
{
	struct wishes *h = l->wishes;
	struct wish *w;
	uint32_t id;

	for (id = h->late; id != h->next; id++)
		if ((w = wish_of(h, id)) != NULL && w->asker.chan == c)
			w->asker.chan = NULL;
}
