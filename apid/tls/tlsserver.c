/* SPDX-License-Identifier: ISC */
/*
 * TLS of a listener: its certificate, the CAs of its clients, its parameters.
 */

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "log.h"
#include "pem.h"
#include "tls_int.h"
#include "tlsanchor.h"
#include "tlsissuer.h"
#include "tlskey_int.h"
#include "tlsverify.h"

#define CERT_LIST_MAX	8192	/* bytes of a client's certificate list */
#define CERT_MORE	2048	/* and for each CA in it */
#define CA_NAMES_MAX	16	/* names beyond are not sent to clients */

/* Our signatures: the same as those of the key holder. */
#define SIGALGS								\
	"ecdsa_secp256r1_sha256:ed25519:rsa_pss_rsae_sha256:"		\
	"rsa_pss_rsae_sha384"
/* The signatures of clients and of their CAs. */
#define CLIENT_SIGALGS							\
	"ecdsa_secp256r1_sha256:ed25519:ecdsa_secp384r1_sha384:"	\
	"ecdsa_secp521r1_sha512:rsa_pss_rsae_sha256:"			\
	"rsa_pss_rsae_sha384:rsa_pss_rsae_sha512:rsa_pss_pss_sha256:"	\
	"rsa_pss_pss_sha384:rsa_pss_pss_sha512:rsa_pkcs1_sha256:"	\
	"rsa_pkcs1_sha384:rsa_pkcs1_sha512"

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

/*
 * Choose http/1.1 from the client's list.  A client without a list is accepted.
 */
static int
alpn_cb(SSL *ssl, const unsigned char **out, unsigned char *outlen,
    const unsigned char *in, unsigned int inlen, void *arg)
{
	static const char http[] = "http/1.1";
	unsigned int i;

	for (i = 0; i < inlen; i += in[i] + 1U) {
		if (in[i] == sizeof(http) - 1 && inlen - i > in[i] &&
		    memcmp(in + i + 1, http, in[i]) == 0) {
			*out = in + i + 1;
			*outlen = in[i];
			return (SSL_TLSEXT_ERR_OK);
		}
	}
	return (SSL_TLSEXT_ERR_ALERT_FATAL);
}

