/* SPDX-License-Identifier: ISC */
/*
 * A member says who it is, gives its keys, acknowledges and reports.  A front is
 * believed no more than that it may speak for the devices of its identity rules.
 */

#include <stdlib.h>
#include <string.h>

#include "feed.h"
#include "fronts.h"
#include "lazy.h"
#include "link_apid_self.h"
#include "log.h"
#include "meshgen.h"
#include "op_group.h"
#include "op_member.h"
#include "pathseen.h"
#include "stale.h"
#include "turn.h"
#include "wants.h"

#define MET_MS	200000	/* WireGuard shakes hands more often */

static unsigned int
front_of(const struct leased *l, const struct chan *c)
{
	unsigned int i = 0;

	while (i < APIDS_MAX - 1 && l->apid[i] != c)
		i++;
	return (i);
}

/* May the rules give a front this device, and is it let in? */
static uint8_t
may_ask(struct leased *l, const char *tenant, const char *device,
    const char *who)
{
	if (!policy_mesh_reached(l->conf, ROLE_DEVICE, tenant, device))
		return (fronts_beyond(l, tenant, device));
	if (policy_denied(&l->denied, "", device) ||
	    policy_access(l->conf, device, who) == VERDICT_DENY)
		return (LEASE_E_DENIED);
	return (LEASE_OK_SAME);
}

/* Put the asker into an operation. */
static void
asks(struct msg_mesh_op *op, const char *tenant, const char *device,
    const char *who, const struct prefix *from, const char *req)
{
	memset(op, 0, sizeof(*op));
	strlcpy(op->tenant, tenant, sizeof(op->tenant));
	strlcpy(op->device, device, sizeof(op->device));
	strlcpy(op->who, who, sizeof(op->who));
	if (from != NULL)
		op->from = *from;
	strlcpy(op->req, req, sizeof(op->req));
}

static int
send_selfs(struct leased *l, unsigned int i, uint32_t id, struct device *d)
{
	struct msg_mesh_self s;
	struct member *m;

	LIST_FOREACH(m, &d->members, ofdev) {
		if (m->state == MEMBER_RESTING)
			continue;
		stale_heard(l, m);
		feed_watch(l, m->mesh, i);
		if (m->mesh->feed == NULL)
			return (-1);
		feed_note(l, m);
		feed_self(l, m, i, &s);
		if (chan_send_mesh_self(l->apid[i], id, &s, -1) == -1)
			return (-1);
	}
	return (0);
}

/* All meshes have the epoch of the database. */
static uint64_t
epoch(const struct leased *l)
{
	const struct mesh *n = mesh_behind(l->meshes, 0);

	return (n == NULL ? 0 : n->epoch);
}

static uint8_t
hello(struct leased *l, const struct msg_mesh_hello *m, struct device **d)
{
	char groups[RULE_GROUPS_MAX][MESHNAME_SIZE];
	struct mesh_answer a;
	struct msg_mesh_op op;
	uint8_t code, i;

	*d = NULL;
	code = may_ask(l, m->tenant, m->device, m->who);
	if (code != LEASE_OK_SAME)
		return (code);
	if (turn_commit(l) == -1)
		return (LEASE_E_STORE);
	for (i = 0; i < m->ngroups; i++)
		strlcpy(groups[i], m->groups[i], sizeof(groups[i]));
	asks(&op, m->tenant, m->device, m->who, &m->from, m->req);
	return (op_device_hello(l->meshes, &op, m->version,
	    (const char (*)[MESHNAME_SIZE])groups, m->ngroups, d, &a));
}

int
leased_mesh_hello(struct chan *c, uint32_t id, const struct msg_mesh_hello *m)
{
	struct leased *l = chan_arg(c);
	struct msg_mesh_self_end end;
	struct device *d;

	memset(&end, 0, sizeof(end));
	end.code = hello(l, m, &d);
	if (end.code <= LEASE_OK_REKEYED && d != NULL) {
		end.code = LEASE_OK_SAME;
		end.device = (uint64_t)d->id;
		if (send_selfs(l, front_of(l, c), id, d) == -1)
			end.code = LEASE_E_BUSY;
	}
	end.epoch = epoch(l);
	if (chan_send_mesh_self_end(c, id, &end, -1) == -1)
		log_debug("%s: answer %u not sent", chan_name(c), id);
	return (0);
}

int
leased_mesh_watch(struct chan *c, uint32_t id, const struct msg_mesh_watch *m)
{
	struct leased *l = chan_arg(c);
	struct mesh *n;

	if ((n = mesh_by_id(l->meshes, (int64_t)m->mesh)) != NULL)
		feed_unwatch(n, front_of(l, c));
	return (0);
}

