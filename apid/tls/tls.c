/* SPDX-License-Identifier: ISC */
/*
 * One TLS connection: the answers of libssl turned into five results and into
 * text.
 */

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "tls_int.h"
#include "tlskey_int.h"
#include "tlsverify.h"

struct tls_conn *
tls_conn_new(struct tls_server *s, int fd)
{
	struct tls_conn *c;

	if ((c = calloc(1, sizeof(*c))) == NULL)
		return (NULL);
	if ((c->ssl = SSL_new(s->ctx)) == NULL || SSL_set_fd(c->ssl, fd) != 1 ||
	    SSL_set_app_data(c->ssl, c) != 1) {
		SSL_free(c->ssl);
		free(c);
		ERR_clear_error();
		errno = ENOMEM;
		return (NULL);
	}
	SSL_set_accept_state(c->ssl);
	c->server = tls_server_ref(s);
	return (c);
}

void
tls_conn_free(struct tls_conn *c)
{
	if (c == NULL)
		return;
	SSL_free(c->ssl);
	tls_server_unref(c->judge);
	tls_server_unref(c->server);
	free(c);
}

/* The newest version in the hello of a client that has no TLS 1.3. */
static const char *
version(const SSL *ssl)
{
	switch (SSL_client_version(ssl)) {
	case TLS1_2_VERSION:
		return ("TLS 1.2");
	case TLS1_1_VERSION:
		return ("TLS 1.1");
	case TLS1_VERSION:
		return ("TLS 1.0");
	}
	return ("another version");
}

/* Format the first cause in libssl's queue. */
static void
explain(struct tls_conn *c, const char *doing, int saved)
{
	const char *reason;
	unsigned long e;

	e = ERR_get_error();
	if (ERR_GET_LIB(e) == ERR_LIB_SSL) {
		switch (ERR_GET_REASON(e)) {
		case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
			c->refused = true;
			snprintf(c->error, sizeof(c->error),
			    "client sent no certificate");
			return;
		case SSL_R_UNSUPPORTED_PROTOCOL:
			snprintf(c->error, sizeof(c->error),
			    "client does not speak TLS 1.3, only %s: update it, or put a proxy in front of a listener with proof = header",
			    version(c->ssl));
			return;
		case SSL_R_UNEXPECTED_EOF_WHILE_READING:
			snprintf(c->error, sizeof(c->error),
			    "%s: cut by the client", doing);
			return;
		}
	}
	reason = e != 0 ? ERR_reason_error_string(e) : NULL;
	if (reason == NULL)
		reason = saved != 0 ? strerror(saved) : "closed";
	snprintf(c->error, sizeof(c->error), "%s: %s", doing, reason);
}

/* The meaning of the last call on ssl, which returned ret. */
static enum tls_result
result(struct tls_conn *c, int ret, const char *doing)
{
	int saved = errno;

	switch (SSL_get_error(c->ssl, ret)) {
	case SSL_ERROR_NONE:
		return (TLS_OK);
	case SSL_ERROR_WANT_READ:
		return (TLS_WANT_READ);
	case SSL_ERROR_WANT_WRITE:
		return (TLS_WANT_WRITE);
	case SSL_ERROR_ZERO_RETURN:
		return (TLS_EOF);
	}
	/* A refused certificate has a better text already. */
	if (c->error[0] == '\0' && *tlskey_error(c->server->tk) != '\0')
		snprintf(c->error, sizeof(c->error), "%s: %s", doing,
		    tlskey_error(c->server->tk));
	if (c->error[0] == '\0')
		explain(c, doing, saved);
	ERR_clear_error();
	return (TLS_ERROR);
}

/* The queue of libssl and errno must be those of the next call. */
static void
prepare(struct tls_conn *c)
{
	ERR_clear_error();
	tlskey_clear_error(c->server->tk);
	errno = 0;
}

