/* SPDX-License-Identifier: ISC */
/*
 * The verdict on a client's certificate at present.  OpenSSL builds and checks
 * the chain; the rules for the leaf, the cache of verdicts, and the texts for
 * the log are ours.
 */

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <openssl/x509v3.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "log.h"
#include "tls_int.h"
#include "tlskey.h"
#include "tlsverify.h"

#define DEPTH_MAX	2	/* intermediate certificates */
#define AUTH_LEVEL	2	/* 112 bits: RSA 2048, no SHA-1 */

/* State that the callbacks of one verification share. */
struct inquiry {
	struct tls_server *server;
	int64_t		 now;
};

/*
 * Key identifiers only help to find an issuer.  A certificate without them is
 * as good, and CAs of old fleets often leave them out.  Everything else in
 * X509_V_FLAG_X509_STRICT is checked.
 */
static int
forgive_cb(int ok, X509_STORE_CTX *ctx)
{
	switch (X509_STORE_CTX_get_error(ctx)) {
	case X509_V_ERR_MISSING_AUTHORITY_KEY_IDENTIFIER:
	case X509_V_ERR_MISSING_SUBJECT_KEY_IDENTIFIER:
		X509_STORE_CTX_set_error(ctx, X509_V_OK);
		return (1);
	}
	return (ok);
}

/*
 * A CRL is about to be used: find out whether it was checked when it was
 * loaded.
 */
static int
check_crl_cb(X509_STORE_CTX *ctx, X509_CRL *crl)
{
	struct inquiry *q;
	STACK_OF(X509) *chain;
	int at;

	q = X509_STORE_CTX_get_app_data(ctx);
	chain = X509_STORE_CTX_get0_chain(ctx);
	/*
	 * The issuer is next in the chain; the last certificate is its own
	 * issuer.
	 */
	at = X509_STORE_CTX_get_error_depth(ctx) + 1;
	if (at == sk_X509_num(chain))
		at--;
	if (tls_crls_proven(q->server->crls, crl, sk_X509_value(chain, at),
		q->now))
		return (1);
	return (q->server->check_crl(ctx, crl));
}

/* Find OpenSSL's own check_crl, which only a context shows. */
static X509_STORE_CTX_check_crl_fn
default_check_crl(void)
{
	X509_STORE_CTX_check_crl_fn fn = NULL;
	X509_STORE_CTX *ctx;
	X509_STORE *store;

	ctx = X509_STORE_CTX_new();
	store = X509_STORE_new();
	if (ctx != NULL && store != NULL &&
	    X509_STORE_CTX_init(ctx, store, NULL, NULL) == 1)
		fn = X509_STORE_CTX_get_check_crl(ctx);
	X509_STORE_CTX_free(ctx);
	X509_STORE_free(store);
	return (fn);
}

X509_STORE *
tls_verify_store(struct tls_server *s)
{
	unsigned long flags = X509_V_FLAG_X509_STRICT;
	X509_STORE *store;
	unsigned int j;
	int i;

	if (s->check_crl == NULL &&
	    (s->check_crl = default_check_crl()) == NULL)
		return (NULL);
	if ((store = X509_STORE_new()) == NULL)
		return (NULL);
	for (i = 0; i < sk_X509_num(s->cas); i++)
		if (!X509_STORE_add_cert(store, sk_X509_value(s->cas, i)))
			goto fail;
	if (s->crls != NULL)
		flags |= X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL;
	for (j = 0; s->crls != NULL && j < s->crls->n; j++)
		if (!X509_STORE_add_crl(store, s->crls->list[j].crl))
			goto fail;
	X509_STORE_set_check_crl(store, check_crl_cb);
	X509_STORE_set_verify_cb(store, forgive_cb);
	if (!X509_STORE_set_flags(store, flags) ||
	    !X509_STORE_set_depth(store, DEPTH_MAX))
		goto fail;
	return (store);
fail:
	X509_STORE_free(store);
	return (NULL);
}

/* The place for a certificate's verdict, or NULL if it cannot be kept. */
static struct tls_seen *
seen_slot(struct tls_server *s, const X509 *leaf, uint8_t *hash)
{
	unsigned char *der = NULL;
	uint32_t i;
	int len;

	if ((len = i2d_X509(leaf, &der)) <= 0)
		return (NULL);
	if (!EVP_Q_digest(s->tk != NULL ? tlskey_libctx(s->tk) : NULL, "SHA256",
		NULL, der, (size_t)len, hash, NULL)) {
		OPENSSL_free(der);
		return (NULL);
	}
	OPENSSL_free(der);
	memcpy(&i, hash, sizeof(i));
	return (&s->seen[i & (SEEN_MAX - 1)]);
}

static void
refuse(struct tls_conn *c, X509 *leaf, const char *why, int depth)
{
	char text[CERT_TEXT];

	c->refused = true;
	snprintf(c->error, sizeof(c->error),
	    "client certificate refused: %s%s: %s", why,
	    depth > 0 ? " (its issuer)" : "", cert_describe(leaf, text));
}

/*
 * The CA's list is too old to say which clients are still good: all are
 * refused.
 */
static void
tell_stale(struct tls_server *s)
{
	char when[WALL_TEXT];
	struct wall until;

	if (s->stale)
		return;
	s->stale = true;
	until.s = tls_crls_until(s->crls);
	log_warnx(
	    "listener %s: crl ran out at %s, so clients are refused: put the CA's new CRL in its place; it is read when the file changes, or with sallyctl reload",
	    s->name, wall_format(until, when));
}

