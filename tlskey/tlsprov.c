/* SPDX-License-Identifier: ISC */
/*
 * The provider "sallykey": key management that knows public halves only, and
 * one signature operation that hands the whole text to be signed to tlskey.c.
 * It shadows nothing: its signature has a name of its own, and its key types
 * are found only by those who ask for "provider=sallykey".
 */

#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/params.h>
#include <openssl/rsa.h>

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tlskey_int.h"
#include "tlsprov.h"

#define PUB_MAX		1100	/* RSA of 8192 bits and its exponent */
#define FN(id, fn)                                                             \
	{                                                                      \
		(id), (void (*)(void))(fn)                                     \
	}
#define END                                                                    \
	{                                                                      \
		0, NULL                                                        \
	}

enum provkey_type {
	KEY_EC,
	KEY_ED25519,
	KEY_RSA
};

struct provkey {
	enum provkey_type	 type;
	struct tlskey_key	*holder;	/* NULL: to be compared only */
	size_t			 len;
	uint8_t			 pub[PUB_MAX];
};

static void *
provkey_new(enum provkey_type type)
{
	struct provkey *key;

	if ((key = calloc(1, sizeof(*key))) != NULL)
		key->type = type;
	return (key);
}

static void *
provkey_new_ec(void *provctx)
{
	return (provkey_new(KEY_EC));
}

static void *
provkey_new_ed25519(void *provctx)
{
	return (provkey_new(KEY_ED25519));
}

static void *
provkey_new_rsa(void *provctx)
{
	return (provkey_new(KEY_RSA));
}

static void
provkey_free(void *key)
{
	free(key);
}

static int
provkey_has(const void *data, int selection)
{
	const struct provkey *key = data;

	/* libssl asks for the private half and must hear that it is there. */
	if ((selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) != 0)
		return (key->holder != NULL);
	return (1);
}

static int
provkey_match(const void *data1, const void *data2, int selection)
{
	const struct provkey *a = data1, *b = data2;

	return (a->type == b->type && a->len == b->len &&
	    memcmp(a->pub, b->pub, a->len) == 0);
}

static int
import_octets(struct provkey *key, const OSSL_PARAM params[])
{
	const OSSL_PARAM *p;
	void *pub = key->pub;

	p = OSSL_PARAM_locate_const(params, OSSL_PKEY_PARAM_PUB_KEY);
	return (p != NULL &&
	    OSSL_PARAM_get_octet_string(p, &pub, sizeof(key->pub), &key->len));
}

static int
import_bn(struct provkey *key, const OSSL_PARAM params[], const char *name)
{
	const OSSL_PARAM *p;
	BIGNUM *bn = NULL;
	int ok = 0, n;

	p = OSSL_PARAM_locate_const(params, name);
	if (p == NULL || !OSSL_PARAM_get_BN(p, &bn))
		return (0);
	n = BN_num_bytes(bn);
	if (n > 0 && (size_t)n <= sizeof(key->pub) - key->len) {
		key->len += (size_t)BN_bn2bin(bn, key->pub + key->len);
		ok = 1;
	}
	BN_free(bn);
	return (ok);
}

static int
provkey_import(void *data, int selection, const OSSL_PARAM params[])
{
	struct provkey *key = data;
	const OSSL_PARAM *p;
	void *holder = &key->holder;

	p = OSSL_PARAM_locate_const(params, TLSPROV_HOLDER);
	if (p != NULL &&
	    !OSSL_PARAM_get_octet_string(p, &holder, sizeof(key->holder), NULL))
		return (0);
	key->len = 0;
	if (key->type != KEY_RSA)
		return (import_octets(key, params));
	return (import_bn(key, params, OSSL_PKEY_PARAM_RSA_N) &&
	    import_bn(key, params, OSSL_PKEY_PARAM_RSA_E));
}

static const OSSL_PARAM *
provkey_import_types(int selection)
{
	static const OSSL_PARAM types[] = {
		OSSL_PARAM_octet_string(TLSPROV_HOLDER, NULL, 0),
		OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, NULL, 0),
		OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PUB_KEY, NULL, 0),
		OSSL_PARAM_BN(OSSL_PKEY_PARAM_RSA_N, NULL, 0),
		OSSL_PARAM_BN(OSSL_PKEY_PARAM_RSA_E, NULL, 0), OSSL_PARAM_END
	};

	return (types);
}

