/* SPDX-License-Identifier: ISC */
/*
 * A member wants others to try it, so that a path comes about.  This says how
 * often that is passed on.
 */

#ifndef WANTS_H
#define WANTS_H

#include "mesh.h"

/*
 * True if the want of m for the other one is passed on now: at most 8 of a
 * member a minute, and one of a pair in 30 seconds.
 */
bool	 wants_pass(struct member *m, const struct member *to, struct mono now);

#endif
