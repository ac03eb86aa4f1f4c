/* SPDX-License-Identifier: ISC */
/*
 * The order of everything here must not depend on who looks: of two relays the
 * one with the lowest member id counts.
 */

#include <string.h>

#include "pair.h"

#define PROBE_ALL	256	/* most members of whom all are probed always */
#define PROBE_TURNS	10	/* else each pair in one of so many minutes */

static bool
can_relay(const struct map_peer *p)
{
	return ((p->relay || p->hub) && p->endpoint.addr.family != 0);
}

struct map_peer *
pair_main_relay(struct map_net *n)
{
	struct map_peer *p;

	p = n->self.via != 0 ? map_peer(n, n->self.via) : NULL;
	if (p != NULL && can_relay(p))
		return (p);
	RB_FOREACH (p, map_peers, &n->peers)
		if (can_relay(p))
			return (p);
	return (NULL);
}

struct map_peer *
pair_relay(struct map_net *n, const struct map_peer *x)
{
	struct map_peer *p, *q;

	if (n->self.relay || n->self.hub || x->relay || x->hub)
		return (NULL);
	p = x->via != 0 ? map_peer(n, x->via) : NULL;
	q = n->self.via != 0 ? map_peer(n, n->self.via) : NULL;
	if (p != NULL && !can_relay(p))
		p = NULL;
	if (q != NULL && !can_relay(q))
		q = NULL;
	if (p != NULL && q != NULL)
		return (p->id < q->id ? p : q);
	if (p != NULL || q != NULL)
		return (p != NULL ? p : q);
	RB_FOREACH (p, map_peers, &n->peers)
		if (can_relay(p))
			return (p);
	return (NULL);
}

static void
add_cand(struct path_facts *f, const struct map_endpoint *e)
{
	if (e->addr.family != 0 && f->ncands < PATH_CANDS)
		f->cands[f->ncands++] = *e;
}

/*
 * Behind the same NAT the local addresses come first, else the one that the
 * internet sees, which is also the last to be left in.
 */
static void
candidates(const struct map_net *n, const struct map_peer *x,
    struct path_facts *f)
{
	bool near;
	uint8_t i;

	near = x->endpoint.addr.family != 0 &&
	    prefix_equal(&x->endpoint.addr, &n->self.endpoint.addr);
	/* One whose NAT gives another port to everybody can only call us. */
	if (f->ours == MAP_NAT_OPEN && f->theirs == MAP_NAT_HARD && !near)
		return;
	if (!near)
		add_cand(f, &x->endpoint);
	for (i = 0; i < x->nlocal; i++)
		add_cand(f, &x->local[i]);
	if (near || x->nlocal > 0)
		add_cand(f, &x->endpoint);
}

static bool
is_called(const struct map_net *n, uint64_t id)
{
	uint8_t i;

	for (i = 0; i < n->nwant; i++)
		if (n->want[i] == id)
			return (true);
	return (false);
}

void
pair_facts(struct map_net *n, const struct map_peer *x, uint64_t minute,
    struct path_facts *f)
{
	memset(f, 0, sizeof(*f));
	f->relay = pair_relay(n, x) != NULL;
	f->fixed = x->relay || x->hub || n->self.relay || n->self.hub;
	f->ours = n->self.nat;
	f->theirs = x->relay || x->hub ? MAP_NAT_OPEN : x->nat;
	f->called = is_called(n, x->id);
	if (n->npeers < PROBE_ALL)
		f->keepalive = n->self.keepalive;
	f->probe = n->npeers < PROBE_ALL ||
	    (minute + (x->id ^ n->self.member)) % PROBE_TURNS == 0;
	candidates(n, x, f);
}

enum map_nat
pair_own_nat(const struct map_self *s, const struct map_endpoint *local,
    unsigned int nlocal)
{
	unsigned int i;

	if (s->relay || s->hub)
		return (MAP_NAT_OPEN);
	if (s->endpoint.addr.family == 0)
		return (MAP_NAT_UNKNOWN);
	for (i = 0; i < nlocal; i++)
		if (local[i].port == s->endpoint.port &&
		    prefix_equal(&local[i].addr, &s->endpoint.addr))
			return (MAP_NAT_OPEN);
	return ((enum map_nat)s->nat);
}
