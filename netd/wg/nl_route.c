/* SPDX-License-Identifier: ISC */
/*
 * Routes and rules with our mark over rtnetlink: messages only, no decisions.
 * What does not carry the mark is neither listed nor removed.
 */

#include <sys/socket.h>

#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>

#include <errno.h>
#include <string.h>

#include "nl_route.h"

/* What IPv6 calls a route without a metric. */
#define IP6_METRIC	1024

static const uint8_t families[] = { AF_INET, AF_INET6 };

struct route_ctx {
	uint8_t		 proto;		/* 0 is any */
	uint8_t		 table;		/* 0 is any */
	struct kern_route *list;
	size_t		 max;
	size_t		 n;
};

static void
route_attr(struct nlattr *a, struct kern_route *r)
{
	int	 len = r->dst.family == AF_INET ? 4 : 16;

	switch (nla_type(a)) {
	case RTA_DST:
		if (nla_len(a) >= len)
			memcpy(r->dst.addr, nla_data(a), (size_t)len);
		break;
	case RTA_OIF:
		if (nla_len(a) >= 4)
			r->oif = (int)nla_get_u32(a);
		break;
	case RTA_TABLE:
		if (nla_len(a) >= 4)
			r->table = nla_get_u32(a);
		break;
	case RTA_GATEWAY:
		if (nla_len(a) < len)
			break;
		r->gateway.family = r->dst.family;
		r->gateway.len = (uint8_t)(len * 8);
		memcpy(r->gateway.addr, nla_data(a), (size_t)len);
		break;
	case RTA_PRIORITY:
		if (nla_len(a) >= 4)
			r->metric = nla_get_u32(a);
		break;
	default:
		break;
	}
}

static int
route_cb(const struct nlmsghdr *h, void *arg)
{
	struct route_ctx	*x = arg;
	struct rtmsg		*rtm = nlmsg_data(h);
	struct kern_route	 r;
	struct nlattr		*a;
	int			 rem;

	if (h->nlmsg_type != RTM_NEWROUTE ||
	    nlmsg_datalen(h) < (int)sizeof(*rtm) ||
	    (x->proto != 0 && rtm->rtm_protocol != x->proto) ||
	    (x->table != 0 && rtm->rtm_table != x->table) ||
	    (rtm->rtm_flags & RTM_F_CLONED) != 0 ||
	    (rtm->rtm_family != AF_INET && rtm->rtm_family != AF_INET6))
		return (0);
	memset(&r, 0, sizeof(r));
	r.dst.family = rtm->rtm_family;
	r.dst.len = rtm->rtm_dst_len;
	r.table = rtm->rtm_table;
	r.unreachable = rtm->rtm_type == RTN_UNREACHABLE;
	r.ra = rtm->rtm_protocol == RTPROT_RA;
	a = nlmsg_attrdata(h, sizeof(*rtm));
	rem = nlmsg_attrlen(h, sizeof(*rtm));
	for (; nla_ok(a, rem); a = nla_next(a, &rem))
		route_attr(a, &r);
	if (r.unreachable)
		r.oif = 0;
	if (r.dst.family == AF_INET6 && r.metric == IP6_METRIC)
		r.metric = 0;
	/* With a table, its default routes are asked for. */
	if (x->table != 0 && r.dst.len != 0)
		return (0);
	if (x->n == x->max) {
		errno = E2BIG;
		return (-1);
	}
	x->list[x->n++] = r;
	return (0);
}

