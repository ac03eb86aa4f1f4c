/* SPDX-License-Identifier: ISC */
/*
 * UAPI answers: any bytes, whole and in portions, give the same result.
 */

#include <stdlib.h>
#include <string.h>

#include "wg_uapi_parse.h"

int	 LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static int
run(struct snapshot *s, const char *p, size_t n, size_t step, bool *done)
{
	struct uapi_parser	 u;
	size_t			 m;
	int			 r = 0;

	snapshot_reset(s);
	uapi_parser_init(&u, s);
	while (r == 0 && n > 0) {
		m = step < n ? step : n;
		r = uapi_parser_feed(&u, p, m);
		p += m;
		n -= m;
	}
	*done = u.done;
	uapi_parser_wipe(&u);
	return (r);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct snapshot	*a = snapshot_new(), *b = snapshot_new();
	bool		 da, db;
	int		 ra, rb;

	if (a == NULL || b == NULL)
		abort();
	ra = run(a, (const char *)data, size, SIZE_MAX, &da);
	rb = run(b, (const char *)data, size, 3, &db);
	if (ra != rb ||
	    (ra == 0 &&
		(da != db || a->npeers != b->npeers || a->naddrs != b->naddrs ||
		    a->port != b->port)))
		abort();
	snapshot_free(a);
	snapshot_free(b);
	return (0);
}
