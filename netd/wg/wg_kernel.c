/* SPDX-License-Identifier: ISC */
/*
 * The kernel's WireGuard, over generic netlink.  Many peers go in one message,
 * because a change costs mostly as much as its message.
 */

#include <sys/socket.h>

#include <linux/genetlink.h>
#include <linux/wireguard.h>
#include <netinet/in.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>

#include <errno.h>
#include <string.h>

#include <sodium.h>

#include "wg_dump.h"
#include "wg_kernel.h"

#define ATTR_ROOM	512
/* The largest size of one allowed address, and of one peer without any. */
#define ADDR_ROOM	(4 + 8 + 20 + 8)
#define PEER_ROOM                                                              \
	(4 + 4 + WGKEY_LEN + 8 + 4 + 4 + WGKEY_LEN + 8 + 4 +                   \
	    sizeof(struct sockaddr_in6))

int
wg_kernel_open(struct wg_kernel *w)
{
	memset(w, 0, sizeof(*w));
	if (nl_conn_open(&w->nl, NETLINK_GENERIC) == -1)
		return (-1);
	/* A missing family is no error: adding a link may load the module. */
	(void)wg_kernel_find(w);
	return (0);
}

void
wg_kernel_close(struct wg_kernel *w)
{
	nl_conn_close(&w->nl);
}

static int
family_cb(const struct nlmsghdr *h, void *arg)
{
	uint16_t *family = arg;
	struct nlattr *a;

	a = nl_attr(h, GENL_HDRLEN, CTRL_ATTR_FAMILY_ID, sizeof(*family));
	if (a != NULL)
		*family = nla_get_u16(a);
	return (0);
}

/* Make a message with room for some attributes and more bytes. */
static struct nl_msg *
genl_msg(int family, int flags, uint8_t cmd, uint8_t version, size_t more)
{
	struct nl_msg *m;

	m = nlmsg_alloc_size(ATTR_ROOM + more);
	if (m != NULL &&
	    genlmsg_put(m, 0, 0, family, 0, flags, cmd, version) == NULL) {
		nlmsg_free(m);
		m = NULL;
	}
	return (m);
}

/* Free a message that was too small. */
static int
too_small(struct nl_msg *m)
{
	nlmsg_free(m);
	errno = ENOMEM;
	return (-1);
}

int
wg_kernel_find(struct wg_kernel *w)
{
	struct nl_msg *m;
	uint16_t family = 0;

	m = genl_msg(GENL_ID_CTRL, 0, CTRL_CMD_GETFAMILY, 1, 0);
	if (m == NULL ||
	    nla_put_string(m, CTRL_ATTR_FAMILY_NAME, WG_GENL_NAME) < 0)
		return (too_small(m));
	if (nl_talk(&w->nl, m, family_cb, &family) == -1)
		return (-1);
	if (family == 0) {
		errno = ENOENT;
		return (-1);
	}
	w->family = family;
	return (0);
}

/* Make a message to the family with the device's index in it. */
static struct nl_msg *
wg_msg(struct wg_kernel *w, uint8_t cmd, int flags, int ifindex, size_t room)
{
	struct nl_msg *m;

	if (w->family == 0 && wg_kernel_find(w) == -1) {
		errno = EOPNOTSUPP;
		return (NULL);
	}
	m = genl_msg(w->family, flags, cmd, WG_GENL_VERSION, room);
	if (m == NULL ||
	    nla_put_u32(m, WGDEVICE_A_IFINDEX, (uint32_t)ifindex) < 0) {
		(void)too_small(m);
		return (NULL);
	}
	return (m);
}

/* Send a message that has keys in it, and wipe it. */
static int
talk_secret(struct wg_kernel *w, struct nl_msg *m)
{
	int r;

	/* nl_talk() frees the message; keep a reference to wipe it. */
	nlmsg_get(m);
	r = nl_talk(&w->nl, m, NULL, NULL);
	sodium_memzero(nlmsg_hdr(m), nlmsg_hdr(m)->nlmsg_len);
	nlmsg_free(m);
	return (r);
}

int
wg_kernel_set(struct wg_kernel *w, int ifindex, const uint8_t *priv, int port)
{
	struct nl_msg *m;

	m = wg_msg(w, WG_CMD_SET_DEVICE, 0, ifindex, 0);
	if (m == NULL)
		return (-1);
	if ((priv != NULL &&
		nla_put(m, WGDEVICE_A_PRIVATE_KEY, WGKEY_LEN, priv) < 0) ||
	    (port >= 0 &&
		nla_put_u16(m, WGDEVICE_A_LISTEN_PORT, (uint16_t)port) < 0))
		return (too_small(m));
	return (talk_secret(w, m));
}

int
wg_kernel_mark(struct wg_kernel *w, int ifindex, uint32_t mark)
{
	struct nl_msg *m;

	m = wg_msg(w, WG_CMD_SET_DEVICE, 0, ifindex, 0);
	if (m == NULL)
		return (-1);
	if (nla_put_u32(m, WGDEVICE_A_FWMARK, mark) < 0)
		return (too_small(m));
	return (nl_talk(&w->nl, m, NULL, NULL));
}

