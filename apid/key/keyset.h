/* SPDX-License-Identifier: ISC */
/* The private keys of the listeners.  Only the key holder has them. */

#ifndef KEYSET_H
#define KEYSET_H

#include <stddef.h>
#include <stdint.h>

#include "proto.h"

struct keyset;

/* Once, before the first key: memory that is locked and not dumped. */
void	 keyset_init(void);

struct keyset *keyset_new(void);
/* Forget every key.  NULL is fine. */
void	 keyset_free(struct keyset *);

/*
 * Read the PEM private key of listener index from fd, which stays open: P-256,
 * Ed25519 or RSA of at least 2048 bits, not encrypted.  It has signed once
 * when this returns.  Returns 0, or -1 with one line in err.
 */
int
keyset_load(struct keyset *, uint16_t index, int fd, char *err, size_t errsize);
/*
 * The key of listener index must be that of the certificate (the first in the
 * PEM file fd): keyset_check compares all of them.  Both return 0, or -1 with
 * one line in err.
 */
int	 keyset_expect(struct keyset *, uint16_t index, int fd, char *err,
	    size_t errsize);
int	 keyset_check(const struct keyset *, char *err, size_t errsize);
unsigned int keyset_count(const struct keyset *);

/*
 * Answer a request.  ans->ok is 0 if it was not signed, with the reason
 * (static) returned; NULL when it was.
 */
const char *keyset_sign(const struct keyset *, const struct msg_key_sign *,
	    struct msg_key_signed *);

#endif