static int
set_protocol(struct tls_server *s)
{
	/* These are no literals, because OpenSSL's macros cast const away. */
	char groups[] = "X25519:P-256";
	char sigalgs[] = SIGALGS;
	char client_sigalgs[] = CLIENT_SIGALGS;
	SSL_CTX *ctx = s->ctx;

	SSL_CTX_set_security_level(ctx, 2);
	if (!SSL_CTX_set_min_proto_version(ctx, TLS1_3_VERSION) ||
	    !SSL_CTX_set_max_proto_version(ctx, TLS1_3_VERSION) ||
	    !SSL_CTX_set_ciphersuites(ctx,
		"TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_256_GCM_SHA384") ||
	    !SSL_CTX_set1_groups_list(ctx, groups) ||
	    !SSL_CTX_set1_sigalgs_list(ctx, sigalgs) ||
	    !SSL_CTX_set1_client_sigalgs_list(ctx, client_sigalgs))
		return (-1);
	SSL_CTX_set_options(ctx,
	    SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_NO_COMPRESSION |
		SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET |
		SSL_OP_NO_QUERY_MTU);
	/* A revoked client must not come back without its certificate. */
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	if (!SSL_CTX_set_num_tickets(ctx, 0) ||
	    !SSL_CTX_set_max_early_data(ctx, 0) ||
	    !SSL_CTX_set_recv_max_early_data(ctx, 0))
		return (-1);
	SSL_CTX_set_mode(ctx,
	    SSL_MODE_NO_AUTO_CHAIN | SSL_MODE_ENABLE_PARTIAL_WRITE |
		SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_read_ahead(ctx, 1);
	SSL_CTX_set_alpn_select_cb(ctx, alpn_cb, NULL);
	SSL_CTX_set_verify(ctx,
	    SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	SSL_CTX_set_verify_depth(ctx, s->depth);
	SSL_CTX_set_cert_verify_callback(ctx, tls_verify_cb, s);
	SSL_CTX_set_max_cert_list(ctx,
	    CERT_LIST_MAX + (long)s->depth * CERT_MORE);
	return (0);
}

/* Every certificate of the file must issue the one before. */
static int
check_order(STACK_OF(X509) *chain, char *err, size_t errsize)
{
	int i;

	for (i = 1; i < sk_X509_num(chain); i++) {
		if (cert_signed_by(sk_X509_value(chain, i - 1),
			sk_X509_value(chain, i)))
			continue;
		snprintf(err, errsize,
		    "certificate: number %d in it did not issue number %d: put the server's first, then its issuer and so on",
		    i + 1, i);
		return (-1);
	}
	return (0);
}

static int
check_own(struct tls_server *s, X509 *leaf, char *err, size_t errsize)
{
	char when[WALL_TEXT];
	struct wall from, until;

	if (cert_time(X509_get0_notBefore(leaf), &from.s) == -1 ||
	    cert_time(X509_get0_notAfter(leaf), &until.s) == -1) {
		snprintf(err, errsize, "certificate: malformed dates");
		return (-1);
	}
	if (until.s <= wall_now().s)
		log_warnx(
		    "listener %s: certificate ran out at %s: most clients will refuse it",
		    s->name, wall_format(until, when));
	if (from.s > wall_now().s)
		log_warnx(
		    "listener %s: certificate is valid from %s on: most clients will refuse it before; is the clock right?",
		    s->name, wall_format(from, when));
	if (X509_check_purpose(leaf, X509_PURPOSE_SSL_SERVER, 0) != 1)
		log_warnx(
		    "listener %s: certificate is not made for a server (key usage, extended key usage serverAuth): most clients will refuse it",
		    s->name);
	return (0);
}

static int
use_chain(struct tls_server *s, const struct tls_server_args *args, char *err,
    size_t errsize)
{
	char why[TEXT_SIZE / 4] = "";
	STACK_OF(X509) *chain;
	X509 *leaf = NULL;
	int ret = -1;

	chain = pem_read_certs(tlskey_libctx(s->tk), args->chain_fd,
	    "certificate", err, errsize);
	if (chain == NULL)
		return (-1);
	if (check_order(chain, err, errsize) == -1)
		goto done;
	leaf = sk_X509_shift(chain);
	if (check_own(s, leaf, err, errsize) == -1)
		goto done;
	if (X509_get0_pubkey(leaf) == NULL) {
		(void)fail(err, errsize, "certificate: unknown kind of key");
		goto done;
	}
	s->key = tlskey_key_new(s->tk, args->index, X509_get0_pubkey(leaf), why,
	    sizeof(why));
	if (s->key == NULL) {
		snprintf(err, errsize, "certificate: %s", why);
		goto done;
	}
	if (SSL_CTX_use_certificate(s->ctx, leaf) != 1 ||
	    SSL_CTX_use_PrivateKey(s->ctx, tlskey_key_pkey(s->key)) != 1 ||
	    SSL_CTX_set1_chain(s->ctx, chain) != 1) {
		(void)fail(err, errsize, "certificate");
		goto done;
	}
	ret = 0;
done:
	X509_free(leaf);
	sk_X509_pop_free(chain, X509_free);
	return (ret);
}

/*
 * Tell of a CA that is out of its time.  Returns true if its clients may get in
 * at some time from now.
 */
static bool
is_timely(const struct tls_server *s, const X509 *ca)
{
	int64_t from, until, now;
	char name[160];

	now = wall_now().s;
	cert_name(X509_get_subject_name(ca), name, sizeof(name));
	if (cert_time(X509_get0_notBefore(ca), &from) == 0 && from > now)
		log_warnx(
		    "listener %s: client_ca: %s is not valid yet, until then its clients are refused: is the clock right?",
		    s->name, name);
	if (cert_time(X509_get0_notAfter(ca), &until) == -1 || until > now)
		return (true);
	log_warnx(
	    "listener %s: client_ca: %s has run out: its clients are refused",
	    s->name, name);
	return (false);
}

static int
use_cas(struct tls_server *s, const struct tls_server_args *args, char *err,
    size_t errsize)
{
	bool timely = false;
	X509 *ca;
	int i;

	s->cas = pem_read_certs(tlskey_libctx(s->tk), args->ca_fd, "client_ca",
	    err, errsize);
	if (s->cas == NULL)
		return (-1);
	for (i = 0; i < sk_X509_num(s->cas); i++) {
		ca = sk_X509_value(s->cas, i);
		if (anchor_check(ca, err, errsize) == -1)
			return (-1);
		timely |= is_timely(s, ca);
		if (sk_X509_num(s->cas) <= CA_NAMES_MAX &&
		    !SSL_CTX_add_client_CA(s->ctx, ca))
			return (fail(err, errsize, "client_ca"));
	}
	if (timely || args->first)
		return (0);
	snprintf(err, errsize,
	    "client_ca: every CA in it has run out: renew it with its key: openssl req -x509 -key CA.key -subj NAME -days 3650 -out CA.crt");
	return (-1);
}

/* Use these CRLs, which are then the server's. */
static void
use_crls(struct tls_server *s, struct tls_crls *crls)
{
	tls_crls_free(s->crls);
	s->crls = crls;
	s->stale = false;
	/*
	 * A certificate that passed with the old list may not pass with this
	 * one.
	 */
	if (s->crl_generation++ > 0)
		memset(s->seen, 0, SEEN_MAX * sizeof(*s->seen));
}

static int
read_crl(struct tls_server *s, int fd, const struct tls_crls *old, bool first,
    char *err, size_t errsize)
{
	struct tls_crls_args args = { tlskey_libctx(s->tk), fd, s->cas, old,
		first };
	struct tls_crls *crls;

	if ((crls = tls_crls_read(&args, err, errsize)) == NULL)
		return (-1);
	use_crls(s, crls);
	return (0);
}

static int
use_store(struct tls_server *s, char *err, size_t errsize)
{
	X509_STORE *store;

	if ((store = tls_verify_store(s)) == NULL)
		return (fail(err, errsize, "client_ca"));
	SSL_CTX_set_cert_store(s->ctx, store);
	return (0);
}

int
tls_server_set_crl(struct tls_server *s, int fd, char *err, size_t errsize)
{
	return (read_crl(s, fd, s->crls, false, err, errsize));
}

struct tls_server *
tls_server_new(const struct tls_server_args *args, char *err, size_t errsize)
{
	struct tls_server *s;

	if ((s = calloc(1, sizeof(*s))) == NULL ||
	    (s->seen = calloc(SEEN_MAX, sizeof(*s->seen))) == NULL) {
		snprintf(err, errsize, "out of memory");
		free(s);
		return (NULL);
	}
	s->refs = 1;
	s->tk = args->key;
	s->depth = args->depth;
	s->require_eku = args->require_eku;
	s->any_cn = args->any_cn;
	s->issuers = tls_issuers_ref(args->issuers);
	strlcpy(s->name, args->name, sizeof(s->name));
	s->ctx = SSL_CTX_new_ex(tlskey_libctx(s->tk), NULL,
	    TLS_server_method());
	if (s->ctx == NULL || set_protocol(s) == -1) {
		(void)fail(err, errsize, "TLS");
		goto fail;
	}
	*args->word = CONF_CERTIFICATE;
	if (use_chain(s, args, err, errsize) == -1)
		goto fail;
	*args->word = CONF_CLIENT_CA;
	if (use_cas(s, args, err, errsize) == -1 ||
	    use_store(s, err, errsize) == -1)
		goto fail;
	*args->word = CONF_CRL;
	if (args->crl_fd != -1 &&
	    read_crl(s, args->crl_fd,
		args->old == NULL ? NULL : args->old->crls, args->first, err,
		errsize) == -1)
		goto fail;
	return (s);
fail:
	tls_server_unref(s);
	return (NULL);
}

struct tls_server *
tls_server_ref(struct tls_server *s)
{
	s->refs++;
	return (s);
}

void
tls_server_unref(struct tls_server *s)
{
	if (s == NULL || --s->refs > 0)
		return;
	SSL_CTX_free(s->ctx);
	tlskey_key_free(s->key);
	tls_crls_free(s->crls);
	tls_issuers_unref(s->issuers);
	sk_X509_pop_free(s->cas, X509_free);
	free(s->seen);
	free(s);
}

unsigned int
tls_server_roots(const struct tls_server *s)
{
	unsigned int n = 0;
	X509 *x;
	int i, k;

	for (i = 0; i < sk_X509_num(s->cas); i++) {
		x = sk_X509_value(s->cas, i);
		for (k = 0; k < sk_X509_num(s->cas); k++)
			if (anchor_covers(sk_X509_value(s->cas, k), x, k < i))
				break;
		n += k == sk_X509_num(s->cas);
	}
	return (n);
}

int
tls_server_selftest(struct tls_server *s, char *err, size_t errsize)
{
	if (tlskey_key_test(s->key) == 0)
		return (0);
	snprintf(err, errsize, "listener %s: %s", s->name, tlskey_error(s->tk));
	return (-1);
}

int64_t
tls_server_crl_left(const struct tls_server *s)
{
	int64_t until;

	until = tls_crls_until(s->crls);
	return (until == INT64_MAX ? until : until - wall_now().s);
}
