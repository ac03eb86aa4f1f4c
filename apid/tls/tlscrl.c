/* SPDX-License-Identifier: ISC */
/*
 * CRL files are read, and everything that does not change between two
 * handshakes is checked once.  OpenSSL would verify the signature of the whole
 * CRL again for each certificate that it looks up.
 */

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "log.h"
#include "pem.h"
#include "tls_int.h"

#define NAME_TEXT	160

void
tls_crls_free(struct tls_crls *crls)
{
	unsigned int i;

	if (crls == NULL)
		return;
	for (i = 0; i < crls->n; i++) {
		X509_CRL_free(crls->list[i].crl);
		X509_free(crls->list[i].issuer);
	}
	free(crls);
}

int64_t
tls_crls_until(const struct tls_crls *crls)
{
	int64_t until = INT64_MAX;
	unsigned int i;

	for (i = 0; crls != NULL && i < crls->n; i++)
		if (crls->list[i].until < until)
			until = crls->list[i].until;
	return (until);
}

bool
tls_crls_proven(const struct tls_crls *crls, const X509_CRL *crl, X509 *issuer,
    int64_t now)
{
	const struct tls_crl *c;
	unsigned int i;

	for (i = 0; crls != NULL && i < crls->n; i++) {
		c = &crls->list[i];
		if (c->crl == crl)
			return (c->plain && c->issuer != NULL &&
			    c->from <= now && now < c->until &&
			    X509_cmp(c->issuer, issuer) == 0);
	}
	return (false);
}

/*
 * False for CRLs with a scope, for delta and indirect CRLs, and for critical
 * extensions: OpenSSL judges these at each use.
 */
static bool
is_plain(const X509_CRL *crl)
{
	int i;

	if (X509_CRL_get_ext_by_NID(crl, NID_issuing_distribution_point, -1) >=
		0 ||
	    X509_CRL_get_ext_by_NID(crl, NID_delta_crl, -1) >= 0)
		return (false);
	for (i = 0; i < X509_CRL_get_ext_count(crl); i++)
		if (X509_EXTENSION_get_critical(X509_CRL_get_ext(crl, i)))
			return (false);
	return (true);
}

/*
 * Find the CA whose key signed the CRL.  Returns 0 with issuer set, or NULL if
 * no CA in the list has the name; -1 if the name is that of a CA but the
 * signature is not.
 */
static int
find_issuer(struct tls_crl *c, STACK_OF(X509) *cas)
{
	bool named = false;
	X509 *ca;
	int i;

	for (i = 0; i < sk_X509_num(cas); i++) {
		ca = sk_X509_value(cas, i);
		if (X509_NAME_cmp(X509_get_subject_name(ca),
			X509_CRL_get_issuer(c->crl)) != 0)
			continue;
		named = true;
		/* A CA without a key usage may use its key for everything. */
		if ((X509_get_key_usage(ca) & KU_CRL_SIGN) == 0 ||
		    X509_CRL_verify(c->crl, X509_get0_pubkey(ca)) != 1)
			continue;
		if (!X509_up_ref(ca))
			return (-1);
		c->issuer = ca;
		break;
	}
	ERR_clear_error();
	return (named && c->issuer == NULL ? -1 : 0);
}

static int
check_crl(struct tls_crl *c, STACK_OF(X509) *cas, bool stale_ok, char *err,
    size_t errsize)
{
	char name[NAME_TEXT], when[WALL_TEXT];
	struct wall until;

	cert_name(X509_CRL_get_issuer(c->crl), name, sizeof(name));
	if (cert_time(X509_CRL_get0_lastUpdate(c->crl), &c->from) == -1 ||
	    cert_time(X509_CRL_get0_nextUpdate(c->crl), &c->until) == -1) {
		snprintf(err, errsize,
		    "crl: that of %s does not say when the next one is due (nextUpdate)",
		    name);
		return (-1);
	}
	until.s = c->until;
	if (c->until <= wall_now().s) {
		snprintf(err, errsize,
		    "crl: that of %s ran out at %s: get a new one", name,
		    wall_format(until, when));
		if (!stale_ok)
			return (-1);
		log_warnx("%s; until then its clients are refused", err);
	}
	if (c->from > wall_now().s) {
		snprintf(err, errsize,
		    "crl: that of %s is not valid yet: is the clock right?",
		    name);
		return (-1);
	}
	if (find_issuer(c, cas) == -1) {
		snprintf(err, errsize,
		    "crl: that of %s is not signed with the key of the CA in client_ca",
		    name);
		return (-1);
	}
	c->plain = is_plain(c->crl);
	return (0);
}

