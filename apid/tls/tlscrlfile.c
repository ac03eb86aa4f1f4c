/* SPDX-License-Identifier: ISC */
/*
 * CRL files are read, and everything that does not depend on a client's
 * certificate is checked once.  OpenSSL would tell only with each client that a
 * CRL is of no use.
 */

#include <openssl/err.h>
#include <openssl/pem.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "log.h"
#include "pem.h"
#include "tls_int.h"
#include "tlsscope.h"
#include "tlssig.h"

#define NAME_TEXT	160

/* State that the checks of one file share. */
struct reader {
	const struct tls_crls_args *args;
	struct tls_crls	*crls;
	char		*err;
	size_t		 errsize;
};

/* The error "crl: that of NAME ...". */
static int __attribute__((format(printf, 3, 4)))
refuse(struct reader *r, const struct tls_crl *c, const char *fmt, ...)
{
	char name[NAME_TEXT], text[NAME_TEXT * 2];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	snprintf(r->err, r->errsize, "crl: that of %s %s",
	    cert_name(X509_CRL_get_issuer(c->crl), name, sizeof(name)), text);
	return (-1);
}

static bool
same_issuer(const struct tls_crl *a, const struct tls_crl *b)
{
	if (X509_NAME_cmp(X509_CRL_get_issuer(a->crl),
		X509_CRL_get_issuer(b->crl)) != 0)
		return (false);
	if (a->key == NULL || b->key == NULL)
		return (a->key == b->key);
	return (EVP_PKEY_eq(a->key, b->key) == 1);
}

/*
 * A CA is a name and a key: several certificates of it, as after a renewal, are
 * one.  What else a certificate of client_ca says of its key is the operator's
 * affair, as is that it stands there.  Returns true if a CA in client_ca has
 * the name.
 */
static bool
find_key(const struct reader *r, struct tls_crl *c)
{
	bool named = false;
	X509 *ca;
	int i;

	for (i = 0; i < sk_X509_num(r->args->cas) && c->key == NULL; i++) {
		ca = sk_X509_value(r->args->cas, i);
		if (!tls_crl_named(c, ca))
			continue;
		named = true;
		(void)tls_crl_prove(c, X509_get0_pubkey(ca));
	}
	return (named);
}

/* Read the fields of a CRL and check those that need no other CRL. */
static int
take(struct reader *r, struct tls_crl *c)
{
	const char *why;
	int number, base;

	if (cert_time(X509_CRL_get0_lastUpdate(c->crl), &c->from) == -1 ||
	    cert_time(X509_CRL_get0_nextUpdate(c->crl), &c->until) == -1)
		return (refuse(r, c,
		    "does not say when the next one is due (nextUpdate)"));
	c->number = X509_CRL_get_ext_d2i(c->crl, NID_crl_number, &number, NULL);
	c->base = X509_CRL_get_ext_d2i(c->crl, NID_delta_crl, &base, NULL);
	ERR_clear_error();
	if ((c->number == NULL && number != -1) ||
	    (c->base == NULL && base != -1) ||
	    (c->base != NULL && c->number == NULL))
		return (refuse(r, c, "has a malformed number"));
	if (scope_read(c->crl, &c->scope, &why) == -1)
		return (refuse(r, c,
		    "cannot be used: %s: have the CA make a plain one", why));
	if ((why = sig_unfit(r->args->ctx, c->crl)) != NULL)
		return (refuse(r, c,
		    "is signed with %s: have the CA sign with SHA-256", why));
	return (0);
}

/* Does b say later what a said? */
static bool
supersedes(const struct tls_crl *b, const struct tls_crl *a)
{
	int cmp = 0;

	if (a->key == NULL || !same_issuer(a, b) ||
	    (a->base == NULL) != (b->base == NULL) ||
	    !scope_same(a->scope, b->scope))
		return (false);
	if (a->number != NULL && b->number != NULL)
		cmp = ASN1_INTEGER_cmp(b->number, a->number);
	return (cmp > 0 || (cmp == 0 && b->from > a->from));
}

static void
drop(struct tls_crls *crls, unsigned int i)
{
	tls_crl_clear(&crls->list[i]);
	crls->list[i] = crls->list[--crls->n];
	memset(&crls->list[crls->n], 0, sizeof(crls->list[0]));
}

/*
 * Find out who made each CRL.  A CA that was renewed with another key goes on to
 * publish a CRL of the old one under the same name, which is of no use without
 * the old certificate.
 */
