/* SPDX-License-Identifier: ISC */
/*
 * Listening sockets that a captured process has spoiled.
 */

#ifndef SPOILED_H
#define SPOILED_H

#include <stdbool.h>

struct netd;

/*
 * Open the spoiled sockets of the configuration in force anew, and kill the
 * fronts that have the old ones.  Returns true if there were any.  Does nothing
 * during a reload, which has copied the sockets.
 */
bool	 spoiled_listeners(struct netd *);
/*
 * Open the control socket of leased anew if it is spoiled.  Returns 0, or -1 if
 * there is none now.
 */
int	 spoiled_ctl(struct netd *);

#endif
