/* SPDX-License-Identifier: ISC */
/*
 * The look at a rendezvous: leased is told of each peer whose endpoint or
 * handshake has changed since the last look.  A dump of many peers takes long,
 * so that the pause between two looks grows with the time of a dump.
 */

#include <event2/event.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "device.h"
#include "hand.h"
#include "log.h"
#include "network.h"
#include "seen.h"

#define LOOK_MS		5000	/* between two looks, and at least */
#define LOOK_TIMES	50	/* times of what the last one took */
#define LOOK_MAX_MS	60000

static int
seen_cmp(const void *a, const void *b)
{
	const struct seen_peer *x = a, *y = b;

	return (memcmp(x->key, y->key, WGKEY_LEN));
}

static bool
same(const struct seen_peer *a, const struct seen_peer *b)
{
	return (a->handshake == b->handshake && a->port == b->port &&
	    prefix_equal(&a->endpoint, &b->endpoint));
}

static int
tell(struct knet *n, const struct seen_peer *p)
{
	struct msg_peer_seen m;

	memset(&m, 0, sizeof(m));
	strlcpy(m.network, n->conf.name, sizeof(m.network));
	memcpy(m.pubkey, p->key, sizeof(m.pubkey));
	m.endpoint = p->endpoint;
	m.port = p->port;
	m.handshake = p->handshake;
	return (chan_send_peer_seen(n->k->leased, 0, &m, -1));
}

/* All peers that were there once, sorted.  Returns NULL if there is no memory. */
static struct seen_peer *
collect(const struct snapshot *s, size_t *count)
{
	const struct snappeer *p;
	struct seen_peer *list;

	list = calloc(s->npeers + 1, sizeof(*list));
	*count = 0;
	if (list == NULL)
		return (NULL);
	for (p = s->peers; p < s->peers + s->npeers; p++) {
		if (p->handshake == 0 || p->endpoint.family == 0)
			continue;
		memcpy(list[*count].key, p->key, WGKEY_LEN);
		list[*count].endpoint = p->endpoint;
		list[*count].port = p->port;
		list[*count].handshake = p->handshake;
		(*count)++;
	}
	qsort(list, *count, sizeof(*list), seen_cmp);
	return (list);
}

/*
 * Tell of what differs.  What the link has no room for keeps its old value, so
 * that it differs at the next look, too.  Returns true if there is such a peer.
 */
static bool
compare(struct knet *n, struct seen_peer *list, size_t count)
{
	const struct seen_peer *old;
	bool left = false;
	size_t i;

	for (i = 0; i < count; i++) {
		old = n->seen.npeers == 0 ?
		    NULL :
		    bsearch(&list[i], n->seen.peers, n->seen.npeers,
			sizeof(*old), seen_cmp);
		if (old != NULL && same(old, &list[i]))
			continue;
		if (!chan_busy(n->k->leased) && tell(n, &list[i]) == 0)
			continue;
		left = true;
		if (old != NULL)
			list[i] = *old;
		else
			list[i].handshake = 0;
	}
	return (left);
}

/* Returns the milliseconds until the next look. */
static int64_t
look(struct knet *n)
{
	struct mono since = mono_now();
	struct seen_peer *list;
	struct snapshot *s;
	int64_t ms;
	size_t count;
	bool left;

	/* The first sync says which peers are leased's. */
	if (n->k->leased == NULL || !n->synced ||
	    (s = device_snapshot(n, LOOK_MS / 2)) == NULL)
		return (LOOK_MS);
	ms = mono_diff_ms(mono_now(), since) * LOOK_TIMES;
	if ((list = collect(s, &count)) == NULL) {
		log_warn("network %s: cannot look at its peers", n->conf.name);
		return (LOOK_MAX_MS);
	}
	left = compare(n, list, count);
	free(n->seen.peers);
	n->seen.peers = list;
	n->seen.npeers = count;
	if (left || ms < LOOK_MS)
		return (left ? LOOK_MS / 10 : LOOK_MS);
	return (ms > LOOK_MAX_MS ? LOOK_MAX_MS : ms);
}

static int
again(struct knet *n, int64_t ms)
{
	struct timeval tv = { ms / 1000, ms % 1000 * 1000 };

	return (evtimer_add(n->seen.ev, &tv));
}

static void
seen_cb(evutil_socket_t fd, short what, void *arg)
{
	struct knet *n = arg;

	if (n->k->stopping)
		return;
	if (again(n, look(n)) == -1)
		log_warnx("network %s: event: cannot look at its peers again",
		    n->conf.name);
}

int
seen_start(struct knet *n)
{
	if (!n->conf.rendezvous || n->seen.ev != NULL)
		return (0);
	n->seen.ev = evtimer_new(n->k->base, seen_cb, n);
	if (n->seen.ev == NULL) {
		errno = ENOMEM;
		return (-1);
	}
	return (again(n, LOOK_MS / 10));
}

void
seen_forget(struct knet *n)
{
	free(n->seen.peers);
	n->seen.peers = NULL;
	n->seen.npeers = 0;
	if (n->seen.ev != NULL && !n->k->stopping)
		(void)again(n, LOOK_MS / 10);
}

void
seen_stop(struct knet *n)
{
	if (n->seen.ev != NULL)
		event_free(n->seen.ev);
	n->seen.ev = NULL;
	free(n->seen.peers);
	n->seen.peers = NULL;
	n->seen.npeers = 0;
}
