/* SPDX-License-Identifier: ISC */
/*
 * What client_ca may hold: a client of each CA that is taken gets in, and what
 * no client could use is refused with the file.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tlsissuer.h"
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

static struct tls_server *
serve(X509 *const *cas, size_t n, const char *what)
{
	struct tls_server *s;
	char err[512] = "";

	if ((s = rig_server_of(&rig, cas, n, -1, err, sizeof(err))) == NULL)
		fail_msg("%s: %s", what, err);
	return (s);
}

/* A handshake, and a second one from memory. */
static void
expect(const char *what, struct tls_server *s, const struct rig_client *k,
    const char *text)
{
	struct rig_conn c;
	int i;

	for (i = 0; i < 2; i++) {
		rig_connect(&c, s, k);
		if (text == NULL && c.result != TLS_OK)
			fail_msg("%s: %s", what, tls_conn_error(c.tls));
		if (text == NULL && tls_conn_recheck(c.tls, s) == -1)
			fail_msg("%s, again: %s", what, tls_conn_error(c.tls));
		if (text != NULL && c.result == TLS_OK)
			fail_msg("%s: was let in", what);
		if (text != NULL && strstr(tls_conn_error(c.tls), text) == NULL)
			fail_msg("%s: \"%s\" instead of \"%s\"", what,
			    tls_conn_error(c.tls), text);
		rig_close(&c);
	}
}

static void
mint(struct mint_id *id, const struct mint_spec *spec,
    const struct mint_id *issuer)
{
	assert_int_equal(mint_make(id, spec, issuer), 0);
}

/* A client of the CA, alone in client_ca. */
static void
try_ca(const char *what, const struct mint_id *ca)
{
	struct mint_spec leaf = { .cn = "dev", .eku = "client" };
	struct mint_id id = { 0 };
	struct rig_client k = { .id = &id };
	struct tls_server *s;

	mint(&id, &leaf, ca);
	s = serve(&ca->cert, 1, what);
	expect(what, s, &k, NULL);
	tls_server_unref(s);
	mint_clear(&id);
}

static void
usable(void **state)
{
	static const struct {
		const char *what;
		struct mint_spec spec;
	} cas[] = {
		{ "no key usage", { .usage = "" } },
		{ "constraints not critical", { .lax = true } },
		{ "no key usage and lax", { .lax = true, .usage = "" } },
		{ "constraints not critical, with a length",
		    { .basic = "CA:TRUE,pathlen:0", .usage = "" } },
		{ "key usage alone", { .basic = "" } },
		{ "key usage without keyCertSign",
		    { .usage = "digitalSignature,cRLSign" } },
		{ "key usage not critical", { .usage = "keyCertSign" } },
		{ "version 1", { .v1 = true } },
		{ "no key identifiers", { .bare = true } },
		{ "a usage of servers", { .eku = "server" } },
		{ "a usage of mail", { .eku = "email" } },
		{ "P-384", { .key = "p384" } },
		{ "RSA", { .key = "rsa2048" } },
		{ "Ed25519", { .key = "ed25519" } },
	};
	struct mint_id ca = { 0 };
	struct mint_spec spec;
	size_t i;

	for (i = 0; i < sizeof(cas) / sizeof(cas[0]); i++) {
		spec = cas[i].spec;
		spec.cn = "any CA";
		spec.ca = true;
		mint(&ca, &spec, NULL);
		try_ca(cas[i].what, &ca);
		mint_clear(&ca);
	}
}

static void
refuse_ca(const char *what, X509 *const *cas, size_t n, const char *text)
{
	char err[512] = "";

	assert_null(rig_server_of(&rig, cas, n, -1, err, sizeof(err)));
	if (strncmp(err, "client_ca: ", 11) != 0 || strstr(err, text) == NULL)
		fail_msg("%s: \"%s\" instead of \"%s\"", what, err, text);
}

