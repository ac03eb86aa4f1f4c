/* SPDX-License-Identifier: ISC */
/*
 * Stopping the suite.
 */

#ifndef STOP_H
#define STOP_H

#include <stdbool.h>

struct netd;

/* Stop the suite and leave with status; undo even if on_stop is "keep". */
void	 stop_begin(struct netd *, int status, bool undo);
/* The kernel hand is done, or a child is gone. */
void	 stop_kern_done(struct netd *);
void	 stop_gone(struct netd *);

#endif
