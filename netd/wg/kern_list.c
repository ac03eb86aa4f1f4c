/* SPDX-License-Identifier: ISC */
/*
 * Lists of routes, rules and elements that grow as they are read.
 */

#include <stdlib.h>
#include <string.h>

#include "kern_list.h"

#define FIRST_ROOM	64

/* Make room for one more of size bytes.  Returns the list, or NULL. */
static void *
grow(void *list, size_t n, size_t *room, size_t size)
{
	size_t more = *room == 0 ? FIRST_ROOM : 2 * *room;
	void *p;

	if (n < *room)
		return (list);
	p = reallocarray(list, more, size);
	if (p != NULL)
		*room = more;
	return (p);
}

int
kern_routes_add(struct kern_routes *l, const struct kern_route *r)
{
	struct kern_route *p;

	p = grow(l->list, l->n, &l->room, sizeof(*p));
	if (p == NULL)
		return (-1);
	l->list = p;
	l->list[l->n++] = *r;
	return (0);
}

int
kern_rules_add(struct kern_rules *l, const struct kern_rule *r)
{
	struct kern_rule *p;

	p = grow(l->list, l->n, &l->room, sizeof(*p));
	if (p == NULL)
		return (-1);
	l->list = p;
	l->list[l->n++] = *r;
	return (0);
}

int
kern_fw_elems_add(struct kern_fw_elems *l, const struct kern_fw_elem *e)
{
	struct kern_fw_elem *p;

	p = grow(l->list, l->n, &l->room, sizeof(*p));
	if (p == NULL)
		return (-1);
	l->list = p;
	l->list[l->n++] = *e;
	return (0);
}

void
kern_routes_clear(struct kern_routes *l)
{
	free(l->list);
	memset(l, 0, sizeof(*l));
}

void
kern_rules_clear(struct kern_rules *l)
{
	free(l->list);
	memset(l, 0, sizeof(*l));
}

void
kern_fw_elems_clear(struct kern_fw_elems *l)
{
	free(l->list);
	memset(l, 0, sizeof(*l));
}
