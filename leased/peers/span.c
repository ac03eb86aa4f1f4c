/* SPDX-License-Identifier: ISC */
/*
 * A tree of prefixes in order.  As none overlaps another, the one that contains
 * a prefix can only be right before it.
 */

#include <stdlib.h>

#include "log.h"
#include "span.h"

/* tree.h defines more functions than one tree needs. */
#define UNUSED_OK	__attribute__((__unused__))

static int
span_cmp(const struct span *a, const struct span *b)
{
	return (prefix_cmp(&a->p, &b->p));
}

RB_GENERATE_INTERNAL(spans, span, entry, span_cmp, UNUSED_OK static)

void
spans_init(struct spans *t)
{
	RB_INIT(t);
}

void
spans_clear(struct spans *t)
{
	struct span *s;

	while ((s = RB_ROOT(t)) != NULL) {
		RB_REMOVE(spans, t, s);
		free(s);
	}
}

bool
span_add(struct spans *t, const struct prefix *p, void *arg)
{
	struct span *s;

	if (span_first(t, p) != NULL)
		return (false);
	if ((s = calloc(1, sizeof(*s))) == NULL)
		fatal("prefix of a peer");
	s->p = *p;
	s->arg = arg;
	RB_INSERT(spans, t, s);
	return (true);
}

void
span_remove(struct spans *t, const struct prefix *p)
{
	struct span x = { .p = *p }, *s;

	if ((s = RB_FIND(spans, t, &x)) == NULL)
		return;
	RB_REMOVE(spans, t, s);
	free(s);
}

struct span *
span_first(struct spans *t, const struct prefix *p)
{
	struct span x = { .p = *p }, *s, *before;

	s = RB_NFIND(spans, t, &x);
	if (s != NULL && prefix_contains(p, &s->p))
		return (s);
	before = s != NULL ? RB_PREV(spans, t, s) : RB_MAX(spans, t);
	return (
	    before != NULL && prefix_contains(&before->p, p) ? before : NULL);
}

struct span *
span_next(struct span *s, const struct prefix *p)
{
	s = RB_NEXT(spans, NULL, s);
	return (s != NULL && prefix_contains(p, &s->p) ? s : NULL);
}
