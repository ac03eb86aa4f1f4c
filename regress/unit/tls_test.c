/* SPDX-License-Identifier: ISC */
/*
 * Handshakes with clients that should come in and many that should not, in
 * memory, with the key in another process.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/socket.h>

#include <openssl/err.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tlscert.h"
#include "clock.h"
#include "tls_rig.h"

#define DAY	(24 * 60 * 60)

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

static bool	 ours;		/* tls_conn_ours of the last refusal */

/* Connect as this certificate; expect a refusal with this text, or none. */
static void
expect(const char *what, const struct rig_client *k, const char *text)
{
	struct rig_conn c;
	const char *error;
	char byte;
	size_t n;

	rig_connect(&c, rig.server, k);
	error = tls_conn_error(c.tls);
	if (text == NULL) {
		if (c.result != TLS_OK)
			fail_msg("%s: refused: %s", what, error);
		if (!rig_talk(&c))
			fail_msg("%s: cannot talk", what);
	} else {
		if (c.result != TLS_ERROR)
			fail_msg("%s: was let in", what);
		if (strstr(error, text) == NULL)
			fail_msg("%s: \"%s\" instead of \"%s\"", what, error,
			    text);
		if (strpbrk(error, "\r\n\033") != NULL)
			fail_msg("%s: control characters in the log", what);
		ours = tls_conn_ours(c.tls);
		/* The client hears it as an alert. */
		if (SSL_read_ex(c.ssl, &byte, 1, &n) != 0)
			fail_msg("%s: got data", what);
	}
	rig_close(&c);
}

static void
expect_spec(const char *what, const struct mint_spec *spec,
    const struct mint_id *issuer, const char *text)
{
	struct mint_id id = { 0 };
	struct rig_client k = { .id = &id };

	assert_int_equal(mint_make(&id, spec, issuer), 0);
	expect(what, &k, text);
	mint_clear(&id);
}

static void
good(void **state)
{
	struct mint_id id;
	struct rig_client k = { .id = &id };
	struct rig_conn c;

	rig_mint(&rig, &id, "smart-toilet-12");
	rig_connect(&c, rig.server, &k);
	if (c.result != TLS_OK)
		fail_msg("%s", tls_conn_error(c.tls));
	assert_string_equal(tls_conn_cn(c.tls), "smart-toilet-12");
	assert_int_equal(strlen(tls_conn_serial(c.tls)), 16);
	assert_true(tls_conn_not_after(c.tls) > wall_now().s + 29 * DAY);
	assert_false(tls_conn_refused(c.tls));
	assert_string_equal(tls_conn_error(c.tls), "");
	assert_int_equal(SSL_version(c.ssl), TLS1_3_VERSION);
	assert_string_equal(SSL_get_cipher_name(c.ssl),
	    "TLS_AES_128_GCM_SHA256");
	assert_true(rig_talk(&c));
	assert_int_equal(tls_conn_recheck(c.tls, rig.server), 0);
	assert_int_equal(tls_shutdown(c.tls), TLS_OK);
	rig_close(&c);
	mint_clear(&id);
}

/* Keys that clients may have, names that they may have. */
static void
good_kinds(void **state)
{
	static const char *const keys[] = { "p256", "p384", "ed25519",
		"rsa2048" };
	static const char *const cns[] = { "d\303\251vice-\316\251-\360\237\230"
					   "\200",
		"'; DROP TABLE lease;--", "../../etc/passwd%s%n", "x",
		"0123456789012345678901234567890123456789012345678901234567890"
		"123" };
	struct mint_spec spec = { .cn = "dev", .eku = "client" };
	size_t i;

	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		spec.key = keys[i];
		expect_spec(keys[i], &spec, &rig.ca, NULL);
	}
	spec.key = NULL;
	for (i = 0; i < sizeof(cns) / sizeof(cns[0]); i++) {
		spec.cn = cns[i];
		expect_spec(cns[i], &spec, &rig.ca, NULL);
	}
	spec.cn = "dev";
	spec.eku = "client,server";
	expect_spec("two usages", &spec, &rig.ca, NULL);
	spec.bare = true;
	expect_spec("no key identifiers", &spec, &rig.ca, NULL);
}

