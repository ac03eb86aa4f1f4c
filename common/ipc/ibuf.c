/* SPDX-License-Identifier: ISC */
/*
 * Bounded buffers: every write and read is checked against the room there is.
 */

#include <endian.h>
#include <errno.h>
#include <string.h>

#include "ibuf.h"

void
ibuf_init(struct ibuf *b, void *p, size_t used, size_t size)
{
	b->buf = p;
	b->wpos = used;
	b->rpos = 0;
	b->max = size;
}

int
ibuf_add(struct ibuf *b, const void *p, size_t len)
{
	if (len > b->max - b->wpos) {
		errno = ERANGE;
		return (-1);
	}
	if (len > 0)
		memcpy(b->buf + b->wpos, p, len);
	b->wpos += len;
	return (0);
}

int
ibuf_add_n8(struct ibuf *b, uint8_t v)
{
	return (ibuf_add(b, &v, sizeof(v)));
}

int
ibuf_add_n16(struct ibuf *b, uint16_t v)
{
	v = htobe16(v);
	return (ibuf_add(b, &v, sizeof(v)));
}

int
ibuf_add_n32(struct ibuf *b, uint32_t v)
{
	v = htobe32(v);
	return (ibuf_add(b, &v, sizeof(v)));
}

int
ibuf_add_n64(struct ibuf *b, uint64_t v)
{
	v = htobe64(v);
	return (ibuf_add(b, &v, sizeof(v)));
}

int
ibuf_add_str(struct ibuf *b, const char *s)
{
	size_t len;

	len = strlen(s);
	if (len > UINT16_MAX || len + 2 > b->max - b->wpos) {
		errno = ERANGE;
		return (-1);
	}
	if (ibuf_add_n16(b, (uint16_t)len) == -1)
		return (-1);
	return (ibuf_add(b, s, len));
}

int
ibuf_get(struct ibuf *b, void *p, size_t len)
{
	if (len > b->wpos - b->rpos) {
		errno = EBADMSG;
		return (-1);
	}
	if (len > 0)
		memcpy(p, b->buf + b->rpos, len);
	b->rpos += len;
	return (0);
}

int
ibuf_get_n8(struct ibuf *b, uint8_t *v)
{
	return (ibuf_get(b, v, sizeof(*v)));
}

int
ibuf_get_n16(struct ibuf *b, uint16_t *v)
{
	if (ibuf_get(b, v, sizeof(*v)) == -1)
		return (-1);
	*v = be16toh(*v);
	return (0);
}

int
ibuf_get_n32(struct ibuf *b, uint32_t *v)
{
	if (ibuf_get(b, v, sizeof(*v)) == -1)
		return (-1);
	*v = be32toh(*v);
	return (0);
}

int
ibuf_get_n64(struct ibuf *b, uint64_t *v)
{
	if (ibuf_get(b, v, sizeof(*v)) == -1)
		return (-1);
	*v = be64toh(*v);
	return (0);
}

size_t
ibuf_utf8_len(const uint8_t *p, size_t left)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint32_t c;
	size_t i, n;

	if (p[0] < 0x80)
		return (1);
	n = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
	if (p[0] < 0xc2 || p[0] > 0xf4 || n > left)
		return (0);
	c = p[0] & (0x7fU >> n);
	for (i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return (0);
		c = c << 6 | (p[i] & 0x3f);
	}
	if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return (0);
	return (n);
}

bool
ibuf_is_text(const void *text, size_t len)
{
	const uint8_t *p = text;
	size_t i, n;

	for (i = 0; i < len; i += n)
		if (p[i] == '\0' || (n = ibuf_utf8_len(p + i, len - i)) == 0)
			return (false);
	return (true);
}

int
ibuf_get_str(struct ibuf *b, char *dst, size_t size)
{
	const uint8_t *p;
	uint16_t len;

	if (ibuf_get_n16(b, &len) == -1)
		return (-1);
	p = b->buf + b->rpos;
	if (len >= size || len > ibuf_left(b) || !ibuf_is_text(p, len)) {
		errno = EBADMSG;
		return (-1);
	}
	memcpy(dst, p, len);
	dst[len] = '\0';
	b->rpos += len;
	return (0);
}

size_t
ibuf_left(const struct ibuf *b)
{
	return (b->wpos - b->rpos);
}
