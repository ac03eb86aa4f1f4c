/* SPDX-License-Identifier: ISC */
/*
 * Each wish is compared with the last one that the hand was told, by a hash for
 * each peer: a large network costs little while little of it changes.
 */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent.h"
#include "endpoint.h"
#include "log.h"
#include "meshid.h"
#include "meshnet.h"
#include "pair.h"

#define RESOLVE_S	300	/* between two looks for the rendezvous */
#define RESOLVE_BAD_S	20
#define RELAY_MTU	1380

static int
meshpeer_cmp(const struct meshpeer *a, const struct meshpeer *b)
{
	return (a->id < b->id ? -1 : a->id > b->id);
}

static int
meshpeer_cmp_key(const struct meshpeer *a, const struct meshpeer *b)
{
	return (memcmp(a->key, b->key, sizeof(a->key)));
}

RB_GENERATE(meshpeers, meshpeer, entry, meshpeer_cmp)
RB_GENERATE(meshkeys, meshpeer, bykey, meshpeer_cmp_key)

struct meshpeer *
meshnet_peer(struct meshnet *n, uint64_t id)
{
	struct meshpeer key = { .id = id };

	return (RB_FIND(meshpeers, &n->peers, &key));
}

void
meshnet_facts(struct meshnet *n, const struct map_peer *x, struct path_facts *f)
{
	pair_facts(n->map, x, (uint64_t)wall_now().s / 60, f);
}

/* --- members --- */

static void
set_key(struct meshnet *n, struct meshpeer *p, const uint8_t *key)
{
	struct meshpeer *other;

	if (p->told)
		RB_REMOVE(meshkeys, &n->keys, p);
	p->told = false;
	if (key == NULL)
		return;
	memcpy(p->key, key, sizeof(p->key));
	/* A peer that has gone may have had the key. */
	if ((other = RB_INSERT(meshkeys, &n->keys, p)) != NULL) {
		RB_REMOVE(meshkeys, &n->keys, other);
		other->told = false;
		(void)RB_INSERT(meshkeys, &n->keys, p);
	}
	p->told = true;
}

static struct meshpeer *
add_peer(struct meshnet *n, uint64_t id)
{
	struct meshpeer *p;

	if ((p = calloc(1, sizeof(*p))) == NULL) {
		log_warn("network %s: member m%" PRIu64, n->map->name, id);
		return (NULL);
	}
	p->id = id;
	RB_INSERT(meshpeers, &n->peers, p);
	return (p);
}

static void
free_peer(struct meshnet *n, struct meshpeer *p)
{
	set_key(n, p, NULL);
	RB_REMOVE(meshpeers, &n->peers, p);
	free(p);
}

/* Every member of the map has a path here. */
static int
follow_members(struct meshnet *n)
{
	struct path_facts f;
	struct meshpeer *p;
	struct map_peer *x;

	RB_FOREACH (x, map_peers, &n->map->peers) {
		if (meshnet_peer(n, x->id) != NULL)
			continue;
		if ((p = add_peer(n, x->id)) == NULL)
			return (-1);
		meshnet_facts(n, x, &f);
		path_start(&p->path, &f, false, mono_now());
	}
	return (0);
}

/* --- telling the hand --- */

static bool
hand_is_ready(const struct agent *a)
{
	return (a->hand != NULL && !chan_busy(a->hand));
}

/*
 * Two networks of a device cannot have one port: the first membership has it,
 * and the hand chooses one for the others.
 */
static uint16_t
port_of(const struct meshnet *n)
{
	const struct map_net *m;

	TAILQ_FOREACH(m, &n->agent->map.nets, entry)
		if (m->self.port == n->map->self.port &&
		    m->self.member < n->map->self.member)
			return (0);
	return (n->map->self.port);
}

static void
describe(const struct meshnet *n, struct msg_mnet_set *m)
{
	const struct map_self *s = &n->map->self;

	memset(m, 0, sizeof(*m));
	strlcpy(m->network, n->id, sizeof(m->network));
	strlcpy(m->name, n->map->name, sizeof(m->name));
	m->port = port_of(n);
	/* A relay's own links may be narrower, and it tells nobody. */
	if (s->relay || s->hub || pair_main_relay(n->map) != NULL)
		m->mtu = RELAY_MTU;
	m->role = (uint8_t)((s->relay ? MESH_RELAY : 0) |
	    (s->hub ? MESH_HUB : 0) | (s->negress > 0 ? MESH_EGRESS : 0));
	m->naddrs = s->naddrs;
	memcpy(m->addrs, s->addrs, s->naddrs * sizeof(s->addrs[0]));
	m->negress = s->negress;
	memcpy(m->egress, s->egress, s->negress * sizeof(s->egress[0]));
}

