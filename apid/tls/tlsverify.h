/* SPDX-License-Identifier: ISC */
/* The verdict on a client's certificate. */

#ifndef TLSVERIFY_H
#define TLSVERIFY_H

#include <openssl/x509_vfy.h>

struct tls_conn;
struct tls_server;

/* A certificate store for these CAs and CRLs, or NULL. */
X509_STORE *tls_verify_store(struct tls_server *);
/* libssl's question during a handshake. */
int	 tls_verify_cb(X509_STORE_CTX *, void *server);
/* The same question again, about a client that is connected. */
int	 tls_verify_again(struct tls_conn *, struct tls_server *);

#endif
