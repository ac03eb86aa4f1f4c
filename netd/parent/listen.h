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

/* A listening TCP socket, or -1 with errno. */
int	 listen_tcp(const struct endpoint *);
/*
 * After errno EADDRINUSE or EWOULDBLOCK at start: wait 50 ms and try again?  A
 * netd that was killed and its children leave, but not at once.  No after 3 s.
 */
bool	 listen_again(unsigned int *tries);
/* The control socket; notes an error in the configuration on -1. */
int	 listen_ctl(struct config *, uint32_t gid, bool chown_it);

#endif
