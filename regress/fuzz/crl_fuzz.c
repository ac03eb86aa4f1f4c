/* SPDX-License-Identifier: ISC */
/*
 * CRL files.  An input is the text of a file or, behind a byte of 0, a list in
 * DER, which the test's authority signs, so that what stands in it is looked
 * at.  A file that is refused says why, and one that is taken can be asked.
 */

#include <sys/mman.h>

#include <openssl/pem.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mint.h"
#include "tlscrl.h"

int	 LLVMFuzzerInitialize(int *, char ***);
int	 LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static struct mint_id ca, leaf;

static void
require(int yes)
{
	if (!yes)
		abort();
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static const struct mint_spec authority = { .cn = "ca", .ca = true };
	static const struct mint_spec device = { .cn = "dev-1", .serial = 7 };

	require(mint_make(&ca, &authority, NULL) == 0);
	require(mint_make(&leaf, &device, &ca) == 0);
	return (0);
}

/* The list in DER as one of the authority, in PEM.  Returns its length, or 0. */
static size_t
sign(const uint8_t *der, size_t len, char **pem)
{
	const uint8_t *p = der;
	X509_CRL *crl;
	size_t n = 0;
	long size;
	char *text;
	BIO *b;

	if ((crl = d2i_X509_CRL(NULL, &p, (long)len)) == NULL)
		return (0);
	require((b = BIO_new(BIO_s_mem())) != NULL);
	if (X509_CRL_set_issuer_name(crl, X509_get_subject_name(ca.cert)) ==
		1 &&
	    X509_CRL_sign(crl, ca.key, EVP_sha256()) > 0 &&
	    PEM_write_bio_X509_CRL(b, crl) == 1 &&
	    (size = BIO_get_mem_data(b, &text)) > 0) {
		n = (size_t)size;
		require((*pem = malloc(n)) != NULL);
		memcpy(*pem, text, n);
	}
	BIO_free(b);
	X509_CRL_free(crl);
	return (n);
}

static void
use(const void *text, size_t len)
{
	struct tls_crls_args args = { .first = true };
	struct tls_crls *crls;
	char err[512] = "";

	require((args.cas = sk_X509_new_null()) != NULL);
	require(sk_X509_push(args.cas, ca.cert) > 0);
	require((args.fd = memfd_create("crl", MFD_CLOEXEC)) != -1);
	require(write(args.fd, text, len) == (ssize_t)len &&
	    lseek(args.fd, 0, SEEK_SET) == 0);
	crls = tls_crls_read(&args, err, sizeof(err));
	require((crls == NULL) == (err[0] != '\0'));
	if (crls != NULL) {
		require(crls->n > 0 && crls->n <= CRLS_MAX);
		(void)tls_crls_until(crls);
		(void)tls_crls_ask(crls, leaf.cert, ca.cert, 0);
		tls_crls_free(crls);
	}
	close(args.fd);
	sk_X509_free(args.cas);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *pem;
	size_t n;

	if (size == 0 || data[0] != 0) {
		use(data, size);
		return (0);
	}
	if ((n = sign(data + 1, size - 1, &pem)) > 0) {
		use(pem, n);
		free(pem);
	}
	return (0);
}
