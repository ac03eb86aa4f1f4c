/* SPDX-License-Identifier: ISC */
/*
 * The key holder's keys: which files it takes, and that it signs one kind of
 * text and no other.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <openssl/pem.h>

#include <string.h>
#include <unistd.h>

#include "keycheck.h"
#include "keyset.h"
#include "tls_rig.h"

static const char server[] = "TLS 1.3, server CertificateVerify";
static const char client[] = "TLS 1.3, client CertificateVerify";

/* What a server signs, with a hash of hash bytes. */
static void
content(struct msg_key_sign *m, uint16_t scheme, const char *context,
    size_t hash)
{
	memset(m, 0, sizeof(*m));
	m->scheme = scheme;
	m->len = (uint16_t)(64 + sizeof(server) + hash);
	memset(m->tbs, ' ', 64);
	memcpy(m->tbs + 64, context, sizeof(server));
	memset(m->tbs + 64 + sizeof(server), 0xa5, hash);
}

static void
what_is_signed(void **state)
{
	struct msg_key_sign m;

	content(&m, KEY_ECDSA_P256_SHA256, server, 32);
	assert_null(key_check(KEY_P256, KEY_SERVER, &m));
	content(&m, KEY_ECDSA_P256_SHA256, server, 48);
	assert_null(key_check(KEY_P256, KEY_SERVER, &m));
	content(&m, KEY_ED25519_PURE, server, 48);
	assert_null(key_check(KEY_ED25519, KEY_SERVER, &m));
	content(&m, KEY_PSS_SHA256, server, 32);
	assert_null(key_check(KEY_RSA, KEY_SERVER, &m));
	content(&m, KEY_PSS_SHA384, server, 32);
	assert_null(key_check(KEY_RSA, KEY_SERVER, &m));
}

static void
what_is_not(void **state)
{
	struct msg_key_sign m;
	size_t i;

	content(&m, KEY_ECDSA_P256_SHA256, client, 32);
	assert_non_null(key_check(KEY_P256, KEY_SERVER, &m));
	content(&m, KEY_ECDSA_P256_SHA256, server, 32);
	assert_non_null(key_check(KEY_NONE, KEY_SERVER, &m));
	/* Any byte before the hash, and any length, matters. */
	for (i = 0; i < 64 + sizeof(server); i++) {
		content(&m, KEY_ECDSA_P256_SHA256, server, 32);
		m.tbs[i] ^= 1;
		assert_non_null(key_check(KEY_P256, KEY_SERVER, &m));
	}
	for (i = 0; i <= KEY_TBS_MAX; i++) {
		content(&m, KEY_ECDSA_P256_SHA256, server, 48);
		m.len = (uint16_t)i;
		if (i == 130 || i == 146)
			assert_null(key_check(KEY_P256, KEY_SERVER, &m));
		else
			assert_non_null(key_check(KEY_P256, KEY_SERVER, &m));
	}
}

/* Neither side gets a signature with which it could pass for the other. */
static void
sides(void **state)
{
	struct msg_key_sign m;

	content(&m, KEY_ECDSA_P256_SHA256, client, 32);
	assert_null(key_check(KEY_P256, KEY_CLIENT, &m));
	assert_non_null(key_check(KEY_P256, KEY_SERVER, &m));
	content(&m, KEY_ECDSA_P256_SHA256, server, 32);
	assert_null(key_check(KEY_P256, KEY_SERVER, &m));
	assert_non_null(key_check(KEY_P256, KEY_CLIENT, &m));
	content(&m, KEY_ED25519_PURE, client, 48);
	assert_null(key_check(KEY_ED25519, KEY_CLIENT, &m));
	m.tbs[64 + sizeof(client) - 1] = 1;
	assert_non_null(key_check(KEY_ED25519, KEY_CLIENT, &m));
}

