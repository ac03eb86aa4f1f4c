/* SPDX-License-Identifier: ISC */
/*
 * Fields of the configuration messages.
 */

#include "codec.h"

#define NET(c, m)	codec_str(c, (m)->network, sizeof((m)->network))
#define STR(c, s)	codec_str(c, s, sizeof(s))

int
codec_msg_conf_begin(struct codec *c, struct msg_conf_begin *m)
{
	if (codec_n32(c, &m->generation) == -1)
		return (-1);
	return (codec_bool(c, &m->force));
}

int
codec_msg_conf_gateway(struct codec *c, struct msg_conf_gateway *m)
{
	if (STR(c, m->name) == -1 || STR(c, m->endpoint) == -1 ||
	    STR(c, m->state_dir) == -1)
		return (-1);
	return (0);
}

static int
codec_reach(struct codec *c, struct msg_conf_network *m)
{
	uint8_t i;

	if (codec_range(c, &m->nreach, 0, NET_REACH_MAX) == -1)
		return (-1);
	for (i = 0; i < m->nreach; i++) {
		if (STR(c, m->reach[i]) == -1)
			return (-1);
	}
	return (0);
}

int
codec_msg_conf_network(struct codec *c, struct msg_conf_network *m)
{
	if (STR(c, m->name) == -1 || STR(c, m->interface) == -1 ||
	    codec_bool(c, &m->rendezvous) == -1 ||
	    codec_bool(c, &m->gre) == -1 ||
	    codec_prefix_none(c, &m->local) == -1 ||
	    codec_range(c, &m->backend, BACKEND_AUTO, BACKEND_USERSPACE) ==
		-1 ||
	    codec_bool(c, &m->adopt) == -1 ||
	    codec_range(c, &m->assign, ASSIGN_POOL, ASSIGN_METANS) == -1 ||
	    codec_bool(c, &m->isolate) == -1 ||
	    codec_upto(c, &m->listen_port, UINT16_MAX) == -1 ||
	    codec_upto(c, &m->keepalive, UINT16_MAX) == -1 ||
	    codec_upto(c, &m->mtu, UINT16_MAX) == -1 ||
	    codec_duration(c, &m->lease) == -1 ||
	    codec_duration(c, &m->quarantine) == -1 ||
	    codec_n32(c, &m->max_peers) == -1 ||
	    STR(c, m->metans_template) == -1 || STR(c, m->wan) == -1 ||
	    codec_n32(c, &m->table) == -1 ||
	    codec_range(c, &m->masquerade, 0,
		MASQUERADE_IP4 | MASQUERADE_IP6) == -1 ||
	    codec_bool(c, &m->inbound) == -1 || codec_reach(c, m) == -1)
		return (-1);
	if (codec_check(c, m->name[0] != '\0' && m->interface[0] != '\0') == -1)
		return (-1);
	if (codec_prefixes(c, &m->nallow, m->allow, 0, NET_DEST_MAX) == -1 ||
	    codec_prefixes(c, &m->ndeny, m->deny, 0, NET_DEST_MAX) == -1 ||
	    codec_prefixes(c, &m->naddrs, m->addrs, 0, NET_ADDRS_MAX) == -1 ||
	    codec_blocks(c, &m->npools, m->pools, 0, NET_POOLS_MAX) == -1 ||
	    codec_prefixes(c, &m->nroutes, m->routes, 0, NET_ROUTES_MAX) ==
	    -1 ||
	    codec_prefixes(c, &m->nreserve, m->reserve, 0, NET_RESERVE_MAX) ==
		-1 ||
	    codec_prefixes(c, &m->nsubnets, m->subnets, 0, NET_SUBNETS_MAX) ==
		-1 ||
	    codec_prefixes(c, &m->ndns, m->dns, 0, NET_DNS_MAX) == -1)
		return (-1);
	return (0);
}

int
codec_msg_conf_firewall(struct codec *c, struct msg_conf_firewall *m)
{
	return (codec_range(c, &m->mode, FIREWALL_MANAGE, FIREWALL_OFF));
}

int
codec_msg_conf_wgkey(struct codec *c, struct msg_conf_wgkey *m)
{
	return (NET(c, m));
}

