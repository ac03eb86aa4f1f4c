/* SPDX-License-Identifier: ISC */
/*
 * Private keys: they are read, kept in OpenSSL's secure heap, and used only
 * after key_check() has allowed it.
 */

#include <sys/mman.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "keycheck.h"
#include "keyset.h"
#include "log.h"
#include "pem.h"

#define HEAP_SIZE	(512 * 1024)	/* a power of two */
#define HEAP_LEAST	16
#define FILE_MAX	(64 * 1024)	/* bytes of a key file */
#define RSA_BITS_LEAST	2048

struct key {
	enum key_kind	 kind;
	EVP_PKEY	*pkey;
	EVP_PKEY	*pub;		/* the certificate's key, or NULL */
};

struct keyset {
	struct key	 keys[LISTEN_MAX];
};

void
keyset_init(void)
{
	uint8_t seed[16];

	/* OpenSSL reads no file now or, in the sandbox, later. */
	(void)OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG |
		OPENSSL_INIT_LOAD_CRYPTO_STRINGS |
		OPENSSL_INIT_ADD_ALL_CIPHERS | OPENSSL_INIT_ADD_ALL_DIGESTS,
	    NULL);
	if (CRYPTO_secure_malloc_init(HEAP_SIZE, HEAP_LEAST) != 1)
		log_warnx(
		    "keys cannot be kept out of swap: raise the limit of locked memory");
	if (RAND_bytes(seed, sizeof(seed)) != 1 ||
	    RAND_priv_bytes(seed, sizeof(seed)) != 1)
		fatalx("no random numbers");
}

struct keyset *
keyset_new(void)
{
	return (calloc(1, sizeof(struct keyset)));
}

void
keyset_free(struct keyset *s)
{
	size_t i;

	if (s == NULL)
		return;
	for (i = 0; i < LISTEN_MAX; i++) {
		EVP_PKEY_free(s->keys[i].pkey);
		EVP_PKEY_free(s->keys[i].pub);
	}
	freezero(s, sizeof(*s));
}

unsigned int
keyset_count(const struct keyset *s)
{
	unsigned int n = 0;
	size_t i;

	for (i = 0; i < LISTEN_MAX; i++)
		if (s->keys[i].kind != KEY_NONE)
			n++;
	return (n);
}

/* Nobody can be asked for a passphrase. */
static int
passphrase_cb(char *buf, int size, int writing, void *arg)
{
	bool *asked = arg;

	*asked = true;
	return (-1);
}

static EVP_PKEY *
parse(const char *buf, size_t len, char *err, size_t errsize)
{
	bool asked = false;
	EVP_PKEY *pkey;
	BIO *bio;

	if ((bio = BIO_new_mem_buf(buf, (int)len)) == NULL) {
		snprintf(err, errsize, "out of memory");
		return (NULL);
	}
	pkey = PEM_read_bio_PrivateKey(bio, NULL, passphrase_cb, &asked);
	BIO_free(bio);
	ERR_clear_error();
	if (pkey == NULL)
		snprintf(err, errsize, "%s",
		    asked ?
			"it is encrypted: write it without a passphrase (openssl pkey -in OLD -out NEW)" :
			"no private key in it (PEM, BEGIN PRIVATE KEY)");
	return (pkey);
}

/* Read the key at once, into memory that is wiped. */
static EVP_PKEY *
read_key(int fd, char *err, size_t errsize)
{
	EVP_PKEY *pkey = NULL;
	size_t n = 0;
	ssize_t r;
	char *buf;

	if ((buf = OPENSSL_secure_zalloc(FILE_MAX)) == NULL) {
		snprintf(err, errsize, "out of locked memory");
		return (NULL);
	}
	do {
		r = pread(fd, buf + n, FILE_MAX - n, (off_t)n);
		if (r > 0)
			n += (size_t)r;
	} while (r > 0 && n < FILE_MAX);
	if (r == -1)
		snprintf(err, errsize, "cannot be read: %s", strerror(errno));
	else if (n == FILE_MAX)
		snprintf(err, errsize, "longer than %d bytes", FILE_MAX - 1);
	else
		pkey = parse(buf, n, err, errsize);
	OPENSSL_secure_clear_free(buf, FILE_MAX);
	return (pkey);
}

static enum key_kind
kind_of(const EVP_PKEY *pkey, char *err, size_t errsize)
{
	char group[32] = "";

	if (EVP_PKEY_is_a(pkey, "ED25519"))
		return (KEY_ED25519);
	if (EVP_PKEY_is_a(pkey, "RSA") &&
	    EVP_PKEY_get_bits(pkey) >= RSA_BITS_LEAST &&
	    EVP_PKEY_get_size(pkey) <= KEY_SIG_MAX)
		return (KEY_RSA);
	if (EVP_PKEY_is_a(pkey, "EC") &&
	    EVP_PKEY_get_group_name(pkey, group, sizeof(group), NULL) == 1 &&
	    strcmp(group, "prime256v1") == 0)
		return (KEY_P256);
	snprintf(err, errsize,
	    "%s%s%s key of %d bits: use P-256, Ed25519 or RSA of %d to %d bits",
	    EVP_PKEY_get0_type_name(pkey), group[0] != '\0' ? " " : "", group,
	    EVP_PKEY_get_bits(pkey), RSA_BITS_LEAST, KEY_SIG_MAX * 8);
	return (KEY_NONE);
}

