/* SPDX-License-Identifier: ISC */
/*
 * libssl as a client.
 */

#include <arpa/inet.h>
#include <netinet/in.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "pem.h"
#include "proto.h"
#include "tlsclient.h"
#include "tlskey_int.h"

#define DEPTH		8	/* authorities between server and file */
#define CERT_LIST_MAX	32768	/* bytes of the server's certificates */

/* Our signatures: those of the key holder. */
#define OUR_SIGALGS							\
	"ecdsa_secp256r1_sha256:ed25519:rsa_pss_rsae_sha256:"		\
	"rsa_pss_rsae_sha384"

struct tlsclient {
	struct tlskey	*tk;
	struct tlskey_key *key;
	SSL_CTX		*ctx;
};

struct tlssession {
	struct tlsclient *client;
	SSL		*ssl;
	char		 error[TEXT_SIZE];
};

static int
fail(char *err, size_t errsize, const char *what)
{
	const char *reason;

	reason = ERR_reason_error_string(ERR_peek_last_error());
	snprintf(err, errsize, "%s: %s", what,
	    reason != NULL ? reason : "out of memory");
	ERR_clear_error();
	return (-1);
}

static int
set_protocol(SSL_CTX *ctx)
{
	static const unsigned char alpn[] = "\x08http/1.1";
	/* These are no literals, because OpenSSL's macros cast const away. */
	char groups[] = "X25519:P-256";
	char ours[] = OUR_SIGALGS;

	SSL_CTX_set_security_level(ctx, 2);
	if (!SSL_CTX_set_min_proto_version(ctx, TLS1_3_VERSION) ||
	    !SSL_CTX_set_max_proto_version(ctx, TLS1_3_VERSION) ||
	    !SSL_CTX_set_ciphersuites(ctx,
		"TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_256_GCM_SHA384") ||
	    !SSL_CTX_set1_groups_list(ctx, groups) ||
	    !SSL_CTX_set1_client_sigalgs_list(ctx, ours))
		return (-1);
	/* It returns 0 for success. */
	if (SSL_CTX_set_alpn_protos(ctx, alpn, sizeof(alpn) - 1) != 0)
		return (-1);
	SSL_CTX_set_options(ctx,
	    SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_mode(ctx,
	    SSL_MODE_NO_AUTO_CHAIN | SSL_MODE_ENABLE_PARTIAL_WRITE |
		SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_verify_depth(ctx, DEPTH);
	SSL_CTX_set_max_cert_list(ctx, CERT_LIST_MAX);
	return (0);
}

static int
use_chain(struct tlsclient *c, int fd, char *err, size_t errsize)
{
	char why[TEXT_SIZE / 4] = "";
	STACK_OF(X509) *chain;
	X509 *leaf;
	int ret = -1;

	chain = pem_read_certs(tlskey_libctx(c->tk), fd, "certificate", err,
	    errsize);
	if (chain == NULL)
		return (-1);
	leaf = sk_X509_shift(chain);
	if (X509_get0_pubkey(leaf) == NULL) {
		(void)fail(err, errsize, "certificate: unknown kind of key");
		goto done;
	}
	c->key = tlskey_key_new(c->tk, 0, X509_get0_pubkey(leaf), why,
	    sizeof(why));
	if (c->key == NULL) {
		snprintf(err, errsize, "certificate: %s", why);
		goto done;
	}
	if (SSL_CTX_use_certificate(c->ctx, leaf) != 1 ||
	    SSL_CTX_use_PrivateKey(c->ctx, tlskey_key_pkey(c->key)) != 1 ||
	    SSL_CTX_set1_chain(c->ctx, chain) != 1) {
		(void)fail(err, errsize, "certificate");
		goto done;
	}
	ret = 0;
done:
	X509_free(leaf);
	sk_X509_pop_free(chain, X509_free);
	return (ret);
}

/* An intermediate in the file is an anchor, too. */
static int
use_cas(struct tlsclient *c, int fd, char *err, size_t errsize)
{
	STACK_OF(X509) *cas;
	X509_STORE *store;
	int i, ret = 0;

	cas = pem_read_certs(tlskey_libctx(c->tk), fd, "ca", err, errsize);
	if (cas == NULL)
		return (-1);
	if ((store = X509_STORE_new()) == NULL)
		ret = -1;
	for (i = 0; ret == 0 && i < sk_X509_num(cas); i++)
		if (X509_STORE_add_cert(store, sk_X509_value(cas, i)) != 1)
			ret = -1;
	if (ret == 0 &&
	    X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN) != 1)
		ret = -1;
	sk_X509_pop_free(cas, X509_free);
	if (ret == -1) {
		X509_STORE_free(store);
		return (fail(err, errsize, "ca"));
	}
	SSL_CTX_set_cert_store(c->ctx, store);
	return (0);
}

struct tlsclient *
tlsclient_new(struct tlskey *tk, int chain_fd, int ca_fd, char *err,
    size_t errsize)
{
	struct tlsclient *c;

	if ((c = calloc(1, sizeof(*c))) == NULL) {
		snprintf(err, errsize, "out of memory");
		return (NULL);
	}
	c->tk = tk;
	c->ctx = SSL_CTX_new_ex(tlskey_libctx(tk), NULL, TLS_client_method());
	if (c->ctx == NULL || set_protocol(c->ctx) == -1) {
		(void)fail(err, errsize, "TLS");
		tlsclient_free(c);
		return (NULL);
	}
	if (use_chain(c, chain_fd, err, errsize) == -1 ||
	    use_cas(c, ca_fd, err, errsize) == -1) {
		tlsclient_free(c);
		return (NULL);
	}
	return (c);
}

void
tlsclient_free(struct tlsclient *c)
{
	if (c == NULL)
		return;
	SSL_CTX_free(c->ctx);
	tlskey_key_free(c->key);
	free(c);
}

/* The server must have this name, or this address, in its certificate. */
static int
set_host(SSL *ssl, const char *host)
{
	char name[HOST_SIZE];	/* OpenSSL's macro casts const away */
	struct in6_addr addr;

	if (inet_pton(AF_INET, host, &addr) == 1 ||
	    inet_pton(AF_INET6, host, &addr) == 1)
		return (
		    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host));
	SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	if (SSL_set1_host(ssl, host) != 1)
		return (0);
	strlcpy(name, host, sizeof(name));
	return ((int)SSL_set_tlsext_host_name(ssl, name));
}

