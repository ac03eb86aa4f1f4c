/* SPDX-License-Identifier: ISC */
/*
 * Fields of the control messages.
 */

#include "codec.h"

#define NET(c, m)	codec_str(c, (m)->network, sizeof((m)->network))
#define NAME(c, m)	codec_str(c, (m)->name, sizeof((m)->name))
#define STR(c, s)	codec_str(c, s, sizeof(s))

int
codec_msg_ctl_show(struct codec *c, struct msg_ctl_show *m)
{
	if (codec_range(c, &m->what, SHOW_STATUS, SHOW_DRIFT) == -1 ||
	    codec_bool(c, &m->online) == -1 ||
	    codec_bool(c, &m->expired) == -1 || NET(c, m) == -1 ||
	    NAME(c, m) == -1 || codec_prefix_none(c, &m->addr) == -1 ||
	    codec_time(c, &m->since) == -1 || codec_n64(c, &m->limit) == -1)
		return (-1);
	return (0);
}

int
codec_msg_ctl_agent(struct codec *c, struct msg_ctl_agent *m)
{
	if (codec_range(c, &m->what, AGENT_STATUS, AGENT_LEAVE) == -1)
		return (-1);
	return (STR(c, m->network));
}

int
codec_msg_ctl_revoke(struct codec *c, struct msg_ctl_revoke *m)
{
	if (NET(c, m) == -1 || NAME(c, m) == -1 || STR(c, m->reason) == -1 ||
	    codec_bool(c, &m->force) == -1)
		return (-1);
	return (0);
}

int
codec_msg_ctl_lease(struct codec *c, struct msg_ctl_lease *m)
{
	if (NET(c, m) == -1 || codec_name(c, m->name, sizeof(m->name)) == -1 ||
	    codec_name(c, m->who, sizeof(m->who)) == -1 ||
	    codec_key(c, m->pubkey) == -1 || codec_prefix(c, &m->addr) == -1 ||
	    codec_duration(c, &m->ttl) == -1 ||
	    codec_bool(c, &m->dry_run) == -1 ||
	    codec_contact(c, &m->contact) == -1)
		return (-1);
	return (codec_check(c, m->name[0] != '\0' && prefix_is_host(&m->addr)));
}

int
codec_msg_ctl_peer_add(struct codec *c, struct msg_ctl_peer_add *m)
{
	if (NET(c, m) == -1 || codec_name(c, m->name, sizeof(m->name)) == -1 ||
	    codec_key(c, m->pubkey) == -1)
		return (-1);
	return (codec_check(c, m->name[0] != '\0'));
}

int
codec_msg_ctl_peer_del(struct codec *c, struct msg_ctl_peer_del *m)
{
	if (NET(c, m) == -1 || NAME(c, m) == -1 ||
	    codec_bool(c, &m->has_key) == -1 || codec_key(c, m->pubkey) == -1)
		return (-1);
	return (codec_check(c, m->has_key || m->name[0] != '\0'));
}

int
codec_msg_ctl_approve(struct codec *c, struct msg_ctl_approve *m)
{
	if (NET(c, m) == -1 || NAME(c, m) == -1)
		return (-1);
	return (codec_check(c, m->name[0] != '\0'));
}

int
codec_msg_ctl_test_cn(struct codec *c, struct msg_ctl_test_cn *m)
{
	return (STR(c, m->cn));
}

int
codec_msg_ctl_reload(struct codec *c, struct msg_ctl_reload *m)
{
	return (codec_bool(c, &m->force));
}

int
codec_msg_ctl_result(struct codec *c, struct msg_ctl_result *m)
{
	if (codec_range(c, &m->code, CTL_OK, CTL_CONFIG) == -1 ||
	    STR(c, m->text) == -1)
		return (-1);
	return (0);
}

int
codec_msg_ctl_status(struct codec *c, struct msg_ctl_status *m)
{
	if (STR(c, m->gateway) == -1 || STR(c, m->version) == -1 ||
	    codec_time(c, &m->started) == -1 ||
	    codec_n32(c, &m->generation) == -1 ||
	    codec_n32(c, &m->networks) == -1 || codec_n32(c, &m->up) == -1 ||
	    codec_n64(c, &m->leases) == -1 || codec_n64(c, &m->pending) == -1 ||
	    codec_n64(c, &m->outside) == -1 || codec_n64(c, &m->partly) == -1 ||
	    codec_n64(c, &m->online) == -1 || codec_n64(c, &m->denied) == -1 ||
	    codec_n64(c, &m->waiting) == -1 || codec_bool(c, &m->db) == -1 ||
	    codec_bool(c, &m->kern) == -1 || codec_n8(c, &m->apids) == -1 ||
	    codec_bool(c, &m->maintenance) == -1 ||
	    codec_n32(c, &m->grace) == -1 ||
	    codec_range(c, &m->off, 0, LISTEN_MAX) == -1 ||
	    STR(c, m->off_text) == -1 || codec_time(c, &m->synced) == -1 ||
	    codec_msg_peer_sync_done(c, &m->last) == -1 ||
	    codec_msg_hand_health(c, &m->health) == -1)
		return (-1);
	return (0);
}

