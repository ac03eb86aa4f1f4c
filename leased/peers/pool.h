/* SPDX-License-Identifier: ISC */
/*
 * The addresses of one prefix: which are free, which are held by a live lease
 * and which rest, still held by an ended one.  Free addresses are ranges, so
 * nothing is scanned and a /64 costs what a /30 costs.
 */

#ifndef POOL_H
#define POOL_H

#include <stdbool.h>
#include <stdint.h>

#include "addr.h"
#include "clock.h"

struct pool;

/*
 * All addresses of the prefix are free, but for IPv4's network and broadcast
 * address (up to /30) and IPv6's subnet-router anycast address (up to /126).
 */
struct pool *pool_new(const struct prefix *);
void	 pool_destroy(struct pool *);
const struct prefix *pool_prefix(const struct pool *);

/* Never give the addresses of this prefix; before any of them was taken. */
void	 pool_skip(struct pool *, const struct prefix *);
bool	 pool_contains(const struct pool *, const uint8_t addr[16]);

/*
 * Which address would be given next: the lowest free one, else the one that
 * rests longest, if its time has come.  Returns 0 (free), 1 (resting; *ready is
 * its time) or -1: no room.
 */
int	 pool_peek(const struct pool *, struct mono now, uint8_t addr[16],
	    struct mono *ready);

/*
 * The steps of an address: free -> held -> resting -> held, held -> free.
 * pool_take returns -1 if the address is not free or not ours to give.  ready
 * is when a resting address may go to another lease; pool_unrest must be told
 * the same and returns -1 if there is no such rest.
 */
int	 pool_take(struct pool *, const uint8_t addr[16]);
void	 pool_give(struct pool *, const uint8_t addr[16]);
void	 pool_rest(struct pool *, const uint8_t addr[16], struct mono ready);
int	 pool_unrest(struct pool *, const uint8_t addr[16], struct mono ready);

/* Addresses that can be leased in all (UINT64_MAX: that or more), and those
 * held or resting. */
uint64_t pool_size(const struct pool *);
uint64_t pool_used(const struct pool *);
uint64_t pool_resting(const struct pool *);
/* How many ranges the free addresses are in: the memory it costs. */
uint64_t pool_ranges(const struct pool *);

#endif
