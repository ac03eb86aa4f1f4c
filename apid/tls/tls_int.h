/* SPDX-License-Identifier: ISC */
/* What the parts of TLS share: tls.c, tlsserver.c, tlscrl.c and tlsverify.c. */

#ifndef TLS_INT_H
#define TLS_INT_H

#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include <stdbool.h>
#include <stdint.h>

#include "addr.h"
#include "conf.h"
#include "pem.h"
#include "tls.h"
#include "tlscert.h"

#define CRLS_MAX	64	/* CRLs in a file */

/* One CRL of the file. */
struct tls_crl {
	X509_CRL	*crl;
	X509		*issuer;	/* whose key made its signature, or NULL */
	int64_t		 from;		/* thisUpdate */
	int64_t		 until;		/* nextUpdate */
	bool		 plain;		/* no extension limits what it covers */
};

struct tls_crls {
	struct tls_crl	 list[CRLS_MAX];
	unsigned int	 n;
};

/* A leaf certificate that has passed, with the span in which it still would. */
struct tls_seen {
	uint8_t		 hash[32];	/* SHA-256 of its DER */
	int64_t		 from;
	int64_t		 until;		/* 0: free */
};

#define SEEN_MAX	16384		/* a power of two */

struct tls_server {
	unsigned int	 refs;
	SSL_CTX		*ctx;
	struct tlskey	*tk;
	struct tlskey_key *key;
	char		 name[ENDPOINT_TEXT];
	STACK_OF(X509)	*cas;
	struct tls_crls	*crls;		/* NULL: none configured */
	uint32_t	 crl_generation;
	X509_STORE_CTX_check_crl_fn check_crl;	/* OpenSSL's own */
	struct tls_seen	*seen;		/* SEEN_MAX of them */
	bool		 stale;		/* said that a CRL has run out */
};

struct tls_conn {
	SSL		*ssl;
	struct tls_server *server;	/* which made ssl */
	struct tls_server *judge;	/* which found the certificate good */
	uint32_t	 crl_generation;	/* of judge, then */
	int64_t		 from;		/* the verdict holds from ... */
	int64_t		 until;		/* ... until before, wall */
	struct cert_facts facts;
	bool		 refused;
	char		 error[TEXT_SIZE];
};

/* tlscrl.c: read, check and take apart a CRL file for these CAs.  stale_ok: one
 * that has run out is only worth a warning. */
struct tls_crls *tls_crls_read(OSSL_LIB_CTX *ctx, int fd, STACK_OF(X509) *cas,
	    bool stale_ok, char *err, size_t errsize);
void	 tls_crls_free(struct tls_crls *);
/* Earliest nextUpdate. */
int64_t	 tls_crls_until(const struct tls_crls *);
/* Is this CRL sound for the certificates of this issuer, known before? */
bool	 tls_crls_proven(const struct tls_crls *, const X509_CRL *, X509 *issuer,
	    int64_t now);

/* tlsverify.c */
/* A certificate store for these CAs and CRLs, or NULL. */
X509_STORE *tls_verify_store(struct tls_server *);
/* libssl's question during a handshake. */
int	 tls_verify_cb(X509_STORE_CTX *, void *server);
/* The same question again, about a client that is connected. */
int	 tls_verify_again(struct tls_conn *, struct tls_server *);

#endif
