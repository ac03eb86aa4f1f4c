/* SPDX-License-Identifier: ISC */
/* The rules of a client's own certificate, beyond those of its chain. */

#ifndef TLSCERT_H
#define TLSCERT_H

#include <openssl/x509.h>

#include <stddef.h>
#include <stdint.h>

#include "conf.h"
#include "san.h"
#include "tls.h"

#define CERT_TEXT	(IDENT_SIZE * 4 + TLS_SERIAL_TEXT + 16)

struct cert_facts {
	char	 cn[IDENT_SIZE];
	char	 serial[TLS_SERIAL_TEXT];
	int64_t	 not_before;	/* wall */
	int64_t	 not_after;
};

/*
 * Take the facts of a leaf whose chain is good and check what OpenSSL leaves
 * open: extended key usage, not a CA, exactly one decent CN, key type and size.
 * Returns 0, or -1 with why (static).
 */
int	 cert_check_leaf(X509 *, struct cert_facts *, const char **why);

/* The names of a leaf besides its CN; a copy. */
void	 cert_sans(const X509 *, struct san_list *);

/* "serial=... cn=..." of any certificate, however odd, fit for the log.  dst
 * holds CERT_TEXT bytes. */
const char *cert_describe(X509 *, char *dst);

/* "CN=..." style text of a name, for messages; cut and vised.  dst holds size
 * bytes. */
const char *cert_name(const X509_NAME *, char *dst, size_t size);

/* Unix time of an ASN.1 time, or -1 with errno EINVAL. */
int	 cert_time(const ASN1_TIME *, int64_t *);

#endif
