/* SPDX-License-Identifier: ISC */
/*
 * The kernel hand's way in: netd runs it when started with -K.
 */

#ifndef KERN_H
#define KERN_H

/* Be the kernel hand until descriptor 3 ends.  Returns the exit status. */
int	 kern_main(void);

#endif
