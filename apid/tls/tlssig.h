/* SPDX-License-Identifier: ISC */
/* The strength of a CRL's signature. */

#ifndef TLSSIG_H
#define TLSSIG_H

#include <openssl/x509.h>

/*
 * NULL if the CRL is signed with a digest that is strong and known here,
 * otherwise the digest's name (static).  Client certificates are held to the
 * same level by OpenSSL.
 */
const char *sig_unfit(OSSL_LIB_CTX *, const X509_CRL *);

#endif
