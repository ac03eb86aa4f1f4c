/* SPDX-License-Identifier: ISC */
/*
 * The tag by which a device says what it has applied of its meshes:
 * "1.EPOCH.M:G,M:G-T".  T is there if it was told more than it has applied, and
 * refuses that: then it waits for what comes after T, and acknowledges G alone.
 */

#ifndef CURSOR_H
#define CURSOR_H

#include <stddef.h>
#include <stdint.h>

#include "msg_mesh.h"

#define CURSOR_PAIR	62	/* three numbers of 20 digits, ':' and '-' */
#define CURSOR_SIZE	(24 + DEVICE_MESHES_MAX * (CURSOR_PAIR + 1))

struct cursor_pair {
	uint64_t	 member;
	uint64_t	 gen;		/* the one that it has applied */
	uint64_t	 told;		/* at least gen; more if it refuses */
};

struct cursor {
	uint64_t	 epoch;
	unsigned int	 n;
	struct cursor_pair pair[DEVICE_MESHES_MAX];	/* by member */
};

/*
 * Read a tag of len bytes with its quotes.  Returns 0, or -1 if it is none of
 * ours; then the cursor is empty.
 */
int	 cursor_parse(struct cursor *, const char *, size_t len);
/* The pair of a member, or NULL. */
const struct cursor_pair *cursor_find(const struct cursor *, uint64_t member);
/* Write the tag with its quotes, and return its length. */
size_t	 cursor_format(const struct cursor *, char dst[CURSOR_SIZE]);

#endif
