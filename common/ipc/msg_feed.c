/* SPDX-License-Identifier: ISC */
/*
 * Fields of the messages of the meshes' feed.
 */

#include "codec.h"

#define STR(c, s)	codec_str(c, s, sizeof(s))

int
codec_msg_mesh_hello(struct codec *c, struct msg_mesh_hello *m)
{
	uint8_t i;

	if (STR(c, m->tenant) == -1 || STR(c, m->device) == -1 ||
	    STR(c, m->who) == -1 || STR(c, m->version) == -1 ||
	    codec_prefix_none(c, &m->from) == -1 ||
	    codec_reqid(c, m->req) == -1 ||
	    codec_range(c, &m->ngroups, 0, RULE_GROUPS_MAX) == -1)
		return (-1);
	for (i = 0; i < m->ngroups; i++)
		if (STR(c, m->groups[i]) == -1)
			return (-1);
	return (codec_check(c, m->tenant[0] != '\0' && m->device[0] != '\0'));
}

int
codec_msg_mesh_self(struct codec *c, struct msg_mesh_self *m)
{
	if (codec_n64(c, &m->mesh) == -1 ||
	    codec_bytes(c, m->uuid, sizeof(m->uuid)) == -1 ||
	    STR(c, m->name) == -1 || codec_n64(c, &m->member) == -1 ||
	    codec_n64(c, &m->gen) == -1 || codec_n64(c, &m->floor) == -1 ||
	    codec_n64(c, &m->self_gen) == -1 ||
	    codec_n64(c, &m->view_gen) == -1 ||
	    codec_bool(c, &m->whole) == -1 ||
	    codec_range(c, &m->state, MEMBER_INVITED, MEMBER_SUSPENDED) == -1 ||
	    codec_bool(c, &m->has_key) == -1 ||
	    codec_range(c, &m->role, 0, MEMBER_ROLES) == -1 ||
	    codec_range(c, &m->topology, TOPOLOGY_FULL, TOPOLOGY_HUB) == -1 ||
	    codec_range(c, &m->nat, NAT_UNKNOWN, NAT_HARD) == -1 ||
	    codec_n64(c, &m->via) == -1 ||
	    codec_prefix_none(c, &m->endpoint) == -1 ||
	    codec_n16(c, &m->endpoint_port) == -1 ||
	    codec_n32(c, &m->members) == -1 || codec_n16(c, &m->port) == -1 ||
	    codec_n16(c, &m->keepalive) == -1 ||
	    codec_prefixes(c, &m->naddrs, m->addrs, 0, 2) == -1 ||
	    codec_prefixes(c, &m->negress, m->egress, 0, MEMBER_EGRESS_MAX) ==
		-1 ||
	    STR(c, m->dns) == -1 || STR(c, m->stun) == -1)
		return (-1);
	return (codec_check(c, m->mesh != 0 && m->member != 0));
}

int
codec_msg_mesh_self_end(struct codec *c, struct msg_mesh_self_end *m)
{
	if (codec_range(c, &m->code, LEASE_OK_NEW, LEASE_CODE_MAX) == -1 ||
	    codec_n64(c, &m->device) == -1)
		return (-1);
	return (codec_n64(c, &m->epoch));
}

int
codec_msg_mesh_watch(struct codec *c, struct msg_mesh_watch *m)
{
	return (codec_n64(c, &m->mesh));
}

static int
codec_locals(struct codec *c, uint8_t *n, struct mesh_local *l)
{
	uint8_t i;

	if (codec_range(c, n, 0, MEMBER_LOCAL_MAX) == -1)
		return (-1);
	for (i = 0; i < *n; i++)
		if (codec_prefix(c, &l[i].addr) == -1 ||
		    codec_n16(c, &l[i].port) == -1 ||
		    codec_check(c,
			prefix_is_host(&l[i].addr) && l[i].port != 0) == -1)
			return (-1);
	return (0);
}

int
codec_msg_mesh_entry(struct codec *c, struct msg_mesh_entry *m)
{
	if (codec_n64(c, &m->mesh) == -1 || codec_n64(c, &m->gen) == -1 ||
	    codec_n64(c, &m->member) == -1 || codec_bool(c, &m->here) == -1 ||
	    codec_range(c, &m->seen, SEEN_ALL, SEEN_NO_MORE) == -1)
		return (-1);
	if (!m->here)
		return (0);
	if (codec_key(c, m->key) == -1 ||
	    codec_range(c, &m->role, 0, MEMBER_ROLES) == -1 ||
	    codec_range(c, &m->nat, NAT_UNKNOWN, NAT_HARD) == -1 ||
	    codec_n64(c, &m->via) == -1 ||
	    codec_prefix_none(c, &m->endpoint) == -1 ||
	    codec_n16(c, &m->port) == -1 ||
	    codec_prefixes(c, &m->naddrs, m->addrs, 0, 2) == -1 ||
	    codec_prefixes(c, &m->negress, m->egress, 0, MEMBER_EGRESS_MAX) ==
		-1)
		return (-1);
	return (codec_locals(c, &m->nlocal, m->local));
}

