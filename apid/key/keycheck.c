/* SPDX-License-Identifier: ISC */
/*
 * The check that keeps the key holder from signing anything for a captured
 * front.
 */

#include <string.h>

#include "keycheck.h"

#define PAD		64	/* spaces */
#define SHA256_LEN	32
#define SHA384_LEN	48

/* With its NUL, which is the separator of RFC 8446. */
#define CONTEXT_SIZE	34

static const char contexts[][CONTEXT_SIZE] = {
	[KEY_SERVER] = "TLS 1.3, server CertificateVerify",
	[KEY_CLIENT] = "TLS 1.3, client CertificateVerify",
};

static const char *
check_content(enum key_side side, const uint8_t *tbs, size_t len)
{
	size_t i;

	if (len != PAD + CONTEXT_SIZE + SHA256_LEN &&
	    len != PAD + CONTEXT_SIZE + SHA384_LEN)
		return ("not of the length of a CertificateVerify");
	for (i = 0; i < PAD; i++)
		if (tbs[i] != 0x20)
			return ("does not begin with 64 spaces");
	if (memcmp(tbs + PAD, contexts[side], CONTEXT_SIZE) != 0)
		return (side == KEY_SERVER ?
		    "not in the context of a TLS 1.3 server" :
		    "not in the context of a TLS 1.3 client");
	return (NULL);
}

static bool
fits(enum key_kind kind, uint16_t scheme)
{
	switch (kind) {
	case KEY_NONE:
		break;
	case KEY_P256:
		return (scheme == KEY_ECDSA_P256_SHA256);
	case KEY_ED25519:
		return (scheme == KEY_ED25519_PURE);
	case KEY_RSA:
		return (scheme == KEY_PSS_SHA256 || scheme == KEY_PSS_SHA384);
	}
	return (false);
}

const char *
key_check(enum key_kind kind, enum key_side side, const struct msg_key_sign *m)
{
	if (kind == KEY_NONE)
		return ("no such key");
	if (!fits(kind, m->scheme))
		return ("signature scheme does not fit the key");
	return (check_content(side, m->tbs, m->len));
}