static void
unusable(void **state)
{
	static const struct {
		const char *what;
		struct mint_spec spec;
		const char *text;
	} cas[] = {
		{ "a device's", { .cn = "x", .eku = "client" }, "CA:FALSE" },
		{ "no constraints, no usage",
		    { .cn = "x", .ca = true, .basic = "", .usage = "" },
		    "openssl req -x509 -key CA.key -subj '/CN=x'" },
		{ "no constraints, another usage",
		    { .cn = "x", .basic = "", .usage = "digitalSignature" },
		    "neither basicConstraints" },
		{ "a weak key", { .cn = "x", .ca = true, .key = "rsa1024" },
		    "too weak" },
		{ "unknown critical",
		    { .cn = "x", .ca = true, .critical = true },
		    "critical extension" },
		{ "no name", { .ca = true }, "no name" },
		{ "run out",
		    { .cn = "x", .ca = true, .from = -9 * DAY, .until = -DAY },
		    "run out: renew it with its key" },
	};
	struct mint_id ca = { 0 };
	X509 *two[2];
	size_t i;

	for (i = 0; i < sizeof(cas) / sizeof(cas[0]); i++) {
		mint(&ca, &cas[i].spec, NULL);
		refuse_ca(cas[i].what, &ca.cert, 1, cas[i].text);
		two[0] = rig.ca.cert;
		two[1] = ca.cert;
		if (strcmp(cas[i].what, "run out") != 0)
			refuse_ca(cas[i].what, two, 2, cas[i].text);
		mint_clear(&ca);
	}
}

/* A CA that has run out beside a good one, and one that is not valid yet. */
static void
out_of_time(void **state)
{
	struct mint_spec spec = { .cn = "old",
		.ca = true,
		.from = -9 * DAY,
		.until = -DAY };
	struct mint_spec leaf = { .cn = "dev", .eku = "client" };
	struct mint_id ca = { 0 }, id = { 0 }, good;
	struct rig_client k = { .id = &id }, g = { .id = &good };
	struct tls_server *s;
	X509 *two[2];

	rig_mint(&rig, &good, "good");
	mint(&ca, &spec, NULL);
	mint(&id, &leaf, &ca);
	two[0] = ca.cert;
	two[1] = rig.ca.cert;
	s = serve(two, 2, "old and good");
	expect("of the old one", s, &k, "expired");
	expect("of the good one", s, &g, NULL);
	tls_server_unref(s);
	/* At the start nobody could mend it first. */
	rig.first = true;
	s = serve(two, 1, "old, at the start");
	expect("of the old one alone", s, &k, "expired");
	tls_server_unref(s);
	rig.first = false;
	mint_clear(&id);
	mint_clear(&ca);
	spec.from = DAY;
	spec.until = 2 * DAY;
	mint(&ca, &spec, NULL);
	mint(&id, &leaf, &ca);
	s = serve(&ca.cert, 1, "not yet");
	expect("of a CA not valid yet", s, &k, "not yet valid");
	tls_server_unref(s);
	mint_clear(&id);
	mint_clear(&ca);
	mint_clear(&good);
}

/* Below the anchor, the rules of RFC 5280 hold. */
static void
below(void **state)
{
	static const struct {
		const char *what;
		struct mint_spec spec;
		const char *text;
	} cas[] = {
		{ "no key usage", { .usage = "" }, "key usage" },
		{ "lax", { .lax = true }, "not marked critical" },
		{ "no keyCertSign", { .usage = "critical,cRLSign" }, "CA" },
		{ "version 1", { .v1 = true }, "CA" },
		{ "a usage of servers", { .eku = "server" }, "purpose" },
	};
	struct mint_spec leaf = { .cn = "dev", .eku = "client" };
	struct mint_id sub = { 0 }, id = { 0 };
	struct rig_client k = { .id = &id };
	struct tls_server *s;
	struct mint_spec spec;
	size_t i;

	for (i = 0; i < sizeof(cas) / sizeof(cas[0]); i++) {
		spec = cas[i].spec;
		spec.cn = "sub";
		spec.ca = true;
		mint(&sub, &spec, &rig.ca);
		mint(&id, &leaf, &sub);
		k.chain[0] = sub.cert;
		expect(cas[i].what, rig.server, &k, cas[i].text);
		/* But what stands in client_ca itself is good as it stands. */
		s = serve(&sub.cert, 1, cas[i].what);
		expect(cas[i].what, s, &k, NULL);
		tls_server_unref(s);
		mint_clear(&id);
		mint_clear(&sub);
	}
}

