/* SPDX-License-Identifier: ISC */
/*
 * Fields of messages, in both directions and as sizes.
 */

#include <errno.h>
#include <string.h>

#include <sodium.h>

#include "codec.h"
#include "printable.h"
#include "reqid.h"

static bool
measuring(const struct codec *c)
{
	return (c->mode == CODEC_MIN || c->mode == CODEC_MAX);
}

/* Measure a field with a size that does not depend on its value. */
static int
measure(struct codec *c, size_t size)
{
	c->size += size;
	return (0);
}

int
codec_check(const struct codec *c, bool ok)
{
	if (ok || measuring(c))
		return (0);
	errno = c->mode == CODEC_GET ? EBADMSG : EINVAL;
	return (-1);
}

/* clang-format off */
#define INTEGER(name, type)						\
int									\
codec_##name(struct codec *c, type *v)					\
{									\
	if (measuring(c))						\
		return (measure(c, sizeof(*v)));			\
	return (c->mode == CODEC_GET ? ibuf_get_##name(c->b, v) :	\
	    ibuf_add_##name(c->b, *v));					\
}
INTEGER(n8, uint8_t)
INTEGER(n16, uint16_t)
INTEGER(n32, uint32_t)
INTEGER(n64, uint64_t)
#undef INTEGER
/* clang-format on */

int
codec_time(struct codec *c, int64_t *v)
{
	uint64_t u;

	u = (uint64_t)*v;
	if (codec_n64(c, &u) == -1 || codec_check(c, u <= INT64_MAX) == -1)
		return (-1);
	*v = (int64_t)u;
	return (0);
}

int
codec_range(struct codec *c, uint8_t *v, uint8_t lo, uint8_t hi)
{
	if (measuring(c))
		*v = c->mode == CODEC_MIN ? lo : hi;
	if (codec_n8(c, v) == -1)
		return (-1);
	return (codec_check(c, *v >= lo && *v <= hi));
}

int
codec_upto(struct codec *c, uint32_t *v, uint32_t hi)
{
	if (codec_n32(c, v) == -1)
		return (-1);
	return (codec_check(c, measuring(c) || *v <= hi));
}

int
codec_len(struct codec *c, uint16_t *v, uint16_t lo, uint16_t hi)
{
	if (measuring(c))
		*v = c->mode == CODEC_MIN ? lo : hi;
	if (codec_n16(c, v) == -1)
		return (-1);
	return (codec_check(c, *v >= lo && *v <= hi));
}

int
codec_psk(struct codec *c, uint8_t *how, uint8_t set, uint8_t *psk)
{
	if (codec_range(c, how, 0, set) == -1)
		return (-1);
	if (*how != set)
		return (0);
	if (codec_key(c, psk) == -1)
		return (-1);
	return (codec_check(c, !sodium_is_zero(psk, WGKEY_LEN)));
}

int
codec_bool(struct codec *c, uint8_t *v)
{
	return (codec_range(c, v, 0, 1));
}

int
codec_bytes(struct codec *c, void *p, size_t len)
{
	if (measuring(c))
		return (measure(c, len));
	return (c->mode == CODEC_GET ? ibuf_get(c->b, p, len) :
				       ibuf_add(c->b, p, len));
}

int
codec_key(struct codec *c, uint8_t *key)
{
	return (codec_bytes(c, key, WGKEY_LEN));
}

int
codec_str(struct codec *c, char *s, size_t size)
{
	if (measuring(c))
		return (measure(c,
		    sizeof(uint16_t) + (c->mode == CODEC_MIN ? 0 : size - 1)));
	if (c->mode == CODEC_GET)
		return (ibuf_get_str(c->b, s, size));
	/* A text that the other side would refuse is not sent. */
	if (codec_check(c, strnlen(s, size) < size) == -1 ||
	    codec_check(c, ibuf_is_text(s, strlen(s))) == -1)
		return (-1);
	return (ibuf_add_str(c->b, s));
}

int
codec_name(struct codec *c, char *s, size_t size)
{
	if (codec_str(c, s, size) == -1)
		return (-1);
	return (codec_check(c, measuring(c) || printable_utf8(s, strlen(s))));
}

int
codec_reqid(struct codec *c, char *s)
{
	if (codec_str(c, s, REQID_SIZE) == -1)
		return (-1);
	return (codec_check(c,
	    measuring(c) || s[0] == '\0' || reqid_valid(s, strlen(s))));
}

/* AF_ numbers differ between kernels: the wire has 4, 6, or 0 for none. */
static int
prefix_fields(struct codec *c, struct prefix *p, uint8_t least)
{
	uint8_t kind;

	kind = p->family == AF_INET ? 4 : p->family == AF_INET6 ? 6 : 0;
	if (codec_range(c, &kind, least, 6) == -1 ||
	    codec_check(c, kind == 0 || kind == 4 || kind == 6) == -1)
		return (-1);
	if (kind == 0)
		return (0);
	p->family = kind == 4 ? AF_INET : AF_INET6;
	if (codec_range(c, &p->len, 0, (uint8_t)prefix_bits(p)) == -1)
		return (-1);
	return (codec_bytes(c, p->addr, prefix_bits(p) / 8));
}

int
codec_prefix_none(struct codec *c, struct prefix *p)
{
	return (prefix_fields(c, p, 0));
}

int
codec_prefix(struct codec *c, struct prefix *p)
{
	return (prefix_fields(c, p, 4));
}

int
codec_prefixes(struct codec *c, uint8_t *n, struct prefix *p, uint8_t lo,
    uint8_t max)
{
	uint8_t i;

	if (codec_range(c, n, lo, max) == -1)
		return (-1);
	for (i = 0; i < *n; i++)
		if (codec_prefix(c, &p[i]) == -1)
			return (-1);
	return (0);
}

int
codec_blocks(struct codec *c, uint8_t *n, struct block *b, uint8_t lo,
    uint8_t max)
{
	uint8_t i;

	if (codec_range(c, n, lo, max) == -1)
		return (-1);
	for (i = 0; i < *n; i++)
		if (codec_prefix(c, &b[i].first) == -1 ||
		    codec_prefix_none(c, &b[i].last) == -1 ||
		    codec_check(c, block_valid(&b[i])) == -1)
			return (-1);
	return (0);
}

int
codec_counts(struct codec *c, struct msg_count *m)
{
	unsigned int i;

	for (i = 0; i < TRAFFIC_N; i++)
		if (codec_n64(c, &m[i].packets) == -1 ||
		    codec_n64(c, &m[i].bytes) == -1)
			return (-1);
	return (0);
}

int
codec_contact(struct codec *c, struct contact *m)
{
	if (codec_name(c, m->name, sizeof(m->name)) == -1 ||
	    codec_name(c, m->email, sizeof(m->email)) == -1 ||
	    codec_name(c, m->phone, sizeof(m->phone)) == -1)
		return (-1);
	return (0);
}

int
codec_duration(struct codec *c, uint32_t *v)
{
	if (codec_n32(c, v) == -1)
		return (-1);
	return (codec_check(c, *v <= DURATION_MAX || *v == LEASE_NEVER));
}
