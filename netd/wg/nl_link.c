/* SPDX-License-Identifier: ISC */
/*
 * Links and their addresses over rtnetlink: messages only, no decisions.
 */

#include <sys/socket.h>

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netlink/attr.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>

#include <errno.h>
#include <string.h>

#include "nl_link.h"

static void
get_link(struct rtnl_link *link, struct kern_link *l)
{
	const char *kind, *alias;

	memset(l, 0, sizeof(*l));
	l->ifindex = rtnl_link_get_ifindex(link);
	l->up = (rtnl_link_get_flags(link) & IFF_UP) != 0;
	l->mtu = rtnl_link_get_mtu(link);
	alias = rtnl_link_get_ifalias(link);
	if (alias != NULL)
		strlcpy(l->alias, alias, sizeof(l->alias));
	kind = rtnl_link_get_type(link);
	if (kind != NULL && strcmp(kind, "wireguard") == 0)
		l->kind = LINK_WIREGUARD;
	else if (kind != NULL && strcmp(kind, "tun") == 0)
		l->kind = LINK_TUN;
}

static int
link_cb(const struct nlmsghdr *h, void *arg)
{
	struct rtnl_link *link;

	if (h->nlmsg_type != RTM_NEWLINK)
		return (0);
	link = (struct rtnl_link *)nl_parse(h);
	if (link == NULL)
		return (-1);
	get_link(link, arg);
	rtnl_link_put(link);
	return (0);
}

static int
get(struct nl_conn *c, int ifindex, const char *name, struct kern_link *l)
{
	struct nl_msg *m = NULL;

	memset(l, 0, sizeof(*l));
	(void)rtnl_link_build_get_request(ifindex, name, &m);
	if (nl_talk(c, m, link_cb, l) == -1)
		return (-1);
	if (l->ifindex <= 0) {
		errno = ENODEV;
		return (-1);
	}
	return (0);
}

int
nl_link_get(struct nl_conn *c, const char *name, struct kern_link *l)
{
	return (get(c, 0, name, l));
}

int
nl_link_there(struct nl_conn *c, int ifindex)
{
	struct kern_link l;

	return (get(c, ifindex, NULL, &l));
}

struct find_ctx {
	const char *alias;
	char *name;
	struct kern_link *link;
	unsigned int skip;
	size_t n;
};

static bool
is_alias(const char *have, const char *want)
{
	size_t n = strlen(want);

	return (
	    strncmp(have, want, n) == 0 && (have[n] == '\0' || have[n] == ':'));
}

static int
find_cb(const struct nlmsghdr *h, void *arg)
{
	struct find_ctx *x = arg;
	struct rtnl_link *link;
	struct nlattr *alias;

	/* A host may have thousands of links: most have no alias. */
	if (h->nlmsg_type != RTM_NEWLINK || x->n > x->skip ||
	    (alias = nl_attr(h, sizeof(struct ifinfomsg), IFLA_IFALIAS, 1)) ==
		NULL ||
	    !is_alias(nla_get_string(alias), x->alias) || x->n++ < x->skip)
		return (0);
	link = (struct rtnl_link *)nl_parse(h);
	if (link == NULL)
		return (-1);
	get_link(link, x->link);
	strlcpy(x->name, rtnl_link_get_name(link), IFNAME_SIZE);
	rtnl_link_put(link);
	return (0);
}

int
nl_link_find(struct nl_conn *c, const char *alias, unsigned int skip,
    char name[IFNAME_SIZE], struct kern_link *l)
{
	struct ifinfomsg ifi = { .ifi_family = AF_UNSPEC };
	struct find_ctx x = { alias, name, l, skip, 0 };

	if (nl_collect(c, RTM_GETLINK, &ifi, sizeof(ifi), find_cb, &x, &x.n) ==
	    -1)
		return (-1);
	if (x.n <= skip) {
		errno = ENODEV;
		return (-1);
	}
	return (0);
}

int
nl_link_add(struct nl_conn *c, const char *name)
{
	struct rtnl_link *link;
	struct nl_msg *m = NULL;

	link = rtnl_link_alloc();
	if (link != NULL) {
		rtnl_link_set_name(link, name);
		if (rtnl_link_set_type(link, "wireguard") == 0)
			(void)rtnl_link_build_add_request(link,
			    NLM_F_CREATE | NLM_F_EXCL, &m);
		rtnl_link_put(link);
	}
	return (nl_change(c, m, 0));
}

int
nl_link_del(struct nl_conn *c, int ifindex)
{
	struct rtnl_link *link;
	struct nl_msg *m = NULL;

	link = rtnl_link_alloc();
	if (link != NULL) {
		rtnl_link_set_ifindex(link, ifindex);
		(void)rtnl_link_build_delete_request(link, &m);
		rtnl_link_put(link);
	}
	return (nl_change(c, m, ENODEV));
}

