/* SPDX-License-Identifier: ISC */
/*
 * One imsg, one packet, and at most one descriptor with it.
 */

#include <sys/socket.h>
#include <sys/uio.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "imsg.h"

#define SOCK_BUF	(512 * 1024)
#define MAX_FDS		8	/* room to receive too many, and close them */

int
imsg_pair(int sv[2])
{
	int i, size = SOCK_BUF;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    0, sv) == -1)
		return (-1);
	/* More is better, less works: the queue above takes the rest. */
	for (i = 0; i < 2; i++)
		if (setsockopt(sv[i], SOL_SOCKET, SO_SNDBUFFORCE, &size,
		    sizeof(size)) == -1)
			(void)setsockopt(sv[i], SOL_SOCKET, SO_SNDBUF, &size,
			    sizeof(size));
	return (0);
}

/* Send a packet with a descriptor, as the parent alone does. */
static ssize_t
send_fd(int s, struct ibuf *packet, int fd)
{
	union {
		struct cmsghdr hdr;
		char buf[CMSG_SPACE(sizeof(int))];
	} cmsg;
	struct iovec iov;
	struct msghdr msg;

	iov.iov_base = packet->buf;
	iov.iov_len = packet->wpos;
	memset(&msg, 0, sizeof(msg));
	msg.msg_iov = &iov;
	msg.msg_iovlen = 1;
	memset(&cmsg, 0, sizeof(cmsg));
	msg.msg_control = &cmsg;
	msg.msg_controllen = sizeof(cmsg.buf);
	cmsg.hdr.cmsg_len = CMSG_LEN(sizeof(int));
	cmsg.hdr.cmsg_level = SOL_SOCKET;
	cmsg.hdr.cmsg_type = SCM_RIGHTS;
	memcpy(CMSG_DATA(&cmsg.hdr), &fd, sizeof(fd));
	return (sendmsg(s, &msg, MSG_NOSIGNAL));
}

int
imsg_send(int s, uint32_t type, uint32_t id, const void *payload, size_t len,
    int fd)
{
	/* Zeroing would be wasted: only the bytes that are written are sent. */
	__attribute__((uninitialized)) uint8_t data[IMSG_MAX_SIZE];
	struct ibuf b;
	ssize_t n;

	if (len > IMSG_MAX_PAYLOAD) {
		errno = EMSGSIZE;
		return (-1);
	}
	ibuf_init(&b, data, 0, sizeof(data));
	if (ibuf_add_n32(&b, type) == -1 ||
	    ibuf_add_n32(&b, (uint32_t)(len + IMSG_HEADER_SIZE)) == -1 ||
	    ibuf_add_n32(&b, id) == -1 || ibuf_add_n32(&b, 0) == -1 ||
	    ibuf_add(&b, payload, len) == -1)
		return (-1);
	do {
		/* The sandboxes of children allow no sendmsg(2). */
		n = fd == -1 ? send(s, data, b.wpos, MSG_NOSIGNAL) :
			       send_fd(s, &b, fd);
	} while (n == -1 && errno == EINTR);
	return (n == -1 ? -1 : 0);
}

/* Take the descriptors of a message: all into fds, the count returned. */
static size_t
take_fds(struct msghdr *msg, int *fds)
{
	struct cmsghdr *c;
	size_t i, n, count = 0;
	int fd;

	for (c = CMSG_FIRSTHDR(msg); c != NULL; c = CMSG_NXTHDR(msg, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (i = 0; i < n; i++) {
			memcpy(&fd, CMSG_DATA(c) + i * sizeof(fd), sizeof(fd));
			if (count < MAX_FDS)
				fds[count++] = fd;
			else
				close(fd);
		}
	}
	return (count);
}

int
imsg_recv(int s, void *buf, struct imsg *m)
{
	union {
		struct cmsghdr hdr;
		char buf[CMSG_SPACE(sizeof(int) * MAX_FDS)];
	} cmsg;
	struct iovec iov = { .iov_base = buf, .iov_len = IMSG_MAX_SIZE };
	struct msghdr msg;
	uint32_t len, pid;
	size_t i, nfds;
	ssize_t n;
	int fds[MAX_FDS];

	memset(&msg, 0, sizeof(msg));
	msg.msg_iov = &iov;
	msg.msg_iovlen = 1;
	msg.msg_control = &cmsg;
	msg.msg_controllen = sizeof(cmsg.buf);
	do {
		n = recvmsg(s, &msg, MSG_CMSG_CLOEXEC);
	} while (n == -1 && errno == EINTR);
	if (n == -1)
		return (-1);

	/* Descriptors come with an empty packet, too. */
	nfds = take_fds(&msg, fds);
	if (n == 0 && nfds == 0 && (msg.msg_flags & MSG_CTRUNC) == 0)
		return (0);
	ibuf_init(&m->data, buf, (size_t)n, IMSG_MAX_SIZE);
	if ((msg.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0 || nfds > 1 ||
	    ibuf_get_n32(&m->data, &m->type) == -1 ||
	    ibuf_get_n32(&m->data, &len) == -1 ||
	    ibuf_get_n32(&m->data, &m->id) == -1 ||
	    ibuf_get_n32(&m->data, &pid) == -1 || len != (size_t)n ||
	    pid != 0) {
		for (i = 0; i < nfds; i++)
			close(fds[i]);
		errno = EBADMSG;
		return (-1);
	}
	m->fd = nfds == 1 ? fds[0] : -1;
	return (1);
}

int
imsg_recv_wait(int s, void *buf, struct imsg *m, int timeout_ms)
{
	struct mono end;
	int n;

	end = mono_add_ms(mono_now(), timeout_ms);
	do {
		if (mono_poll(s, POLLIN, end) == -1)
			return (-1);
		n = imsg_recv(s, buf, m);
	} while (n == -1 && errno == EAGAIN);
	return (n);
}
