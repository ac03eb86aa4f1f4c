/* SPDX-License-Identifier: ISC */
/*
 * Whatever a front sends, the key holder signs nothing but a TLS 1.3 server's
 * CertificateVerify.  The oracle is written the other way round: it makes the
 * text that it would allow and compares.
 */

#include <stdlib.h>
#include <string.h>

#include "keycheck.h"

int	 LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static bool
allowed(enum key_kind kind, const struct msg_key_sign *m)
{
	static const char text[] = "                                "
	    "                                "
	    "TLS 1.3, server CertificateVerify";
	bool ecdsa, ed25519, pss;

	ecdsa = kind == KEY_P256 && m->scheme == 0x0403;
	ed25519 = kind == KEY_ED25519 && m->scheme == 0x0807;
	pss = kind == KEY_RSA && (m->scheme == 0x0804 || m->scheme == 0x0805);
	return ((ecdsa || ed25519 || pss) &&
	    (m->len == sizeof(text) + 32 || m->len == sizeof(text) + 48) &&
	    memcmp(m->tbs, text, sizeof(text)) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum key_kind kinds[] = { KEY_NONE, KEY_P256, KEY_ED25519,
		KEY_RSA };
	struct msg_key_sign m;
	uint8_t copy[256];
	struct ibuf b;
	size_t i;

	if (size > sizeof(copy))
		return (0);
	memcpy(copy, data, size);
	ibuf_init(&b, copy, size, sizeof(copy));
	if (msg_key_sign_get(&b, &m) == -1)
		return (0);
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if ((key_check(kinds[i], &m) == NULL) != allowed(kinds[i], &m))
			abort();
	return (0);
}
