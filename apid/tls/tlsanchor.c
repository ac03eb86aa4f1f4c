/* SPDX-License-Identifier: ISC */
/*
 * A trust anchor is a name and a key (RFC 5280, 6.1).  What its certificate says
 * besides is its operator's affair: many a CA has no key usage, or constraints
 * that are not critical, or is of version 1.  What OpenSSL would refuse with
 * each client is refused here, when the file is loaded.
 */

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include <stdio.h>

#include "tlsanchor.h"
#include "tlscert.h"

#define KEY_LEAST	112	/* bits of security: RSA 2048, P-224 */

/* Certificates of other kinds in client_ca are there by mistake. */
static const char *
not_a_ca(X509 *x)
{
	uint32_t flags;

	flags = X509_get_extension_flags(x);
	if ((flags & EXFLAG_INVALID) != 0)
		return ("has malformed extensions");
	if ((flags & EXFLAG_CRITICAL) != 0)
		return ("has a critical extension that is not known here");
	if (X509_NAME_entry_count(X509_get_subject_name(x)) == 0)
		return ("has no name");
	if ((flags & EXFLAG_PROXY) != 0 ||
	    (flags & (EXFLAG_BCONS | EXFLAG_CA)) == EXFLAG_BCONS)
		return ("is not a CA certificate (CA:FALSE)");
	/* Version 1 has no extension that could say it. */
	if ((flags & EXFLAG_BCONS) == 0 &&
	    X509_get_version(x) == X509_VERSION_3 && X509_check_ca(x) == 0)
		return (
		    "is not a CA certificate (neither basicConstraints CA:TRUE nor keyUsage keyCertSign)");
	return (NULL);
}

static const char *
bad_key(X509 *x)
{
	EVP_PKEY *key;
	int explicit = 0;

	if ((key = X509_get0_pubkey(x)) == NULL)
		return ("has an unknown kind of key");
	if (EVP_PKEY_get_security_bits(key) < KEY_LEAST)
		return ("has a key that is too weak: RSA needs 2048 bits");
	if (EVP_PKEY_is_a(key, "EC") &&
	    EVP_PKEY_get_int_param(key,
		OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS,
		&explicit) == 1 &&
	    explicit == 1)
		return ("has a curve that is not given by its name");
	return (NULL);
}

int
anchor_check(X509 *x, char *err, size_t errsize)
{
	char name[160];
	const char *why;

	cert_name(X509_get_subject_name(x), name, sizeof(name));
	if ((why = not_a_ca(x)) != NULL)
		snprintf(err, errsize,
		    "client_ca: %s %s: give the certificate of the CA, or make it anew with its key: openssl req -x509 -key CA.key -subj '%s' -days 3650 -out CA.crt",
		    name, why, name);
	else if ((why = bad_key(x)) != NULL)
		snprintf(err, errsize,
		    "client_ca: %s %s: make a new CA: openssl req -x509 -newkey rsa:3072 -subj '%s' -days 3650 -keyout CA.key -out CA.crt",
		    name, why, name);
	ERR_clear_error();
	return (why == NULL ? 0 : -1);
}

bool
anchor_among(STACK_OF(X509) *cas, const X509 *x)
{
	int i;

	for (i = 0; i < sk_X509_num(cas); i++)
		if (X509_cmp(sk_X509_value(cas, i), x) == 0)
			return (true);
	return (false);
}

bool
anchor_covers(X509 *ca, X509 *x, bool earlier)
{
	if (X509_NAME_cmp(X509_get_subject_name(ca),
		X509_get_subject_name(x)) == 0)
		return (earlier &&
		    EVP_PKEY_eq(X509_get0_pubkey(ca), X509_get0_pubkey(x)) ==
			1);
	return (X509_NAME_cmp(X509_get_subject_name(ca),
		    X509_get_issuer_name(x)) == 0);
}

bool
anchor_may(int error)
{
	switch (error) {
	case X509_V_ERR_INVALID_CA:
	case X509_V_ERR_INVALID_PURPOSE:
	case X509_V_ERR_KEYUSAGE_NO_CERTSIGN:
	case X509_V_ERR_CA_CERT_MISSING_KEY_USAGE:
	case X509_V_ERR_CA_BCONS_NOT_CRITICAL:
	case X509_V_ERR_PATHLEN_WITHOUT_KU_KEY_CERT_SIGN:
	case X509_V_ERR_PATHLEN_INVALID_FOR_NON_CA:
	case X509_V_ERR_KU_KEY_CERT_SIGN_INVALID_FOR_NON_CA:
	case X509_V_ERR_ISSUER_NAME_EMPTY:
	case X509_V_ERR_EMPTY_SUBJECT_ALT_NAME:
	case X509_V_ERR_SIGNATURE_ALGORITHM_INCONSISTENCY:
	case X509_V_ERR_AUTHORITY_KEY_IDENTIFIER_CRITICAL:
	case X509_V_ERR_SUBJECT_KEY_IDENTIFIER_CRITICAL:
	case X509_V_ERR_EXTENSIONS_REQUIRE_VERSION_3:
		return (true);
	}
	return (false);
}
