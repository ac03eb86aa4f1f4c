/* SPDX-License-Identifier: ISC */
/*
 * The requirements for the leaf certificate of a client: it is made for
 * clients, is not a CA's, and has one CN that is a name.
 */

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/x509v3.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "log.h"
#include "printable.h"
#include "tlscert.h"

#define SERIAL_MAX	20	/* bytes: RFC 5280, 4.1.2.2 */
#define CERT_CN_TEXT	((IDENT_SIZE - 1) * 4 + 1)

int
cert_time(const ASN1_TIME *t, int64_t *out)
{
	struct tm tm;
	time_t when;

	memset(&tm, 0, sizeof(tm));
	errno = 0;
	if (t == NULL || ASN1_TIME_to_tm(t, &tm) != 1 ||
	    ((when = timegm(&tm)) == -1 && errno != 0)) {
		errno = EINVAL;
		return (-1);
	}
	*out = when;
	return (0);
}

bool
cert_signed_by(X509 *x, X509 *ca)
{
	bool ok;

	if (X509_NAME_cmp(X509_get_issuer_name(x), X509_get_subject_name(ca)) !=
	    0)
		return (false);
	ok = X509_verify(x, X509_get0_pubkey(ca)) == 1;
	ERR_clear_error();
	return (ok);
}

static int
take_serial(const X509 *x, char *dst)
{
	const ASN1_INTEGER *serial;
	const unsigned char *p;
	int i, n;

	serial = X509_get0_serialNumber(x);
	n = ASN1_STRING_length(serial);
	if (n < 1 || n > SERIAL_MAX) {
		strlcpy(dst, "?", TLS_SERIAL_TEXT);
		return (-1);
	}
	if (ASN1_STRING_type(serial) == V_ASN1_NEG_INTEGER)
		*dst++ = '-';
	p = ASN1_STRING_get0_data(serial);
	for (i = 0; i < n; i++, dst += 2)
		snprintf(dst, 3, "%02X", p[i]);
	return (0);
}

/* The only CN, or NULL with why. */
static const ASN1_STRING *
one_cn(const X509 *x, const char **why)
{
	const X509_NAME *name;
	int first;

	name = X509_get_subject_name(x);
	first = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
	if (first < 0) {
		*why = "no CN";
		return (NULL);
	}
	if (X509_NAME_get_index_by_NID(name, NID_commonName, first) >= 0) {
		*why = "more than one CN";
		return (NULL);
	}
	return (X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, first)));
}

static bool
is_ascii(const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if ((s[i] & 0x80) != 0)
			return (false);
	return (true);
}

/*
 * The CN as UTF-8, whatever the string type: CAs of some makers write BMPString
 * or T61String, which is taken for Latin-1 as OpenSSL does.
 */
static int
take_cn(const X509 *x, char *cn, const char **why)
{
	const ASN1_STRING *data;
	unsigned char *text = NULL;
	int len, type, ret = -1;

	if ((data = one_cn(x, why)) == NULL)
		return (-1);
	type = ASN1_STRING_type(data);
	len = ASN1_STRING_to_UTF8(&text, data);
	ERR_clear_error();
	if (len < 0)
		*why = type == V_ASN1_UTF8STRING ?
		    "CN with control characters or invisible ones, or not UTF-8" :
		    "CN of a malformed or unknown string type";
	else if (len < 1 || len >= IDENT_SIZE)
		*why = "CN not of 1 to 64 bytes";
	else if (!printable_utf8((const char *)text, (size_t)len) ||
	    (type != V_ASN1_UTF8STRING && type != V_ASN1_T61STRING &&
		type != V_ASN1_BMPSTRING && type != V_ASN1_UNIVERSALSTRING &&
		!is_ascii((const char *)text, (size_t)len)))
		*why =
		    "CN with control characters or invisible ones, or not UTF-8";
	else {
		memcpy(cn, text, (size_t)len);
		cn[len] = '\0';
		ret = 0;
	}
	OPENSSL_free(text);
	return (ret);
}

static int
check_key(const X509 *x, const char **why)
{
	static const char *const curves[] = { "prime256v1", "secp384r1",
		"secp521r1" };
	EVP_PKEY *key;
	char group[32] = "";
	size_t i;

	*why = "key neither P-256 or better, Ed25519 nor RSA of 2048 bits";
	if ((key = X509_get0_pubkey(x)) == NULL)
		return (-1);
	if (EVP_PKEY_is_a(key, "ED25519"))
		return (0);
	if (EVP_PKEY_is_a(key, "RSA") || EVP_PKEY_is_a(key, "RSA-PSS"))
		return (EVP_PKEY_get_bits(key) >= 2048 ? 0 : -1);
	if (EVP_PKEY_is_a(key, "EC") &&
	    EVP_PKEY_get_group_name(key, group, sizeof(group), NULL) == 1)
		for (i = 0; i < sizeof(curves) / sizeof(curves[0]); i++)
			if (strcmp(group, curves[i]) == 0)
				return (0);
	return (-1);
}

