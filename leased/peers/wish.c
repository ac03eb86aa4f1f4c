/* SPDX-License-Identifier: ISC */
/*
 * Wishes to the kernel hand: what a lease or a peer is to be, with an outcome
 * for who asked within a deadline.
 */

#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "leased.h"
#include "log.h"

#define WISHES_MAX	8192		/* a power of two */
#define WISH_MS		5000		/* then the asker is told to retry */
#define WISH_LATE_MS	60000		/* then nobody waits for it */
#define TICK_MS		250

struct wish {
	uint32_t	 id;		/* 0 is unused */
	struct lease	*lease;		/* NULL: a peer with an owner */
	struct lnet	*net;		/* of that */
	uint32_t	 removal;	/* of one that goes, or 0 */
	uint8_t		 key[WGKEY_LEN];
	uint8_t		 old[WGKEY_LEN];	/* that it replaces, or zero */
	struct asker	 asker;
	uint8_t		 code;		/* to answer if it works */
	bool		 ended;		/* the key was to go */
	struct mono	 since;
};

struct wishes {
	struct wish	 wishes[WISHES_MAX];	/* by id */
	uint32_t	 next;		/* id of the next one */
	uint32_t	 oldest;	/* none before this one */
	uint32_t	 late;		/* before this one nobody is answered */
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
	if (w->lease != NULL)
		w->lease->waiting--;
	memset(w, 0, sizeof(*w));
}

/* The ids from a to b are in order, also when they wrap. */
static bool
id_before(uint32_t a, uint32_t b)
{
	return ((int32_t)(a - b) < 0);
}

static void
wishes_tick_cb(evutil_socket_t fd, short what, void *arg)
{
	struct leased *sp = arg;
	struct wishes *h = sp->wishes;
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
		if (w->asker.kind == ASK_SET)
			continue;
		failed = true;
		reply_asker(sp, &w->asker, LEASE_E_BUSY, NULL);
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
		log_warnx("the kernel hand does not answer within %d ms",
		    WISH_MS);
	/* A running sync holds answers back, and says the same anyway. */
	if (failed && !sync_running(sp))
		sync_later(sp);
	if (h->oldest == h->next)
		event_del(h->ev_tick);
}

void
wishes_init(struct leased *sp)
{
	struct wishes *h;

	if ((h = sp->wishes = calloc(1, sizeof(*h))) == NULL ||
	    (h->ev_tick = event_new(sp->base, -1, EV_PERSIST, wishes_tick_cb,
	    sp)) == NULL)
		fatal("wishes");
	h->next = h->oldest = h->late = 1;
}

int
wish_send_lease(struct leased *sp, const struct lease *l, uint32_t id,
    const uint8_t *old)
{
	struct msg_peer_set m;

	memset(&m, 0, sizeof(m));
	(void)strlcpy(m.network, l->net->name, sizeof(m.network));
	memcpy(m.pubkey, l->key, sizeof(m.pubkey));
	m.source = SOURCE_LEASE;
	if ((m.ttl = lease_ttl(l, mono_now())) == 0)
		m.ttl = 1;
	if (old != NULL) {
		m.has_old = 1;
		memcpy(m.old, old, sizeof(m.old));
	}
	m.naddrs = lease_addrs(l, m.addrs);
	return (chan_send_peer_set(sp->kern, id, &m, -1));
}

int
wish_send_owned(struct leased *sp, const struct owned *p, uint16_t mask,
    uint32_t id)
{
	struct msg_peer_set m;
	uint8_t i;

	memset(&m, 0, sizeof(m));
	(void)strlcpy(m.network, p->owner->net->name, sizeof(m.network));
	memcpy(m.pubkey, p->key, sizeof(m.pubkey));
	m.source = owner_source(p->owner);
	m.ttl = LEASE_NEVER;
	for (i = 0; i < p->naddrs; i++)
		if (mask & 1U << i)
			m.addrs[m.naddrs++] = p->addrs[i].p;
	return (chan_send_peer_set(sp->kern, id, &m, -1));
}

static int
wish_send_gone(struct leased *sp, const struct lnet *n, const uint8_t *key,
    uint32_t id)
{
	struct msg_peer_del m;

	memset(&m, 0, sizeof(m));
	(void)strlcpy(m.network, n->name, sizeof(m.network));
	memcpy(m.pubkey, key, sizeof(m.pubkey));
	return (chan_send_peer_del(sp->kern, id, &m, -1));
}

