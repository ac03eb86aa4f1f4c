/* SPDX-License-Identifier: ISC */
/*
 * The rest of leased as the mesh sees it: addresses and keys of others.
 */

#include <stdlib.h>
#include <string.h>

#include "enrol.h"
#include "feed.h"
#include "lazy.h"
#include "log.h"
#include "meshcall.h"
#include "meshgen.h"
#include "meshload.h"
#include "meshstart.h"
#include "op_member.h"
#include "pathseen.h"
#include "stale.h"
#include "turn.h"

#define TICK_S		30	/* between two looks at what is old */
#define AGAIN_S		5	/* an enrolment after the store failed */
#define LAZY_PAGE	256	/* rows that are written in one turn */

/* Each network's addresses, routes, pools and subnets. */
#define RESERVED_MAX                                                           \
	(NETWORKS_MAX * (NET_ADDRS_MAX + NET_ROUTES_MAX + NET_ROUTED_MAX))

static bool
key_taken(void *arg, const uint8_t *key)
{
	const struct leased *l = arg;
	const struct network *n;

	TAILQ_FOREACH(n, &l->reg.nets, entry)
		if (peer_by_key(n, key) != NULL)
			return (true);
	return (registry_own_key(&l->reg, key));
}

static void
changed(void *arg, struct mesh *n, struct member *m, int64_t gone)
{
	feed_changed(arg, n, m, gone);
}

static void
deleted(void *arg, struct mesh *n)
{
	feed_deleted(arg, n);
}

static const struct mesh_hooks hooks = {
	.key_taken = key_taken,
	.changed = changed,
	.deleted = deleted,
};

static size_t
reserve(struct mesh_reserved *r, size_t n, const struct prefix *p, size_t np,
    const char *network)
{
	size_t i;

	for (i = 0; i < np && n < RESERVED_MAX; i++) {
		r[n].prefix = p[i];
		prefix_mask(&r[n].prefix);
		/* A route to everywhere says nothing about addresses. */
		if (r[n].prefix.len == 0)
			continue;
		r[n++].network = network;
	}
	return (n);
}

/* The words of the configuration, or the defaults if it was not sent. */
static void
take_words(struct meshconf *c, const struct msg_conf_mesh *m)
{
	if (m->full_max == 0)
		return;
	c->range[0] = m->range;
	c->range[1] = m->range6;
	c->full_max = m->full_max;
	c->hub_max = m->hub_max;
	c->nets_max = m->networks_max;
}

void
mesh_configure(struct leased *l)
{
	struct prefix pools[NET_PIECES_MAX];
	const struct msg_conf_network *m;
	struct mesh_reserved *r;
	size_t n = 0, np;
	unsigned int i;

	if ((r = calloc(RESERVED_MAX, sizeof(*r))) == NULL)
		fatal("addresses of the configuration");
	for (i = 0; i < l->conf->nnets; i++) {
		m = &l->conf->nets[i];
		np = blocks_split(m->pools, m->npools, pools, NET_PIECES_MAX);
		if (np > NET_PIECES_MAX)
			np = NET_PIECES_MAX;
		n = reserve(r, n, m->addrs, m->naddrs, m->name);
		n = reserve(r, n, pools, np, m->name);
		n = reserve(r, n, m->routes, m->nroutes, m->name);
		n = reserve(r, n, m->subnets, m->nsubnets, m->name);
	}
	free(l->mesh_reserved);
	l->mesh_reserved = n == 0 ? r : reallocarray(r, n, sizeof(*r));
	if (l->mesh_reserved == NULL)
		l->mesh_reserved = r;
	take_words(&l->meshes->conf, &l->conf->mesh);
	l->meshes->conf.reserved = l->mesh_reserved;
	l->meshes->conf.nreserved = n;
}

/* One page of one enrolment a turn, so that the others are served. */
static void
enrol_cb(evutil_socket_t fd, short what, void *arg)
{
	struct timeval tv = { 0, 0 };
	struct leased *l = arg;
	struct mesh *n;

	if ((n = enrol_next(l->meshes)) == NULL)
		return;
	if (turn_commit(l) == -1 || enrol_page(n) == -1)
		tv.tv_sec = AGAIN_S;
	(void)evtimer_add(l->ev_enrol, &tv);
}