static void
bad_names(void **state)
{
	static const struct {
		const char *cn;
		size_t len;
		const char *text;
	} bad[] = {
		{ "admin\0.evil", 11, "control characters" },
		{ "dev\r\nX-Admin: 1", 0, "control characters" },
		{ "dev\033[2J", 0, "control characters" },
		{ "dev\177", 0, "control characters" },
		{ "dev\302\205x", 0, "control characters" },
		{ "dev\342\200\256ved", 0, "control characters" },
		{ "dev\342\201\246x", 0, "control characters" },
		{ "01234567890123456789012345678901234567890123456789012345678"
		  "901234",
		    0, "CN not of 1 to 64 bytes" },
	};
	struct mint_spec spec = { .eku = "client" };
	char big[60000];
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		spec.cn = bad[i].cn;
		spec.cn_len = bad[i].len;
		expect_spec(bad[i].cn, &spec, &rig.ca, bad[i].text);
	}
	spec.cn_len = 0;
	spec.cn = "dev\377";
	spec.cn_type = V_ASN1_IA5STRING;
	expect_spec("not UTF-8", &spec, &rig.ca, "not UTF-8");
	spec.cn = "dev\303\251";
	expect_spec("UTF-8 in IA5", &spec, &rig.ca, "not UTF-8");
	spec.cn_type = V_ASN1_PRINTABLESTRING;
	expect_spec("UTF-8 in Printable", &spec, &rig.ca, "not UTF-8");
	spec.cn = "\0d\0\n";
	spec.cn_len = 4;
	spec.cn_type = V_ASN1_BMPSTRING;
	expect_spec("BMP with a newline", &spec, &rig.ca, "control characters");
	spec.cn_len = 0;
	spec.cn_type = 0;
	spec.cn = NULL;
	expect_spec("no CN", &spec, &rig.ca, "refused");
	spec.cn = "device-1";
	spec.cn2 = "admin";
	expect_spec("two CNs", &spec, &rig.ca, "more than one CN");
	spec.cn2 = NULL;
	memset(big, 'A', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	spec.cn = big;
	expect_spec("a CN of 60 kB", &spec, &rig.ca, "handshake");
}

static void
bad_certs(void **state)
{
	const struct {
		const char *what;
		struct mint_spec spec;
		const char *text;
	} bad[] = {
		{ "expired",
		    { .eku = "client", .from = -10 * DAY, .until = -DAY },
		    "expired" },
		{ "not yet valid",
		    { .eku = "client", .from = DAY, .until = 2 * DAY },
		    "not yet valid" },
		{ "server's usage", { .eku = "server" }, "purpose" },
		{ "mail's usage", { .eku = "email" }, "purpose" },
		{ "any usage", { .eku = "any" }, "refused" },
		{ "a CA", { .eku = "client", .ca = true }, "refused" },
		{ "a CA that signs",
		    { .eku = "client", .ca = true, .dual = true },
		    "a CA certificate" },
		{ "a weak key", { .eku = "client", .key = "rsa1024" },
		    "key too weak" },
		{ "unknown critical", { .eku = "client", .critical = true },
		    "critical extension" },
		{ "90 kB", { .eku = "client", .pad = 90000 }, "handshake" },
	};
	struct mint_spec spec;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		spec = bad[i].spec;
		spec.cn = "dev-7";
		expect_spec(bad[i].what, &spec, &rig.ca, bad[i].text);
		/* Of these two OpenSSL does not look for the issuer. */
		if (ours != (bad[i].spec.pad == 0 && bad[i].spec.key == NULL))
			fail_msg("%s: ours is %d", bad[i].what, ours);
	}
}

/* What a client's library would not even offer. */
static void
bad_keys(void **state)
{
	static const char *const keys[] = { "p224", "rsa1024" };
	struct mint_spec spec = { .cn = "dev", .eku = "client" };
	struct mint_id id = { 0 };
	struct cert_facts facts;
	const char *why;
	size_t i;

	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		spec.key = keys[i];
		assert_int_equal(mint_make(&id, &spec, &rig.ca), 0);
		assert_int_equal(cert_check_leaf(id.cert, false, false, &facts,
				     &why),
		    -1);
		assert_non_null(strstr(why, "P-256 or better"));
		mint_clear(&id);
	}
}

