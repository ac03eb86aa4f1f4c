/* SPDX-License-Identifier: ISC */
/*
 * Make certificates, keys and CRLs as told.  Nothing here checks that what it
 * makes is wise: most of it is meant to be refused.
 */

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "mint.h"

#define HOUR	(60 * 60)
#define MONTH	(30 * 24 * HOUR)

EVP_PKEY *
mint_key(const char *type)
{
	if (type == NULL || strcmp(type, "p256") == 0)
		return (EVP_EC_gen("P-256"));
	if (strcmp(type, "p384") == 0)
		return (EVP_EC_gen("P-384"));
	if (strcmp(type, "p224") == 0)
		return (EVP_EC_gen("P-224"));
	if (strcmp(type, "ed25519") == 0)
		return (EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"));
	if (strncmp(type, "rsa", 3) == 0)
		return (EVP_RSA_gen((unsigned int)atol(type + 3)));
	return (NULL);
}

static int
add_cn(X509_NAME *name, const char *cn, size_t len, int type)
{
	/* The type as told, whatever the bytes are: nothing is converted. */
	return (X509_NAME_add_entry_by_NID(name, NID_commonName,
	    type != 0 ? type : V_ASN1_UTF8STRING, (const unsigned char *)cn,
	    (int)len, -1, 0));
}

static int
add_ext(X509 *cert, X509 *issuer, int nid, const char *value)
{
	X509_EXTENSION *ext;
	X509V3_CTX ctx;
	int ok;

	X509V3_set_ctx(&ctx, issuer, cert, NULL, NULL, 0);
	if ((ext = X509V3_EXT_conf_nid(NULL, &ctx, nid, value)) == NULL)
		return (0);
	ok = X509_add_ext(cert, ext, -1);
	X509_EXTENSION_free(ext);
	return (ok);
}

static int
add_raw(X509 *cert, const char *oid, int critical, size_t len)
{
	ASN1_OBJECT *obj;
	ASN1_OCTET_STRING *data;
	X509_EXTENSION *ext = NULL;
	unsigned char *bytes;
	int ok = 0;

	obj = OBJ_txt2obj(oid, 1);
	data = ASN1_OCTET_STRING_new();
	bytes = calloc(1, len);
	if (obj != NULL && data != NULL && bytes != NULL &&
	    ASN1_OCTET_STRING_set(data, bytes, (int)len) &&
	    (ext = X509_EXTENSION_create_by_OBJ(NULL, obj, critical, data)) !=
		NULL)
		ok = X509_add_ext(cert, ext, -1);
	free(bytes);
	X509_EXTENSION_free(ext);
	ASN1_OCTET_STRING_free(data);
	ASN1_OBJECT_free(obj);
	return (ok);
}

static int
add_eku(X509 *cert, const char *eku)
{
	static const struct {
		const char *name, *value;
	} words[] = {
		{ "client", "clientAuth" },
		{ "server", "serverAuth" },
		{ "any", "anyExtendedKeyUsage" },
		{ "email", "emailProtection" },
	};
	char value[128] = "";
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strstr(eku, words[i].name) == NULL)
			continue;
		if (value[0] != '\0')
			strcat(value, ",");
		strcat(value, words[i].value);
	}
	return (
	    value[0] != '\0' && add_ext(cert, cert, NID_ext_key_usage, value));
}

