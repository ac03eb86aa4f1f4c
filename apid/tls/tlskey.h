/* SPDX-License-Identifier: ISC */
/*
 * The front's side of the key holder: an OpenSSL provider whose private keys
 * are only a number, and whose signatures are asked for over a link.  The
 * front never has the key itself.
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
 * algorithms and our provider, without any configuration file.  One for each
 * process, before child_enter().  Returns NULL with errno (ENOMEM, or ELIBACC
 * if OpenSSL says no; the reason has been logged).
 */
struct tlskey *tlskey_new(void);
/* After the last tls_server is gone.  NULL is fine. */
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
/* There is a link.  Whether somebody answers on it, only signing tells. */
bool	 tlskey_linked(const struct tlskey *);
/* Why the last signature failed, one line; "" if it did not. */
const char *tlskey_error(const struct tlskey *);

/* For tls.c: the library context of everything TLS. */
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
/* The key as OpenSSL wants it; owned by the tlskey_key. */
struct evp_pkey_st *tlskey_key_pkey(const struct tlskey_key *);
/* Sign something harmless and verify it.  Returns 0 or -1 (tlskey_error). */
int	 tlskey_key_test(struct tlskey_key *);

#endif
