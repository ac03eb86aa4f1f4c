/* SPDX-License-Identifier: ISC */
/*
 * A peer of the rendezvous follows from its member: it needs no row and no
 * answer of its own.  If a message is lost, the next sync puts it right.
 */

#include <string.h>

#include "lazy.h"
#include "log.h"
#include "meet.h"
#include "meshgen.h"

/* The network of the configuration, or NULL. */
static const char *
meeting(const struct leased *l)
{
	const char *name = l->conf->mesh.rendezvous;

	return (name[0] == '\0' || registry_find(&l->reg, name) == NULL ? NULL :
									  name);
}

static int
send_set(struct leased *l, const char *net, const uint8_t *key)
{
	struct msg_peer_set m;

	memset(&m, 0, sizeof(m));
	strlcpy(m.network, net, sizeof(m.network));
	memcpy(m.pubkey, key, sizeof(m.pubkey));
	m.source = SOURCE_LEASE;
	m.ttl = LEASE_NEVER;
	return (chan_send_peer_set(l->hand, 0, &m, -1));
}

static int
send_del(struct leased *l, const char *net, const uint8_t *key)
{
	struct msg_peer_del m;

	memset(&m, 0, sizeof(m));
	strlcpy(m.network, net, sizeof(m.network));
	memcpy(m.pubkey, key, sizeof(m.pubkey));
	return (chan_send_peer_del(l->hand, 0, &m, -1));
}

static bool
take(struct leased *l, struct member *m, bool want)
{
	struct member_fed *x = &m->fed;
	const char *net = meeting(l);
	int rc = 0;

	if (net == NULL || l->hand == NULL)
		return (true);
	if (x->met && want && memcmp(x->key, m->key, sizeof(x->key)) == 0)
		return (true);
	if (x->met)
		rc = send_del(l, net, x->key);
	if (rc == 0 && want)
		rc = send_set(l, net, m->key);
	x->met = want;
	if (want)
		memcpy(x->key, m->key, sizeof(x->key));
	return (rc == 0);
}

bool
meet_changed(struct leased *l, struct member *m)
{
	return (take(l, m, member_seen(m)));
}

bool
meet_deleted(struct leased *l, struct member *m)
{
	return (take(l, m, false));
}

bool
meet_sync(struct leased *l, struct meet_place *p)
{
	const char *net = meeting(l);
	struct member *m;
	struct mesh *n;

	if (net == NULL || l->meshes == NULL)
		return (true);
	n = mesh_behind(l->meshes, p->mesh - 1);
	for (; n != NULL; n = mesh_behind(l->meshes, n->id), p->member = 0) {
		p->mesh = n->id;
		for (m = member_behind(n, p->member); m != NULL;
		     m = member_behind(n, m->id)) {
			if (chan_busy(l->hand))
				return (false);
			if (member_seen(m)) {
				if (send_set(l, net, m->key) == -1)
					return (false);
				memcpy(m->fed.key, m->key, sizeof(m->fed.key));
			}
			m->fed.met = member_seen(m);
			p->member = m->id;
		}
	}
	p->mesh = INT64_MAX;
	return (true);
}

void
meet_seen(struct leased *l, const struct msg_peer_seen *s)
{
	struct member *m;

	if (l->meshes == NULL ||
	    strcmp(s->network, l->conf->mesh.rendezvous) != 0 ||
	    (m = member_by_key(l->meshes, s->pubkey)) == NULL)
		return;
	m->fed.met_at = mono_now();
	if (s->handshake > m->handshake)
		m->handshake = s->handshake;
	if (m->endpoint_src > ENDPOINT_RENDEZVOUS)
		return;
	m->endpoint_src = ENDPOINT_RENDEZVOUS;
	if (m->endpoint.port == s->port &&
	    prefix_equal(&m->endpoint.addr, &s->endpoint))
		return;
	m->endpoint.addr = s->endpoint;
	m->endpoint.port = s->port;
	lazy_note(m);
	l->feed_lazy = true;
	if (gen_touch(m) == -1)
		log_debug("mesh: an endpoint is told later");
	l->feed_lazy = false;
}