static int
set_int(OSSL_PARAM params[], const char *name, int value)
{
	OSSL_PARAM *p;

	p = OSSL_PARAM_locate(params, name);
	return (p == NULL || OSSL_PARAM_set_int(p, value));
}

static int
set_text(OSSL_PARAM params[], const char *name, const char *value)
{
	OSSL_PARAM *p;

	p = OSSL_PARAM_locate(params, name);
	return (p == NULL || OSSL_PARAM_set_utf8_string(p, value));
}

static int
provkey_get(void *data, OSSL_PARAM params[])
{
	const struct provkey *key = data;
	const struct tlskey_facts *facts;

	if (key->holder == NULL)
		return (0);
	facts = tlskey_key_facts(key->holder);
	if (!set_int(params, OSSL_PKEY_PARAM_BITS, facts->bits) ||
	    !set_int(params, OSSL_PKEY_PARAM_SECURITY_BITS,
		facts->security_bits) ||
	    !set_int(params, OSSL_PKEY_PARAM_MAX_SIZE, facts->max_size))
		return (0);
	if (key->type == KEY_ED25519)
		return (set_text(params, OSSL_PKEY_PARAM_MANDATORY_DIGEST, ""));
	if (key->type == KEY_EC &&
	    !set_text(params, OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1"))
		return (0);
	return (set_text(params, OSSL_PKEY_PARAM_DEFAULT_DIGEST, "SHA256"));
}

static const OSSL_PARAM *
provkey_gettable(void *provctx)
{
	static const OSSL_PARAM types[] = { OSSL_PARAM_int(OSSL_PKEY_PARAM_BITS,
						NULL),
		OSSL_PARAM_int(OSSL_PKEY_PARAM_SECURITY_BITS, NULL),
		OSSL_PARAM_int(OSSL_PKEY_PARAM_MAX_SIZE, NULL),
		OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, NULL, 0),
		OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_DEFAULT_DIGEST, NULL, 0),
		OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_MANDATORY_DIGEST, NULL,
		    0),
		OSSL_PARAM_END };

	return (types);
}

static const char *
provkey_operation(int operation)
{
	return (operation == OSSL_OP_SIGNATURE ? "SALLYKEY" : NULL);
}

#define KEYMGMT(name, new)						\
	static const OSSL_DISPATCH name[] = { FN(OSSL_FUNC_KEYMGMT_NEW, new),  \
		FN(OSSL_FUNC_KEYMGMT_FREE, provkey_free),		\
		FN(OSSL_FUNC_KEYMGMT_HAS, provkey_has),			\
		FN(OSSL_FUNC_KEYMGMT_MATCH, provkey_match),		\
		FN(OSSL_FUNC_KEYMGMT_IMPORT, provkey_import),		\
		FN(OSSL_FUNC_KEYMGMT_IMPORT_TYPES, provkey_import_types), \
		FN(OSSL_FUNC_KEYMGMT_GET_PARAMS, provkey_get),		\
		FN(OSSL_FUNC_KEYMGMT_GETTABLE_PARAMS, provkey_gettable), \
		FN(OSSL_FUNC_KEYMGMT_QUERY_OPERATION_NAME, provkey_operation), \
		END }

KEYMGMT(keymgmt_ec, provkey_new_ec);
KEYMGMT(keymgmt_ed25519, provkey_new_ed25519);
KEYMGMT(keymgmt_rsa, provkey_new_rsa);

/* --- the signature --- */

struct sigctx {
	const struct provkey	*key;	/* EVP keeps it alive */
	uint16_t		 scheme;
	int			 pss;	/* padding asked for; RSA only */
};

static void *
sig_new(void *provctx, const char *propq)
{
	return (calloc(1, sizeof(struct sigctx)));
}

static void
sig_free(void *ctx)
{
	free(ctx);
}

/* Is md SHA-2 of this length?  Fetched digests give the longer name. */
static bool
is_digest(const char *md, const char *bits)
{
	if (md == NULL || OPENSSL_strncasecmp(md, "SHA", 3) != 0)
		return (false);
	md += strncmp(md + 3, "2-", 2) == 0 ? 5 : 3;
	return (strcmp(md, bits) == 0);
}

