/* SPDX-License-Identifier: ISC */
/*
 * Signatures over a link: every kind of key, a key of another certificate, and
 * key holders that are gone, silent, late or hostile.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/socket.h>

#include <openssl/core_names.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "keyset.h"
#include "tlskey_int.h"
#include "clock.h"
#include "proto.h"
#include "tls_rig.h"

/* A link whose other end is ours to misuse. */
static int
bare_link(struct tlskey *tk)
{
	int sv[2];

	assert_int_equal(imsg_pair(sv), 0);
	tlskey_set_link(tk, sv[0]);
	return (sv[1]);
}

/* The next request's id on our end. */
static uint32_t
take_request(int fd)
{
	static uint8_t buf[IMSG_MAX_SIZE];
	struct msg_key_sign m;
	struct imsg imsg;

	assert_int_equal(imsg_recv_wait(fd, buf, &imsg, 1000), 1);
	assert_int_equal(imsg.type, MSG_KEY_SIGN);
	assert_int_equal(msg_key_sign_get(&imsg.data, &m), 0);
	assert_int_equal(m.len, 130);
	return (imsg.id);
}

static void
answer(int fd, uint32_t id, bool ok)
{
	struct msg_key_signed m = { .ok = ok, .len = ok ? 70 : 0 };
	uint8_t buf[KEY_SIG_MAX + 16];
	struct ibuf b;

	ibuf_init(&b, buf, 0, sizeof(buf));
	assert_int_equal(msg_key_signed_put(&b, &m), 0);
	assert_int_equal(imsg_send(fd, MSG_KEY_SIGNED, id, b.buf, b.wpos, -1),
	    0);
}

static void
every_kind(void **state)
{
	static const char *const kinds[] = { "p256", "ed25519", "rsa2048" };
	struct rig_client k;
	struct rig_conn c;
	struct mint_id id;
	char err[512];
	struct rig r;
	size_t i;
	int j;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		rig_start(&r, kinds[i], -1);
		memset(&k, 0, sizeof(k));
		k.id = &id;
		rig_mint(&r, &id, "dev");
		if (tls_server_selftest(r.server, err, sizeof(err)) == -1)
			fail_msg("%s: %s", kinds[i], err);
		for (j = 0; j < 3; j++) {
			rig_connect(&c, r.server, &k);
			if (c.result != TLS_OK)
				fail_msg("%s: %s", kinds[i],
				    tls_conn_error(c.tls));
			assert_true(rig_talk(&c));
			rig_close(&c);
		}
		mint_clear(&id);
		rig_stop(&r);
	}
}

/* What the front holds has no private half. */
static void
public_only(void **state)
{
	struct tlskey_key *key;
	BIGNUM *priv = NULL;
	char err[256];
	struct rig r;
	X509 *x;
	BIO *bio;
	int fd;

	rig_start(&r, "p256", -1);
	bio = BIO_new(BIO_s_mem());
	assert_true(i2d_X509_bio(bio, r.server_id.cert));
	x = X509_new_ex(tlskey_libctx(r.tk), NULL);
	assert_non_null(d2i_X509_bio(bio, &x));
	BIO_free(bio);
	key = tlskey_key_new(r.tk, 0, X509_get0_pubkey(x), err, sizeof(err));
	assert_non_null(key);
	assert_int_equal(EVP_PKEY_get_bn_param(tlskey_key_pkey(key),
			     OSSL_PKEY_PARAM_PRIV_KEY, &priv),
	    0);
	assert_null(priv);
	/* And the text to sign is only ever sent over the link. */
	fd = bare_link(r.tk);
	close(fd);
	assert_int_equal(tlskey_key_test(key), -1);
	tlskey_key_free(key);
	X509_free(x);
	rig_stop(&r);
}

static void
other_key(void **state)
{
	struct rig_client k = { 0 };
	struct rig_conn c;
	struct mint_id id;
	EVP_PKEY *other;
	char err[512];
	struct rig r;

	rig_start(&r, "p256", -1);
	rig_mint(&r, &id, "dev");
	k.id = &id;
	assert_non_null(other = mint_key("p256"));
	tlskey_set_link(r.tk, rig_holder(&r, other));
	assert_int_equal(tls_server_selftest(r.server, err, sizeof(err)), -1);
	assert_non_null(strstr(err, "not that of its certificate"));
	rig_connect(&c, r.server, &k);
	assert_int_equal(c.result, TLS_ERROR);
	assert_non_null(strstr(tls_conn_error(c.tls), "not that of its"));
	assert_false(tls_conn_refused(c.tls));
	rig_close(&c);
	/* The right one comes later: all is well again. */
	tlskey_set_link(r.tk, rig_holder(&r, r.server_id.key));
	rig_connect(&c, r.server, &k);
	assert_int_equal(c.result, TLS_OK);
	rig_close(&c);
	EVP_PKEY_free(other);
	mint_clear(&id);
	rig_stop(&r);
}

