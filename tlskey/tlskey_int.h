/* SPDX-License-Identifier: ISC */
/* The part of a key (tlskey.c) that the provider (tlsprov.c) needs. */

#ifndef TLSKEY_INT_H
#define TLSKEY_INT_H

#include <stddef.h>
#include <stdint.h>

#include "tlskey.h"

/* TLS SignatureScheme, RFC 8446, 4.2.3. */
#define SCHEME_ECDSA_P256	0x0403
#define SCHEME_PSS_SHA256	0x0804
#define SCHEME_PSS_SHA384	0x0805
#define SCHEME_ED25519		0x0807

struct tlskey_facts {
	int	 bits;
	int	 security_bits;
	int	 max_size;	/* bytes of a signature */
};

const struct tlskey_facts *tlskey_key_facts(const struct tlskey_key *);

/* Forget the last error. */
void	 tlskey_clear_error(struct tlskey *);

/*
 * Have tbs (len bytes) signed.  sig holds size bytes, *siglen is set.  Returns
 * 0, or -1 with tlskey_error set.
 */
int tlskey_key_sign(struct tlskey_key *, uint16_t scheme, const uint8_t *tbs,
    size_t len, uint8_t *sig, size_t size, size_t *siglen);

#endif
