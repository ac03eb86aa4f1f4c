/* SPDX-License-Identifier: ISC */
/*
 * libcrypto's default provider with the decoders for elliptic curves alone.
 * OpenSSL 3.0 asks all of them for each certificate, a quarter of a client's
 * handshake; the client shall have time to spare.
 */

#include <stdio.h>
#include <string.h>

#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/provider.h>

#include "load.h"

#define DECODERS_MAX	64

struct lean {
	OSSL_LIB_CTX	*ctx;		/* where the whole provider lives */
	OSSL_PROVIDER	*inner;
	OSSL_PROVIDER	*outer;
	OSSL_ALGORITHM	 decoders[DECODERS_MAX + 1];
};

/* A provider has no other place for what it knows: its context belongs to the
 * default provider, whose functions are called with it. */
static struct lean lean;

static void
keep_decoders(const OSSL_ALGORITHM *all)
{
	size_t n = 0;

	for (; all->algorithm_names != NULL && n < DECODERS_MAX; all++)
		if (strcmp(all->algorithm_names, "EC") == 0 ||
		    strcmp(all->algorithm_names, "DER") == 0)
			lean.decoders[n++] = *all;
}

static const OSSL_ALGORITHM *
lean_query(void *provctx, int op, int *no_cache)
{
	const OSSL_ALGORITHM *all;

	all = OSSL_PROVIDER_query_operation(lean.inner, op, no_cache);
	if (op != OSSL_OP_DECODER || all == NULL)
		return (all);
	if (lean.decoders[0].algorithm_names == NULL)
		keep_decoders(all);
	return (lean.decoders);
}

/* The groups and the rest that TLS asks for. */
static int
lean_capabilities(void *provctx, const char *what, OSSL_CALLBACK *cb, void *arg)
{
	return (OSSL_PROVIDER_get_capabilities(lean.inner, what, cb, arg));
}

static int
lean_params(void *provctx, OSSL_PARAM params[])
{
	return (OSSL_PROVIDER_get_params(lean.inner, params));
}

static int
lean_init(const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *in,
    const OSSL_DISPATCH **out, void **provctx)
{
	static const OSSL_DISPATCH functions[] = {
		{ OSSL_FUNC_PROVIDER_QUERY_OPERATION,
		    (void (*)(void))lean_query },
		{ OSSL_FUNC_PROVIDER_GET_CAPABILITIES,
		    (void (*)(void))lean_capabilities },
		{ OSSL_FUNC_PROVIDER_GET_PARAMS, (void (*)(void))lean_params },
		{ 0, NULL },
	};

	lean.ctx = OSSL_LIB_CTX_new();
	if (lean.ctx == NULL ||
	    (lean.inner = OSSL_PROVIDER_load(lean.ctx, "default")) == NULL)
		return (0);
	*provctx = OSSL_PROVIDER_get0_provider_ctx(lean.inner);
	*out = functions;
	return (1);
}

int
lean_start(void)
{
	if (OSSL_PROVIDER_add_builtin(NULL, "lean", lean_init) == 1 &&
	    (lean.outer = OSSL_PROVIDER_load(NULL, "lean")) != NULL)
		return (0);
	fprintf(stderr, "load: cannot set up libcrypto\n");
	return (-1);
}

void
lean_stop(void)
{
	if (lean.outer != NULL)
		(void)OSSL_PROVIDER_unload(lean.outer);
	if (lean.inner != NULL)
		(void)OSSL_PROVIDER_unload(lean.inner);
}
