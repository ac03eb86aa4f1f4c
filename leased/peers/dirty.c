/* SPDX-License-Identifier: ISC */
/*
 * The list of peers that are written lazily.
 */

#include <stdlib.h>

#include "dirty.h"

void
dirty_set(struct registry *r, struct peer *p)
{
	if (p->is_dirty)
		return;
	p->is_dirty = true;
	LIST_INSERT_HEAD(&r->dirty, p, dirty);
}

void
dirty_clear(struct peer *p)
{
	if (!p->is_dirty)
		return;
	p->is_dirty = false;
	LIST_REMOVE(p, dirty);
}

static int
by_id(const void *a, const void *b)
{
	const struct peer *const *x = a, *const *y = b;

	return ((*x)->id < (*y)->id ? -1 : (*x)->id > (*y)->id);
}

void
dirty_sort(struct registry *r)
{
	struct peer *p, **all;
	size_t n = 0, i = 0;

	LIST_FOREACH(p, &r->dirty, dirty)
		n++;
	if (n == 0 || (all = reallocarray(NULL, n, sizeof(*all))) == NULL)
		return;
	LIST_FOREACH(p, &r->dirty, dirty)
		all[i++] = p;
	qsort(all, n, sizeof(*all), by_id);
	LIST_INIT(&r->dirty);
	for (i = n; i > 0; i--)
		LIST_INSERT_HEAD(&r->dirty, all[i - 1], dirty);
	free(all);
}
