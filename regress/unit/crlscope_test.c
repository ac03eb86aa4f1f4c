/* SPDX-License-Identifier: ISC */
/*
 * Revocation lists that are not plain: of a scope, deltas, of several CAs, of a
 * CA that was renewed.  Each is honoured, or refused when it is loaded.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <openssl/pem.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "tls_rig.h"

#define HOUR	(60 * 60)
#define DAY	(24 * HOUR)
#define REMOVED	8		/* removeFromCRL */
#define HOLD	6

static struct rig rig;
static struct mint_id good, bad;

static int
setup(void **state)
{
	rig_start(&rig, "p256", -1);
	rig_mint(&rig, &good, "good");
	rig_mint(&rig, &bad, "bad");
	return (0);
}

static int
teardown(void **state)
{
	mint_clear(&good);
	mint_clear(&bad);
	rig_stop(&rig);
	return (0);
}

/* A file that is being written, CRL by CRL. */
static BIO *
begin(void)
{
	return (BIO_new(BIO_s_mem()));
}

static void
add(BIO *bio, const struct mint_id *issuer, const struct mint_id *revoked,
    const struct mint_crl_spec *spec)
{
	ASN1_INTEGER *serial = NULL;
	X509_CRL *crl;

	if (revoked != NULL)
		serial = X509_get_serialNumber(revoked->cert);
	crl = mint_crl_as(issuer, &serial, revoked != NULL, spec);
	assert_non_null(crl);
	assert_int_equal(PEM_write_bio_X509_CRL(bio, crl), 1);
	X509_CRL_free(crl);
}

static struct tls_server *
try(BIO *bio, X509 *const *cas, size_t n, char *err, size_t errsize)
{
	struct tls_server *s;
	char *text;
	long len;
	int fd;

	len = BIO_get_mem_data(bio, &text);
	fd = rig_text_fd(text, (size_t)len);
	BIO_free(bio);
	s = rig_server_of(&rig, cas, n, fd, err, errsize);
	close(fd);
	return (s);
}

static struct tls_server *
serve(BIO *bio, X509 *const *cas, size_t n)
{
	struct tls_server *s;
	char err[512] = "";

	if ((s = try(bio, cas, n, err, sizeof(err))) == NULL)
		fail_msg("%s", err);
	return (s);
}

static void
refuse(BIO *bio, X509 *const *cas, size_t n, const char *text)
{
	char err[512] = "";

	assert_null(try(bio, cas, n, err, sizeof(err)));
	if (strncmp(err, "crl: ", 5) != 0 || strstr(err, text) == NULL)
		fail_msg("\"%s\" instead of \"%s\"", err, text);
}

static void
expect(const char *what, struct tls_server *s, const struct mint_id *id,
    X509 *sub, const char *text)
{
	struct rig_client k = { .id = id, .chain = { sub } };
	struct rig_conn c;
	int i;

	for (i = 0; i < 2; i++) {
		rig_connect(&c, s, &k);
		if (text == NULL && c.result != TLS_OK)
			fail_msg("%s: %s", what, tls_conn_error(c.tls));
		if (text != NULL && c.result == TLS_OK)
			fail_msg("%s: was let in", what);
		if (text != NULL && strstr(tls_conn_error(c.tls), text) == NULL)
			fail_msg("%s: \"%s\" instead of \"%s\"", what,
			    tls_conn_error(c.tls), text);
		rig_close(&c);
	}
}

/* Good and bad of the rig's CA, by this file alone. */
static void
judge(const char *what, BIO *bio)
{
	struct tls_server *s;

	s = serve(bio, &rig.ca.cert, 1);
	expect(what, s, &good, NULL, NULL);
	expect(what, s, &bad, NULL, "revoked");
	tls_server_unref(s);
}

