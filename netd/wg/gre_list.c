/* SPDX-License-Identifier: ISC */
/*
 * The links of tunnels of GRE, read from the kernel: their names, marks, ends
 * and routes.
 */

#include <sys/socket.h>

#include <linux/if.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <netlink/attr.h>
#include <netlink/route/link.h>
#include <netlink/route/link/ip6gre.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "gre_list.h"

bool
gre_list_has(const struct wg_dev *d, const struct gre_link *l)
{
	return (strcmp(l->network, d->network) == 0);
}

int
gre_list_add(struct gre *g, const struct gre_link *l)
{
	size_t max = g->max == 0 ? 64 : 2 * g->max;
	struct gre_link *p;

	if (g->n == g->max) {
		p = reallocarray(g->links, max, sizeof(*p));
		if (p == NULL)
			return (-1);
		g->links = p;
		g->max = max;
	}
	g->links[g->n++] = *l;
	return (0);
}

void
gre_list_drop(struct gre *g, struct gre_link *l)
{
	*l = g->links[--g->n];
}

struct gre_link *
gre_list_find(const struct gre *g, const struct wg_dev *d, const uint8_t *key)
{
	struct gre_link *l;

	for (l = g->links; l < g->links + g->n; l++)
		if (!l->half && !l->others &&
		    memcmp(l->key, key, WGKEY_LEN) == 0 && gre_list_has(d, l))
			return (l);
	return (NULL);
}

struct list_ctx {
	struct gre	*g;
	const struct wg_dev *d;
};

/* Our names are the beginning and a number. */
static bool
take_name(const char *name, const struct wg_dev *d, struct gre_link *l)
{
	size_t n = strlen(d->ifname);
	const char *errstr;

	if (strncmp(name, d->ifname, n) != 0)
		return (false);
	l->number = (uint32_t)strtonum(name + n, 0, UINT32_MAX, &errstr);
	return (errstr == NULL);
}

/*
 * The key in the alias "spg:NETWORK:KEY".  Returns false if it is that of
 * another network, or of another program.
 */
static bool
take_alias(const char *alias, struct gre_link *l)
{
	const char *net = alias + strlen(GRE_MARK), *key;
	size_t len = strlen(l->network);

	if (strncmp(alias, GRE_MARK, strlen(GRE_MARK)) != 0 ||
	    strncmp(net, l->network, len) != 0 || net[len] != ':')
		return (false);
	key = net + len + 1;
	return (wgkey_parse(key, strlen(key), l->key) == 0);
}

static void
take_tunnel(struct rtnl_link *link, struct gre_link *l)
{
	struct in6_addr remote;

	l->ifindex = rtnl_link_get_ifindex(link);
	l->rx = rtnl_link_get_stat(link, RTNL_LINK_RX_BYTES);
	l->tx = rtnl_link_get_stat(link, RTNL_LINK_TX_BYTES);
	if (rtnl_link_ip6gre_get_remote(link, &remote) < 0)
		return;
	l->remote.family = AF_INET6;
	l->remote.len = 128;
	memcpy(l->remote.addr, &remote, sizeof(remote));
}

static int
link_cb(const struct nlmsghdr *h, void *arg)
{
	struct list_ctx *x = arg;
	struct nlattr *name, *alias;
	struct rtnl_link *link;
	struct gre_link l;

	memset(&l, 0, sizeof(l));
	strlcpy(l.network, x->d->network, sizeof(l.network));
	if (h->nlmsg_type != RTM_NEWLINK)
		return (0);
	name = nl_attr(h, sizeof(struct ifinfomsg), IFLA_IFNAME, 1);
	alias = nl_attr(h, sizeof(struct ifinfomsg), IFLA_IFALIAS, 1);
	if (name == NULL || !take_name(nla_get_string(name), x->d, &l))
		return (0);
	link = (struct rtnl_link *)nl_parse(h);
	if (link == NULL)
		return (-1);
	l.others = !rtnl_link_is_ip6gre(link) ||
	    (alias != NULL && !take_alias(nla_get_string(alias), &l));
	if (!l.others) {
		take_tunnel(link, &l);
		l.half = alias == NULL ||
		    (rtnl_link_get_flags(link) & IFF_UP) == 0 ||
		    rtnl_link_get_group(link) == GRE_DOOMED;
	}
	rtnl_link_put(link);
	return (gre_list_add(x->g, &l));
}