static void
no_link(void **state)
{
	struct rig_client k = { 0 };
	struct rig_conn c;
	struct mint_id id;
	struct rig r;

	rig_start(&r, "p256", -1);
	rig_mint(&r, &id, "dev");
	k.id = &id;
	tlskey_set_link(r.tk, -1);
	assert_false(tlskey_linked(r.tk));
	rig_connect(&c, r.server, &k);
	assert_int_equal(c.result, TLS_ERROR);
	assert_non_null(strstr(tls_conn_error(c.tls), "key holder: no link"));
	rig_close(&c);
	/* It has died: its link ends. */
	close(bare_link(r.tk));
	rig_connect(&c, r.server, &k);
	assert_int_equal(c.result, TLS_ERROR);
	assert_non_null(strstr(tls_conn_error(c.tls), "key holder:"));
	rig_close(&c);
	assert_false(tlskey_linked(r.tk));
	mint_clear(&id);
	rig_stop(&r);
}

/* Silent, then late: one wait, quick refusals, then well again. */
static void
silent(void **state)
{
	struct mono from;
	char err[512];
	struct rig r;
	uint32_t id;
	int64_t ms;
	int fd, i;

	rig_start(&r, "p256", -1);
	fd = bare_link(r.tk);
	from = mono_now();
	assert_int_equal(tls_server_selftest(r.server, err, sizeof(err)), -1);
	ms = mono_diff_ms(mono_now(), from);
	assert_true(ms >= TLSKEY_WAIT_MS - 5 && ms < 5 * TLSKEY_WAIT_MS);
	assert_non_null(strstr(err, "no answer within"));
	assert_true(tlskey_linked(r.tk));
	from = mono_now();
	for (i = 0; i < 100; i++)
		assert_int_equal(tls_server_selftest(r.server, err,
				     sizeof(err)),
		    -1);
	/* Each of them would have waited for itself. */
	assert_true(mono_diff_ms(mono_now(), from) < 5 * TLSKEY_WAIT_MS);
	assert_non_null(strstr(err, "has not answered yet"));
	/* Only one request has gone out; its answer is for nobody. */
	id = take_request(fd);
	answer(fd, id, true);
	assert_int_equal(tls_server_selftest(r.server, err, sizeof(err)), -1);
	assert_non_null(strstr(err, "no answer within"));
	assert_int_not_equal(take_request(fd), id);
	close(fd);
	rig_stop(&r);
}

static void
hostile(void **state)
{
	char err[512], junk[64] = "junk";
	struct rig r;
	int fd, i;

	rig_start(&r, "p256", -1);
	for (i = 0; i < 4; i++) {
		fd = bare_link(r.tk);
		if (i == 0)	/* not a message of this link */
			assert_int_equal(imsg_send(fd, MSG_CONF_END, 1, NULL, 0,
					     -1),
			    0);
		else if (i == 1)	/* of no form */
			assert_int_equal(imsg_send(fd, MSG_KEY_SIGNED, 1, junk,
					     sizeof(junk), -1),
			    0);
		else if (i == 2)	/* with a descriptor */
			assert_int_equal(imsg_send(fd, MSG_KEY_SIGNED, 1,
					     "\0\0\0", 3, STDERR_FILENO),
			    0);
		else		/* not even framed */
			assert_int_equal(send(fd, junk, 5, 0), 5);
		assert_int_equal(tls_server_selftest(r.server, err,
				     sizeof(err)),
		    -1);
		assert_false(tlskey_linked(r.tk));
		close(fd);
	}
	/* Answers that are refusals, or 70 bytes that are no signature. */
	fd = bare_link(r.tk);
	for (i = 0; i < 100; i++)
		answer(fd, 0x7fffffff, true);
	errno = 0;
	assert_int_equal(tls_server_selftest(r.server, err, sizeof(err)), -1);
	close(fd);
	rig_stop(&r);
}

/* Answers to others come first: the one with our id counts. */
static void
right_id(void **state)
{
	static const char context[] = "TLS 1.3, server CertificateVerify";
	struct msg_key_sign m = { .scheme = SCHEME_ECDSA_P256, .len = 130 };
	uint8_t buf[KEY_SIG_MAX + 16];
	struct msg_key_signed ans;
	struct keyset *set;
	char err[512] = "";
	struct rig r;
	struct ibuf b;
	int fd, link;

	rig_start(&r, "p256", -1);
	link = bare_link(r.tk);
	assert_non_null(set = keyset_new());
	fd = rig_key_fd(r.server_id.key);
	assert_int_equal(keyset_load(set, 0, fd, err, sizeof(err)), 0);
	close(fd);
	memset(m.tbs, ' ', 64);
	memcpy(m.tbs + 64, context, sizeof(context));
	assert_null(keyset_sign(set, KEY_SERVER, &m, &ans));
	answer(link, 77, false);
	answer(link, 78, true);
	ibuf_init(&b, buf, 0, sizeof(buf));
	assert_int_equal(msg_key_signed_put(&b, &ans), 0);
	assert_int_equal(imsg_send(link, MSG_KEY_SIGNED, 1, b.buf, b.wpos, -1),
	    0);
	if (tls_server_selftest(r.server, err, sizeof(err)) == -1)
		fail_msg("%s", err);
	close(link);
	keyset_free(set);
	rig_stop(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind),
		cmocka_unit_test(public_only),
		cmocka_unit_test(other_key),
		cmocka_unit_test(no_link),
		cmocka_unit_test(silent),
		cmocka_unit_test(hostile),
		cmocka_unit_test(right_id),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
