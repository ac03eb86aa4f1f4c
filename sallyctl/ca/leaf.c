/* SPDX-License-Identifier: ISC */
/*
 * BASE.crt and BASE.key in PEM, or both with the authority's certificate in
 * BASE.p12, which telephones and browsers take.
 */

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "clock.h"
#include "leaf.h"
#include "newfile.h"

#define RSA_BITS_MIN 2048
#define P12_ROUNDS   100000 /* rounds of its key derivation and its MAC */

/* Is it a key that the listener's TLS takes? */
static bool
is_known(const EVP_PKEY *k)
{
	return (EVP_PKEY_is_a(k, "EC") || EVP_PKEY_is_a(k, "ED25519") ||
	    (EVP_PKEY_is_a(k, "RSA") && EVP_PKEY_get_bits(k) >= RSA_BITS_MIN));
}

static int
take_request(struct leaf *l, struct client *c, const char *file)
{
	X509_REQ *req = NULL;
	BIO *b;
	int st = 0;

	if ((b = BIO_new_file(file, "r")) != NULL)
		req = PEM_read_bio_X509_REQ(b, NULL, NULL, NULL);
	BIO_free(b);
	l->pub = req != NULL ? X509_REQ_get_pubkey(req) : NULL;
	if (l->pub == NULL)
		st = client_fail(c, EX_NOINPUT,
		    "%s cannot be read, or it is no certificate request in PEM (openssl req -new makes one)",
		    file);
	else if (X509_REQ_verify(req, l->pub) != 1)
		st = client_fail(c, EX_DATAERR,
		    "%s: its signature is not by its own key", file);
	else if (!is_known(l->pub))
		st = client_fail(c, EX_DATAERR,
		    "%s: the key is none of EC, Ed25519, and RSA of at least %d bits",
		    file, RSA_BITS_MIN);
	X509_REQ_free(req);
	ERR_clear_error();
	return (st);
}

static int
name_file(struct client *c, const char *base, const char *suffix,
    char dst[FILE_SIZE])
{
	if (snprintf(dst, FILE_SIZE - 8, "%s%s", base, suffix) < FILE_SIZE - 8)
		return (0);
	return (client_fail(c, EX_USAGE, "-w: the name is too long"));
}

int
leaf_begin(struct leaf *l, struct client *c, const struct request *r)
{
	const char *base = r->write[0] != '\0' ? r->write : r->name;
	int st;

	memset(l, 0, sizeof(*l));
	l->r = r;
	if (r->csr[0] != '\0' && r->pkcs12)
		return (client_fail(c, EX_USAGE,
		    "pkcs12 needs the private key, which stays with the owner of a request"));
	st = name_file(c, base, r->pkcs12 ? ".p12" : ".crt", l->crt_file);
	if (st != 0)
		return (st);
	if (r->csr[0] != '\0')
		return (take_request(l, c, r->csr));
	if (!r->pkcs12 && (st = name_file(c, base, ".key", l->key_file)) != 0)
		return (st);
	if ((l->key = EVP_EC_gen("P-256")) == NULL || !EVP_PKEY_up_ref(l->key))
		return (authority_failed(c, "new key"));
	l->pub = l->key;
	return (0);
}

/* The whole in PKCS 12 under a passphrase of its own. */
static int
pkcs12(struct leaf *l, struct authority *a, struct passphrases *pp, BIO *b)
{
	char pass[PASSPHRASE_SIZE];
	STACK_OF(X509) * chain;
	PKCS12 *p = NULL;
	int st, ok;

	if ((st = passphrase_take(pp, a->c, l->crt_file, true, pass)) != 0)
		return (st);
	chain = sk_X509_new_null();
	if (chain != NULL && sk_X509_push(chain, a->crt) > 0)
		p = PKCS12_create(pass, l->r->name, l->key, l->crt, chain,
		    NID_aes_256_cbc, NID_aes_256_cbc, P12_ROUNDS, P12_ROUNDS,
		    0);
	explicit_bzero(pass, sizeof(pass));
	ok = p != NULL && i2d_PKCS12_bio(b, p);
	PKCS12_free(p);
	sk_X509_free(chain);
	return (ok ? 0 : authority_failed(a->c, l->crt_file));
}

