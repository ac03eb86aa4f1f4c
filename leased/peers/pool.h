/* SPDX-License-Identifier: ISC */
/*
 * The addresses of one block: free, held by a live lease, or resting, which
 * means still held by an ended one.  Free addresses are kept as ranges, so that
 * nothing is scanned and a /64 costs as much as a /30.
 */

#ifndef POOL_H
#define POOL_H

#include <stdbool.h>
#include <stdint.h>

#include "block.h"
#include "clock.h"

struct pool;

/*
 * All addresses of the block are free, unless whole is true except IPv4's
 * network and broadcast address (up to /30) and IPv6's subnet-router anycast
 * address (up to /126).
 */
struct pool *pool_new(const struct block *, bool whole);
void	 pool_destroy(struct pool *);
const struct block *pool_block(const struct pool *);

/* Never give the addresses of this prefix.  Call this before any is taken. */
void	 pool_skip(struct pool *, const struct prefix *);
/*
 * Give the addresses of this prefix to nobody who asks for any: others have
 * them.  Call this before any is taken.  pool_claim takes such an address for
 * a peer that has it, and returns -1 if it is none.
 */
void	 pool_reserve(struct pool *, const struct prefix *);
int	 pool_claim(struct pool *, const uint8_t addr[16]);
bool	 pool_contains(const struct pool *, const uint8_t addr[16]);

/*
 * Find the address that would be given next: the lowest free one, or else the
 * one that has rested longest, if its time has come.  Returns 0 (free), 1
 * (resting; *ready is its time) or -1 (no room).
 */
int	 pool_peek(const struct pool *, struct mono now, uint8_t addr[16],
	    struct mono *ready);

/*
 * The states of an address: free -> held -> resting -> held, held -> free.
 * pool_take returns -1 if the address is not free or not in the pool.  ready is
 * the time from which a resting address may go to another lease; pool_unrest
 * must get the same time and returns -1 if there is no such rest.
 */
int	 pool_take(struct pool *, const uint8_t addr[16]);
void	 pool_give(struct pool *, const uint8_t addr[16]);
void	 pool_rest(struct pool *, const uint8_t addr[16], struct mono ready);
int	 pool_unrest(struct pool *, const uint8_t addr[16], struct mono ready);

/*
 * The number of addresses that can be leased (UINT64_MAX: that or more), and
 * the number that are held or resting.
 */
uint64_t pool_size(const struct pool *);
uint64_t pool_used(const struct pool *);
uint64_t pool_resting(const struct pool *);
/*
 * The number of ranges of free addresses, which is the memory that they need.
 */
uint64_t pool_ranges(const struct pool *);

#endif