/* Scopes that hold all that clients have. */
static void
scopes(void **state)
{
	static const char *const usable[] = {
		"fullname:URI:https://ca.example/1.0/crl,onlyuser:TRUE",
		"onlyuser:TRUE",
		"fullname:URI:ldap:///CN=ca",
	};
	static const struct {
		const char *scope, *text;
	} refused[] = {
		{ "onlyAA:TRUE", "attribute certificates only" },
		{ "indirectCRL:TRUE", "indirect CRL" },
		{ "onlysomereasons:keyCompromise", "some reasons" },
		{ "onlyuser:TRUE,onlyCA:TRUE", "scope is empty" },
	};
	struct mint_crl_spec spec = { 0 };
	struct tls_server *s;
	size_t i;
	BIO *bio;

	for (i = 0; i < sizeof(usable) / sizeof(usable[0]); i++) {
		spec.scope = usable[i];
		add(bio = begin(), &rig.ca, &bad, &spec);
		judge(usable[i], bio);
	}
	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		spec.scope = refused[i].scope;
		add(bio = begin(), &rig.ca, &bad, &spec);
		refuse(bio, &rig.ca.cert, 1, refused[i].text);
	}
	/* One for CAs says nothing of clients. */
	spec.scope = "onlyCA:TRUE";
	add(bio = begin(), &rig.ca, NULL, &spec);
	refuse(bio, &rig.ca.cert, 1, "none of /CN=test CA in it for clients");
	spec.scope = NULL;
	spec.oid = "1.2.3.4.5";
	add(bio = begin(), &rig.ca, &bad, &spec);
	refuse(bio, &rig.ca.cert, 1, "unknown critical extension");
	spec.oid = NULL;
	/* Two that share the clients among them. */
	spec.scope = "fullname:URI:http://ca.example/1";
	add(bio = begin(), &rig.ca, NULL, &spec);
	spec.scope = "fullname:URI:http://ca.example/2";
	add(bio, &rig.ca, &bad, &spec);
	s = serve(bio, &rig.ca.cert, 1);
	expect("without a CRL's name", s, &bad, NULL, "revoked");
	expect("without a CRL's name", s, &good, NULL, NULL);
	tls_server_unref(s);
}

/* A certificate that names its CRL is judged by that one. */
static void
named(void **state)
{
	struct mint_spec leaf = { .cn = "named",
		.eku = "client",
		.crldp = "URI:http://ca.example/1" };
	struct mint_crl_spec spec = {
		.scope = "fullname:URI:http://ca.example/1"
	};
	struct mint_id id = { 0 };
	struct tls_server *s;
	BIO *bio;

	assert_int_equal(mint_make(&id, &leaf, &rig.ca), 0);
	add(bio = begin(), &rig.ca, NULL, &spec);
	s = serve(bio, &rig.ca.cert, 1);
	expect("its CRL", s, &id, NULL, NULL);
	tls_server_unref(s);
	add(bio = begin(), &rig.ca, &id, &spec);
	s = serve(bio, &rig.ca.cert, 1);
	expect("on its CRL", s, &id, NULL, "revoked");
	tls_server_unref(s);
	spec.scope = "fullname:URI:http://ca.example/2";
	add(bio = begin(), &rig.ca, NULL, &spec);
	s = serve(bio, &rig.ca.cert, 1);
	expect("another CRL", s, &id, NULL, "scope");
	tls_server_unref(s);
	spec.scope = NULL;
	add(bio = begin(), &rig.ca, NULL, &spec);
	s = serve(bio, &rig.ca.cert, 1);
	expect("a CRL for all", s, &id, NULL, NULL);
	tls_server_unref(s);
	mint_clear(&id);
}

static void
deltas(void **state)
{
	struct mint_crl_spec full = { .number = 5 };
	struct mint_crl_spec delta = { .number = 6, .base = 5 };
	struct mint_crl_spec hold = { .number = 5, .reason = HOLD };
	struct wall now, later;
	struct tls_server *s;
	BIO *bio;

	add(bio = begin(), &rig.ca, NULL, &full);
	add(bio, &rig.ca, &bad, &delta);
	judge("revoked in the delta", bio);
	add(bio = begin(), &rig.ca, &bad, &delta);
	add(bio, &rig.ca, NULL, &full);
	judge("the delta first", bio);
	add(bio = begin(), &rig.ca, &bad, &full);
	add(bio, &rig.ca, NULL, &delta);
	judge("revoked before the delta", bio);
	delta.reason = REMOVED;
	add(bio = begin(), &rig.ca, &good, &hold);
	add(bio, &rig.ca, &good, &delta);
	s = serve(bio, &rig.ca.cert, 1);
	expect("taken off again", s, &good, NULL, NULL);
	tls_server_unref(s);
	delta.reason = 0;
	/* A newer complete one has it all. */
	full.number = 6;
	add(bio = begin(), &rig.ca, NULL, &full);
	add(bio, &rig.ca, &good, &delta);
	s = serve(bio, &rig.ca.cert, 1);
	expect("an old delta", s, &good, NULL, NULL);
	tls_server_unref(s);

	add(bio = begin(), &rig.ca, &bad, &delta);
	refuse(bio, &rig.ca.cert, 1, "delta CRL, and the complete one");
	full.number = 4;
	add(bio = begin(), &rig.ca, NULL, &full);
	add(bio, &rig.ca, &bad, &delta);
	refuse(bio, &rig.ca.cert, 1, "delta CRL, and the complete one");
	full.number = 0;
	add(bio = begin(), &rig.ca, NULL, &full);
	add(bio, &rig.ca, &bad, &delta);
	refuse(bio, &rig.ca.cert, 1, "delta CRL, and the complete one");
	full.number = 5;
	delta.scope = "onlyuser:TRUE";
	add(bio = begin(), &rig.ca, NULL, &full);
	add(bio, &rig.ca, &bad, &delta);
	refuse(bio, &rig.ca.cert, 1, "delta CRL, and the complete one");
	delta.scope = NULL;

	/* A delta that ran out says no longer who is good. */
	delta.until = HOUR;
	add(bio = begin(), &rig.ca, NULL, &full);
	add(bio, &rig.ca, NULL, &delta);
	s = serve(bio, &rig.ca.cert, 1);
	expect("in time", s, &good, NULL, NULL);
	now = wall_now();
	later.s = now.s + 2 * HOUR;
	clock_set(mono_now(), later);
	expect("late", s, &good, NULL, "CRL has expired");
	clock_set(mono_now(), now);
	tls_server_unref(s);
}

