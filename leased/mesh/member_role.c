/* SPDX-License-Identifier: ISC */
/*
 * The rules for roles: others must reach a relay, an egress prefix belongs to
 * one member and not to the mesh, and only a mesh with hubs has a hub.
 */

#include <sys/socket.h>

#include <stdio.h>
#include <string.h>

#include "member_role.h"
#include "slice.h"

bool
role_reachable(const struct member_row *r)
{
	return (r->endpoint.family != 0 &&
	    (r->endpoint_src == ENDPOINT_OPERATOR || r->nat == NAT_OPEN));
}

static uint8_t
take_endpoint(const struct msg_mesh_op *op, struct member_row *r,
    struct mesh_answer *a)
{
	const char *what;

	if (op->endpoint.family != 0 &&
	    (what = slice_unfit(&op->endpoint)) != NULL)
		return (mesh_no(a, LEASE_E_REQUEST,
		    "the endpoint is %s: others cannot reach it", what));
	if (op->endpoint.family != 0 && op->endpoint_port == 0)
		return (mesh_no(a, LEASE_E_REQUEST,
		    "the endpoint's port must be 1 to 65535"));
	/* Without an operator's endpoint, the one seen next counts again. */
	r->endpoint = op->endpoint;
	r->endpoint_port = op->endpoint.family != 0 ? op->endpoint_port : 0;
	r->endpoint_src = op->endpoint.family != 0 ? ENDPOINT_OPERATOR :
						     ENDPOINT_NONE;
	return (LEASE_OK_SAME);
}

/* Another member that has the prefix, or NULL. */
static const struct member *
egress_holder(const struct member *m, const struct prefix *p)
{
	const struct mesh *n = m->mesh;
	const struct member *o;
	uint8_t i;

	for (o = member_behind(n, 0); o != NULL; o = member_behind(n, o->id))
		for (i = 0; o != m && i < o->negress; i++)
			if (prefix_equal(&o->egress[i], p))
				return (o);
	return (NULL);
}

static uint8_t
check_egress(const struct member *m, const struct prefix *p,
    struct mesh_answer *a)
{
	char name[PREFIX_TEXT], other[PREFIX_TEXT];
	const struct member *o;
	const char *what;
	int fam = p->family == AF_INET ? 0 : 1;

	(void)prefix_format(p, name);
	if (!prefix_is_canonical(p))
		return (mesh_no(a, LEASE_E_REQUEST, "%s has host bits", name));
	if ((o = egress_holder(m, p)) != NULL)
		return (mesh_no(a, LEASE_E_EGRESS,
		    "%s is the egress of %s already", name, o->device->name));
	/* The default route is the internet, whatever lies in it. */
	if (p->len == 0)
		return (LEASE_OK_SAME);
	if ((what = slice_unfit(p)) != NULL)
		return (mesh_no(a, LEASE_E_REQUEST, "%s takes in %s addresses",
		    name, what));
	if (m->mesh->net[fam].family != 0 &&
	    prefix_overlaps(&m->mesh->net[fam], p))
		return (mesh_no(a, LEASE_E_OVERLAP,
		    "%s overlaps %s, which is the mesh itself", name,
		    prefix_format(&m->mesh->net[fam], other)));
	return (LEASE_OK_SAME);
}

static uint8_t
take_egress(const struct member *m, const struct msg_mesh_op *op,
    struct member_row *r, struct mesh_answer *a)
{
	uint8_t i, j;

	if (m->mesh->negress - m->negress + op->negress > PREFIXES_MAX)
		return (mesh_no(a, LEASE_E_LIMIT,
		    "the members of the mesh would have more than %d egress prefixes",
		    PREFIXES_MAX));
	for (i = 0; i < op->negress; i++) {
		for (j = 0; j < i; j++)
			if (prefix_equal(&op->egress[i], &op->egress[j]))
				return (mesh_no(a, LEASE_E_REQUEST,
				    "an egress prefix is there twice"));
		if (check_egress(m, &op->egress[i], a) != LEASE_OK_SAME)
			return (a->code);
	}
	r->role &= (uint8_t)~MEMBER_EGRESS;
	if (op->negress > 0)
		r->role |= MEMBER_EGRESS;
	return (LEASE_OK_SAME);
}

/* The member that a tenant means by this name. */
static const struct member *
relay_of(const struct mesh *n, const char *name)
{
	const struct member *m;
	const struct device *d;

	if ((d = device_find(n->meshes, n->tenant, name)) != NULL)
		return (member_of(n, d));
	if (strcmp(name, "relay") != 0)
		return (NULL);
	for (m = member_behind(n, 0); m != NULL; m = member_behind(n, m->id))
		if (m->role & MEMBER_PLATFORM)
			return (m);
	return (NULL);
}

static uint8_t
take_via(const struct member *m, const struct msg_mesh_op *op,
    struct member_row *r, struct mesh_answer *a)
{
	const struct member *relay;

	r->via = 0;
	if (op->via[0] == '\0')
		return (LEASE_OK_SAME);
	relay = relay_of(m->mesh, op->via);
	if (relay == NULL || relay->state == MEMBER_RESTING)
		return (mesh_no(a, LEASE_E_RELAY,
		    "%s is no member of the mesh %s", op->via, m->mesh->name));
	if (relay == m)
		return (mesh_no(a, LEASE_E_RELAY, "%s cannot be its own relay",
		    op->via));
	if ((relay->role & (MEMBER_RELAY | MEMBER_HUB)) == 0)
		return (mesh_no(a, LEASE_E_RELAY,
		    "%s is no relay: make it one first", op->via));
	r->via = relay->id;
	return (LEASE_OK_SAME);
}

