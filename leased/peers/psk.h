/* SPDX-License-Identifier: ISC */
/*
 * Preshared keys of peers, kept aside: few peers have one, and a peer without
 * one costs nothing.
 */

#ifndef PSK_H
#define PSK_H

#include <stdbool.h>
#include <stdint.h>

#include "hash.h"
#include "peer.h"

/* Make the empty set of a registry, and forget it when all peers are gone. */
void	 psks_init(struct hash *);
void	 psks_clear(struct hash *);

/* The peer's preshared key of WGKEY_LEN bytes, or NULL. */
const uint8_t *psk_of(const struct peer *);
/* Give the peer this preshared key, or none (NULL); the old one is wiped. */
void	 psk_set(struct peer *, const uint8_t *);
/* True if both are the same, or both are NULL. */
bool	 psk_same(const uint8_t *, const uint8_t *);
/* A copy, or NULL for NULL; and the end of a copy. */
uint8_t	*psk_copy(const uint8_t *);
void	 psk_free(uint8_t *);

#endif
