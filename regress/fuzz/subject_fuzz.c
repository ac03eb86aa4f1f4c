/* SPDX-License-Identifier: ISC */
/*
 * The subject parser: what it takes is a name that fits, and writing that name
 * with every byte escaped gives the same name again.
 */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "subject.h"

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
	char again[IDENT_SIZE], cn[IDENT_SIZE], text[3 * IDENT_SIZE + 16];
	const char *why = NULL;
	size_t i, len, n;

	if (subject_cn((const char *)data, size, cn, &why) == -1) {
		require(why != NULL);
		return (0);
	}
	len = strlen(cn);
	require(len >= 1 && len < IDENT_SIZE);
	n = (size_t)snprintf(text, sizeof(text), "O=x,CN=");
	for (i = 0; i < len; i++) {
		require((unsigned char)cn[i] >= ' ' && cn[i] != 0x7f);
		n += (size_t)snprintf(text + n, sizeof(text) - n, "\\%02x",
		    (unsigned int)(unsigned char)cn[i]);
	}
	require(subject_cn(text, n, again, &why) == 0);
	require(strcmp(cn, again) == 0);
	/* A second CN is found wherever it is. */
	n += (size_t)snprintf(text + n, sizeof(text) - n, ",CN=");
	require(subject_cn(text, n, again, &why) == -1);
	return (0);
}
