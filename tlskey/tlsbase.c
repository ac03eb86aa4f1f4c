/* SPDX-License-Identifier: ISC */
/*
 * The provider "sallybase": OpenSSL's default provider, loaded in a library
 * context of its own, with a shorter list of algorithms in front.  For every
 * certificate OpenSSL 3.0 walks all that it can see, ciphers included; with the
 * few that a handshake of ours uses, a handshake costs an eighth less.
 */

#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/provider.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "tlsprov.h"

#define KEEP_MAX	16

/* Algorithms that are kept of each kind; of kinds not listed, all are. */
static const struct kept {
	int		 operation;
	const char	*names[KEEP_MAX];
} kept[] = {
	{ OSSL_OP_DIGEST, { "SHA1", "SHA2-256", "SHA2-384", "SHA2-512" } },
	{ OSSL_OP_CIPHER,
	    { "AES-128-GCM", "AES-256-GCM", "ChaCha20-Poly1305", "AES-256-CTR",
		"AES-256-ECB" } },
	{ OSSL_OP_KEYMGMT, { "EC", "RSA", "RSA-PSS", "ED25519", "X25519" } },
	{ OSSL_OP_DECODER, { "EC", "RSA", "RSA-PSS", "ED25519" } },
	{ OSSL_OP_ENCODER, { NULL } },
	{ OSSL_OP_STORE, { NULL } },
	{ OSSL_OP_ASYM_CIPHER, { NULL } },
	{ OSSL_OP_KEM, { NULL } },
};

#define KEPT	(sizeof(kept) / sizeof(kept[0]))

/*
 * The one thing of its kind that is not passed as an argument: OpenSSL gives
 * the functions below the default provider's own context, as its algorithms
 * need, and has no room for ours.  Counted, as tests make several contexts.
 */
static struct base {
	unsigned int	 refs;
	OSSL_LIB_CTX	*ctx;
	OSSL_PROVIDER	*prov;		/* the real default */
	OSSL_ALGORITHM	 lists[KEPT][KEEP_MAX];
} base;

/* Is the first name of the list "A:B:1.2.3" one of these? */
static bool
wanted(const struct kept *k, const char *names)
{
	size_t i, len;

	len = strcspn(names, ":");
	for (i = 0; i < KEEP_MAX && k->names[i] != NULL; i++)
		if (strlen(k->names[i]) == len &&
		    strncmp(names, k->names[i], len) == 0)
			return (true);
	return (false);
}

/* Public keys come in one form: the certificate's, in DER. */
static bool
public_form(const char *properties)
{
	return (strstr(properties, "input=der") != NULL &&
	    strstr(properties, "structure=SubjectPublicKeyInfo") != NULL);
}

/* Fill the short list of one kind. */
static int
filter(const struct kept *k, OSSL_ALGORITHM *dst)
{
	const OSSL_ALGORITHM *src;
	int n = 0, no_cache = 0;

	src = OSSL_PROVIDER_query_operation(base.prov, k->operation, &no_cache);
	for (; src != NULL && src->algorithm_names != NULL; src++) {
		if (!wanted(k, src->algorithm_names))
			continue;
		if (k->operation == OSSL_OP_DECODER &&
		    !public_form(src->property_definition))
			continue;
		if (n == KEEP_MAX - 1)
			return (-1);
		dst[n++] = *src;
	}
	memset(&dst[n], 0, sizeof(dst[n]));
	/* Another OpenSSL may name things differently: then it is all or no. */
	return (n > 0 || k->names[0] == NULL ? 0 : -1);
}

static const OSSL_ALGORITHM *
base_query(void *provctx, int operation, int *no_cache)
{
	size_t i;

	*no_cache = 0;
	for (i = 0; i < KEPT; i++)
		if (kept[i].operation == operation)
			return (base.lists[i]);
	return (OSSL_PROVIDER_query_operation(base.prov, operation, no_cache));
}

/* The groups that TLS may use. */
static int
base_capabilities(void *provctx, const char *capability, OSSL_CALLBACK *cb,
    void *arg)
{
	return (OSSL_PROVIDER_get_capabilities(base.prov, capability, cb, arg));
}

static void
base_release(void *provctx)
{
	if (--base.refs > 0)
		return;
	if (base.prov != NULL)
		(void)OSSL_PROVIDER_unload(base.prov);
	OSSL_LIB_CTX_free(base.ctx);
	memset(&base, 0, sizeof(base));
}

static int
base_acquire(void)
{
	size_t i;

	if (base.refs++ > 0)
		return (0);
	if ((base.ctx = OSSL_LIB_CTX_new()) == NULL ||
	    (base.prov = OSSL_PROVIDER_load(base.ctx, "default")) == NULL)
		goto fail;
	for (i = 0; i < KEPT; i++)
		if (filter(&kept[i], base.lists[i]) == -1)
			goto fail;
	return (0);
fail:
	base_release(NULL);
	return (-1);
}

int
tlsprov_base_init(const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *in,
    const OSSL_DISPATCH **out, void **provctx)
{
	static const OSSL_DISPATCH provider[] = {
		{ OSSL_FUNC_PROVIDER_QUERY_OPERATION,
		    (void (*)(void))base_query },
		{ OSSL_FUNC_PROVIDER_GET_CAPABILITIES,
		    (void (*)(void))base_capabilities },
		{ OSSL_FUNC_PROVIDER_TEARDOWN, (void (*)(void))base_release },
		{ 0, NULL }
	};

	if (base_acquire() == -1)
		return (0);
	*provctx = OSSL_PROVIDER_get0_provider_ctx(base.prov);
	*out = provider;
	return (1);
}
