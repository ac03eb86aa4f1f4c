/* SPDX-License-Identifier: ISC */
/*
 * The questions are in a tree, by id.
 */

#include <stdlib.h>
#include <string.h>

#include "asked.h"

static int
ask_cmp(const struct ask *a, const struct ask *b)
{
	return (a->id < b->id ? -1 : a->id > b->id);
}

RB_GENERATE(asks, ask, entry, ask_cmp)

void
asked_init(struct asked *t)
{
	RB_INIT(&t->asks);
	t->last = 0;
}

struct ask *
asked_add(struct asked *t, enum ask_what what, const char *network)
{
	struct ask *a;

	if ((a = calloc(1, sizeof(*a))) == NULL)
		return (NULL);
	a->what = (uint8_t)what;
	strlcpy(a->network, network, sizeof(a->network));
	/* When ids begin anew, a question with this id may still be there. */
	do {
		if (++t->last == 0)
			t->last = 1;
		a->id = t->last;
	} while (RB_INSERT(asks, &t->asks, a) != NULL);
	return (a);
}

struct ask *
asked_take(struct asked *t, uint32_t id)
{
	struct ask key = { .id = id }, *a;

	if ((a = RB_FIND(asks, &t->asks, &key)) != NULL)
		RB_REMOVE(asks, &t->asks, a);
	return (a);
}

void
asked_clear(struct asked *t)
{
	struct ask *a;

	while ((a = RB_MIN(asks, &t->asks)) != NULL) {
		RB_REMOVE(asks, &t->asks, a);
		free(a);
	}
}
