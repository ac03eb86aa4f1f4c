/* SPDX-License-Identifier: ISC */
/*
 * Rows of the mesh.
 */

#include <sys/socket.h>

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "memberaddr.h"
#include "meshrow.h"

void
mesh_changed(struct mesh *n, struct member *m, int64_t gone)
{
	const struct meshes *ms = n->meshes;

	if (ms->hooks != NULL && ms->hooks->changed != NULL)
		ms->hooks->changed(ms->arg, n, m, gone);
}

void
meshrow_tenant(const struct tenant *t, struct tenant_row *r)
{
	memset(r, 0, sizeof(*r));
	r->id = t->id;
	r->name = t->name;
	r->mesh = t->mesh;
	memcpy(r->range, t->range, sizeof(r->range));
	r->port = t->port;
	r->keepalive = t->keepalive;
	r->nat = t->nat;
	r->dns = t->dns;
	r->stun = t->stun;
	r->created = t->created;
}

/* Source and destination may be the same. */
static void
set_text(char *dst, const char *text, size_t size)
{
	if (dst != text)
		strlcpy(dst, text, size);
}

void
meshrow_take_tenant(struct tenant *t, const struct tenant_row *r)
{
	t->mesh = r->mesh;
	memcpy(t->range, r->range, sizeof(t->range));
	t->port = r->port;
	t->keepalive = r->keepalive;
	t->nat = r->nat;
	set_text(t->dns, r->dns, sizeof(t->dns));
	set_text(t->stun, r->stun, sizeof(t->stun));
	t->created = r->created;
}

void
meshrow_device(const struct device *d, struct device_row *r)
{
	memset(r, 0, sizeof(*r));
	r->id = d->id;
	r->tenant = d->tenant->id;
	r->name = d->name;
	r->who = d->who;
	r->platform = d->platform;
	r->created = d->created;
	r->seen = d->seen;
	r->version = d->version;
}

void
meshrow_take_device(struct device *d, const struct device_row *r)
{
	set_text(d->who, r->who, sizeof(d->who));
	d->platform = r->platform;
	d->created = r->created;
	d->seen = r->seen;
	set_text(d->version, r->version, sizeof(d->version));
}

void
meshrow_mesh(const struct mesh *n, struct mesh_row *r)
{
	memset(r, 0, sizeof(*r));
	r->id = n->id;
	r->uuid = n->uuid;
	r->tenant = n->tenant->id;
	r->name = n->name;
	r->topology = n->topology;
	memcpy(r->net, n->net, sizeof(r->net));
	r->port = n->port;
	r->keepalive = n->keepalive;
	r->dns = n->dns;
	r->group = n->group != NULL ? n->group->id : 0;
	r->gen_limit = n->gen_limit;
	r->floor = n->floor;
	r->epoch = n->epoch;
	r->enrol_after = n->enrol_after;
	r->created = n->created;
}

/* The group by its id, which is one of the tenant's. */
static void
set_group(struct mesh *n, int64_t id)
{
	struct meshgroup *g;

	if (n->group != NULL)
		n->group->nmeshes--;
	n->group = NULL;
	TAILQ_FOREACH(g, &n->tenant->groups, entry)
		if (g->id == id) {
			n->group = g;
			g->nmeshes++;
		}
}

void
meshrow_take_mesh(struct mesh *n, const struct mesh_row *r)
{
	struct block b;
	int fam;

	n->topology = r->topology;
	memcpy(n->net, r->net, sizeof(n->net));
	for (fam = 0; fam < FAMS; fam++) {
		if (n->net[fam].family == 0 || n->pool[fam] != NULL)
			continue;
		b = block_of(&n->net[fam]);
		n->pool[fam] = pool_new(&b, false);
	}
	n->port = r->port;
	n->keepalive = r->keepalive;
	set_text(n->dns, r->dns, sizeof(n->dns));
	set_group(n, r->group);
	n->gen_limit = r->gen_limit;
	n->floor = r->floor;
	n->epoch = r->epoch;
	n->enrol_after = r->enrol_after;
	n->created = r->created;
}

