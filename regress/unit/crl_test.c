/* SPDX-License-Identifier: ISC */
/*
 * Revocation: at the handshake, in the middle of a connection, with lists that
 * are old, damaged, forged, empty or missing.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <openssl/pem.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "tls_rig.h"

#define HOUR	(60 * 60)
#define DAY	(24 * HOUR)

static struct rig rig;

static int
setup(void **state)
{
	rig_start(&rig, "p256", -1);
	return (0);
}

static int
teardown(void **state)
{
	rig_stop(&rig);
	return (0);
}

/* A server with this CRL file, which is closed; NULL with err. */
static struct tls_server *
with_crl(int fd, char *err, size_t errsize)
{
	struct tls_server *s;

	s = rig_server(&rig, fd, err, errsize);
	close(fd);
	return (s);
}

static struct tls_server *
must_serve(int fd)
{
	struct tls_server *s;
	char err[512] = "";

	if ((s = with_crl(fd, err, sizeof(err))) == NULL)
		fail_msg("%s", err);
	return (s);
}

static void
refuse_crl(int fd, const char *text)
{
	char err[512] = "";

	assert_null(with_crl(fd, err, sizeof(err)));
	if (strstr(err, text) == NULL)
		fail_msg("\"%s\" instead of \"%s\"", err, text);
}

static void
expect(struct tls_server *s, const struct rig_client *k, const char *text)
{
	struct rig_conn c;

	rig_connect(&c, s, k);
	if (text == NULL && c.result != TLS_OK)
		fail_msg("refused: %s", tls_conn_error(c.tls));
	if (text != NULL && c.result == TLS_OK)
		fail_msg("was let in, not \"%s\"", text);
	if (text != NULL && strstr(tls_conn_error(c.tls), text) == NULL)
		fail_msg("\"%s\" instead of \"%s\"", tls_conn_error(c.tls),
		    text);
	rig_close(&c);
}

static void
revoked(void **state)
{
	struct mint_id good, bad;
	struct rig_client g = { .id = &good }, b = { .id = &bad };
	struct tls_server *s;

	rig_mint(&rig, &good, "good");
	rig_mint(&rig, &bad, "bad");
	s = must_serve(rig_crl(&rig, bad.cert, 0, 0));
	expect(s, &g, NULL);
	expect(s, &g, NULL);
	expect(s, &b, "certificate revoked");
	expect(s, &b, "cn=bad");
	assert_true(tls_server_crl_left(s) > 29 * DAY);
	tls_server_unref(s);
	mint_clear(&good);
	mint_clear(&bad);
}

/* A kept-alive connection ends with the next request. */
static void
revoked_connected(void **state)
{
	struct mint_id good, bad;
	struct rig_client g = { .id = &good }, b = { .id = &bad };
	struct rig_conn gc, bc;
	struct tls_server *s;
	char err[512] = "";
	int fd;

	rig_mint(&rig, &good, "good");
	rig_mint(&rig, &bad, "bad");
	s = must_serve(rig_crl(&rig, NULL, 0, 0));
	rig_connect(&gc, s, &g);
	rig_connect(&bc, s, &b);
	assert_int_equal(gc.result, TLS_OK);
	assert_int_equal(bc.result, TLS_OK);
	assert_int_equal(tls_conn_recheck(bc.tls, s), 0);

	fd = rig_crl(&rig, bad.cert, 0, 0);
	assert_int_equal(tls_server_set_crl(s, fd, err, sizeof(err)), 0);
	close(fd);
	assert_int_equal(tls_conn_recheck(gc.tls, s), 0);
	assert_int_equal(tls_conn_recheck(bc.tls, s), -1);
	assert_non_null(strstr(tls_conn_error(bc.tls), "revoked"));
	/* And from memory it does not come back. */
	expect(s, &b, "revoked");
	expect(s, &g, NULL);
	rig_close(&gc);
	rig_close(&bc);
	tls_server_unref(s);
	mint_clear(&good);
	mint_clear(&bad);
}

/* The same with the server made anew, as after a reload. */
static void
revoked_other_server(void **state)
{
	struct tls_server *s, *t;
	struct rig_client b;
	struct mint_id bad;
	struct rig_conn c;

	memset(&b, 0, sizeof(b));
	b.id = &bad;
	rig_mint(&rig, &bad, "bad");
	s = must_serve(rig_crl(&rig, NULL, 0, 0));
	t = must_serve(rig_crl(&rig, bad.cert, 0, 0));
	rig_connect(&c, s, &b);
	assert_int_equal(tls_conn_recheck(c.tls, s), 0);
	tls_server_unref(s);
	assert_int_equal(tls_conn_recheck(c.tls, t), -1);
	rig_close(&c);
	tls_server_unref(t);
	mint_clear(&bad);
}

