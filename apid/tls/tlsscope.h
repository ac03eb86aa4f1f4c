/* SPDX-License-Identifier: ISC */
/* The part of a CA's certificates for which a CRL is made. */

#ifndef TLSSCOPE_H
#define TLSSCOPE_H

#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <stdbool.h>

/*
 * Check that everything in the CRL is understood.  Returns 0 with its scope,
 * which is NULL if it is for all certificates, or -1 with why (static).
 */
int	 scope_read(X509_CRL *, ISSUING_DIST_POINT **, const char **why);
/* True if two CRLs of a CA are for the same certificates. */
bool	 scope_same(const ISSUING_DIST_POINT *, const ISSUING_DIST_POINT *);
/* True if the certificate is one of those for which the CRL is made. */
bool	 scope_has(const ISSUING_DIST_POINT *, X509 *);

#endif