static uint8_t
take_flags(const struct member *m, const struct msg_mesh_op *op,
    struct member_row *r, struct mesh_answer *a)
{
	if (op->set & WITH_RELAY)
		r->role = (uint8_t)((r->role & ~MEMBER_RELAY) |
		    (op->relay ? MEMBER_RELAY : 0));
	if (op->set & WITH_HUB)
		r->role = (uint8_t)((r->role & ~MEMBER_HUB) |
		    (op->hub ? MEMBER_HUB : 0));
	if ((r->role & MEMBER_HUB) && (op->set & WITH_HUB) &&
	    m->mesh->topology != TOPOLOGY_HUB)
		return (mesh_no(a, LEASE_E_REQUEST,
		    "the mesh %s is full, and has no hubs: its topology is to be hub",
		    m->mesh->name));
	if ((r->role & MEMBER_RELAY) &&
	    (op->set & (WITH_RELAY | WITH_ENDPOINT)) && !role_reachable(r))
		return (mesh_no(a, LEASE_E_RELAY,
		    "%s has no endpoint that others can reach: a relay needs one (if its NAT lets them in, say endpoint ADDRESS:PORT)",
		    m->device->name));
	if ((op->set & WITH_SUSPENDED) && op->suspended)
		r->state = MEMBER_SUSPENDED;
	else if ((op->set & WITH_SUSPENDED) && r->state == MEMBER_SUSPENDED)
		r->state = m->has_key ? MEMBER_ACTIVE : MEMBER_INVITED;
	return (LEASE_OK_SAME);
}

/* A relay that others use stays one. */
static uint8_t
check_users(const struct member *m, const struct member_row *r,
    struct mesh_answer *a)
{
	const struct mesh *n = m->mesh;
	const struct member *o;

	if (r->role & (MEMBER_RELAY | MEMBER_HUB))
		return (LEASE_OK_SAME);
	for (o = member_behind(n, 0); o != NULL; o = member_behind(n, o->id))
		if (o->via == m->id)
			return (mesh_no(a, LEASE_E_IN_USE,
			    "%s is the relay of %s: give that another first",
			    m->device->name, o->device->name));
	return (LEASE_OK_SAME);
}

static bool
same_egress(const struct member *m, const struct msg_mesh_op *op)
{
	uint8_t i;

	if ((op->set & WITH_EGRESS) == 0)
		return (true);
	for (i = 0; i < op->negress; i++)
		if (!prefix_among(m->egress, m->negress, &op->egress[i]))
			return (false);
	return (op->negress == m->negress);
}

static void
describe(const struct msg_mesh_op *op, const struct member_row *r, char *dst,
    size_t size)
{
	char text[PREFIX_TEXT];
	size_t len;
	uint8_t i;

	len = (size_t)snprintf(dst, size, "role=%s%s%s%s",
	    r->role & MEMBER_RELAY ? "relay," : "",
	    r->role & MEMBER_HUB ? "hub," : "",
	    r->role & MEMBER_EGRESS ? "egress" : "",
	    r->role & (MEMBER_RELAY | MEMBER_HUB | MEMBER_EGRESS) ? "" :
								     "none");
	if ((op->set & WITH_VIA) && len < size)
		len += (size_t)snprintf(dst + len, size - len, " via=%s",
		    op->via[0] != '\0' ? op->via : "none");
	if ((op->set & WITH_ENDPOINT) && len < size)
		len += (size_t)snprintf(dst + len, size - len, " endpoint=%s",
		    op->endpoint.family != 0 ?
			prefix_format_addr(&op->endpoint, text) :
			"none");
	for (i = 0; (op->set & WITH_EGRESS) && i < op->negress && len < size;
	     i++)
		len += (size_t)snprintf(dst + len, size - len, " egress=%s",
		    prefix_format(&op->egress[i], text));
}

const char *
role_take(const struct member *m, const struct msg_mesh_op *op,
    struct member_row *r, char *detail, size_t size, struct mesh_answer *a)
{
	const struct member_row was = *r;

	if (((op->set & WITH_ENDPOINT) &&
		take_endpoint(op, r, a) != LEASE_OK_SAME) ||
	    take_flags(m, op, r, a) != LEASE_OK_SAME ||
	    ((op->set & WITH_EGRESS) &&
		take_egress(m, op, r, a) != LEASE_OK_SAME) ||
	    ((op->set & WITH_VIA) && take_via(m, op, r, a) != LEASE_OK_SAME) ||
	    check_users(m, r, a) != LEASE_OK_SAME)
		return (NULL);
	if (was.role == r->role && was.via == r->via && was.state == r->state &&
	    was.endpoint_src == r->endpoint_src &&
	    was.endpoint_port == r->endpoint_port &&
	    prefix_equal(&was.endpoint, &r->endpoint) && same_egress(m, op))
		return (NULL);
	describe(op, r, detail, size);
	if (was.state == r->state)
		return ("member.role");
	return (
	    r->state == MEMBER_SUSPENDED ? "member.suspend" : "member.resume");
}
