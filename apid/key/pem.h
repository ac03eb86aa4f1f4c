/* SPDX-License-Identifier: ISC */
/* PEM from descriptors. */

#ifndef PEM_H
#define PEM_H

#include <openssl/x509.h>

#include <stddef.h>

#define PEM_MAX		(1024 * 1024)	/* bytes of a chain or CA file */

/*
 * All of the file, at most max bytes, from its start wherever the offset is:
 * *len bytes, to be freed.  what names it in err.  NULL with err.
 */
char *pem_read(int fd, size_t max, size_t *len, const char *what, char *err,
    size_t errsize);

/* Its certificates, at least one, made for the library context (NULL: the
 * default).  NULL with err. */
STACK_OF(X509) *
    pem_read_certs(OSSL_LIB_CTX *ctx, int fd, const char *what, char *err,
	size_t errsize);

#endif
