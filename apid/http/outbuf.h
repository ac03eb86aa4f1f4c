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
 * Room for n bytes more, and for what reply_piece puts around the whole.  The
 * caller writes there and adds to len.  NULL: it is broken.
 */
char	*outbuf_room(struct outbuf *, size_t n);
void	 outbuf_add(struct outbuf *, const char *text, size_t len);
/* Take the memory out (reply_piece consumes it); the buffer is empty then. */
char	*outbuf_take(struct outbuf *, size_t *len);

#endif
