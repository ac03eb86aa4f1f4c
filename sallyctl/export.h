/* SPDX-License-Identifier: ISC */
/*
 * The wg-quick(8) file of a peer, for its device.
 */

#ifndef EXPORT_H
#define EXPORT_H

#include "client.h"
#include "grammar.h"
#include "output.h"

/*
 * The file of a peer in a network that is up, with its private key or, if that
 * is NULL, without.  The caller wipes it, if it has a key, and frees it.  Returns
 * NULL without memory.
 */
char	*export_format(const struct msg_ctl_network *,
	    const struct msg_peer_item *, const uint8_t *private_key);

/* sallyctl export peer: an exit code. */
int	 export_peer(struct client *, const struct request *, struct output *);

#endif
