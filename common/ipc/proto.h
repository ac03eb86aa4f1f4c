/* SPDX-License-Identifier: ISC */
/*
 * The message catalogue: every message that crosses a process boundary, its
 * senders and receivers, and whether a descriptor comes with it.  The enum, the
 * name table, the routing checks, the prototypes of codecs and senders, a test
 * and a fuzzer are generated from it.  The bounds of a message's length follow
 * from its codec.
 */

#ifndef PROTO_H
#define PROTO_H

#include <stdbool.h>
#include <stdint.h>

#include "ibuf.h"
#include "imsg.h"
#include "msg.h"

/* Process roles, one bit each. */
#define P_PARENT	0x01
#define P_HAND		0x02
#define P_LEASED	0x04
#define P_APID		0x08
#define P_KEY		0x10
#define P_CTL		0x20
#define P_AGENT		0x40	/* agentd, in a suite without leased and apid */
#define P_CHILD		(P_HAND | P_LEASED | P_APID | P_KEY | P_AGENT)

/* clang-format off */
/*
 * X(NAME, name, value, from, to, descriptor)
 * E(NAME, name, value, from, to): no payload, no descriptor
 * Values are never reused: 0x00xx setup, 0x01xx lease, 0x02xx peer, 0x03xx
 * key, 0x04xx configuration, 0x05xx control, 0x06xx mesh.
 */
