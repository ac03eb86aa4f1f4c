/* SPDX-License-Identifier: ISC */
/*
 * Netlink, one question and its answer at a time.  libnl opens sockets, builds
 * messages and parses them.  Receiving is ours: for a deadline on each answer,
 * for the kernel's error text, and so that a dump can be parsed from plain
 * bytes.  No function of libnl is used that sends, waits, keeps a cache or
 * opens a file, because the hand is in its sandbox.
 */

#include <sys/socket.h>

#include <linux/netlink.h>
#include <netlink/attr.h>
#include <netlink/errno.h>
#include <netlink/netlink.h>
#include <netlink/object.h>
#include <netlink/socket.h>

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "nl.h"

#ifndef NETLINK_GET_STRICT_CHK
#define NETLINK_GET_STRICT_CHK	12
#endif

#define NL_SOCKBUF	(4 * 1024 * 1024)

int
nl_conn_open(struct nl_conn *c, int protocol)
{
	int on = 1;

	memset(c, 0, sizeof(*c));
	c->fd = -1;
	c->sock = nl_socket_alloc();
	c->buf = malloc(NL_BUFFER);
	if (c->sock == NULL || c->buf == NULL) {
		errno = ENOMEM;
		goto fail;
	}
	if (nl_connect(c->sock, protocol) < 0) {
		errno = EPROTONOSUPPORT;
		goto fail;
	}
	c->fd = nl_socket_get_fd(c->sock);
	if (nl_socket_set_nonblocking(c->sock) < 0)
		goto fail;
	/*
	 * With CAP_NET_ADMIN this may exceed rmem_max; otherwise it is cut to
	 * that.
	 */
	(void)nl_socket_set_buffer_size(c->sock, NL_SOCKBUF, NL_SOCKBUF);
	on = NL_SOCKBUF;
	(void)setsockopt(c->fd, SOL_SOCKET, SO_RCVBUFFORCE, &on, sizeof(on));
	(void)setsockopt(c->fd, SOL_SOCKET, SO_SNDBUFFORCE, &on, sizeof(on));
	on = 1;
	/* Each of these only makes errors clearer or dumps smaller. */
	(void)setsockopt(c->fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	(void)setsockopt(c->fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
	(void)setsockopt(c->fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &on,
	    sizeof(on));
	return (0);
fail:
	nl_conn_close(c);
	return (-1);
}

void
nl_conn_close(struct nl_conn *c)
{
	int e = errno;

	if (c->sock != NULL)
		nl_socket_free(c->sock);
	free(c->buf);
	memset(c, 0, sizeof(*c));
	c->fd = -1;
	errno = e;
}

static void
parse_cb(struct nl_object *o, void *arg)
{
	struct nl_object **found = arg;

	nl_object_get(o);
	*found = o;
}

struct nl_object *
nl_parse(const struct nlmsghdr *h)
{
	struct nl_object *o = NULL;
	struct nl_msg *m;
	int r = -NLE_NOMEM;

	m = nlmsg_convert((struct nlmsghdr *)(uintptr_t)h);
	if (m != NULL) {
		nlmsg_set_proto(m, NETLINK_ROUTE);
		r = nl_msg_parse(m, parse_cb, &o);
		nlmsg_free(m);
	}
	if (o == NULL)
		errno = r == -NLE_NOMEM ? ENOMEM : EBADMSG;
	return (o);
}

struct nlattr *
nl_attr(const struct nlmsghdr *h, int header, int type, int len)
{
	struct nlattr *a;

	a = nlmsg_find_attr((struct nlmsghdr *)(uintptr_t)h, header, type);
	return (a != NULL && nla_len(a) >= len ? a : NULL);
}

struct nl_addr *
nl_addr_of(const struct prefix *p)
{
	struct nl_addr *a;

	a = nl_addr_build(p->family, p->addr, prefix_bits(p) / 8);
	if (a != NULL)
		nl_addr_set_prefixlen(a, p->len);
	return (a);
}

struct prefix
nl_prefix_of(const struct nl_addr *a)
{
	struct prefix p;
	size_t n;

	memset(&p, 0, sizeof(p));
	if (a == NULL)
		return (p);
	p.family = (uint8_t)nl_addr_get_family(a);
	p.len = (uint8_t)nl_addr_get_prefixlen(a);
	n = nl_addr_get_len(a);
	memcpy(p.addr, nl_addr_get_binary_addr(a),
	    n < sizeof(p.addr) ? n : sizeof(p.addr));
	return (p);
}

/* Keep the kernel's text for an error, if it has one. */
static void
take_extack(const struct nlmsghdr *h, char text[NL_TEXT])
{
	const struct nlmsgerr *e = nlmsg_data(h);
	struct nlattr *a;
	size_t off = sizeof(*e), len;

	len = (size_t)nlmsg_datalen(h);
	if ((h->nlmsg_flags & NLM_F_ACK_TLVS) == 0)
		return;
	if ((h->nlmsg_flags & NLM_F_CAPPED) == 0) {
		if (e->msg.nlmsg_len < sizeof(e->msg))
			return;
		off += NLMSG_ALIGN(e->msg.nlmsg_len) - sizeof(e->msg);
	}
	if (off >= len)
		return;
	a = (struct nlattr *)((uintptr_t)e + off);
	a = nla_find(a, (int)(len - off), NLMSGERR_ATTR_MSG);
	if (a != NULL)
		snprintf(text, NL_TEXT, "%.*s", nla_len(a),
		    (const char *)nla_data(a));
}

/* Take an error or an acknowledgement.  Returns 1 for the latter. */
static int
take_error(const struct nlmsghdr *h, char text[NL_TEXT])
{
	const struct nlmsgerr *e = nlmsg_data(h);

	if (nlmsg_datalen(h) < (int)sizeof(*e)) {
		errno = EBADMSG;
		return (-1);
	}
	if (e->error == 0)
		return (1);
	if (e->error > 0 || e->error < -4095) {
		errno = EBADMSG;
		return (-1);
	}
	take_extack(h, text);
	errno = -e->error;
	return (-1);
}

/* The end of a dump has an error field of its own. */
static int
take_done(const struct nlmsghdr *h)
{
	int code;

	if (nlmsg_datalen(h) < (int)sizeof(code))
		return (1);
	memcpy(&code, nlmsg_data(h), sizeof(code));
	if (code >= 0)
		return (1);
	errno = code < -4095 ? EBADMSG : -code;
	return (-1);
}

int
nl_walk(const uint8_t *p, size_t n, uint32_t seq, nl_msg_cb cb, void *arg,
    bool *intr, char text[NL_TEXT])
{
	const struct nlmsghdr *h;
	size_t step;

	while (n >= sizeof(*h)) {
		h = (const struct nlmsghdr *)(const void *)p;
		if (h->nlmsg_len < sizeof(*h) || h->nlmsg_len > n) {
			errno = EBADMSG;
			return (-1);
		}
		step = NLMSG_ALIGN(h->nlmsg_len);
		if (h->nlmsg_seq == seq) {
			if ((h->nlmsg_flags & NLM_F_DUMP_INTR) != 0)
				*intr = true;
			if (h->nlmsg_type == NLMSG_ERROR)
				return (take_error(h, text));
			if (h->nlmsg_type == NLMSG_DONE)
				return (take_done(h));
			if (h->nlmsg_type >= NLMSG_MIN_TYPE && cb != NULL &&
			    cb(h, arg) == -1)
				return (-1);
		}
		if (step >= n)
			break;
		p += step;
		n -= step;
	}
	return (0);
}

/* Receive a datagram from the kernel itself.  Returns its length or -1. */
static ssize_t
receive(struct nl_conn *c, struct mono deadline)
{
	struct sockaddr_nl from;
	struct iovec iov = { c->buf, NL_BUFFER };
	struct msghdr m;
	ssize_t n;

	for (;;) {
		memset(&m, 0, sizeof(m));
		memset(&from, 0, sizeof(from));
		m.msg_name = &from;
		m.msg_namelen = sizeof(from);
		m.msg_iov = &iov;
		m.msg_iovlen = 1;
		n = recvmsg(c->fd, &m, MSG_DONTWAIT);
		if (n == -1 && (errno == EAGAIN || errno == EINTR)) {
			if (mono_poll(c->fd, POLLIN, deadline) == -1)
				return (-1);
			continue;
		}
		if (n == -1)
			return (-1);
		if ((m.msg_flags & MSG_TRUNC) != 0) {
			errno = EMSGSIZE;
			return (-1);
		}
		/* Any process may send to a netlink port. */
		if (from.nl_pid == 0)
			return (n);
	}
}

uint32_t
nl_next_seq(struct nl_conn *c)
{
	/* 0 is the number of notifications. */
	if (++c->seq == 0)
		c->seq = 1;
	return (c->seq);
}

static int
send_bytes(struct nl_conn *c, const void *p, size_t len)
{
	struct sockaddr_nl to = { .nl_family = AF_NETLINK };
	ssize_t n;

	do {
		n = sendto(c->fd, p, len, MSG_NOSIGNAL, (struct sockaddr *)&to,
		    sizeof(to));
	} while (n == -1 && errno == EINTR);
	return (n == -1 ? -1 : 0);
}

static int
send_msg(struct nl_conn *c, struct nl_msg *m)
{
	struct nlmsghdr *h = nlmsg_hdr(m);

	h->nlmsg_seq = nl_next_seq(c);
	h->nlmsg_pid = nl_socket_get_local_port(c->sock);
	h->nlmsg_flags |= NLM_F_REQUEST;
	if ((h->nlmsg_flags & NLM_F_DUMP) != NLM_F_DUMP)
		h->nlmsg_flags |= NLM_F_ACK;
	return (send_bytes(c, h, h->nlmsg_len));
}

struct reader {
	nl_msg_cb	 cb;
	void		*arg;
	int		 error;
};

/* A dump that is not read to its end would disturb the next one. */
static int
reader_cb(const struct nlmsghdr *h, void *arg)
{
	struct reader *r = arg;

	if (r->cb != NULL && r->error == 0 && r->cb(h, r->arg) == -1)
		r->error = errno;
	return (0);
}

/* Read the complete answer to the last question. */
static int
read_answer(struct nl_conn *c, nl_msg_cb cb, void *arg)
{
	struct reader rd = { cb, arg, 0 };
	struct mono deadline;
	ssize_t n;
	bool intr = false;
	int r;

	deadline = mono_add_ms(mono_now(), NL_TIMEOUT_MS);
	do {
		n = receive(c, deadline);
		if (n == -1)
			return (-1);
		r = nl_walk(c->buf, (size_t)n, c->seq, reader_cb, &rd, &intr,
		    c->text);
	} while (r == 0);
	if (r == -1)
		return (-1);
	if (rd.error != 0 || intr) {
		errno = rd.error != 0 ? rd.error : EAGAIN;
		return (-1);
	}
	return (0);
}

int
nl_talk(struct nl_conn *c, struct nl_msg *m, nl_msg_cb cb, void *arg)
{
	int r, e;

	c->text[0] = '\0';
	if (m == NULL) {
		errno = ENOMEM;
		return (-1);
	}
	r = send_msg(c, m);
	e = errno;
	nlmsg_free(m);
	errno = e;
	return (r == -1 ? -1 : read_answer(c, cb, arg));
}

int
nl_change(struct nl_conn *c, struct nl_msg *m, int harmless)
{
	if (nl_talk(c, m, NULL, NULL) == -1 && errno != harmless)
		return (-1);
	return (0);
}

bool
nl_again(struct mono since, int *pause_ms)
{
	/* EBUSY: a dump that was given up has not ended yet. */
	if (errno != EAGAIN && errno != EBUSY && errno != ENOBUFS)
		return (false);
	if (mono_diff_ms(mono_now(), since) >= NL_PATIENCE_MS) {
		errno = EAGAIN;
		return (false);
	}
	log_debug("dump interrupted, asking again");
	(void)poll(NULL, 0, *pause_ms);
	*pause_ms *= 2;
	return (true);
}

int
nl_collect(struct nl_conn *c, int type, const void *head, size_t len,
    nl_msg_cb cb, void *arg, size_t *n)
{
	struct nl_msg *m;
	struct mono since = mono_now();
	size_t before = *n;
	int r, pause_ms = 1;

	do {
		*n = before;
		m = nlmsg_alloc_simple(type, NLM_F_DUMP);
		/* There is room, since a message has at least a page. */
		if (m != NULL)
			(void)nlmsg_append(m, (void *)(uintptr_t)head, len,
			    NLMSG_ALIGNTO);
		r = nl_talk(c, m, cb, arg);
	} while (r == -1 && nl_again(since, &pause_ms));
	return (r);
}

int
nl_talk_raw(struct nl_conn *c, const void *p, size_t len, nl_msg_cb cb,
    void *arg)
{
	c->text[0] = '\0';
	return (send_bytes(c, p, len) == -1 ? -1 : read_answer(c, cb, arg));
}
