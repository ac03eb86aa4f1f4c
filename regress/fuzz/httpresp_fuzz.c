/* SPDX-License-Identifier: ISC */
/*
 * Heads of responses: what is taken has one length, and more bytes behind it
 * change nothing.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "httpresp.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct httpresp r, r2;
	const char *why;
	int n;

	n = httpresp_parse((const char *)data, size, &r, &why);
	if (n == -1 && why == NULL)
		abort();
	if (n <= 0)
		return (0);
	if ((size_t)n > size || (r.chunked && r.has_length) || r.status < 100 ||
	    r.status > 599)
		abort();
	if (httpresp_parse((const char *)data, (size_t)n, &r2, &why) != n ||
	    r.status != r2.status || r.length != r2.length)
		abort();
	return (0);
}
