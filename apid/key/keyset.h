/* SPDX-License-Identifier: ISC */
/*
 * The private keys of the listeners, or of a device.  Only the key holder has them.
 */

#ifndef KEYSET_H
#define KEYSET_H

#include <stddef.h>
#include <stdint.h>

#include "keycheck.h"
#include "proto.h"

struct keyset;

/* Call this once, before the first key: the memory is locked and not dumped. */
void	 keyset_init(void);

struct keyset *keyset_new(void);
/* Free all keys.  NULL is allowed. */
void	 keyset_free(struct keyset *);

/*
 * Read the PEM private key of listener index from fd, which stays open: P-256,
 * Ed25519 or RSA of at least 2048 bits, not encrypted.  The key has signed once
 * when this returns.  Returns 0, or -1 with one line in err.
 */
int
keyset_load(struct keyset *, uint16_t index, int fd, char *err, size_t errsize);
/*
 * Expect the key of listener index to be that of the certificate, which is the
 * first in the PEM file fd.  keyset_check compares all of them.  Both return 0,
 * or -1 with one line in err, keyset_check also with the listener's index.
 */
int	 keyset_expect(struct keyset *, uint16_t index, int fd, char *err,
	    size_t errsize);
int
keyset_check(const struct keyset *, uint16_t *index, char *err, size_t errsize);
unsigned int keyset_count(const struct keyset *);

/*
 * Answer a request of this side.  Returns NULL if it was signed.  Otherwise ans->ok is 0,
 * and the reason (static) is returned.
 */
const char *keyset_sign(const struct keyset *, enum key_side,
	    const struct msg_key_sign *, struct msg_key_signed *);

#endif
