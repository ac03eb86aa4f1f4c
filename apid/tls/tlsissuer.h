/* SPDX-License-Identifier: ISC */
/*
 * The CAs to which identity rules are tied.
 */

#ifndef TLSISSUER_H
#define TLSISSUER_H

#include <stddef.h>
#include <stdint.h>

struct stack_st_X509;
struct tls_issuers;
struct tlskey;

/* Make an empty list with one reference.  Returns NULL if there is no memory. */
struct tls_issuers *tls_issuers_new(void);
struct tls_issuers *tls_issuers_ref(struct tls_issuers *);
void	 tls_issuers_unref(struct tls_issuers *);	/* NULL is allowed */

/*
 * Tie this rule (0..63) to the CAs in the PEM file fd, which stays open.
 * Returns 0, or -1 with err.
 */
int tls_issuers_add(struct tls_issuers *, const struct tlskey *, uint16_t rule,
    int fd, char *err, size_t errsize);

/*
 * The rules, one bit for each, that are tied to a CA of this chain, or to one
 * above its end as far as the certificates of client_ca lead.
 */
uint64_t tls_issuers_match(const struct tls_issuers *,
	    struct stack_st_X509 *chain, struct stack_st_X509 *client_ca);

#endif