int
codec_msg_ctl_network(struct codec *c, struct msg_ctl_network *m)
{
	uint8_t i;

	if (STR(c, m->name) == -1 || STR(c, m->interface) == -1 ||
	    codec_range(c, &m->state, NET_DOWN, NET_ORPHAN) == -1 ||
	    codec_range(c, &m->backend, 0, BACKEND_GRE) == -1 ||
	    codec_bool(c, &m->adopted) == -1 ||
	    codec_range(c, &m->assign, ASSIGN_POOL, ASSIGN_METANS) == -1 ||
	    codec_n16(c, &m->port) == -1 || codec_key(c, m->pubkey) == -1 ||
	    codec_duration(c, &m->lease) == -1 ||
	    codec_n32(c, &m->max_peers) == -1 ||
	    codec_n32(c, &m->foreign) == -1 || codec_n64(c, &m->leases) == -1 ||
	    codec_prefixes(c, &m->naddrs, m->addrs, 0, NET_ADDRS_MAX) == -1 ||
	    codec_blocks(c, &m->npools, m->pools, 0, NET_POOLS_MAX) == -1)
		return (-1);
	for (i = 0; i < m->npools; i++)
		if (codec_n64(c, &m->used[i]) == -1 ||
		    codec_n64(c, &m->size[i]) == -1)
			return (-1);
	if (STR(c, m->endpoint) == -1 || codec_n16(c, &m->keepalive) == -1 ||
	    codec_prefixes(c, &m->nroutes, m->routes, 0, NET_ROUTES_MAX) ==
		-1 ||
	    codec_prefixes(c, &m->nsubnets, m->subnets, 0, NET_SUBNETS_MAX) ==
		-1 ||
	    codec_prefixes(c, &m->ndns, m->dns, 0, NET_DNS_MAX) == -1)
		return (-1);
	if (STR(c, m->text) == -1 || codec_bool(c, &m->counted) == -1)
		return (-1);
	return (codec_counts(c, m->traffic));
}

int
codec_msg_ctl_revoked(struct codec *c, struct msg_ctl_revoked *m)
{
	if (NET(c, m) == -1 || NAME(c, m) == -1 || STR(c, m->reason) == -1)
		return (-1);
	return (codec_time(c, &m->at));
}

int
codec_msg_ctl_pending(struct codec *c, struct msg_ctl_pending *m)
{
	if (NET(c, m) == -1 || NAME(c, m) == -1 ||
	    codec_time(c, &m->at) == -1 || STR(c, m->who) == -1 ||
	    STR(c, m->from) == -1)
		return (-1);
	return (codec_contact(c, &m->contact));
}

int
codec_msg_ctl_contact(struct codec *c, struct msg_ctl_contact *m)
{
	if (NET(c, m) == -1 || NAME(c, m) == -1)
		return (-1);
	return (codec_contact(c, &m->contact));
}

int
codec_msg_ctl_event(struct codec *c, struct msg_ctl_event *m)
{
	if (codec_n64(c, &m->id) == -1 || codec_time(c, &m->at) == -1 ||
	    STR(c, m->what) == -1 || NET(c, m) == -1 || NAME(c, m) == -1 ||
	    STR(c, m->who) == -1 || STR(c, m->from) == -1 ||
	    STR(c, m->detail) == -1)
		return (-1);
	return (0);
}

int
codec_msg_ctl_test(struct codec *c, struct msg_ctl_test *m)
{
	if (codec_bool(c, &m->matched) == -1 || codec_n16(c, &m->rule) == -1 ||
	    codec_range(c, &m->role, 0, ROLE_SUPER_ADMIN) == -1 ||
	    codec_range(c, &m->proof, 0, PROOF_NONE) == -1 ||
	    NAME(c, m) == -1 || NET(c, m) == -1 ||
	    codec_prefixes(c, &m->naddrs, m->addrs, 0, NET_POOLS_MAX) == -1 ||
	    codec_bool(c, &m->leased) == -1 ||
	    codec_bool(c, &m->denied) == -1 ||
	    codec_bool(c, &m->unapproved) == -1 || STR(c, m->text) == -1)
		return (-1);
	return (0);
}

int
codec_msg_ctl_chunk(struct codec *c, struct msg_ctl_chunk *m)
{
	if (codec_n64(c, &m->offset) == -1 ||
	    codec_len(c, &m->len, 0, sizeof(m->data)) == -1)
		return (-1);
	return (codec_bytes(c, m->data, m->len));
}

int
codec_msg_ctl_line(struct codec *c, struct msg_ctl_line *m)
{
	return (codec_time(c, &m->at) == -1 ? -1 : STR(c, m->text));
}

int
codec_msg_ctl_maintenance(struct codec *c, struct msg_ctl_maintenance *m)
{
	return (codec_bool(c, &m->on));
}

int
codec_msg_ctl_sync(struct codec *c, struct msg_ctl_sync *m)
{
	if (NET(c, m) == -1 || STR(c, m->owner) == -1 ||
	    codec_time(c, &m->at) == -1 || codec_n32(c, &m->peers) == -1 ||
	    codec_n64(c, &m->generation) == -1)
		return (-1);
	return (codec_msg_set_done(c, &m->last));
}
