/* SPDX-License-Identifier: ISC */
/*
 * The messages that the key holder signs.
 */

#ifndef KEYCHECK_H
#define KEYCHECK_H

#include "proto.h"

enum key_kind {
	KEY_NONE,
	KEY_P256,
	KEY_ED25519,
	KEY_RSA
};

/*
 * The side of the handshake that is signed: a gateway, or a device with its
 * gateway.
 */
enum key_side {
	KEY_SERVER,
	KEY_CLIENT
};

/* TLS SignatureScheme, RFC 8446, 4.2.3. */
#define KEY_ECDSA_P256_SHA256	0x0403
#define KEY_PSS_SHA256		0x0804
#define KEY_PSS_SHA384		0x0805
#define KEY_ED25519_PURE	0x0807

/*
 * Decide whether a key of this kind may sign this: only if it is byte for byte
 * the content of a TLS 1.3 CertificateVerify of this side and not of the other
 * (RFC 8446, 4.4.3), with a scheme for this kind of key.  Returns NULL if it may, or the reason (static)
 * if not.
 */
const char *
key_check(enum key_kind, enum key_side, const struct msg_key_sign *);

#endif