/* Rows that are old, a page in each turn. */
static void
lazy_cb(evutil_socket_t fd, short what, void *arg)
{
	const struct timeval tv = { 0, 0 };
	struct leased *l = arg;

	if (turn_commit(l) == 0 && lazy_write(l->meshes, LAZY_PAGE) == 1)
		(void)evtimer_add(l->ev_lazy, &tv);
}

static void
tick_cb(evutil_socket_t fd, short what, void *arg)
{
	const struct timeval tv = { TICK_S, 0 };
	struct leased *l = arg;
	struct wall now = wall_now();
	struct mesh *n;

	(void)turn_commit(l);
	RB_FOREACH(n, mesh_tree, &l->meshes->meshes) {
		n->settled = n->unsettled;
		n->unsettled = n->gen;
		n->settled_all = n->unsettled_all;
		n->unsettled_all = n->gen_all;
		(void)gone_trim(n, now);
		(void)gone_forget(n, now);
	}
	stale_look(l);
	lazy_cb(-1, 0, l);
	(void)evtimer_add(l->ev_mesh, &tv);
}

void
mesh_do(struct leased *l, const struct msg_mesh_op *m, struct mesh_answer *a)
{
	const struct timeval tv = { 0, 0 };

	if (turn_commit(l) == -1) {
		memset(a, 0, sizeof(*a));
		a->code = LEASE_E_STORE;
		return;
	}
	mesh_op(l->meshes, m, a);
	if (enrol_next(l->meshes) != NULL)
		(void)evtimer_add(l->ev_enrol, &tv);
}

int
mesh_suspend(struct leased *l, const char *name, const char *by, bool suspend)
{
	struct msg_mesh_op m;

	memset(&m, 0, sizeof(m));
	strlcpy(m.who, by, sizeof(m.who));
	if (turn_commit(l) == -1)
		return (-1);
	return (op_member_suspend(l->meshes, name, suspend, &m) == -1 ? -1 : 0);
}

bool
mesh_knows(const struct leased *l, const char *name)
{
	const struct tenant *t;

	for (t = tenant_behind(l->meshes, 0); t != NULL;
	     t = tenant_behind(l->meshes, t->id))
		if (device_find(l->meshes, t, name) != NULL)
			return (true);
	return (false);
}

void
mesh_stop(struct leased *l)
{
	int rc;

	if (l->meshes == NULL)
		return;
	pathseen_clear(l->meshes);
	do
		rc = lazy_write(l->meshes, LAZY_PAGE);
	while (rc == 1);
	if (rc == -1)
		log_warnx("mesh: the last acknowledgements are not written");
}

int
mesh_start(struct leased *l)
{
	const struct timeval tv = { TICK_S, 0 }, now = { 0, 0 };
	struct mono begin;

	l->ev_enrol = evtimer_new(l->base, enrol_cb, l);
	l->ev_mesh = evtimer_new(l->base, tick_cb, l);
	l->ev_lazy = evtimer_new(l->base, lazy_cb, l);
	l->mesh_since = mono_now();
	if (l->ev_enrol == NULL || l->ev_mesh == NULL || l->ev_lazy == NULL ||
	    evtimer_add(l->ev_mesh, &tv) == -1 ||
	    evtimer_add(l->ev_enrol, &now) == -1)
		fatal("mesh");
	if ((l->meshes = calloc(1, sizeof(*l->meshes))) == NULL)
		fatal("mesh");
	meshes_init(l->meshes, l->store);
	l->meshes->hooks = &hooks;
	l->meshes->arg = l;
	begin = mono_now();
	if (meshes_load(l->meshes, begin, wall_now()) == -1)
		return (-1);
	if (l->meshes->nmeshes > 0)
		log_info("%u meshes with %u members in %lld ms",
		    l->meshes->nmeshes, l->meshes->nmembers,
		    (long long)mono_diff_ms(mono_now(), begin));
	return (0);
}
