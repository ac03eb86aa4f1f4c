/* SPDX-License-Identifier: ISC */
/*
 * Links and their addresses over rtnetlink: messages only, no decisions.
 */

#include <sys/socket.h>

#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>

#include <errno.h>
#include <string.h>

#include "nl_link.h"

#define ADDR_PROTO	11	/* IFA_PROTO, Linux 5.18 */

static void
get_kind(struct nlattr *info, struct kern_link *l)
{
	struct nlattr	*a;
	const char	*kind;
	int		 rem = nla_len(info), n;

	for (a = nla_data(info); nla_ok(a, rem); a = nla_next(a, &rem)) {
		if (nla_type(a) != IFLA_INFO_KIND)
			continue;
		kind = nla_data(a);
		n = (int)strnlen(kind, (size_t)nla_len(a));
		if (n == 9 && memcmp(kind, "wireguard", 9) == 0)
			l->kind = LINK_WIREGUARD;
		else if (n == 3 && memcmp(kind, "tun", 3) == 0)
			l->kind = LINK_TUN;
	}
}

static int
link_cb(const struct nlmsghdr *h, void *arg)
{
	struct kern_link	*l = arg;
	struct ifinfomsg	*ifi = nlmsg_data(h);
	struct nlattr		*a;
	size_t			 n;
	int			 rem;

	if (h->nlmsg_type != RTM_NEWLINK ||
	    nlmsg_datalen(h) < (int)sizeof(*ifi))
		return (0);
	l->ifindex = ifi->ifi_index;
	l->up = (ifi->ifi_flags & IFF_UP) != 0;
	a = nlmsg_attrdata(h, sizeof(*ifi));
	rem = nlmsg_attrlen(h, sizeof(*ifi));
	for (; nla_ok(a, rem); a = nla_next(a, &rem)) {
		switch (nla_type(a)) {
		case IFLA_MTU:
			if (nla_len(a) >= 4)
				l->mtu = nla_get_u32(a);
			break;
		case IFLA_IFALIAS:
			n = strnlen(nla_data(a), (size_t)nla_len(a));
			if (n >= sizeof(l->alias))
				n = sizeof(l->alias) - 1;
			memcpy(l->alias, nla_data(a), n);
			l->alias[n] = '\0';
			break;
		case IFLA_LINKINFO:
			get_kind(a, l);
			break;
		default:
			break;
		}
	}
	return (0);
}

int
nl_link_get(struct nl_conn *c, const char *name, struct kern_link *l)
{
	struct ifinfomsg	 ifi = { .ifi_family = AF_UNSPEC };
	struct nl_msg		*m;

	memset(l, 0, sizeof(*l));
	m = nl_msg_new(RTM_GETLINK, 0, &ifi, sizeof(ifi), 0);
	if (m == NULL || nla_put_string(m, IFLA_IFNAME, name) < 0)
		return (nl_msg_fail(m));
	if (nl_talk(c, m, link_cb, l) == -1)
		return (-1);
	if (l->ifindex <= 0) {
		errno = ENODEV;
		return (-1);
	}
	return (0);
}

int
nl_link_add(struct nl_conn *c, const char *name)
{
	struct ifinfomsg	 ifi = { .ifi_family = AF_UNSPEC };
	struct nl_msg		*m;
	struct nlattr		*info;

	m = nl_msg_new(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &ifi,
	    sizeof(ifi), 0);
	if (m == NULL || nla_put_string(m, IFLA_IFNAME, name) < 0)
		return (nl_msg_fail(m));
	info = nla_nest_start(m, IFLA_LINKINFO);
	if (info == NULL || nla_put_string(m, IFLA_INFO_KIND, "wireguard") < 0)
		return (nl_msg_fail(m));
	(void)nla_nest_end(m, info);
	return (nl_talk(c, m, NULL, NULL));
}

int
nl_link_del(struct nl_conn *c, int ifindex)
{
	struct ifinfomsg	 ifi = { .ifi_family = AF_UNSPEC };
	struct nl_msg		*m;

	ifi.ifi_index = ifindex;
	m = nl_msg_new(RTM_DELLINK, 0, &ifi, sizeof(ifi), 0);
	if (m == NULL)
		return (nl_msg_fail(m));
	if (nl_talk(c, m, NULL, NULL) == -1 && errno != ENODEV)
		return (-1);
	return (0);
}