/* A delta that somebody else has signed is not ignored. */
static void
forged(void **state)
{
	struct mint_spec ca = { .cn = "test CA", .ca = true };
	struct mint_crl_spec full = { .number = 5 };
	struct mint_crl_spec delta = { .number = 6, .base = 5 };
	struct mint_id other = { 0 };
	BIO *bio;

	assert_int_equal(mint_make(&other, &ca, NULL), 0);
	add(bio = begin(), &rig.ca, NULL, &full);
	add(bio, &other, NULL, &delta);
	refuse(bio, &rig.ca.cert, 1, "not signed with the key");
	/* But the CA's own may lie beside that of its former key. */
	add(bio = begin(), &rig.ca, &bad, &full);
	add(bio, &other, NULL, &full);
	judge("beside another of the name", bio);
	mint_clear(&other);
}

/* If one CA has several, the last counts. */
static void
succession(void **state)
{
	struct mint_crl_spec old = { .number = 1,
		.from = -9 * DAY,
		.until = -DAY };
	struct mint_crl_spec now = { .number = 2 };
	struct tls_server *s;
	BIO *bio;

	add(bio = begin(), &rig.ca, &good, &old);
	add(bio, &rig.ca, &bad, &now);
	judge("old and new", bio);
	add(bio = begin(), &rig.ca, &bad, &now);
	add(bio, &rig.ca, &good, &old);
	judge("new and old", bio);
	/* Neither has a number: the later thisUpdate. */
	old.number = now.number = 0;
	old.until = 0;
	add(bio = begin(), &rig.ca, &good, &old);
	add(bio, &rig.ca, &bad, &now);
	judge("without numbers", bio);
	add(bio = begin(), &rig.ca, &bad, &now);
	add(bio, &rig.ca, &bad, &now);
	judge("twice the same", bio);
	old.until = -DAY;
	add(bio = begin(), &rig.ca, NULL, &old);
	refuse(bio, &rig.ca.cert, 1, "ran out");
	now.from = DAY;
	now.until = 2 * DAY;
	add(bio = begin(), &rig.ca, NULL, &now);
	refuse(bio, &rig.ca.cert, 1, "not valid yet");
	/* At the start the clock may be wrong, and nobody could mend it. */
	rig.first = true;
	add(bio = begin(), &rig.ca, NULL, &now);
	s = serve(bio, &rig.ca.cert, 1);
	rig.first = false;
	expect("not valid yet", s, &good, NULL, "not yet valid");
	tls_server_unref(s);
}

static void
digests(void **state)
{
	static const char *const usable[] = { "SHA256", "SHA384", "SHA512" };
	static const char *const refused[] = { "SHA1", "MD5", "SHA224" };
	struct mint_spec spec = { .cn = "rsa CA",
		.ca = true,
		.key = "rsa2048" };
	struct mint_crl_spec crl = { 0 };
	struct mint_id ca = { 0 };
	size_t i;
	BIO *bio;

	assert_int_equal(mint_make(&ca, &spec, NULL), 0);
	for (i = 0; i < sizeof(usable) / sizeof(usable[0]); i++) {
		crl.md = usable[i];
		add(bio = begin(), &ca, NULL, &crl);
		tls_server_unref(serve(bio, &ca.cert, 1));
	}
	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		crl.md = refused[i];
		add(bio = begin(), &ca, NULL, &crl);
		refuse(bio, &ca.cert, 1, "have the CA sign with SHA-256");
	}
	mint_clear(&ca);
}

