/* SPDX-License-Identifier: ISC */
/*
 * The certificates and the revocation list of an authority, built with
 * libcrypto.
 */

#include <arpa/inet.h>

#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cacert.h"
#include "clock.h"

#define SERIAL_BITS 159	 /* RFC 5280 4.1.2.2: positive, in 20 bytes */
#define SKEW_S	    3600 /* clocks of devices are slow by so much */

struct extension {
	int		 nid;
	const char	*value;
};

static int
add_extensions(X509 *x, X509 *ca, const struct extension *e, size_t n)
{
	X509_EXTENSION *ext;
	X509V3_CTX ctx;
	size_t i;
	int ok;

	X509V3_set_ctx(&ctx, ca, x, NULL, NULL, 0);
	for (i = 0; i < n; i++) {
		ext = X509V3_EXT_nconf_nid(NULL, &ctx, e[i].nid, e[i].value);
		if (ext == NULL)
			return (-1);
		ok = X509_add_ext(x, ext, -1);
		X509_EXTENSION_free(ext);
		if (!ok)
			return (-1);
	}
	return (0);
}

static int
add_purpose(X509 *x, X509 *ca, const struct cert_wish *w)
{
	struct in6_addr any;
	char alt[CA_NAME_MAX + 8];
	bool is_addr;

	const struct extension authority[] = {
		{ NID_basic_constraints, "critical,CA:TRUE,pathlen:0" },
		{ NID_key_usage, "critical,keyCertSign,cRLSign" },
		{ NID_subject_key_identifier, "hash" },
	};
	const struct extension leaf[] = {
		{ NID_basic_constraints, "critical,CA:FALSE" },
		{ NID_key_usage, "critical,digitalSignature" },
		{ NID_ext_key_usage, w->server ? "serverAuth" : "clientAuth" },
		{ NID_subject_key_identifier, "hash" },
		{ NID_authority_key_identifier, "keyid:always" },
		{ NID_subject_alt_name, alt },
	};
	size_t nleaf = sizeof(leaf) / sizeof(leaf[0]);

	if (ca == x)
		return (add_extensions(x, ca, authority,
		    sizeof(authority) / sizeof(authority[0])));
	is_addr = inet_pton(AF_INET, w->name, &any) == 1 ||
	    inet_pton(AF_INET6, w->name, &any) == 1;
	snprintf(alt, sizeof(alt), "%s:%s", is_addr ? "IP" : "DNS", w->name);
	return (add_extensions(x, ca, leaf, w->server ? nleaf : nleaf - 1));
}

static int
set_serial(X509 *x)
{
	BIGNUM *bn;
	int ok;

	bn = BN_new();
	ok = bn != NULL &&
	    BN_rand(bn, SERIAL_BITS, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) &&
	    BN_to_ASN1_INTEGER(bn, X509_get_serialNumber(x)) != NULL;
	BN_free(bn);
	return (ok ? 0 : -1);
}

/* Ed25519 has its digest within. */
static const EVP_MD *
digest_of(const EVP_PKEY *key)
{
	return (EVP_PKEY_is_a(key, "ED25519") ? NULL : EVP_sha256());
}

X509 *
cacert_make(const struct cert_wish *w, EVP_PKEY *pub, X509 *ca,
    EVP_PKEY *ca_key)
{
	time_t now = (time_t)wall_now().s;
	X509_NAME *name;
	X509 *x;

	if ((x = X509_new()) == NULL)
		return (NULL);
	name = X509_get_subject_name(x);
	if (ca == NULL)
		ca = x;
	if (!X509_set_version(x, X509_VERSION_3) || set_serial(x) == -1 ||
	    ASN1_TIME_set(X509_getm_notBefore(x), now - SKEW_S) == NULL ||
	    ASN1_TIME_set(X509_getm_notAfter(x), now + (time_t)w->term) ==
		NULL ||
	    !X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
		(const unsigned char *)w->name, -1, -1, 0) ||
	    !X509_set_issuer_name(x, X509_get_subject_name(ca)) ||
	    !X509_set_pubkey(x, pub) || add_purpose(x, ca, w) == -1 ||
	    X509_sign(x, ca_key, digest_of(ca_key)) == 0) {
		X509_free(x);
		return (NULL);
	}
	return (x);
}