#define MSG_CATALOGUE(X, E)						\
	X(SETUP_HELLO, setup_hello, 0x0001,				\
	    P_PARENT|P_CHILD, P_PARENT|P_CHILD, 0)			\
	X(SETUP_PEER, setup_peer, 0x0002, P_PARENT, P_CHILD, 1)		\
	E(SETUP_READY, setup_ready, 0x0003, P_CHILD, P_PARENT)		\
	E(SETUP_PING, setup_ping, 0x0005, P_PARENT, P_CHILD)		\
	E(SETUP_PONG, setup_pong, 0x0006, P_CHILD, P_PARENT)		\
	X(SETUP_STOP, setup_stop, 0x0007, P_PARENT, P_CHILD, 0)		\
	X(SETUP_STOPPED, setup_stopped, 0x0008, P_CHILD, P_PARENT, 0)	\
	X(SETUP_LINK, setup_link, 0x0009,				\
	    P_LEASED|P_APID|P_AGENT, P_PARENT, 0)			\
									\
	X(LEASE_REGISTER, lease_register, 0x0101, P_APID, P_LEASED, 0)	\
	X(LEASE_GET, lease_get, 0x0102, P_APID, P_LEASED, 0)		\
	X(LEASE_RELEASE, lease_release, 0x0103, P_APID, P_LEASED, 0)	\
	X(LEASE_REPLY, lease_reply, 0x0104, P_LEASED, P_APID, 0)	\
	E(LEASE_HEALTH, lease_health, 0x0108, P_APID, P_LEASED)		\
	X(LEASE_HEALTH_REPLY, lease_health_reply, 0x0109,		\
	    P_LEASED, P_APID, 0)					\
	X(IDENT_TEST, ident_test, 0x010a, P_LEASED, P_APID, 0)		\
	X(IDENT_RESULT, ident_result, 0x010b, P_APID, P_LEASED, 0)	\
	X(LEASE_RENEW, lease_renew, 0x010c, P_APID, P_LEASED, 0)	\
	X(OWNED_PUT, owned_put, 0x0110, P_APID, P_LEASED, 0)		\
	X(OWNED_DROP, owned_drop, 0x0111, P_APID, P_LEASED, 0)		\
	X(OWNED_REPLY, owned_reply, 0x0112, P_LEASED, P_APID, 0)	\
	X(PEER_PAGE, peer_page, 0x0126, P_APID, P_LEASED, 0)		\
	X(PEER_ITEM, peer_item, 0x0127,					\
	    P_LEASED|P_AGENT, P_APID|P_CTL, 0)				\
	X(PEER_PAGE_END, peer_page_end, 0x0128, P_LEASED, P_APID, 0)	\
	X(NODE_GET, node_get, 0x0116, P_APID, P_LEASED, 0)		\
	X(NODE_REPLY, node_reply, 0x0117, P_LEASED, P_APID, 0)		\
	E(OVPN_LIST, ovpn_list, 0x0118, P_APID, P_LEASED)		\
	X(OVPN_ITEM, ovpn_item, 0x0119, P_LEASED, P_APID, 0)		\
	X(OVPN_END, ovpn_end, 0x011a, P_LEASED, P_APID, 0)		\
	X(OVPN_KILL, ovpn_kill, 0x011b, P_APID, P_LEASED, 0)		\
	X(SET_BEGIN, set_begin, 0x0120, P_APID|P_CTL, P_LEASED, 0)	\
	X(SET_ITEM, set_item, 0x0121, P_APID|P_CTL, P_LEASED, 0)	\
	E(SET_END, set_end, 0x0122, P_APID|P_CTL, P_LEASED)		\
	E(SET_ABORT, set_abort, 0x0123, P_APID|P_CTL, P_LEASED)		\
	X(SET_CHANGE, set_change, 0x0124, P_LEASED, P_APID|P_CTL, 0)	\
	X(SET_DONE, set_done, 0x0125, P_LEASED, P_APID|P_CTL, 0)	\
									\
	X(PEER_SYNC_BEGIN, peer_sync_begin, 0x0201, P_LEASED, P_HAND, 0) \
	E(PEER_SYNC_END, peer_sync_end, 0x0202, P_LEASED, P_HAND)	\
	X(PEER_SYNC_DONE, peer_sync_done, 0x0203, P_HAND, P_LEASED, 0)	\
	X(PEER_SET, peer_set, 0x0204, P_LEASED, P_HAND, 0)		\
	X(PEER_DEL, peer_del, 0x0205, P_LEASED, P_HAND, 0)		\
	X(PEER_DONE, peer_done, 0x0206, P_HAND, P_LEASED, 0)		\
	X(PEER_EXPIRED, peer_expired, 0x0207, P_HAND, P_LEASED, 0)	\
	X(PEER_STATS_GET, peer_stats_get, 0x0208,			\
	    P_LEASED|P_AGENT, P_HAND, 0)				\
	X(PEER_STAT, peer_stat, 0x0209, P_HAND, P_LEASED|P_AGENT, 0)	\
	X(PEER_STATS_END, peer_stats_end, 0x020a,			\
	    P_HAND, P_LEASED|P_AGENT, 0)				\
	X(HAND_NETWORK, hand_network, 0x020b, P_HAND, P_LEASED, 0)	\
	X(UAPI_WANT, uapi_want, 0x020c, P_HAND, P_PARENT, 0)		\
	X(HAND_HEALTH, hand_health, 0x020d, P_HAND, P_LEASED, 0)	\
	X(HAND_SERVER, hand_server, 0x020e,				\
	    P_HAND|P_PARENT, P_PARENT|P_APID, 0)			\
	X(UAPI_FAILED, uapi_failed, 0x020f, P_PARENT, P_HAND, 0)	\
	X(HOLD_BEGIN, hold_begin, 0x0210, P_HAND, P_LEASED, 0)		\
	X(HOLD_ITEM, hold_item, 0x0211, P_HAND, P_LEASED, 0)		\
	X(HOLD_END, hold_end, 0x0212, P_HAND, P_LEASED, 0)		\
	X(PEER_SEEN, peer_seen, 0x0230, P_HAND, P_LEASED, 0)		\
	X(HAND_SHOW, hand_show, 0x0220, P_LEASED, P_HAND, 0)		\
	X(HAND_LINE, hand_line, 0x0221, P_HAND, P_LEASED, 0)		\
	X(HAND_SHOWN, hand_shown, 0x0222, P_HAND, P_LEASED, 0)		\
	E(TRAFFIC_GET, traffic_get, 0x0228, P_LEASED, P_HAND)		\
	X(TRAFFIC_ITEM, traffic_item, 0x0229, P_HAND, P_LEASED, 0)	\
	E(TRAFFIC_END, traffic_end, 0x022a, P_HAND, P_LEASED)		\
									\
	X(KEY_SIGN, key_sign, 0x0301, P_APID|P_AGENT, P_KEY, 0)	\
	X(KEY_SIGNED, key_signed, 0x0302, P_KEY, P_APID|P_AGENT, 0)	\
									\
	X(CONF_BEGIN, conf_begin, 0x0401, P_PARENT, P_CHILD, 0)		\
	X(CONF_GATEWAY, conf_gateway, 0x0402,				\
	    P_PARENT, P_LEASED|P_APID, 0)				\
	X(CONF_NETWORK, conf_network, 0x0403,				\
	    P_PARENT, P_HAND|P_LEASED|P_APID, 0)			\
	X(CONF_WGKEY, conf_wgkey, 0x0404, P_PARENT, P_HAND, 1)		\
	X(CONF_SYSCTL, conf_sysctl, 0x0405, P_PARENT, P_HAND, 1)	\
	X(CONF_UAPI, conf_uapi, 0x0406, P_PARENT, P_HAND, 1)		\
	X(CONF_IDENTITY, conf_identity, 0x0407, P_PARENT, P_APID, 0)	\
	X(CONF_LISTEN, conf_listen, 0x0408,				\
	    P_PARENT, P_APID|P_AGENT, 1)				\
	X(CONF_CERT, conf_cert, 0x0409,				\
	    P_PARENT, P_APID|P_KEY|P_AGENT, 1)				\
	X(CONF_TLSKEY, conf_tlskey, 0x040a, P_PARENT, P_KEY, 1)	\
	X(CONF_PROXY, conf_proxy, 0x040b, P_PARENT, P_APID, 0)		\
	X(CONF_LIMITS, conf_limits, 0x040c, P_PARENT, P_APID, 0)	\
	X(CONF_CTL, conf_ctl, 0x040d, P_PARENT, P_LEASED|P_AGENT, 1)	\
	X(CONF_ACCESS, conf_access, 0x040e, P_PARENT, P_LEASED, 0)	\
	X(CONF_ACCESS_NAME, conf_access_name, 0x040f,			\
	    P_PARENT, P_LEASED, 0)					\
	X(CONF_ACCESS_ADDR, conf_access_addr, 0x0424,			\
	    P_PARENT, P_LEASED, 0)					\
	E(CONF_END, conf_end, 0x0410, P_PARENT, P_CHILD)		\
	X(CONF_ACK, conf_ack, 0x0411, P_CHILD, P_PARENT, 0)		\
	X(CONF_NAK, conf_nak, 0x0412, P_CHILD, P_PARENT, 0)		\
	X(CONF_COMMIT, conf_commit, 0x0413, P_PARENT, P_CHILD, 0)	\
	X(CONF_ABORT, conf_abort, 0x0414, P_PARENT, P_CHILD, 0)		\
	X(CONF_BASIC, conf_basic, 0x0415, P_PARENT, P_APID, 0)		\
	X(CONF_OPENVPN, conf_openvpn, 0x0417, P_PARENT, P_LEASED, 1)	\
	E(OPENVPN_WANT, openvpn_want, 0x0418, P_LEASED, P_PARENT)	\
	X(CONF_OPENVPN_FAIL, conf_openvpn_fail, 0x041d,			\
	    P_PARENT, P_LEASED, 0)					\
	E(CONF_OPENVPN_END, conf_openvpn_end, 0x041c,			\
	    P_PARENT, P_LEASED)						\
	X(CONF_PROC, conf_proc, 0x0419, P_PARENT, P_APID, 1)		\
	X(CONF_MAINTENANCE, conf_maintenance, 0x041a,			\
	    P_PARENT, P_LEASED, 0)					\
	X(CONF_SYNC, conf_sync, 0x041b, P_PARENT, P_LEASED, 0)		\
	X(CONF_REACH, conf_reach, 0x0421, P_PARENT, P_LEASED, 0)	\
	X(CONF_OFF, conf_off, 0x0422, P_PARENT, P_LEASED, 0)		\
	X(CONF_RULE_CA, conf_rule_ca, 0x0423, P_PARENT, P_APID, 1)	\
	X(CONF_AUTOYGG, conf_autoygg, 0x0430, P_PARENT, P_APID, 0)	\
	X(CONF_FIREWALL, conf_firewall, 0x0438, P_PARENT, P_HAND, 0)	\
	X(CONF_AGENT, conf_agent, 0x0431, P_PARENT, P_AGENT, 0)		\
	X(CONF_MPOLICY, conf_mpolicy, 0x0432,				\
	    P_PARENT, P_HAND|P_AGENT, 0)				\
	X(CONF_RAW, conf_raw, 0x0433, P_PARENT, P_AGENT, 1)		\
	X(WGKEY_WANT, wgkey_want, 0x0434, P_HAND, P_PARENT, 0)		\
	X(WGKEY_DROP, wgkey_drop, 0x0435, P_HAND, P_PARENT, 0)		\
	X(CONF_MNET, conf_mnet, 0x0436, P_PARENT, P_HAND, 1)		\
	X(WGKEY_FAILED, wgkey_failed, 0x0437, P_PARENT, P_HAND, 0)	\
	X(CONF_MESH, conf_mesh, 0x0439, P_PARENT, P_LEASED|P_APID, 0)	\
									\
	X(MESH_HELLO, mesh_hello, 0x0601, P_APID, P_LEASED, 0)		\
	X(MESH_SELF, mesh_self, 0x0602, P_LEASED, P_APID, 0)		\
	X(MESH_SELF_END, mesh_self_end, 0x0603, P_LEASED, P_APID, 0)	\
	X(MESH_WATCH, mesh_watch, 0x0604, P_APID, P_LEASED, 0)		\
	X(MESH_ENTRY, mesh_entry, 0x0605, P_LEASED, P_APID, 0)		\
	X(MESH_TICK, mesh_tick, 0x0606, P_LEASED, P_APID, 0)		\
	X(MESH_POKE, mesh_poke, 0x0607, P_LEASED, P_APID, 0)		\
	X(MESH_PAGE, mesh_page, 0x0608, P_APID, P_LEASED, 0)		\
	X(MESH_PAGE_END, mesh_page_end, 0x0609, P_LEASED, P_APID, 0)	\
	X(MESH_KEY, mesh_key, 0x060a, P_APID, P_LEASED, 0)		\
	X(MESH_REPORT, mesh_report, 0x060b, P_APID, P_LEASED, 0)	\
	X(MESH_PATH, mesh_path, 0x060c, P_APID, P_LEASED, 0)		\
	X(MESH_DONE, mesh_done, 0x060d, P_LEASED, P_APID, 0)		\
	X(MESH_ACKS, mesh_acks, 0x060e, P_APID, P_LEASED, 0)		\
									\
	X(CTL_SHOW, ctl_show, 0x0501, P_CTL, P_LEASED|P_AGENT, 0)	\
	X(CTL_REVOKE, ctl_revoke, 0x0502, P_CTL, P_LEASED, 0)		\
	X(CTL_APPROVE, ctl_approve, 0x0503, P_CTL, P_LEASED, 0)		\
	X(CTL_TEST_CN, ctl_test_cn, 0x0504, P_CTL, P_LEASED, 0)		\
	X(CTL_RELOAD, ctl_reload, 0x0505, P_CTL, P_PARENT, 0)		\
	E(CTL_TEARDOWN, ctl_teardown, 0x0506, P_CTL, P_PARENT)		\
	E(CTL_BACKUP, ctl_backup, 0x0507, P_CTL, P_LEASED)		\
	X(CTL_RESULT, ctl_result, 0x0508,				\
	    P_LEASED|P_PARENT|P_AGENT, P_CTL, 0)			\
	X(CTL_STATUS, ctl_status, 0x0509, P_LEASED, P_CTL, 0)		\
	X(CTL_NETWORK, ctl_network, 0x050a, P_LEASED|P_AGENT, P_CTL, 0)	\
	X(CTL_EVENT, ctl_event, 0x050d, P_LEASED, P_CTL, 0)		\
	X(CTL_TEST, ctl_test, 0x050e, P_LEASED, P_CTL, 0)		\
	X(CTL_CHUNK, ctl_chunk, 0x050f,				\
	    P_LEASED|P_CTL, P_CTL|P_LEASED, 0)				\
	X(CTL_MAINTENANCE, ctl_maintenance, 0x0510,			\
	    P_CTL, P_LEASED, 0)						\
	X(CTL_SYNC, ctl_sync, 0x0511, P_LEASED, P_CTL, 0)		\
	E(CTL_DROP, ctl_drop, 0x0512, P_CTL, P_LEASED)			\
	E(CTL_RESTORE, ctl_restore, 0x0513, P_CTL, P_LEASED)		\
	E(CTL_RESTORE_END, ctl_restore_end, 0x0514, P_CTL, P_LEASED)	\
	X(CTL_REVOKED, ctl_revoked, 0x0515, P_LEASED, P_CTL, 0)		\
	X(CTL_LEASE, ctl_lease, 0x0518, P_CTL, P_LEASED, 0)		\
	X(CTL_LINE, ctl_line, 0x0520, P_LEASED|P_AGENT, P_CTL, 0)	\
	X(CTL_AGENT, ctl_agent, 0x053e, P_CTL, P_LEASED|P_AGENT, 0)	\
	X(CTL_PEER_ADD, ctl_peer_add, 0x0516, P_CTL, P_LEASED, 0)	\
	X(CTL_PEER_DEL, ctl_peer_del, 0x0517, P_CTL, P_LEASED, 0)	\
	X(CTL_PENDING, ctl_pending, 0x0530, P_LEASED, P_CTL, 0)		\
	X(CTL_CONTACT, ctl_contact, 0x0531, P_LEASED, P_CTL, 0)	\
									\
	X(MNET_SET, mnet_set, 0x0620, P_AGENT, P_HAND, 0)		\
	X(MNET_DEL, mnet_del, 0x0621, P_AGENT, P_HAND, 0)		\
	X(MNET_STATE, mnet_state, 0x0622, P_HAND, P_AGENT, 0)		\
	X(MPEER_SET, mpeer_set, 0x0623, P_AGENT, P_HAND, 0)		\
	X(MPEER_DEL, mpeer_del, 0x0624, P_AGENT, P_HAND, 0)		\
	X(MPEER_DONE, mpeer_done, 0x0625, P_HAND, P_AGENT, 0)		\
	E(MNET_SYNC_BEGIN, mnet_sync_begin, 0x0626, P_AGENT, P_HAND)	\
	E(MNET_SYNC_END, mnet_sync_end, 0x0627, P_AGENT, P_HAND)	\
									\
	X(MESH_OP, mesh_op, 0x0610, P_APID|P_CTL, P_LEASED, 0)		\
	X(MESH_REPLY, mesh_reply, 0x0611, P_LEASED, P_APID, 0)		\
	X(MESH_TENANT, mesh_tenant, 0x0612, P_LEASED, P_APID|P_CTL, 0)	\
	X(MESH_NET, mesh_net, 0x0613, P_LEASED, P_APID|P_CTL, 0)	\
	X(MESH_MEMBER, mesh_member, 0x0614, P_LEASED, P_APID|P_CTL, 0)	\
	X(MESH_LIST, mesh_list, 0x0615, P_APID|P_CTL, P_LEASED, 0)	\
	X(MESH_LIST_END, mesh_list_end, 0x0616, P_LEASED, P_APID, 0)	\
	X(MESH_DEVICE, mesh_device, 0x0617, P_LEASED, P_APID|P_CTL, 0)
