/* SPDX-License-Identifier: ISC */
/*
 * The full tunnel of a device over rtnetlink, as wg-quick(8) makes it: a table
 * with the default route, and three rules.  Packets of agentd, which heals the
 * tunnel, and of WireGuard itself, which have its mark, take the main table; so
 * does what the main table has a route to that is no default; the rest is the
 * tunnel's.  Behind its default route is an unreachable one, for both families,
 * so that nothing leaks when the interface goes.  All these have a protocol
 * number of their own, so that they do not count as the egress of a network.
 */

#include <sys/socket.h>

#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#include <errno.h>
#include <string.h>

#include "nl_tunnel.h"

#define TUNNEL_PROTO	84
#define PREF_AGENT	32410U		/* priorities of the rules */
#define PREF_MAIN	32411U
#define PREF_TUNNEL	32412U
#define METRIC		1024U		/* metric of the routes into it */
#define WORST_METRIC	0xff000000U	/* metric of the unreachable routes */

static const uint8_t families[] = { AF_INET, AF_INET6 };

static struct nl_msg *
no_room(struct nl_msg *m)
{
	nlmsg_free(m);
	errno = ENOMEM;
	return (NULL);
}

/* A rule without its packets. */
static struct nl_msg *
rule(int type, int flags, uint8_t family, uint32_t priority, uint32_t table,
    bool invert)
{
	struct fib_rule_hdr h = { .family = family, .action = FR_ACT_TO_TBL };
	struct nl_msg *m;

	h.table = table < 256 ? (uint8_t)table : RT_TABLE_UNSPEC;
	if (invert)
		h.flags = FIB_RULE_INVERT;
	m = nlmsg_alloc_simple(type, flags);
	if (m == NULL || nlmsg_append(m, &h, sizeof(h), NLMSG_ALIGNTO) < 0 ||
	    nla_put_u32(m, FRA_TABLE, table) < 0 ||
	    nla_put_u32(m, FRA_PRIORITY, priority) < 0 ||
	    nla_put_u8(m, FRA_PROTOCOL, TUNNEL_PROTO) < 0)
		return (no_room(m));
	return (m);
}

static struct nl_msg *
rule_agent(int type, int flags, uint8_t family, uint32_t uid)
{
	struct fib_rule_uid_range range = { uid, uid };
	struct nl_msg *m;

	m = rule(type, flags, family, PREF_AGENT, RT_TABLE_MAIN, false);
	if (m != NULL && nla_put(m, FRA_UID_RANGE, sizeof(range), &range) < 0)
		return (no_room(m));
	return (m);
}

static struct nl_msg *
rule_main(int type, int flags, uint8_t family)
{
	struct nl_msg *m;

	m = rule(type, flags, family, PREF_MAIN, RT_TABLE_MAIN, false);
	if (m != NULL && nla_put_u32(m, FRA_SUPPRESS_PREFIXLEN, 0) < 0)
		return (no_room(m));
	return (m);
}

static struct nl_msg *
rule_tunnel(int type, int flags, uint8_t family)
{
	struct nl_msg *m;

	m = rule(type, flags, family, PREF_TUNNEL, KERN_TUNNEL_TABLE, true);
	if (m != NULL &&
	    (nla_put_u32(m, FRA_FWMARK, KERN_TUNNEL_TABLE) < 0 ||
		nla_put_u32(m, FRA_FWMASK, UINT32_MAX) < 0))
		return (no_room(m));
	return (m);
}

/* A default route of the table: through a link, or nowhere (oif 0). */
static struct nl_msg *
route(int type, int flags, uint8_t family, int oif)
{
	struct rtmsg h = { .rtm_family = family,
		.rtm_protocol = TUNNEL_PROTO,
		.rtm_type = oif != 0 ? RTN_UNICAST : RTN_UNREACHABLE,
		.rtm_scope = oif != 0 && family == AF_INET ?
		    RT_SCOPE_LINK :
							     RT_SCOPE_UNIVERSE };
	struct nl_msg *m;

	m = nlmsg_alloc_simple(type, flags);
	if (m == NULL || nlmsg_append(m, &h, sizeof(h), NLMSG_ALIGNTO) < 0 ||
	    nla_put_u32(m, RTA_TABLE, KERN_TUNNEL_TABLE) < 0 ||
	    (oif != 0 && nla_put_u32(m, RTA_OIF, (uint32_t)oif) < 0) ||
	    nla_put_u32(m, RTA_PRIORITY, oif != 0 ? METRIC : WORST_METRIC) < 0)
		return (no_room(m));
	return (m);
}

