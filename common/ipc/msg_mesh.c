/* SPDX-License-Identifier: ISC */
/*
 * Fields of the messages about the mesh.
 */

#include "codec.h"

#define STR(c, s)	codec_str(c, s, sizeof(s))
#define NAME(c, s)	codec_name(c, s, sizeof(s))

/* The new settings of a tenant, a network or a member. */
static int
settings(struct codec *c, struct msg_mesh_op *m)
{
	if (codec_bool(c, &m->mesh) == -1 || codec_bool(c, &m->nat) == -1 ||
	    codec_range(c, &m->topology, 0, TOPOLOGY_HUB) == -1 ||
	    codec_bool(c, &m->relay) == -1 || codec_bool(c, &m->hub) == -1 ||
	    codec_bool(c, &m->suspended) == -1 ||
	    codec_prefix_none(c, &m->net4) == -1 ||
	    codec_prefix_none(c, &m->net6) == -1 ||
	    codec_n16(c, &m->port) == -1 || codec_n16(c, &m->keepalive) == -1 ||
	    codec_prefixes(c, &m->negress, m->egress, 0, MEMBER_EGRESS_MAX) ==
		-1 ||
	    codec_prefix_none(c, &m->endpoint) == -1 ||
	    codec_n16(c, &m->endpoint_port) == -1 || NAME(c, m->dns) == -1 ||
	    NAME(c, m->stun) == -1)
		return (-1);
	return (codec_check(c,
	    m->net4.family != AF_INET6 && m->net6.family != AF_INET &&
		(m->endpoint.family == 0 || prefix_is_host(&m->endpoint)) &&
		((m->set & WITH_TOPOLOGY) == 0 || m->topology != 0)));
}

int
codec_msg_mesh_op(struct codec *c, struct msg_mesh_op *m)
{
	if (codec_range(c, &m->op, MESH_TENANT_ADD, MESH_OP_MAX) == -1 ||
	    codec_n16(c, &m->set) == -1 || codec_bool(c, &m->force) == -1 ||
	    NAME(c, m->tenant) == -1 || NAME(c, m->network) == -1 ||
	    NAME(c, m->device) == -1 || NAME(c, m->group) == -1 ||
	    NAME(c, m->via) == -1 || settings(c, m) == -1 ||
	    codec_bool(c, &m->has_match) == -1 ||
	    codec_n64(c, &m->match) == -1 || codec_n32(c, &m->wait) == -1 ||
	    STR(c, m->who) == -1 || codec_prefix_none(c, &m->from) == -1)
		return (-1);
	return (codec_reqid(c, m->req));
}

int
codec_msg_mesh_tenant(struct codec *c, struct msg_mesh_tenant *m)
{
	if (codec_n64(c, &m->id) == -1 || codec_n64(c, &m->version) == -1 ||
	    STR(c, m->name) == -1 || codec_bool(c, &m->mesh) == -1 ||
	    codec_bool(c, &m->nat) == -1 ||
	    codec_prefixes(c, &m->nranges, m->ranges, 0, 2) == -1 ||
	    codec_n16(c, &m->port) == -1 || codec_n16(c, &m->keepalive) == -1 ||
	    STR(c, m->dns) == -1 || STR(c, m->stun) == -1 ||
	    codec_n32(c, &m->meshes) == -1 || codec_n32(c, &m->devices) == -1)
		return (-1);
	return (codec_time(c, &m->created));
}

int
codec_msg_mesh_net(struct codec *c, struct msg_mesh_net *m)
{
	if (codec_n64(c, &m->id) == -1 || codec_n64(c, &m->version) == -1 ||
	    STR(c, m->uuid) == -1 || STR(c, m->tenant) == -1 ||
	    STR(c, m->name) == -1 ||
	    codec_range(c, &m->topology, TOPOLOGY_FULL, TOPOLOGY_HUB) == -1 ||
	    codec_prefixes(c, &m->naddrs, m->addrs, 0, 2) == -1 ||
	    codec_n16(c, &m->port) == -1 || codec_n16(c, &m->keepalive) == -1 ||
	    STR(c, m->dns) == -1 || STR(c, m->group) == -1 ||
	    codec_bool(c, &m->enrolling) == -1 ||
	    codec_n32(c, &m->members) == -1 || codec_n32(c, &m->active) == -1 ||
	    codec_n64(c, &m->gen) == -1)
		return (-1);
	return (codec_time(c, &m->created));
}