static struct ask *
ask(struct meshnet *n, enum ask_what what)
{
	struct ask *q;

	if ((q = asked_add(&n->agent->asked, what, n->id)) == NULL)
		log_warn("network %s: question to the hand", n->map->name);
	else
		n->waiting++;
	return (q);
}

static int
tell_net(struct meshnet *n)
{
	struct msg_mnet_set m;
	struct ask *q;

	describe(n, &m);
	if (memcmp(&m, &n->told, sizeof(m)) == 0)
		return (0);
	if ((q = ask(n, ASK_NET)) == NULL)
		return (-1);
	if (chan_send_mnet_set(n->agent->hand, q->id, &m, -1) == -1) {
		log_warn("network %s: link to the hand", n->map->name);
		return (-1);
	}
	n->told = m;
	return (0);
}

static int
send_del(struct meshnet *n, uint64_t member, const uint8_t *key)
{
	struct msg_mpeer_del m;
	struct ask *q;

	memset(&m, 0, sizeof(m));
	strlcpy(m.network, n->id, sizeof(m.network));
	memcpy(m.pubkey, key, sizeof(m.pubkey));
	if ((q = ask(n, ASK_PEER)) == NULL)
		return (-1);
	q->member = member;
	q->gone = true;
	return (chan_send_mpeer_del(n->agent->hand, q->id, &m, -1));
}

static int
send_set(struct meshnet *n, const struct want_peer *w)
{
	struct msg_mpeer_set m;
	struct ask *q;

	memset(&m, 0, sizeof(m));
	strlcpy(m.network, n->id, sizeof(m.network));
	if (w->member != 0)
		snprintf(m.member, sizeof(m.member), "m%" PRIu64, w->member);
	memcpy(m.pubkey, w->key, sizeof(m.pubkey));
	m.endpoint = w->endpoint.addr;
	m.port = w->endpoint.port;
	m.keepalive = w->keepalive;
	m.nprefixes = w->nprefixes;
	memcpy(m.prefixes, w->prefixes, w->nprefixes * sizeof(m.prefixes[0]));
	if ((q = ask(n, ASK_PEER)) == NULL)
		return (-1);
	q->member = w->member;
	return (chan_send_mpeer_set(n->agent->hand, q->id, &m, -1));
}

/* Have the hand know this wish for a peer. */
static int
tell_peer(struct meshnet *n, struct meshpeer *p, const struct want_peer *w)
{
	uint8_t hash[WANT_HASH], old[WGKEY_LEN];
	bool had = p->told;

	want_hash(w, hash);
	if (had && memcmp(hash, p->hash, sizeof(hash)) == 0)
		return (0);
	if (w->cut)
		log_warnx(
		    "network %s: m%" PRIu64
		    " serves more than %d prefixes as a relay: some of its members are not reached",
		    n->map->name, p->id, WANT_PREFIXES);
	if (send_set(n, w) == -1)
		return (-1);
	memcpy(old, p->key, sizeof(old));
	memcpy(p->hash, hash, sizeof(hash));
	p->refused = false;
	set_key(n, p, w->key);
	/* The new key has the prefixes already. */
	if (had && memcmp(old, w->key, sizeof(old)) != 0)
		return (send_del(n, p->id, old));
	return (0);
}

static void
path_cb(void *arg, const struct map_peer *x, struct path_wish *w)
{
	struct meshnet *n = arg;
	struct path_facts f;
	struct meshpeer *p;

	memset(w, 0, sizeof(*w));
	if ((p = meshnet_peer(n, x->id)) == NULL)
		return;
	meshnet_facts(n, x, &f);
	path_wish(&p->path, &f, mono_now(), w);
}

/* A peer as WireGuard shall have it.  False: it shall not have it. */
static bool
wish_of(struct meshnet *n, const struct meshpeer *p, struct want_peer *w)
{
	struct map_peer *x;

	if (p->id == 0)
		return (want_rendezvous(n->map, &n->rendezvous, w));
	if ((x = map_peer(n->map, p->id)) == NULL)
		return (false);
	return (want_peer(n->map, x, &n->agent->set->want, path_cb, n, w));
}

/* Peers that gain prefixes come first: no prefix is without a peer. */
static int
tell_peers(struct meshnet *n)
{
	struct want_peer w;
	struct meshpeer *p;

	RB_FOREACH (p, meshpeers, &n->peers) {
		if (!wish_of(n, p, &w))
			continue;
		if (!hand_is_ready(n->agent) || tell_peer(n, p, &w) == -1)
			return (-1);
	}
	return (0);
}

