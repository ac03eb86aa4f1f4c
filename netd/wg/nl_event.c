/* SPDX-License-Identifier: ISC */
/*
 * Notifications about links, addresses, routes and rules.  They only say that
 * something happened and where; a header and one attribute are enough for that,
 * since a router has many.  The consequences are found by looking.
 */

#include <sys/socket.h>

#include <linux/fib_rules.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netlink/socket.h>

#include <errno.h>
#include <string.h>

#include "nl_event.h"

#define DATAGRAMS_MAX	64	/* most in one turn */

int
nl_event_open(struct nl_conn *c)
{
	if (nl_conn_open(c, NETLINK_ROUTE) == -1)
		return (-1);
	if (nl_socket_add_memberships(c->sock, RTNLGRP_LINK,
		RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR, RTNLGRP_IPV4_ROUTE,
		RTNLGRP_IPV6_ROUTE, RTNLGRP_IPV4_RULE, RTNLGRP_IPV6_RULE,
		0) < 0) {
		nl_conn_close(c);
		errno = EPROTONOSUPPORT;
		return (-1);
	}
	return (0);
}

static void
event_link(const struct nlmsghdr *h, struct kern_event *ev)
{
	const struct ifinfomsg *ifi = nlmsg_data(h);
	struct nlattr *name;

	ev->ifindex = ifi->ifi_index;
	name = nl_attr(h, sizeof(*ifi), IFLA_IFNAME, 1);
	if (name != NULL)
		(void)nla_strlcpy(ev->ifname, name, sizeof(ev->ifname));
}

static void
event_route(const struct nlmsghdr *h, struct kern_event *ev)
{
	const struct rtmsg *rtm = nlmsg_data(h);
	struct nlattr *oif;

	ev->ours = rtm->rtm_protocol == SALLYPORT_RTPROT;
	oif = nl_attr(h, sizeof(*rtm), RTA_OIF, sizeof(uint32_t));
	if (oif != NULL)
		ev->ifindex = (int)nla_get_u32(oif);
}

/* Returns whether the message is about anything at all. */
static bool
event_of(const struct nlmsghdr *h, struct kern_event *ev)
{
	const struct ifaddrmsg *ifa = nlmsg_data(h);

	memset(ev, 0, sizeof(*ev));
	switch (h->nlmsg_type) {
	case RTM_NEWLINK:
	case RTM_DELLINK:
		if (nlmsg_valid_hdr(h, sizeof(struct ifinfomsg)))
			event_link(h, ev);
		return (true);
	case RTM_NEWADDR:
	case RTM_DELADDR:
		if (nlmsg_valid_hdr(h, sizeof(*ifa)))
			ev->ifindex = (int)ifa->ifa_index;
		return (true);
	case RTM_NEWROUTE:
	case RTM_DELROUTE:
		if (nlmsg_valid_hdr(h, sizeof(struct rtmsg)))
			event_route(h, ev);
		return (true);
	case RTM_NEWRULE:
	case RTM_DELRULE:
		/* Rules are few, and one may have been flushed: always look. */
		ev->ours = true;
		return (true);
	default:
		return (false);
	}
}

void
nl_event_read(struct nl_conn *c, void (*cb)(const struct kern_event *, void *),
    void *arg)
{
	struct kern_event ev;
	const struct nlmsghdr *h;
	ssize_t n;
	int i, rem;

	for (i = 0; i < DATAGRAMS_MAX; i++) {
		n = recv(c->fd, c->buf, NL_BUFFER, MSG_DONTWAIT);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1) {
			if (errno == ENOBUFS) {
				memset(&ev, 0, sizeof(ev));
				ev.lost = true;
				cb(&ev, arg);
				continue;
			}
			return;
		}
		rem = (int)n;
		for (h = (const struct nlmsghdr *)(const void *)c->buf;
		     nlmsg_ok(h, rem);
		     h = nlmsg_next((struct nlmsghdr *)(uintptr_t)h, &rem)) {
			if (event_of(h, &ev))
				cb(&ev, arg);
		}
	}
}
