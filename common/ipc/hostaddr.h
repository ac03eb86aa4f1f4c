/* SPDX-License-Identifier: ISC */
/*
 * Which addresses the peers of a network may have.  The rules are the same for
 * leases, a portal's peers and static ones.  leased obeys them when it decides,
 * the hand before WireGuard gets a peer, and the front before a device is told:
 * each asks its own copy of the configuration.
 */

#ifndef HOSTADDR_H
#define HOSTADDR_H

#include <stdbool.h>

#include "msg.h"

enum hostaddr {
	HOSTADDR_OK = 0,
	HOSTADDR_OUTSIDE,	/* no host's address in the pools */
	HOSTADDR_RESERVED,
	HOSTADDR_GATEWAY,	/* the gateway's own */
	HOSTADDR_NO_SUBNET	/* a prefix that no peer may have */
};

enum hostaddr
hostaddr_check(const struct msg_conf_network *, const struct prefix *);
/* True if a static peer may have this prefix, which is behind it. */
bool	 hostaddr_subnet(const struct msg_conf_network *, const struct prefix *);
/* Check an address or a prefix of a peer with this owner (enum peer_source). */
enum hostaddr hostaddr_of_peer(const struct msg_conf_network *, uint8_t source,
    const struct prefix *);
/*
 * True if a peer may have the first and the last address of this pool, too: of
 * a range, the operator named them; with direct-bcd, the first one belongs to
 * the name 0, as with autowg.
 */
bool	 hostaddr_whole(const struct msg_conf_network *, const struct block *);
/* The rest of a sentence that begins with the address; "" if it may be had. */
const char *hostaddr_text(enum hostaddr);

#endif
