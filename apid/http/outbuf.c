/* SPDX-License-Identifier: ISC */
/*
 * The buffer doubles its size.  After an error it stays broken until it is
 * cleared.
 */

#include <stdlib.h>
#include <string.h>

#include "outbuf.h"
#include "reply.h"

#define OUTBUF_FIRST	4096

void
outbuf_init(struct outbuf *b, size_t max)
{
	memset(b, 0, sizeof(*b));
	b->max = max;
}

void
outbuf_clear(struct outbuf *b)
{
	free(b->buf);
	outbuf_init(b, b->max);
}

char *
outbuf_room(struct outbuf *b, size_t n)
{
	size_t need, size;
	char *buf;

	if (b->broken)
		return (NULL);
	need = REPLY_FRONT + b->len + n + REPLY_BACK;
	if (need > b->size) {
		size = b->size == 0 ? OUTBUF_FIRST : b->size;
		while (size < need)
			size *= 2;
		if (size > b->max || (buf = realloc(b->buf, size)) == NULL) {
			b->broken = true;
			return (NULL);
		}
		b->buf = buf;
		b->size = size;
	}
	return (b->buf + REPLY_FRONT + b->len);
}

void
outbuf_add(struct outbuf *b, const char *text, size_t len)
{
	char *dst;

	if ((dst = outbuf_room(b, len)) == NULL)
		return;
	memcpy(dst, text, len);
	b->len += len;
}

char *
outbuf_take(struct outbuf *b, size_t *len)
{
	char *buf = b->buf;

	*len = b->len;
	b->buf = NULL;
	b->len = b->size = 0;
	return (buf);
}
