/* SPDX-License-Identifier: ISC */
/*
 * The far end of a lease's tunnel, in networks that have tunnels: it is the
 * address that the lease's identity has proved.
 */

#ifndef TUNNEL_H
#define TUNNEL_H

#include "peer.h"

/*
 * Get the address that a proof ("addr:200::1") names.  Returns false if it
 * names none; then the family of the prefix is 0.
 */
bool	 tunnel_remote(const char *who, struct prefix *);
/*
 * True if a lease of this network may have this key: in a network of tunnels,
 * only that of the node whose address is proved.
 */
bool tunnel_fits(const struct network *, const char *who, const uint8_t *key);

#endif