static int
put(struct newfile *nf, struct client *c, BIO *b)
{
	char *text;
	long len;

	len = BIO_get_mem_data(b, &text);
	return (newfile_write(nf, c, text, (size_t)len));
}

int
leaf_pem(const struct leaf *l, struct client *c, BIO *crt, BIO *key)
{
	if (PEM_write_bio_X509(crt, l->crt) &&
	    (l->key == NULL ||
		PEM_write_bio_PrivateKey(key, l->key, NULL, NULL, 0, NULL,
		    NULL)))
		return (0);
	return (authority_failed(c, "certificate"));
}

/* Fill in both files, which have other names until all is well. */
static int
write_both(struct leaf *l, struct authority *a, struct passphrases *pp,
    struct newfile *crt, struct newfile *key)
{
	BIO *b, *k;
	int st = 0;

	b = BIO_new(BIO_s_mem());
	k = BIO_new(BIO_s_secmem());
	if (b == NULL || k == NULL)
		st = authority_failed(a->c, l->crt_file);
	else if (l->r->pkcs12)
		st = pkcs12(l, a, pp, b);
	else
		st = leaf_pem(l, a->c, b, k);
	if (st == 0)
		st = put(crt, a->c, b);
	if (st == 0 && l->key_file[0] != '\0')
		st = put(key, a->c, k);
	BIO_free(b);
	BIO_free(k);
	return (st);
}

int
leaf_sign(struct leaf *l, struct authority *a)
{
	struct cert_wish w = { .name = l->r->name,
		.term = l->r->term != 0 ? l->r->term : LEAF_TERM,
		.server = l->r->server };
	char when[WALL_TEXT];
	struct wall end;

	end.s = cacert_until(a->crt);
	if (wall_now().s + w.term > end.s)
		return (client_fail(a->c, EX_DATAERR,
		    "the authority ends at %s: say for how long, and less than that",
		    wall_format(end, when)));
	l->crt = cacert_make(&w, l->pub, a->crt, a->key);
	return (l->crt != NULL ? 0 : authority_failed(a->c, "certificate"));
}

int
leaf_keep(const struct leaf *l, struct authority *a)
{
	struct issued is = { .until = cacert_until(l->crt) };

	strlcpy(is.name, l->r->name, sizeof(is.name));
	cacert_serial(l->crt, is.serial);
	if (caindex_add(a->list, &is) == -1)
		return (authority_failed(a->c, "index.txt"));
	return (authority_write(a, false));
}

int
leaf_issue(struct leaf *l, struct authority *a, struct passphrases *pp)
{
	struct newfile crt = { .fd = -1 }, key = { .fd = -1 };
	bool has_key = l->key_file[0] != '\0';
	int st;

	if ((st = leaf_sign(l, a)) != 0)
		return (st);
	st = newfile_open(&crt, a->c, l->crt_file, l->r->pkcs12 ? 0600 : 0644);
	if (st == 0 && has_key)
		st = newfile_open(&key, a->c, l->key_file, 0600);
	if (st == 0 && (st = write_both(l, a, pp, &crt, &key)) == 0)
		st = leaf_keep(l, a);
	if (st == 0 && has_key)
		st = newfile_keep(&key, a->c);
	if (st == 0)
		st = newfile_keep(&crt, a->c);
	newfile_close(&crt);
	newfile_close(&key);
	return (st);
}

void
leaf_free(struct leaf *l)
{
	X509_free(l->crt);
	EVP_PKEY_free(l->key);
	EVP_PKEY_free(l->pub);
}
