/* SPDX-License-Identifier: ISC */
/* A growing, bounded buffer for answers of unknown length. */

#ifndef OUTBUF_H
#define OUTBUF_H

#include <stdbool.h>
#include <stddef.h>

struct outbuf {
	char		*buf;		/* REPLY_FRONT bytes, then the content */
	size_t		 len;		/* of the content */
	size_t		 size;		/* of buf */
	size_t		 max;		/* of buf */
	bool		 broken;	/* out of memory, or too large */
};

void	 outbuf_init(struct outbuf *, size_t max);
void	 outbuf_clear(struct outbuf *);

/*
 * Get room for n more bytes, and for the bytes that reply_piece puts around the
 * content.  The caller writes there and adds to len.  NULL: the buffer is
 * broken.
 */
char	*outbuf_room(struct outbuf *, size_t n);
void	 outbuf_add(struct outbuf *, const char *text, size_t len);
/*
 * Take the memory, which reply_piece consumes; the buffer is empty afterwards.
 */
char	*outbuf_take(struct outbuf *, size_t *len);

#endif
