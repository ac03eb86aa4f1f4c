/* SPDX-License-Identifier: ISC */
/*
 * Yggdrasil's addresses, which follow from the nodes' public keys: whoever has
 * the address has the key.
 */

#ifndef YGGADDR_H
#define YGGADDR_H

#include <stdbool.h>
#include <stdint.h>

#include "addr.h"

#define YGGKEY_LEN	32	/* bytes of a node's Ed25519 public key */

/* True for a host in 200::/7, the nodes' addresses and their subnets'. */
bool	 yggaddr_is(const struct prefix *);
/*
 * True if the node with this key has the address: its own, in 200::/8, or one
 * in its /64 of 300::/8.
 */
bool	 yggaddr_fits(const struct prefix *, const uint8_t key[YGGKEY_LEN]);

#endif
