/* SPDX-License-Identifier: ISC */
/*
 * What the mesh is told of the rest of leased: addresses and keys of others.
 */

#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "meshload.h"
#include "meshstart.h"

/* Each network's addresses, routes, and the prefixes of its pools. */
#define RESERVED_MAX                                                           \
	(NETWORKS_MAX * (NET_ADDRS_MAX + NET_ROUTES_MAX + NET_PIECES_MAX))

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

static const struct mesh_hooks hooks = {
	.key_taken = key_taken,
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
	}
	free(l->mesh_reserved);
	l->mesh_reserved = n == 0 ? r : reallocarray(r, n, sizeof(*r));
	if (l->mesh_reserved == NULL)
		l->mesh_reserved = r;
	l->meshes->conf.reserved = l->mesh_reserved;
	l->meshes->conf.nreserved = n;
}

int
mesh_start(struct leased *l)
{
	struct mono begin;

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
