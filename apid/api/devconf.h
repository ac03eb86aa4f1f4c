/* SPDX-License-Identifier: ISC */
/*
 * The configuration that a device is told, whatever the dialect.  leased decides
 * about the lease alone: what belongs to the server comes from our configuration
 * and, through the parent, from the hand.
 */

#ifndef DEVCONF_H
#define DEVCONF_H

#include "proto.h"

struct devconf {
	const struct msg_lease_reply *lease;
	const struct msg_conf_network *net;	/* routes, keepalive */
	const struct msg_hand_server *server;	/* key, port */
	const char	*endpoint;		/* host */
};

/*
 * Check what leased says of a lease against the own copy of the configuration.
 * Returns 0, or -1 with the reason in why.
 */
int	 devconf_check(const struct msg_lease_reply *,
    const struct msg_conf_network *, const char *name, char *why, size_t size);
/*
 * The endpoint as HOST:PORT, with an IPv6 address in brackets.  dst holds
 * DEVCONF_ENDPOINT bytes.
 */
const char *devconf_endpoint(const struct devconf *, char *dst);

#define DEVCONF_ENDPOINT	(HOST_SIZE + 10)

#endif
