/* SPDX-License-Identifier: ISC */
/*
 * Blocks of addresses: a prefix, or a range from a first to a last address.  A
 * pool is one.
 */

#ifndef BLOCK_H
#define BLOCK_H

#include <stdbool.h>
#include <stddef.h>

#include "addr.h"

#define BLOCK_TEXT	(2 * PREFIX_TEXT)	/* longest text, with NUL */

struct block {
	struct prefix	 first;		/* the prefix, or the first host */
	struct prefix	 last;		/* the last host; family 0: a prefix */
};

/*
 * Parse "ADDR", "ADDR/LEN" or "ADDR-ADDR".  Returns 0, or -1 with errno EINVAL,
 * EAFNOSUPPORT (a range over two families) or ERANGE (its end comes first).
 */
int	 block_parse(const char *, struct block *);
/* Format as "ADDR/LEN" or "ADDR-ADDR".  dst holds BLOCK_TEXT bytes. */
const char *block_format(const struct block *, char *dst);

struct block block_of(const struct prefix *);
bool	 block_is_range(const struct block *);
/*
 * True if a block is well made: a prefix of any length, or a range of hosts of
 * one family that does not end before it begins.
 */
bool	 block_valid(const struct block *);
/* The first and the last address as hosts, without host bits of a prefix. */
struct prefix block_first(const struct block *);
struct prefix block_last(const struct block *);
/* True if the prefix lies wholly in the block. */
bool	 block_contains(const struct block *, const struct prefix *);
/* True if one of the n blocks of set contains the prefix. */
bool	 block_among(const struct block *set, size_t n, const struct prefix *);
bool	 block_overlaps(const struct block *, const struct block *);
/* True if one of the n blocks has addresses of the family. */
bool	 block_has_family(const struct block *set, size_t n, uint8_t family);

/*
 * The fewest prefixes that together are the n blocks of set, in their order.
 * Writes at most max of them, and returns how many there are.
 */
size_t
blocks_split(const struct block *set, size_t n, struct prefix *, size_t max);

#endif