static int
find_keys(struct reader *r)
{
	struct tls_crls *crls = r->crls;
	struct tls_crl *c;
	unsigned int i, k;

	for (i = 0; i < crls->n; i++)
		if (find_key(r, &crls->list[i]) && crls->list[i].key == NULL)
			crls->list[i].strange = true;
	for (i = 0; i < crls->n;) {
		c = &crls->list[i];
		for (k = 0; k < crls->n && c->strange; k++)
			if (crls->list[k].key != NULL && c->base == NULL &&
			    X509_NAME_cmp(X509_CRL_get_issuer(c->crl),
				X509_CRL_get_issuer(crls->list[k].crl)) == 0)
				break;
		if (!c->strange) {
			i++;
			continue;
		}
		(void)refuse(r, c,
		    "is not signed with the key of the CA in client_ca: get the CRL of this CA, or add the CA's other certificate to client_ca");
		if (k == crls->n)
			return (-1);
		log_notice("%s; another of this name is", r->err);
		drop(crls, i);
	}
	return (0);
}

/* A file may hold older CRLs: only the last of each CA and scope counts. */
static void
drop_old(struct tls_crls *crls)
{
	unsigned int i, k;

	for (i = 0; i < crls->n;) {
		for (k = 0; k < crls->n; k++)
			if (k != i &&
			    supersedes(&crls->list[k], &crls->list[i]))
				break;
		if (k < crls->n)
			drop(crls, i);
		else
			i++;
	}
}

/* Find the complete CRL that a delta continues. */
static struct tls_crl *
find_base(struct tls_crls *crls, const struct tls_crl *d)
{
	struct tls_crl *c;
	unsigned int i;

	for (i = 0; i < crls->n; i++) {
		c = &crls->list[i];
		if (c->base == NULL && c->number != NULL && same_issuer(c, d) &&
		    scope_same(c->scope, d->scope))
			return (c);
	}
	return (NULL);
}

/*
 * Join deltas to their complete CRLs.  A delta without its complete CRL is an
 * error, as the certificates that it revokes would get in.
 */
static int
join_deltas(struct reader *r)
{
	struct tls_crls *crls = r->crls;
	struct tls_crl *base, *d;
	unsigned int i;

	/* A delta may be older than a complete CRL, which then has it all. */
	for (i = 0; i < crls->n;) {
		d = &crls->list[i];
		base = d->base == NULL ? NULL : find_base(crls, d);
		if (base != NULL &&
		    ASN1_INTEGER_cmp(base->number, d->number) >= 0)
			drop(crls, i);
		else
			i++;
	}
	for (i = 0; i < crls->n; i++) {
		d = &crls->list[i];
		if (d->base == NULL)
			continue;
		base = find_base(crls, d);
		if (base == NULL || ASN1_INTEGER_cmp(base->number, d->base) < 0)
			return (refuse(r, d,
			    "is a delta CRL, and the complete one that it continues is not in the file: append it, or take only complete ones"));
		base->delta = d;
	}
	return (0);
}

/* Is the list in force already? */
static bool
in_force(const struct reader *r, const struct tls_crl *c)
{
	const struct tls_crls *old = r->args->old;
	unsigned int i;

	for (i = 0; old != NULL && i < old->n; i++)
		if (X509_CRL_match(old->list[i].crl, c->crl) == 0)
			return (true);
	return (false);
}

/*
 * A list that has run out is no news if it is in force already, and must not
 * keep out the new lists of other CAs in the file.
 */
static int
check_time(struct reader *r, const struct tls_crl *c)
{
	struct wall until = { c->until };
	char when[WALL_TEXT];

	if (c->until <= wall_now().s)
		(void)refuse(r, c, "ran out at %s: get a new one",
		    wall_format(until, when));
	else if (c->from > wall_now().s)
		(void)refuse(r, c, "is not valid yet: is the clock right?");
	else
		return (0);
	if (!r->args->first && !in_force(r, c))
		return (-1);
	log_warnx("%s; until then its clients are refused", r->err);
	return (0);
}

/* Is there a CRL for clients of this CA? */
static bool
has_list(const struct tls_crls *crls, const X509 *ca)
{
	const struct tls_crl *c;
	unsigned int i;

	for (i = 0; i < crls->n; i++) {
		c = &crls->list[i];
		if (c->base == NULL && c->key != NULL && tls_crl_named(c, ca) &&
		    (c->scope == NULL || c->scope->onlyCA <= 0) &&
		    EVP_PKEY_eq(c->key, X509_get0_pubkey(ca)) == 1)
			return (true);
	}
	return (false);
}

