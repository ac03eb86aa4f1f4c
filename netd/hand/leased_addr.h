/* SPDX-License-Identifier: ISC */
/*
 * The addresses that the packet filter lets through: those of wanted peers.
 */

#ifndef LEASED_ADDR_H
#define LEASED_ADDR_H

#include "addr.h"
#include "wanted.h"

struct knet;

/*
 * The address, or all of the wish, may come, go or have a new end: said before
 * the wish for it changes.
 */
void	 addr_touch(struct knet *, const struct prefix *);
void	 addr_touch_wish(struct knet *, const struct wish *);
/* Bring what was touched to the filter. */
void	 addr_flush(struct knet *);
/*
 * Compare all addresses with those in the filter, and bring the difference
 * there.  Returns the number of changes.
 */
unsigned int addr_sync(struct knet *);

#endif
