/* SPDX-License-Identifier: ISC */
/*
 * Fields of the messages between leased and the hand.
 */

#include "codec.h"

#define NET(c, m)	codec_str(c, (m)->network, sizeof((m)->network))

int
codec_msg_peer_sync_begin(struct codec *c, struct msg_peer_sync_begin *m)
{
	if (codec_n32(c, &m->keep) == -1 ||
	    codec_check(c, m->keep <= GRACE_MAX_S) == -1)
		return (-1);
	return (codec_bool(c, &m->drop));
}

int
codec_msg_peer_sync_done(struct codec *c, struct msg_peer_sync_done *m)
{
	if (codec_n32(c, &m->added) == -1 || codec_n32(c, &m->removed) == -1 ||
	    codec_n32(c, &m->changed) == -1 ||
	    codec_n32(c, &m->unchanged) == -1 || codec_n32(c, &m->failed) == -1)
		return (-1);
	return (0);
}

int
codec_msg_peer_set(struct codec *c, struct msg_peer_set *m)
{
	if (NET(c, m) == -1 || codec_key(c, m->pubkey) == -1 ||
	    codec_range(c, &m->source, SOURCE_LEASE, SOURCE_STATIC) == -1 ||
	    codec_prefix_none(c, &m->remote) == -1 ||
	    codec_duration(c, &m->ttl) == -1 ||
	    codec_bool(c, &m->has_old) == -1)
		return (-1);
	if (codec_check(c, m->ttl != 0) == -1)
		return (-1);
	if ((m->has_old && codec_key(c, m->old) == -1) ||
	    codec_psk(c, &m->has_psk, 1, m->psk) == -1)
		return (-1);
	return (codec_prefixes(c, &m->naddrs, m->addrs, 0, PEER_ADDRS_MAX));
}

int
codec_msg_peer_del(struct codec *c, struct msg_peer_del *m)
{
	if (NET(c, m) == -1 || codec_key(c, m->pubkey) == -1)
		return (-1);
	return (0);
}

int
codec_msg_peer_done(struct codec *c, struct msg_peer_done *m)
{
	return (codec_range(c, &m->code, PEER_OK, PEER_E_KERNEL));
}

int
codec_msg_peer_expired(struct codec *c, struct msg_peer_expired *m)
{
	if (NET(c, m) == -1 || codec_key(c, m->pubkey) == -1)
		return (-1);
	return (0);
}

int
codec_msg_peer_stats_get(struct codec *c, struct msg_peer_stats_get *m)
{
	return (NET(c, m));
}

int
codec_msg_peer_stat(struct codec *c, struct msg_peer_stat *m)
{
	if (NET(c, m) == -1 || codec_key(c, m->pubkey) == -1 ||
	    codec_range(c, &m->held, 0, HOLD_UNCLAIMED) == -1 ||
	    codec_bool(c, &m->psk) == -1 || codec_n64(c, &m->rx) == -1 ||
	    codec_n64(c, &m->tx) == -1 || codec_time(c, &m->handshake) == -1 ||
	    codec_prefix_none(c, &m->endpoint) == -1 ||
	    codec_n16(c, &m->port) == -1 || codec_n32(c, &m->link) == -1 ||
	    codec_prefixes(c, &m->naddrs, m->addrs, 0, PEER_ADDRS_MAX) == -1)
		return (-1);
	return (0);
}

int
codec_msg_hold_begin(struct codec *c, struct msg_hold_begin *m)
{
	return (NET(c, m));
}

int
codec_msg_hold_item(struct codec *c, struct msg_hold_item *m)
{
	if (NET(c, m) == -1 ||
	    codec_range(c, &m->kind, HOLD_FOREIGN, HOLD_OWN) == -1 ||
	    codec_bool(c, &m->psk) == -1 || codec_key(c, m->pubkey) == -1)
		return (-1);
	return (codec_prefixes(c, &m->naddrs, m->addrs, 0, PEER_ADDRS_MAX));
}

int
codec_msg_hold_end(struct codec *c, struct msg_hold_end *m)
{
	return (NET(c, m));
}

int
codec_msg_hand_show(struct codec *c, struct msg_hand_show *m)
{
	if (codec_range(c, &m->what, HAND_SHOW_FIREWALL, HAND_SHOW_DRIFT) ==
		-1 ||
	    codec_n32(c, &m->serial) == -1)
		return (-1);
	return (codec_n32(c, &m->from));
}

int
codec_msg_hand_line(struct codec *c, struct msg_hand_line *m)
{
	return (codec_time(c, &m->at) == -1 ?
		-1 :
		codec_str(c, m->text, sizeof(m->text)));
}

int
codec_msg_hand_shown(struct codec *c, struct msg_hand_shown *m)
{
	return (codec_n32(c, &m->serial) == -1 ? -1 : codec_n32(c, &m->next));
}

int
codec_msg_traffic_item(struct codec *c, struct msg_traffic_item *m)
{
	return (NET(c, m) == -1 ? -1 : codec_counts(c, m->count));
}

int
codec_msg_peer_seen(struct codec *c, struct msg_peer_seen *m)
{
	if (NET(c, m) == -1 || codec_key(c, m->pubkey) == -1 ||
	    codec_prefix(c, &m->endpoint) == -1 ||
	    codec_n16(c, &m->port) == -1 || codec_time(c, &m->handshake) == -1)
		return (-1);
	return (codec_check(c, prefix_is_host(&m->endpoint)));
}

int
codec_msg_peer_stats_end(struct codec *c, struct msg_peer_stats_end *m)
{
	if (NET(c, m) == -1 ||
	    codec_range(c, &m->code, PEER_OK, PEER_E_KERNEL) == -1)
		return (-1);
	return (0);
}

int
codec_msg_hand_network(struct codec *c, struct msg_hand_network *m)
{
	if (NET(c, m) == -1 ||
	    codec_range(c, &m->state, NET_DOWN, NET_FAILED) == -1 ||
	    codec_range(c, &m->backend, 0, BACKEND_GRE) == -1 ||
	    codec_key(c, m->pubkey) == -1 || codec_n16(c, &m->port) == -1 ||
	    codec_bool(c, &m->adopted) == -1 ||
	    codec_n32(c, &m->foreign) == -1 ||
	    codec_str(c, m->text, sizeof(m->text)) == -1)
		return (-1);
	return (0);
}

int
codec_msg_hand_server(struct codec *c, struct msg_hand_server *m)
{
	if (NET(c, m) == -1 || codec_key(c, m->pubkey) == -1 ||
	    codec_n16(c, &m->port) == -1)
		return (-1);
	return (codec_check(c, m->network[0] != '\0'));
}

int
codec_msg_uapi_want(struct codec *c, struct msg_uapi_want *m)
{
	return (NET(c, m));
}

int
codec_msg_uapi_failed(struct codec *c, struct msg_uapi_failed *m)
{
	return (
	    NET(c, m) == -1 || codec_str(c, m->text, sizeof(m->text)) == -1 ?
		-1 :
		0);
}

int
codec_msg_hand_health(struct codec *c, struct msg_hand_health *m)
{
	if (codec_n32(c, &m->batches) == -1 || codec_n32(c, &m->dumps) == -1 ||
	    codec_n32(c, &m->drift) == -1 || codec_n32(c, &m->peers) == -1 ||
	    codec_n32(c, &m->refused) == -1)
		return (-1);
	return (0);
}
