/* SPDX-License-Identifier: ISC */
/* PEM from descriptors. */

#ifndef TLSREAD_H
#define TLSREAD_H

#include <openssl/x509.h>

#include <stddef.h>

/*
 * All of the file, at most max bytes, from its start wherever the offset is:
 * *len bytes, to be freed.  what names it in err.  NULL with err.
 */
char *tls_read_pem(int fd, size_t max, size_t *len, const char *what, char *err,
    size_t errsize);

/* Its certificates, at least one, made for the library context (NULL: the
 * default).  NULL with err. */
STACK_OF(X509) *
    tls_read_certs(OSSL_LIB_CTX *ctx, int fd, const char *what, char *err,
	size_t errsize);

#endif