static int
put_addr(struct nl_msg *m, const struct prefix *p)
{
	struct nlattr *nest;

	nest = nla_nest_start(m, NLA_F_NESTED);
	if (nest == NULL ||
	    nla_put_u16(m, WGALLOWEDIP_A_FAMILY, p->family) < 0 ||
	    nla_put(m, WGALLOWEDIP_A_IPADDR, p->family == AF_INET ? 4 : 16,
		p->addr) < 0 ||
	    nla_put_u8(m, WGALLOWEDIP_A_CIDR_MASK, p->len) < 0)
		return (-1);
	(void)nla_nest_end(m, nest);
	return (0);
}

/* Put the keepalive of a peer and, if it is to be set, its endpoint. */
static int
put_dial(struct nl_msg *m, const struct peer_op *op)
{
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
	struct sockaddr_in in = { .sin_family = AF_INET };

	if (nla_put_u16(m, WGPEER_A_PERSISTENT_KEEPALIVE_INTERVAL,
	    op->keepalive) < 0)
		return (-1);
	if (op->endpoint == NULL)
		return (0);
	if (op->endpoint->family == AF_INET) {
		in.sin_port = htons(op->port);
		memcpy(&in.sin_addr, op->endpoint->addr, sizeof(in.sin_addr));
		return (nla_put(m, WGPEER_A_ENDPOINT, sizeof(in), &in));
	}
	in6.sin6_port = htons(op->port);
	memcpy(&in6.sin6_addr, op->endpoint->addr, sizeof(in6.sin6_addr));
	return (nla_put(m, WGPEER_A_ENDPOINT, sizeof(in6), &in6));
}

static int
put_peer(struct nl_msg *m, const struct peer_op *op)
{
	static const uint8_t none[WGKEY_LEN];
	struct nlattr *peer, *ips;
	uint32_t flags;
	size_t i;

	/* UPDATE_ONLY: never make a peer in order to remove it. */
	flags = op->remove ? WGPEER_F_REMOVE_ME | WGPEER_F_UPDATE_ONLY :
		op->keep   ? 0 :
			     WGPEER_F_REPLACE_ALLOWEDIPS;
	peer = nla_nest_start(m, NLA_F_NESTED);
	if (peer == NULL ||
	    nla_put(m, WGPEER_A_PUBLIC_KEY, WGKEY_LEN, op->key) < 0 ||
	    nla_put_u32(m, WGPEER_A_FLAGS, flags) < 0)
		return (-1);
	if (!op->remove) {
		if (nla_put(m, WGPEER_A_PRESHARED_KEY, WGKEY_LEN,
		    op->psk != NULL ? op->psk : none) < 0 ||
		    (op->dials && put_dial(m, op) < 0))
			return (-1);
		ips = nla_nest_start(m, WGPEER_A_ALLOWEDIPS | NLA_F_NESTED);
		if (ips == NULL)
			return (-1);
		for (i = 0; i < op->naddrs; i++) {
			if (put_addr(m, &op->addrs[i]) == -1)
				return (-1);
		}
		(void)nla_nest_end(m, ips);
	}
	(void)nla_nest_end(m, peer);
	return (0);
}

int
wg_kernel_peers(struct wg_kernel *w, int ifindex, const struct peer_op *ops,
    size_t n)
{
	struct nl_msg *m;
	struct nlattr *peers;
	size_t i, room = 0;

	for (i = 0; i < n; i++)
		room += PEER_ROOM + ops[i].naddrs * (size_t)ADDR_ROOM;
	/* The length of an attribute has 16 bits. */
	if (n > KERN_CHUNK || room > UINT16_MAX) {
		errno = EMSGSIZE;
		return (-1);
	}
	m = wg_msg(w, WG_CMD_SET_DEVICE, 0, ifindex, room);
	if (m == NULL)
		return (-1);
	peers = nla_nest_start(m, WGDEVICE_A_PEERS | NLA_F_NESTED);
	if (peers == NULL)
		goto fail;
	for (i = 0; i < n; i++) {
		if (put_peer(m, &ops[i]) == -1)
			goto fail;
	}
	(void)nla_nest_end(m, peers);
	return (talk_secret(w, m));
fail:
	sodium_memzero(nlmsg_hdr(m), nlmsg_hdr(m)->nlmsg_len);
	return (too_small(m));
}

static int
dump_cb(const struct nlmsghdr *h, void *arg)
{
	return (wg_dump_msg(h, arg));
}

int
wg_kernel_dump(struct wg_kernel *w, int ifindex, struct snapshot *s)
{
	struct nl_msg *m;
	struct mono since = mono_now();
	int r = -1, pause_ms = 1;

	do {
		snapshot_reset(s);
		m = wg_msg(w, WG_CMD_GET_DEVICE, NLM_F_DUMP, ifindex, 0);
		if (m == NULL)
			break;
		r = nl_talk(&w->nl, m, dump_cb, s);
	} while (r == -1 && nl_again(since, &pause_ms));
	/* The answer had the private key and preshared keys in it. */
	sodium_memzero(w->nl.buf, NL_BUFFER);
	s->at = mono_now();
	return (r);
}