void
cacert_serial(const X509 *x, char dst[SERIAL_TEXT])
{
	const ASN1_INTEGER *n;
	int i;

	n = X509_get0_serialNumber(x);
	dst[0] = '\0';
	for (i = 0; i < n->length && i < (SERIAL_TEXT - 1) / 2; i++)
		snprintf(dst + 2 * i, 3, "%02X", n->data[i]);
}

int64_t
cacert_until(const X509 *x)
{
	struct tm tm;

	if (!ASN1_TIME_to_tm(X509_get0_notAfter(x), &tm))
		return (0);
	return (timegm(&tm));
}

/* Put one certificate on the list. */
static int
list_one(X509_CRL *crl, const struct issued *is)
{
	ASN1_INTEGER *serial = NULL;
	ASN1_TIME *at;
	X509_REVOKED *r;
	BIGNUM *bn = NULL;
	int ok;

	at = ASN1_TIME_set(NULL, (time_t)is->revoked);
	r = X509_REVOKED_new();
	if (BN_hex2bn(&bn, is->serial) > 0)
		serial = BN_to_ASN1_INTEGER(bn, NULL);
	ok = at != NULL && r != NULL && serial != NULL &&
	    X509_REVOKED_set_serialNumber(r, serial) &&
	    X509_REVOKED_set_revocationDate(r, at) &&
	    X509_CRL_add0_revoked(crl, r);
	if (!ok)
		X509_REVOKED_free(r);
	ASN1_INTEGER_free(serial);
	ASN1_TIME_free(at);
	BN_free(bn);
	return (ok ? 0 : -1);
}

/* Its number is one more than that of the list before. */
static int
number(X509_CRL *crl, const X509_CRL *old)
{
	ASN1_INTEGER *n = NULL;
	BIGNUM *bn = NULL;
	int ok;

	if (old != NULL)
		n = X509_CRL_get_ext_d2i(old, NID_crl_number, NULL, NULL);
	bn = n != NULL ? ASN1_INTEGER_to_BN(n, NULL) : BN_new();
	ASN1_INTEGER_free(n);
	n = NULL;
	ok = bn != NULL && BN_add_word(bn, 1) &&
	    (n = BN_to_ASN1_INTEGER(bn, NULL)) != NULL &&
	    X509_CRL_add1_ext_i2d(crl, NID_crl_number, n, 0, 0);
	ASN1_INTEGER_free(n);
	BN_free(bn);
	return (ok ? 0 : -1);
}

/* Say whose key signed it. */
static int
name_signer(X509_CRL *crl, X509 *ca)
{
	X509_EXTENSION *ext;
	X509V3_CTX ctx;
	int ok;

	X509V3_set_ctx(&ctx, ca, NULL, NULL, crl, 0);
	ext = X509V3_EXT_nconf_nid(NULL, &ctx, NID_authority_key_identifier,
	    "keyid:always");
	ok = ext != NULL && X509_CRL_add_ext(crl, ext, -1);
	X509_EXTENSION_free(ext);
	return (ok ? 0 : -1);
}

X509_CRL *
cacert_crl(const TXT_DB *db, const X509_CRL *old, X509 *ca, EVP_PKEY *ca_key)
{
	ASN1_TIME *now;
	X509_CRL *crl;
	struct issued is;
	unsigned int i;

	now = ASN1_TIME_set(NULL, (time_t)wall_now().s);
	if ((crl = X509_CRL_new()) == NULL || now == NULL ||
	    !X509_CRL_set_version(crl, X509_CRL_VERSION_2) ||
	    !X509_CRL_set_issuer_name(crl, X509_get_subject_name(ca)) ||
	    !X509_CRL_set1_lastUpdate(crl, now) ||
	    !X509_CRL_set1_nextUpdate(crl, X509_get0_notAfter(ca)) ||
	    number(crl, old) == -1 || name_signer(crl, ca) == -1)
		goto fail;
	for (i = 0; i < caindex_count(db); i++) {
		caindex_row(db, i, &is);
		if (is.state == ISSUED_REVOKED && list_one(crl, &is) == -1)
			goto fail;
	}
	if (!X509_CRL_sort(crl) ||
	    X509_CRL_sign(crl, ca_key, digest_of(ca_key)) == 0)
		goto fail;
	ASN1_TIME_free(now);
	return (crl);
fail:
	ASN1_TIME_free(now);
	X509_CRL_free(crl);
	return (NULL);
}
