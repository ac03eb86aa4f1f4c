/* SPDX-License-Identifier: ISC */
/*
 * Stopping the suite.
 */

#ifndef STOP_H
#define STOP_H

#include <stdbool.h>

struct msg_setup_stopped;
struct netd;

/*
 * Stop the suite and exit with status.  undo is for a teardown, even if on_stop
 * is "keep".
 */
void	 stop_begin(struct netd *, int status, bool undo);
/* True if the suite stops already. */
bool	 stop_begun(const struct netd *);
/* The hand has finished its part of the stop, or a child is gone. */
void	 stop_kern_done(struct netd *, const struct msg_setup_stopped *);
void	 stop_gone(struct netd *);

#endif
