/* SPDX-License-Identifier: ISC */
/*
 * Parsing the kernel's answer to WG_CMD_GET_DEVICE, message by message.  This
 * is a pure function of its bytes; the keys in them that are secret are never
 * copied.
 */

#include <sys/socket.h>

#include <linux/genetlink.h>
#include <linux/wireguard.h>
#include <netinet/in.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#include <errno.h>
#include <string.h>

#include "wg_dump.h"

/* The payload of struct __kernel_timespec. */
struct timespec64 {
	int64_t	 sec;
	int64_t	 nsec;
};

static int
bad(void)
{
	errno = EBADMSG;
	return (-1);
}

/* Index the attributes of one nested set by their types. */
static int
index_attrs(struct nlattr *tb[], int max, struct nlattr *head, int len)
{
	struct nlattr *a;
	int rem, type;

	memset(tb, 0, sizeof(*tb) * (size_t)(max + 1));
	for (a = head, rem = len; nla_ok(a, rem); a = nla_next(a, &rem)) {
		type = nla_type(a);
		if (type <= max)
			tb[type] = a;
	}
	return (rem > 0 ? bad() : 0);
}

static int
get_addr(struct nlattr *nest, struct snapshot *s)
{
	struct nlattr *tb[WGALLOWEDIP_A_MAX + 1];
	struct prefix p;
	int len;

	if (index_attrs(tb, WGALLOWEDIP_A_MAX, nla_data(nest), nla_len(nest)) ==
	    -1)
		return (-1);
	if (tb[WGALLOWEDIP_A_FAMILY] == NULL ||
	    tb[WGALLOWEDIP_A_IPADDR] == NULL ||
	    tb[WGALLOWEDIP_A_CIDR_MASK] == NULL ||
	    nla_len(tb[WGALLOWEDIP_A_FAMILY]) < 2 ||
	    nla_len(tb[WGALLOWEDIP_A_CIDR_MASK]) < 1)
		return (bad());
	memset(&p, 0, sizeof(p));
	switch (nla_get_u16(tb[WGALLOWEDIP_A_FAMILY])) {
	case AF_INET:
		p.family = AF_INET;
		len = 4;
		break;
	case AF_INET6:
		p.family = AF_INET6;
		len = 16;
		break;
	default:
		return (bad());
	}
	p.len = nla_get_u8(tb[WGALLOWEDIP_A_CIDR_MASK]);
	if (nla_len(tb[WGALLOWEDIP_A_IPADDR]) < len || p.len > len * 8)
		return (bad());
	memcpy(p.addr, nla_data(tb[WGALLOWEDIP_A_IPADDR]), (size_t)len);
	return (snapshot_add_addr(s, &p));
}

static void
get_endpoint(struct nlattr *a, struct snappeer *p)
{
	struct sockaddr_storage ss;
	const struct sockaddr_in *in = (const void *)&ss;
	const struct sockaddr_in6 *in6 = (const void *)&ss;
	size_t n = (size_t)nla_len(a);

	memset(&ss, 0, sizeof(ss));
	memcpy(&ss, nla_data(a), n < sizeof(ss) ? n : sizeof(ss));
	if (ss.ss_family == AF_INET && n >= sizeof(*in))
		p->port = ntohs(in->sin_port);
	else if (ss.ss_family == AF_INET6 && n >= sizeof(*in6))
		p->port = ntohs(in6->sin6_port);
	else
		return;
	p->endpoint = prefix_from_sockaddr((const struct sockaddr *)&ss);
}

