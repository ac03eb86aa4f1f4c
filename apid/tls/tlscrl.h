/* SPDX-License-Identifier: ISC */
/* A file of certificate revocation lists. */

#ifndef TLSCRL_H
#define TLSCRL_H

#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CRLS_MAX	64	/* CRLs in a file */

/* One CRL of the file. */
struct tls_crl {
	X509_CRL	*crl;
	EVP_PKEY	*key;		/* that signed it; NULL: not seen yet */
	ISSUING_DIST_POINT *scope;	/* NULL: all of the CA */
	ASN1_INTEGER	*number;	/* NULL if it has none */
	ASN1_INTEGER	*base;		/* a delta is for this number or more */
	struct tls_crl	*delta;		/* the changes since */
	int64_t		 from;		/* thisUpdate */
	int64_t		 until;		/* nextUpdate */
	bool		 strange;	/* a CA has its name, not its key */
};

struct tls_crls {
	struct tls_crl	 list[CRLS_MAX];
	unsigned int	 n;
};

struct tls_crls_args {
	OSSL_LIB_CTX	*ctx;
	int		 fd;
	STACK_OF(X509)	*cas;		/* client_ca */
	const struct tls_crls *old;	/* in force so far, or NULL */
	bool		 first;		/* one out of its time is only told */
};

/*
 * Read and check a CRL file.  Whatever can be known without a client's
 * certificate is checked here, so that a file that is taken can be used.
 * Returns NULL with err.
 */
struct tls_crls *
tls_crls_read(const struct tls_crls_args *, char *err, size_t errsize);
void	 tls_crls_free(struct tls_crls *);
void	 tls_crl_clear(struct tls_crl *);
/* True if the CRL has the name of this CA. */
bool	 tls_crl_named(const struct tls_crl *, const X509 *ca);
/* True if this key made the CRL, which is remembered. */
bool	 tls_crl_prove(struct tls_crl *, EVP_PKEY *);
/* The earliest nextUpdate. */
int64_t	 tls_crls_until(const struct tls_crls *);

/*
 * Ask the CRLs for a certificate and its issuer in a chain that was verified.
 * Returns X509_V_OK, X509_V_ERR_CERT_REVOKED, an error about the time of a CRL,
 * X509_V_ERR_UNABLE_TO_GET_CRL if there is none of this issuer, or
 * X509_V_ERR_DIFFERENT_CRL_SCOPE if there is none for this certificate.
 */
int	 tls_crls_ask(struct tls_crls *, X509 *cert, X509 *issuer, int64_t now);

#endif
