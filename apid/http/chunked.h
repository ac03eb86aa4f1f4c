/* SPDX-License-Identifier: ISC */
/*
 * The chunked coding of a request's body (RFC 9112, 7.1), decoded strictly and
 * in place.  Extensions and trailer fields must be well-formed; they are dropped
 * and bounded.  There is no allocation, and no byte beyond the body is touched.
 */

#ifndef CHUNKED_H
#define CHUNKED_H

#include <stddef.h>
#include <stdint.h>

#define CHUNKED_DIGITS	16	/* digits of a size, leading zeros included */
#define CHUNKED_DROP	4096	/* bytes of extensions and trailer fields */
#define CHUNKED_TAIL	16	/* more than the bytes around a chunk's data */

struct chunked {
	uint8_t		 state;
	uint8_t		 digits;	/* read so far of this size */
	uint16_t	 dropped;
	uint64_t	 left;		/* bytes to come of this chunk */
	uint64_t	 total;		/* bytes of content so far */
	uint64_t	 max;		/* bytes that the body may have */
};

void	 chunked_init(struct chunked *, uint64_t max);

/*
 * The body may have only max bytes, fewer than before.  Returns 0, or -413 if
 * it has announced more already.
 */
int	 chunked_limit(struct chunked *, uint64_t max);

/*
 * Decode len bytes.  Content is moved to the front of buf, and *out is its
 * length; *used is the number of bytes that belong to the body.  Returns 0 if
 * more bytes are needed, 1 at the end of the body, or -N with the status N to
 * answer before closing.
 */
int	 chunked_decode(struct chunked *, char *buf, size_t len, size_t *used,
	    size_t *out);

/*
 * The number of bytes that the body still has at least: so many can be read
 * without taking bytes of the next request.
 */
size_t	 chunked_least(const struct chunked *);

#endif
