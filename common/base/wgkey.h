/* SPDX-License-Identifier: ISC */
/*
 * WireGuard keys: 32 bytes of Curve25519, written as 44 characters of base64
 * (RFC 4648, with padding).  Only the canonical spelling is accepted.
 */

#ifndef WGKEY_H
#define WGKEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WGKEY_LEN	32
#define WGKEY_TEXT	45	/* with NUL */

/* Parse exactly len characters.  Returns 0, or -1 with errno EINVAL. */
int	 wgkey_parse(const char *, size_t len, uint8_t key[WGKEY_LEN]);
/* dst holds WGKEY_TEXT bytes. */
const char *wgkey_format(const uint8_t key[WGKEY_LEN], char *dst);

/*
 * True if a peer may use the key: it is not all zero and not of low order (RFC
 * 7748, section 6.1), even in a non-canonical encoding or with the top bit set.
 */
bool	 wgkey_usable(const uint8_t key[WGKEY_LEN]);

/*
 * Generate a private key (clamped), and compute the public key of a private
 * key.
 */
void	 wgkey_generate(uint8_t priv[WGKEY_LEN]);
void	 wgkey_public(uint8_t pub[WGKEY_LEN], const uint8_t priv[WGKEY_LEN]);

#endif
