/* SPDX-License-Identifier: ISC */
/* A file of certificate revocation lists. */

#ifndef TLSCRL_H
#define TLSCRL_H

#include <openssl/x509.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CRLS_MAX	64	/* CRLs in a file */

/* One CRL of the file. */
struct tls_crl {
	X509_CRL	*crl;
	X509		*issuer;	/* CA whose key signed it, or NULL */
	int64_t		 from;		/* thisUpdate */
	int64_t		 until;		/* nextUpdate */
	bool		 plain;		/* no extension limits its scope */
};

struct tls_crls {
	struct tls_crl	 list[CRLS_MAX];
	unsigned int	 n;
};

/*
 * Read, check and index a CRL file for these CAs.  stale_ok: an expired CRL
 * only causes a warning.
 */
struct tls_crls *tls_crls_read(OSSL_LIB_CTX *ctx, int fd, STACK_OF(X509) *cas,
	    bool stale_ok, char *err, size_t errsize);
void	 tls_crls_free(struct tls_crls *);
/* The earliest nextUpdate. */
int64_t	 tls_crls_until(const struct tls_crls *);
/*
 * True if this CRL was checked for the certificates of this issuer when it was
 * loaded.
 */
bool	 tls_crls_proven(const struct tls_crls *, const X509_CRL *, X509 *issuer,
	    int64_t now);

#endif