static void
stale(void **state)
{
	struct rig_client g;
	struct wall now, later;
	struct mint_id good;
	struct rig_conn c;
	struct tls_server *s;

	memset(&g, 0, sizeof(g));
	g.id = &good;
	rig_mint(&rig, &good, "good");
	s = must_serve(rig_crl(&rig, NULL, 0, HOUR));
	expect(s, &g, NULL);
	rig_connect(&c, s, &g);
	assert_int_equal(c.result, TLS_OK);
	now = wall_now();
	later.s = now.s + 2 * HOUR;
	clock_set(mono_now(), later);
	assert_true(tls_server_crl_left(s) < 0);
	expect(s, &g, "CRL has expired");
	assert_int_equal(tls_conn_recheck(c.tls, s), -1);
	clock_set(mono_now(), now);
	expect(s, &g, NULL);
	rig_close(&c);
	tls_server_unref(s);
	mint_clear(&good);
}

static void
bad_lists(void **state)
{
	struct mint_spec spec = { .cn = "test CA", .ca = true };
	struct mint_id other = { 0 };
	X509_CRL *crl;
	char *text;

	refuse_crl(rig_text_fd("", 0), "no CRL in it");
	refuse_crl(rig_text_fd("hello\n", 6), "no CRL in it");
	text = strdup(
	    "-----BEGIN X509 CRL-----\nMIIB\n-----END X509 CRL-----\n");
	refuse_crl(rig_text_fd(text, strlen(text)), "damaged");
	free(text);
	refuse_crl(rig_crl(&rig, NULL, -3 * DAY, -DAY), "ran out");
	refuse_crl(rig_crl(&rig, NULL, DAY, 2 * DAY), "not valid yet");

	/* Another CA of the same name, and one of another name. */
	assert_int_equal(mint_make(&other, &spec, NULL), 0);
	crl = mint_crl(&other, NULL, 0, 0, 0);
	refuse_crl(rig_crl_fd(crl), "not signed with the key");
	X509_CRL_free(crl);
	X509_free(other.cert);
	spec.cn = "elsewhere";
	assert_int_equal(mint_make(&other, &spec, NULL), 0);
	crl = mint_crl(&other, NULL, 0, 0, 0);
	rig.old = must_serve(rig_crl(&rig, NULL, 0, 0));
	refuse_crl(rig_crl_fd(crl),
	    "none of /CN=test CA in it for clients, as there was");
	tls_server_unref(rig.old);
	rig.old = NULL;
	X509_CRL_free(crl);
	mint_clear(&other);
}

/* A gateway that starts with an old list runs, and lets nobody in. */
static void
stale_start(void **state)
{
	struct mint_id good;
	struct rig_client g = { .id = &good };
	struct tls_server *s;
	char err[512] = "";
	int fd;

	rig_mint(&rig, &good, "good");
	rig.first = true;
	s = must_serve(rig_crl(&rig, NULL, -3 * DAY, -DAY));
	refuse_crl(rig_text_fd("", 0), "no CRL in it");
	rig.first = false;
	expect(s, &g, "CRL has expired");
	fd = rig_crl(&rig, NULL, 0, 0);
	assert_int_equal(tls_server_set_crl(s, fd, err, sizeof(err)), 0);
	close(fd);
	expect(s, &g, NULL);
	tls_server_unref(s);
	mint_clear(&good);
}

/* A list that is no good leaves the one in force. */
static void
old_stays(void **state)
{
	struct tls_server *s;
	struct mint_id bad;
	struct rig_client b = { .id = &bad };
	char err[512] = "";
	int fd;

	rig_mint(&rig, &bad, "bad");
	s = must_serve(rig_crl(&rig, bad.cert, 0, 0));
	fd = rig_text_fd("", 0);
	assert_int_equal(tls_server_set_crl(s, fd, err, sizeof(err)), -1);
	close(fd);
	expect(s, &b, "revoked");
	fd = rig_crl(&rig, NULL, -3 * DAY, -DAY);
	assert_int_equal(tls_server_set_crl(s, fd, err, sizeof(err)), -1);
	close(fd);
	expect(s, &b, "revoked");
	fd = rig_crl(&rig, NULL, 0, 0);
	assert_int_equal(tls_server_set_crl(s, fd, err, sizeof(err)), 0);
	close(fd);
	expect(s, &b, NULL);
	tls_server_unref(s);
	mint_clear(&bad);
}

/* A file with two lists. */
static int
two_fd(X509_CRL *a, X509_CRL *b)
{
	BIO *bio;
	char *p;
	long n;
	int fd;

	bio = BIO_new(BIO_s_mem());
	assert_true(PEM_write_bio_X509_CRL(bio, a) == 1 &&
	    PEM_write_bio_X509_CRL(bio, b) == 1);
	n = BIO_get_mem_data(bio, &p);
	fd = rig_text_fd(p, (size_t)n);
	BIO_free(bio);
	return (fd);
}

static int
set_two(struct tls_server *s, X509_CRL *a, X509_CRL *b)
{
	char err[512];
	int fd, r;

	fd = two_fd(a, b);
	r = tls_server_set_crl(s, fd, err, sizeof(err));
	close(fd);
	return (r);
}

