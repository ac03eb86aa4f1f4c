/* SPDX-License-Identifier: ISC */
/* The insides of a listener's TLS and of a connection, for apid/tls alone. */

#ifndef TLS_INT_H
#define TLS_INT_H

#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include <stdbool.h>
#include <stdint.h>

#include "addr.h"
#include "conf.h"
#include "tls.h"
#include "tlscert.h"
#include "tlscrl.h"

/* A leaf certificate that has passed, and the time in which it still would. */
struct tls_seen {
	uint8_t		 hash[32];	/* SHA-256 of its DER */
	int64_t		 from;
	int64_t		 until;		/* 0: the place is free */
	uint64_t	 rules;		/* as in tls_conn */
};

#define SEEN_MAX	16384		/* a power of two */

struct tls_server {
	unsigned int	 refs;
	SSL_CTX		*ctx;
	struct tlskey	*tk;
	struct tlskey_key *key;
	char		 name[ENDPOINT_TEXT];
	STACK_OF(X509)	*cas;
	struct tls_crls	*crls;		/* NULL: none is configured */
	uint32_t	 crl_generation;
	int		 depth;		/* most CAs between leaf and client_ca */
	bool		 require_eku;
	bool		 any_cn;
	struct tls_issuers *issuers;
	struct tls_seen	*seen;		/* SEEN_MAX of them */
	bool		 stale;		/* expiry of a CRL was logged */
};

struct tls_conn {
	SSL		*ssl;
	struct tls_server *server;	/* made ssl */
	struct tls_server *judge;	/* accepted the certificate */
	uint32_t	 crl_generation;	/* judge's, when it decided */
	int64_t		 from;		/* the verdict holds from ... */
	int64_t		 until;		/* ... until before, wall */
	struct cert_facts facts;
	uint64_t	 rules;		/* tied to a CA of its chain */
	bool		 refused;
	bool		 ours;		/* see tls_conn_ours */
	char		 error[TEXT_SIZE];
};

#endif
