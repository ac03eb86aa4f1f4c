/* SPDX-License-Identifier: ISC */
/*
 * The messages that a child may send to the parent.
 */

#ifndef LINK_CHILD_H
#define LINK_CHILD_H

#include "chan.h"

struct proc;

/* The child may use the first configuration that it has. */
void	 link_child_go_on(struct proc *);

extern const struct chan_ops link_child_ops;

#endif