int
cert_check_leaf(X509 *x, bool eku, bool any_cn, struct cert_facts *f,
    const char **why)
{
	uint32_t flags;

	memset(f, 0, sizeof(*f));
	flags = X509_get_extension_flags(x);
	if ((flags & EXFLAG_INVALID) != 0) {
		*why = "malformed extensions";
		return (-1);
	}
	/*
	 * This finds any hint of a CA, also in key usage and Netscape's
	 * extensions.
	 */
	if ((flags & EXFLAG_CA) != 0 || X509_check_ca(x) != 0) {
		*why = "a CA certificate";
		return (-1);
	}
	/*
	 * Without this extension, a certificate is good for all purposes; "any"
	 * in it is not enough.
	 */
	if ((flags & EXFLAG_XKUSAGE) != 0 ?
		(X509_get_extended_key_usage(x) & XKU_SSL_CLIENT) == 0 :
		eku) {
		*why = "no extended key usage clientAuth";
		return (-1);
	}
	if (take_serial(x, f->serial) == -1) {
		*why = "serial number longer than 20 bytes";
		return (-1);
	}
	if (cert_time(X509_get0_notBefore(x), &f->not_before) == -1 ||
	    cert_time(X509_get0_notAfter(x), &f->not_after) == -1) {
		*why = "malformed dates";
		return (-1);
	}
	if (take_cn(x, f->cn, why) == -1) {
		if (!any_cn)
			return (-1);
		f->no_cn = *why;
	}
	return (check_key(x, why));
}

void
cert_sans(const X509 *x, struct san_list *l)
{
	const GENERAL_NAME *name;
	GENERAL_NAMES *names;
	const ASN1_STRING *s;
	int found, i, type;

	san_init(l);
	names = X509_get_ext_d2i(x, NID_subject_alt_name, &found, NULL);
	/* The extension is there, but repeated or malformed. */
	if (names == NULL && found != -1)
		san_spoil(l);
	ERR_clear_error();
	for (i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		name = sk_GENERAL_NAME_value(names, i);
		s = GENERAL_NAME_get0_value(name, &type);
		if (type != GEN_DNS && type != GEN_EMAIL && type != GEN_URI)
			continue;
		san_add(l,
		    type == GEN_DNS ? SUBJECT_DNS :
			type == GEN_EMAIL ? SUBJECT_EMAIL :
					    SUBJECT_URI,
		    (const char *)ASN1_STRING_get0_data(s),
		    (size_t)ASN1_STRING_length(s));
	}
	GENERAL_NAMES_free(names);
}

/* Encode a CN for the log, as UTF-8 if it can be that. */
static void
show_cn(const ASN1_STRING *data, char dst[CERT_CN_TEXT])
{
	unsigned char *text = NULL;
	size_t len;
	int n;

	n = ASN1_STRING_to_UTF8(&text, data);
	ERR_clear_error();
	len = (size_t)(n < 0 ? ASN1_STRING_length(data) : n);
	if (len >= IDENT_SIZE)
		len = IDENT_SIZE - 1;
	(void)log_escape(dst, CERT_CN_TEXT,
	    n < 0 ? (const char *)ASN1_STRING_get0_data(data) :
		    (const char *)text,
	    len, " \"=");
	OPENSSL_free(text);
}

const char *
cert_describe(X509 *x, char *dst)
{
	char serial[TLS_SERIAL_TEXT] = "", cn[CERT_CN_TEXT] = "";
	const ASN1_STRING *data;
	const char *why;
	int first;

	(void)take_serial(x, serial);
	if ((data = one_cn(x, &why)) == NULL) {
		first = X509_NAME_get_index_by_NID(X509_get_subject_name(x),
		    NID_commonName, -1);
		if (first >= 0)
			data = X509_NAME_ENTRY_get_data(
			    X509_NAME_get_entry(X509_get_subject_name(x),
				first));
	}
	if (data != NULL)
		show_cn(data, cn);
	snprintf(dst, CERT_TEXT, "serial=%s cn=%s", serial,
	    data != NULL ? cn : "-");
	return (dst);
}

const char *
cert_name(const X509_NAME *name, char *dst, size_t size)
{
	char text[128] = "";

	(void)X509_NAME_oneline(name, text, sizeof(text));
	(void)log_escape(dst, size, text, strlen(text), "");
	return (dst);
}