/* Without a CRL for each CA, all clients of that CA would be refused. */
static int
check_cover(const struct tls_crls *crls, STACK_OF(X509) *cas, char *err,
    size_t errsize)
{
	char name[NAME_TEXT];
	unsigned int j;
	X509 *ca;
	int i;

	for (i = 0; i < sk_X509_num(cas); i++) {
		ca = sk_X509_value(cas, i);
		for (j = 0; j < crls->n; j++)
			if (crls->list[j].issuer == ca)
				break;
		if (j < crls->n)
			continue;
		snprintf(err, errsize,
		    "crl: none of %s in it: add the CRL of each CA in client_ca",
		    cert_name(X509_get_subject_name(ca), name, sizeof(name)));
		return (-1);
	}
	return (0);
}

static int
parse_crls(OSSL_LIB_CTX *ctx, BIO *bio, struct tls_crls *crls, char *err,
    size_t errsize)
{
	unsigned long e;
	X509_CRL *crl;

	for (;;) {
		if ((crl = X509_CRL_new_ex(ctx, NULL)) == NULL)
			break;
		if (PEM_read_bio_X509_CRL(bio, &crl, NULL, NULL) == NULL) {
			X509_CRL_free(crl);
			e = ERR_peek_last_error();
			if (ERR_GET_LIB(e) == ERR_LIB_PEM &&
			    ERR_GET_REASON(e) == PEM_R_NO_START_LINE) {
				ERR_clear_error();
				return (0);
			}
			break;
		}
		if (crls->n == CRLS_MAX) {
			X509_CRL_free(crl);
			snprintf(err, errsize, "crl: more than %d CRLs in it",
			    CRLS_MAX);
			return (-1);
		}
		crls->list[crls->n++].crl = crl;
	}
	ERR_clear_error();
	snprintf(err, errsize, "crl: CRL %u in it is damaged", crls->n + 1);
	return (-1);
}

struct tls_crls *
tls_crls_read(OSSL_LIB_CTX *ctx, int fd, STACK_OF(X509) *cas, bool stale_ok,
    char *err, size_t errsize)
{
	struct tls_crls *crls;
	unsigned int i;
	BIO *bio = NULL;
	char *buf;
	size_t len;

	if ((buf = pem_read(fd, TLS_CRL_MAX, &len, "crl", err, errsize)) ==
	    NULL)
		return (NULL);
	if ((crls = calloc(1, sizeof(*crls))) == NULL ||
	    (bio = BIO_new_mem_buf(buf, (int)len)) == NULL) {
		snprintf(err, errsize, "crl: out of memory");
		goto fail;
	}
	if (parse_crls(ctx, bio, crls, err, errsize) == -1)
		goto fail;
	if (crls->n == 0) {
		snprintf(err, errsize,
		    "crl: no CRL in it (PEM, BEGIN X509 CRL)");
		goto fail;
	}
	for (i = 0; i < crls->n; i++)
		if (check_crl(&crls->list[i], cas, stale_ok, err, errsize) ==
		    -1)
			goto fail;
	if (check_cover(crls, cas, err, errsize) == -1)
		goto fail;
	BIO_free(bio);
	free(buf);
	return (crls);
fail:
	tls_crls_free(crls);
	BIO_free(bio);
	free(buf);
	return (NULL);
}