/* An intermediate as the anchor lets in its own clients and no others. */
static void
partial(void **state)
{
	struct mint_spec one = { .cn = "sub one", .ca = true, .pathlen = 1 };
	struct mint_spec two = { .cn = "sub two", .ca = true };
	struct mint_spec leaf = { .cn = "dev", .eku = "client" };
	struct mint_id sub1 = { 0 }, sub2 = { 0 }, a = { 0 }, b = { 0 };
	struct rig_client ka = { .id = &a }, kb = { .id = &b };
	struct rig_client root = { .id = &rig.ca }, self = { .id = &sub1 };
	struct tls_server *s;
	struct mint_id direct;
	struct rig_client kd = { .id = &direct };
	X509 *both[2];

	mint(&sub1, &one, &rig.ca);
	mint(&sub2, &two, &rig.ca);
	mint(&a, &leaf, &sub1);
	mint(&b, &leaf, &sub2);
	rig_mint(&rig, &direct, "direct");
	s = serve(&sub1.cert, 1, "an intermediate");
	expect("of it", s, &ka, NULL);
	ka.chain[0] = sub1.cert;
	ka.chain[1] = rig.ca.cert;
	expect("of it, with the whole chain", s, &ka, NULL);
	kb.chain[0] = sub2.cert;
	kb.chain[1] = rig.ca.cert;
	expect("of its sister", s, &kb, "issuer");
	expect("of the root", s, &kd, "issuer");
	expect("the root itself", s, &root, "refused");
	expect("the intermediate itself", s, &self, "refused");
	tls_server_unref(s);
	/* With the root, all below it. */
	both[0] = rig.ca.cert;
	both[1] = sub1.cert;
	s = serve(both, 2, "root and intermediate");
	expect("of the intermediate", s, &ka, NULL);
	expect("of another one", s, &kb, NULL);
	expect("of the root", s, &kd, NULL);
	tls_server_unref(s);
	mint_clear(&a);
	mint_clear(&b);
	mint_clear(&direct);
	mint_clear(&sub1);
	mint_clear(&sub2);
}

/*
 * The CA renewed with its key, whatever identifiers the new certificate has:
 * certificates from before and after, with the one, the other and both.
 */
static void
renewed(void **state)
{
	struct mint_spec old = { .cn = "roll", .ca = true };
	struct mint_spec now = { .cn = "roll", .ca = true, .bare = true };
	struct mint_spec leaf = { .cn = "dev", .eku = "client" };
	struct mint_id a = { 0 }, b = { 0 }, before = { 0 }, after = { 0 };
	struct rig_client k1 = { .id = &before }, k2 = { .id = &after };
	struct tls_server *s;
	X509 *cas[2];
	size_t n, from;

	leaf.akid = "keyid,issuer:always";
	mint(&a, &old, NULL);
	b.key = a.key;
	EVP_PKEY_up_ref(b.key);
	mint(&b, &now, NULL);
	mint(&before, &leaf, &a);
	mint(&after, &leaf, &b);
	cas[0] = a.cert;
	cas[1] = b.cert;
	for (from = 0; from < 2; from++)
		for (n = 1; n <= 2 - from; n++) {
			s = serve(cas + from, n, "renewed");
			expect("from before", s, &k1, NULL);
			expect("from after", s, &k2, NULL);
			tls_server_unref(s);
		}
	mint_clear(&before);
	mint_clear(&after);
	mint_clear(&a);
	mint_clear(&b);
}

