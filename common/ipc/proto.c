/* SPDX-License-Identifier: ISC */
/*
 * The catalogue as a table, and the put and get of each message, generated
 * around the field walks of msg_*.c.  Nothing here interprets a message.
 */

#include <string.h>

#include "codec.h"
#include "proto.h"

#define GROUPS		7	/* types are 0xGGNN */
#define GROUP_SIZE	128

/* clang-format off */
static struct msg_desc catalogue[] = {
#define X(NAME, name_, val, from_, to_, fd_)				\
	{ .name = #NAME, .type = (val), .from = (from_), .to = (to_),	\
	  .fd = (fd_) },
#define E(NAME, name_, val, from_, to_)					\
	{ .name = #NAME, .type = (val), .from = (from_), .to = (to_) },
	MSG_CATALOGUE(X, E)
#undef X
#undef E
};

/* The number of each message must be in the range of the table below. */
#define X(NAME, name, val, from, to, fd)				\
_Static_assert((val) >> 8 < GROUPS && ((val) & 0xff) < GROUP_SIZE,	\
    "the number of " #NAME);
#define E(NAME, name, val, from, to)	X(NAME, name, val, from, to, 0)
MSG_CATALOGUE(X, E)
#undef X
#undef E

/* Shortest and longest payload, from the walk over an empty message. */
#define X(NAME, name, val, from, to, fd)				\
static uint32_t								\
size_##name(enum codec_mode mode)					\
{									\
	struct codec c = { .mode = mode };				\
	struct msg_##name m;						\
									\
	memset(&m, 0, sizeof(m));					\
	(void)codec_msg_##name(&c, &m);					\
	return ((uint32_t)c.size);					\
}
#define E(NAME, name, val, from, to)
MSG_CATALOGUE(X, E)
#undef X
#undef E

static uint32_t (*const sizes[])(enum codec_mode) = {
#define X(NAME, name, val, from, to, fd)	size_##name,
#define E(NAME, name, val, from, to)		NULL,
	MSG_CATALOGUE(X, E)
#undef X
#undef E
};
/* clang-format on */

static struct msg_desc *by_type[GROUPS][GROUP_SIZE];

static void
catalogue_init(void)
{
	struct msg_desc *d;
	size_t i;

	for (i = 0; i < sizeof(catalogue) / sizeof(catalogue[0]); i++) {
		d = &catalogue[i];
		if (sizes[i] != NULL) {
			d->min = sizes[i](CODEC_MIN);
			d->max = sizes[i](CODEC_MAX);
		}
		by_type[d->type >> 8][d->type & 0xff] = d;
	}
}

const struct msg_desc *
msg_lookup(uint32_t type)
{
	if (by_type[0][MSG_SETUP_HELLO] == NULL)
		catalogue_init();
	if (type >> 8 >= GROUPS || (type & 0xff) >= GROUP_SIZE)
		return (NULL);
	return (by_type[type >> 8][type & 0xff]);
}

/* FNV-1a, of 32 bits. */
static void
hash(uint32_t *h, const void *data, size_t len)
{
	const uint8_t *p = data;

	for (; len > 0; len--)
		*h = (*h ^ *p++) * 16777619;
}

uint32_t
msg_version(void)
{
	uint32_t h = 2166136261U, row[5];
	const struct msg_desc *d;
	size_t i;

	hash(&h, VERSION, strlen(VERSION));
	for (i = 0; i < sizeof(catalogue) / sizeof(catalogue[0]); i++) {
		d = msg_lookup(catalogue[i].type);
		hash(&h, d->name, strlen(d->name));
		row[0] = d->type;
		row[1] = d->min;
		row[2] = d->max;
		row[3] = (uint32_t)d->from << 8 | d->to;
		row[4] = d->fd;
		hash(&h, row, sizeof(row));
	}
	return (h);
}

const char *
msg_role_name(uint8_t role)
{
	switch (role) {
	case P_PARENT:
		return ("netd");
	case P_HAND:
		return ("netd-hand");
	case P_LEASED:
		return ("leased");
	case P_APID:
		return ("apid");
	case P_KEY:
		return ("apid-key");
	case P_CTL:
		return ("sallyctl");
	case P_AGENT:
		return ("agentd");
	}
	return ("unknown");
}

/* clang-format off */
#define X(NAME, name, val, from, to, fd)				\
int									\
msg_##name##_put(struct ibuf *b, const struct msg_##name *m)		\
{									\
	struct codec c = { .mode = CODEC_PUT, .b = b };			\
	struct msg_##name copy = *m;					\
									\
	return (codec_msg_##name(&c, &copy));				\
}									\
									\
int									\
msg_##name##_get(struct ibuf *b, struct msg_##name *m)			\
{									\
	struct codec c = { .mode = CODEC_GET, .b = b };			\
									\
	memset(m, 0, sizeof(*m));					\
	if (codec_msg_##name(&c, m) == -1)				\
		return (-1);						\
	return (codec_check(&c, ibuf_left(b) == 0));			\
}
#define E(NAME, name, val, from, to)
MSG_CATALOGUE(X, E)
#undef X
#undef E
/* clang-format on */