int
codec_msg_conf_sysctl(struct codec *c, struct msg_conf_sysctl *m)
{
	if (codec_range(c, &m->which, SYSCTL_IP4_FORWARD,
		SYSCTL_SRC_VALID_MARK) == -1 ||
	    STR(c, m->interface) == -1)
		return (-1);
	return (0);
}

int
codec_msg_conf_uapi(struct codec *c, struct msg_conf_uapi *m)
{
	return (NET(c, m));
}

int
codec_msg_conf_identity(struct codec *c, struct msg_conf_identity *m)
{
	uint8_t i;

	if (codec_range(c, &m->proof, PROOF_CERTIFICATE, PROOF_NONE) == -1 ||
	    codec_range(c, &m->subject, SUBJECT_CN, SUBJECT_URI) == -1 ||
	    codec_range(c, &m->role, ROLE_DEVICE, ROLE_SUPER_ADMIN) == -1 ||
	    STR(c, m->pattern) == -1 || NET(c, m) == -1 ||
	    codec_bool(c, &m->has_ca) == -1 || STR(c, m->name_prefix) == -1 ||
	    STR(c, m->tenant) == -1 ||
	    codec_range(c, &m->ngroups, 0, RULE_GROUPS_MAX) == -1)
		return (-1);
	for (i = 0; i < m->ngroups; i++)
		if (STR(c, m->groups[i]) == -1)
			return (-1);
	return (0);
}

int
codec_msg_conf_rule_ca(struct codec *c, struct msg_conf_rule_ca *m)
{
	if (codec_n16(c, &m->rule) == -1)
		return (-1);
	return (codec_check(c, m->rule < IDENT_MAX));
}

int
codec_msg_conf_listen(struct codec *c, struct msg_conf_listen *m)
{
	if (codec_n16(c, &m->index) == -1 || codec_n16(c, &m->api) == -1 ||
	    codec_range(c, &m->proof, PROOF_CERTIFICATE, PROOF_NONE) == -1 ||
	    codec_bool(c, &m->tls) == -1 || codec_n8(c, &m->depth) == -1 ||
	    codec_bool(c, &m->require_eku) == -1 ||
	    codec_n32(c, &m->pending) == -1 || STR(c, m->prefix) == -1 ||
	    STR(c, m->address) == -1)
		return (-1);
	return (codec_check(c, m->index < LISTEN_MAX));
}

int
codec_msg_conf_cert(struct codec *c, struct msg_conf_cert *m)
{
	if (codec_n16(c, &m->listen) == -1 ||
	    codec_range(c, &m->kind, CERT_CHAIN, CERT_CRL) == -1)
		return (-1);
	return (codec_check(c, m->listen < LISTEN_MAX));
}

int
codec_msg_conf_tlskey(struct codec *c, struct msg_conf_tlskey *m)
{
	if (codec_n16(c, &m->listen) == -1)
		return (-1);
	return (codec_check(c, m->listen < LISTEN_MAX));
}

int
codec_msg_conf_proxy(struct codec *c, struct msg_conf_proxy *m)
{
	return (codec_prefix(c, &m->proxy));
}

int
codec_msg_conf_limits(struct codec *c, struct msg_conf_limits *m)
{
	if (codec_n32(c, &m->handshake_ms) == -1 ||
	    codec_n32(c, &m->head_ms) == -1 ||
	    codec_n32(c, &m->body_ms) == -1 ||
	    codec_n32(c, &m->idle_ms) == -1 ||
	    codec_n32(c, &m->body_bytes) == -1 ||
	    codec_n32(c, &m->connections) == -1 ||
	    codec_n32(c, &m->per_source) == -1 ||
	    codec_n32(c, &m->head_bytes) == -1 ||
	    codec_n32(c, &m->fields) == -1 || codec_n32(c, &m->parked) == -1 ||
	    codec_n32(c, &m->parked_per_source) == -1)
		return (-1);
	return (codec_check(c,
	    m->head_bytes <= HEAD_BYTES_MAX && m->fields <= HEAD_FIELDS_MAX));
}

int
codec_msg_conf_mesh(struct codec *c, struct msg_conf_mesh *m)
{
	if (codec_prefix(c, &m->range) == -1 ||
	    codec_prefix(c, &m->range6) == -1 ||
	    codec_n32(c, &m->full_max) == -1 ||
	    codec_n32(c, &m->hub_max) == -1 ||
	    codec_n32(c, &m->networks_max) == -1 ||
	    codec_n32(c, &m->wait) == -1 ||
	    codec_duration(c, &m->stale) == -1 || STR(c, m->rendezvous) == -1)
		return (-1);
	return (codec_check(c,
	    m->wait != 0 && m->wait <= MESH_WAIT_MAX && m->networks_max != 0));
}

