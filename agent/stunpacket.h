/* SPDX-License-Identifier: ISC */
/*
 * UDP around STUN, for a raw socket beside the port that WireGuard owns.
 */

#ifndef STUNPACKET_H
#define STUNPACKET_H

#include <stddef.h>
#include <stdint.h>

#include "map.h"
#include "stun.h"

#define STUNPACKET_SIZE	(8 + STUN_REQUEST)
#define STUNPACKET_MAX	(60 + 8 + STUN_MAX)	/* with the header of IPv4 */

/* Make the datagram of a request; both addresses are of one family. */
void	 stunpacket_make(const struct map_endpoint *from,
	    const struct map_endpoint *to, const uint8_t id[STUN_ID],
	    uint8_t dst[STUNPACKET_SIZE]);
/*
 * Find the payload in a packet from a raw socket of that family.  The packet
 * begins with the IP header for AF_INET, and without it for AF_INET6.  Returns
 * NULL if it is no whole datagram.
 */
const uint8_t *stunpacket_open(uint8_t family, const uint8_t *, size_t len,
	    uint16_t *from, uint16_t *to, size_t *size);

#endif