const char *
local_format(const struct mesh_endpoint *e, uint8_t n, char *dst)
{
	char addr[PREFIX_TEXT];
	size_t len = 0;
	uint8_t i;
	bool six;

	dst[0] = '\0';
	for (i = 0; i < n && len < LOCAL_TEXT; i++) {
		six = e[i].addr.family == AF_INET6;
		len += (size_t)snprintf(dst + len, LOCAL_TEXT - len,
		    "%s%s%s%s:%u", i > 0 ? " " : "", six ? "[" : "",
		    prefix_format_addr(&e[i].addr, addr), six ? "]" : "",
		    e[i].port);
	}
	return (dst);
}

static uint8_t
local_parse(const char *text, struct mesh_endpoint *e)
{
	char *copy, *next, *word;
	uint8_t n = 0;

	if ((next = copy = strdup(text)) == NULL)
		fatal("local addresses");
	while (n < MEMBER_LOCAL_MAX && (word = strsep(&next, " ")) != NULL) {
		if (endpoint_parse(word, &e[n].addr, &e[n].port) == 0)
			n++;
	}
	free(copy);
	return (n);
}

void
meshrow_member(const struct member *m, struct member_row *r, char *local)
{
	memset(r, 0, sizeof(*r));
	r->id = m->id;
	r->mesh = m->mesh->id;
	r->device = m->device->id;
	r->state = m->state;
	r->key = m->has_key ? m->key : NULL;
	memcpy(r->addr, m->addr, sizeof(r->addr));
	r->role = m->role;
	r->via = m->via;
	r->port = m->port;
	r->endpoint = m->endpoint.addr;
	r->endpoint_port = m->endpoint.port;
	r->endpoint_src = m->endpoint_src;
	r->local = local_format(m->local, m->nlocal, local);
	r->nat = m->nat;
	r->gen = m->gen;
	r->acked = m->acked;
	r->acked_at = m->acked_at;
	r->nack = m->nack != NULL ? m->nack : "";
	r->handshake = m->handshake;
	r->seen = m->seen;
	r->ready = m->ready_at;
	r->created = m->created;
}

static void
take_local(struct member *m, const char *text)
{
	struct mesh_endpoint local[MEMBER_LOCAL_MAX], *copy = NULL;
	uint8_t n;

	n = local_parse(text, local);
	if (n > 0 && (copy = calloc(n, sizeof(*copy))) == NULL)
		fatal("local addresses");
	if (n > 0)
		memcpy(copy, local, n * sizeof(*copy));
	free(m->local);
	m->local = copy;
	m->nlocal = n;
}

static void
take_nack(struct member *m, const char *nack)
{
	char *copy = NULL;

	if (nack == m->nack)
		return;
	if (nack[0] != '\0' && (copy = strdup(nack)) == NULL)
		fatal("refusal of a device");
	free(m->nack);
	m->nack = copy;
}

void
meshrow_take_member(struct member *m, const struct member_row *r,
    struct mono now, struct wall wall)
{
	uint8_t key[WGKEY_LEN];
	int fam;

	for (fam = 0; fam < FAMS; fam++)
		address_take(m, fam, r, now, wall);
	if (r->key != NULL)
		memcpy(key, r->key, sizeof(key));
	member_set_key(m, r->key != NULL ? key : NULL);
	m->role = r->role;
	m->via = r->via;
	m->port = r->port;
	m->endpoint.addr = r->endpoint;
	m->endpoint.port = r->endpoint_port;
	m->endpoint_src = r->endpoint_src;
	take_local(m, r->local);
	m->nat = r->nat;
	m->gen = r->gen;
	m->acked = r->acked;
	m->acked_at = r->acked_at;
	take_nack(m, r->nack);
	m->handshake = r->handshake;
	m->seen = m->seen_kept = r->seen;
	m->ready_at = r->ready;
	m->created = r->created;
	member_set_state(m, r->state);
}
