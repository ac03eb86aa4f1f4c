/* SPDX-License-Identifier: ISC */
/*
 * The moment at which all children are up.
 */

#ifndef READY_H
#define READY_H

struct netd;

/* A child came up or went down: go on with what waited for it. */
void	 ready_check(struct netd *);

#endif
