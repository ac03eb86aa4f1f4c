/* SPDX-License-Identifier: ISC */
/*
 * Peers whose counters or times are to be written lazily.
 */

#ifndef DIRTY_H
#define DIRTY_H

#include "registry.h"

void	 dirty_set(struct registry *, struct peer *);
void	 dirty_clear(struct peer *);
/* Put them in the order of their rows: then one page takes many of them. */
void	 dirty_sort(struct registry *);

#endif
