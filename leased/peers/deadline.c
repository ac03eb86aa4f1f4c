/* SPDX-License-Identifier: ISC */
/*
 * Deadlines of leases: a binary heap with the earliest on top.
 */

#include <stdlib.h>

#include "deadline.h"
#include "log.h"

#define HEAP_FIRST	64

static void
heap_put(struct registry *r, uint32_t i, struct peer *p)
{
	r->heap[i] = p;
	p->heap = i;
}

static void
heap_up(struct registry *r, uint32_t i, struct peer *p)
{
	while (i > 1 && mono_cmp(p->deadline, r->heap[i / 2]->deadline) < 0) {
		heap_put(r, i, r->heap[i / 2]);
		i /= 2;
	}
	heap_put(r, i, p);
}

static void
heap_down(struct registry *r, uint32_t i, struct peer *p)
{
	uint32_t child;

	while ((child = i * 2) <= r->heap_n) {
		if (child < r->heap_n &&
		    mono_cmp(r->heap[child + 1]->deadline,
		    r->heap[child]->deadline) < 0)
			child++;
		if (mono_cmp(p->deadline, r->heap[child]->deadline) <= 0)
			break;
		heap_put(r, i, r->heap[child]);
		i = child;
	}
	heap_put(r, i, p);
}

void
deadline_clear(struct registry *r, struct peer *p)
{
	struct peer *last;
	uint32_t i = p->heap;

	if (i == 0)
		return;
	p->heap = 0;
	last = r->heap[r->heap_n--];
	if (last == p)
		return;
	if (i > 1 && mono_cmp(last->deadline, r->heap[i / 2]->deadline) < 0)
		heap_up(r, i, last);
	else
		heap_down(r, i, last);
}

void
deadline_set(struct registry *r, struct peer *p, struct mono when)
{
	deadline_clear(r, p);
	if (r->heap_n + 1 >= r->heap_max) {
		r->heap_max = r->heap_max == 0 ? HEAP_FIRST : r->heap_max * 2;
		r->heap = reallocarray(r->heap, r->heap_max, sizeof(*r->heap));
		if (r->heap == NULL)
			fatal("heap of deadlines");
	}
	p->deadline = when;
	r->heap_n++;
	heap_up(r, r->heap_n, p);
}

struct peer *
deadline_first(const struct registry *r)
{
	return (r->heap_n == 0 ? NULL : r->heap[1]);
}

/*
 * The rest of s seconds that run until the wall time end, but never more than
 * s, in case the clock was set back.
 */
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
deadline_load(struct registry *r, struct peer *p, struct mono now,
    struct wall wall)
{
	const struct msg_conf_network *c = &p->net->conf;

	if (p->state == LEASE_EXPIRED) {
		p->ready = what_is_left(p->expires + c->quarantine,
		    c->quarantine, now, wall);
		deadline_set(r, p,
		    what_is_left(p->expires + FORGET_S, FORGET_S, now, wall));
	} else if (p->expires != 0)
		deadline_set(r, p,
		    what_is_left(p->expires,
			c->lease == LEASE_NEVER || c->lease == 0 ?
			    DURATION_MAX :
			    c->lease,
			now, wall));
}
