/* SPDX-License-Identifier: ISC */
/*
 * Notices to leased that are not answers, and one to the parent.
 */

#include <string.h>

#include "hand.h"
#include "log.h"
#include "mnet_state.h"
#include "network.h"
#include "tell.h"
#include "wanted.h"

void
tell_health(struct hand *k)
{
	struct knet *n;

	k->health.peers = 0;
	TAILQ_FOREACH(n, &k->nets, entry)
		k->health.peers += n->wanted.count;
	if (k->leased == NULL)
		return;
	if (chan_send_hand_health(k->leased, 0, &k->health, -1) == -1)
		log_debug("cannot send health to leased");
}

static const char *
backend_name(uint8_t backend)
{
	switch (backend) {
	case BACKEND_USERSPACE:
		return ("userspace");
	case BACKEND_GRE:
		return ("gre");
	default:
		return ("kernel");
	}
}

static void
log_change(const struct knet *n, const struct msg_hand_network *m)
{
	if (m->state == NET_UP && n->sent.state != NET_UP)
		log_info("network up net=%s interface=%s backend=%s port=%u",
		    m->network, n->conf.interface, backend_name(m->backend),
		    m->port);
	else if (m->state != NET_UP && strcmp(m->text, n->sent.text) != 0)
		log_warnx("network %s net=%s: %s",
		    m->state == NET_FAILED ? "failed" : "down", m->network,
		    m->text);
}

void
tell_network_again(struct knet *n)
{
	if (n->k->leased == NULL || n->sent.state == 0)
		return;
	if (chan_send_hand_network(n->k->leased, 0, &n->sent, -1) == -1)
		log_warn("cannot tell leased about network %s", n->conf.name);
}

/* Devices are told this, so it goes through the parent and never leased. */
static void
tell_server(const struct knet *n, const struct msg_hand_network *m)
{
	struct msg_hand_server s;

	if (n->k->parent == NULL)
		return;
	memset(&s, 0, sizeof(s));
	strlcpy(s.network, m->network, sizeof(s.network));
	memcpy(s.pubkey, m->pubkey, sizeof(s.pubkey));
	s.port = m->port;
	if (chan_send_hand_server(n->k->parent, 0, &s, -1) == -1)
		log_warn("cannot tell the parent about network %s",
		    n->conf.name);
}

void
tell_network(struct knet *n)
{
	struct msg_hand_network m;

	if (n->mesh != NULL) {
		mnet_tell(n);
		return;
	}
	memset(&m, 0, sizeof(m));
	strlcpy(m.network, n->conf.name, sizeof(m.network));
	m.state = n->state;
	m.backend = n->dev.backend != 0 ? n->dev.backend : BACKEND_KERNEL;
	m.adopted = n->conf.adopt;
	if (n->state == NET_UP) {
		memcpy(m.pubkey, n->pub, sizeof(m.pubkey));
		m.port = n->port;
		m.foreign = n->nforeign;
	} else
		strlcpy(m.text, n->text, sizeof(m.text));
	if (memcmp(&m, &n->sent, sizeof(m)) == 0)
		return;
	log_change(n, &m);
	n->sent = m;
	tell_server(n, &m);
	tell_network_again(n);
}

void
tell_synced(struct hand *k)
{
	struct knet *n;

	if (!k->sync_running)
		return;
	TAILQ_FOREACH(n, &k->nets, entry) {
		if (n->state == NET_UP && !wanted_idle(&n->wanted) &&
		    k->apply_failed == k->sync_base)
			return;
	}
	k->sync_running = false;
	if (k->leased == NULL)
		return;
	log_info(
	    "sync done added=%u removed=%u changed=%u unchanged=%u failed=%u",
	    k->sync_done.added, k->sync_done.removed, k->sync_done.changed,
	    k->sync_done.unchanged, k->sync_done.failed);
	if (chan_send_peer_sync_done(k->leased, 0, &k->sync_done, -1) == -1)
		log_warn("cannot tell leased that the sync is done");
	tell_health(k);
}
