/* SPDX-License-Identifier: ISC */
/*
 * imsg by name and by header, over SOCK_SEQPACKET: one imsg is one packet, and
 * a descriptor arrives with its own packet.  Blocking and non-blocking sockets
 * alike; queueing is chan.c's.
 */

#ifndef IMSG_H
#define IMSG_H

#include <stdint.h>

#include "ibuf.h"

#define IMSG_HEADER_SIZE	16	/* type, len, peerid, pid */
#define IMSG_MAX_SIZE		16384	/* with the header */
#define IMSG_MAX_PAYLOAD	(IMSG_MAX_SIZE - IMSG_HEADER_SIZE)

struct imsg {
	uint32_t	 type;
	uint32_t	 id;		/* the request, 0 for a notice */
	struct ibuf	 data;		/* in the caller's buffer */
	int		 fd;		/* -1, or one now the caller's */
};

/* A connected pair, CLOEXEC and non-blocking, with large send buffers where the
 * kernel allows.  Returns 0 or -1 with errno. */
int	 imsg_pair(int sv[2]);

/*
 * Send one packet; fd -1 for none, and stays the caller's.  Returns 0, or -1
 * with errno EAGAIN (a non-blocking socket is full), EPIPE, EMSGSIZE ...
 */
int	 imsg_send(int s, uint32_t type, uint32_t id, const void *payload,
	    size_t len, int fd);

/*
 * Receive one packet into buf (IMSG_MAX_SIZE bytes, which m->data then uses).
 * Returns 1, 0 at end of file, or -1 with errno: EAGAIN, or EBADMSG for a
 * packet cut, too short, of a length that is not its own or with more than one
 * descriptor (all of which are closed).
 */
int	 imsg_recv(int s, void *buf, struct imsg *m);

/* The same, waiting at most timeout_ms for it; errno ETIMEDOUT. */
int	 imsg_recv_wait(int s, void *buf, struct imsg *m, int timeout_ms);

#endif
