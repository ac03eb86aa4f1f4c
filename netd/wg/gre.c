/* SPDX-License-Identifier: ISC */
/*
 * Tunnels of GRE over IPv6: links and routes are made and removed over
 * rtnetlink.
 */

#include <sys/socket.h>

#include <linux/ip.h>
#include <linux/ip6_tunnel.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <netlink/attr.h>
#include <netlink/route/link.h>
#include <netlink/route/link/inet.h>
#include <netlink/route/link/ip6gre.h>
#include <netlink/route/route.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gre.h"
#include "nl_link.h"
#include "snapshot.h"

#define HOP_LIMIT	64
#define STRICT		1	/* a value of rp_filter */
#define ALIAS_SIZE	(sizeof(GRE_MARK) + NETNAME_SIZE + WGKEY_TEXT)

void
gre_close(struct gre *g)
{
	free(g->links);
	memset(g, 0, sizeof(*g));
}

static struct nl_msg *
route_msg(int (*build)(struct rtnl_route *, int, struct nl_msg **), int flags,
    int ifindex, const struct prefix *p)
{
	struct rtnl_route *rt;
	struct rtnl_nexthop *nh;
	struct nl_addr *dst;
	struct nl_msg *m = NULL;

	rt = rtnl_route_alloc();
	nh = rtnl_route_nh_alloc();
	dst = nl_addr_of(p);
	if (rt != NULL && nh != NULL && dst != NULL &&
	    rtnl_route_set_family(rt, p->family) == 0 &&
	    rtnl_route_set_dst(rt, dst) == 0) {
		rtnl_route_nh_set_ifindex(nh, ifindex);
		rtnl_route_add_nexthop(rt, nh);
		nh = NULL;
		rtnl_route_set_table(rt, RT_TABLE_MAIN);
		rtnl_route_set_protocol(rt, GRE_RTPROT);
		rtnl_route_set_scope(rt,
		    p->family == AF_INET ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE);
		(void)build(rt, flags, &m);
	}
	if (nh != NULL)
		rtnl_route_nh_free(nh);
	nl_addr_put(dst);
	rtnl_route_put(rt);
	return (m);
}

static bool
has_addr(const struct prefix *list, size_t n, const struct prefix *p)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (list[i].len == p->len && prefix_equal(&list[i], p))
			return (true);
	return (false);
}

/* Bring the routes into a link to these addresses. */
static int
set_routes(struct nl_conn *c, struct gre_link *l, const struct peer_op *op)
{
	struct nl_msg *m;
	uint8_t i;

	for (i = l->naddrs; i > 0; i--) {
		if (has_addr(op->addrs, op->naddrs, &l->addrs[i - 1]))
			continue;
		m = route_msg(rtnl_route_build_del_request, 0, l->ifindex,
		    &l->addrs[i - 1]);
		if (nl_change(c, m, ESRCH) == -1)
			return (-1);
		l->addrs[i - 1] = l->addrs[--l->naddrs];
	}
	for (i = 0; i < op->naddrs; i++) {
		if (has_addr(l->addrs, l->naddrs, &op->addrs[i]))
			continue;
		if (l->naddrs == PEER_ADDRS_MAX) {
			errno = E2BIG;
			return (-1);
		}
		m = route_msg(rtnl_route_build_add_request, NLM_F_EXCL,
		    l->ifindex, &op->addrs[i]);
		if (nl_change(c, m, 0) == -1)
			return (-1);
		l->addrs[l->naddrs++] = op->addrs[i];
	}
	return (0);
}

/* The lowest number that no link of the network has. */
static int
free_number(const struct gre *g, const struct wg_dev *d, uint32_t *number)
{
	const struct gre_link *l;
	bool *taken;

	if ((taken = calloc(g->n + 1, sizeof(*taken))) == NULL)
		return (-1);
	for (l = g->links; l < g->links + g->n; l++)
		if (l->number <= g->n && gre_list_has(d, l))
			taken[l->number] = true;
	for (*number = 0; taken[*number]; (*number)++)
		continue;
	free(taken);
	return (0);
}

static struct nl_msg *
tunnel_msg(const char *name, const struct prefix *local,
    const struct prefix *remote)
{
	struct rtnl_link *link;
	struct in6_addr a, b;
	struct nl_msg *m = NULL;

	memcpy(&a, local->addr, sizeof(a));
	memcpy(&b, remote->addr, sizeof(b));
	link = rtnl_link_ip6gre_alloc();
	if (link == NULL)
		return (NULL);
	rtnl_link_set_name(link, name);
	/* Without the option that limits tunnels in tunnels: 8 bytes more. */
	if (rtnl_link_ip6gre_set_local(link, &a) == 0 &&
	    rtnl_link_ip6gre_set_remote(link, &b) == 0 &&
	    rtnl_link_ip6gre_set_ttl(link, HOP_LIMIT) == 0 &&
	    rtnl_link_ip6gre_set_flags(link, IP6_TNL_F_IGN_ENCAP_LIMIT) == 0)
		(void)rtnl_link_build_add_request(link,
		    NLM_F_CREATE | NLM_F_EXCL, &m);
	rtnl_link_put(link);
	return (m);
}

/*
 * Bring a new link into use.  The kernel takes no alias for a link that it is
 * about to make.  GRE looks at no source address: with the reverse path filter,
 * only packets from the addresses of the link's own routes come in.
 */
