/* SPDX-License-Identifier: ISC */
/*
 * The link to the hand: its messages to us.
 */

#ifndef LINK_HAND_H
#define LINK_HAND_H

#include "leased.h"

extern const struct chan_ops hand_ops;

/* The link is gone, or is being replaced. */
void	 hand_lost(struct leased *);

#endif
