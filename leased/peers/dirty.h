/* SPDX-License-Identifier: ISC */
/*
 * Peers with counters or times that are written lazily.
 */

#ifndef DIRTY_H
#define DIRTY_H

#include "registry.h"

void	 dirty_set(struct peer *);
void	 dirty_clear(struct peer *);
/*
 * Sort them by their rows, the lowest id at the end of the list: what is
 * written from there is in the order of rows.
 */
void	 dirty_sort(struct registry *);

#endif