struct tlssession *
tlssession_new(struct tlsclient *c, int fd, const char *host)
{
	struct tlssession *s;

	if ((s = calloc(1, sizeof(*s))) == NULL)
		return (NULL);
	s->client = c;
	if ((s->ssl = SSL_new(c->ctx)) == NULL || SSL_set_fd(s->ssl, fd) != 1 ||
	    set_host(s->ssl, host) != 1) {
		ERR_clear_error();
		tlssession_free(s);
		errno = ENOMEM;
		return (NULL);
	}
	SSL_set_connect_state(s->ssl);
	return (s);
}

void
tlssession_free(struct tlssession *s)
{
	if (s == NULL)
		return;
	SSL_free(s->ssl);
	free(s);
}

static void
explain(struct tlssession *s, const char *doing, int saved)
{
	const char *reason = NULL;
	unsigned long e;
	long verdict;

	verdict = SSL_get_verify_result(s->ssl);
	e = ERR_get_error();
	if (*tlskey_error(s->client->tk) != '\0')
		reason = tlskey_error(s->client->tk);
	else if (ERR_GET_LIB(e) == ERR_LIB_SSL &&
	    ERR_GET_REASON(e) == SSL_R_CERTIFICATE_VERIFY_FAILED)
		reason = X509_verify_cert_error_string(verdict);
	else if (e != 0)
		reason = ERR_reason_error_string(e);
	if (reason == NULL)
		reason = saved != 0 ? strerror(saved) : "closed by the server";
	snprintf(s->error, sizeof(s->error), "%s: %s", doing, reason);
}

static enum tlsclient_result
result(struct tlssession *s, int ret, const char *doing)
{
	int saved = errno;

	switch (SSL_get_error(s->ssl, ret)) {
	case SSL_ERROR_NONE:
		return (TLSCLIENT_OK);
	case SSL_ERROR_WANT_READ:
		return (TLSCLIENT_READ);
	case SSL_ERROR_WANT_WRITE:
		return (TLSCLIENT_WRITE);
	case SSL_ERROR_ZERO_RETURN:
		snprintf(s->error, sizeof(s->error), "%s: closed by the server",
		    doing);
		return (TLSCLIENT_EOF);
	}
	explain(s, doing, saved);
	ERR_clear_error();
	return (TLSCLIENT_ERROR);
}

static void
prepare(struct tlssession *s)
{
	ERR_clear_error();
	tlskey_clear_error(s->client->tk);
	errno = 0;
}

enum tlsclient_result
tlssession_handshake(struct tlssession *s)
{
	prepare(s);
	return (result(s, SSL_do_handshake(s->ssl), "TLS handshake"));
}

enum tlsclient_result
tlssession_read(struct tlssession *s, void *buf, size_t size, size_t *n)
{
	prepare(s);
	return (result(s, SSL_read_ex(s->ssl, buf, size, n), "reading"));
}

enum tlsclient_result
tlssession_write(struct tlssession *s, const void *buf, size_t len, size_t *n)
{
	prepare(s);
	return (result(s, SSL_write_ex(s->ssl, buf, len, n), "writing"));
}

bool
tlssession_pending(const struct tlssession *s)
{
	return (SSL_pending(s->ssl) > 0);
}

const char *
tlssession_error(const struct tlssession *s)
{
	return (s->error);
}