/* A verdict holds until the next date in the chain passes. */
static int
take_span(struct tls_conn *c, const struct tls_server *s, X509_STORE_CTX *ctx)
{
	STACK_OF(X509) *chain;
	int64_t from, until;
	const X509 *x;
	int i;

	c->from = INT64_MIN;
	c->until = tls_crls_until(s->crls);
	chain = X509_STORE_CTX_get0_chain(ctx);
	for (i = 0; i < sk_X509_num(chain); i++) {
		x = sk_X509_value(chain, i);
		if (cert_time(X509_get0_notBefore(x), &from) == -1 ||
		    cert_time(X509_get0_notAfter(x), &until) == -1)
			return (-1);
		if (from > c->from)
			c->from = from;
		if (until < c->until)
			c->until = until;
	}
	return (0);
}

/*
 * Verify the chain without the cache.  Returns 0, or -1 with the conn's error
 * set.
 */
static int
check_chain(struct tls_server *s, struct tls_conn *c, X509_STORE_CTX *ctx,
    X509 *leaf, int64_t now)
{
	struct inquiry q = { s, now };
	int e;

	X509_STORE_CTX_set_app_data(ctx, &q);
	X509_STORE_CTX_set_verify_cb(ctx, forgive_cb);
	X509_STORE_CTX_set_time(ctx, 0, (time_t)now);
	if (X509_verify_cert(ctx) == 1) {
		X509_STORE_CTX_set_app_data(ctx, NULL);
		if (take_span(c, s, ctx) == 0)
			return (0);
		X509_STORE_CTX_set_error(ctx, X509_V_ERR_CERT_REJECTED);
		refuse(c, leaf, "malformed dates", 0);
		return (-1);
	}
	X509_STORE_CTX_set_app_data(ctx, NULL);
	ERR_clear_error();
	e = X509_STORE_CTX_get_error(ctx);
	if (e == X509_V_OK) {	/* out of memory and the like */
		e = X509_V_ERR_UNSPECIFIED;
		X509_STORE_CTX_set_error(ctx, e);
	}
	if (e == X509_V_ERR_CRL_HAS_EXPIRED)
		tell_stale(s);
	refuse(c, leaf, X509_verify_cert_error_string(e),
	    X509_STORE_CTX_get_error_depth(ctx));
	return (-1);
}

/*
 * Judge the leaf in ctx completely.  Sets the conn's facts, span and judge.
 * Returns 0, or -1 with the reason in conn and ctx.
 */
static int
judge(struct tls_server *s, struct tls_conn *c, X509_STORE_CTX *ctx)
{
	struct tls_seen *slot;
	uint8_t hash[SHA256_DIGEST_LENGTH];
	const char *why;
	int64_t now;
	X509 *leaf;

	leaf = X509_STORE_CTX_get0_cert(ctx);
	now = wall_now().s;
	slot = seen_slot(s, leaf, hash);
	if (slot != NULL && slot->from <= now && now < slot->until &&
	    memcmp(slot->hash, hash, sizeof(hash)) == 0) {
		c->from = slot->from;
		c->until = slot->until;
		slot = NULL;
		X509_STORE_CTX_set_error(ctx, X509_V_OK);
	} else if (check_chain(s, c, ctx, leaf, now) == -1)
		return (-1);
	if (cert_check_leaf(leaf, &c->facts, &why) == -1) {
		X509_STORE_CTX_set_error(ctx, X509_V_ERR_CERT_REJECTED);
		X509_STORE_CTX_set_error_depth(ctx, 0);
		refuse(c, leaf, why, 0);
		return (-1);
	}
	if (slot != NULL) {
		memcpy(slot->hash, hash, sizeof(hash));
		slot->from = c->from;
		slot->until = c->until;
	}
	if (c->judge != s) {
		tls_server_ref(s);
		tls_server_unref(c->judge);
		c->judge = s;
	}
	c->crl_generation = s->crl_generation;
	return (0);
}

int
tls_verify_cb(X509_STORE_CTX *ctx, void *arg)
{
	struct tls_server *s = arg;
	SSL *ssl;

	ssl = X509_STORE_CTX_get_ex_data(ctx,
	    SSL_get_ex_data_X509_STORE_CTX_idx());
	return (judge(s, SSL_get_app_data(ssl), ctx) == 0);
}

int
tls_verify_again(struct tls_conn *c, struct tls_server *s)
{
	X509_STORE_CTX *ctx;
	int ret = -1;

	if ((ctx = X509_STORE_CTX_new_ex(tlskey_libctx(s->tk), NULL)) == NULL ||
	    X509_STORE_CTX_init(ctx, SSL_CTX_get_cert_store(s->ctx),
		SSL_get0_peer_certificate(c->ssl),
		SSL_get_peer_cert_chain(c->ssl)) != 1 ||
	    X509_STORE_CTX_set_default(ctx, "ssl_client") != 1) {
		snprintf(c->error, sizeof(c->error),
		    "client certificate could not be checked again: out of memory");
		goto done;
	}
	X509_VERIFY_PARAM_set_auth_level(X509_STORE_CTX_get0_param(ctx),
	    AUTH_LEVEL);
	ret = judge(s, c, ctx);
done:
	X509_STORE_CTX_free(ctx);
	ERR_clear_error();
	return (ret);
}