/* A CA whose list has run out does not keep out the new one of another CA. */
static void
stale_beside(void **state)
{
	struct mint_spec spec = { .cn = "other CA", .ca = true };
	struct mint_spec leaf = { .cn = "dev", .eku = "client" };
	struct mint_id other = { 0 }, dev = { 0 }, bad;
	struct rig_client b = { .id = &bad }, d = { .id = &dev };
	X509_CRL *one, *news, *two, *older;
	struct wall now, later;
	struct tls_server *s;
	ASN1_INTEGER *serial;
	char err[512] = "";
	X509 *cas[2];
	int fd;

	rig_mint(&rig, &bad, "bad");
	assert_int_equal(mint_make(&other, &spec, NULL), 0);
	assert_int_equal(mint_make(&dev, &leaf, &other), 0);
	cas[0] = rig.ca.cert;
	cas[1] = other.cert;
	one = mint_crl(&rig.ca, NULL, 0, 0, 0);
	serial = X509_get_serialNumber(bad.cert);
	news = mint_crl(&rig.ca, &serial, 1, 0, 0);
	two = mint_crl(&other, NULL, 0, 0, HOUR);
	older = mint_crl(&other, NULL, 0, -DAY, HOUR);
	fd = two_fd(one, two);
	s = rig_server_of(&rig, cas, 2, fd, err, sizeof(err));
	close(fd);
	if (s == NULL)
		fail_msg("%s", err);
	expect(s, &b, NULL);
	expect(s, &d, NULL);
	now = wall_now();
	later.s = now.s + 2 * HOUR;
	clock_set(mono_now(), later);
	assert_int_equal(set_two(s, news, two), 0);
	expect(s, &b, "certificate revoked");
	expect(s, &d, "CRL has expired");
	assert_int_equal(set_two(s, one, older), -1);
	expect(s, &b, "certificate revoked");
	clock_set(mono_now(), now);
	tls_server_unref(s);
	X509_CRL_free(one);
	X509_CRL_free(news);
	X509_CRL_free(two);
	X509_CRL_free(older);
	mint_clear(&bad);
	mint_clear(&dev);
	mint_clear(&other);
}

/* An issuer between needs a CRL too, and its own place on the root's. */
static void
intermediate(void **state)
{
	struct mint_spec inter = { .cn = "inter", .ca = true };
	struct mint_spec leaf = { .cn = "dev", .eku = "client" };
	struct mint_id one = { 0 }, id = { 0 };
	struct rig_client k = { .id = &id };
	struct tls_server *s;
	X509_CRL *root, *sub, *gone;
	ASN1_INTEGER *serial;

	assert_int_equal(mint_make(&one, &inter, &rig.ca), 0);
	assert_int_equal(mint_make(&id, &leaf, &one), 0);
	k.chain[0] = one.cert;
	root = mint_crl(&rig.ca, NULL, 0, 0, 0);
	sub = mint_crl(&one, NULL, 0, 0, 0);
	serial = X509_get_serialNumber(one.cert);
	gone = mint_crl(&rig.ca, &serial, 1, 0, 0);

	s = must_serve(rig_crl_fd(root));
	expect(s, &k, "unable to get certificate CRL");
	tls_server_unref(s);

	s = must_serve(two_fd(root, sub));
	expect(s, &k, NULL);
	tls_server_unref(s);
	s = must_serve(two_fd(gone, sub));
	expect(s, &k, "revoked");
	tls_server_unref(s);

	X509_CRL_free(root);
	X509_CRL_free(sub);
	X509_CRL_free(gone);
	mint_clear(&one);
	mint_clear(&id);
}

static void
many(void **state)
{
	enum {
		N = 20000
	};
	static ASN1_INTEGER *serials[N + 1];
	struct mint_id bad;
	struct rig_client b = { .id = &bad };
	struct tls_server *s;
	X509_CRL *crl;
	int i;

	rig_mint(&rig, &bad, "bad");
	for (i = 0; i < N; i++) {
		serials[i] = ASN1_INTEGER_new();
		assert_true(ASN1_INTEGER_set(serials[i], 1000000 + i));
	}
	serials[N] = ASN1_INTEGER_dup(X509_get0_serialNumber(bad.cert));
	crl = mint_crl(&rig.ca, serials, N + 1, 0, 0);
	assert_non_null(crl);
	s = must_serve(rig_crl_fd(crl));
	expect(s, &b, "revoked");
	tls_server_unref(s);
	X509_CRL_free(crl);
	for (i = 0; i <= N; i++)
		ASN1_INTEGER_free(serials[i]);
	mint_clear(&bad);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(revoked),
		cmocka_unit_test(revoked_connected),
		cmocka_unit_test(revoked_other_server),
		cmocka_unit_test(stale),
		cmocka_unit_test(stale_start),
		cmocka_unit_test(stale_beside),
		cmocka_unit_test(bad_lists),
		cmocka_unit_test(old_stays),
		cmocka_unit_test(intermediate),
		cmocka_unit_test(many),
	};

	return (cmocka_run_group_tests(tests, setup, teardown));
}