int
nl_link_set(struct nl_conn *c, int ifindex, const struct kern_linkset *s)
{
	struct ifinfomsg	 ifi = { .ifi_family = AF_UNSPEC };
	struct nl_msg		*m;

	ifi.ifi_index = ifindex;
	if (s->up >= 0) {
		ifi.ifi_change = IFF_UP;
		ifi.ifi_flags = s->up ? IFF_UP : 0;
	}
	m = nl_msg_new(RTM_NEWLINK, 0, &ifi, sizeof(ifi), 0);
	if (m == NULL)
		return (nl_msg_fail(m));
	if (s->mtu != 0 && nla_put_u32(m, IFLA_MTU, s->mtu) < 0)
		return (nl_msg_fail(m));
	if (s->alias != NULL &&
	    nla_put(m, IFLA_IFALIAS, (int)strlen(s->alias), s->alias) < 0)
		return (nl_msg_fail(m));
	return (nl_talk(c, m, NULL, NULL));
}

struct addr_ctx {
	int		 ifindex;
	struct kern_addr *list;
	size_t		 max;
	size_t		 n;
};

static int
addr_cb(const struct nlmsghdr *h, void *arg)
{
	struct addr_ctx		*x = arg;
	struct ifaddrmsg	*ifa = nlmsg_data(h);
	struct kern_addr	 ka;
	struct nlattr		*a;
	int			 rem, len;
	bool			 local = false;

	if (h->nlmsg_type != RTM_NEWADDR ||
	    nlmsg_datalen(h) < (int)sizeof(*ifa) ||
	    ifa->ifa_index != (uint32_t)x->ifindex ||
	    (ifa->ifa_family != AF_INET && ifa->ifa_family != AF_INET6))
		return (0);
	memset(&ka, 0, sizeof(ka));
	ka.prefix.family = ifa->ifa_family;
	ka.prefix.len = ifa->ifa_prefixlen;
	len = ifa->ifa_family == AF_INET ? 4 : 16;
	a = nlmsg_attrdata(h, sizeof(*ifa));
	rem = nlmsg_attrlen(h, sizeof(*ifa));
	for (; nla_ok(a, rem); a = nla_next(a, &rem)) {
		/* With a peer address, IFA_ADDRESS is that of the peer. */
		if (nla_len(a) >= len &&
		    (nla_type(a) == IFA_LOCAL ||
		    (nla_type(a) == IFA_ADDRESS && !local))) {
			memcpy(ka.prefix.addr, nla_data(a), (size_t)len);
			local = local || nla_type(a) == IFA_LOCAL;
		} else if (nla_type(a) == ADDR_PROTO && nla_len(a) >= 1)
			ka.proto = nla_get_u8(a);
	}
	if (x->n == x->max) {
		errno = E2BIG;
		return (-1);
	}
	x->list[x->n++] = ka;
	return (0);
}

int
nl_addr_list(struct nl_conn *c, int ifindex, struct kern_addr *list, size_t max,
    size_t *n)
{
	struct ifaddrmsg	 ifa = { .ifa_family = AF_UNSPEC };
	struct addr_ctx		 x = { ifindex, list, max, 0 };
	int			 r;

	/* The kernel looks at no other interface, if it can. */
	ifa.ifa_index = (uint32_t)ifindex;
	r = nl_collect(c, RTM_GETADDR, &ifa, sizeof(ifa), addr_cb, &x, &x.n);
	*n = x.n;
	return (r);
}

static struct nl_msg *
addr_msg(int type, int flags, int ifindex, const struct prefix *p)
{
	struct ifaddrmsg	 ifa;
	struct nl_msg		*m;
	int			 len = p->family == AF_INET ? 4 : 16;

	memset(&ifa, 0, sizeof(ifa));
	ifa.ifa_family = p->family;
	ifa.ifa_prefixlen = p->len;
	ifa.ifa_index = (uint32_t)ifindex;
	/* Detecting duplicates makes no sense here and costs a second. */
	ifa.ifa_flags = p->family == AF_INET6 ? IFA_F_NODAD : 0;
	m = nl_msg_new(type, flags, &ifa, sizeof(ifa), 0);
	if (m == NULL || nla_put(m, IFA_LOCAL, len, p->addr) < 0 ||
	    nla_put(m, IFA_ADDRESS, len, p->addr) < 0) {
		(void)nl_msg_fail(m);
		return (NULL);
	}
	return (m);
}

int
nl_addr_add(struct nl_conn *c, int ifindex, const struct prefix *p)
{
	struct nl_msg	*m;

	m = addr_msg(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, ifindex, p);
	if (m == NULL)
		return (-1);
	if (nla_put_u8(m, ADDR_PROTO, SALLYPORT_RTPROT) < 0)
		return (nl_msg_fail(m));
	if (nl_talk(c, m, NULL, NULL) == -1 && errno != EEXIST)
		return (-1);
	return (0);
}

int
nl_addr_del(struct nl_conn *c, int ifindex, const struct prefix *p)
{
	struct nl_msg	*m;

	m = addr_msg(RTM_DELADDR, 0, ifindex, p);
	if (m == NULL)
		return (-1);
	if (nl_talk(c, m, NULL, NULL) == -1 && errno != EADDRNOTAVAIL)
		return (-1);
	return (0);
}
