/* SPDX-License-Identifier: ISC */
/*
 * The log line for each thing that is put right.
 */

#ifndef DRIFTLOG_H
#define DRIFTLOG_H

#include "addr.h"

struct hand;
struct knet;

/*
 * Log what is put right, if this is a correction of another program's change.
 * The network and the prefix may be NULL.
 */
void	 drift_say(const struct hand *, const struct knet *, const char *what,
	    const struct prefix *);

#endif
