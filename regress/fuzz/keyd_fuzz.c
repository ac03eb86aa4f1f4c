/* SPDX-License-Identifier: ISC */
/*
 * Whatever a front sends, the key holder signs nothing but a TLS 1.3
 * CertificateVerify of its side.  The oracle is written the other way round: it makes the
 * text that it would allow and compares.
 */

#include <stdlib.h>
#include <string.h>

#include "keycheck.h"

int	 LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static bool
allowed(enum key_kind kind, enum key_side side, const struct msg_key_sign *m)
{
	static const char texts[][98] = {
		[KEY_SERVER] = "                                "
		    "                                "
		    "TLS 1.3, server CertificateVerify",
		[KEY_CLIENT] = "                                "
		    "                                "
		    "TLS 1.3, client CertificateVerify",
	};
	const size_t size = sizeof(texts[0]);
	bool ecdsa, ed25519, pss;

	ecdsa = kind == KEY_P256 && m->scheme == 0x0403;
	ed25519 = kind == KEY_ED25519 && m->scheme == 0x0807;
	pss = kind == KEY_RSA && (m->scheme == 0x0804 || m->scheme == 0x0805);
	return ((ecdsa || ed25519 || pss) &&
	    (m->len == size + 32 || m->len == size + 48) &&
	    memcmp(m->tbs, texts[side], size) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum key_kind kinds[] = { KEY_NONE, KEY_P256, KEY_ED25519,
		KEY_RSA };
	enum key_side side;
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
		for (side = KEY_SERVER; side <= KEY_CLIENT; side++)
			if ((key_check(kinds[i], side, &m) == NULL) !=
			    allowed(kinds[i], side, &m))
				abort();
	return (0);
}