/* Two CAs of one name are two, unless their key is one. */
static void
same_name(void **state)
{
	struct mint_spec ca = { .cn = "test CA", .ca = true, .bare = true };
	struct mint_spec leaf = { .cn = "dev", .eku = "client", .bare = true };
	struct mint_id other = { 0 }, id = { 0 }, stranger = { 0 };
	struct rig_client k = { .id = &id };
	struct tls_server *s;
	X509 *both[2];

	mint(&other, &ca, NULL);
	mint(&id, &leaf, &other);
	expect("of the other", rig.server, &k, "refused");
	both[0] = rig.ca.cert;
	both[1] = other.cert;
	leaf.bare = false;
	mint_clear(&id);
	ca.bare = false;
	mint_clear(&other);
	mint(&other, &ca, NULL);
	both[1] = other.cert;
	mint(&id, &leaf, &other);
	s = serve(both, 2, "both");
	expect("of the other, with both", s, &k, NULL);
	mint_clear(&id);
	mint(&stranger, &ca, NULL);
	mint(&id, &leaf, &stranger);
	k.chain[0] = stranger.cert;
	expect("of a third", s, &k, "refused");
	tls_server_unref(s);
	mint_clear(&id);
	mint_clear(&stranger);
	mint_clear(&other);
}

/* A new root that the old one has signed, for clients that know either. */
static void
cross_signed(void **state)
{
	struct mint_spec ca = { .cn = "new root", .ca = true };
	struct mint_spec dead = { .cn = "dead root",
		.ca = true,
		.from = -9 * DAY,
		.until = -DAY };
	struct mint_spec leaf = { .cn = "dev", .eku = "client" };
	struct mint_id root = { 0 }, cross = { 0 }, old = { 0 }, id = { 0 };
	struct rig_client k = { .id = &id };
	struct tls_server *s;

	mint(&root, &ca, NULL);
	cross.key = root.key;
	EVP_PKEY_up_ref(cross.key);
	mint(&cross, &ca, &rig.ca);
	mint(&id, &leaf, &root);
	k.chain[0] = cross.cert;
	expect("by the old root", rig.server, &k, NULL);
	s = serve(&root.cert, 1, "new root");
	expect("by the new root", s, &k, NULL);
	tls_server_unref(s);
	s = serve(&cross.cert, 1, "cross certificate");
	expect("by the cross certificate", s, &k, NULL);
	tls_server_unref(s);
	/* The old root is dead, which clients go on to send. */
	mint_clear(&cross);
	cross.key = root.key;
	EVP_PKEY_up_ref(cross.key);
	mint(&old, &dead, NULL);
	mint(&cross, &ca, &old);
	k.chain[0] = cross.cert;
	k.chain[1] = old.cert;
	s = serve(&root.cert, 1, "new root");
	expect("with a dead root in the chain", s, &k, NULL);
	tls_server_unref(s);
	mint_clear(&id);
	mint_clear(&cross);
	mint_clear(&old);
	mint_clear(&root);
}

/* So many CAs between as tls.depth says. */
static void
depth(void **state)
{
	struct mint_spec leaf = { .cn = "dev", .eku = "client" };
	struct mint_spec spec = { .ca = true };
	struct mint_id sub[5] = { { 0 } }, id = { 0 };
	struct rig_client k = { .id = &id };
	struct tls_server *s;
	char cn[16];
	int d, i, n;

	for (n = 1; n <= 5; n++) {
		snprintf(cn, sizeof(cn), "sub %d", n);
		spec.cn = cn;
		mint(&sub[n - 1], &spec, n == 1 ? &rig.ca : &sub[n - 2]);
		mint(&id, &leaf, &sub[n - 1]);
		for (i = 0; i < n; i++)
			k.chain[i] = sub[n - 1 - i].cert;
		for (d = n - 1; d <= n; d++) {
			rig.depth = (uint8_t)d;
			s = serve(&rig.ca.cert, 1, "depth");
			expect(cn, s, &k, d == n ? NULL : "too long");
			tls_server_unref(s);
		}
		mint_clear(&id);
	}
	rig.depth = 4;
	for (i = 0; i < 5; i++)
		mint_clear(&sub[i]);
}