static void
bad_issuers(void **state)
{
	struct mint_spec ca = { .cn = "test CA", .ca = true };
	struct mint_spec leaf = { .cn = "dev", .eku = "client" };
	struct mint_id other = { 0 }, signer = { 0 }, id = { 0 };
	struct rig_client k = { .id = &id };

	assert_int_equal(mint_make(&other, &ca, NULL), 0);
	expect_spec("another CA of the same name", &leaf, &other, "refused");
	assert_false(ours);
	expect_spec("self-signed", &leaf, NULL, "self");
	assert_false(ours);
	/* OpenSSL looks at the purpose before the signature. */
	leaf.eku = "server";
	leaf.bare = true;
	expect_spec("another CA, for a server", &leaf, &other, "purpose");
	assert_false(ours);
	leaf.eku = "client";
	leaf.bare = false;
	/* A device that signs for another one. */
	rig_mint(&rig, &signer, "signer");
	assert_int_equal(mint_make(&id, &leaf, &signer), 0);
	k.chain[0] = signer.cert;
	expect("signed by a leaf", &k, "refused");
	mint_clear(&id);
	mint_clear(&signer);
	mint_clear(&other);
}

static void
chains(void **state)
{
	struct mint_spec inter = { .cn = "inter", .ca = true, .pathlen = 1 };
	struct mint_spec inter2 = { .cn = "inter2", .ca = true };
	struct mint_spec lax = { .cn = "lax", .ca = true, .lax = true };
	struct mint_spec leaf = { .cn = "dev", .eku = "client" };
	struct mint_id one = { 0 }, two = { 0 }, id = { 0 };
	struct rig_client k = { .id = &id };

	/* RFC 5280, 4.2.1.9, which only X509_V_FLAG_X509_STRICT keeps. */
	assert_int_equal(mint_make(&one, &lax, &rig.ca), 0);
	assert_int_equal(mint_make(&id, &leaf, &one), 0);
	k.chain[0] = one.cert;
	expect("a CA whose constraints are not critical", &k,
	    "not marked critical");
	mint_clear(&id);
	mint_clear(&one);
	k.chain[0] = NULL;

	assert_int_equal(mint_make(&one, &inter, &rig.ca), 0);
	assert_int_equal(mint_make(&id, &leaf, &one), 0);
	expect("intermediate not sent", &k, "issuer");
	k.chain[0] = one.cert;
	expect("intermediate sent", &k, NULL);
	mint_clear(&id);

	assert_int_equal(mint_make(&two, &inter2, &one), 0);
	assert_int_equal(mint_make(&id, &leaf, &two), 0);
	k.chain[0] = two.cert;
	k.chain[1] = one.cert;
	expect("path length", &k, "path length");
	mint_clear(&id);
	mint_clear(&one);
	mint_clear(&two);
}

static void
deep_chain(void **state)
{
	struct mint_spec spec = { .ca = true };
	struct mint_spec leaf = { .cn = "deep", .eku = "client" };
	struct mint_id ids[6] = { { 0 } }, id = { 0 };
	struct rig_client k = { .id = &id };
	char cn[32];
	int i;

	for (i = 0; i < 6; i++) {
		snprintf(cn, sizeof(cn), "deep %d", i);
		spec.cn = cn;
		assert_int_equal(mint_make(&ids[i], &spec,
				     i == 0 ? &rig.ca : &ids[i - 1]),
		    0);
		k.chain[5 - i] = ids[i].cert;
	}
	assert_int_equal(mint_make(&id, &leaf, &ids[5]), 0);
	expect("a chain of eight", &k, "refused");
	for (i = 0; i < 6; i++)
		mint_clear(&ids[i]);
	mint_clear(&id);
}

static void
protocol(void **state)
{
	struct mint_id id;
	struct rig_client none = { .id = NULL };
	struct rig_client k = { .id = &id };

	rig_mint(&rig, &id, "dev");
	expect("no certificate", &none, "no certificate");
	k.max_version = TLS1_2_VERSION;
	expect("TLS 1.2", &k, "does not speak TLS 1.3, only TLS 1.2: ");
	k.max_version = 0;
	k.alpn = "\2h2\10http/1.1";
	expect("h2 and http/1.1", &k, NULL);
	k.alpn = "\2h2";
	expect("h2 alone", &k, "handshake");
	k.alpn = NULL;
	k.groups = "P-256";
	expect("P-256 key exchange", &k, NULL);
	k.groups = "ffdhe2048";
	expect("finite field", &k, "handshake");
	mint_clear(&id);
}

