/* SPDX-License-Identifier: ISC */
/*
 * The bytes of autowg's interface: what a device sends and gets, and the list
 * of peers.  Nothing here knows a connection.
 */

#ifndef AUTOWG_H
#define AUTOWG_H

#include <stdbool.h>
#include <stddef.h>

#include "proto.h"

#define AUTOWG_LEASE_SIZE	640	/* of a lease's text, with NUL */

/*
 * The public key in a body: characters outside base64's alphabet are dropped,
 * as Python does it, and the rest must be one key in its one spelling.
 * Returns 0, or -1 with errno EINVAL.
 */
int	 autowg_key(const char *body, size_t len, uint8_t key[WGKEY_LEN]);

/* A body with a preshared key on its second line, which later clients send. */
bool	 autowg_has_preshared(const char *body, size_t len);

/*
 * The five lines of a lease.  Returns their length, or -1 with errno
 * EAFNOSUPPORT: there is no IPv6 address or route in it, and an autowg client
 * cannot do without.
 */
int autowg_lease(const struct msg_lease_reply *, char buf[AUTOWG_LEASE_SIZE]);

/* One peer of peers.json.  Returns the length, or -1 if size is too small. */
int	 autowg_item(const struct msg_lease_item *, char *buf, size_t size);

#endif
