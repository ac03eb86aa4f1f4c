/* SPDX-License-Identifier: ISC */
/*
 * Deadlines of installed peers: a binary heap that knows the position of each
 * item, so that a renewal moves one item.  Nothing here uses netlink.
 */

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "expiry.h"

void
expiry_init(struct expiry *e)
{
	memset(e, 0, sizeof(*e));
}

void
expiry_clear(struct expiry *e)
{
	size_t i;

	for (i = 1; i <= e->n; i++)
		e->heap[i]->pos = 0;
	free(e->heap);
	memset(e, 0, sizeof(*e));
}

void
expiry_item_init(struct expiry_item *x)
{
	memset(x, 0, sizeof(*x));
}

static void
place(struct expiry *e, size_t pos, struct expiry_item *x)
{
	e->heap[pos] = x;
	x->pos = pos;
}

static void
sift_up(struct expiry *e, struct expiry_item *x, size_t pos)
{
	size_t up;

	while (pos > 1) {
		up = pos / 2;
		if (mono_cmp(e->heap[up]->at, x->at) <= 0)
			break;
		place(e, pos, e->heap[up]);
		pos = up;
	}
	place(e, pos, x);
}

static void
sift_down(struct expiry *e, struct expiry_item *x, size_t pos)
{
	size_t down;

	while ((down = pos * 2) <= e->n) {
		if (down < e->n &&
		    mono_cmp(e->heap[down + 1]->at, e->heap[down]->at) < 0)
			down++;
		if (mono_cmp(x->at, e->heap[down]->at) <= 0)
			break;
		place(e, pos, e->heap[down]);
		pos = down;
	}
	place(e, pos, x);
}

int
expiry_set(struct expiry *e, struct expiry_item *x, struct mono at)
{
	void *p;
	size_t want;

	if (x->pos != 0) {
		expiry_unset(e, x);
	} else if (e->n + 1 >= e->max) {
		want = e->max == 0 ? 64 : e->max * 2;
		p = reallocarray(e->heap, want, sizeof(*e->heap));
		if (p == NULL)
			return (-1);
		e->heap = p;
		e->max = want;
	}
	x->at = at;
	e->n++;
	sift_up(e, x, e->n);
	return (0);
}

void
expiry_unset(struct expiry *e, struct expiry_item *x)
{
	struct expiry_item *last;
	size_t pos = x->pos;

	if (pos == 0)
		return;
	x->pos = 0;
	last = e->heap[e->n--];
	if (last == x)
		return;
	if (pos > 1 && mono_cmp(last->at, e->heap[pos / 2]->at) < 0)
		sift_up(e, last, pos);
	else
		sift_down(e, last, pos);
}

struct expiry_item *
expiry_first(const struct expiry *e)
{
	return (e->n == 0 ? NULL : e->heap[1]);
}

int64_t
expiry_wait_ms(const struct expiry *e, struct mono now)
{
	int64_t ms;

	if (e->n == 0)
		return (-1);
	if (mono_cmp(e->heap[1]->at, now) <= 0)
		return (0);
	ms = mono_diff_ms(e->heap[1]->at, now);
	/* Round up: after waking too early there would be nothing to do. */
	return (ms + 1);
}
