/* SPDX-License-Identifier: ISC */
/*
 * The provider "sallybase": OpenSSL's default provider, loaded in a library
 * context of its own, with a shorter list of algorithms in front.  For every
 * certificate OpenSSL 3.0 walks all decoders and key managers that it can see;
 * of these a handshake of ours uses four.  Saves a tenth of a handshake.
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

/*
 * The one thing of its kind that is not passed as an argument: OpenSSL gives
 * the functions below the default provider's own context, as its algorithms
 * need, and has no room for ours.  Counted, as tests make several contexts.
 */
static struct base {
	unsigned int	 refs;
	OSSL_LIB_CTX	*ctx;
	OSSL_PROVIDER	*prov;		/* the real default */
	OSSL_ALGORITHM	 decoders[KEEP_MAX];
	OSSL_ALGORITHM	 keymgmts[KEEP_MAX];
} base;

/* Is the first name of the list "A:B:1.2.3" one of ours? */
static bool
wanted(const char *names)
{
	static const char *const keep[] = { "EC", "RSA", "RSA-PSS", "ED25519",
		"X25519" };
	size_t i, len;

	len = strcspn(names, ":");
	for (i = 0; i < sizeof(keep) / sizeof(keep[0]); i++)
		if (strlen(keep[i]) == len && strncmp(names, keep[i], len) == 0)
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

static int
filter(int operation, OSSL_ALGORITHM *dst)
{
	const OSSL_ALGORITHM *src;
	int n = 0, no_cache = 0;

	src = OSSL_PROVIDER_query_operation(base.prov, operation, &no_cache);
	for (; src != NULL && src->algorithm_names != NULL; src++) {
		if (!wanted(src->algorithm_names))
			continue;
		if (operation == OSSL_OP_DECODER &&
		    !public_form(src->property_definition))
			continue;
		if (n == KEEP_MAX - 1)
			return (-1);
		dst[n++] = *src;
	}
	memset(&dst[n], 0, sizeof(dst[n]));
	return (n > 0 ? 0 : -1);
}

static const OSSL_ALGORITHM *
base_query(void *provctx, int operation, int *no_cache)
{
	*no_cache = 0;
	switch (operation) {
	case OSSL_OP_DECODER:
		return (base.decoders);
	case OSSL_OP_KEYMGMT:
		return (base.keymgmts);
	case OSSL_OP_ENCODER:
	case OSSL_OP_STORE:
	case OSSL_OP_ASYM_CIPHER:
	case OSSL_OP_KEM:
		return (NULL);
	}
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
	if (base.refs++ > 0)
		return (0);
	if ((base.ctx = OSSL_LIB_CTX_new()) != NULL &&
	    (base.prov = OSSL_PROVIDER_load(base.ctx, "default")) != NULL &&
	    filter(OSSL_OP_DECODER, base.decoders) == 0 &&
	    filter(OSSL_OP_KEYMGMT, base.keymgmts) == 0)
		return (0);
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
