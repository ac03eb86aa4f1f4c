/* SPDX-License-Identifier: ISC */
/*
 * The files ca.key, ca.crt, ca.crl and index.txt of a directory.
 */

#include <sys/file.h>
#include <sys/stat.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509v3.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "authority.h"
#include "newfile.h"

/* The costs of openssl-pkcs8(1) with -scrypt: 16 MB for each guess. */
#define SCRYPT_N 16384
#define SCRYPT_R 8
#define SCRYPT_P 1

const char *
authority_dir(const struct request *r)
{
	return (r->dir[0] != '\0' ? r->dir : SYSCONFDIR "/sallyport/ca");
}

int
authority_check_name(struct client *c, const char *name)
{
	if (caindex_name_ok(name))
		return (0);
	return (client_fail(c, EX_USAGE,
	    "the name of a certificate has 1 to %d printable characters, none of / \\ , + \" < > ; = among them",
	    CA_NAME_MAX));
}

void
authority_path(const char *dir, const char *name, char dst[FILE_SIZE])
{
	snprintf(dst, FILE_SIZE, "%s/%s", dir, name);
}

int
authority_failed(struct client *c, const char *what)
{
	const char *why;

	why = ERR_reason_error_string(ERR_peek_last_error());
	ERR_clear_error();
	return (client_fail(c, EX_SOFTWARE, "%s: %s", what,
	    why != NULL ? why : "no memory"));
}

/* Write what OpenSSL put into b; NULL is its want of memory. */
static int
write_bio(struct client *c, const char *file, BIO *b, mode_t mode)
{
	char *text;
	long len;

	if (b == NULL)
		return (authority_failed(c, file));
	len = BIO_get_mem_data(b, &text);
	return (newfile_replace(c, file, text, (size_t)len, mode));
}

/* The key in PKCS 8, encrypted with AES and scrypt; NULL without memory. */
static BIO *
encrypt(EVP_PKEY *key, const char *pass)
{
	PKCS8_PRIV_KEY_INFO *plain;
	X509_ALGOR *how;
	X509_SIG *sig = NULL;
	BIO *b = NULL;

	plain = EVP_PKEY2PKCS8(key);
	how = PKCS5_pbe2_set_scrypt(EVP_aes_256_cbc(), NULL, 0, NULL, SCRYPT_N,
	    SCRYPT_R, SCRYPT_P);
	if (plain != NULL && how != NULL)
		sig = PKCS8_set0_pbe(pass, (int)strlen(pass), plain, how);
	if (sig == NULL)
		X509_ALGOR_free(how);
	else if ((b = BIO_new(BIO_s_mem())) != NULL &&
	    !PEM_write_bio_PKCS8(b, sig)) {
		BIO_free(b);
		b = NULL;
	}
	X509_SIG_free(sig);
	PKCS8_PRIV_KEY_INFO_free(plain);
	return (b);
}

static int
write_key(struct client *c, const char *dir, EVP_PKEY *key,
    struct passphrases *pp)
{
	char pass[PASSPHRASE_SIZE], file[FILE_SIZE];
	BIO *b;
	int st;

	authority_path(dir, "ca.key", file);
	if ((st = passphrase_take(pp, c, file, true, pass)) != 0)
		return (st);
	b = encrypt(key, pass);
	explicit_bzero(pass, sizeof(pass));
	st = write_bio(c, file, b, 0600);
	BIO_free(b);
	return (st);
}

static int
write_crt(struct client *c, const char *dir, X509 *crt)
{
	char file[FILE_SIZE];
	BIO *b;
	int st;

	authority_path(dir, "ca.crt", file);
	if ((b = BIO_new(BIO_s_mem())) != NULL && !PEM_write_bio_X509(b, crt)) {
		BIO_free(b);
		b = NULL;
	}
	st = write_bio(c, file, b, 0644);
	BIO_free(b);
	return (st);
}

/* The revocation list of before, or NULL if there is none. */
static X509_CRL *
old_crl(const char *file)
{
	X509_CRL *crl;
	BIO *b;

	if ((b = BIO_new_file(file, "r")) == NULL) {
		ERR_clear_error();
		return (NULL);
	}
	crl = PEM_read_bio_X509_CRL(b, NULL, NULL, NULL);
	BIO_free(b);
	ERR_clear_error();
	return (crl);
}

static int
write_crl(struct authority *a)
{
	X509_CRL *old, *crl;
	char file[FILE_SIZE];
	BIO *b = NULL;
	int st;

	authority_path(a->dir, "ca.crl", file);
	old = old_crl(file);
	crl = cacert_crl(a->list, old, a->crt, a->key);
	if (crl != NULL && (b = BIO_new(BIO_s_mem())) != NULL &&
	    !PEM_write_bio_X509_CRL(b, crl)) {
		BIO_free(b);
		b = NULL;
	}
	st = write_bio(a->c, file, b, 0644);
	BIO_free(b);
	X509_CRL_free(crl);
	X509_CRL_free(old);
	return (st);
}

