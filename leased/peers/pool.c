/* SPDX-License-Identifier: ISC */
/*
 * Free addresses and those of others as trees of ranges, resting ones as a tree
 * by time.
 */

#include <sys/socket.h>
#include <sys/tree.h>

#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "pool.h"

/* tree.h defines more functions than one tree needs. */
#define UNUSED_OK	__attribute__((__unused__))

__extension__ typedef unsigned __int128 u128;

struct range {
	RB_ENTRY(range)	 entry;
	u128		 first;
	u128		 last;		/* inclusive */
};

struct rest {
	RB_ENTRY(rest)	 entry;
	u128		 addr;
	struct mono	 ready;
};

RB_HEAD(ranges, range);
RB_HEAD(rests, rest);

struct pool {
	struct block	 block;
	struct ranges	 free;
	struct ranges	 others;	/* addresses that others have */
	struct rests	 rests;
	uint64_t	 nranges;
	uint64_t	 held;
	uint64_t	 nrests;
	u128		 size;		/* at most UINT128_MAX, for ::/0 */
};

static int
range_cmp(const struct range *a, const struct range *b)
{
	return (a->first < b->first ? -1 : a->first > b->first);
}

static int
rest_cmp(const struct rest *a, const struct rest *b)
{
	int c;

	if ((c = mono_cmp(a->ready, b->ready)) != 0)
		return (c);
	return (a->addr < b->addr ? -1 : a->addr > b->addr);
}

RB_GENERATE_INTERNAL(ranges, range, entry, range_cmp, UNUSED_OK static)
RB_GENERATE_INTERNAL(rests, rest, entry, rest_cmp, UNUSED_OK static)

static u128
addr_number(const struct pool *p, const uint8_t *addr)
{
	u128 n = 0;
	unsigned int i, len = p->block.first.family == AF_INET ? 4 : 16;

	for (i = 0; i < len; i++)
		n = n << 8 | addr[i];
	return (n);
}

static void
addr_bytes(const struct pool *p, u128 n, uint8_t addr[16])
{
	unsigned int i, len = p->block.first.family == AF_INET ? 4 : 16;

	memset(addr, 0, 16);
	for (i = len; i > 0; i--, n >>= 8)
		addr[i - 1] = n & 0xff;
}

/* The first and the last address of a block. */
static void
bounds(const struct pool *p, const struct block *b, u128 *first, u128 *last)
{
	struct prefix x;

	x = block_first(b);
	*first = addr_number(p, x.addr);
	x = block_last(b);
	*last = addr_number(p, x.addr);
}

static void
range_put(struct ranges *t, u128 first, u128 last)
{
	struct range *r;

	if ((r = malloc(sizeof(*r))) == NULL)
		fatal("range of addresses");
	r->first = first;
	r->last = last;
	RB_INSERT(ranges, t, r);
}

static void
range_add(struct pool *p, u128 first, u128 last)
{
	range_put(&p->free, first, last);
	p->nranges++;
}

static void
range_drop(struct pool *p, struct range *r)
{
	RB_REMOVE(ranges, &p->free, r);
	p->nranges--;
	free(r);
}

/* The range with the greatest start that is not above n. */
static struct range *
range_below(const struct ranges *t, u128 n)
{
	struct range *r = RB_ROOT(t), *best = NULL;

	while (r != NULL)
		if (r->first <= n) {
			best = r;
			r = RB_RIGHT(r, entry);
		} else
			r = RB_LEFT(r, entry);
	return (best);
}

struct pool *
pool_new(const struct block *block, bool whole)
{
	struct prefix edge;
	struct pool *p;
	u128 first, last;

	if ((p = calloc(1, sizeof(*p))) == NULL)
		fatal("pool");
	p->block = *block;
	RB_INIT(&p->free);
	RB_INIT(&p->others);
	RB_INIT(&p->rests);
	bounds(p, block, &first, &last);
	p->size = last - first;
	if (p->size != ~(u128)0)
		p->size++;
	range_add(p, first, last);

	if (!whole && prefix_bits(&block->first) - block->first.len >= 2) {
		edge = block_first(block);
		pool_skip(p, &edge);
		edge = block_last(block);
		if (edge.family == AF_INET)
			pool_skip(p, &edge);
	}
	return (p);
}

void
pool_destroy(struct pool *p)
{
	struct range *r;
	struct rest *q;

	if (p == NULL)
		return;
	while ((r = RB_ROOT(&p->free)) != NULL)
		range_drop(p, r);
	while ((r = RB_ROOT(&p->others)) != NULL) {
		RB_REMOVE(ranges, &p->others, r);
		free(r);
	}
	while ((q = RB_ROOT(&p->rests)) != NULL) {
		RB_REMOVE(rests, &p->rests, q);
		free(q);
	}
	free(p);
}

const struct block *
pool_block(const struct pool *p)
{
	return (&p->block);
}

bool
pool_contains(const struct pool *p, const uint8_t addr[16])
{
	struct prefix host;

	host = block_first(&p->block);
	memcpy(host.addr, addr, sizeof(host.addr));
	return (block_contains(&p->block, &host));
}

