/* SPDX-License-Identifier: ISC */
/* PEM from descriptors. */

#ifndef PEM_H
#define PEM_H

#include <openssl/x509.h>

#include <stddef.h>

#define PEM_MAX		(1024 * 1024)	/* bytes of a chain or CA file */

/*
 * Read the whole file, at most max bytes, from its start whatever its offset
 * is.  Returns *len bytes, which the caller frees, or NULL with err.  what is
 * the name of the file in err.
 */
char *pem_read(int fd, size_t max, size_t *len, const char *what, char *err,
    size_t errsize);

/*
 * Files that have no newline at their end may have been joined, so that END of
 * one and BEGIN of the next are on one line: divide these.  *buf is from
 * malloc and may become another.  Returns 0, or -1 with errno ENOMEM.
 */
int	 pem_split(char **buf, size_t *len);

/*
 * The certificates of the file, at least one, made for the library context
 * (NULL: the default).  Returns NULL with err.
 */
STACK_OF(X509) *
    pem_read_certs(OSSL_LIB_CTX *ctx, int fd, const char *what, char *err,
	size_t errsize);

#endif