static void
no_resumption(void **state)
{
	struct mint_id id;
	struct rig_client k = { .id = &id };
	struct rig_conn c;
	SSL_SESSION *session;

	rig_mint(&rig, &id, "dev");
	rig_connect(&c, rig.server, &k);
	assert_int_equal(c.result, TLS_OK);
	assert_true(rig_talk(&c));
	session = SSL_get0_session(c.ssl);
	assert_false(SSL_SESSION_has_ticket(session));
	assert_false(SSL_SESSION_is_resumable(session));
	assert_int_equal(SSL_get_early_data_status(c.ssl),
	    SSL_EARLY_DATA_NOT_SENT);
	rig_close(&c);
	mint_clear(&id);
}

/* The same client again and again: from memory, with the dates kept in view. */
static void
seen_before(void **state)
{
	struct mint_spec spec = { .cn = "dev",
		.eku = "client",
		.until = 2 * 60 * 60 };
	struct mint_id id = { 0 };
	struct rig_client k = { .id = &id };
	struct wall now, later;

	assert_int_equal(mint_make(&id, &spec, &rig.ca), 0);
	expect("first", &k, NULL);
	expect("second", &k, NULL);
	now = wall_now();
	later.s = now.s + 3 * 60 * 60;
	clock_set(mono_now(), later);
	expect("after its time", &k, "expired");
	later.s = now.s - DAY;
	clock_set(mono_now(), later);
	expect("before its time", &k, "not yet valid");
	clock_set(mono_now(), now);
	expect("third", &k, NULL);
	mint_clear(&id);
}

static void
expires_connected(void **state)
{
	struct mint_spec spec = { .cn = "dev",
		.eku = "client",
		.until = 2 * 60 * 60 };
	struct mint_id id = { 0 };
	struct rig_client k = { .id = &id };
	struct rig_conn c;
	struct wall now, later;

	assert_int_equal(mint_make(&id, &spec, &rig.ca), 0);
	rig_connect(&c, rig.server, &k);
	assert_int_equal(c.result, TLS_OK);
	assert_int_equal(tls_conn_recheck(c.tls, rig.server), 0);
	now = wall_now();
	later.s = now.s + 3 * 60 * 60;
	clock_set(mono_now(), later);
	assert_int_equal(tls_conn_recheck(c.tls, rig.server), -1);
	assert_non_null(strstr(tls_conn_error(c.tls), "expired"));
	clock_set(mono_now(), now);
	rig_close(&c);
	mint_clear(&id);
}

/* The CA is another one after a reload. */
static void
ca_replaced(void **state)
{
	struct mint_id id;
	struct rig_client k = { .id = &id };
	struct rig_conn c;
	struct rig other;

	rig_mint(&rig, &id, "dev");
	rig_connect(&c, rig.server, &k);
	assert_int_equal(c.result, TLS_OK);
	rig_start(&other, "p256", -1);
	assert_int_equal(tls_conn_recheck(c.tls, other.server), -1);
	assert_true(tls_conn_refused(c.tls));
	rig_close(&c);
	rig_stop(&other);
	mint_clear(&id);
}

static void
cut_and_closed(void **state)
{
	struct mint_id id;
	struct rig_client k = { .id = &id };
	struct rig_conn c;
	char buf[8];
	size_t n;

	rig_mint(&rig, &id, "dev");
	rig_connect(&c, rig.server, &k);
	assert_int_equal(tls_read(c.tls, buf, sizeof(buf), &n), TLS_WANT_READ);
	SSL_shutdown(c.ssl);
	assert_int_equal(tls_read(c.tls, buf, sizeof(buf), &n), TLS_EOF);
	rig_close(&c);

	rig_connect(&c, rig.server, &k);
	shutdown(c.fd[1], SHUT_RDWR);
	assert_int_equal(tls_read(c.tls, buf, sizeof(buf), &n), TLS_ERROR);
	assert_non_null(strstr(tls_conn_error(c.tls), "cut"));
	rig_close(&c);
	mint_clear(&id);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good),
		cmocka_unit_test(good_kinds),
		cmocka_unit_test(bad_names),
		cmocka_unit_test(bad_certs),
		cmocka_unit_test(bad_keys),
		cmocka_unit_test(bad_issuers),
		cmocka_unit_test(chains),
		cmocka_unit_test(deep_chain),
		cmocka_unit_test(protocol),
		cmocka_unit_test(no_resumption),
		cmocka_unit_test(seen_before),
		cmocka_unit_test(expires_connected),
		cmocka_unit_test(ca_replaced),
		cmocka_unit_test(cut_and_closed),
	};

	return (cmocka_run_group_tests(tests, setup, teardown));
}