int
codec_msg_conf_ctl(struct codec *c, struct msg_conf_ctl *m)
{
	return (codec_range(c, &m->zero, 0, 0));
}

int
codec_msg_conf_access(struct codec *c, struct msg_conf_access *m)
{
	if (codec_range(c, &m->mode, ACCESS_OPEN, ACCESS_APPROVE) == -1)
		return (-1);
	return (codec_bool(c, &m->require_contact));
}

int
codec_msg_conf_access_name(struct codec *c, struct msg_conf_access_name *m)
{
	if (codec_bool(c, &m->allow) == -1 || codec_n32(c, &m->line) == -1 ||
	    STR(c, m->name) == -1)
		return (-1);
	return (codec_check(c, m->name[0] != '\0'));
}

int
codec_msg_conf_access_addr(struct codec *c, struct msg_conf_access_addr *m)
{
	if (codec_bool(c, &m->allow) == -1)
		return (-1);
	return (codec_prefix(c, &m->prefix));
}

int
codec_msg_conf_ack(struct codec *c, struct msg_conf_ack *m)
{
	if (codec_n32(c, &m->generation) == -1 || STR(c, m->text) == -1)
		return (-1);
	return (0);
}

int
codec_msg_conf_nak(struct codec *c, struct msg_conf_nak *m)
{
	if (codec_n32(c, &m->generation) == -1 ||
	    codec_range(c, &m->word, CONF_ANY_WORD, CONF_RULE_CA) == -1 ||
	    codec_n16(c, &m->index) == -1 || STR(c, m->text) == -1)
		return (-1);
	return (0);
}

int
codec_msg_conf_commit(struct codec *c, struct msg_conf_commit *m)
{
	return (codec_n32(c, &m->generation));
}

int
codec_msg_conf_abort(struct codec *c, struct msg_conf_abort *m)
{
	return (codec_n32(c, &m->generation));
}

int
codec_msg_conf_basic(struct codec *c, struct msg_conf_basic *m)
{
	return (STR(c, m->credentials));
}

int
codec_msg_conf_autoygg(struct codec *c, struct msg_conf_autoygg *m)
{
	if (STR(c, m->owner) == -1 || STR(c, m->description) == -1 ||
	    STR(c, m->network) == -1 || STR(c, m->location) == -1 ||
	    STR(c, m->info_url) == -1 || STR(c, m->public_key) == -1 ||
	    codec_bool(c, &m->require_contact) == -1 ||
	    codec_bool(c, &m->listed) == -1)
		return (-1);
	return (0);
}

int
codec_msg_conf_openvpn(struct codec *c, struct msg_conf_openvpn *m)
{
	return (STR(c, m->name));
}

int
codec_msg_conf_openvpn_fail(struct codec *c, struct msg_conf_openvpn_fail *m)
{
	return (STR(c, m->name));
}

int
codec_msg_conf_proc(struct codec *c, struct msg_conf_proc *m)
{
	return (codec_range(c, &m->which, PROC_LOADAVG, PROC_UPTIME));
}

int
codec_msg_conf_maintenance(struct codec *c, struct msg_conf_maintenance *m)
{
	return (codec_bool(c, &m->on));
}

int
codec_msg_conf_sync(struct codec *c, struct msg_conf_sync *m)
{
	return (codec_range(c, &m->max_remove_percent, 0, 100));
}

int
codec_msg_conf_reach(struct codec *c, struct msg_conf_reach *m)
{
	if (codec_range(c, &m->role, ROLE_DEVICE, ROLE_SUPER_ADMIN) == -1 ||
	    codec_bool(c, &m->mesh) == -1 || STR(c, m->network) == -1)
		return (-1);
	return (STR(c, m->name));
}

int
codec_msg_conf_off(struct codec *c, struct msg_conf_off *m)
{
	if (codec_range(c, &m->n, 0, LISTEN_MAX) == -1 || STR(c, m->text) == -1)
		return (-1);
	return (0);
}