static int
route_cb(const struct nlmsghdr *h, void *arg)
{
	const struct rtmsg *rtm = nlmsg_data(h);
	struct list_ctx *x = arg;
	struct nlattr *dst, *oif;
	struct prefix p;
	struct gre_link *l;
	size_t len;

	if (h->nlmsg_type != RTM_NEWROUTE ||
	    !nlmsg_valid_hdr(h, sizeof(*rtm)) ||
	    rtm->rtm_protocol != GRE_RTPROT || rtm->rtm_table != RT_TABLE_MAIN)
		return (0);
	len = rtm->rtm_family == AF_INET ? 4 : 16;
	dst = nl_attr(h, sizeof(*rtm), RTA_DST, (int)len);
	oif = nl_attr(h, sizeof(*rtm), RTA_OIF, sizeof(uint32_t));
	if (dst == NULL || oif == NULL)
		return (0);
	memset(&p, 0, sizeof(p));
	p.family = rtm->rtm_family;
	p.len = rtm->rtm_dst_len;
	memcpy(p.addr, nla_data(dst), len);
	for (l = x->g->links; l < x->g->links + x->g->n; l++)
		if (l->ifindex == (int)nla_get_u32(oif) &&
		    gre_list_has(x->d, l) && l->naddrs < PEER_ADDRS_MAX)
			l->addrs[l->naddrs++] = p;
	return (0);
}

int
gre_list_routes(struct gre *g, struct nl_conn *c, const struct wg_dev *d)
{
	static const uint8_t families[] = { AF_INET, AF_INET6 };
	struct list_ctx x = { g, d };
	struct gre_link *l;
	struct rtmsg rtm;
	size_t i, none = 0;

	for (l = g->links; l < g->links + g->n; l++)
		if (gre_list_has(d, l))
			l->naddrs = 0;
	memset(&rtm, 0, sizeof(rtm));
	rtm.rtm_protocol = GRE_RTPROT;
	rtm.rtm_table = RT_TABLE_MAIN;
	for (i = 0; i < sizeof(families); i++) {
		rtm.rtm_family = families[i];
		if (nl_collect(c, RTM_GETROUTE, &rtm, sizeof(rtm), route_cb, &x,
			&none) == -1)
			return (-1);
	}
	return (0);
}

int
gre_list_links(struct gre *g, struct nl_conn *c, const struct wg_dev *d)
{
	struct ifinfomsg ifi = { .ifi_family = AF_UNSPEC };
	struct list_ctx x = { g, d };
	size_t i;

	for (i = g->n; i > 0; i--)
		if (gre_list_has(d, &g->links[i - 1]))
			gre_list_drop(g, &g->links[i - 1]);
	return (
	    nl_collect(c, RTM_GETLINK, &ifi, sizeof(ifi), link_cb, &x, &g->n));
}

struct seek_ctx {
	kern_tunnel	*want;
	const void	*arg;
	char		*name;
	size_t		 n;
};

static int
seek_cb(const struct nlmsghdr *h, void *arg)
{
	char network[NETNAME_SIZE];
	struct nlattr *name, *alias;
	struct seek_ctx *x = arg;
	const char *net;

	if (h->nlmsg_type != RTM_NEWLINK || x->n > 0)
		return (0);
	name = nl_attr(h, sizeof(struct ifinfomsg), IFLA_IFNAME, 1);
	alias = nl_attr(h, sizeof(struct ifinfomsg), IFLA_IFALIAS, 1);
	if (name == NULL || alias == NULL ||
	    strncmp(nla_get_string(alias), GRE_MARK, strlen(GRE_MARK)) != 0)
		return (0);
	net = nla_get_string(alias) + strlen(GRE_MARK);
	strlcpy(network, net, sizeof(network));
	network[strcspn(network, ":")] = '\0';
	if (x->want(x->arg, nla_get_string(name), network)) {
		strlcpy(x->name, nla_get_string(name), IFNAME_SIZE);
		x->n++;
	}
	return (0);
}

int
gre_list_seek(struct nl_conn *c, kern_tunnel *want, const void *arg,
    char name[IFNAME_SIZE])
{
	struct ifinfomsg ifi = { .ifi_family = AF_UNSPEC };
	struct seek_ctx x = { want, arg, name, 0 };

	if (nl_collect(c, RTM_GETLINK, &ifi, sizeof(ifi), seek_cb, &x, &x.n) ==
	    -1)
		return (-1);
	if (x.n > 0)
		return (0);
	errno = ENODEV;
	return (-1);
}
