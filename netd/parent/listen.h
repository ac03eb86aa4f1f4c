/* SPDX-License-Identifier: ISC */
/*
 * Listening sockets.
 */

#ifndef LISTEN_H
#define LISTEN_H

#include <stdbool.h>
#include <stdint.h>

#include "addr.h"
#include "config.h"

/* Make a TCP socket with the options of a listener, and bind it to nothing. */
int	 listen_socket(const struct endpoint *);
/*
 * Open a listening TCP socket.  absent is set if no interface has the address
 * now; connections come in when one has it.  Returns the socket, or -1 with
 * errno: ENODEV, the interface of a link-local address does not exist.
 */
int	 listen_tcp(const struct endpoint *, bool *absent);
/*
 * True if the socket is bound to an interface that is gone, or was made again.
 */
bool	 listen_is_stale(const struct endpoint *, int fd);
/*
 * After errno EADDRINUSE or EWOULDBLOCK at start: wait 50 ms and return true,
 * or return false after 3 s.  A netd that was killed and its children leave,
 * but not at once.
 */
bool	 listen_again(unsigned int *tries);
/*
 * Open the control socket of leased, or that of the parent with CTL_PARENT as
 * suffix.  On -1 an error is noted in the configuration.
 */
int listen_ctl(struct config *, const char *suffix, uint32_t gid, bool group);
/* Note as an error what would keep listen_ctl() from making a socket. */
void	 listen_ctl_check(struct config *);

#endif