static int
add_exts(X509 *cert, const struct mint_spec *spec, X509 *issuer)
{
	const char *usage = "critical,digitalSignature";
	char bc[64];

	snprintf(bc, sizeof(bc), "%sCA:%s", spec->lax ? "" : "critical,",
	    spec->ca ? "TRUE" : "FALSE");
	if (spec->ca && spec->pathlen > 0)
		snprintf(bc + strlen(bc), sizeof(bc) - strlen(bc),
		    ",pathlen:%d", spec->pathlen - 1);
	if (spec->ca)
		usage = spec->dual ?
		    "critical,digitalSignature,keyCertSign,cRLSign" :
		    "critical,keyCertSign,cRLSign";
	if (spec->basic != NULL)
		snprintf(bc, sizeof(bc), "%s", spec->basic);
	if (spec->usage != NULL)
		usage = spec->usage;
	if ((*bc != '\0' &&
		!add_ext(cert, issuer, NID_basic_constraints, bc)) ||
	    (*usage != '\0' && !add_ext(cert, issuer, NID_key_usage, usage)))
		return (0);
	if (!spec->bare &&
	    !add_ext(cert, issuer, NID_subject_key_identifier, "hash"))
		return (0);
	/* An issuer without an identifier has none to name. */
	if (!spec->bare && X509_get0_subject_key_id(issuer) != NULL &&
	    !add_ext(cert, issuer, NID_authority_key_identifier,
		spec->akid != NULL ? spec->akid : "keyid"))
		return (0);
	if (spec->eku != NULL && !add_eku(cert, spec->eku))
		return (0);
	if (spec->san != NULL &&
	    !add_ext(cert, issuer, NID_subject_alt_name, spec->san))
		return (0);
	if (spec->crldp != NULL &&
	    !add_ext(cert, issuer, NID_crl_distribution_points, spec->crldp))
		return (0);
	if (spec->critical && !add_raw(cert, "1.2.3.4.5", 1, 2))
		return (0);
	return (spec->pad == 0 || add_raw(cert, "1.2.3.4.6", 0, spec->pad));
}

static int
set_serial(X509 *cert, uint64_t serial)
{
	if (serial == 0) {
		if (RAND_bytes((unsigned char *)&serial, sizeof(serial)) != 1)
			return (0);
		serial = (serial >> 1) | ((uint64_t)1 << 62);
	}
	return (ASN1_INTEGER_set_uint64(X509_get_serialNumber(cert), serial));
}

static int
fill(X509 *cert, const struct mint_spec *spec, EVP_PKEY *key)
{
	X509_NAME *name;
	size_t len;

	name = X509_get_subject_name(cert);
	if (spec->cn != NULL) {
		len = spec->cn_len != 0 ? spec->cn_len : strlen(spec->cn);
		if (!add_cn(name, spec->cn, len, spec->cn_type))
			return (0);
	}
	if (spec->cn2 != NULL && !add_cn(name, spec->cn2, strlen(spec->cn2), 0))
		return (0);
	return (X509_set_version(cert,
		spec->v1 ? X509_VERSION_1 : X509_VERSION_3) &&
	    set_serial(cert, spec->serial) && X509_set_pubkey(cert, key) &&
	    X509_gmtime_adj(X509_getm_notBefore(cert),
	    spec->from != 0 ? spec->from : -HOUR) != NULL &&
	    X509_gmtime_adj(X509_getm_notAfter(cert),
	    spec->until != 0 ? spec->until : MONTH) != NULL);
}

static const EVP_MD *
digest_of(const EVP_PKEY *key)
{
	return (EVP_PKEY_is_a(key, "ED25519") ? NULL : EVP_sha256());
}

int
mint_make(struct mint_id *id, const struct mint_spec *spec,
    const struct mint_id *issuer)
{
	if (id->key == NULL && (id->key = mint_key(spec->key)) == NULL)
		return (-1);
	if ((id->cert = X509_new()) == NULL)
		return (-1);
	if (issuer == NULL)
		issuer = id;
	if (!fill(id->cert, spec, id->key) ||
	    !X509_set_issuer_name(id->cert,
		X509_get_subject_name(issuer->cert)) ||
	    (!spec->v1 && !add_exts(id->cert, spec, issuer->cert)) ||
	    !X509_sign(id->cert, issuer->key, digest_of(issuer->key))) {
		X509_free(id->cert);
		id->cert = NULL;
		return (-1);
	}
	return (0);
}

void
mint_clear(struct mint_id *id)
{
	X509_free(id->cert);
	EVP_PKEY_free(id->key);
	id->cert = NULL;
	id->key = NULL;
}