/* The CA renewed with its key: its one CRL is good for all. */
static void
renewed(void **state)
{
	struct mint_spec spec = { .cn = "test CA", .ca = true, .bare = true };
	struct mint_crl_spec plain = { 0 };
	struct mint_id now = { 0 };
	struct tls_server *s;
	X509 *both[2];
	BIO *bio;

	now.key = rig.ca.key;
	EVP_PKEY_up_ref(now.key);
	assert_int_equal(mint_make(&now, &spec, NULL), 0);
	both[0] = rig.ca.cert;
	both[1] = now.cert;
	add(bio = begin(), &now, &bad, &plain);
	s = serve(bio, both, 2);
	expect("both", s, &good, NULL, NULL);
	expect("both", s, &bad, NULL, "revoked");
	tls_server_unref(s);
	add(bio = begin(), &rig.ca, &bad, &plain);
	s = serve(bio, both + 1, 1);
	expect("the new one", s, &good, NULL, NULL);
	expect("the new one", s, &bad, NULL, "revoked");
	tls_server_unref(s);
	mint_clear(&now);
}

/* A CA that may not sign CRLs by its own word may by that of client_ca. */
static void
usage(void **state)
{
	struct mint_spec spec = { .cn = "odd CA",
		.ca = true,
		.usage = "critical,keyCertSign" };
	struct mint_spec leaf = { .cn = "dev", .eku = "client" };
	struct mint_crl_spec plain = { 0 };
	struct mint_id ca = { 0 }, id = { 0 };
	struct tls_server *s;
	BIO *bio;

	assert_int_equal(mint_make(&ca, &spec, NULL), 0);
	assert_int_equal(mint_make(&id, &leaf, &ca), 0);
	add(bio = begin(), &ca, &id, &plain);
	s = serve(bio, &ca.cert, 1);
	expect("odd CA", s, &id, NULL, "revoked");
	tls_server_unref(s);
	mint_clear(&id);
	mint_clear(&ca);
}

/* A root that is kept offline has no CRL, or one for CAs alone. */
static void
offline_root(void **state)
{
	struct mint_spec root_spec = { .cn = "offline", .ca = true };
	struct mint_spec sub_spec = { .cn = "sub", .ca = true, .pathlen = 1 };
	struct mint_spec leaf = { .cn = "dev", .eku = "client" };
	struct mint_crl_spec plain = { 0 }, cas = { .scope = "onlyCA:TRUE" };
	struct mint_id root = { 0 }, sub = { 0 }, a = { 0 }, b = { 0 };
	struct mint_id direct = { 0 };
	struct tls_server *s;
	X509 *both[2];
	int n;
	BIO *bio;

	assert_int_equal(mint_make(&root, &root_spec, NULL), 0);
	assert_int_equal(mint_make(&sub, &sub_spec, &root), 0);
	assert_int_equal(mint_make(&a, &leaf, &sub), 0);
	assert_int_equal(mint_make(&b, &leaf, &sub), 0);
	assert_int_equal(mint_make(&direct, &leaf, &root), 0);
	both[0] = root.cert;
	both[1] = sub.cert;
	for (n = 1; n <= 2; n++) {
		add(bio = begin(), &sub, &b, &plain);
		s = serve(bio, both, (size_t)n);
		expect("the sub CA's list", s, &a, sub.cert, NULL);
		expect("the sub CA's list", s, &b, sub.cert, "revoked");
		expect("of the root", s, &direct, NULL, "get certificate CRL");
		tls_server_unref(s);
	}
	/* Where the root has one, the sub CA is asked for, too. */
	add(bio = begin(), &sub, NULL, &plain);
	add(bio, &root, &sub, &cas);
	s = serve(bio, both, 1);
	expect("sub CA revoked", s, &a, sub.cert, "revoked");
	tls_server_unref(s);
	/* As an anchor it is not asked for. */
	add(bio = begin(), &sub, &b, &plain);
	add(bio, &root, &sub, &cas);
	s = serve(bio, both + 1, 1);
	expect("the sub CA as the anchor", s, &a, sub.cert, NULL);
	expect("the sub CA as the anchor", s, &b, sub.cert, "revoked");
	tls_server_unref(s);
	/* A list that no client of this CA could need. */
	add(bio = begin(), &root, NULL, &plain);
	refuse(bio, both + 1, 1, "none of /CN=sub");
	mint_clear(&a);
	mint_clear(&b);
	mint_clear(&direct);
	mint_clear(&sub);
	mint_clear(&root);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scopes),
		cmocka_unit_test(named),
		cmocka_unit_test(deltas),
		cmocka_unit_test(forged),
		cmocka_unit_test(succession),
		cmocka_unit_test(digests),
		cmocka_unit_test(renewed),
		cmocka_unit_test(usage),
		cmocka_unit_test(offline_root),
	};

	return (cmocka_run_group_tests(tests, setup, teardown));
}