static void
schemes(void **state)
{
	static const struct {
		enum key_kind kind;
		uint16_t a, b;
	} fits[] = {
		{ KEY_P256, KEY_ECDSA_P256_SHA256, 0 },
		{ KEY_ED25519, KEY_ED25519_PURE, 0 },
		{ KEY_RSA, KEY_PSS_SHA256, KEY_PSS_SHA384 },
	};
	struct msg_key_sign m;
	unsigned int scheme;
	bool ok;
	size_t i;

	for (i = 0; i < sizeof(fits) / sizeof(fits[0]); i++)
		for (scheme = 0; scheme <= UINT16_MAX; scheme++) {
			content(&m, (uint16_t)scheme, server, 32);
			ok = scheme != 0 &&
			    (scheme == fits[i].a || scheme == fits[i].b);
			assert_int_equal(key_check(fits[i].kind, KEY_SERVER,
					     &m) == NULL,
			    ok);
		}
}

static void
load(const char *type, const char *text)
{
	struct keyset *set;
	EVP_PKEY *key;
	char err[256] = "";
	int fd, r;

	assert_non_null(set = keyset_new());
	assert_non_null(key = mint_key(type));
	fd = rig_key_fd(key);
	r = keyset_load(set, 3, fd, err, sizeof(err));
	if (text == NULL) {
		if (r == -1)
			fail_msg("%s: %s", type, err);
		assert_int_equal(keyset_count(set), 1);
		/* Again from the same descriptor: the offset is not used. */
		assert_int_equal(keyset_load(set, 4, fd, err, sizeof(err)), 0);
		assert_int_equal(keyset_count(set), 2);
	} else {
		assert_int_equal(r, -1);
		assert_non_null(strstr(err, text));
		assert_int_equal(keyset_count(set), 0);
	}
	assert_int_equal(keyset_load(set, LISTEN_MAX, fd, err, sizeof(err)),
	    -1);
	close(fd);
	EVP_PKEY_free(key);
	keyset_free(set);
}

static void
kinds(void **state)
{
	load("p256", NULL);
	load("ed25519", NULL);
	load("rsa2048", NULL);
	load("p384", "use P-256");
	load("rsa1024", "use P-256");
}

static void
bad_files(void **state)
{
	static char big[70000];
	struct keyset *set;
	char err[256] = "", *p;
	EVP_PKEY *key;
	BIO *bio;
	long n;
	int fd, pipefd[2];

	assert_non_null(set = keyset_new());
	fd = rig_text_fd("", 0);
	assert_int_equal(keyset_load(set, 0, fd, err, sizeof(err)), -1);
	assert_non_null(strstr(err, "no private key"));
	close(fd);
	memset(big, 'x', sizeof(big));
	fd = rig_text_fd(big, sizeof(big));
	assert_int_equal(keyset_load(set, 0, fd, err, sizeof(err)), -1);
	assert_non_null(strstr(err, "longer than"));
	close(fd);

	assert_non_null(key = mint_key("p256"));
	bio = BIO_new(BIO_s_mem());
	assert_true(PEM_write_bio_PKCS8PrivateKey(bio, key, EVP_aes_128_cbc(),
	    "secret", 6, NULL, NULL));
	n = BIO_get_mem_data(bio, &p);
	fd = rig_text_fd(p, (size_t)n);
	assert_int_equal(keyset_load(set, 0, fd, err, sizeof(err)), -1);
	assert_non_null(strstr(err, "encrypted"));
	close(fd);
	BIO_free(bio);
	EVP_PKEY_free(key);

	assert_int_equal(pipe(pipefd), 0);
	assert_int_equal(keyset_load(set, 0, pipefd[0], err, sizeof(err)), -1);
	assert_non_null(strstr(err, "cannot be read"));
	close(pipefd[0]);
	close(pipefd[1]);
	keyset_free(set);
}

