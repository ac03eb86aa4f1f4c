/* SPDX-License-Identifier: ISC */
/*
 * Routes and rules with our mark over rtnetlink: messages only, no decisions.
 * What does not carry the mark is neither listed nor removed.
 */

#include <sys/socket.h>

#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <netlink/msg.h>
#include <netlink/route/route.h>
#include <netlink/route/rule.h>

#include <errno.h>
#include <string.h>

#include "nl_route.h"

/* the metric of an IPv6 route without one */
#define IP6_METRIC	1024

static const uint8_t families[] = { AF_INET, AF_INET6 };

struct route_ctx {
	uint8_t proto; /* 0: any */
	uint8_t table; /* only default routes of this table; 0: any */
	struct kern_route *list;
	size_t max;
	size_t n;
};

static void
get_route(struct rtnl_route *rt, struct kern_route *r)
{
	struct rtnl_nexthop *nh;

	memset(r, 0, sizeof(*r));
	r->dst = nl_prefix_of(rtnl_route_get_dst(rt));
	r->table = rtnl_route_get_table(rt);
	r->metric = rtnl_route_get_priority(rt);
	if (r->dst.family == AF_INET6 && r->metric == IP6_METRIC)
		r->metric = 0;
	r->unreachable = rtnl_route_get_type(rt) == RTN_UNREACHABLE;
	r->ra = rtnl_route_get_protocol(rt) == RTPROT_RA;
	nh = rtnl_route_nexthop_n(rt, 0);
	if (nh == NULL)
		return;
	if (!r->unreachable)
		r->oif = rtnl_route_nh_get_ifindex(nh);
	r->gateway = nl_prefix_of(rtnl_route_nh_get_gateway(nh));
}

/*
 * A router may have a million routes: the header says whether a route is asked
 * for.  Routes of other programs with a way out that a kern_route cannot hold
 * are not asked for, either: libnl 3.7 frees memory that it did not allocate
 * when some of them are malformed.
 */
static bool
wanted_route(const struct nlmsghdr *h, const struct route_ctx *x)
{
	const struct rtmsg *rtm = nlmsg_data(h);

	return (h->nlmsg_type == RTM_NEWROUTE &&
	    nlmsg_valid_hdr(h, sizeof(*rtm)) &&
	    (x->proto == 0 || rtm->rtm_protocol == x->proto) &&
	    (x->table == 0 ||
		(rtm->rtm_table == x->table && rtm->rtm_dst_len == 0)) &&
	    (rtm->rtm_flags & RTM_F_CLONED) == 0 &&
	    (rtm->rtm_family == AF_INET || rtm->rtm_family == AF_INET6) &&
	    nl_attr(h, sizeof(*rtm), RTA_MULTIPATH, 0) == NULL &&
	    nl_attr(h, sizeof(*rtm), RTA_VIA, 0) == NULL &&
	    nl_attr(h, sizeof(*rtm), RTA_ENCAP, 0) == NULL);
}

static int
route_cb(const struct nlmsghdr *h, void *arg)
{
	struct route_ctx *x = arg;
	struct rtnl_route *rt;

	if (!wanted_route(h, x))
		return (0);
	rt = (struct rtnl_route *)nl_parse(h);
	if (rt == NULL)
		return (-1);
	if (x->n == x->max) {
		rtnl_route_put(rt);
		errno = E2BIG;
		return (-1);
	}
	get_route(rt, &x->list[x->n++]);
	rtnl_route_put(rt);
	return (0);
}

int
nl_route_list(struct nl_conn *c, struct kern_route *list, size_t max, size_t *n)
{
	struct route_ctx x = { SALLYPORT_RTPROT, 0, list, max, 0 };
	struct rtmsg rtm;
	size_t i;

	memset(&rtm, 0, sizeof(rtm));
	rtm.rtm_protocol = SALLYPORT_RTPROT;
	for (i = 0; i < sizeof(families); i++) {
		rtm.rtm_family = families[i];
		if (nl_collect(c, RTM_GETROUTE, &rtm, sizeof(rtm), route_cb, &x,
			&x.n) == -1)
			return (-1);
	}
	*n = x.n;
	return (0);
}

/* Set the nexthop of a route; an unreachable route has none. */
static int
set_nexthop(struct rtnl_route *rt, const struct kern_route *r)
{
	struct rtnl_nexthop *nh;
	struct nl_addr *gw;

	if (r->unreachable)
		return (0);
	nh = rtnl_route_nh_alloc();
	if (nh == NULL)
		return (-1);
	rtnl_route_nh_set_ifindex(nh, r->oif);
	rtnl_route_add_nexthop(rt, nh);
	if (r->gateway.family == 0)
		return (0);
	gw = nl_addr_of(&r->gateway);
	rtnl_route_nh_set_gateway(nh, gw);
	nl_addr_put(gw);
	return (gw == NULL ? -1 : 0);
}

static struct nl_msg *
route_msg(int (*build)(struct rtnl_route *, int, struct nl_msg **), int flags,
    const struct kern_route *r)
{
	struct rtnl_route *rt;
	struct nl_addr *dst;
	struct nl_msg *m = NULL;

	rt = rtnl_route_alloc();
	dst = nl_addr_of(&r->dst);
	if (rt != NULL && dst != NULL &&
	    rtnl_route_set_family(rt, r->dst.family) == 0 &&
	    rtnl_route_set_dst(rt, dst) == 0 && set_nexthop(rt, r) == 0) {
		rtnl_route_set_table(rt, r->table);
		rtnl_route_set_protocol(rt, SALLYPORT_RTPROT);
		(void)rtnl_route_set_type(rt,
		    r->unreachable ? RTN_UNREACHABLE : RTN_UNICAST);
		/* IPv4 requires link scope for a device route. */
		rtnl_route_set_scope(rt,
		    r->unreachable || r->dst.family == AF_INET6 ||
			    r->gateway.family != 0 ?
			RT_SCOPE_UNIVERSE :
			RT_SCOPE_LINK);
		if (r->metric != 0)
			rtnl_route_set_priority(rt, r->metric);
		(void)build(rt, flags, &m);
	}
	nl_addr_put(dst);
	rtnl_route_put(rt);
	return (m);
}