/* A host may have no IPv6 at all: then nothing leaks by it. */
static int
add(struct nl_conn *c, struct nl_msg *m, uint8_t family)
{
	if (m == NULL)
		return (-1);
	if (nl_change(c, m, EEXIST) == 0)
		return (0);
	return (family == AF_INET6 &&
		    (errno == EAFNOSUPPORT || errno == EOPNOTSUPP ||
			errno == EACCES) ?
		0 :
		-1);
}

/* Remove as many as there are of one kind. */
static int
del(struct nl_conn *c, struct nl_msg *m)
{
	if (m == NULL)
		return (-1);
	if (nl_change(c, m, ENOENT) == 0)
		return (0);
	return (errno == ESRCH || errno == EAFNOSUPPORT ||
		    errno == EOPNOTSUPP || errno == ENODEV ?
		0 :
		-1);
}

/* A route of the table with that metric; 0: with any. */
static struct nl_msg *
any_route(uint8_t family, uint32_t metric)
{
	struct rtmsg h = { .rtm_family = family,
		.rtm_protocol = TUNNEL_PROTO,
		.rtm_scope = RT_SCOPE_NOWHERE };
	struct nl_msg *m;

	m = nlmsg_alloc_simple(RTM_DELROUTE, 0);
	if (m == NULL || nlmsg_append(m, &h, sizeof(h), NLMSG_ALIGNTO) < 0 ||
	    nla_put_u32(m, RTA_TABLE, KERN_TUNNEL_TABLE) < 0 ||
	    (metric != 0 && nla_put_u32(m, RTA_PRIORITY, metric) < 0))
		return (no_room(m));
	return (m);
}

/* The rules come last: no packet finds the table without its end. */
int
nl_tunnel_set(struct nl_conn *c, const struct kern_tunnel *t)
{
	const int flags = NLM_F_CREATE | NLM_F_EXCL;
	size_t i;
	uint8_t f;

	for (i = 0; i < sizeof(families); i++) {
		f = families[i];
		if (add(c, route(RTM_NEWROUTE, flags, f, 0), f) == -1)
			return (-1);
		/* Meanwhile the unreachable route takes all packets. */
		if (t->anew && del(c, any_route(f, METRIC)) == -1)
			return (-1);
		if (t->ifindex != 0 && (f == AF_INET ? t->four : t->six) &&
		    add(c, route(RTM_NEWROUTE, flags, f, t->ifindex), f) == -1)
			return (-1);
	}
	for (i = 0; i < sizeof(families); i++) {
		f = families[i];
		if (add(c, rule_agent(RTM_NEWRULE, flags, f, t->uid), f) ==
			-1 ||
		    add(c, rule_main(RTM_NEWRULE, flags, f), f) == -1 ||
		    add(c, rule_tunnel(RTM_NEWRULE, flags, f), f) == -1)
			return (-1);
	}
	return (0);
}

int
nl_tunnel_clear(struct nl_conn *c)
{
	const uint32_t prefs[] = { PREF_TUNNEL, PREF_MAIN, PREF_AGENT };
	const uint32_t tables[] = { KERN_TUNNEL_TABLE, RT_TABLE_MAIN,
		RT_TABLE_MAIN };
	size_t i, j;
	int r = 0;

	for (i = 0; i < sizeof(families); i++) {
		for (j = 0; j < 3; j++)
			if (del(c,
				rule(RTM_DELRULE, 0, families[i], prefs[j],
				    tables[j], j == 0)) == -1)
				r = -1;
		/* There is a route to the interface, and one to nowhere. */
		for (j = 0; j < 2; j++)
			if (del(c, any_route(families[i], 0)) == -1)
				r = -1;
	}
	return (r);
}