/*
 * A client may send our own CAs with its certificate.  A certificate takes five
 * kilobytes or more in memory, most of it for its key: use ours instead.
 */
static void
share_cas(struct tls_conn *c)
{
	STACK_OF(X509) *chain = SSL_get_peer_cert_chain(c->ssl);
	STACK_OF(X509) *cas = c->judge->cas;
	X509 *ca, *x;
	int i, j;

	for (i = 0; i < sk_X509_num(chain); i++) {
		x = sk_X509_value(chain, i);
		for (j = 0; j < sk_X509_num(cas); j++) {
			ca = sk_X509_value(cas, j);
			if (X509_cmp(x, ca) != 0)
				continue;
			(void)X509_up_ref(ca);
			(void)sk_X509_set(chain, i, ca);
			X509_free(x);
			break;
		}
	}
}

enum tls_result
tls_handshake(struct tls_conn *c)
{
	enum tls_result r;

	prepare(c);
	r = result(c, SSL_do_handshake(c->ssl), "handshake");
	if (r == TLS_EOF) {
		snprintf(c->error, sizeof(c->error),
		    "handshake: ended by the client");
		return (TLS_ERROR);
	}
	/* Belt and braces: nobody gets in whom tls_verify_cb has not seen. */
	if (r == TLS_OK &&
	    (c->judge == NULL || SSL_get_verify_result(c->ssl) != X509_V_OK ||
	    SSL_session_reused(c->ssl))) {
		snprintf(c->error, sizeof(c->error),
		    "handshake: certificate was not verified");
		return (TLS_ERROR);
	}
	if (r == TLS_OK)
		share_cas(c);
	return (r);
}

enum tls_result
tls_read(struct tls_conn *c, void *buf, size_t size, size_t *n)
{
	prepare(c);
	*n = 0;
	return (result(c, SSL_read_ex(c->ssl, buf, size, n), "read"));
}

enum tls_result
tls_write(struct tls_conn *c, const void *buf, size_t len, size_t *n)
{
	prepare(c);
	*n = 0;
	if (len == 0)
		return (TLS_OK);
	return (result(c, SSL_write_ex(c->ssl, buf, len, n), "write"));
}

enum tls_result
tls_shutdown(struct tls_conn *c)
{
	int ret;

	prepare(c);
	if (!SSL_is_init_finished(c->ssl))
		return (TLS_OK);
	if ((ret = SSL_shutdown(c->ssl)) >= 0)
		return (TLS_OK);
	return (result(c, ret, "shutdown"));
}

bool
tls_conn_pending(const struct tls_conn *c)
{
	return (SSL_has_pending(c->ssl) == 1);
}

const char *
tls_conn_error(const struct tls_conn *c)
{
	return (c->error);
}

bool
tls_conn_refused(const struct tls_conn *c)
{
	return (c->refused);
}

bool
tls_conn_ours(const struct tls_conn *c)
{
	return (c->ours);
}

const char *
tls_conn_cn(const struct tls_conn *c)
{
	return (c->facts.cn);
}

const char *
tls_conn_no_cn(const struct tls_conn *c)
{
	return (c->facts.no_cn);
}

uint64_t
tls_conn_rules(const struct tls_conn *c)
{
	return (c->rules);
}

const char *
tls_conn_serial(const struct tls_conn *c)
{
	return (c->facts.serial);
}

int64_t
tls_conn_not_after(const struct tls_conn *c)
{
	return (c->facts.not_after);
}

void
tls_conn_sans(const struct tls_conn *c, struct san_list *l)
{
	cert_sans(SSL_get0_peer_certificate(c->ssl), l);
}

int
tls_conn_recheck(struct tls_conn *c, struct tls_server *now)
{
	int64_t t;

	t = wall_now().s;
	if (c->judge == now && c->crl_generation == now->crl_generation &&
	    c->from <= t && t < c->until)
		return (0);
	return (tls_verify_again(c, now));
}