static int
add_revoked(X509_CRL *crl, ASN1_INTEGER *serial, ASN1_TIME *when, int reason)
{
	ASN1_ENUMERATED *code = NULL;
	X509_REVOKED *rev;
	int ok;

	if ((rev = X509_REVOKED_new()) == NULL)
		return (0);
	ok = X509_REVOKED_set_serialNumber(rev, serial) &&
	    X509_REVOKED_set_revocationDate(rev, when);
	if (ok && reason != 0)
		ok = (code = ASN1_ENUMERATED_new()) != NULL &&
		    ASN1_ENUMERATED_set(code, reason) &&
		    X509_REVOKED_add1_ext_i2d(rev, NID_crl_reason, code, 0,
			0) == 1;
	ASN1_ENUMERATED_free(code);
	if (!ok || !X509_CRL_add0_revoked(crl, rev)) {
		X509_REVOKED_free(rev);
		return (0);
	}
	return (1);
}

static int
add_number(X509_CRL *crl, int nid, int64_t value)
{
	ASN1_INTEGER *n;
	int ok;

	if (value == 0)
		return (1);
	n = ASN1_INTEGER_new();
	ok = n != NULL && ASN1_INTEGER_set_int64(n, value) &&
	    X509_CRL_add1_ext_i2d(crl, nid, n, nid == NID_delta_crl, 0) == 1;
	ASN1_INTEGER_free(n);
	return (ok);
}

static int
add_crl_ext(X509_CRL *crl, const char *name, const char *value)
{
	X509_EXTENSION *ext;
	X509V3_CTX ctx;
	int ok;

	X509V3_set_ctx(&ctx, NULL, NULL, NULL, crl, 0);
	if ((ext = X509V3_EXT_conf(NULL, &ctx, name, value)) == NULL)
		return (0);
	ok = X509_CRL_add_ext(crl, ext, -1);
	X509_EXTENSION_free(ext);
	return (ok);
}

static int
add_crl_exts(X509_CRL *crl, const struct mint_crl_spec *spec)
{
	char value[512];

	if (!add_number(crl, NID_crl_number, spec->number) ||
	    !add_number(crl, NID_delta_crl, spec->base))
		return (0);
	if (spec->oid != NULL &&
	    !add_crl_ext(crl, spec->oid, "critical,DER:0500"))
		return (0);
	if (spec->scope == NULL)
		return (1);
	snprintf(value, sizeof(value), "critical,%s", spec->scope);
	return (add_crl_ext(crl, "issuingDistributionPoint", value));
}

X509_CRL *
mint_crl_as(const struct mint_id *issuer, ASN1_INTEGER *const *serials,
    size_t n, const struct mint_crl_spec *spec)
{
	ASN1_TIME *last, *next;
	const EVP_MD *md;
	X509_CRL *crl;
	size_t i;

	md = spec->md != NULL ? EVP_get_digestbyname(spec->md) :
				digest_of(issuer->key);
	crl = X509_CRL_new();
	last = X509_gmtime_adj(NULL, spec->from != 0 ? spec->from : -HOUR);
	next = X509_gmtime_adj(NULL, spec->until != 0 ? spec->until : MONTH);
	if (crl == NULL || last == NULL || next == NULL ||
	    !X509_CRL_set_version(crl, X509_CRL_VERSION_2) ||
	    !X509_CRL_set_issuer_name(crl,
		X509_get_subject_name(issuer->cert)) ||
	    !X509_CRL_set1_lastUpdate(crl, last) ||
	    !X509_CRL_set1_nextUpdate(crl, next))
		goto fail;
	for (i = 0; i < n; i++)
		if (!add_revoked(crl, serials[i], last, spec->reason))
			goto fail;
	if (!add_crl_exts(crl, spec) || !X509_CRL_sort(crl) ||
	    !X509_CRL_sign(crl, issuer->key, md))
		goto fail;
	ASN1_TIME_free(last);
	ASN1_TIME_free(next);
	return (crl);
fail:
	ASN1_TIME_free(last);
	ASN1_TIME_free(next);
	X509_CRL_free(crl);
	return (NULL);
}

X509_CRL *
mint_crl(const struct mint_id *issuer, ASN1_INTEGER *const *serials, size_t n,
    int64_t from, int64_t until)
{
	struct mint_crl_spec spec = { .from = from, .until = until };

	return (mint_crl_as(issuer, serials, n, &spec));
}
