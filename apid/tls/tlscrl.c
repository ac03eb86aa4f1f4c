/* SPDX-License-Identifier: ISC */
/*
 * The CRLs in use.  OpenSSL would verify the signature of the whole CRL again
 * for each certificate that it looks up.
 */

#include <openssl/err.h>
#include <openssl/x509_vfy.h>

#include <stdlib.h>
#include <string.h>

#include "tlscrl.h"
#include "tlsscope.h"

void
tls_crl_clear(struct tls_crl *c)
{
	X509_CRL_free(c->crl);
	EVP_PKEY_free(c->key);
	ISSUING_DIST_POINT_free(c->scope);
	ASN1_INTEGER_free(c->number);
	ASN1_INTEGER_free(c->base);
	memset(c, 0, sizeof(*c));
}

void
tls_crls_free(struct tls_crls *crls)
{
	unsigned int i;

	if (crls == NULL)
		return;
	for (i = 0; i < crls->n; i++)
		tls_crl_clear(&crls->list[i]);
	free(crls);
}

int64_t
tls_crls_until(const struct tls_crls *crls)
{
	int64_t until = INT64_MAX;
	unsigned int i;

	for (i = 0; crls != NULL && i < crls->n; i++)
		if (crls->list[i].until < until)
			until = crls->list[i].until;
	return (until);
}

bool
tls_crl_named(const struct tls_crl *c, const X509 *ca)
{
	return (X509_NAME_cmp(X509_get_subject_name(ca),
		    X509_CRL_get_issuer(c->crl)) == 0);
}

bool
tls_crl_prove(struct tls_crl *c, EVP_PKEY *key)
{
	bool ok;

	if (c->key != NULL)
		return (EVP_PKEY_eq(c->key, key) == 1);
	ok = X509_CRL_verify(c->crl, key) == 1 && EVP_PKEY_up_ref(key) == 1;
	ERR_clear_error();
	if (ok)
		c->key = key;
	return (ok);
}

static int
time_error(const struct tls_crl *c, int64_t now)
{
	if (c->from > now)
		return (X509_V_ERR_CRL_NOT_YET_VALID);
	return (c->until <= now ? X509_V_ERR_CRL_HAS_EXPIRED : X509_V_OK);
}

/* Ask one complete CRL, and its delta first. */
static int
ask(const struct tls_crl *c, X509 *cert, int64_t now)
{
	X509_REVOKED *rev;
	int e, found = 0;

	if ((e = time_error(c, now)) != X509_V_OK)
		return (e);
	if (c->delta != NULL) {
		if ((e = time_error(c->delta, now)) != X509_V_OK)
			return (e);
		found = X509_CRL_get0_by_serial(c->delta->crl, &rev,
		    X509_get_serialNumber(cert));
	}
	if (found == 0)
		found = X509_CRL_get0_by_serial(c->crl, &rev,
		    X509_get_serialNumber(cert));
	/* 2: it was taken off the CRL again. */
	return (found == 1 ? X509_V_ERR_CERT_REVOKED : X509_V_OK);
}

int
tls_crls_ask(struct tls_crls *crls, X509 *cert, X509 *issuer, int64_t now)
{
	EVP_PKEY *key;
	struct tls_crl *c;
	unsigned int i;
	int e, verdict = X509_V_ERR_UNABLE_TO_GET_CRL;

	key = X509_get0_pubkey(issuer);
	for (i = 0; i < crls->n; i++) {
		c = &crls->list[i];
		if (c->base != NULL || !tls_crl_named(c, issuer) ||
		    !tls_crl_prove(c, key) ||
		    (c->delta != NULL && !tls_crl_prove(c->delta, key)))
			continue;
		if (!scope_has(c->scope, cert)) {
			if (verdict == X509_V_ERR_UNABLE_TO_GET_CRL)
				verdict = X509_V_ERR_DIFFERENT_CRL_SCOPE;
			continue;
		}
		if ((e = ask(c, cert, now)) != X509_V_OK)
			return (e);
		verdict = X509_V_OK;
	}
	return (verdict);
}
