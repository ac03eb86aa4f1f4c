/* SPDX-License-Identifier: ISC */
/* Trust anchors: the certificates of client_ca. */

#ifndef TLSANCHOR_H
#define TLSANCHOR_H

#include <openssl/x509.h>

#include <stdbool.h>
#include <stddef.h>

/*
 * Check that clients of this CA can get in.  Returns 0, or -1 with err, one
 * line that says what would mend it.
 */
int	 anchor_check(X509 *, char *err, size_t errsize);
/* True if the certificate is one of these. */
bool	 anchor_among(STACK_OF(X509) *, const X509 *);
/*
 * True if a certificate with this CA's name signed x, or if it is the same CA
 * and earlier.
 */
bool	 anchor_covers(X509 *ca, X509 *x, bool earlier);
/*
 * True for an error (X509_V_ERR_...) that is only about what a trust anchor
 * says of itself.
 */
bool	 anchor_may(int error);

#endif
