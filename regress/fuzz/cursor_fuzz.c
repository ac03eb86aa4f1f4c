/* SPDX-License-Identifier: ISC */
/*
 * Tags of members of meshes: what is read as a tag is written as the same bytes,
 * and its pairs are in order.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cursor.h"

int	 LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
require(int yes)
{
	if (!yes)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[CURSOR_SIZE];
	struct cursor c;
	unsigned int i;

	if (cursor_parse(&c, (const char *)data, size) == -1) {
		require(c.n == 0);
		return (0);
	}
	require(c.n <= DEVICE_MESHES_MAX);
	require(cursor_format(&c, text) == size);
	require(memcmp(text, data, size) == 0);
	for (i = 0; i < c.n; i++) {
		require(i == 0 || c.pair[i].member > c.pair[i - 1].member);
		require(cursor_find(&c, c.pair[i].member) == &c.pair[i]);
	}
	return (0);
}
