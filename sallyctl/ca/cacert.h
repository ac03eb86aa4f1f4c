/* SPDX-License-Identifier: ISC */
/*
 * The certificates and the revocation list that an authority signs (RFC 5280).
 * Keys are of P-256, which every TLS library speaks.
 */

#ifndef CACERT_H
#define CACERT_H

#include <openssl/x509.h>

#include <stdbool.h>
#include <stdint.h>

#include "caindex.h"

#define CA_TERM	  (3650U * 86400) /* seconds that an authority lives */
#define LEAF_TERM (365U * 86400)  /* seconds that a certificate lives */

struct cert_wish {
	const char	*name;		/* the common name */
	uint32_t term;	  /* seconds from now */
	bool server;	  /* for a server of this name or address */
};

/*
 * Make a certificate for this public key, signed by the authority's key.  With
 * ca NULL it is the authority's own.  Returns NULL if OpenSSL has no memory.
 */
X509 *cacert_make(const struct cert_wish *, EVP_PKEY *pub, X509 *ca,
    EVP_PKEY *ca_key);

/* Say in hexadecimal which serial number it has. */
void cacert_serial(const X509 *, char dst[SERIAL_TEXT]);

/* The wall time at which it ends. */
int64_t cacert_until(const X509 *);

/*
 * Make the list of all that are revoked.  old is the list before, or NULL.  It
 * is good until the authority ends, for the gateway reads it from a file that
 * this host writes: an age would only lock the fleet out.  Returns NULL if
 * OpenSSL has no memory.
 */
X509_CRL *
cacert_crl(const TXT_DB *, const X509_CRL *old, X509 *ca, EVP_PKEY *ca_key);

#endif
