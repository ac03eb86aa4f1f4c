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
#include "tlsanchor.h"
#include "tlsissuer.h"
#include "tlskey.h"
#include "tlsverify.h"

#define AUTH_LEVEL	2	/* 112 bits: RSA 2048, no SHA-1 */

/*
 * Key identifiers only help to find an issuer.  A certificate without them is
 * as good, and CAs of old fleets often leave them out.  So is a client's with
 * no name but alternative ones.  What a trust anchor says of itself does not
 * count.  Everything else in X509_V_FLAG_X509_STRICT is
 * checked.
 */
static int
forgive_cb(int ok, X509_STORE_CTX *ctx)
{
	int depth, error;

	if (ok)
		return (1);
	error = X509_STORE_CTX_get_error(ctx);
	depth = X509_STORE_CTX_get_error_depth(ctx);
	if (error != X509_V_ERR_MISSING_AUTHORITY_KEY_IDENTIFIER &&
	    error != X509_V_ERR_MISSING_SUBJECT_KEY_IDENTIFIER &&
	    (depth > 0 || error != X509_V_ERR_EMPTY_SUBJECT_SAN_NOT_CRITICAL) &&
	    (depth == 0 || !anchor_may(error) ||
		depth != sk_X509_num(X509_STORE_CTX_get0_chain(ctx)) - 1))
		return (0);
	X509_STORE_CTX_set_error(ctx, X509_V_OK);
	return (1);
}

/*
 * Is x issued by issuer?  A CA that was renewed with its key may have other
 * identifiers than those in the certificates that it has signed before: then
 * the signature tells.
 */
static int
issued_cb(X509_STORE_CTX *ctx, X509 *x, X509 *issuer)
{
	const struct tls_server *s;
	int ok;

	switch (X509_check_issued(issuer, x)) {
	case X509_V_OK:
	case X509_V_ERR_KEYUSAGE_NO_CERTSIGN:
		return (1);
	case X509_V_ERR_AKID_SKID_MISMATCH:
	case X509_V_ERR_AKID_ISSUER_SERIAL_MISMATCH:
		s = X509_STORE_CTX_get_app_data(ctx);
		/* A client may not make us check all of its own CAs. */
		if (!anchor_among(s->cas, issuer))
			return (0);
		ok = X509_verify(x, X509_get0_pubkey(issuer));
		ERR_clear_error();
		return (ok == 1);
	}
	return (0);
}

