/* SPDX-License-Identifier: ISC */
/*
 * The moment when all children are up.
 */

#ifndef READY_H
#define READY_H

struct netd;

/*
 * A child came up or went down: continue with everything that waited for this.
 */
void	 ready_check(struct netd *);

#endif
