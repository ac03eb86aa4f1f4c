/* SPDX-License-Identifier: ISC */
/* The verdict on a client's certificate. */

#ifndef TLSVERIFY_H
#define TLSVERIFY_H

#include <openssl/x509_vfy.h>

struct tls_conn;
struct tls_server;

/* Make a certificate store for the server's CAs, or return NULL. */
X509_STORE *tls_verify_store(const struct tls_server *);
/* The callback of libssl during a handshake. */
int	 tls_verify_cb(X509_STORE_CTX *, void *server);
/* The same check again, for a connected client. */
int	 tls_verify_again(struct tls_conn *, struct tls_server *);

#endif
