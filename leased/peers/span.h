/* SPDX-License-Identifier: ISC */
/*
 * A set of prefixes of which no two overlap, each with its holder.
 */

#ifndef SPAN_H
#define SPAN_H

#include <sys/tree.h>

#include <stdbool.h>

#include "addr.h"

struct span {
	RB_ENTRY(span)	 entry;
	struct prefix	 p;
	void		*arg;
};

RB_HEAD(spans, span);

void	 spans_init(struct spans *);
void	 spans_clear(struct spans *);
/*
 * Add a prefix without host bits.  Returns false if one of the set overlaps it.
 * Ends the process if there is no memory.
 */
bool	 span_add(struct spans *, const struct prefix *, void *arg);
/* Remove this very prefix, if it is there. */
void	 span_remove(struct spans *, const struct prefix *);
/* The first one that overlaps the prefix, and the one behind it, or NULL. */
struct span *span_first(struct spans *, const struct prefix *);
struct span *span_next(struct span *, const struct prefix *);

#endif
