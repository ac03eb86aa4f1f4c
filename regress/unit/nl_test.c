/* SPDX-License-Identifier: ISC */
/*
 * Questions over netlink, with a kernel that answers what the test says: dumps
 * that are interrupted, refused or too long, and what comes from others.
 */

#include <sys/socket.h>

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <linux/fib_rules.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>

#include <cmocka.h>

#include "kern_list.h"
#include "nl.h"
#include "nl_link.h"
#include "nl_route.h"

struct fixture {
	struct nl_conn nl;
	int kernel; /* our end of its socket */
};

/* A real connection with our socket in the place of its own. */
static int
setup(void **state)
{
	static struct fixture f;
	int sv[2];

	if (nl_conn_open(&f.nl, NETLINK_ROUTE) == -1 ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET, 0, sv) == -1 ||
	    dup2(sv[0], f.nl.fd) == -1)
		return (-1);
	close(sv[0]);
	f.kernel = sv[1];
	*state = &f;
	return (0);
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	close(f->kernel);
	nl_conn_close(&f->nl);
	return (0);
}

/* Put a datagram with one message into the queue: question 1 is the first. */
static void
answer(struct fixture *f, uint32_t question, int type, int flags, const void *p,
    size_t len)
{
	uint8_t buf[256];
	struct nlmsghdr h;

	memset(&h, 0, sizeof(h));
	h.nlmsg_len = (uint32_t)(NLMSG_HDRLEN + len);
	h.nlmsg_type = (uint16_t)type;
	h.nlmsg_flags = (uint16_t)flags;
	h.nlmsg_seq = f->nl.seq + question;
	memcpy(buf, &h, sizeof(h));
	memcpy(buf + NLMSG_HDRLEN, p, len);
	assert_int_equal(h.nlmsg_len,
	    send(f->kernel, buf, h.nlmsg_len, MSG_DONTWAIT));
}

static void
done(struct fixture *f, uint32_t question, int flags)
{
	int code = 0;

	answer(f, question, NLMSG_DONE, flags | NLM_F_MULTI, &code,
	    sizeof(code));
}

static void
refuse(struct fixture *f, uint32_t question, int error)
{
	struct nlmsgerr e;

	memset(&e, 0, sizeof(e));
	e.error = -error;
	answer(f, question, NLMSG_ERROR, 0, &e, sizeof(e));
}

/* A default route through interface 7, by this gateway. */
static void
route(struct fixture *f, uint32_t question, uint8_t proto, uint32_t metric,
    uint8_t gw)
{
	struct {
		struct rtmsg rtm;
		struct rtattr oif;
		uint32_t ifindex;
		struct rtattr prio;
		uint32_t metric;
		struct rtattr via;
		uint8_t gw[4];
	} m;

	memset(&m, 0, sizeof(m));
	m.rtm.rtm_family = AF_INET;
	m.rtm.rtm_table = RT_TABLE_MAIN;
	m.rtm.rtm_protocol = proto;
	m.rtm.rtm_type = RTN_UNICAST;
	m.oif.rta_len = m.prio.rta_len = m.via.rta_len = 8;
	m.oif.rta_type = RTA_OIF;
	m.ifindex = 7;
	m.prio.rta_type = RTA_PRIORITY;
	m.metric = metric;
	m.via.rta_type = RTA_GATEWAY;
	m.gw[0] = 192;
	m.gw[3] = gw;
	answer(f, question, RTM_NEWROUTE, NLM_F_MULTI, &m, sizeof(m));
}

static void
nothing_left(struct fixture *f)
{
	uint8_t b;

	assert_int_equal(-1, recv(f->nl.fd, &b, 1, MSG_DONTWAIT));
	assert_int_equal(EAGAIN, errno);
}

