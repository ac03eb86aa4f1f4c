/* SPDX-License-Identifier: ISC */
/*
 * Raw sockets for STUN.  WireGuard owns the UDP port whose mapping is asked
 * for, so that the question must be made beside it, and a copy of the answer
 * is heard beside it.  The filter is locked: packets to other ports, and
 * packets that are no answer of a STUN server, cannot be heard with it.
 */

#include <sys/socket.h>

#include <linux/filter.h>
#include <netinet/in.h>

#include <stddef.h>
#include <unistd.h>

#include "conf.h"
#include "rawsock.h"

#define STUN_ANSWER	0x0101		/* RFC 8489, binding success */
#define STUN_COOKIE	0x2112a442U
#define UDP_HEADER	8

/* clang-format off */
/*
 * An IPv4 raw socket has the IP header before the UDP header, and X is its
 * length; that of IPv6 begins with the UDP header, and X is 0.
 */
#define FILTER(load_x, first, last) {					\
	load_x,								\
	BPF_STMT(BPF_LD | BPF_H | BPF_IND, 2),				\
	BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, (first), 0, 6),		\
	BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, (last), 5, 0),		\
	BPF_STMT(BPF_LD | BPF_H | BPF_IND, UDP_HEADER),			\
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, STUN_ANSWER, 0, 3),		\
	BPF_STMT(BPF_LD | BPF_W | BPF_IND, UDP_HEADER + 4),		\
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, STUN_COOKIE, 0, 1),		\
	BPF_STMT(BPF_RET | BPF_K, 0xffff),				\
	BPF_STMT(BPF_RET | BPF_K, 0),					\
}
/* clang-format on */

static int
set_filter(int fd, int family, uint16_t first, uint16_t last)
{
	struct sock_filter four[] = FILTER(BPF_STMT(BPF_LDX | BPF_B | BPF_MSH,
					       0),
	    first, last);
	struct sock_filter six[] = FILTER(BPF_STMT(BPF_LDX | BPF_IMM, 0), first,
	    last);
	struct sock_fprog p = { sizeof(four) / sizeof(four[0]),
		family == AF_INET ? four : six };
	const uint32_t mark = TUNNEL_MARK;
	int on = 1;

	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &p, sizeof(p)) == -1)
		return (-1);
	/* As those of WireGuard, the packets do not go into a full tunnel. */
	if (setsockopt(fd, SOL_SOCKET, SO_MARK, &mark, sizeof(mark)) == -1)
		return (-1);
	return (setsockopt(fd, SOL_SOCKET, SO_LOCK_FILTER, &on, sizeof(on)));
}

int
rawsock_open(int family, uint16_t first, uint16_t last)
{
	int fd;

	fd = socket(family, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    IPPROTO_UDP);
	if (fd == -1)
		return (-1);
	if (set_filter(fd, family, first, last) == 0)
		return (fd);
	close(fd);
	return (-1);
}