/* An id and its place, or NULL: too many wait already. */
static struct wish *
wish_new(struct leased *sp)
{
	const struct timeval tick = { 0, TICK_MS * 1000 };
	struct wishes *h = sp->wishes;
	struct wish *w;

	if (h->next == 0)
		h->next = 1;
	w = &h->wishes[h->next & (WISHES_MAX - 1)];
	if (w->id != 0)
		return (NULL);
	w->id = h->next++;
	if (!event_pending(h->ev_tick, EV_TIMEOUT, NULL))
		event_add(h->ev_tick, &tick);
	return (w);
}

void
wish_lease(struct leased *sp, const struct op *op, const struct asker *asker)
{
	struct lease *l = op->lease;
	struct wish *w = NULL;
	int rc;

	/* Within the same turn it may have been ended or begun again. */
	if (!op->ended && !lease_live(l)) {
		reply_asker(sp, asker, LEASE_E_BUSY, NULL);
		return;
	}
	if (sp->kern == NULL || (w = wish_new(sp)) == NULL) {
		reply_asker(sp, asker, LEASE_E_BUSY, NULL);
		/* What is not said now would not be said before a restart. */
		if (sp->kern != NULL)
			sync_later(sp);
		return;
	}
	w->lease = l;
	w->asker = *asker;
	w->code = op->code;
	w->ended = op->ended;
	w->since = mono_now();
	memcpy(w->key, op->ended ? op->was.key : l->key, sizeof(w->key));
	if (op->rekeyed)
		memcpy(w->old, op->was.key, sizeof(w->old));
	l->waiting++;
	/* What a running sync said of it before is out of date. */
	l->synced = false;
	if (op->ended)
		rc = wish_send_gone(sp, l->net, op->was.key, w->id);
	else
		rc = wish_send_lease(sp, l, w->id,
		    op->rekeyed ? op->was.key : NULL);
	if (rc == -1) {
		reply_asker(sp, asker, LEASE_E_BUSY, NULL);
		wish_drop(w);
		sync_later(sp);
	}
	if (chan_busy(sp->kern))
		front_pressure(sp);
}