/* What came of an interrupted dump does not count, and it is asked again. */
static void
test_interrupted(void **state)
{
	struct fixture *f = *state;
	struct kern_routes list = { NULL, 0, 0 };
	struct kern_route r;

	route(f, 1, RTPROT_STATIC, 1, 9);
	done(f, 1, NLM_F_DUMP_INTR);
	route(f, 2, RTPROT_STATIC, 2, 1);
	done(f, 2, 0);
	assert_int_equal(0, nl_route_default(&f->nl, AF_INET, 7, &r));
	assert_int_equal(1, r.gateway.addr[3]);
	assert_false(r.ra);
	route(f, 1, RTPROT_STATIC, 2, 1);
	route(f, 1, RTPROT_RA, 1, 9);
	done(f, 1, 0);
	assert_int_equal(0, nl_route_default(&f->nl, AF_INET, 7, &r));
	assert_int_equal(9, r.gateway.addr[3]);
	assert_true(r.ra);

	route(f, 1, SALLYPORT_RTPROT, 1, 1);
	done(f, 1, 0);
	route(f, 2, SALLYPORT_RTPROT, 2, 1);
	done(f, 2, NLM_F_DUMP_INTR);
	done(f, 3, 0);
	assert_int_equal(0, nl_route_list(&f->nl, 0, 0, &list));
	assert_int_equal(1, list.n);
	assert_int_equal(1, list.list[0].metric);
	kern_routes_clear(&list);
	nothing_left(f);
}

/* The socket may still be busy with a dump that was given up. */
static void
test_busy(void **state)
{
	struct fixture *f = *state;
	struct kern_route r;

	refuse(f, 1, EBUSY);
	route(f, 2, RTPROT_STATIC, 1, 3);
	done(f, 2, 0);
	assert_int_equal(0, nl_route_default(&f->nl, AF_INET, 7, &r));
	assert_int_equal(3, r.gateway.addr[3]);
}

/* Not for ever, though. */
static void
test_always(void **state)
{
	struct fixture *f = *state;
	struct kern_route r;
	uint32_t i;

	for (i = 1; i < 100; i++)
		done(f, i, NLM_F_DUMP_INTR);
	assert_int_equal(-1, nl_route_default(&f->nl, AF_INET, 7, &r));
	assert_int_equal(EAGAIN, errno);
}

/* The routes of one question, and how many of them are asked for. */
static size_t
listed(struct fixture *f, uint32_t n, uint32_t table, int ifindex)
{
	struct kern_routes list = { NULL, 0, 0 };
	size_t got;
	uint32_t i;

	for (i = 1; i <= n; i++)
		route(f, 1, SALLYPORT_RTPROT, i, 1);
	done(f, 1, 0);
	refuse(f, 2, ENOENT);
	assert_int_equal(0, nl_route_list(&f->nl, table, ifindex, &list));
	got = list.n;
	kern_routes_clear(&list);
	return (got);
}

/*
 * As many as there are, without those of other tables and interfaces, which a
 * kernel may send all the same.  A table may not be there at all.
 */
static void
test_list(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(100, listed(f, 100, 0, 0));
	assert_int_equal(100, listed(f, 100, RT_TABLE_MAIN, 7));
	assert_int_equal(0, listed(f, 5, RT_TABLE_MAIN, 8));
	assert_int_equal(0, listed(f, 5, SALLYPORT_INSIDE, 0));
	nothing_left(f);
}

static void
test_refused(void **state)
{
	struct fixture *f = *state;
	struct kern_route r;
	struct kern_link l;

	memset(&r, 0, sizeof(r));
	r.dst.family = AF_INET;
	refuse(f, 1, ESRCH);
	assert_int_equal(0, nl_route_del(&f->nl, &r));
	refuse(f, 1, EPERM);
	assert_int_equal(-1, nl_route_del(&f->nl, &r));
	assert_int_equal(EPERM, errno);
	refuse(f, 1, ENODEV);
	assert_int_equal(-1, nl_link_get(&f->nl, "wg0", &l));
	assert_int_equal(ENODEV, errno);
	/* An answer that is no answer. */
	refuse(f, 1, 0);
	assert_int_equal(-1, nl_link_get(&f->nl, "wg0", &l));
	assert_int_equal(ENODEV, errno);
	nothing_left(f);
}

