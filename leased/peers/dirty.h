/* SPDX-License-Identifier: ISC */
/*
 * Peers with counters or times that are written lazily.
 */

#ifndef DIRTY_H
#define DIRTY_H

#include "registry.h"

void	 dirty_set(struct registry *, struct peer *);
void	 dirty_clear(struct peer *);
/* Sort them in the order of their rows, so that one page takes many of them. */
void	 dirty_sort(struct registry *);

#endif
