/* SPDX-License-Identifier: ISC */
/*
 * The list of peers that are written lazily.
 */

#include <stdlib.h>

#include "dirty.h"
#include "log.h"

#define DIRTY_FIRST	64

void
dirty_set(struct peer *p)
{
	struct registry *r = p->net->registry;

	if (p->dirty != 0)
		return;
	if (r->dirty_n == r->dirty_max) {
		r->dirty_max = r->dirty_max == 0 ? DIRTY_FIRST :
						   r->dirty_max * 2;
		r->dirty = reallocarray(r->dirty, r->dirty_max,
		    sizeof(*r->dirty));
		if (r->dirty == NULL)
			fatal("list of peers to write");
	}
	r->dirty[r->dirty_n++] = p;
	p->dirty = r->dirty_n;
}

void
dirty_clear(struct peer *p)
{
	struct registry *r = p->net->registry;
	struct peer *last;

	if (p->dirty == 0)
		return;
	last = r->dirty[--r->dirty_n];
	r->dirty[p->dirty - 1] = last;
	last->dirty = p->dirty;
	p->dirty = 0;
}

/* The lowest id is the last: those at the end are written first. */
static int
by_id(const void *a, const void *b)
{
	const struct peer *const *x = a, *const *y = b;

	return ((*x)->id > (*y)->id ? -1 : (*x)->id < (*y)->id);
}

void
dirty_sort(struct registry *r)
{
	uint32_t i;

	if (r->dirty_n == 0)
		return;
	qsort(r->dirty, r->dirty_n, sizeof(*r->dirty), by_id);
	for (i = 0; i < r->dirty_n; i++)
		r->dirty[i]->dirty = i + 1;
}