int
codec_msg_mesh_tick(struct codec *c, struct msg_mesh_tick *m)
{
	if (codec_n64(c, &m->mesh) == -1 || codec_n64(c, &m->gen) == -1)
		return (-1);
	return (codec_n64(c, &m->floor));
}

static int
codec_wants(struct codec *c, uint8_t *n, uint64_t *want)
{
	uint8_t i;

	if (codec_range(c, n, 0, MESH_WANT_MAX) == -1)
		return (-1);
	for (i = 0; i < *n; i++)
		if (codec_n64(c, &want[i]) == -1)
			return (-1);
	return (0);
}

int
codec_msg_mesh_poke(struct codec *c, struct msg_mesh_poke *m)
{
	if (codec_n64(c, &m->device) == -1 || codec_n64(c, &m->mesh) == -1 ||
	    codec_range(c, &m->why, POKE_SELF, POKE_WANT) == -1)
		return (-1);
	return (codec_wants(c, &m->nwant, m->want));
}

int
codec_msg_mesh_page(struct codec *c, struct msg_mesh_page *m)
{
	if (codec_n64(c, &m->mesh) == -1 || codec_n64(c, &m->since) == -1 ||
	    codec_bool(c, &m->whole) == -1)
		return (-1);
	return (codec_bool(c, &m->full));
}

int
codec_msg_mesh_page_end(struct codec *c, struct msg_mesh_page_end *m)
{
	if (codec_range(c, &m->code, LEASE_OK_NEW, LEASE_CODE_MAX) == -1 ||
	    codec_n64(c, &m->floor) == -1 || codec_n64(c, &m->next) == -1)
		return (-1);
	return (codec_bool(c, &m->more));
}

int
codec_msg_mesh_key(struct codec *c, struct msg_mesh_key *m)
{
	if (STR(c, m->tenant) == -1 || STR(c, m->device) == -1 ||
	    STR(c, m->who) == -1 || STR(c, m->mesh) == -1 ||
	    codec_bool(c, &m->leave) == -1 || codec_key(c, m->pubkey) == -1 ||
	    codec_n16(c, &m->port) == -1 ||
	    codec_locals(c, &m->nlocal, m->local) == -1 ||
	    codec_prefix_none(c, &m->from) == -1)
		return (-1);
	return (codec_reqid(c, m->req));
}

int
codec_msg_mesh_acks(struct codec *c, struct msg_mesh_acks *m)
{
	uint8_t i;

	if (codec_range(c, &m->n, 1, MESH_ACKS_MAX) == -1)
		return (-1);
	for (i = 0; i < m->n; i++)
		if (codec_n64(c, &m->acks[i].mesh) == -1 ||
		    codec_n64(c, &m->acks[i].member) == -1 ||
		    codec_n64(c, &m->acks[i].gen) == -1)
			return (-1);
	return (0);
}

int
codec_msg_mesh_report(struct codec *c, struct msg_mesh_report *m)
{
	if (STR(c, m->tenant) == -1 || STR(c, m->device) == -1 ||
	    STR(c, m->mesh) == -1 || codec_n64(c, &m->gen) == -1 ||
	    STR(c, m->nack) == -1 || codec_prefix_none(c, &m->endpoint) == -1 ||
	    codec_n16(c, &m->port) == -1 ||
	    codec_range(c, &m->nat, NAT_UNKNOWN, NAT_HARD) == -1 ||
	    codec_wants(c, &m->nwant, m->want) == -1)
		return (-1);
	return (codec_reqid(c, m->req));
}

int
codec_msg_mesh_path(struct codec *c, struct msg_mesh_path *m)
{
	if (codec_n64(c, &m->peer) == -1 || codec_n32(c, &m->age) == -1)
		return (-1);
	return (codec_range(c, &m->state, MPATH_DIRECT, MPATH_NONE));
}

int
codec_msg_mesh_done(struct codec *c, struct msg_mesh_done *m)
{
	if (codec_range(c, &m->code, LEASE_OK_NEW, LEASE_CODE_MAX) == -1)
		return (-1);
	return (STR(c, m->text));
}
