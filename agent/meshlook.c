/* SPDX-License-Identifier: ISC */
/*
 * A look is one dump of a network.  When it is complete, each path takes its
 * part of it, and what follows is saved first and told to the hand then.
 */

#include <string.h>

#include "agent.h"
#include "log.h"
#include "meshlook.h"
#include "pair.h"

#define LOOK_MS		15000
#define LOOK_SOON_MS	1500
#define LOOK_LOST_MS	30000	/* the answer to one does not come */

static struct meshpeer *
by_key(struct meshnet *n, const uint8_t *key)
{
	struct meshpeer find;

	memcpy(find.key, key, sizeof(find.key));
	return (RB_FIND(meshkeys, &n->keys, &find));
}

void
meshnet_look(struct meshnet *n)
{
	struct msg_peer_stats_get m;
	struct meshpeer *p;
	struct ask *q;
	int64_t age;

	age = mono_diff_ms(mono_now(), n->looked);
	if (n->agent->hand == NULL || n->state.state != NET_UP)
		return;
	if (n->looking ? age < LOOK_LOST_MS :
	    age < (meshnet_doubt(n) ? LOOK_SOON_MS : LOOK_MS))
		return;
	if ((q = asked_add(&n->agent->asked, ASK_STATS, n->id)) == NULL)
		return;
	memset(&m, 0, sizeof(m));
	strlcpy(m.network, n->id, sizeof(m.network));
	if (chan_send_peer_stats_get(n->agent->hand, q->id, &m, -1) == -1)
		return;
	n->looking = true;
	n->looked = mono_now();
	RB_FOREACH (p, meshpeers, &n->peers)
		p->fresh = false;
}

void
meshnet_stat(struct meshnet *n, const struct msg_peer_stat *m)
{
	struct meshpeer *p;
	int64_t age;

	if ((p = by_key(n, m->pubkey)) == NULL)
		return;
	p->fresh = true;
	p->seen.present = true;
	p->seen.rx = m->rx;
	p->seen.tx = m->tx;
	p->seen.shook = m->handshake != 0;
	p->shook = m->handshake;
	p->at.addr = m->endpoint;
	p->at.port = m->port;
	/* Wall time may be set; what matters is how long ago it was. */
	age = wall_now().s - m->handshake;
	if (age < 0)
		age = 0;
	if (p->seen.shook)
		p->seen.handshake = mono_add_ms(mono_now(), -age * 1000);
}

static bool
look_at(struct meshnet *n, struct meshpeer *p)
{
	struct path_facts f;
	struct map_peer *x;
	uint8_t was = p->path.state;
	bool changed;

	if (!p->fresh)
		memset(&p->seen, 0, sizeof(p->seen));
	if (p->id == 0 || (x = map_peer(n->map, p->id)) == NULL)
		return (false);
	meshnet_facts(n, x, &f);
	changed = path_look(&p->path, &f, &p->seen, mono_now());
	p->want |= p->path.want;
	if (p->path.state != was) {
		n->paths_changed = true;
		log_info("path net=%s peer=m%llu %s", log_vis(n->map->name),
		    (unsigned long long)p->id,
		    path_word(&p->path, &f, mono_now()));
	}
	return (changed);
}

void
meshnet_stats_end(struct meshnet *n, bool good)
{
	struct meshpeer *p;
	bool changed = false;

	n->looking = false;
	if (!good)
		return;
	RB_FOREACH (p, meshpeers, &n->peers)
		changed |= look_at(n, p);
	if (n->paths_changed)
		meshnets_save_paths(n->agent);
	if (changed)
		meshnet_tell(n);
}

bool
meshnet_doubt(struct meshnet *n)
{
	struct path_facts f;
	struct meshpeer *p;
	struct map_peer *x;

	RB_FOREACH (x, map_peers, &n->map->peers) {
		if ((p = meshnet_peer(n, x->id)) == NULL)
			continue;
		meshnet_facts(n, x, &f);
		if (path_doubt(&p->path, &f, mono_now()))
			return (true);
	}
	return (false);
}
