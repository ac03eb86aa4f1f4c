/* SPDX-License-Identifier: ISC */
/*
 * The CAs to which identity rules are tied.  Two organisations in one client_ca
 * may both have a "device-1": a rule tells them apart by the CA that signed it.
 * A CA is its name and its key here, too.
 */

#include <openssl/err.h>
#include <openssl/x509.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "conf.h"
#include "pem.h"
#include "tlscert.h"
#include "tlsissuer.h"
#include "tlskey.h"

#define ABOVE_MAX	8	/* steps above the end of a chain */

struct tls_issuers {
	unsigned int	 refs;
	STACK_OF(X509)	*cas[IDENT_MAX];	/* NULL: not tied */
};

struct tls_issuers *
tls_issuers_new(void)
{
	struct tls_issuers *l;

	if ((l = calloc(1, sizeof(*l))) != NULL)
		l->refs = 1;
	return (l);
}

struct tls_issuers *
tls_issuers_ref(struct tls_issuers *l)
{
	if (l != NULL)
		l->refs++;
	return (l);
}

void
tls_issuers_unref(struct tls_issuers *l)
{
	unsigned int i;

	if (l == NULL || --l->refs > 0)
		return;
	for (i = 0; i < IDENT_MAX; i++)
		sk_X509_pop_free(l->cas[i], X509_free);
	free(l);
}

int
tls_issuers_add(struct tls_issuers *l, const struct tlskey *tk, uint16_t rule,
    int fd, char *err, size_t errsize)
{
	char why[256];
	int i;

	if (rule >= IDENT_MAX || l->cas[rule] != NULL) {
		snprintf(err, errsize, "identities[%u]: ca: given twice", rule);
		return (-1);
	}
	l->cas[rule] = pem_read_certs(tlskey_libctx(tk), fd, "ca", why,
	    sizeof(why));
	if (l->cas[rule] == NULL) {
		snprintf(err, errsize, "identities[%u]: %s", rule, why);
		return (-1);
	}
	for (i = 0; i < sk_X509_num(l->cas[rule]); i++) {
		if (X509_get0_pubkey(sk_X509_value(l->cas[rule], i)) != NULL)
			continue;
		ERR_clear_error();
		snprintf(err, errsize,
		    "identities[%u]: ca: certificate %d in it has an unknown kind of key",
		    rule, i + 1);
		return (-1);
	}
	return (0);
}

static bool
same_ca(const X509 *a, const X509 *b)
{
	return (X509_NAME_cmp(X509_get_subject_name(a),
		    X509_get_subject_name(b)) == 0 &&
	    EVP_PKEY_eq(X509_get0_pubkey(a), X509_get0_pubkey(b)) == 1);
}

/* Is one of these CAs the certificate's, or did one of them sign it? */
static bool
has_ca(STACK_OF(X509) *cas, X509 *x, bool above)
{
	X509 *ca;
	int i;

	for (i = 0; i < sk_X509_num(cas); i++) {
		ca = sk_X509_value(cas, i);
		if (same_ca(ca, x) || (above && cert_signed_by(x, ca)))
			return (true);
	}
	return (false);
}

/* The CA in client_ca that signed this one, or NULL. */
static X509 *
next_above(STACK_OF(X509) *client_ca, X509 *x)
{
	X509 *ca;
	int i;

	for (i = 0; i < sk_X509_num(client_ca); i++) {
		ca = sk_X509_value(client_ca, i);
		if (!same_ca(ca, x) && cert_signed_by(x, ca))
			return (ca);
	}
	return (NULL);
}

static bool
is_below(STACK_OF(X509) * cas, STACK_OF(X509) * chain,
    STACK_OF(X509) * client_ca)
{
	X509 *x;
	int i, last;

	last = sk_X509_num(chain) - 1;
	for (i = 1; i < last; i++)
		if (has_ca(cas, sk_X509_value(chain, i), false))
			return (true);
	x = last > 0 ? sk_X509_value(chain, last) : NULL;
	for (i = 0; x != NULL && i < ABOVE_MAX; i++) {
		if (has_ca(cas, x, true))
			return (true);
		x = next_above(client_ca, x);
	}
	return (false);
}

uint64_t
tls_issuers_match(const struct tls_issuers *l, STACK_OF(X509) *chain,
    STACK_OF(X509) *client_ca)
{
	uint64_t mask = 0;
	unsigned int i;

	for (i = 0; l != NULL && i < IDENT_MAX; i++)
		if (l->cas[i] != NULL && is_below(l->cas[i], chain, client_ca))
			mask |= UINT64_C(1) << i;
	return (mask);
}