/* Get the numbers of a peer, which only its first message has. */
static void
get_numbers(struct nlattr *tb[], struct snappeer *p)
{
	struct nlattr *psk = tb[WGPEER_A_PRESHARED_KEY];
	struct timespec64 ts;

	if (psk != NULL && nla_len(psk) == WGKEY_LEN)
		p->psk = snapshot_psk(nla_data(psk));
	if (tb[WGPEER_A_RX_BYTES] != NULL &&
	    nla_len(tb[WGPEER_A_RX_BYTES]) >= 8)
		p->rx = nla_get_u64(tb[WGPEER_A_RX_BYTES]);
	if (tb[WGPEER_A_TX_BYTES] != NULL &&
	    nla_len(tb[WGPEER_A_TX_BYTES]) >= 8)
		p->tx = nla_get_u64(tb[WGPEER_A_TX_BYTES]);
	if (tb[WGPEER_A_LAST_HANDSHAKE_TIME] != NULL &&
	    nla_len(tb[WGPEER_A_LAST_HANDSHAKE_TIME]) >= (int)sizeof(ts)) {
		memcpy(&ts, nla_data(tb[WGPEER_A_LAST_HANDSHAKE_TIME]),
		    sizeof(ts));
		p->handshake = ts.sec < 0 ? 0 : ts.sec;
	}
	if (tb[WGPEER_A_PERSISTENT_KEEPALIVE_INTERVAL] != NULL &&
	    nla_len(tb[WGPEER_A_PERSISTENT_KEEPALIVE_INTERVAL]) >= 2)
		p->keepalive = nla_get_u16(
		    tb[WGPEER_A_PERSISTENT_KEEPALIVE_INTERVAL]);
	if (tb[WGPEER_A_ENDPOINT] != NULL)
		get_endpoint(tb[WGPEER_A_ENDPOINT], p);
}

static int
get_peer(struct nlattr *nest, struct snapshot *s)
{
	struct nlattr *tb[WGPEER_A_MAX + 1], *a;
	struct snappeer *p;
	const uint8_t *key;
	int rem;

	if (index_attrs(tb, WGPEER_A_MAX, nla_data(nest), nla_len(nest)) == -1)
		return (-1);
	if (tb[WGPEER_A_PUBLIC_KEY] == NULL ||
	    nla_len(tb[WGPEER_A_PUBLIC_KEY]) != WGKEY_LEN)
		return (bad());
	key = nla_data(tb[WGPEER_A_PUBLIC_KEY]);
	p = s->npeers > 0 ? &s->peers[s->npeers - 1] : NULL;
	if (p == NULL || memcmp(p->key, key, WGKEY_LEN) != 0) {
		p = snapshot_add_peer(s, key);
		if (p == NULL)
			return (-1);
		get_numbers(tb, p);
	}
	if (tb[WGPEER_A_ALLOWEDIPS] == NULL)
		return (0);
	rem = nla_len(tb[WGPEER_A_ALLOWEDIPS]);
	for (a = nla_data(tb[WGPEER_A_ALLOWEDIPS]); nla_ok(a, rem);
	     a = nla_next(a, &rem)) {
		if (get_addr(a, s) == -1)
			return (-1);
	}
	return (rem > 0 ? bad() : 0);
}

int
wg_dump_msg(const struct nlmsghdr *h, struct snapshot *s)
{
	struct nlattr *tb[WGDEVICE_A_MAX + 1], *a;
	uint8_t *p = nlmsg_data(h);
	int len, rem;

	len = nlmsg_datalen(h) - (int)GENL_HDRLEN;
	if (len < 0)
		return (bad());
	a = (struct nlattr *)(void *)(p + GENL_HDRLEN);
	if (index_attrs(tb, WGDEVICE_A_MAX, a, len) == -1)
		return (-1);
	if (tb[WGDEVICE_A_PUBLIC_KEY] != NULL &&
	    nla_len(tb[WGDEVICE_A_PUBLIC_KEY]) == WGKEY_LEN) {
		memcpy(s->pub, nla_data(tb[WGDEVICE_A_PUBLIC_KEY]), WGKEY_LEN);
		s->has_key = true;
	}
	if (tb[WGDEVICE_A_LISTEN_PORT] != NULL &&
	    nla_len(tb[WGDEVICE_A_LISTEN_PORT]) >= 2)
		s->port = nla_get_u16(tb[WGDEVICE_A_LISTEN_PORT]);
	if (tb[WGDEVICE_A_PEERS] == NULL)
		return (0);
	rem = nla_len(tb[WGDEVICE_A_PEERS]);
	for (a = nla_data(tb[WGDEVICE_A_PEERS]); nla_ok(a, rem);
	     a = nla_next(a, &rem)) {
		if (get_peer(a, s) == -1)
			return (-1);
	}
	return (rem > 0 ? bad() : 0);
}
