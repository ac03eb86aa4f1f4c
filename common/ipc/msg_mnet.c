/* SPDX-License-Identifier: ISC */
/*
 * Fields of the messages of a device's suite.
 */

#include "codec.h"
#include "meshid.h"

#define STR(c, s)	codec_str(c, s, sizeof(s))
#define ID(c, m)	codec_meshid(c, (m)->network)

static int
codec_meshid(struct codec *c, char *id)
{
	if (codec_bytes(c, id, MESHID_LEN) == -1)
		return (-1);
	return (codec_check(c, meshid_valid(id)));
}

static int
codec_ports(struct codec *c, uint16_t *first, uint16_t *last)
{
	if (codec_n16(c, first) == -1 || codec_n16(c, last) == -1)
		return (-1);
	return (codec_check(c, *first > 0 && *first <= *last));
}

int
codec_msg_conf_agent(struct codec *c, struct msg_conf_agent *m)
{
	if (STR(c, m->host) == -1 || codec_n16(c, &m->port) == -1 ||
	    STR(c, m->prefix) == -1 || STR(c, m->state_dir) == -1)
		return (-1);
	return (codec_check(c, m->host[0] != '\0' && m->port != 0));
}

int
codec_msg_conf_mpolicy(struct codec *c, struct msg_conf_mpolicy *m)
{
	if (codec_prefixes(c, &m->naccept, m->accept, 0, POLICY_MAX) == -1 ||
	    codec_prefixes(c, &m->naccept_routes, m->accept_routes, 0,
		POLICY_MAX) == -1 ||
	    STR(c, m->full_tunnel) == -1 ||
	    codec_prefixes(c, &m->negress, m->egress, 0, POLICY_MAX) == -1 ||
	    STR(c, m->egress_wan) == -1 || codec_bool(c, &m->relay) == -1 ||
	    codec_range(c, &m->networks_max, 1, MESH_NETS_MAX) == -1 ||
	    codec_n32(c, &m->peers_max) == -1 ||
	    codec_range(c, &m->backend, BACKEND_AUTO, BACKEND_USERSPACE) == -1)
		return (-1);
	if (codec_ports(c, &m->port_first, &m->port_last) == -1)
		return (-1);
	return (codec_n32(c, &m->agent_uid));
}

int
codec_msg_conf_raw(struct codec *c, struct msg_conf_raw *m)
{
	if (codec_range(c, &m->family, 4, 6) == -1)
		return (-1);
	return (codec_ports(c, &m->port_first, &m->port_last));
}

int
codec_msg_wgkey_want(struct codec *c, struct msg_wgkey_want *m)
{
	return (ID(c, m));
}

int
codec_msg_wgkey_drop(struct codec *c, struct msg_wgkey_drop *m)
{
	return (ID(c, m));
}

int
codec_msg_conf_mnet(struct codec *c, struct msg_conf_mnet *m)
{
	if (ID(c, m) == -1 || STR(c, m->interface) == -1)
		return (-1);
	return (codec_check(c, m->interface[0] != '\0'));
}

int
codec_msg_wgkey_failed(struct codec *c, struct msg_wgkey_failed *m)
{
	return (ID(c, m) == -1 ? -1 : STR(c, m->text));
}

int
codec_msg_mnet_set(struct codec *c, struct msg_mnet_set *m)
{
	if (ID(c, m) == -1 || codec_name(c, m->name, sizeof(m->name)) == -1 ||
	    codec_n16(c, &m->port) == -1 || codec_n16(c, &m->mtu) == -1 ||
	    codec_range(c, &m->role, 0, MESH_ROLES) == -1 ||
	    codec_prefixes(c, &m->naddrs, m->addrs, 1, MESH_ADDRS_MAX) == -1)
		return (-1);
	return (codec_prefixes(c, &m->negress, m->egress, 0, MESH_EGRESS_MAX));
}

int
codec_msg_mnet_del(struct codec *c, struct msg_mnet_del *m)
{
	return (ID(c, m));
}

int
codec_msg_mnet_state(struct codec *c, struct msg_mnet_state *m)
{
	if (ID(c, m) == -1 || STR(c, m->interface) == -1 ||
	    codec_range(c, &m->state, NET_DOWN, NET_FAILED) == -1 ||
	    codec_range(c, &m->backend, 0, BACKEND_USERSPACE) == -1 ||
	    codec_key(c, m->pubkey) == -1 || codec_n16(c, &m->port) == -1)
		return (-1);
	return (STR(c, m->text));
}

int
codec_msg_mpeer_set(struct codec *c, struct msg_mpeer_set *m)
{
	if (ID(c, m) == -1 ||
	    codec_name(c, m->member, sizeof(m->member)) == -1 ||
	    codec_key(c, m->pubkey) == -1 ||
	    codec_prefix_none(c, &m->endpoint) == -1 ||
	    codec_n16(c, &m->port) == -1 || codec_n16(c, &m->keepalive) == -1)
		return (-1);
	if (codec_check(c,
		m->endpoint.family == 0 ||
	    (prefix_is_host(&m->endpoint) && m->port != 0)) == -1)
		return (-1);
	return (
	    codec_prefixes(c, &m->nprefixes, m->prefixes, 0, MESH_PREFIX_MAX));
}

int
codec_msg_mpeer_del(struct codec *c, struct msg_mpeer_del *m)
{
	return (ID(c, m) == -1 ? -1 : codec_key(c, m->pubkey));
}

int
codec_msg_mpeer_done(struct codec *c, struct msg_mpeer_done *m)
{
	if (codec_range(c, &m->code, PEER_OK, PEER_E_ENDPOINT) == -1)
		return (-1);
	return (STR(c, m->text));
}
