/* SPDX-License-Identifier: ISC */
/*
 * Generations of a mesh, and the list of members that have left.
 */

#ifndef MESHGEN_H
#define MESHGEN_H

#include "mesh.h"

/*
 * See to it that this many generations can be taken.  Call this outside of a
 * transaction.  Returns 0, or -1 with errno.
 */
int	 gen_reserve(struct mesh *, unsigned int n);
/* The next one, which gen_reserve() has made sure of. */
uint64_t gen_take(struct mesh *);

/*
 * A member has changed in a way that need not survive, as an endpoint that is
 * seen again: give it the next generation in memory alone.  Returns 0 or -1.
 */
int	 gen_touch(struct member *);

/* Note that a member has left, or take that back, for it has come again. */
void	 gone_add(struct mesh *, int64_t member, uint64_t gen, int64_t at);
void	 gone_drop(struct mesh *, int64_t member);
/*
 * Forget those that everybody knows of, those that left long ago, and the
 * oldest if there are too many.  Returns 0, or -1 if the store failed.
 */
int	 gone_trim(struct mesh *, struct wall now);

/* Forget members that have rested for long: their addresses are free. */
int	 gone_forget(struct mesh *, struct wall now);

#endif
