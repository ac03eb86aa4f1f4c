/* SPDX-License-Identifier: ISC */
/*
 * A bounded byte buffer with a write and a read position: what a message is
 * made in and read from.  The memory is the caller's; nothing here allocates.
 * Integers are big-endian and of fixed width.
 */

#ifndef IBUF_H
#define IBUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ibuf {
	uint8_t	*buf;
	size_t	 wpos;		/* bytes written */
	size_t	 rpos;		/* bytes read, never beyond wpos */
	size_t	 max;		/* size of buf */
};

/* Use the size bytes at p; the first used of them already hold data to read. */
void	 ibuf_init(struct ibuf *, void *p, size_t used, size_t size);

/*
 * Append.  Return 0, or -1 with errno ERANGE when there is no room; nothing is
 * written then.  ibuf_add_str writes a 16-bit length and the bytes without the
 * terminating NUL.
 */
int	 ibuf_add(struct ibuf *, const void *p, size_t len);
int	 ibuf_add_n8(struct ibuf *, uint8_t);
int	 ibuf_add_n16(struct ibuf *, uint16_t);
int	 ibuf_add_n32(struct ibuf *, uint32_t);
int	 ibuf_add_n64(struct ibuf *, uint64_t);
int	 ibuf_add_str(struct ibuf *, const char *);

/*
 * Read.  Return 0, or -1 with errno EBADMSG when the buffer is too short.
 * ibuf_get_str writes at most size bytes including the NUL it adds, and also
 * refuses a string that is too long, holds a NUL or is not UTF-8 (RFC 3629).
 */
int	 ibuf_get(struct ibuf *, void *p, size_t len);
int	 ibuf_get_n8(struct ibuf *, uint8_t *);
int	 ibuf_get_n16(struct ibuf *, uint16_t *);
int	 ibuf_get_n32(struct ibuf *, uint32_t *);
int	 ibuf_get_n64(struct ibuf *, uint64_t *);
int	 ibuf_get_str(struct ibuf *, char *dst, size_t size);
/* True if ibuf_get_str takes a text of these bytes: UTF-8 without a NUL. */
bool	 ibuf_is_text(const void *, size_t len);

/*
 * Length of the UTF-8 sequence at p, at most left bytes, or 0 if it is not
 * one (RFC 3629: no overlong form, no surrogate, nothing above U+10FFFF).
 */
size_t	 ibuf_utf8_len(const uint8_t *p, size_t left);

/* Bytes left to read. */
size_t	 ibuf_left(const struct ibuf *);

#endif
