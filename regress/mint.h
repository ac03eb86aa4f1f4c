/* SPDX-License-Identifier: ISC */
/*
 * Certificates for the tests, good ones and bad ones: what a spec says is made
 * as it says, however wrong.  For the mint tool and for unit tests.
 */

#ifndef MINT_H
#define MINT_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mint_spec {
	const char	*cn;		/* NULL: none */
	size_t		 cn_len;	/* 0: strlen */
	int		 cn_type;	/* V_ASN1_...; 0: UTF8String */
	const char	*cn2;		/* a second CN */
	const char	*key;		/* p256 p384 ed25519 rsaBITS; NULL: p256 */
	const char	*eku;		/* client server any email, with commas */
	const char	*crldp;		/* crlDistributionPoints, as OpenSSL */
	const char	*san;		/* as OpenSSL: DNS:a,IP:127.0.0.1 */
	int64_t		 from;		/* seconds from now; 0: an hour ago */
	int64_t		 until;		/* seconds from now; 0: 30 days */
	bool		 ca;
	int		 pathlen;	/* of a CA, plus one; 0: unlimited */
	bool		 dual;		/* a CA that may also sign for itself */
	bool		 lax;		/* basicConstraints not critical */
	const char	*basic;		/* basicConstraints; "" is none */
	const char	*usage;		/* keyUsage, as OpenSSL; "" is none */
	bool		 v1;		/* version 1, without extensions */
	bool		 critical;	/* an unknown critical extension */
	bool		 bare;		/* no key identifiers */
	const char	*akid;		/* authorityKeyIdentifier, as OpenSSL */
	size_t		 pad;		/* so many bytes of ballast */
	uint64_t	 serial;	/* 0: random */
};

struct mint_id {
	X509		*cert;
	EVP_PKEY	*key;
};

/* The key type's new private key, or NULL. */
EVP_PKEY *mint_key(const char *type);
/* Make a certificate and its key, signed by issuer (NULL: by itself).  A key
 * that is there already is used.  Returns 0 or -1. */
int	 mint_make(struct mint_id *, const struct mint_spec *,
    const struct mint_id *issuer);
void	 mint_clear(struct mint_id *);

/* How a CRL differs from a plain one. */
struct mint_crl_spec {
	int64_t		 from;		/* as in mint_spec */
	int64_t		 until;
	const char	*md;		/* digest; NULL: SHA256 */
	const char	*scope;		/* issuingDistributionPoint, as OpenSSL */
	int64_t		 number;	/* 0: none */
	int64_t		 base;		/* a delta's: number of the complete list */
	int		 reason;	/* every entry's CRL_REASON_...; 0: none */
	const char	*oid;		/* an unknown critical extension */
};
X509_CRL *mint_crl_as(const struct mint_id *issuer, ASN1_INTEGER *const *,
    size_t n, const struct mint_crl_spec *);
/* A CRL of issuer with n serial numbers.  NULL on failure. */
X509_CRL *mint_crl(const struct mint_id *issuer, ASN1_INTEGER *const *,
    size_t n, int64_t from, int64_t until);

#endif
