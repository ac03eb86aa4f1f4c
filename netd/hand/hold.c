/* SPDX-License-Identifier: ISC */
/*
 * leased gives out addresses, so it must know all that are taken: it is told
 * of the peers on an interface that are not its own, of the interface's
 * addresses that others added, and of the host's on other interfaces.  The
 * list is sent as a whole, page by page, whenever it has changed; the order of
 * a dump does not matter.
 */

#include <string.h>

#include <sodium.h>

#include "hand.h"
#include "hold.h"
#include "log.h"
#include "network.h"
#include "snapshot.h"

static uint8_t
kind_of(const struct snappeer *p)
{
	return (p->foreign ? HOLD_FOREIGN : p->spared ? HOLD_UNCLAIMED : 0);
}

static void
mix(uint8_t *sum, const void *data, size_t len)
{
	uint8_t one[HOLD_SUM];
	size_t i;

	(void)crypto_generichash(one, sizeof(one), data, len, NULL, 0);
	for (i = 0; i < sizeof(one); i++)
		sum[i] ^= one[i];
}

/* A sum of the list that is the same for every order. */
static void
sum_up(const struct knet *n, uint8_t sum[HOLD_SUM])
{
	struct {
		uint8_t key[WGKEY_LEN];
		uint8_t kind;
		uint8_t psk;
		struct prefix addr;
	} x;
	const struct snappeer *p;
	size_t i, j;

	memset(sum, 0, HOLD_SUM);
	memset(&x, 0, sizeof(x));
	x.kind = HOLD_OWN;
	for (i = 0; i < n->nown; i++) {
		x.addr = n->own[i];
		mix(sum, &x, sizeof(x));
	}
	for (i = 0; i < n->nhost; i++) {
		x.addr = n->host[i];
		mix(sum, &x, sizeof(x));
	}
	for (i = 0; i < n->snap->npeers; i++) {
		p = &n->snap->peers[i];
		if ((x.kind = kind_of(p)) == 0)
			continue;
		memcpy(x.key, p->key, sizeof(x.key));
		x.psk = p->psk != 0;
		memset(&x.addr, 0, sizeof(x.addr));
		mix(sum, &x, sizeof(x));
		for (j = 0; j < p->naddrs; j++) {
			x.addr = snapshot_addrs(n->snap, p)[j];
			mix(sum, &x, sizeof(x));
		}
	}
}

static int
send_item(struct knet *n, uint8_t kind, const struct snappeer *p,
    const struct prefix *addrs, size_t naddrs)
{
	struct msg_hold_item m;

	memset(&m, 0, sizeof(m));
	strlcpy(m.network, n->conf.name, sizeof(m.network));
	m.kind = kind;
	if (p != NULL) {
		m.psk = p->psk != 0;
		memcpy(m.pubkey, p->key, sizeof(m.pubkey));
	}
	m.naddrs = (uint8_t)(naddrs < PEER_ADDRS_MAX ? naddrs : PEER_ADDRS_MAX);
	memcpy(m.addrs, addrs, m.naddrs * sizeof(m.addrs[0]));
	return (chan_send_hold_item(n->k->leased, 0, &m, -1));
}

static int
send_begin(struct knet *n)
{
	struct msg_hold_begin m;
	size_t i;

	memset(&m, 0, sizeof(m));
	strlcpy(m.network, n->conf.name, sizeof(m.network));
	if (chan_send_hold_begin(n->k->leased, 0, &m, -1) == -1)
		return (-1);
	for (i = 0; i < n->nown; i++)
		if (send_item(n, HOLD_OWN, NULL, &n->own[i], 1) == -1)
			return (-1);
	for (i = 0; i < n->nhost; i++)
		if (send_item(n, HOLD_OWN, NULL, &n->host[i], 1) == -1)
			return (-1);
	return (0);
}

static void
drop(struct knet *n)
{
	snapshot_free(n->holds.snap);
	n->holds.snap = NULL;
}

/* Send until the queue is long, or the list is complete. */
static int
send_page(struct knet *n)
{
	struct holds *h = &n->holds;
	const struct prefix *a;
	const struct snappeer *p;
	struct msg_hold_end end;

	for (; h->pos < h->snap->npeers; h->pos++, h->addr = 0) {
		p = &h->snap->peers[h->pos];
		if (kind_of(p) == 0)
			continue;
		do {
			if (chan_busy(n->k->leased))
				return (0);
			a = snapshot_addrs(h->snap, p) + h->addr;
			if (send_item(n, kind_of(p), p, a,
				p->naddrs - h->addr) == -1)
				return (-1);
			h->addr += PEER_ADDRS_MAX;
		} while (h->addr < p->naddrs);
	}
	memset(&end, 0, sizeof(end));
	strlcpy(end.network, n->conf.name, sizeof(end.network));
	if (chan_send_hold_end(n->k->leased, 0, &end, -1) == -1)
		return (-1);
	drop(n);
	return (0);
}

static void
go_on(struct knet *n)
{
	if (send_page(n) == 0)
		return;
	log_warn("network %s: cannot tell leased of the peers of others",
	    n->conf.name);
	hold_forget(n);
}

void
hold_look(struct knet *n)
{
	struct holds *h = &n->holds;
	uint8_t sum[HOLD_SUM];

	/* Before the first sync, the peers that leased has are not known. */
	if (n->k->leased == NULL || !n->synced || n->snap == NULL ||
	    n->state != NET_UP || h->snap != NULL)
		return;
	sum_up(n, sum);
	if (h->sent && memcmp(sum, h->sum, sizeof(sum)) == 0)
		return;
	memcpy(h->sum, sum, sizeof(sum));
	h->sent = true;
	h->snap = snapshot_ref(n->snap);
	h->pos = h->addr = 0;
	if (send_begin(n) == -1) {
		log_warn("network %s: cannot tell leased of its addresses",
		    n->conf.name);
		hold_forget(n);
		return;
	}
	go_on(n);
}

void
hold_continue(struct hand *k)
{
	struct knet *n;

	TAILQ_FOREACH(n, &k->nets, entry)
		if (n->holds.snap != NULL)
			go_on(n);
}

void
hold_forget(struct knet *n)
{
	drop(n);
	n->holds.sent = false;
}
