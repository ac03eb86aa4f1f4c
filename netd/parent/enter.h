/* SPDX-License-Identifier: ISC */
/*
 * From the first configuration to use.
 */

#ifndef ENTER_H
#define ENTER_H

struct proc;

/* The child may use the first configuration that it has accepted. */
void	 enter(struct proc *);

#endif
