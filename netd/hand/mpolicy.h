/* SPDX-License-Identifier: ISC */
/*
 * The check of what a server wants of this device against the device's own
 * policy.
 */

#ifndef MPOLICY_H
#define MPOLICY_H

#include <stdbool.h>
#include <stddef.h>

#include "kern_ops.h"
#include "proto.h"

/* The input of the checks; none of it comes from the server. */
struct mpolicy {
	const struct msg_conf_mpolicy *conf;
	const struct prefix *connected;	/* prefixes of other interfaces */
	size_t		 nconnected;
	const struct prefix *host;	/* this host's own addresses */
	size_t		 nhost;
};

/* The network of a peer. */
struct mpolicy_net {
	const struct msg_mnet_set *set;
	const uint8_t	*pub;		/* its own key, or NULL */
	uint32_t	 peers;		/* its peers without this one */
	uint32_t	 limit;		/* the most that its WireGuard takes */
};

/*
 * Each returns NULL, or a text for people that begins with the word of the
 * policy and is valid until the next call.
 *
 * A network: its addresses and port.  others are the networks besides it.
 */
const char *mpolicy_net(const struct mpolicy *, const struct msg_mnet_set *,
	    const struct msg_mnet_set *const *others, size_t n);
/* A role that it has on this device: one of MESH_... */
const char *
mpolicy_role(const struct mpolicy *, const struct msg_mnet_set *, uint8_t role);
/* A peer: its key, its endpoint, and its prefixes. */
const char *mpolicy_peer(const struct mpolicy *, const struct mpolicy_net *,
	    const struct msg_mpeer_set *, enum peer_code *);
/* True if the prefix lies in the network itself. */
bool	 mpolicy_inside(const struct msg_mnet_set *, const struct prefix *);

#endif
