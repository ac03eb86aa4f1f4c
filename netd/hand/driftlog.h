/* SPDX-License-Identifier: ISC */
/*
 * The line of the log for each thing that is put right.
 */

#ifndef DRIFTLOG_H
#define DRIFTLOG_H

#include "addr.h"

struct hand;
struct knet;

/*
 * Say what is put right, if it is: somebody else took it away.  The network
 * and the prefix may be NULL.
 */
void	 drift_say(const struct hand *, const struct knet *, const char *what,
	    const struct prefix *);

#endif
