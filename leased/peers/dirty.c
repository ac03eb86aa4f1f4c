/* SPDX-License-Identifier: ISC */
/*
 * What is to be written lazily: counters and times of leases and of peers with
 * an owner.
 */

#include <stdlib.h>

#include "lease.h"

void
lease_set_dirty(struct broker *b, struct lease *l)
{
	if (l->is_dirty)
		return;
	l->is_dirty = true;
	LIST_INSERT_HEAD(&b->dirty, l, dirty);
}

void
lease_clear_dirty(struct lease *l)
{
	if (!l->is_dirty)
		return;
	l->is_dirty = false;
	LIST_REMOVE(l, dirty);
}

void
owned_set_dirty(struct broker *b, struct owned *p)
{
	if (p->is_dirty)
		return;
	p->is_dirty = true;
	LIST_INSERT_HEAD(&b->owned_dirty, p, dirty);
}

void
owned_clear_dirty(struct owned *p)
{
	if (!p->is_dirty)
		return;
	p->is_dirty = false;
	LIST_REMOVE(p, dirty);
}

static int
lease_by_id(const void *a, const void *b)
{
	const struct lease *const *x = a, *const *y = b;

	return ((*x)->id < (*y)->id ? -1 : (*x)->id > (*y)->id);
}

static int
owned_by_id(const void *a, const void *b)
{
	const struct owned *const *x = a, *const *y = b;

	return ((*x)->id < (*y)->id ? -1 : (*x)->id > (*y)->id);
}

static void
sort_leases(struct lease_list *list)
{
	struct lease *l, **all;
	size_t n = 0, i = 0;

	LIST_FOREACH(l, list, dirty)
		n++;
	if (n == 0 || (all = reallocarray(NULL, n, sizeof(*all))) == NULL)
		return;
	LIST_FOREACH(l, list, dirty)
		all[i++] = l;
	qsort(all, n, sizeof(*all), lease_by_id);
	LIST_INIT(list);
	for (i = n; i > 0; i--)
		LIST_INSERT_HEAD(list, all[i - 1], dirty);
	free(all);
}

static void
sort_owned(struct owned_list *list)
{
	struct owned *p, **all;
	size_t n = 0, i = 0;

	LIST_FOREACH(p, list, dirty)
		n++;
	if (n == 0 || (all = reallocarray(NULL, n, sizeof(*all))) == NULL)
		return;
	LIST_FOREACH(p, list, dirty)
		all[i++] = p;
	qsort(all, n, sizeof(*all), owned_by_id);
	LIST_INIT(list);
	for (i = n; i > 0; i--)
		LIST_INSERT_HEAD(list, all[i - 1], dirty);
	free(all);
}

void
dirty_sort(struct broker *b)
{
	sort_leases(&b->dirty);
	sort_owned(&b->owned_dirty);
}