static int
set_padding(EVP_PKEY_CTX *pctx)
{
	return (EVP_PKEY_CTX_set_rsa_padding(pctx, RSA_PKCS1_PSS_PADDING) > 0 &&
	    EVP_PKEY_CTX_set_rsa_pss_saltlen(pctx, RSA_PSS_SALTLEN_DIGEST) > 0);
}

static bool
sign(const struct key *key, const struct msg_key_sign *m,
    struct msg_key_signed *ans)
{
	EVP_PKEY_CTX *pctx = NULL;
	const EVP_MD *md = NULL;
	EVP_MD_CTX *mctx;
	size_t len = sizeof(ans->sig);
	bool ok;

	if (m->scheme == KEY_PSS_SHA384)
		md = EVP_sha384();
	else if (m->scheme != KEY_ED25519_PURE)
		md = EVP_sha256();
	if ((mctx = EVP_MD_CTX_new()) == NULL)
		return (false);
	ok = EVP_DigestSignInit(mctx, &pctx, md, NULL, key->pkey) == 1 &&
	    (key->kind != KEY_RSA || set_padding(pctx)) &&
	    EVP_DigestSign(mctx, ans->sig, &len, m->tbs, m->len) == 1;
	EVP_MD_CTX_free(mctx);
	ERR_clear_error();
	if (!ok)
		return (false);
	ans->len = (uint16_t)len;
	return (true);
}

const char *
keyset_sign(const struct keyset *s, enum key_side side,
    const struct msg_key_sign *m, struct msg_key_signed *ans)
{
	const struct key *key;
	const char *why;

	memset(ans, 0, sizeof(*ans));
	if (s == NULL || m->key >= LISTEN_MAX)
		return ("no such key");
	key = &s->keys[m->key];
	if ((why = key_check(key->kind, side, m)) != NULL)
		return (why);
	if (!sign(key, m, ans))
		return ("OpenSSL could not sign");
	ans->ok = 1;
	return (NULL);
}

/* Load all code and tables that signing needs before the sandbox closes. */
static int
rehearse(const struct keyset *s, uint16_t index)
{
	static const char context[] = "TLS 1.3, server CertificateVerify";
	struct msg_key_signed ans;
	struct msg_key_sign m = { .key = index, .len = 130 };

	memset(m.tbs, ' ', 64);
	memcpy(m.tbs + 64, context, sizeof(context));
	switch (s->keys[index].kind) {
	case KEY_NONE:
		break;
	case KEY_P256:
		m.scheme = KEY_ECDSA_P256_SHA256;
		break;
	case KEY_ED25519:
		m.scheme = KEY_ED25519_PURE;
		break;
	case KEY_RSA:
		m.scheme = KEY_PSS_SHA256;
		break;
	}
	return (keyset_sign(s, KEY_SERVER, &m, &ans) == NULL ? 0 : -1);
}

int
keyset_load(struct keyset *s, uint16_t index, int fd, char *err, size_t errsize)
{
	struct key *key;

	if (index >= LISTEN_MAX) {
		snprintf(err, errsize, "more than %d listeners", LISTEN_MAX);
		return (-1);
	}
	key = &s->keys[index];
	EVP_PKEY_free(key->pkey);
	key->kind = KEY_NONE;
	if ((key->pkey = read_key(fd, err, errsize)) == NULL)
		return (-1);
	if ((key->kind = kind_of(key->pkey, err, errsize)) == KEY_NONE)
		return (-1);
	if (rehearse(s, index) == 0)
		return (0);
	snprintf(err, errsize, "it cannot sign");
	return (-1);
}

int
keyset_expect(struct keyset *s, uint16_t index, int fd, char *err,
    size_t errsize)
{
	STACK_OF(X509) *certs;
	EVP_PKEY *pub;

	if (index >= LISTEN_MAX) {
		snprintf(err, errsize, "more than %d listeners", LISTEN_MAX);
		return (-1);
	}
	certs = pem_read_certs(NULL, fd, "certificate", err, errsize);
	if (certs == NULL)
		return (-1);
	pub = X509_get_pubkey(sk_X509_value(certs, 0));
	sk_X509_pop_free(certs, X509_free);
	ERR_clear_error();
	if (pub == NULL) {
		snprintf(err, errsize, "certificate: unknown kind of key");
		return (-1);
	}
	EVP_PKEY_free(s->keys[index].pub);
	s->keys[index].pub = pub;
	return (0);
}

int
keyset_check(const struct keyset *s, uint16_t *index, char *err, size_t errsize)
{
	const struct key *key;
	uint16_t i;

	for (i = 0; i < LISTEN_MAX; i++) {
		key = &s->keys[i];
		if (key->pub == NULL || key->pkey == NULL ||
		    EVP_PKEY_eq(key->pub, key->pkey) == 1)
			continue;
		ERR_clear_error();
		*index = i;
		snprintf(err, errsize,
		    "the key is not that of the certificate: give both of one pair, for which openssl pkey -in KEY -pubout and openssl x509 -in CERTIFICATE -noout -pubkey say the same");
		return (-1);
	}
	return (0);
}