static int
tell_gone(struct meshnet *n)
{
	struct meshpeer *p, *next;
	struct want_peer w;

	RB_FOREACH_SAFE (p, meshpeers, &n->peers, next) {
		if (p->told && !wish_of(n, p, &w)) {
			if (!hand_is_ready(n->agent) ||
			    send_del(n, p->id, p->key) == -1)
				return (-1);
			set_key(n, p, NULL);
		}
		if (p->id != 0 && map_peer(n->map, p->id) == NULL)
			free_peer(n, p);
	}
	return (0);
}

void
meshnet_tell(struct meshnet *n)
{
	n->dirty = true;
	if (!hand_is_ready(n->agent) || follow_members(n) == -1)
		return;
	if (meshnet_peer(n, 0) == NULL && add_peer(n, 0) == NULL)
		return;
	if (tell_net(n) == -1 || tell_peers(n) == -1 || tell_gone(n) == -1)
		return;
	n->dirty = false;
}

void
meshnet_forget_told(struct meshnet *n)
{
	struct meshpeer *p;

	memset(&n->told, 0, sizeof(n->told));
	RB_FOREACH (p, meshpeers, &n->peers) {
		set_key(n, p, NULL);
		p->refused = false;
	}
	n->refused = false;
	n->dirty = true;
}

/* --- answers --- */

static void
note_refusal(struct meshnet *n, const char *why)
{
	if (n->refused)
		return;
	n->refused = true;
	if (strcmp(n->why, why) != 0)
		n->nack_due = true;
	strlcpy(n->why, why, sizeof(n->why));
	log_warnx("network %s: refused here: %s", log_vis(n->map->name),
	    log_text(why));
}

void
meshnet_state(struct meshnet *n, const struct msg_mnet_state *m, bool answer)
{
	bool was_up = n->state.state == NET_UP;

	n->state = *m;
	if (answer && n->waiting > 0)
		n->waiting--;
	if (m->state == NET_FAILED || (m->state == NET_UP && *m->text != '\0'))
		note_refusal(n, m->text);
	if (m->state == NET_UP && !was_up)
		log_info("network %s is up as %s, port %u",
		    log_vis(n->map->name), m->interface, m->port);
}

void
meshnet_done(struct meshnet *n, uint64_t member, bool gone,
    const struct msg_mpeer_done *m)
{
	struct meshpeer *p;

	if (n->waiting > 0)
		n->waiting--;
	/* A peer that is not there any more is what was wished for. */
	if (m->code == PEER_OK || gone)
		return;
	if ((p = meshnet_peer(n, member)) != NULL)
		p->refused = true;
	/* Each member says itself where it is, and can spoil that alone. */
	if (m->code == PEER_E_ENDPOINT) {
		log_info("network %s: m%" PRIu64 ": %s", log_vis(n->map->name),
		    member, log_text(m->text));
		return;
	}
	note_refusal(n, m->text[0] != '\0' ? m->text : "the hand failed");
}

bool
meshnet_settled(const struct meshnet *n)
{
	return (!n->dirty && n->waiting == 0);
}

/* --- the rendezvous --- */

static void
resolved_cb(void *arg, const struct resolve_answer *ans)
{
	struct meshnet *n = arg;
	unsigned int i;

	n->job = NULL;
	if (ans->error != NULL) {
		log_info("network %s: the rendezvous %s: %s",
		    log_vis(n->map->name), log_vis(n->resolved), ans->error);
		return;
	}
	/* The endpoint stays if it is still among the addresses. */
	for (i = 0; i < ans->n; i++)
		if (prefix_equal(&ans->list[i].addr, &n->rendezvous.addr) &&
		    ans->list[i].port == n->rendezvous.port)
			return;
	n->rendezvous = ans->list[0];
	meshnet_tell(n);
}

void
meshnet_resolve(struct meshnet *n)
{
	const char *text = n->map->rendezvous.endpoint;
	char copy[MAP_HOST];
	int64_t age;
	uint16_t port;
	char *host;

	age = mono_diff_ms(mono_now(), n->resolved_at) / 1000;
	if (n->job != NULL || text[0] == '\0' ||
	    (strcmp(text, n->resolved) == 0 &&
		age < (n->rendezvous.port != 0 ? RESOLVE_S : RESOLVE_BAD_S)))
		return;
	n->resolved_at = mono_now();
	if (strcmp(text, n->resolved) != 0)
		memset(&n->rendezvous, 0, sizeof(n->rendezvous));
	strlcpy(n->resolved, text, sizeof(n->resolved));
	strlcpy(copy, text, sizeof(copy));
	if (endpoint_split(copy, &host, &port) == -1) {
		log_warnx("network %s: the rendezvous %s is no host and port",
		    log_vis(n->map->name), log_vis(text));
		return;
	}
	n->job = resolve_ask(n->agent->resolve, host, port, resolved_cb, n);
}