int
nl_link_set(struct nl_conn *c, int ifindex, const struct kern_linkset *s)
{
	struct rtnl_link *link, *change;
	struct nl_msg *m = NULL;

	link = rtnl_link_alloc();
	change = rtnl_link_alloc();
	if (link != NULL && change != NULL) {
		rtnl_link_set_ifindex(link, ifindex);
		if (s->up > 0)
			rtnl_link_set_flags(change, IFF_UP);
		else if (s->up == 0)
			rtnl_link_unset_flags(change, IFF_UP);
		if (s->mtu != 0)
			rtnl_link_set_mtu(change, s->mtu);
		if (s->alias != NULL)
			rtnl_link_set_ifalias(change, s->alias);
		/* libnl does not check its copy of the alias. */
		if (s->alias == NULL || rtnl_link_get_ifalias(change) != NULL)
			(void)rtnl_link_build_change_request(link, change, 0,
			    &m);
	}
	rtnl_link_put(link);
	rtnl_link_put(change);
	return (nl_change(c, m, 0));
}

struct addr_ctx {
	int ifindex;
	struct kern_addr *list;
	size_t max;
	size_t n;
};

/* Read an address.  Returns 1, 0 for a message of no interest, or -1. */
static int
read_addr(const struct nlmsghdr *h, struct kern_addr *ka, int *ifindex)
{
	struct rtnl_addr *addr;
	struct nlattr *proto;

	if (h->nlmsg_type != RTM_NEWADDR)
		return (0);
	addr = (struct rtnl_addr *)nl_parse(h);
	if (addr == NULL)
		return (-1);
	ka->prefix = nl_prefix_of(rtnl_addr_get_local(addr));
	ka->prefix.len = (uint8_t)rtnl_addr_get_prefixlen(addr);
	*ifindex = rtnl_addr_get_ifindex(addr);
	rtnl_addr_put(addr);
	if (ka->prefix.family != AF_INET && ka->prefix.family != AF_INET6)
		return (0);
	/* libnl 3.7 does not know this attribute of Linux 5.18. */
	proto = nl_attr(h, sizeof(struct ifaddrmsg), IFA_PROTO, 1);
	ka->proto = proto == NULL ? 0 : nla_get_u8(proto);
	return (1);
}

static int
addr_cb(const struct nlmsghdr *h, void *arg)
{
	struct addr_ctx *x = arg;
	struct kern_addr ka;
	int ifindex, r;

	if ((r = read_addr(h, &ka, &ifindex)) != 1)
		return (r);
	if (ifindex != x->ifindex)
		return (0);
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
	struct ifaddrmsg ifa = { .ifa_family = AF_UNSPEC };
	struct addr_ctx x = { ifindex, list, max, 0 };
	int r;

	/* A kernel that supports this looks at no other interface. */
	ifa.ifa_index = (uint32_t)ifindex;
	r = nl_collect(c, RTM_GETADDR, &ifa, sizeof(ifa), addr_cb, &x, &x.n);
	*n = x.n;
	return (r);
}

struct others_ctx {
	int		 ifindex;
	kern_want	*want;
	const void	*arg;
	struct prefix	*list;
	size_t		 max;
	size_t		 n;
};

static int
others_cb(const struct nlmsghdr *h, void *arg)
{
	struct others_ctx *x = arg;
	struct kern_addr ka;
	int ifindex, r;

	if ((r = read_addr(h, &ka, &ifindex)) != 1)
		return (r);
	if (ifindex != x->ifindex && x->n < x->max &&
	    x->want(x->arg, &ka.prefix))
		x->list[x->n++] = ka.prefix;
	return (0);
}

int
nl_addr_others(struct nl_conn *c, int ifindex, kern_want *want, const void *arg,
    struct prefix *list, size_t max, size_t *n)
{
	struct ifaddrmsg ifa = { .ifa_family = AF_UNSPEC };
	struct others_ctx x = { ifindex, want, arg, list, max, 0 };
	int r;

	r = nl_collect(c, RTM_GETADDR, &ifa, sizeof(ifa), others_cb, &x, &x.n);
	*n = x.n;
	return (r);
}

static struct nl_msg *
addr_msg(int (*build)(struct rtnl_addr *, int, struct nl_msg **), int flags,
    int ifindex, const struct prefix *p)
{
	struct rtnl_addr *addr;
	struct nl_addr *local;
	struct nl_msg *m = NULL;

	addr = rtnl_addr_alloc();
	local = nl_addr_of(p);
	if (addr != NULL && local != NULL) {
		rtnl_addr_set_ifindex(addr, ifindex);
		/*
		 * Detection of duplicate addresses is useless here and takes a
		 * second.
		 */
		if (p->family == AF_INET6)
			rtnl_addr_set_flags(addr, IFA_F_NODAD);
		if (rtnl_addr_set_local(addr, local) == 0)
			(void)build(addr, flags, &m);
	}
	nl_addr_put(local);
	rtnl_addr_put(addr);
	return (m);
}

int
nl_addr_add(struct nl_conn *c, int ifindex, const struct prefix *p)
{
	struct nl_msg *m;

	m = addr_msg(rtnl_addr_build_add_request, NLM_F_EXCL, ifindex, p);
	if (m != NULL && nla_put_u8(m, IFA_PROTO, SALLYPORT_RTPROT) < 0) {
		nlmsg_free(m);
		m = NULL;
	}
	return (nl_change(c, m, EEXIST));
}

int
nl_addr_del(struct nl_conn *c, int ifindex, const struct prefix *p)
{
	struct nl_msg *m;

	m = addr_msg(rtnl_addr_build_delete_request, 0, ifindex, p);
	return (nl_change(c, m, EADDRNOTAVAIL));
}