int
nl_route_list(struct nl_conn *c, struct kern_route *list, size_t max, size_t *n)
{
	struct route_ctx	 x = { SALLYPORT_RTPROT, 0, list, max, 0 };
	struct rtmsg		 rtm;
	size_t			 i;

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

static struct nl_msg *
route_msg(int type, int flags, const struct kern_route *r)
{
	struct rtmsg	 rtm;
	struct nl_msg	*m;
	int		 len = r->dst.family == AF_INET ? 4 : 16;

	memset(&rtm, 0, sizeof(rtm));
	rtm.rtm_family = r->dst.family;
	rtm.rtm_dst_len = r->dst.len;
	rtm.rtm_table = r->table < 256 ? (uint8_t)r->table : RT_TABLE_COMPAT;
	rtm.rtm_protocol = SALLYPORT_RTPROT;
	rtm.rtm_type = r->unreachable ? RTN_UNREACHABLE : RTN_UNICAST;
	/* IPv4 wants a device route to have link scope. */
	rtm.rtm_scope = r->unreachable || r->dst.family == AF_INET6 ||
		r->gateway.family != 0 ?
	    RT_SCOPE_UNIVERSE :
	    RT_SCOPE_LINK;
	m = nl_msg_new(type, flags, &rtm, sizeof(rtm), 0);
	if (m == NULL || nla_put_u32(m, RTA_TABLE, r->table) < 0)
		goto fail;
	if (r->dst.len > 0 && nla_put(m, RTA_DST, len, r->dst.addr) < 0)
		goto fail;
	if (!r->unreachable && nla_put_u32(m, RTA_OIF, (uint32_t)r->oif) < 0)
		goto fail;
	if (r->gateway.family != 0 &&
	    nla_put(m, RTA_GATEWAY, len, r->gateway.addr) < 0)
		goto fail;
	if (r->metric != 0 && nla_put_u32(m, RTA_PRIORITY, r->metric) < 0)
		goto fail;
	return (m);
fail:
	(void)nl_msg_fail(m);
	return (NULL);
}

int
nl_route_add(struct nl_conn *c, const struct kern_route *r)
{
	struct nl_msg	*m;

	m = route_msg(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, r);
	if (m == NULL)
		return (-1);
	return (nl_talk(c, m, NULL, NULL));
}

int
nl_route_del(struct nl_conn *c, const struct kern_route *r)
{
	struct nl_msg	*m;

	m = route_msg(RTM_DELROUTE, 0, r);
	if (m == NULL)
		return (-1);
	if (nl_talk(c, m, NULL, NULL) == -1 && errno != ESRCH &&
	    errno != ENODEV)
		return (-1);
	return (0);
}

struct rule_ctx {
	struct kern_rule *list;
	size_t		 max;
	size_t		 n;
};

static int
rule_cb(const struct nlmsghdr *h, void *arg)
{
	struct rule_ctx		*x = arg;
	struct fib_rule_hdr	*frh = nlmsg_data(h);
	struct kern_rule	 r;
	struct nlattr		*a;
	size_t			 n;
	int			 rem;
	bool			 ours = false;

	if (h->nlmsg_type != RTM_NEWRULE ||
	    nlmsg_datalen(h) < (int)sizeof(*frh))
		return (0);
	memset(&r, 0, sizeof(r));
	r.family = frh->family;
	r.table = frh->table;
	a = nlmsg_attrdata(h, sizeof(*frh));
	rem = nlmsg_attrlen(h, sizeof(*frh));
	for (; nla_ok(a, rem); a = nla_next(a, &rem)) {
		if (nla_type(a) == FRA_PROTOCOL && nla_len(a) >= 1)
			ours = nla_get_u8(a) == SALLYPORT_RTPROT;
		else if (nla_type(a) == FRA_TABLE && nla_len(a) >= 4)
			r.table = nla_get_u32(a);
		else if (nla_type(a) == FRA_IIFNAME) {
			n = strnlen(nla_data(a), (size_t)nla_len(a));
			if (n < sizeof(r.iif))
				memcpy(r.iif, nla_data(a), n);
		}
	}
	if (!ours)
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
	struct rule_ctx		 x = { list, max, 0 };
	struct fib_rule_hdr	 frh;
	size_t			 i;

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
rule_msg(int type, int flags, const struct kern_rule *r)
{
	struct fib_rule_hdr	 frh;
	struct nl_msg		*m;

	memset(&frh, 0, sizeof(frh));
	frh.family = r->family;
	frh.table = r->table < 256 ? (uint8_t)r->table : RT_TABLE_COMPAT;
	frh.action = FR_ACT_TO_TBL;
	m = nl_msg_new(type, flags, &frh, sizeof(frh), 0);
	if (m == NULL || nla_put_u32(m, FRA_TABLE, r->table) < 0 ||
	    nla_put_u8(m, FRA_PROTOCOL, SALLYPORT_RTPROT) < 0 ||
	    nla_put_string(m, FRA_IIFNAME, r->iif) < 0) {
		(void)nl_msg_fail(m);
		return (NULL);
	}
	return (m);
}

int
nl_rule_add(struct nl_conn *c, const struct kern_rule *r)
{
	struct nl_msg	*m;

	m = rule_msg(RTM_NEWRULE, NLM_F_CREATE | NLM_F_EXCL, r);
	if (m == NULL)
		return (-1);
	if (nl_talk(c, m, NULL, NULL) == -1 && errno != EEXIST)
		return (-1);
	return (0);
}

int
nl_rule_del(struct nl_conn *c, const struct kern_rule *r)
{
	struct nl_msg	*m;

	m = rule_msg(RTM_DELRULE, 0, r);
	if (m == NULL)
		return (-1);
	if (nl_talk(c, m, NULL, NULL) == -1 && errno != ENOENT)
		return (-1);
	return (0);
}

int
nl_route_default(struct nl_conn *c, uint8_t family, int ifindex,
    struct kern_route *r)
{
	struct kern_route	 list[16];
	struct route_ctx	 x = { 0, RT_TABLE_MAIN, list, 16, 0 };
	struct {
		struct rtmsg	 rtm;
		struct rtattr	 oif;
		uint32_t	 ifindex;
	} head;
	const struct kern_route	*best = NULL;
	size_t			 i;

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
