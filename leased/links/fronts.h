/* SPDX-License-Identifier: ISC */
/*
 * The fronts, taken together.
 */

#ifndef FRONTS_H
#define FRONTS_H

#include "leased.h"

/* How many are connected; the first of them, or NULL. */
unsigned int fronts_count(const struct leased *);
struct chan *fronts_any(const struct leased *);
/* Take more from them, or not, as the queue to the kernel hand is. */
void	 fronts_pressure(struct leased *);

#endif
