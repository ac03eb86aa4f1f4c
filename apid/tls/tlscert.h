/* SPDX-License-Identifier: ISC */
/*
 * The rules for a client's own certificate, besides those for its chain.
 */

#ifndef TLSCERT_H
#define TLSCERT_H

#include <openssl/x509.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf.h"
#include "san.h"
#include "tls.h"

#define CERT_TEXT	(IDENT_SIZE * 4 + TLS_SERIAL_TEXT + 16)

struct cert_facts {
	char	 cn[IDENT_SIZE];	/* "" if no_cn says why */
	const char *no_cn;		/* static text, or NULL */
	char	 serial[TLS_SERIAL_TEXT];
	int64_t	 not_before;	/* wall */
	int64_t	 not_after;
};

/*
 * Take the facts of a leaf with a good chain, and check what OpenSSL does not:
 * extended key usage (which must be there if eku), not a CA, exactly one
 * acceptable CN (unless any_cn), key type and size.  Returns 0, or -1 with why
 * (static).
 */
int	 cert_check_leaf(X509 *, bool eku, bool any_cn, struct cert_facts *,
	    const char **why);

/* Get the names of a leaf besides its CN, as a copy. */
void	 cert_sans(const X509 *, struct san_list *);

/*
 * Format "serial=... cn=..." of any certificate, however odd, for the log.  dst
 * holds CERT_TEXT bytes.
 */
const char *cert_describe(X509 *, char *dst);

/*
 * Format a name like "CN=..." for messages, cut and encoded by vis.  dst holds
 * size bytes.
 */
const char *cert_name(const X509_NAME *, char *dst, size_t size);

/* True if the CA has the issuer's name of x, and its key signed it. */
bool	 cert_signed_by(X509 *x, X509 *ca);

/*
 * Convert an ASN.1 time to Unix time.  Returns -1 with errno EINVAL if it is
 * bad.
 */
int	 cert_time(const ASN1_TIME *, int64_t *);

#endif
