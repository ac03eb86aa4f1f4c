/* SPDX-License-Identifier: ISC */
/*
 * Connecting to OpenVPN's management sockets.
 */

#ifndef OPENVPN_DIAL_H
#define OPENVPN_DIAL_H

#include <stdbool.h>

#include "clock.h"

struct proc;

/* A limit of requests: those that may come now, and the time of the last. */
struct bucket {
	struct mono	 at;
	int		 left;
	bool		 told;	/* an excess was logged */
};

/*
 * Connect to every management socket and send the connections to leased, and
 * the names of those that failed although a server may be there.  Does not try
 * if leased has asked too often.
 */
void	 openvpn_connect(struct proc *);

#endif
