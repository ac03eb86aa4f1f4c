/* SPDX-License-Identifier: ISC */
/*
 * The link to the kernel hand: what it tells us.
 */

#ifndef LINK_HAND_H
#define LINK_HAND_H

#include "leased.h"

extern const struct chan_ops hand_ops;

/* The link is gone, or another takes its place. */
void	 hand_lost(struct leased *);

#endif