static void
extended_usage(void **state)
{
	struct mint_spec leaf = { .cn = "dev" };
	struct mint_id id = { 0 };
	struct rig_client k = { .id = &id };
	struct tls_server *s;

	mint(&id, &leaf, &rig.ca);
	expect("none", rig.server, &k, NULL);
	rig.require_eku = true;
	s = serve(&rig.ca.cert, 1, "require_eku");
	expect("none, but one is required", s, &k, "clientAuth");
	mint_clear(&id);
	leaf.eku = "client";
	mint(&id, &leaf, &rig.ca);
	expect("clientAuth is required", s, &k, NULL);
	mint_clear(&id);
	leaf.eku = NULL;
	leaf.v1 = true;
	mint(&id, &leaf, &rig.ca);
	expect("a client of version 1", rig.server, &k, NULL);
	expect("the same, but one is required", s, &k, "clientAuth");
	tls_server_unref(s);
	rig.require_eku = false;
	mint_clear(&id);
}

/* A name in each type of string that X.509 has. */
static void
strings(void **state)
{
	static const struct {
		int type;
		const char *cn;
		size_t len;
		const char *name;
	} cns[] = {
		{ V_ASN1_UTF8STRING, "d\303\251v-1", 6, "d\303\251v-1" },
		{ V_ASN1_PRINTABLESTRING, "dev-1", 5, "dev-1" },
		{ V_ASN1_IA5STRING, "dev-1", 5, "dev-1" },
		{ V_ASN1_NUMERICSTRING, "42 1", 4, "42 1" },
		{ V_ASN1_T61STRING, "d\351v-1", 5, "d\303\251v-1" },
		{ V_ASN1_BMPSTRING, "\0d\0\351\0v\0-\0001", 10,
		    "d\303\251v-1" },
		{ V_ASN1_UNIVERSALSTRING, "\0\0\0d\0\1\366\0", 8,
		    "d\360\237\230\200" },
	};
	struct mint_spec leaf = { .eku = "client" };
	struct mint_id id = { 0 };
	struct rig_client k = { .id = &id };
	struct rig_conn c;
	size_t i;

	for (i = 0; i < sizeof(cns) / sizeof(cns[0]); i++) {
		leaf.cn = cns[i].cn;
		leaf.cn_len = cns[i].len;
		leaf.cn_type = cns[i].type;
		mint(&id, &leaf, &rig.ca);
		rig_connect(&c, rig.server, &k);
		if (c.result != TLS_OK)
			fail_msg("%s: %s", ASN1_tag2str(cns[i].type),
			    tls_conn_error(c.tls));
		assert_string_equal(tls_conn_cn(c.tls), cns[i].name);
		rig_close(&c);
		mint_clear(&id);
	}
}

/* The rules of a client by the CAs to which they are tied. */
static void
rules_of(const char *what, struct tls_server *s, const struct mint_id *id,
    X509 *sub, uint64_t want)
{
	struct rig_client k = { .id = id, .chain = { sub } };
	struct rig_conn c;
	int i;

	/* From memory, too. */
	for (i = 0; i < 2; i++) {
		rig_connect(&c, s, &k);
		if (c.result != TLS_OK)
			fail_msg("%s: %s", what, tls_conn_error(c.tls));
		if (tls_conn_rules(c.tls) != want)
			fail_msg("%s: rules %llx", what,
			    (unsigned long long)tls_conn_rules(c.tls));
		rig_close(&c);
	}
}

static void
tie(struct tls_issuers *l, uint16_t rule, X509 *const *cas, size_t n)
{
	char err[512] = "";
	int fd;

	fd = rig_cert_fd(cas, n);
	if (tls_issuers_add(l, rig.tk, rule, fd, err, sizeof(err)) == -1)
		fail_msg("%s", err);
	close(fd);
}

/*
 * Rule 0 is for the root, 1 for its sub CA, 2 for another root, 3 for both
 * roots, 4 for a namesake.
 */
