/* SPDX-License-Identifier: ISC */
/*
 * The front's side of the key holder: an OpenSSL provider with private keys
 * that are only numbers, and with signatures that come over a link.  The front
 * never has the key itself.
 */

#ifndef TLSKEY_H
#define TLSKEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TLSKEY_WAIT_MS	500	/* longest wait for one signature */

struct evp_pkey_st;
struct ossl_lib_ctx_st;
struct tlskey;
struct tlskey_key;

/*
 * Set up OpenSSL for this process: a library context with the default
 * algorithms and our provider, without any configuration file.  Call it once in
 * each process, before child_enter().  Returns NULL with errno, which is
 * ENOMEM, or ELIBACC after OpenSSL's reason was logged.
 */
struct tlskey *tlskey_new(void);
/* Call this after the last tls_server is gone.  NULL is allowed. */
void	 tlskey_free(struct tlskey *);

/*
 * Use fd, a SOCK_SEQPACKET link to the key holder (SETUP_PEER), from now on;
 * the old one is closed.  -1 drops it.  fd is consumed.  Until there is one,
 * and after the other end is gone, handshakes fail with a clear text.
 *
 * Signing is synchronous and waits at most TLSKEY_WAIT_MS.  After a wait in
 * vain nobody waits again before the late answer has come: a key holder that
 * hangs costs the event loop one wait, not one for each handshake.
 */
void	 tlskey_set_link(struct tlskey *, int fd);
/*
 * True if there is a link.  Only a signature shows that the other end answers.
 */
bool	 tlskey_linked(const struct tlskey *);
/* One line that says why the last signature failed, or "". */
const char *tlskey_error(const struct tlskey *);

/* For tls.c: the library context of all TLS. */
struct ossl_lib_ctx_st *tlskey_libctx(const struct tlskey *);

/*
 * For tls.c: the private key of listener index whose public half is pub (a
 * reference is taken): P-256, Ed25519, or RSA of 2048 bits at least.  The
 * first signature is verified with pub before it is used, so that a key that
 * does not belong to the certificate is found out.  Returns NULL with err.
 */
struct tlskey_key *tlskey_key_new(struct tlskey *, uint16_t index,
	    struct evp_pkey_st *pub, char *err, size_t errsize);
void	 tlskey_key_free(struct tlskey_key *);
/* The key in OpenSSL's form; the tlskey_key owns it. */
struct evp_pkey_st *tlskey_key_pkey(const struct tlskey_key *);
/* Sign harmless data and verify it.  Returns 0, or -1 (see tlskey_error). */
int	 tlskey_key_test(struct tlskey_key *);

#endif
