/* SPDX-License-Identifier: ISC */
/*
 * Deadlines of leases: a binary heap, the earliest on top.
 */

#include <stdlib.h>

#include "lease.h"
#include "log.h"

#define HEAP_FIRST	64

static void
heap_put(struct broker *b, uint32_t i, struct lease *l)
{
	b->heap[i] = l;
	l->heap = i;
}

static void
heap_up(struct broker *b, uint32_t i, struct lease *l)
{
	while (i > 1 && mono_cmp(l->deadline, b->heap[i / 2]->deadline) < 0) {
		heap_put(b, i, b->heap[i / 2]);
		i /= 2;
	}
	heap_put(b, i, l);
}

static void
heap_down(struct broker *b, uint32_t i, struct lease *l)
{
	uint32_t child;

	while ((child = i * 2) <= b->heap_n) {
		if (child < b->heap_n &&
		    mono_cmp(b->heap[child + 1]->deadline,
		    b->heap[child]->deadline) < 0)
			child++;
		if (mono_cmp(l->deadline, b->heap[child]->deadline) <= 0)
			break;
		heap_put(b, i, b->heap[child]);
		i = child;
	}
	heap_put(b, i, l);
}

void
deadline_clear(struct broker *b, struct lease *l)
{
	struct lease *last;
	uint32_t i = l->heap;

	if (i == 0)
		return;
	l->heap = 0;
	last = b->heap[b->heap_n--];
	if (last == l)
		return;
	if (i > 1 && mono_cmp(last->deadline, b->heap[i / 2]->deadline) < 0)
		heap_up(b, i, last);
	else
		heap_down(b, i, last);
}

void
deadline_set(struct broker *b, struct lease *l, struct mono when)
{
	deadline_clear(b, l);
	if (b->heap_n + 1 >= b->heap_max) {
		b->heap_max = b->heap_max == 0 ? HEAP_FIRST : b->heap_max * 2;
		b->heap = reallocarray(b->heap, b->heap_max, sizeof(*b->heap));
		if (b->heap == NULL)
			fatal("heap of deadlines");
	}
	l->deadline = when;
	b->heap_n++;
	heap_up(b, b->heap_n, l);
}

struct lease *
deadline_first(const struct broker *b)
{
	return (b->heap_n == 0 ? NULL : b->heap[1]);
}

/* What is left of s seconds that ran until the wall time end; never more than
 * s, should the clock have been set back. */
static struct mono
what_is_left(int64_t end, int64_t s, struct mono now, struct wall wall)
{
	int64_t left = end - wall.s;

	if (left > s)
		left = s;
	if (left < 0)
		left = 0;
	return (mono_add_ms(now, left * 1000));
}

void
lease_load_deadline(struct broker *b, struct lease *l, struct mono now,
    struct wall wall)
{
	const struct msg_conf_network *c = &l->net->conf;

	if (l->state == LEASE_EXPIRED) {
		l->ready = what_is_left(l->expires + c->quarantine,
		    c->quarantine, now, wall);
		deadline_set(b, l,
		    what_is_left(l->expires + FORGET_S, FORGET_S, now, wall));
	} else if (l->expires != 0)
		deadline_set(b, l,
		    what_is_left(l->expires,
			c->lease == LEASE_NEVER || c->lease == 0 ?
			    DURATION_MAX :
			    c->lease,
			now, wall));
}
