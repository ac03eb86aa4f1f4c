/* SPDX-License-Identifier: ISC */
/*
 * PEM from descriptors, of bounded size.  Files are read from their start
 * whatever the offset is, because several processes share one open file.
 */

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pem.h"

#define CHUNK		16384
#define CERTS_MAX	64
#define DASHES		5	/* around BEGIN and END */

char *
pem_read(int fd, size_t max, size_t *len, const char *what, char *err,
    size_t errsize)
{
	char *buf = NULL, *more;
	size_t size = 0, n = 0;
	ssize_t r;

	do {
		if (n == size) {
			size += size < CHUNK ? CHUNK : size;
			if (size > max + 1)
				size = max + 1;
			if ((more = realloc(buf, size)) == NULL) {
				snprintf(err, errsize, "%s: out of memory",
				    what);
				goto fail;
			}
			buf = more;
		}
		r = pread(fd, buf + n, size - n, (off_t)n);
		if (r == -1) {
			snprintf(err, errsize, "%s: cannot be read: %s", what,
			    strerror(errno));
			goto fail;
		}
		n += (size_t)r;
		if (n > max) {
			snprintf(err, errsize, "%s: longer than %zu bytes",
			    what, max);
			goto fail;
		}
	} while (r > 0);
	*len = n;
	return (buf);
fail:
	free(buf);
	return (NULL);
}

/* The place where two blocks were joined, behind from, or NULL. */
static const char *
joint(const char *from, const char *end)
{
	static const char joined[] = "----------BEGIN ";
	const char *at;

	at = memmem(from, (size_t)(end - from), joined, sizeof(joined) - 1);
	return (at == NULL ? NULL : at + DASHES);
}

int
pem_split(char **buf, size_t *len)
{
	const char *from, *at, *end = *buf + *len;
	char *text, *to;
	size_t n = 0;

	for (at = *buf; (at = joint(at, end)) != NULL; n++)
		continue;
	if (n == 0)
		return (0);
	if ((text = malloc(*len + n)) == NULL)
		return (-1);
	to = text;
	for (from = *buf; (at = joint(from, end)) != NULL; from = at) {
		memcpy(to, from, (size_t)(at - from));
		to += at - from;
		*to++ = '\n';
	}
	memcpy(to, from, (size_t)(end - from));
	free(*buf);
	*buf = text;
	*len += n;
	return (0);
}

/* True if the last failure was only the end of the file. */
static bool
at_end(void)
{
	unsigned long e;

	e = ERR_peek_last_error();
	ERR_clear_error();
	return (ERR_GET_LIB(e) == ERR_LIB_PEM &&
	    ERR_GET_REASON(e) == PEM_R_NO_START_LINE);
}

static int
parse_certs(OSSL_LIB_CTX *ctx, BIO *bio, STACK_OF(X509) *certs,
    const char *what, char *err, size_t errsize)
{
	X509 *x;

	for (;;) {
		if ((x = X509_new_ex(ctx, NULL)) == NULL)
			break;
		if (PEM_read_bio_X509(bio, &x, NULL, NULL) == NULL) {
			X509_free(x);
			if (at_end())
				return (0);
			break;
		}
		if (sk_X509_num(certs) == CERTS_MAX ||
		    sk_X509_push(certs, x) == 0) {
			X509_free(x);
			snprintf(err, errsize, "%s: more than %d certificates",
			    what, CERTS_MAX);
			return (-1);
		}
	}
	snprintf(err, errsize, "%s: certificate %d in it is damaged", what,
	    sk_X509_num(certs) + 1);
	return (-1);
}

static bool
has(const char *buf, size_t len, const char *text)
{
	return (memmem(buf, len, text, strlen(text)) != NULL);
}

/* The command that makes certificates in PEM of what the file holds. */
static const char *
how_to_convert(const char *buf, size_t len)
{
	/* SEQUENCE with two bytes of length, and the version of PKCS #12. */
	static const char pfx[] = { '\x30', '\x82', 0, 0, 2, 1, 3 };

	if (has(buf, len, "BEGIN PKCS7"))
		return (": openssl pkcs7 -in OLD -print_certs -out NEW");
	if (has(buf, len, "BEGIN TRUSTED CERTIFICATE"))
		return (": openssl x509 -in OLD -out NEW");
	if (len > sizeof(pfx) && memcmp(buf, pfx, 2) == 0 &&
	    memcmp(buf + 4, pfx + 4, sizeof(pfx) - 4) == 0)
		return (": openssl pkcs12 -in OLD -nokeys -out NEW");
	if (len > 0 && buf[0] == pfx[0])
		return (": openssl x509 -inform DER -in OLD -out NEW");
	return ("");
}

STACK_OF(X509) *
pem_read_certs(OSSL_LIB_CTX *ctx, int fd, const char *what, char *err,
    size_t errsize)
{
	STACK_OF(X509) *certs = NULL;
	BIO *bio = NULL;
	char *buf;
	size_t len;

	if ((buf = pem_read(fd, PEM_MAX, &len, what, err, errsize)) == NULL)
		return (NULL);
	if (pem_split(&buf, &len) == -1 ||
	    (bio = BIO_new_mem_buf(buf, (int)len)) == NULL ||
	    (certs = sk_X509_new_null()) == NULL) {
		snprintf(err, errsize, "%s: out of memory", what);
		goto fail;
	}
	if (parse_certs(ctx, bio, certs, what, err, errsize) == -1)
		goto fail;
	if (sk_X509_num(certs) == 0) {
		snprintf(err, errsize,
		    "%s: no certificate in it (PEM, BEGIN CERTIFICATE)%s", what,
		    how_to_convert(buf, len));
		goto fail;
	}
	BIO_free(bio);
	free(buf);
	return (certs);
fail:
	sk_X509_pop_free(certs, X509_free);
	BIO_free(bio);
	free(buf);
	return (NULL);
}