/* --- all of them --- */

struct meshnet *
meshnets_find(const struct agent *a, const char *id)
{
	struct meshnet *n;

	TAILQ_FOREACH(n, &a->nets.list, entry)
		if (strcmp(n->id, id) == 0)
			return (n);
	return (NULL);
}

static void
net_free(struct agent *a, struct meshnet *n)
{
	struct meshpeer *p, *next;
	unsigned int i;

	resolve_cancel(n->job);
	for (i = 0; i < n->stun.n; i++)
		resolve_cancel(n->stun.server[i].job);
	RB_FOREACH_SAFE (p, meshpeers, &n->peers, next)
		free_peer(n, p);
	TAILQ_REMOVE(&a->nets.list, n, entry);
	a->nets.n--;
	free(n);
}

static struct meshnet *
net_new(struct agent *a, struct map_net *m)
{
	struct meshnet *n;

	if ((n = calloc(1, sizeof(*n))) == NULL)
		return (NULL);
	if (meshid_from_uuid(m->uuid, n->id) == -1) {
		free(n);
		errno = EINVAL;
		return (NULL);
	}
	n->agent = a;
	n->map = m;
	n->dirty = true;
	RB_INIT(&n->peers);
	RB_INIT(&n->keys);
	TAILQ_INSERT_TAIL(&a->nets.list, n, entry);
	a->nets.n++;
	return (n);
}

void
meshnets_follow(struct agent *a)
{
	struct meshnet *n, *next;
	struct map_net *m;
	char id[NETNAME_SIZE];

	TAILQ_FOREACH_SAFE(n, &a->nets.list, entry, next) {
		TAILQ_FOREACH(m, &a->map.nets, entry)
			if (m == n->map)
				break;
		if (m == NULL)
			net_free(a, n);
	}
	TAILQ_FOREACH(m, &a->map.nets, entry)
		if (meshid_from_uuid(m->uuid, id) == 0 &&
		    meshnets_find(a, id) == NULL && net_new(a, m) == NULL)
			log_warn("network %s", m->uuid);
}

void
meshnets_clear(struct agent *a)
{
	struct meshnet *n;

	while ((n = TAILQ_FIRST(&a->nets.list)) != NULL)
		net_free(a, n);
}

void
meshnets_direct(struct agent *a, const struct state_direct *list,
    unsigned int count)
{
	struct path_facts f;
	struct meshpeer *p;
	struct map_peer *x;
	struct map_net *m;
	struct meshnet *n;
	unsigned int i;

	TAILQ_FOREACH(n, &a->nets.list, entry)
		(void)follow_members(n);
	for (i = 0; i < count; i++) {
		if ((m = map_net(&a->map, list[i].uuid)) == NULL ||
		    (x = map_peer(m, list[i].member)) == NULL)
			continue;
		TAILQ_FOREACH(n, &a->nets.list, entry)
			if (n->map == m)
				break;
		if (n == NULL || (p = meshnet_peer(n, x->id)) == NULL)
			continue;
		meshnet_facts(n, x, &f);
		path_start(&p->path, &f, true, mono_now());
	}
}

void
meshnets_save_paths(struct agent *a)
{
	struct state_direct *list;
	struct meshpeer *p;
	struct meshnet *n;
	unsigned int k = 0;

	if ((list = calloc(STATE_DIRECT_MAX, sizeof(*list))) == NULL) {
		log_warn("paths");
		return;
	}
	TAILQ_FOREACH(n, &a->nets.list, entry) {
		n->paths_changed = false;
		RB_FOREACH (p, meshpeers, &n->peers) {
			if (p->id == 0 || p->path.state != PATH_DIRECT ||
			    k == STATE_DIRECT_MAX)
				continue;
			strlcpy(list[k].uuid, n->map->uuid, MAP_UUID);
			list[k++].member = p->id;
		}
	}
	if (state_save_direct(a->set->server.state_dir, list, k) == -1)
		log_warn("%s: the paths cannot be saved",
		    a->set->server.state_dir);
	free(list);
}