static void
signatures(void **state)
{
	struct msg_key_signed ans;
	struct msg_key_sign m;
	struct keyset *set;
	EVP_MD_CTX *ctx;
	EVP_PKEY *key;
	char err[256];
	int fd;

	assert_non_null(set = keyset_new());
	assert_non_null(key = mint_key("p256"));
	fd = rig_key_fd(key);
	assert_int_equal(keyset_load(set, 0, fd, err, sizeof(err)), 0);
	close(fd);
	content(&m, KEY_ECDSA_P256_SHA256, server, 32);
	assert_null(keyset_sign(set, KEY_SERVER, &m, &ans));
	assert_int_equal(ans.ok, 1);
	ctx = EVP_MD_CTX_new();
	assert_int_equal(EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL,
			     key),
	    1);
	assert_int_equal(EVP_DigestVerify(ctx, ans.sig, ans.len, m.tbs, m.len),
	    1);
	EVP_MD_CTX_free(ctx);
	/* Neither another text, another key, nor a key that is not there. */
	content(&m, KEY_ECDSA_P256_SHA256, client, 32);
	assert_non_null(keyset_sign(set, KEY_SERVER, &m, &ans));
	assert_int_equal(ans.ok, 0);
	assert_int_equal(ans.len, 0);
	assert_null(keyset_sign(set, KEY_CLIENT, &m, &ans));
	assert_int_equal(ans.ok, 1);
	content(&m, KEY_ECDSA_P256_SHA256, server, 32);
	assert_non_null(keyset_sign(set, KEY_CLIENT, &m, &ans));
	assert_int_equal(ans.ok, 0);
	m.key = 1;
	assert_non_null(keyset_sign(set, KEY_SERVER, &m, &ans));
	m.key = UINT16_MAX;
	assert_non_null(keyset_sign(set, KEY_SERVER, &m, &ans));
	assert_non_null(keyset_sign(NULL, KEY_SERVER, &m, &ans));
	EVP_PKEY_free(key);
	keyset_free(set);
}

/* The key and the certificate must be a pair. */
static void
pairs(void **state)
{
	struct mint_spec spec = { .cn = "gw", .eku = "server" };
	struct mint_id one = { 0 }, two = { 0 };
	struct keyset *set;
	char err[256] = "";
	uint16_t index = 0;
	int cert, key;

	assert_int_equal(mint_make(&one, &spec, NULL), 0);
	assert_int_equal(mint_make(&two, &spec, NULL), 0);
	assert_non_null(set = keyset_new());
	key = rig_key_fd(one.key);
	assert_int_equal(keyset_load(set, 2, key, err, sizeof(err)), 0);
	assert_int_equal(keyset_check(set, &index, err, sizeof(err)), 0);
	cert = rig_cert_fd(&one.cert, 1);
	assert_int_equal(keyset_expect(set, 2, cert, err, sizeof(err)), 0);
	assert_int_equal(keyset_check(set, &index, err, sizeof(err)), 0);
	close(cert);
	cert = rig_cert_fd(&two.cert, 1);
	assert_int_equal(keyset_expect(set, 2, cert, err, sizeof(err)), 0);
	assert_int_equal(keyset_check(set, &index, err, sizeof(err)), -1);
	assert_int_equal(index, 2);
	assert_non_null(strstr(err, "the key is not that of the certificate"));
	assert_int_equal(keyset_expect(set, 2, key, err, sizeof(err)), -1);
	close(cert);
	close(key);
	keyset_free(set);
	mint_clear(&one);
	mint_clear(&two);
}

static int
setup(void **state)
{
	keyset_init();
	return (0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_signed),
		cmocka_unit_test(what_is_not),
		cmocka_unit_test(sides),
		cmocka_unit_test(schemes),
		cmocka_unit_test(kinds),
		cmocka_unit_test(bad_files),
		cmocka_unit_test(signatures),
		cmocka_unit_test(pairs),
	};

	return (cmocka_run_group_tests(tests, setup, NULL));
}