X509_STORE *
tls_verify_store(const struct tls_server *s)
{
	X509_STORE *store;
	int i;

	if ((store = X509_STORE_new()) == NULL)
		return (NULL);
	for (i = 0; i < sk_X509_num(s->cas); i++)
		if (!X509_STORE_add_cert(store, sk_X509_value(s->cas, i)))
			goto fail;
	X509_STORE_set_check_issued(store, issued_cb);
	X509_STORE_set_verify_cb(store, forgive_cb);
	/* A chain ends at the first certificate that stands in client_ca. */
	if (!X509_STORE_set_flags(store,
		X509_V_FLAG_X509_STRICT | X509_V_FLAG_PARTIAL_CHAIN) ||
	    !X509_STORE_set_depth(store, s->depth))
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
take_span(struct tls_conn *c, const struct tls_server *s,
    STACK_OF(X509) * chain)
{
	int64_t from, until;
	const X509 *x;
	int i;

	c->from = INT64_MIN;
	c->until = tls_crls_until(s->crls);
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
 * Ask the CRLs for each certificate of the chain but the last, which is trusted
 * as it stands.  The client's own must be on none of a CRL that is there; a CA
 * between is asked for where its issuer has a CRL.  Returns X509_V_OK, or an
 * error with the depth.
 */
static int
check_revoked(const struct tls_server *s, STACK_OF(X509) *chain, int64_t now,
    int *depth)
{
	int e, i;

	for (i = 0; s->crls != NULL && i < sk_X509_num(chain) - 1; i++) {
		e = tls_crls_ask(s->crls, sk_X509_value(chain, i),
		    sk_X509_value(chain, i + 1), now);
		if (e == X509_V_OK ||
		    (i > 0 &&
			(e == X509_V_ERR_UNABLE_TO_GET_CRL ||
			    e == X509_V_ERR_DIFFERENT_CRL_SCOPE)))
			continue;
		*depth = i;
		return (e);
	}
	return (X509_V_OK);
}

/* Refuse the leaf for what OpenSSL or a CRL says of its chain. */
static int
refuse_chain(struct tls_server *s, struct tls_conn *c, X509_STORE_CTX *ctx,
    X509 *leaf)
{
	int e;

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
 * Verify the chain without the cache.  Returns 0, or -1 with the conn's error
 * set.
 */
static int
check_chain(struct tls_server *s, struct tls_conn *c, X509_STORE_CTX *ctx,
    X509 *leaf, int64_t now)
{
	STACK_OF(X509) *chain;
	int depth = 0, e, ok;

	X509_STORE_CTX_set_app_data(ctx, s);
	X509_STORE_CTX_set_verify_cb(ctx, forgive_cb);
	X509_STORE_CTX_set_time(ctx, 0, (time_t)now);
	ok = X509_verify_cert(ctx);
	X509_STORE_CTX_set_app_data(ctx, NULL);
	ERR_clear_error();
	if (ok != 1)
		return (refuse_chain(s, c, ctx, leaf));
	chain = X509_STORE_CTX_get0_chain(ctx);
	e = check_revoked(s, chain, now, &depth);
	if (e != X509_V_OK) {
		X509_STORE_CTX_set_error(ctx, e);
		X509_STORE_CTX_set_error_depth(ctx, depth);
		return (refuse_chain(s, c, ctx, leaf));
	}
	/* It stands in client_ca itself. */
	if (sk_X509_num(chain) < 2) {
		X509_STORE_CTX_set_error(ctx, X509_V_ERR_CERT_REJECTED);
		refuse(c, leaf, "a CA certificate", 0);
		return (-1);
	}
	c->rules = tls_issuers_match(s->issuers, chain, s->cas);
	if (take_span(c, s, chain) == 0)
		return (0);
	X509_STORE_CTX_set_error(ctx, X509_V_ERR_CERT_REJECTED);
	refuse(c, leaf, "malformed dates", 0);
	return (-1);
}

/*
 * Find out whether one of our CAs is at the end of a refused chain.  OpenSSL
 * looks at signatures last of all.  Ours is looked at first, so that a stranger
 * cannot have us check others.
 */
static bool
is_ours(const struct tls_server *s, STACK_OF(X509) *chain)
{
	int i, n = sk_X509_num(chain);

	for (i = 0; n > 1 && i < sk_X509_num(s->cas); i++)
		if (X509_cmp(sk_X509_value(s->cas, i),
			sk_X509_value(chain, n - 1)) == 0)
			break;
	if (n < 2 || i == sk_X509_num(s->cas))
		return (false);
	for (i = n - 2; i >= 0; i--)
		if (X509_verify(sk_X509_value(chain, i),
			X509_get0_pubkey(sk_X509_value(chain, i + 1))) != 1)
			break;
	ERR_clear_error();
	return (i == -1);
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
		c->rules = slot->rules;
		slot = NULL;
		X509_STORE_CTX_set_error(ctx, X509_V_OK);
	} else if (check_chain(s, c, ctx, leaf, now) == -1) {
		c->ours = is_ours(s, X509_STORE_CTX_get0_chain(ctx));
		return (-1);
	}
	if (cert_check_leaf(leaf, s->require_eku, s->any_cn, &c->facts, &why) ==
	    -1) {
		X509_STORE_CTX_set_error(ctx, X509_V_ERR_CERT_REJECTED);
		X509_STORE_CTX_set_error_depth(ctx, 0);
		refuse(c, leaf, why, 0);
		c->ours = true;
		return (-1);
	}
	if (slot != NULL) {
		memcpy(slot->hash, hash, sizeof(hash));
		slot->from = c->from;
		slot->until = c->until;
		slot->rules = c->rules;
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
