/* SPDX-License-Identifier: ISC */
/*
 * The first two bytes pick the message; what decodes must encode to the same
 * bytes, within the bounds that the catalogue measured.
 */

#include <stdlib.h>
#include <string.h>

#include "proto.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static uint8_t in[IMSG_MAX_PAYLOAD], out[IMSG_MAX_PAYLOAD];

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	struct ibuf b, e;
	unsigned int which = 0;

	if (len < 1 || len - 1 > sizeof(in))
		return (0);
	memcpy(in, p + 1, len - 1);
	ibuf_init(&b, in, len - 1, sizeof(in));
	ibuf_init(&e, out, 0, sizeof(out));
/* clang-format off */
#define X(NAME, name, val, from, to, fd)				\
	if (p[0] == which++) {						\
		static struct msg_##name m;				\
		if (msg_##name##_get(&b, &m) == -1)			\
			return (0);					\
		if (msg_##name##_put(&e, &m) == -1 ||			\
		    e.wpos != len - 1 ||				\
		    e.wpos + 1 < msg_lookup(val)->min ||		\
		    e.wpos > msg_lookup(val)->max ||			\
		    memcmp(in, out, e.wpos) != 0)			\
			abort();					\
	}
#define E(NAME, name, val, from, to)
	MSG_CATALOGUE(X, E)
#undef X
#undef E
/* clang-format on */
	return (0);
}
