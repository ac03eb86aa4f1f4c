/* SPDX-License-Identifier: ISC */
/*
 * The two OpenSSL providers of the front, both built in: "sallykey", whose
 * private keys are elsewhere, and "sallybase", the default algorithms without
 * the many that a handshake would only walk over.
 */

#ifndef TLSPROV_H
#define TLSPROV_H

#include <openssl/core.h>
#include <openssl/provider.h>

struct tlskey_key;

/* The parameter of EVP_PKEY_fromdata that holds a struct tlskey_key pointer. */
#define TLSPROV_HOLDER	"sallykey-holder"

OSSL_provider_init_fn tlsprov_key_init;
OSSL_provider_init_fn tlsprov_base_init;

#endif
