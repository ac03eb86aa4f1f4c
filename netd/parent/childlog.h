/* SPDX-License-Identifier: ISC */
/*
 * What the children of a suite in the background log.
 */

#ifndef CHILDLOG_H
#define CHILDLOG_H

struct proc;

/*
 * Make the log of a child that is about to be started.  Returns the end that is
 * its standard error, or -1 with errno.
 */
int	 childlog_open(struct proc *);
/* Log the last lines of a child that is gone, and close its log. */
void	 childlog_close(struct proc *);

#endif
