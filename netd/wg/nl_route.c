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
#include <stddef.h>
#include <string.h>

#include "kern_list.h"
#include "nl_route.h"

/* the metric of an IPv6 route without one */
#define IP6_METRIC	1024

static const uint8_t families[] = { AF_INET, AF_INET6 };

/* The routes of interest; 0: any. */
struct route_ctx {
	uint8_t family;
	uint8_t proto;
	uint32_t table;
	int ifindex;
	bool defaults;			/* only default routes */
	struct kern_routes *out;
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

/* A kernel that does not narrow its answer itself sends routes of all tables. */
static bool
in_table(const struct nlmsghdr *h, uint32_t table)
{
	const struct rtmsg *rtm = nlmsg_data(h);
	struct nlattr *a;

	if (table == 0)
		return (true);
	a = nl_attr(h, sizeof(*rtm), RTA_TABLE, sizeof(uint32_t));
	return (table == (a != NULL ? nla_get_u32(a) : rtm->rtm_table));
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
	    (!x->defaults || rtm->rtm_dst_len == 0) &&
	    (rtm->rtm_flags & RTM_F_CLONED) == 0 &&
	    rtm->rtm_family == x->family && in_table(h, x->table) &&
	    nl_attr(h, sizeof(*rtm), RTA_MULTIPATH, 0) == NULL &&
	    nl_attr(h, sizeof(*rtm), RTA_VIA, 0) == NULL &&
	    nl_attr(h, sizeof(*rtm), RTA_ENCAP, 0) == NULL);
}

static int
route_cb(const struct nlmsghdr *h, void *arg)
{
	struct route_ctx *x = arg;
	struct rtnl_route *rt;
	struct kern_route r;

	if (!wanted_route(h, x))
		return (0);
	rt = (struct rtnl_route *)nl_parse(h);
	if (rt == NULL)
		return (-1);
	get_route(rt, &r);
	rtnl_route_put(rt);
	if (x->ifindex != 0 && r.oif != x->ifindex)
		return (0);
	return (kern_routes_add(x->out, &r));
}

/* Ask for the routes, and let the kernel leave out the others. */
static int
route_dump(struct nl_conn *c, const struct route_ctx *x, nl_msg_cb cb,
    void *arg, size_t *n)
{
	struct {
		struct rtmsg rtm;
		struct rtattr table;
		uint32_t number;
		struct rtattr oif;
		uint32_t ifindex;
	} head;
	size_t len = sizeof(head);

	memset(&head, 0, sizeof(head));
	head.rtm.rtm_family = x->family;
	head.rtm.rtm_protocol = x->proto;
	head.table.rta_type = RTA_TABLE;
	head.table.rta_len = RTA_LENGTH(sizeof(head.number));
	head.number = x->table;
	head.oif.rta_type = RTA_OIF;
	head.oif.rta_len = RTA_LENGTH(sizeof(head.ifindex));
	head.ifindex = (uint32_t)x->ifindex;
	if (x->ifindex == 0)
		len = offsetof(__typeof__(head), oif);
	if (x->table == 0)
		len = offsetof(__typeof__(head), table);
	/* A table without routes may not exist yet. */
	if (nl_collect(c, RTM_GETROUTE, &head, len, cb, arg, n) == -1 &&
	    errno != ENOENT)
		return (-1);
	return (0);
}

struct other {
	uint32_t table;
	size_t n;
	uint8_t proto;
};

/* Only the header of others' routes is looked at. */
static int
other_cb(const struct nlmsghdr *h, void *arg)
{
	const struct rtmsg *rtm = nlmsg_data(h);
	struct other *o = arg;

	if (h->nlmsg_type != RTM_NEWROUTE ||
	    !nlmsg_valid_hdr(h, sizeof(*rtm)) ||
	    rtm->rtm_protocol == SALLYPORT_RTPROT ||
	    (rtm->rtm_flags & RTM_F_CLONED) != 0 || !in_table(h, o->table))
		return (0);
	o->proto = rtm->rtm_protocol;
	o->n++;
	return (0);
}

int
nl_route_other(struct nl_conn *c, uint32_t table, uint8_t *proto)
{
	struct route_ctx x = { .table = table };
	struct other o = { .table = table };
	size_t i;

	for (i = 0; i < sizeof(families); i++) {
		x.family = families[i];
		if (route_dump(c, &x, other_cb, &o, &o.n) == -1)
			return (-1);
	}
	*proto = o.n > 0 ? o.proto : 0;
	return (0);
}

int
nl_route_list(struct nl_conn *c, uint32_t table, int ifindex,
    struct kern_routes *l)
{
	struct route_ctx x = { .proto = SALLYPORT_RTPROT,
		.table = table,
		.ifindex = ifindex,
		.out = l };
	size_t i;

	for (i = 0; i < sizeof(families); i++) {
		x.family = families[i];
		if (route_dump(c, &x, route_cb, &x, &l->n) == -1)
			return (-1);
	}
	return (0);
}