int
authority_write(struct authority *a, bool crl)
{
	char file[FILE_SIZE];
	int st;

	authority_path(a->dir, "index.txt", file);
	st = caindex_write(a->c, a->list, file);
	return (st == 0 && crl ? write_crl(a) : st);
}

/* Take the directory for this command alone. */
static int
lock(struct authority *a, struct client *c, const char *dir)
{
	a->c = c;
	a->dir = dir;
	a->lock = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (a->lock == -1)
		return (client_fail(c, EX_NOINPUT, "%s: %s%s", dir,
		    strerror(errno),
		    errno == ENOENT ? " (sallyctl ca init makes one)" : ""));
	if (flock(a->lock, LOCK_EX | LOCK_NB) == 0)
		return (0);
	return (client_fail(c, EX_TEMPFAIL,
	    "%s is in use by another command (try again)", dir));
}

/* Nothing that is there is replaced. */
static int
refuse_existing(struct client *c, const char *dir)
{
	static const char *const names[] = { "ca.key", "ca.crt", "index.txt" };
	char file[FILE_SIZE];
	struct stat st;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		authority_path(dir, names[i], file);
		if (lstat(file, &st) == 0)
			return (client_fail(c, EX_CANTCREAT,
			    "%s exists: an authority is there already, or a part of one",
			    file));
	}
	return (0);
}

static int
fill(struct authority *a, const struct cert_wish *w, struct passphrases *pp)
{
	char none[FILE_SIZE] = "";
	int st;

	if ((a->key = EVP_EC_gen("P-256")) == NULL ||
	    (a->crt = cacert_make(w, a->key, NULL, a->key)) == NULL)
		return (authority_failed(a->c, "new authority"));
	if ((a->list = caindex_read(a->c, none)) == NULL)
		return (EX_SOFTWARE);
	/*
	 * The certificate is written last: an authority that has one is
	 * complete.
	 */
	if ((st = write_key(a->c, a->dir, a->key, pp)) != 0 ||
	    (st = authority_write(a, true)) != 0)
		return (st);
	return (write_crt(a->c, a->dir, a->crt));
}

int
authority_make(struct authority *a, struct client *c, const char *dir,
    const struct cert_wish *w, struct passphrases *pp)
{
	int st;

	memset(a, 0, sizeof(*a));
	a->lock = -1;
	if (mkdir(dir, 0700) == -1 && errno != EEXIST)
		return (client_fail(c, EX_CANTCREAT, "%s: %s", dir,
		    strerror(errno)));
	if ((st = lock(a, c, dir)) == 0 && (st = refuse_existing(c, dir)) == 0)
		st = fill(a, w, pp);
	return (st);
}

static int
pass_cb(char *buf, int size, int writing, void *arg)
{
	const char *pass = arg;
	int len = (int)strlen(pass);

	if (len > size)
		return (-1);
	memcpy(buf, pass, (size_t)len);
	return (len);
}

static int
open_key(struct authority *a, struct passphrases *pp)
{
	char pass[PASSPHRASE_SIZE], file[FILE_SIZE];
	BIO *b;
	int st;

	authority_path(a->dir, "ca.key", file);
	if ((b = BIO_new_file(file, "r")) == NULL) {
		ERR_clear_error();
		return (client_fail(a->c, EX_NOINPUT, "%s: %s", file,
		    strerror(errno)));
	}
	if ((st = passphrase_take(pp, a->c, file, false, pass)) == 0)
		a->key = PEM_read_bio_PrivateKey(b, NULL, pass_cb, pass);
	explicit_bzero(pass, sizeof(pass));
	BIO_free(b);
	ERR_clear_error();
	if (st != 0)
		return (st);
	if (a->key == NULL)
		return (client_fail(a->c, EX_NOPERM,
		    "%s: the passphrase is wrong, or the file is no key",
		    file));
	if (X509_check_private_key(a->crt, a->key) == 1)
		return (0);
	ERR_clear_error();
	return (client_fail(a->c, EX_DATAERR,
	    "%s is not the key of ca.crt beside it", file));
}

int
authority_open(struct authority *a, struct client *c, const char *dir,
    struct passphrases *pp)
{
	char file[FILE_SIZE];
	BIO *b;
	int st;

	memset(a, 0, sizeof(*a));
	if ((st = lock(a, c, dir)) != 0)
		return (st);
	authority_path(dir, "ca.crt", file);
	if ((b = BIO_new_file(file, "r")) != NULL)
		a->crt = PEM_read_bio_X509(b, NULL, NULL, NULL);
	BIO_free(b);
	ERR_clear_error();
	if (a->crt == NULL)
		return (client_fail(c, EX_NOINPUT,
		    "%s cannot be read, or it is no certificate", file));
	authority_path(dir, "index.txt", file);
	if ((a->list = caindex_read(c, file)) == NULL)
		return (EX_DATAERR);
	return (pp != NULL ? open_key(a, pp) : 0);
}

void
authority_close(struct authority *a)
{
	X509_free(a->crt);
	EVP_PKEY_free(a->key);
	TXT_DB_free(a->list);
	if (a->lock != -1)
		close(a->lock);
	a->lock = -1;
}