int
codec_msg_mesh_member(struct codec *c, struct msg_mesh_member *m)
{
	if (codec_n64(c, &m->id) == -1 || STR(c, m->tenant) == -1 ||
	    STR(c, m->network) == -1 || STR(c, m->uuid) == -1 ||
	    STR(c, m->device) == -1 ||
	    codec_range(c, &m->state, MEMBER_INVITED, MEMBER_RESTING) == -1 ||
	    codec_bool(c, &m->has_key) == -1 || codec_key(c, m->pubkey) == -1 ||
	    codec_prefixes(c, &m->naddrs, m->addrs, 0, 2) == -1 ||
	    codec_bool(c, &m->relay) == -1 || codec_bool(c, &m->egress) == -1 ||
	    codec_bool(c, &m->hub) == -1 || codec_bool(c, &m->platform) == -1 ||
	    codec_prefixes(c, &m->negress_prefixes, m->egress_prefixes, 0,
		MEMBER_EGRESS_MAX) == -1 ||
	    STR(c, m->via) == -1 || codec_prefix_none(c, &m->endpoint) == -1 ||
	    codec_n16(c, &m->port) == -1 ||
	    codec_range(c, &m->source, 0, ENDPOINT_OPERATOR) == -1 ||
	    codec_range(c, &m->nat, 0, NAT_HARD) == -1)
		return (-1);
	if (codec_n64(c, &m->gen) == -1 || codec_n64(c, &m->acked) == -1 ||
	    codec_time(c, &m->acked_at) == -1 ||
	    codec_time(c, &m->handshake) == -1 ||
	    codec_time(c, &m->seen) == -1 || codec_time(c, &m->created) == -1 ||
	    codec_bool(c, &m->behind) == -1 || codec_bool(c, &m->offline) == -1)
		return (-1);
	return (STR(c, m->nack));
}

int
codec_msg_mesh_device(struct codec *c, struct msg_mesh_device *m)
{
	if (codec_n64(c, &m->id) == -1 || STR(c, m->tenant) == -1 ||
	    STR(c, m->name) == -1 || STR(c, m->who) == -1 ||
	    STR(c, m->version) == -1 || codec_bool(c, &m->platform) == -1 ||
	    codec_n32(c, &m->meshes) == -1 || STR(c, m->groups) == -1 ||
	    codec_time(c, &m->created) == -1)
		return (-1);
	return (codec_time(c, &m->seen));
}

int
codec_msg_mesh_list(struct codec *c, struct msg_mesh_list *m)
{
	if (codec_range(c, &m->what, MESH_TENANTS, MESH_RELAYS) == -1 ||
	    codec_bool(c, &m->one) == -1 || codec_bool(c, &m->behind) == -1 ||
	    codec_bool(c, &m->offline) == -1 || STR(c, m->tenant) == -1 ||
	    STR(c, m->network) == -1 || STR(c, m->device) == -1 ||
	    STR(c, m->group) == -1 || codec_n64(c, &m->network_id) == -1)
		return (-1);
	return (codec_n64(c, &m->after));
}

int
codec_msg_mesh_list_end(struct codec *c, struct msg_mesh_list_end *m)
{
	if (codec_range(c, &m->code, LEASE_OK_NEW, LEASE_CODE_MAX) == -1 ||
	    codec_bool(c, &m->more) == -1 ||
	    codec_n64(c, &m->network_id) == -1 || codec_n64(c, &m->after) == -1)
		return (-1);
	return (STR(c, m->text));
}

int
codec_msg_mesh_reply(struct codec *c, struct msg_mesh_reply *m)
{
	if (codec_range(c, &m->code, LEASE_OK_NEW, LEASE_CODE_MAX) == -1 ||
	    STR(c, m->text) == -1 || codec_n32(c, &m->enrolled) == -1 ||
	    codec_n32(c, &m->of) == -1 ||
	    codec_range(c, &m->has, 0, MESH_RELAYS) == -1)
		return (-1);
	switch (m->has) {
	case MESH_TENANTS:
		return (codec_msg_mesh_tenant(c, &m->tenant));
	case MESH_MESHES:
		return (codec_msg_mesh_net(c, &m->net));
	case MESH_MEMBERS:
		return (codec_msg_mesh_member(c, &m->member));
	case MESH_RELAYS:
		return (codec_msg_mesh_device(c, &m->device));
	default:
		return (0);
	}
}