/* clang-format on */

enum msg_type {
#define X(NAME, name, val, from, to, fd) MSG_##NAME = (val),
#define E(NAME, name, val, from, to) MSG_##NAME = (val),
	MSG_CATALOGUE(X, E)
#undef X
#undef E
};

struct msg_desc {
	const char	*name;
	uint32_t	 type;
	uint32_t	 min;		/* payload bytes, from the codec */
	uint32_t	 max;
	uint8_t		 from;
	uint8_t		 to;
	uint8_t		 fd;		/* 1: exactly one descriptor */
};

/* The row of a message type, or NULL if the type is unknown. */
const struct msg_desc *msg_lookup(uint32_t type);
/*
 * One number for the release and for the names, types, directions and lengths
 * of all messages: programs in which it differs do not talk to each other.
 */
uint32_t msg_version(void);
/* The name of one P_ bit: "apid", "leased" ... */
const char *msg_role_name(uint8_t role);

/*
 * Codecs.  put appends the payload of *m.  get zeroes *m, reads one payload,
 * checks every range and requires the end of the buffer.  After get returned 0
 * the form of the struct is right; the handler checks its meaning.  Both return
 * 0, or -1 with errno ERANGE (no room), EINVAL (put: a field is out of its
 * range) or EBADMSG (get: short, long or out of range).
 */
#define X(NAME, name, val, from, to, fd)			\
	int	 msg_##name##_put(struct ibuf *, const struct msg_##name *); \
	int	 msg_##name##_get(struct ibuf *, struct msg_##name *);
#define E(NAME, name, val, from, to)
MSG_CATALOGUE(X, E)
#undef X
#undef E

#endif