/* Relays of the platform are in meshes of all tenants. */
static bool
may_see(const struct leased *l, const struct mesh *n)
{
	return (
	    policy_mesh_reached(l->conf, ROLE_DEVICE, n->tenant->name, NULL) ||
	    policy_mesh_reached(l->conf, ROLE_DEVICE, TENANT_PLATFORM, NULL));
}

int
leased_mesh_page(struct chan *c, uint32_t id, const struct msg_mesh_page *m)
{
	struct msg_mesh_page_end end = { .code = LEASE_E_MESH };
	struct leased *l = chan_arg(c);
	struct mesh *n;

	n = mesh_by_id(l->meshes, (int64_t)m->mesh);
	if (n != NULL && !may_see(l, n)) {
		end.code = fronts_beyond(l, n->tenant->name, n->name);
		n = NULL;
	}
	if (n != NULL)
		feed_page(l, n, front_of(l, c), id, m);
	else if (chan_send_mesh_page_end(c, id, &end, -1) == -1)
		log_debug("%s: answer %u not sent", chan_name(c), id);
	return (0);
}

static void
done(struct chan *c, uint32_t id, uint8_t code, const char *text)
{
	struct msg_mesh_done m;

	memset(&m, 0, sizeof(m));
	m.code = code;
	strlcpy(m.text, text, sizeof(m.text));
	if (chan_send_mesh_done(c, id, &m, -1) == -1)
		log_debug("%s: answer %u not sent", chan_name(c), id);
}

/* The membership of a device in the mesh of this name or uuid, or NULL. */
static struct member *
find_member(struct leased *l, const char *tenant, const char *device,
    const char *name)
{
	const struct tenant *t = tenant_find(l->meshes, tenant);
	const struct device *d;
	struct member *m;

	if (t == NULL || (d = device_find(l->meshes, t, device)) == NULL)
		return (NULL);
	/* A relay of the platform is in meshes of other tenants. */
	LIST_FOREACH(m, &d->members, ofdev)
		if (m->state != MEMBER_RESTING &&
		    (mesh_find(l->meshes, m->mesh->tenant, name) == m->mesh))
			return (m);
	return (NULL);
}

static void
take_locals(const struct msg_mesh_key *m, struct mesh_endpoint *local)
{
	uint8_t i;

	for (i = 0; i < m->nlocal; i++) {
		local[i].addr = m->local[i].addr;
		local[i].port = m->local[i].port;
	}
}

int
leased_mesh_key(struct chan *c, uint32_t id, const struct msg_mesh_key *m)
{
	struct mesh_endpoint local[MEMBER_LOCAL_MAX];
	struct mesh_answer a = { .code = LEASE_OK_SAME };
	struct leased *l = chan_arg(c);
	struct msg_mesh_op op;
	struct member *x;
	uint8_t code;

	code = may_ask(l, m->tenant, m->device, m->who);
	if (code != LEASE_OK_SAME) {
		done(c, id, code, "");
		return (0);
	}
	x = find_member(l, m->tenant, m->device, m->mesh);
	if (x == NULL || turn_commit(l) == -1) {
		done(c, id, x == NULL ? LEASE_E_MEMBER : LEASE_E_STORE, "");
		return (0);
	}
	asks(&op, m->tenant, m->device, m->who, &m->from, m->req);
	take_locals(m, local);
	if (m->leave)
		(void)op_member_leave(x, &op, &a);
	else
		(void)op_member_key(x, m->pubkey, m->port, local, m->nlocal,
		    &op, &a);
	done(c, id, a.code, a.text);
	return (0);
}

static void
forget_nack(struct member *m)
{
	free(m->nack);
	m->nack = NULL;
}

int
leased_mesh_acks(struct chan *c, uint32_t id, const struct msg_mesh_acks *m)
{
	struct leased *l = chan_arg(c);
	int64_t now = wall_now().s;
	struct member *x;
	struct mesh *n;
	uint8_t i;

	for (i = 0; i < m->n; i++) {
		n = mesh_by_id(l->meshes, (int64_t)m->acks[i].mesh);
		if (n == NULL || m->acks[i].gen > n->gen ||
		    (x = member_by_id(n, (int64_t)m->acks[i].member)) == NULL)
			continue;
		if (!policy_mesh_reached(l->conf, ROLE_DEVICE,
			x->device->tenant->name, x->device->name)) {
			(void)fronts_beyond(l, x->device->tenant->name,
			    x->device->name);
			continue;
		}
		stale_heard(l, x);
		/* A device may have gone back, too. */
		if (x->acked == m->acks[i].gen)
			continue;
		if (x->acked < m->acks[i].gen)
			forget_nack(x);
		x->acked = m->acks[i].gen;
		x->acked_at = now;
		lazy_note(x);
	}
	return (0);
}