static int
sig_init(void *data, const char *md, void *keydata, const OSSL_PARAM params[])
{
	struct sigctx *ctx = data;

	ctx->key = keydata;
	ctx->scheme = 0;
	ctx->pss = 0;
	if (ctx->key == NULL || ctx->key->holder == NULL)
		return (0);
	switch (ctx->key->type) {
	case KEY_EC:
		if (is_digest(md, "256"))
			ctx->scheme = SCHEME_ECDSA_P256;
		break;
	case KEY_ED25519:
		if (md == NULL || *md == '\0')
			ctx->scheme = SCHEME_ED25519;
		break;
	case KEY_RSA:
		if (is_digest(md, "256"))
			ctx->scheme = SCHEME_PSS_SHA256;
		else if (is_digest(md, "384"))
			ctx->scheme = SCHEME_PSS_SHA384;
		break;
	}
	return (ctx->scheme != 0);
}

static int
sig_sign(void *data, unsigned char *sig, size_t *siglen, size_t size,
    const unsigned char *tbs, size_t len)
{
	struct sigctx *ctx = data;

	if (ctx->key->type == KEY_RSA && !ctx->pss)
		return (0);
	if (sig == NULL) {
		*siglen = (size_t)tlskey_key_facts(ctx->key->holder)->max_size;
		return (1);
	}
	return (tlskey_key_sign(ctx->key->holder, ctx->scheme, tbs, len, sig,
	    size, siglen) == 0);
}

static int
sig_set(void *data, const OSSL_PARAM params[])
{
	struct sigctx *ctx = data;
	const OSSL_PARAM *p;
	const char *text = NULL;
	int mode = 0;

	p = OSSL_PARAM_locate_const(params, OSSL_SIGNATURE_PARAM_PAD_MODE);
	if (p == NULL)
		return (1);
	if (p->data_type == OSSL_PARAM_UTF8_STRING) {
		if (!OSSL_PARAM_get_utf8_string_ptr(p, &text))
			return (0);
		ctx->pss = strcmp(text, OSSL_PKEY_RSA_PAD_MODE_PSS) == 0;
	} else {
		if (!OSSL_PARAM_get_int(p, &mode))
			return (0);
		ctx->pss = mode == RSA_PKCS1_PSS_PADDING;
	}
	return (ctx->pss);
}

static const OSSL_PARAM *
sig_settable(void *data, void *provctx)
{
	static const OSSL_PARAM types[] = {
		OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_PAD_MODE, NULL, 0),
		OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_PSS_SALTLEN, NULL,
		    0),
		OSSL_PARAM_END
	};

	return (types);
}

static const OSSL_DISPATCH signature[] = { FN(OSSL_FUNC_SIGNATURE_NEWCTX,
					       sig_new),
	FN(OSSL_FUNC_SIGNATURE_FREECTX, sig_free),
	FN(OSSL_FUNC_SIGNATURE_DIGEST_SIGN_INIT, sig_init),
	FN(OSSL_FUNC_SIGNATURE_DIGEST_SIGN, sig_sign),
	FN(OSSL_FUNC_SIGNATURE_SET_CTX_PARAMS, sig_set),
	FN(OSSL_FUNC_SIGNATURE_SETTABLE_CTX_PARAMS, sig_settable), END };

#define PROPERTIES	"provider=sallykey"

static const OSSL_ALGORITHM keymgmts[] = {
	{ "EC:id-ecPublicKey:1.2.840.10045.2.1", PROPERTIES, keymgmt_ec, "" },
	{ "ED25519:1.3.101.112", PROPERTIES, keymgmt_ed25519, "" },
	{ "RSA:rsaEncryption:1.2.840.113549.1.1.1", PROPERTIES, keymgmt_rsa,
	    "" },
	{ NULL, NULL, NULL, NULL }
};

static const OSSL_ALGORITHM signatures[] = {
	{ "SALLYKEY", PROPERTIES, signature, "" }, { NULL, NULL, NULL, NULL }
};

static const OSSL_ALGORITHM *
key_query(void *provctx, int operation, int *no_cache)
{
	*no_cache = 0;
	if (operation == OSSL_OP_KEYMGMT)
		return (keymgmts);
	return (operation == OSSL_OP_SIGNATURE ? signatures : NULL);
}

int
tlsprov_key_init(const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *in,
    const OSSL_DISPATCH **out, void **provctx)
{
	static const OSSL_DISPATCH provider[] = {
		FN(OSSL_FUNC_PROVIDER_QUERY_OPERATION, key_query), END
	};

	/* Stateless: any pointer that is not NULL will do. */
	*provctx = (void *)(uintptr_t)handle;
	*out = provider;
	return (1);
}
