/* SPDX-License-Identifier: ISC */
/*
 * Fields of the messages about peers with an owner, sets of them, and nodes.
 */

#include "codec.h"

#define NET(c, m)   codec_str(c, (m)->network, sizeof((m)->network))
#define OWNER(c, m) codec_str(c, (m)->owner, sizeof((m)->owner))
#define NAME(c, m)  codec_str(c, (m)->name, sizeof((m)->name))
#define TEXT(c, m)  codec_str(c, (m)->text, sizeof((m)->text))
#define CODE(c, m)  codec_range(c, &(m)->code, LEASE_OK_NEW, LEASE_CODE_MAX)

int
codec_msg_owned_put(struct codec *c, struct msg_owned_put *m)
{
	if (NET(c, m) == -1 ||
	    codec_name(c, m->owner, sizeof(m->owner)) == -1 ||
	    codec_name(c, m->name, sizeof(m->name)) == -1 ||
	    codec_key(c, m->pubkey) == -1 ||
	    codec_psk(c, &m->psk_op, PSK_SET, m->psk) == -1 ||
	    codec_prefix_none(c, &m->from) == -1 ||
	    codec_reqid(c, m->req) == -1)
		return (-1);
	return (codec_prefixes(c, &m->naddrs, m->addrs, 1, PEER_ADDRS_MAX));
}

int
codec_msg_owned_drop(struct codec *c, struct msg_owned_drop *m)
{
	if (NET(c, m) == -1 || OWNER(c, m) == -1 ||
	    codec_key(c, m->pubkey) == -1 ||
	    codec_prefix_none(c, &m->from) == -1 ||
	    codec_reqid(c, m->req) == -1)
		return (-1);
	return (0);
}

int
codec_msg_peer_item(struct codec *c, struct msg_peer_item *m)
{
	if (codec_n64(c, &m->id) == -1 || NET(c, m) == -1 ||
	    OWNER(c, m) == -1 || NAME(c, m) == -1 ||
	    codec_str(c, m->who, sizeof(m->who)) == -1 ||
	    codec_range(c, &m->source, SOURCE_LEASE, SOURCE_UNCLAIMED) == -1 ||
	    codec_range(c, &m->state, 0, LEASE_PARTLY) == -1 ||
	    codec_bool(c, &m->psk) == -1 || codec_key(c, m->pubkey) == -1 ||
	    codec_time(c, &m->first) == -1 ||
	    codec_time(c, &m->created) == -1 ||
	    codec_time(c, &m->renewed) == -1 ||
	    codec_time(c, &m->expires) == -1 ||
	    codec_time(c, &m->handshake) == -1 || codec_n64(c, &m->rx) == -1 ||
	    codec_n64(c, &m->tx) == -1 ||
	    codec_prefix_none(c, &m->endpoint) == -1 ||
	    codec_n16(c, &m->port) == -1 ||
	    codec_str(c, m->link, sizeof(m->link)) == -1)
		return (-1);
	return (codec_prefixes(c, &m->naddrs, m->addrs, 0, PEER_ADDRS_MAX));
}

int
codec_msg_peer_page(struct codec *c, struct msg_peer_page *m)
{
	if (NET(c, m) == -1 || codec_bool(c, &m->leases) == -1 ||
	    OWNER(c, m) == -1 || codec_bool(c, &m->online) == -1 ||
	    codec_bool(c, &m->one) == -1 || NAME(c, m) == -1 ||
	    codec_bool(c, &m->has_key) == -1)
		return (-1);
	return (m->has_key ? codec_key(c, m->key) : 0);
}

int
codec_msg_peer_page_end(struct codec *c, struct msg_peer_page_end *m)
{
	if (CODE(c, m) == -1 || codec_bool(c, &m->more) == -1)
		return (-1);
	return (codec_n64(c, &m->generation));
}

int
codec_msg_owned_reply(struct codec *c, struct msg_owned_reply *m)
{
	if (CODE(c, m) == -1 || codec_n32(c, &m->retry_after) == -1 ||
	    TEXT(c, m) == -1 || codec_bool(c, &m->has_item) == -1)
		return (-1);
	return (m->has_item ? codec_msg_peer_item(c, &m->item) : 0);
}

int
codec_msg_node_get(struct codec *c, struct msg_node_get *m)
{
	return (codec_bool(c, &m->counts));
}

int
codec_msg_node_reply(struct codec *c, struct msg_node_reply *m)
{
	if (codec_bool(c, &m->maintenance) == -1 ||
	    codec_n32(c, &m->w_count) == -1 || codec_n32(c, &m->o_count) == -1)
		return (-1);
	return (codec_n16(c, &m->o_unasked));
}

int
codec_msg_ovpn_item(struct codec *c, struct msg_ovpn_item *m)
{
	if (codec_str(c, m->cn, sizeof(m->cn)) == -1 ||
	    codec_prefix_none(c, &m->ip4) == -1)
		return (-1);
	return (codec_prefix_none(c, &m->ip6));
}

int
codec_msg_ovpn_end(struct codec *c, struct msg_ovpn_end *m)
{
	if (CODE(c, m) == -1 || codec_n16(c, &m->asked) == -1)
		return (-1);
	return (codec_n16(c, &m->unasked));
}

int
codec_msg_ovpn_kill(struct codec *c, struct msg_ovpn_kill *m)
{
	return (codec_str(c, m->cn, sizeof(m->cn)));
}

int
codec_msg_set_begin(struct codec *c, struct msg_set_begin *m)
{
	if (NET(c, m) == -1 ||
	    codec_name(c, m->owner, sizeof(m->owner)) == -1 ||
	    codec_prefix_none(c, &m->from) == -1 ||
	    codec_reqid(c, m->req) == -1 || codec_bool(c, &m->dry_run) == -1 ||
	    codec_bool(c, &m->force) == -1 ||
	    codec_range(c, &m->match, SET_MATCH_NONE, SET_MATCH_EMPTY) == -1)
		return (-1);
	return (codec_n64(c, &m->generation));
}

int
codec_msg_set_item(struct codec *c, struct msg_set_item *m)
{
	if (codec_name(c, m->name, sizeof(m->name)) == -1 ||
	    codec_key(c, m->pubkey) == -1 ||
	    codec_psk(c, &m->psk_op, PSK_SET, m->psk) == -1)
		return (-1);
	return (codec_prefixes(c, &m->naddrs, m->addrs, 1, PEER_ADDRS_MAX));
}

int
codec_msg_set_change(struct codec *c, struct msg_set_change *m)
{
	if (codec_range(c, &m->op, SET_ADDED, SET_REJECTED) == -1 ||
	    codec_range(c, &m->code, 0, LEASE_CODE_MAX) == -1 ||
	    codec_key(c, m->pubkey) == -1 || codec_n64(c, &m->rx) == -1 ||
	    codec_n64(c, &m->tx) == -1)
		return (-1);
	return (TEXT(c, m));
}

int
codec_msg_set_done(struct codec *c, struct msg_set_done *m)
{
	if (codec_range(c, &m->code, 0, LEASE_CODE_MAX) == -1 ||
	    codec_n32(c, &m->retry_after) == -1 ||
	    codec_n32(c, &m->added) == -1 || codec_n32(c, &m->removed) == -1 ||
	    codec_n32(c, &m->changed) == -1 ||
	    codec_n32(c, &m->unchanged) == -1 ||
	    codec_n32(c, &m->rejected) == -1 ||
	    codec_n64(c, &m->generation) == -1)
		return (-1);
	return (TEXT(c, m));
}