struct connected {
	struct route_ctx x;
	int own;			/* not this interface */
};

static int
connected_cb(const struct nlmsghdr *h, void *arg)
{
	struct connected *c = arg;
	size_t before = c->x.out->n;
	struct kern_route *r;

	if (route_cb(h, &c->x) == -1)
		return (-1);
	if (c->x.out->n == before)
		return (0);
	r = &c->x.out->list[before];
	if (r->oif == 0 || r->oif == c->own || r->dst.len == 0)
		c->x.out->n = before;
	return (0);
}

int
nl_route_connected(struct nl_conn *c, int ifindex, struct kern_routes *l)
{
	struct connected x = { .own = ifindex };
	size_t i;

	x.x.proto = RTPROT_KERNEL;
	x.x.table = RT_TABLE_MAIN;
	x.x.out = l;
	for (i = 0; i < sizeof(families); i++) {
		x.x.family = families[i];
		if (route_dump(c, &x.x, connected_cb, &x, &l->n) == -1)
			return (-1);
	}
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

static int
rule_cb(const struct nlmsghdr *h, void *arg)
{
	struct rtnl_rule *rule;
	struct kern_rule r;
	struct nlattr *few;
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
	r.priority = rtnl_rule_get_prio(rule);
	iif = rtnl_rule_get_iif(rule);
	if (iif != NULL)
		strlcpy(r.iif, iif, sizeof(r.iif));
	r.src = nl_prefix_of(rtnl_rule_get_src(rule));
	r.dst = nl_prefix_of(rtnl_rule_get_dst(rule));
	/* libnl 3.7 does not know this attribute. */
	few = nl_attr(h, sizeof(struct fib_rule_hdr), FRA_SUPPRESS_PREFIXLEN,
	    sizeof(uint32_t));
	r.hosts = few != NULL && (int32_t)nla_get_u32(few) >= 0;
	rtnl_rule_put(rule);
	if (proto != SALLYPORT_RTPROT)
		return (0);
	return (kern_rules_add(arg, &r));
}

int
nl_rule_list(struct nl_conn *c, struct kern_rules *l)
{
	struct fib_rule_hdr frh;
	size_t i;

	memset(&frh, 0, sizeof(frh));
	for (i = 0; i < sizeof(families); i++) {
		frh.family = families[i];
		/* A kernel without policy routing has no rules. */
		if (nl_collect(c, RTM_GETRULE, &frh, sizeof(frh), rule_cb, l,
			&l->n) == -1 &&
		    errno != EOPNOTSUPP && errno != EAFNOSUPPORT)
			return (-1);
	}
	return (0);
}

/* Set what the rule says of a packet. */
static int
set_packet(struct rtnl_rule *rule, const struct kern_rule *r)
{
	struct nl_addr *src = NULL, *dst = NULL;
	int ret = -1;

	if ((r->src.family == 0 || (src = nl_addr_of(&r->src)) != NULL) &&
	    (r->dst.family == 0 || (dst = nl_addr_of(&r->dst)) != NULL) &&
	    (src == NULL || rtnl_rule_set_src(rule, src) == 0) &&
	    (dst == NULL || rtnl_rule_set_dst(rule, dst) == 0) &&
	    (*r->iif == '\0' || rtnl_rule_set_iif(rule, r->iif) == 0))
		ret = 0;
	nl_addr_put(src);
	nl_addr_put(dst);
	return (ret);
}

/* Routes to more than a single host are no answer.  Consumes the message. */
static struct nl_msg *
only_hosts(struct nl_msg *m, uint8_t family)
{
	if (m == NULL ||
	    nla_put_u32(m, FRA_SUPPRESS_PREFIXLEN,
		family == AF_INET ? 31 : 127) == 0)
		return (m);
	nlmsg_free(m);
	return (NULL);
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
	if (r->priority != 0)
		rtnl_rule_set_prio(rule, r->priority);
	if (rtnl_rule_set_protocol(rule, SALLYPORT_RTPROT) == 0 &&
	    set_packet(rule, r) == 0)
		(void)build(rule, flags, &m);
	rtnl_rule_put(rule);
	return (r->hosts ? only_hosts(m, r->family) : m);
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
	struct kern_routes l = { NULL, 0, 0 };
	struct route_ctx x = { .family = family,
		.table = RT_TABLE_MAIN,
		.ifindex = ifindex,
		.defaults = true,
		.out = &l };
	const struct kern_route *best = NULL;
	size_t i;
	int e;

	memset(r, 0, sizeof(*r));
	if (route_dump(c, &x, route_cb, &x, &l.n) == -1) {
		e = errno;
		kern_routes_clear(&l);
		errno = e;
		return (-1);
	}
	for (i = 0; i < l.n; i++) {
		if (best == NULL || l.list[i].metric < best->metric)
			best = &l.list[i];
	}
	if (best != NULL)
		*r = *best;
	kern_routes_clear(&l);
	return (0);
}