static void
issuers(void **state)
{
	struct mint_spec other_spec = { .cn = "other root", .ca = true };
	struct mint_spec sub_spec = { .cn = "sub", .ca = true };
	struct mint_spec same_spec = { .cn = "test CA", .ca = true };
	struct mint_spec again_spec = { .cn = "test CA",
		.ca = true,
		.bare = true };
	struct mint_spec leaf = { .cn = "dev", .eku = "client" };
	struct mint_id other = { 0 }, sub = { 0 }, same = { 0 };
	struct mint_id again = { 0 }, a = { 0 }, b = { 0 }, o = { 0 };
	struct tls_server *s;
	X509 *cas[3];

	mint(&other, &other_spec, NULL);
	mint(&sub, &sub_spec, &rig.ca);
	mint(&same, &same_spec, NULL);
	again.key = rig.ca.key;
	EVP_PKEY_up_ref(again.key);
	mint(&again, &again_spec, NULL);
	mint(&a, &leaf, &rig.ca);
	mint(&b, &leaf, &sub);
	mint(&o, &leaf, &other);
	cas[0] = rig.ca.cert;
	cas[1] = other.cert;
	cas[2] = sub.cert;
	assert_non_null(rig.issuers = tls_issuers_new());
	/* The root as it was renewed is the same root. */
	tie(rig.issuers, 0, &again.cert, 1);
	tie(rig.issuers, 1, &sub.cert, 1);
	tie(rig.issuers, 2, &other.cert, 1);
	tie(rig.issuers, 3, cas, 2);
	tie(rig.issuers, 63, &same.cert, 1);

	s = serve(cas, 2, "two roots");
	assert_int_equal(tls_server_roots(s), 2);
	rules_of("of the root", s, &a, NULL, 1 | 8);
	rules_of("of the sub CA", s, &b, sub.cert, 1 | 2 | 8);
	rules_of("of the other root", s, &o, NULL, 4 | 8);
	tls_server_unref(s);
	/* The chain ends at the sub CA, above which the root stands. */
	s = serve(cas, 3, "two roots and the sub CA");
	assert_int_equal(tls_server_roots(s), 2);
	rules_of("of the sub CA as an anchor", s, &b, NULL, 1 | 2 | 8);
	rules_of("of the root", s, &a, NULL, 1 | 8);
	tls_server_unref(s);
	s = serve(cas + 2, 1, "the sub CA alone");
	assert_int_equal(tls_server_roots(s), 1);
	rules_of("the root is known by the rule", s, &b, NULL, 1 | 2 | 8);
	tls_server_unref(s);
	cas[1] = again.cert;
	s = serve(cas, 2, "renewed");
	assert_int_equal(tls_server_roots(s), 1);
	tls_server_unref(s);
	tls_issuers_unref(rig.issuers);
	rig.issuers = NULL;
	mint_clear(&a);
	mint_clear(&b);
	mint_clear(&o);
	mint_clear(&again);
	mint_clear(&same);
	mint_clear(&sub);
	mint_clear(&other);
}

/* Where a rule asks for other names, a certificate needs no CN. */
static void
no_cn(void **state)
{
	struct mint_spec leaf = { .eku = "client", .san = "DNS:dev.example" };
	struct mint_id id = { 0 };
	struct rig_client k = { .id = &id };
	struct tls_server *s;
	struct rig_conn c;

	mint(&id, &leaf, &rig.ca);
	expect("no CN", rig.server, &k, "no CN");
	rig.any_cn = true;
	s = serve(&rig.ca.cert, 1, "any CN");
	rig.any_cn = false;
	rig_connect(&c, s, &k);
	if (c.result != TLS_OK)
		fail_msg("%s", tls_conn_error(c.tls));
	assert_string_equal(tls_conn_cn(c.tls), "");
	assert_string_equal(tls_conn_no_cn(c.tls), "no CN");
	rig_close(&c);
	tls_server_unref(s);
	mint_clear(&id);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(usable),
		cmocka_unit_test(unusable),
		cmocka_unit_test(out_of_time),
		cmocka_unit_test(below),
		cmocka_unit_test(partial),
		cmocka_unit_test(renewed),
		cmocka_unit_test(same_name),
		cmocka_unit_test(cross_signed),
		cmocka_unit_test(depth),
		cmocka_unit_test(extended_usage),
		cmocka_unit_test(strings),
		cmocka_unit_test(issuers),
		cmocka_unit_test(no_cn),
	};

	return (cmocka_run_group_tests(tests, setup, teardown));
}