/* Send what was put together, which begins with a header of its own. */
static void
send_msg(struct fixture *f, struct nl_msg *m)
{
	struct nlmsghdr *h = nlmsg_hdr(m);

	h->nlmsg_seq = f->nl.seq + 1;
	assert_int_equal(h->nlmsg_len,
	    send(f->kernel, h, h->nlmsg_len, MSG_DONTWAIT));
	nlmsg_free(m);
}

static struct nl_msg *
message(int type, const void *head, size_t len)
{
	struct nl_msg *m;

	m = nlmsg_alloc_simple(type, NLM_F_MULTI);
	assert_non_null(m);
	assert_int_equal(0,
	    nlmsg_append(m, (void *)(uintptr_t)head, len, NLMSG_ALIGNTO));
	return (m);
}

/* Routes of others with several ways or special ones hide no plain route. */
static void
test_special_routes(void **state)
{
	static const int ways[] = { RTA_MULTIPATH, RTA_VIA, RTA_ENCAP };
	struct fixture *f = *state;
	struct kern_route r;
	struct rtmsg rtm = { .rtm_family = AF_INET,
		.rtm_table = RT_TABLE_MAIN,
		.rtm_type = RTN_UNICAST };
	struct nl_msg *m;
	size_t i;

	for (i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		m = message(RTM_NEWROUTE, &rtm, sizeof(rtm));
		nla_put_u32(m, RTA_OIF, 7);
		nla_put_u8(m, ways[i], 0);
		send_msg(f, m);
	}
	route(f, 1, RTPROT_STATIC, 5, 3);
	done(f, 1, 0);
	assert_int_equal(0, nl_route_default(&f->nl, AF_INET, 7, &r));
	assert_int_equal(7, r.oif);
	assert_int_equal(5, r.metric);
	assert_int_equal(3, r.gateway.addr[3]);
	nothing_left(f);
}

/* Of the rules, those with our mark. */
static void
test_rules(void **state)
{
	static const uint8_t pool[16] = { 0xfd, 1 };
	struct fixture *f = *state;
	struct kern_rules list = { NULL, 0, 0 };
	struct fib_rule_hdr frh = { .family = AF_INET6,
		.table = 0x53,
		.action = FR_ACT_TO_TBL };
	struct nl_msg *m;
	uint8_t proto;

	for (proto = SALLYPORT_RTPROT - 1; proto <= SALLYPORT_RTPROT; proto++) {
		m = message(RTM_NEWRULE, &frh, sizeof(frh));
		nla_put_u32(m, FRA_TABLE, SALLYPORT_NOTES);
		nla_put_u32(m, FRA_PRIORITY, 5);
		nla_put_string(m, FRA_IIFNAME, "wg0");
		nla_put_u8(m, FRA_PROTOCOL, proto);
		send_msg(f, m);
	}
	frh.dst_len = 64;
	m = message(RTM_NEWRULE, &frh, sizeof(frh));
	nla_put(m, FRA_DST, sizeof(pool), pool);
	nla_put_u32(m, FRA_TABLE, RT_TABLE_MAIN);
	nla_put_u32(m, FRA_SUPPRESS_PREFIXLEN, 127);
	nla_put_u8(m, FRA_PROTOCOL, SALLYPORT_RTPROT);
	send_msg(f, m);
	frh.src_len = frh.dst_len;
	frh.dst_len = 0;
	m = message(RTM_NEWRULE, &frh, sizeof(frh));
	nla_put(m, FRA_SRC, sizeof(pool), pool);
	nla_put_u32(m, FRA_SUPPRESS_PREFIXLEN, UINT32_MAX);
	nla_put_u8(m, FRA_PROTOCOL, SALLYPORT_RTPROT);
	send_msg(f, m);
	done(f, 1, 0);
	refuse(f, 2, EAFNOSUPPORT);
	assert_int_equal(0, nl_rule_list(&f->nl, &list));
	assert_int_equal(3, list.n);
	assert_int_equal(0, list.list[0].src.family + list.list[0].dst.family);
	assert_int_equal(64, list.list[1].dst.len);
	assert_memory_equal(pool, list.list[1].dst.addr, sizeof(pool));
	assert_true(list.list[1].hosts);
	assert_string_equal("", list.list[1].iif);
	assert_int_equal(64, list.list[2].src.len);
	assert_int_equal(0, list.list[2].dst.family);
	assert_false(list.list[2].hosts);
	assert_int_equal(AF_INET6, list.list[0].family);
	assert_int_equal(SALLYPORT_NOTES, list.list[0].table);
	assert_int_equal(5, list.list[0].priority);
	assert_string_equal("wg0", list.list[0].iif);
	kern_rules_clear(&list);
	nothing_left(f);
}