/* Is the CA one that signs another CA's certificate, and that has a CRL? */
static bool
is_above(const struct reader *r, X509 *ca)
{
	const struct tls_crl *c;
	unsigned int k;
	X509 *below;
	int i;

	for (i = 0; i < sk_X509_num(r->args->cas); i++) {
		below = sk_X509_value(r->args->cas, i);
		if (X509_cmp(below, ca) != 0 && has_list(r->crls, below) &&
		    X509_NAME_cmp(X509_get_issuer_name(below),
			X509_get_subject_name(ca)) == 0)
			return (true);
	}
	/* CRLs of CAs that are not in client_ca: a client sends these CAs. */
	if (X509_get_pathlen(ca) == 0)
		return (false);
	for (k = 0; k < r->crls->n; k++) {
		c = &r->crls->list[k];
		if (c->key == NULL)
			return (true);
	}
	return (false);
}

/*
 * Each CA of client_ca needs a CRL, or all of its clients would be refused.  A
 * root whose key is only used for CAs need not have one: its own certificate is
 * trusted as it stands, and it has no clients.  Nobody can know that of it, but
 * where it had a CRL before, another file is in its place by mistake.
 */
static int
check_cover(struct reader *r)
{
	char name[NAME_TEXT];
	bool lost;
	X509 *ca;
	int i;

	for (i = 0; i < sk_X509_num(r->args->cas); i++) {
		ca = sk_X509_value(r->args->cas, i);
		if (has_list(r->crls, ca))
			continue;
		cert_name(X509_get_subject_name(ca), name, sizeof(name));
		lost = r->args->old != NULL && has_list(r->args->old, ca);
		if (lost || !is_above(r, ca)) {
			snprintf(r->err, r->errsize,
			    "crl: none of %s in it for clients%s: add the CRL of each CA in client_ca",
			    name, lost ? ", as there was before" : "");
			return (-1);
		}
		log_info(
		    "crl: none of %s in it: only clients of another CA below it are let in",
		    name);
	}
	return (0);
}

static int
check_all(struct reader *r)
{
	struct tls_crls *crls = r->crls;
	unsigned int i;

	for (i = 0; i < crls->n; i++)
		if (take(r, &crls->list[i]) == -1)
			return (-1);
	if (find_keys(r) == -1)
		return (-1);
	drop_old(crls);
	if (join_deltas(r) == -1)
		return (-1);
	for (i = 0; i < crls->n; i++)
		if (check_time(r, &crls->list[i]) == -1)
			return (-1);
	return (check_cover(r));
}

static int
parse_crls(struct reader *r, BIO *bio)
{
	struct tls_crls *crls = r->crls;
	unsigned long e;
	X509_CRL *crl;

	for (;;) {
		if ((crl = X509_CRL_new_ex(r->args->ctx, NULL)) == NULL)
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
			snprintf(r->err, r->errsize,
			    "crl: more than %d CRLs in it", CRLS_MAX);
			return (-1);
		}
		crls->list[crls->n++].crl = crl;
	}
	ERR_clear_error();
	snprintf(r->err, r->errsize, "crl: CRL %u in it is damaged",
	    crls->n + 1);
	return (-1);
}

struct tls_crls *
tls_crls_read(const struct tls_crls_args *args, char *err, size_t errsize)
{
	struct reader r = { args, NULL, err, errsize };
	BIO *bio = NULL;
	char *buf;
	size_t len;

	if ((buf = pem_read(args->fd, TLS_CRL_MAX, &len, "crl", err,
		 errsize)) == NULL)
		return (NULL);
	if ((r.crls = calloc(1, sizeof(*r.crls))) == NULL ||
	    pem_split(&buf, &len) == -1 ||
	    (bio = BIO_new_mem_buf(buf, (int)len)) == NULL) {
		snprintf(err, errsize, "crl: out of memory");
		goto fail;
	}
	if (parse_crls(&r, bio) == -1)
		goto fail;
	if (r.crls->n == 0) {
		snprintf(err, errsize,
		    "crl: no CRL in it (PEM, BEGIN X509 CRL): openssl crl -inform DER -in OLD -out NEW makes one from DER");
		goto fail;
	}
	if (check_all(&r) == -1)
		goto fail;
	BIO_free(bio);
	free(buf);
	return (r.crls);
fail:
	tls_crls_free(r.crls);
	BIO_free(bio);
	free(buf);
	return (NULL);
}