/* Keep why the device has refused, and write it as an event if it is new. */
static void
take_nack(struct leased *l, struct member *x, const struct msg_mesh_report *m)
{
	struct msg_mesh_op op;

	if (m->nack[0] == '\0' ||
	    (x->nack != NULL && strcmp(x->nack, m->nack) == 0))
		return;
	forget_nack(x);
	if ((x->nack = strdup(m->nack)) == NULL)
		return;
	asks(&op, m->tenant, m->device, x->device->who, NULL, m->req);
	if (turn_commit(l) == -1 || store_begin(l->store) == -1)
		return;
	if (mesh_event(l->meshes, "mesh.nack", x->mesh, x->device->name, &op,
		m->nack) == -1 ||
	    store_commit(l->store) == -1) {
		store_rollback(l->store);
		return;
	}
	mesh_log("mesh.nack", x->mesh, x->device->name, &op, "");
}

/* The rendezvous has seen the member lately. */
static bool
is_met(const struct member *x)
{
	return (x->fed.met_at.ns != 0 &&
	    mono_diff_ms(mono_now(), x->fed.met_at) < MET_MS);
}

/*
 * An endpoint that the device has from a STUN server, and its kind of NAT.  One
 * of the rendezvous is better as long as that sees the device.
 */
static void
take_place(struct leased *l, struct member *x, const struct msg_mesh_report *m)
{
	bool moved = m->nat != NAT_UNKNOWN && m->nat != x->nat;

	if (moved)
		x->nat = m->nat;
	if (m->endpoint.family != 0 && m->port != 0 &&
	    (x->endpoint_src <= ENDPOINT_STUN ||
		(x->endpoint_src == ENDPOINT_RENDEZVOUS && !is_met(x))) &&
	    (x->endpoint.port != m->port ||
		!prefix_equal(&x->endpoint.addr, &m->endpoint))) {
		x->endpoint.addr = m->endpoint;
		x->endpoint.port = m->port;
		x->endpoint_src = ENDPOINT_STUN;
		moved = true;
	}
	if (!moved)
		return;
	lazy_note(x);
	l->feed_lazy = true;
	if (gen_touch(x) == -1)
		log_debug("mesh: an endpoint is told later");
	l->feed_lazy = false;
}

static void
take_wants(struct leased *l, struct member *x, const struct msg_mesh_report *m)
{
	struct mono now = mono_now();
	const struct member *to;
	uint8_t i;

	for (i = 0; i < m->nwant; i++) {
		to = member_by_id(x->mesh, (int64_t)m->want[i]);
		if (to != NULL && to != x && member_seen(to) &&
		    wants_pass(x, to, now))
			feed_want(l, to, x->id);
	}
}

int
leased_mesh_report(struct chan *c, uint32_t id, const struct msg_mesh_report *m)
{
	struct leased *l = chan_arg(c);
	unsigned int i = front_of(l, c);
	struct member *x;
	uint8_t code;

	l->reporter[i].mesh = l->reporter[i].member = 0;
	code = may_ask(l, m->tenant, m->device, "");
	if (code == LEASE_OK_SAME) {
		x = find_member(l, m->tenant, m->device, m->mesh);
		if (x == NULL)
			code = LEASE_E_MEMBER;
		else if (x->state == MEMBER_ACTIVE) {
			l->reporter[i].mesh = x->mesh->id;
			l->reporter[i].member = x->id;
			stale_heard(l, x);
			take_nack(l, x, m);
			take_place(l, x, m);
			take_wants(l, x, m);
		}
	}
	done(c, id, code, "");
	return (0);
}

/* A path of the member whose report came before it. */
int
leased_mesh_path(struct chan *c, uint32_t id, const struct msg_mesh_path *m)
{
	struct leased *l = chan_arg(c);
	const struct meet_place *r = &l->reporter[front_of(l, c)];
	int64_t at = wall_now().s - (int64_t)m->age;
	struct member *x, *peer;
	struct mesh *n;

	if (r->member == 0 || (n = mesh_by_id(l->meshes, r->mesh)) == NULL ||
	    (x = member_by_id(n, r->member)) == NULL ||
	    (peer = member_by_id(n, (int64_t)m->peer)) == NULL || peer == x)
		return (0);
	pathseen_note(l->meshes, x, peer, m->state, wall_now().s);
	if (m->state == MPATH_NONE || m->age == UINT32_MAX)
		return (0);
	/* Both ends of a handshake were there. */
	if (at > x->handshake)
		x->handshake = at;
	if (at > peer->handshake)
		peer->handshake = at;
	return (0);
}
