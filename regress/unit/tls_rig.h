/* SPDX-License-Identifier: ISC */
/*
 * A TLS server of apid with a key holder in another process, and clients of all
 * kinds for it, in one test.
 */

#ifndef TLS_RIG_H
#define TLS_RIG_H

#include <openssl/ssl.h>

#include <sys/types.h>

#include "tls.h"
#include "tlskey.h"
#include "mint.h"

#define RIG_HOLDERS	8

struct rig {
	struct tlskey	*tk;
	struct mint_id	 ca;
	struct mint_id	 server_id;
	struct tls_server *server;
	bool		 first;		/* as in tls_server_args */
	uint8_t		 depth;
	bool		 require_eku;
	bool		 any_cn;
	struct tls_issuers *issuers;
	struct tls_server *old;
	uint8_t		 word;		/* that was refused */
	pid_t		 holders[RIG_HOLDERS];
	unsigned int	 n;
};

/* One client and the server's side of its connection. */
struct rig_conn {
	int		 fd[2];		/* server's, client's */
	SSL_CTX		*ctx;
	SSL		*ssl;
	struct tls_conn	*tls;
	enum tls_result	 result;	/* of the server's handshake */
};

/* How a client differs from a good one. */
struct rig_client {
	const struct mint_id *id;	/* NULL: no certificate */
	X509		*chain[8];
	int		 max_version;	/* 0: TLS 1.3 */
	const char	*alpn;		/* wire format */
	const char	*groups;
};

/* With a CA, a server of this key type and its key holder.  crl_fd as in
 * tls_server_args. */
void	 rig_start(struct rig *, const char *key, int crl_fd);
void	 rig_stop(struct rig *);
/* Another server on the same CA; err gets the text of a failure. */
struct tls_server *rig_server(struct rig *, int crl_fd, char *err, size_t);
/* The same with these certificates as client_ca. */
struct tls_server *rig_server_of(struct rig *, X509 *const *cas, size_t n,
    int crl_fd, char *err, size_t);

/* Files in memory. */
int	 rig_text_fd(const char *, size_t);
int	 rig_cert_fd(X509 *const *, size_t);
int	 rig_key_fd(EVP_PKEY *);
int	 rig_crl_fd(X509_CRL *);
/* A CRL of the rig's CA with this certificate on it (NULL: none). */
int	 rig_crl(const struct rig *, const X509 *, int64_t from, int64_t until);

/* A key holder for listener 0 in a process of its own; the link to it. */
int	 rig_holder(struct rig *, EVP_PKEY *);

/* A client certificate of the rig's CA. */
void	 rig_mint(const struct rig *, struct mint_id *, const char *cn);

/* Shake hands to the end. */
void
rig_connect(struct rig_conn *, struct tls_server *, const struct rig_client *);
/* A byte there and back; tells whether that worked. */
bool	 rig_talk(struct rig_conn *);
void	 rig_close(struct rig_conn *);

#endif
