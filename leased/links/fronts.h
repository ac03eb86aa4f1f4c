/* SPDX-License-Identifier: ISC */
/*
 * All fronts together.
 */

#ifndef FRONTS_H
#define FRONTS_H

#include "leased.h"

/* The number of fronts that are connected, and the first of them or NULL. */
unsigned int fronts_count(const struct leased *);
struct chan *fronts_any(const struct leased *);
/*
 * A front asks for an identity that no rule can give it.  Log that, at most
 * once a minute, and return the code of the refusal.
 */
uint8_t	 fronts_beyond(struct leased *, const char *network, const char *who);
/*
 * Read from the fronts or stop reading, by the length of the queue to the hand.
 */
void	 fronts_pressure(struct leased *);

#endif
