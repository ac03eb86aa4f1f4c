/* SPDX-License-Identifier: ISC */
/*
 * Counters and handshakes of peers.  All questions within a moment share one
 * dump, and the answers are sent page by page.
 */

#include <stdlib.h>
#include <string.h>

#include "device.h"
#include "hand.h"
#include "log.h"
#include "network.h"
#include "policy.h"
#include "snapshot.h"
#include "stats.h"

#define STATS_MAX	16	/* questions that are answered at once */

/* The process that asks: leased, or agentd in a device's suite. */
static struct chan *
asker(const struct hand *k)
{
	return (k->leased != NULL ? k->leased : k->agent);
}

static void
send_end(struct hand *k, uint32_t id, const char *network, enum peer_code code)
{
	struct msg_peer_stats_end m;

	memset(&m, 0, sizeof(m));
	strlcpy(m.network, network, sizeof(m.network));
	m.code = code;
	if (chan_send_peer_stats_end(asker(k), id, &m, -1) == -1)
		log_warn("cannot send counters of peers");
}

void
stats_get(struct hand *k, uint32_t id, const char *network)
{
	struct statreq *r;
	struct snapshot *s;
	struct knet *n;

	n = net_find(k, network);
	if (n == NULL || n->state != NET_UP) {
		send_end(k, id, network, PEER_E_NETWORK);
		return;
	}
	s = device_snapshot(n, SNAPSHOT_AGE_MS);
	r = k->nstats >= STATS_MAX ? NULL : calloc(1, sizeof(*r));
	if (s == NULL || r == NULL) {
		free(r);
		send_end(k, id, network, PEER_E_KERNEL);
		return;
	}
	r->id = id;
	strlcpy(r->network, network, sizeof(r->network));
	r->snap = snapshot_ref(s);
	STAILQ_INSERT_TAIL(&k->stats, r, entry);
	k->nstats++;
	stats_continue(k);
}

static int
send_stat(struct hand *k, const struct statreq *r, const struct snappeer *p)
{
	struct msg_peer_stat m;
	size_t n;

	memset(&m, 0, sizeof(m));
	strlcpy(m.network, r->network, sizeof(m.network));
	memcpy(m.pubkey, p->key, sizeof(m.pubkey));
	m.held = p->foreign ? HOLD_FOREIGN : p->spared ? HOLD_UNCLAIMED : 0;
	m.psk = p->psk != 0;
	m.rx = p->rx;
	m.tx = p->tx;
	m.handshake = p->handshake;
	m.endpoint = p->endpoint;
	m.port = p->port;
	m.link = p->link;
	n = p->naddrs < PEER_ADDRS_MAX ? p->naddrs : PEER_ADDRS_MAX;
	m.naddrs = (uint8_t)n;
	memcpy(m.addrs, snapshot_addrs(r->snap, p), n * sizeof(m.addrs[0]));
	return (chan_send_peer_stat(asker(k), r->id, &m, -1));
}

static void
stats_drop(struct hand *k)
{
	struct statreq *r = STAILQ_FIRST(&k->stats);

	STAILQ_REMOVE_HEAD(&k->stats, entry);
	k->nstats--;
	snapshot_free(r->snap);
	free(r);
}

void
stats_continue(struct hand *k)
{
	struct statreq *r;
	enum peer_code code;

	while ((r = STAILQ_FIRST(&k->stats)) != NULL && asker(k) != NULL) {
		code = PEER_OK;
		while (r->pos < r->snap->npeers) {
			if (chan_busy(asker(k)))
				return;
			if (send_stat(k, r, &r->snap->peers[r->pos]) == -1) {
				code = PEER_E_KERNEL;
				break;
			}
			r->pos++;
		}
		send_end(k, r->id, r->network, code);
		stats_drop(k);
	}
}

void
stats_clear(struct hand *k)
{
	while (!STAILQ_EMPTY(&k->stats))
		stats_drop(k);
}