int
nl_route_add(struct nl_conn *c, const struct kern_route *r)
{
	struct nl_msg *m;

	m = route_msg(rtnl_route_build_add_request, NLM_F_EXCL, r);
	return (nl_change(c, m, 0));
}

int
nl_route_del(struct nl_conn *c, const struct kern_route *r)
{
	struct nl_msg *m;

	m = route_msg(rtnl_route_build_del_request, 0, r);
	if (nl_talk(c, m, NULL, NULL) == -1 && errno != ESRCH &&
	    errno != ENODEV)
		return (-1);
	return (0);
}

struct rule_ctx {
	struct kern_rule *list;
	size_t max;
	size_t n;
};

static int
rule_cb(const struct nlmsghdr *h, void *arg)
{
	struct rule_ctx *x = arg;
	struct rtnl_rule *rule;
	struct kern_rule r;
	const char *iif;
	uint8_t proto = 0;

	if (h->nlmsg_type != RTM_NEWRULE)
		return (0);
	rule = (struct rtnl_rule *)nl_parse(h);
	if (rule == NULL)
		return (-1);
	memset(&r, 0, sizeof(r));
	(void)rtnl_rule_get_protocol(rule, &proto);
	r.family = (uint8_t)rtnl_rule_get_family(rule);
	r.table = rtnl_rule_get_table(rule);
	iif = rtnl_rule_get_iif(rule);
	if (iif != NULL)
		strlcpy(r.iif, iif, sizeof(r.iif));
	rtnl_rule_put(rule);
	if (proto != SALLYPORT_RTPROT)
		return (0);
	if (x->n == x->max) {
		errno = E2BIG;
		return (-1);
	}
	x->list[x->n++] = r;
	return (0);
}

int
nl_rule_list(struct nl_conn *c, struct kern_rule *list, size_t max, size_t *n)
{
	struct rule_ctx x = { list, max, 0 };
	struct fib_rule_hdr frh;
	size_t i;

	memset(&frh, 0, sizeof(frh));
	for (i = 0; i < sizeof(families); i++) {
		frh.family = families[i];
		/* A kernel without policy routing has no rules. */
		if (nl_collect(c, RTM_GETRULE, &frh, sizeof(frh), rule_cb, &x,
			&x.n) == -1 &&
		    errno != EOPNOTSUPP && errno != EAFNOSUPPORT)
			return (-1);
	}
	*n = x.n;
	return (0);
}

static struct nl_msg *
rule_msg(int (*build)(struct rtnl_rule *, int, struct nl_msg **), int flags,
    const struct kern_rule *r)
{
	struct rtnl_rule *rule;
	struct nl_msg *m = NULL;

	rule = rtnl_rule_alloc();
	if (rule == NULL)
		return (NULL);
	rtnl_rule_set_family(rule, r->family);
	rtnl_rule_set_table(rule, r->table);
	rtnl_rule_set_action(rule, FR_ACT_TO_TBL);
	if (rtnl_rule_set_protocol(rule, SALLYPORT_RTPROT) == 0 &&
	    rtnl_rule_set_iif(rule, r->iif) == 0)
		(void)build(rule, flags, &m);
	rtnl_rule_put(rule);
	return (m);
}

int
nl_rule_add(struct nl_conn *c, const struct kern_rule *r)
{
	struct nl_msg *m;

	m = rule_msg(rtnl_rule_build_add_request, NLM_F_EXCL, r);
	return (nl_change(c, m, EEXIST));
}

int
nl_rule_del(struct nl_conn *c, const struct kern_rule *r)
{
	struct nl_msg *m;

	m = rule_msg(rtnl_rule_build_delete_request, 0, r);
	return (nl_change(c, m, ENOENT));
}

int
nl_route_default(struct nl_conn *c, uint8_t family, int ifindex,
    struct kern_route *r)
{
	struct kern_route list[16];
	struct route_ctx x = { 0, RT_TABLE_MAIN, list, 16, 0 };
	struct {
		struct rtmsg rtm;
		struct rtattr oif;
		uint32_t ifindex;
	} head;
	const struct kern_route *best = NULL;
	size_t i;

	memset(r, 0, sizeof(*r));
	memset(&head, 0, sizeof(head));
	head.rtm.rtm_family = family;
	head.rtm.rtm_table = RT_TABLE_MAIN;
	head.oif.rta_type = RTA_OIF;
	head.oif.rta_len = RTA_LENGTH(sizeof(head.ifindex));
	head.ifindex = (uint32_t)ifindex;
	if (nl_collect(c, RTM_GETROUTE, &head, sizeof(head), route_cb, &x,
		&x.n) == -1)
		return (-1);
	for (i = 0; i < x.n; i++) {
		if (list[i].oif == ifindex &&
		    (best == NULL || list[i].metric < best->metric))
			best = &list[i];
	}
	if (best != NULL)
		*r = *best;
	return (0);
}
