/* SPDX-License-Identifier: ISC */
/*
 * Messages of the catalogue at the fuzzer's end of a link.
 */

#include "fuzz_packet.h"

#define RAW_MAX	255

void
packet_send(int s, enum msg_type type, uint32_t id, const void *m)
{
	static uint8_t buf[IMSG_MAX_PAYLOAD];
	struct ibuf b;
	int r = -1;

	ibuf_init(&b, buf, 0, sizeof(buf));
	switch (type) {
/* clang-format off */
#define X(NAME, name_, val, from, to, fd)				\
	case MSG_##NAME: {						\
		static const struct msg_##name_ none;			\
		r = msg_##name_##_put(&b, m != NULL ? m : &none);	\
		break;							\
	}
#define E(NAME, name_, val, from, to)	case MSG_##NAME: r = 0; break;
	MSG_CATALOGUE(X, E)
#undef X
#undef E
/* clang-format on */
	}
	if (r == 0)
		(void)imsg_send(s, type, id, buf, b.wpos, -1);
}

uint32_t
packet_raw(struct input *in, int s)
{
	static const uint32_t types[] = {
#define X(NAME, name_, val, from, to, fd) (val),
#define E(NAME, name_, val, from, to) (val),
		MSG_CATALOGUE(X, E)
#undef X
#undef E
	};
	uint8_t buf[RAW_MAX];
	uint32_t type;
	size_t i, len;

	type = types[input_byte(in) % (sizeof(types) / sizeof(types[0]))];
	len = input_byte(in);
	for (i = 0; i < len; i++)
		buf[i] = input_byte(in);
	(void)imsg_send(s, type, input_byte(in), buf, len, -1);
	return (type);
}

const void *
packet_get(const struct imsg *got)
{
	struct ibuf b = got->data;

	switch (got->type) {
/* clang-format off */
#define X(NAME, name_, val, from, to, fd)				\
	case val: {							\
		static struct msg_##name_ m;				\
		return (msg_##name_##_get(&b, &m) == -1 ? NULL : &m);	\
	}
#define E(NAME, name_, val, from, to)					\
	case val:							\
		return (ibuf_left(&b) == 0 ? got : NULL);
	MSG_CATALOGUE(X, E)
#undef X
#undef E
/* clang-format on */
	}
	return (NULL);
}
