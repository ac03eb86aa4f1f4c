/* SPDX-License-Identifier: ISC */
/*
 * Fields of the messages between apid and leased.
 */

#include "codec.h"

#define NET(c, m)	codec_str(c, (m)->network, sizeof((m)->network))
#define NAME(c, m)	codec_str(c, (m)->name, sizeof((m)->name))

int
codec_msg_lease_register(struct codec *c, struct msg_lease_register *m)
{
	if (NET(c, m) == -1 || codec_name(c, m->name, sizeof(m->name)) == -1 ||
	    codec_name(c, m->who, sizeof(m->who)) == -1 ||
	    codec_key(c, m->pubkey) == -1 ||
	    codec_psk(c, &m->has_psk, 1, m->psk) == -1 ||
	    codec_prefix_none(c, &m->from) == -1 ||
	    codec_reqid(c, m->req) == -1 || codec_contact(c, &m->contact) == -1)
		return (-1);
	return (codec_check(c, m->name[0] != '\0'));
}

int
codec_msg_lease_renew(struct codec *c, struct msg_lease_renew *m)
{
	if (NET(c, m) == -1 || NAME(c, m) == -1 ||
	    codec_name(c, m->who, sizeof(m->who)) == -1 ||
	    codec_prefix_none(c, &m->from) == -1 ||
	    codec_reqid(c, m->req) == -1)
		return (-1);
	return (0);
}

int
codec_msg_lease_get(struct codec *c, struct msg_lease_get *m)
{
	if (NET(c, m) == -1 || NAME(c, m) == -1)
		return (-1);
	return (codec_name(c, m->who, sizeof(m->who)));
}

int
codec_msg_lease_release(struct codec *c, struct msg_lease_release *m)
{
	if (NET(c, m) == -1 || NAME(c, m) == -1 ||
	    codec_prefix_none(c, &m->from) == -1 ||
	    codec_reqid(c, m->req) == -1)
		return (-1);
	return (0);
}

int
codec_msg_lease_reply(struct codec *c, struct msg_lease_reply *m)
{
	if (codec_range(c, &m->code, LEASE_OK_NEW, LEASE_CODE_MAX) == -1 ||
	    codec_range(c, &m->state, 0, LEASE_PARTLY) == -1 ||
	    codec_n64(c, &m->id) == -1 || NET(c, m) == -1 || NAME(c, m) == -1 ||
	    codec_key(c, m->pubkey) == -1 || codec_bool(c, &m->psk) == -1 ||
	    codec_duration(c, &m->ttl) == -1 ||
	    codec_n32(c, &m->retry_after) == -1 ||
	    codec_time(c, &m->first) == -1 ||
	    codec_time(c, &m->created) == -1 ||
	    codec_time(c, &m->renewed) == -1 ||
	    codec_time(c, &m->expires) == -1 ||
	    codec_prefixes(c, &m->naddrs, m->addrs, 0, NET_POOLS_MAX) == -1 ||
	    codec_contact(c, &m->contact) == -1)
		return (-1);
	return (0);
}

int
codec_msg_lease_health_reply(struct codec *c, struct msg_lease_health_reply *m)
{
	if (codec_bool(c, &m->db) == -1 || codec_bool(c, &m->kern) == -1 ||
	    codec_bool(c, &m->wireguard) == -1)
		return (-1);
	return (0);
}

int
codec_msg_ident_test(struct codec *c, struct msg_ident_test *m)
{
	return (codec_str(c, m->cn, sizeof(m->cn)));
}

int
codec_msg_ident_result(struct codec *c, struct msg_ident_result *m)
{
	if (codec_bool(c, &m->matched) == -1 || codec_n16(c, &m->rule) == -1 ||
	    codec_range(c, &m->role, 0, ROLE_SUPER_ADMIN) == -1 ||
	    codec_range(c, &m->proof, 0, PROOF_NONE) == -1 ||
	    NAME(c, m) == -1 || NET(c, m) == -1 ||
	    codec_str(c, m->who, sizeof(m->who)) == -1 ||
	    codec_bool(c, &m->gives) == -1 ||
	    codec_str(c, m->text, sizeof(m->text)) == -1)
		return (-1);
	return (0);
}
