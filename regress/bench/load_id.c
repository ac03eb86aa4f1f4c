/* SPDX-License-Identifier: ISC */
/*
 * Many devices: client certificates made in memory, and a WireGuard key for
 * each that is the same in every run.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/x509v3.h>

#include "load.h"
#include "mint.h"

static int
authority_read(struct mint_id *ca, const char *cert, const char *key)
{
	FILE *f;

	if ((f = fopen(cert, "r")) != NULL) {
		ca->cert = PEM_read_X509(f, NULL, NULL, NULL);
		(void)fclose(f);
	}
	if ((f = fopen(key, "r")) != NULL) {
		ca->key = PEM_read_PrivateKey(f, NULL, NULL, NULL);
		(void)fclose(f);
	}
	if (ca->cert != NULL && ca->key != NULL)
		return (0);
	fprintf(stderr, "load: cannot read the authority %s and its key %s\n",
	    cert, key);
	return (-1);
}

/*
 * The certificate as a client has it that read it from a file, with everything
 * that libcrypto works out on first use already worked out.
 */
static X509 *
settled(X509 *made)
{
	unsigned char *der = NULL;
	const unsigned char *p;
	X509 *x = NULL;
	int len;

	if ((len = i2d_X509(made, &der)) > 0) {
		p = der;
		x = d2i_X509(NULL, &p, len);
	}
	OPENSSL_free(der);
	X509_free(made);
	if (x != NULL) {
		(void)X509_check_purpose(x, -1, 0);
		(void)X509_get0_pubkey(x);
	}
	return (x);
}

static int
ident_make(struct ident *id, const struct mint_id *ca, uint32_t number,
    EVP_PKEY *key)
{
	struct mint_id made = { .key = key };
	char cn[32];
	struct mint_spec spec = {
		.cn = cn,
		.eku = "client",
		.serial = 0x1000000 + (uint64_t)number,
	};

	(void)snprintf(cn, sizeof(cn), "device-%07u", number);
	if (mint_make(&made, &spec, ca) == -1)
		return (-1);
	*id = (struct ident) {
		.cert = settled(made.cert),
		.key = key,
		.number = number,
	};
	return (id->cert != NULL ? 0 : -1);
}

int
idents_make(struct idents *ids, const char *ca, const char *key, uint32_t first,
    size_t n)
{
	struct mint_id issuer = { 0 };
	int ret = -1;

	memset(ids, 0, sizeof(*ids));
	if (authority_read(&issuer, ca, key) == -1)
		goto done;
	for (size_t i = 0; i < IDENT_KEYS; i++)
		if ((ids->keys[i] = mint_key("p256")) == NULL)
			goto done;
	if ((ids->list = calloc(n, sizeof(*ids->list))) == NULL)
		goto done;
	for (; ids->n < n; ids->n++)
		if (ident_make(&ids->list[ids->n], &issuer,
			first + (uint32_t)ids->n,
			ids->keys[ids->n % IDENT_KEYS]) == -1)
			goto done;
	ret = 0;
done:
	if (ret == -1)
		fprintf(stderr, "load: cannot make %zu certificates\n", n);
	mint_clear(&issuer);
	return (ret);
}

void
idents_clear(struct idents *ids)
{
	for (size_t i = 0; i < ids->n; i++)
		X509_free(ids->list[i].cert);
	for (size_t i = 0; i < IDENT_KEYS; i++)
		EVP_PKEY_free(ids->keys[i]);
	free(ids->list);
	memset(ids, 0, sizeof(*ids));
}

void
ident_wgkey(uint32_t number, uint32_t generation, char text[45])
{
	unsigned char hash[SHA256_DIGEST_LENGTH];
	char seed[64];
	int len;

	len = snprintf(seed, sizeof(seed), "sallyport bench %u %u", number,
	    generation);
	(void)SHA256((unsigned char *)seed, (size_t)len, hash);
	hash[31] &= 0x7f;
	(void)EVP_EncodeBlock((unsigned char *)text, hash, 32);
}