/*
 * Take a prefix out of the free addresses.  Its parts that were free go to the
 * tree, if there is one.
 */
static void
cut_out(struct pool *p, const struct prefix *skip, struct ranges *to)
{
	struct block b;
	struct range *r;
	u128 first, last, rfirst, rlast, from, until, cut;

	b = block_of(skip);
	if (!block_overlaps(&p->block, &b))
		return;
	bounds(p, &b, &first, &last);
	/* Remove or cut the ranges that begin inside, then the one around. */
	while ((r = range_below(&p->free, last)) != NULL && r->last >= first) {
		rfirst = r->first;
		rlast = r->last;
		range_drop(p, r);
		from = rfirst > first ? rfirst : first;
		until = rlast < last ? rlast : last;
		if (to != NULL)
			range_put(to, from, until);
		cut = until - from + 1;
		p->size = cut == 0 || cut > p->size ? 0 : p->size - cut;
		if (rfirst < first)
			range_add(p, rfirst, first - 1);
		if (rlast > last)
			range_add(p, last + 1, rlast);
		if (rfirst <= first)
			break;
	}
}

void
pool_skip(struct pool *p, const struct prefix *skip)
{
	cut_out(p, skip, NULL);
}

void
pool_reserve(struct pool *p, const struct prefix *skip)
{
	cut_out(p, skip, &p->others);
}

static bool
is_others(const struct pool *p, u128 n)
{
	const struct range *r;

	return ((r = range_below(&p->others, n)) != NULL && r->last >= n);
}

int
pool_claim(struct pool *p, const uint8_t addr[16])
{
	if (!is_others(p, addr_number(p, addr)))
		return (-1);
	p->held++;
	return (0);
}

int
pool_peek(const struct pool *p, struct mono now, uint8_t addr[16],
    struct mono *ready)
{
	struct range *r;
	struct rest *q;

	if ((r = RB_ROOT(&p->free)) != NULL) {
		while (RB_LEFT(r, entry) != NULL)
			r = RB_LEFT(r, entry);
		addr_bytes(p, r->first, addr);
		return (0);
	}
	if ((q = RB_ROOT(&p->rests)) == NULL)
		return (-1);
	while (RB_LEFT(q, entry) != NULL)
		q = RB_LEFT(q, entry);
	if (mono_cmp(q->ready, now) > 0)
		return (-1);
	addr_bytes(p, q->addr, addr);
	*ready = q->ready;
	return (1);
}

int
pool_take(struct pool *p, const uint8_t addr[16])
{
	struct range *r;
	u128 n, last;

	n = addr_number(p, addr);
	if ((r = range_below(&p->free, n)) == NULL || r->last < n)
		return (-1);
	p->held++;
	last = r->last;
	if (r->first == n && last == n)
		range_drop(p, r);
	else if (r->first == n)
		/*
		 * The order in the tree stays, because ranges do not overlap.
		 */
		r->first = n + 1;
	else {
		r->last = n - 1;
		if (last > n)
			range_add(p, n + 1, last);
	}
	return (0);
}

void
pool_give(struct pool *p, const uint8_t addr[16])
{
	struct range *below, *above;
	u128 n;

	n = addr_number(p, addr);
	p->held--;
	if (is_others(p, n))
		return;
	below = range_below(&p->free, n);
	above = below == NULL ? RB_MIN(ranges, &p->free) :
	    RB_NEXT(ranges, &p->free, below);
	if (below != NULL && (n == 0 || below->last != n - 1))
		below = NULL;
	if (above != NULL && above->first - 1 != n)
		above = NULL;
	if (below != NULL && above != NULL) {
		below->last = above->last;
		range_drop(p, above);
	} else if (below != NULL)
		below->last = n;
	else if (above != NULL)
		above->first = n;
	else
		range_add(p, n, n);
}

void
pool_rest(struct pool *p, const uint8_t addr[16], struct mono ready)
{
	struct rest *q;

	if ((q = malloc(sizeof(*q))) == NULL)
		fatal("resting address");
	q->addr = addr_number(p, addr);
	q->ready = ready;
	RB_INSERT(rests, &p->rests, q);
	p->held--;
	p->nrests++;
}

int
pool_unrest(struct pool *p, const uint8_t addr[16], struct mono ready)
{
	struct rest *q, key;

	key.addr = addr_number(p, addr);
	key.ready = ready;
	if ((q = RB_FIND(rests, &p->rests, &key)) == NULL)
		return (-1);
	RB_REMOVE(rests, &p->rests, q);
	free(q);
	p->nrests--;
	p->held++;
	return (0);
}

uint64_t
pool_size(const struct pool *p)
{
	return (p->size > UINT64_MAX ? UINT64_MAX : (uint64_t)p->size);
}

uint64_t
pool_used(const struct pool *p)
{
	return (p->held + p->nrests);
}

uint64_t
pool_resting(const struct pool *p)
{
	return (p->nrests);
}

uint64_t
pool_ranges(const struct pool *p)
{
	return (p->nranges);
}