static int
mark(struct nl_conn *c, const struct wg_dev *d, const struct gre_link *l)
{
	char alias[ALIAS_SIZE], key[WGKEY_TEXT];
	struct rtnl_link *link, *change;
	struct nl_msg *m = NULL;

	snprintf(alias, sizeof(alias), GRE_MARK "%s:%s", d->network,
	    wgkey_format(l->key, key));
	link = rtnl_link_alloc();
	change = rtnl_link_alloc();
	if (link != NULL && change != NULL) {
		rtnl_link_set_ifindex(link, l->ifindex);
		rtnl_link_set_flags(change, IFF_UP);
		rtnl_link_set_ifalias(change, alias);
		/* libnl does not check its copy of the alias. */
		if (rtnl_link_get_ifalias(change) != NULL &&
		    rtnl_link_inet_set_conf(change, IPV4_DEVCONF_RP_FILTER,
			STRICT) == 0)
			(void)rtnl_link_build_change_request(link, change, 0,
			    &m);
	}
	rtnl_link_put(link);
	rtnl_link_put(change);
	return (nl_change(c, m, 0));
}

static int
make(struct gre *g, struct nl_conn *c, const struct wg_dev *d,
    const struct peer_op *op)
{
	char name[IFNAME_SIZE];
	struct kern_link k;
	struct gre_link l;

	memset(&l, 0, sizeof(l));
	strlcpy(l.network, d->network, sizeof(l.network));
	memcpy(l.key, op->key, sizeof(l.key));
	l.remote = *op->remote;
	if (free_number(g, d, &l.number) == -1)
		return (-1);
	snprintf(name, sizeof(name), "%s%u", d->ifname, l.number);
	if (nl_change(c, tunnel_msg(name, &d->local, op->remote), 0) == -1 ||
	    nl_link_get(c, name, &k) == -1)
		return (-1);
	l.ifindex = k.ifindex;
	if (mark(c, d, &l) == 0 && set_routes(c, &l, op) == 0 &&
	    gre_list_add(g, &l) == 0)
		return (0);
	(void)nl_link_del(c, l.ifindex);
	return (-1);
}

/*
 * The kernel takes as long for the end of one link as for that of many: those
 * that go are put in a group, which reap() deletes.
 */
static int
doom(struct nl_conn *c, struct gre_link *l)
{
	struct rtnl_link *link, *change;
	struct nl_msg *m = NULL;

	link = rtnl_link_alloc();
	change = rtnl_link_alloc();
	if (link != NULL && change != NULL) {
		rtnl_link_set_ifindex(link, l->ifindex);
		rtnl_link_set_group(change, GRE_DOOMED);
		(void)rtnl_link_build_change_request(link, change, 0, &m);
	}
	rtnl_link_put(link);
	rtnl_link_put(change);
	l->doomed = nl_change(c, m, ENODEV) == 0;
	return (l->doomed ? 0 : -1);
}

static int
reap(struct gre *g, struct nl_conn *c)
{
	struct ifinfomsg ifi = { .ifi_family = AF_UNSPEC };
	struct nl_msg *m;
	bool any = false;
	size_t i;
	int r;

	for (i = 0; i < g->n; i++)
		any |= g->links[i].doomed;
	if (!any)
		return (0);
	m = nlmsg_alloc_simple(RTM_DELLINK, 0);
	if (m != NULL &&
	    (nlmsg_append(m, &ifi, sizeof(ifi), NLMSG_ALIGNTO) < 0 ||
		nla_put_u32(m, IFLA_GROUP, GRE_DOOMED) < 0)) {
		nlmsg_free(m);
		m = NULL;
	}
	/* ENODEV: none of them is there any more. */
	r = nl_change(c, m, ENODEV);
	for (i = g->n; i > 0; i--) {
		if (g->links[i - 1].doomed && r == 0)
			gre_list_drop(g, &g->links[i - 1]);
		else
			g->links[i - 1].doomed = false;
	}
	return (r);
}

/* True if the operation ends the link, or makes another in its place. */
static bool
ends(const struct peer_op *op, const struct gre_link *l)
{
	return (op->remove || !prefix_equal(&l->remote, op->remote));
}

int
gre_peers(struct gre *g, struct nl_conn *c, const struct wg_dev *d,
    const struct peer_op *ops, size_t n)
{
	struct gre_link *l;
	size_t i;
	int r = 0;

	for (i = 0; i < n && r == 0; i++)
		if ((l = gre_list_find(g, d, ops[i].key)) != NULL &&
		    ends(&ops[i], l))
			r = doom(c, l);
	if (reap(g, c) == -1 || r == -1)
		return (-1);
	for (i = 0; i < n && r == 0; i++) {
		if (ops[i].remove)
			continue;
		l = gre_list_find(g, d, ops[i].key);
		r = l == NULL ? make(g, c, d, &ops[i]) :
				set_routes(c, l, &ops[i]);
	}
	return (r);
}

static int
remove_half(struct gre *g, struct nl_conn *c)
{
	size_t i;
	int r = 0;

	for (i = 0; i < g->n && r == 0; i++)
		if (g->links[i].half)
			r = doom(c, &g->links[i]);
	return (reap(g, c) == -1 ? -1 : r);
}

int
gre_dump(struct gre *g, struct nl_conn *c, const struct wg_dev *d,
    struct snapshot *s)
{
	const struct gre_link *l;
	struct snappeer *p;
	uint8_t i;

	if (gre_list_links(g, c, d) == -1 || remove_half(g, c) == -1 ||
	    gre_list_routes(g, c, d) == -1)
		return (-1);
	snapshot_reset(s);
	s->at = mono_now();
	for (l = g->links; l < g->links + g->n; l++) {
		if (!gre_list_has(d, l) || l->others)
			continue;
		if ((p = snapshot_add_peer(s, l->key)) == NULL)
			return (-1);
		p->endpoint = l->remote;
		p->link = l->number + 1;
		p->rx = l->rx;
		p->tx = l->tx;
		for (i = 0; i < l->naddrs; i++)
			if (snapshot_add_addr(s, &l->addrs[i]) == -1)
				return (-1);
	}
	return (0);
}