/* An interface's own address, also where it is said beside its peer's. */
static void
test_addresses(void **state)
{
	static const uint8_t own[4] = { 192, 0, 2, 1 }, peer[4] = { 192, 0, 2 };
	struct fixture *f = *state;
	struct kern_addr list[4];
	struct ifaddrmsg ifa = { .ifa_family = AF_INET, .ifa_prefixlen = 24 };
	struct nl_msg *m;
	size_t n;
	uint32_t i;

	for (i = 6; i <= 7; i++) {
		ifa.ifa_index = i;
		m = message(RTM_NEWADDR, &ifa, sizeof(ifa));
		nla_put(m, IFA_ADDRESS, sizeof(peer), peer);
		nla_put(m, IFA_LOCAL, sizeof(own), own);
		nla_put_u8(m, IFA_PROTO, SALLYPORT_RTPROT);
		send_msg(f, m);
	}
	done(f, 1, 0);
	assert_int_equal(0, nl_addr_list(&f->nl, 7, list, 4, &n));
	assert_int_equal(1, n);
	assert_int_equal(24, list[0].prefix.len);
	assert_memory_equal(own, list[0].prefix.addr, sizeof(own));
	assert_int_equal(SALLYPORT_RTPROT, list[0].proto);
	nothing_left(f);
}

static bool
is_wanted(const void *arg, const struct prefix *p)
{
	return (prefix_contains(p, arg));
}

/* Addresses of other interfaces, with the length of their networks. */
static void
test_others(void **state)
{
	static const uint8_t own[] = { 10, 1, 0, 1 }, not[] = { 10, 1, 1, 2 };
	struct fixture *f = *state;
	struct ifaddrmsg ifa = { .ifa_family = AF_INET, .ifa_prefixlen = 24 };
	struct prefix want, list[4];
	struct nl_msg *m;
	uint32_t i;
	size_t n;

	assert_int_equal(0, prefix_parse("10.1.0.1", &want));
	for (i = 5; i <= 8; i++) {
		ifa.ifa_index = i;
		m = message(RTM_NEWADDR, &ifa, sizeof(ifa));
		if (i == 5) {
			nla_put(m, IFA_LOCAL, sizeof(not), not);
			nla_put(m, IFA_ADDRESS, sizeof(not), not);
		} else {
			nla_put(m, IFA_LOCAL, sizeof(own), own);
			nla_put(m, IFA_ADDRESS, sizeof(own), own);
		}
		send_msg(f, m);
	}
	done(f, 1, 0);
	assert_int_equal(0,
	    nl_addr_others(&f->nl, 7, is_wanted, &want, list, 4, &n));
	assert_int_equal(2, n);
	assert_int_equal(0, prefix_parse("10.1.0.1/24", &want));
	assert_true(prefix_equal(&want, &list[0]));
	nothing_left(f);
}

/* Cut and overlong messages end the answer with an error. */
static void
test_garbage(void **state)
{
	struct fixture *f = *state;
	struct kern_route r;
	struct nlmsghdr h;
	uint32_t len;

	for (len = 0; len < 64; len += 63) {
		memset(&h, 0, sizeof(h));
		h.nlmsg_len = len;
		h.nlmsg_seq = f->nl.seq + 1;
		assert_int_equal(sizeof(h), send(f->kernel, &h, sizeof(h), 0));
		assert_int_equal(-1, nl_route_default(&f->nl, AF_INET, 7, &r));
		assert_int_equal(EBADMSG, errno);
	}
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_interrupted),
		T(test_busy),
		T(test_always),
		T(test_list),
		T(test_refused),
		T(test_special_routes),
		T(test_rules),
		T(test_addresses),
		T(test_others),
		T(test_garbage),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