/* A wish about a peer with an owner, or NULL: the asker was told. */
static struct wish *
wish_begin(struct leased *sp, struct lnet *n, const uint8_t *key,
    const struct asker *asker, uint8_t code)
{
	struct wish *w;

	if (sp->kern == NULL || (w = wish_new(sp)) == NULL) {
		reply_asker(sp, asker, LEASE_E_BUSY, NULL);
		if (sp->kern != NULL)
			sync_later(sp);
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
wish_sent(struct leased *sp, struct wish *w, int rc)
{
	struct asker asker = w->asker;

	if (rc == -1) {
		wish_drop(w);
		sync_later(sp);
		reply_asker(sp, &asker, LEASE_E_BUSY, NULL);
	}
	if (sp->kern != NULL && chan_busy(sp->kern))
		front_pressure(sp);
}

void
wish_owned(struct leased *sp, struct owned *p, uint16_t mask,
    const struct asker *asker, uint8_t code)
{
	struct wish *w;

	w = wish_begin(sp, p->owner->net, p->key, asker, code);
	if (w == NULL)
		return;
	removal_forget(sp, p->owner->net, p->key);
	p->wish = w->id;
	p->pending = true;
	p->synced = false;
	wish_sent(sp, w, wish_send_owned(sp, p, mask, w->id));
}

void
wish_gone(struct leased *sp, struct lnet *n, const uint8_t *key,
    const struct asker *asker, uint8_t code, uint32_t removal)
{
	struct wish *w;

	if ((w = wish_begin(sp, n, key, asker, code)) == NULL)
		return;
	w->ended = true;
	w->removal = removal;
	wish_sent(sp, w, wish_send_gone(sp, n, key, w->id));
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
	}
	return ("?");
}

/* Never to be: a new peer whose key is another's at the interface. */
static void
take_back(struct leased *sp, const struct wish *w)
{
	const struct asker nobody = { .kind = ASK_NOBODY };
	struct owned *p;

	p = owned_by_key(w->net, w->key);
	if (p != NULL && p->wish == w->id)
		turn_owned_drop(sp, p, NULL, mono_now(), &nobody);
}

/* The same for a lease: it has its old key again, or ends if it had none. */
static void
take_back_lease(struct leased *sp, const struct wish *w)
{
	const struct asker nobody = { .kind = ASK_NOBODY };
	struct lease *l = w->lease;
	struct msg_lease_register m;

	if (!lease_live(l) || memcmp(l->key, w->key, WGKEY_LEN) != 0)
		return;		/* a later change took its place */
	/* Nobody asked: this is such a return, refused in its turn. */
	if (w->asker.kind == ASK_NOBODY || sodium_is_zero(w->old, WGKEY_LEN)) {
		turn_end(sp, l, "lease.refuse", NULL, &nobody);
		return;
	}
	memset(&m, 0, sizeof(m));
	(void)strlcpy(m.name, l->name, sizeof(m.name));
	(void)strlcpy(m.who, lease_who(l), sizeof(m.who));
	memcpy(m.pubkey, w->old, sizeof(m.pubkey));
	turn_register(sp, l->net, &m, &nobody);
}

static void
wish_refused(struct leased *sp, const struct wish *w, uint8_t code)
{
	char req[ASKER_REQ];
	struct mono now;
	uint8_t answer;

	/* One line a second tells enough: each lease can be seen pending. */
	now = mono_now();
	if (mono_diff_ms(now, sp->wishes->warned) >= 1000) {
		sp->wishes->warned = now;
		log_warnx("kernel hand: peer=%s %s=%s%s: %s", log_key(w->key),
		    w->lease != NULL ? "lease" : "net",
		    w->lease != NULL ? log_vis(w->lease->name) : w->net->name,
		    asker_req(&w->asker, req), peer_error(code));
	}
	answer = code == PEER_E_KEY ? LEASE_E_KEY_TAKEN :
	    code == PEER_E_MAX	    ? LEASE_E_POOL :
				      LEASE_E_BUSY;
	if (w->asker.kind == ASK_SET)
		sets_outcome(sp, w->asker.id, w->key, answer);
	else
		reply_asker(sp, &w->asker, answer, NULL);
	if (w->lease != NULL && !w->ended && code == PEER_E_KEY)
		take_back_lease(sp, w);
	else if (w->lease == NULL && !w->ended && code == PEER_E_KEY &&
	    w->code == LEASE_OK_NEW)
		take_back(sp, w);
	else if (!w->ended)
		sync_later(sp);
}

static void
wish_owned_done(struct leased *sp, struct wish *w)
{
	struct msg_owned_item item;
	struct owned *p;

	if (w->ended) {
		if (w->removal != 0)
			removal_answer(sp, w->removal, &w->asker);
		else
			reply_asker(sp, &w->asker, w->code, NULL);
		return;
	}
	if ((p = owned_by_key(w->net, w->key)) == NULL) {
		/* Removed meanwhile: ask again and see. */
		reply_asker(sp, &w->asker, LEASE_E_BUSY, NULL);
		return;
	}
	if (p->wish == w->id)
		p->pending = false;
	owned_item(p, &item);
	if (w->asker.kind != ASK_OWNED)
		reply_asker(sp, &w->asker, w->code, NULL);
	else if (w->asker.chan != NULL)
		reply_owned(sp, w->asker.chan, w->asker.id, w->code, NULL,
		    &item);
}

int
wish_done(struct chan *c, uint32_t id, struct ibuf *b, int fd)
{
	struct leased *sp = chan_arg(c);
	struct msg_peer_done m;
	struct lease *l;
	struct wish *w;
	bool current;

	if (msg_peer_done_get(b, &m) == -1)
		return (-1);
	if ((w = wish_of(sp->wishes, id)) == NULL)
		return (0);	/* given up meanwhile */
	if ((l = w->lease) == NULL) {
		if (m.code == PEER_OK)
			wish_owned_done(sp, w);
		else
			wish_refused(sp, w, m.code);
		wish_drop(w);
		return (0);
	}
	current = lease_live(l) && memcmp(l->key, w->key, WGKEY_LEN) == 0;
	if (m.code != PEER_OK)
		wish_refused(sp, w, m.code);
	else if (w->ended)
		reply_asker(sp, &w->asker, w->code, NULL);
	else if (!current)
		/* A later change took its place: ask again and see. */
		reply_asker(sp, &w->asker, LEASE_E_BUSY, NULL);
	else {
		if (l->waiting == 1)
			lease_set_state(l, LEASE_ACTIVE, false);
		reply_asker(sp, &w->asker, w->code, l);
	}
	wish_drop(w);
	return (0);
}

void
wishes_lost(struct leased *sp)
{
	struct wishes *h = sp->wishes;
	struct wish *w;

	for (; h->oldest != h->next; h->oldest++) {
		if ((w = wish_of(h, h->oldest)) == NULL)
			continue;
		reply_asker(sp, &w->asker, LEASE_E_BUSY, NULL);
		wish_drop(w);
	}
	h->late = h->next;
	event_del(h->ev_tick);
}

void
wishes_forget_chan(struct leased *sp, struct chan *c)
{
	struct wishes *h = sp->wishes;
	struct wish *w;
	uint32_t id;

	for (id = h->late; id != h->next; id++)
		if ((w = wish_of(h, id)) != NULL && w->asker.chan == c)
			w->asker.chan = NULL;
}
