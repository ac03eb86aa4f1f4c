/* SPDX-License-Identifier: ISC */
/*
 * The bytes of autowg's interface: the body from a device, the answer, and the
 * list of peers.  Nothing here knows a connection.
 */

#ifndef AUTOWG_H
#define AUTOWG_H

#include <stdbool.h>
#include <stddef.h>

#include "devconf.h"

#define AUTOWG_LEASE_SIZE	640	/* bytes of a lease's text, with NUL */

/* The keys in a body. */
struct autowg_keys {
	uint8_t		 pubkey[WGKEY_LEN];
	bool		 has_psk;
	uint8_t		 psk[WGKEY_LEN];	/* with has_psk, and not zero */
};

/*
 * Get the public key from a body and, if it has a second line, the preshared
 * key.  Characters outside the alphabet of base64 are dropped, as in Python, and
 * the rest must be keys in their canonical spelling.  Returns 0, or -1 with
 * errno EINVAL.
 */
int	 autowg_parse(const char *body, size_t len, struct autowg_keys *);

/*
 * Format the five lines of a lease.  Returns their length, or -1 with errno
 * EAFNOSUPPORT if it has no IPv6 address or route, which an autowg client
 * needs.
 */
int	 autowg_lease(const struct devconf *, char buf[AUTOWG_LEASE_SIZE]);

/*
 * Format one peer of peers.json.  Returns the length, or -1 if size is too
 * small.
 */
int	 autowg_item(const struct msg_peer_item *, char *buf, size_t size);

#endif
