/* SPDX-License-Identifier: ISC */
/*
 * The log line for each thing that is put right.
 */

#ifndef DRIFTLOG_H
#define DRIFTLOG_H

#include <stdint.h>
#include <stdio.h>

#include "addr.h"

#define DRIFTS_KEPT	256

struct hand;
struct knet;

/* The last ones, with their times. */
struct drifts {
	struct {
		int64_t	 at;		/* wall */
		char	 text[160];
	} list[DRIFTS_KEPT];
	size_t		 next;		/* place of the next one */
};

/*
 * Log what is put right, if this is a correction of another program's change.
 * The network and the prefix may be NULL.
 */
void	 drift_say(const struct hand *, const struct knet *, const char *what,
	    const struct prefix *);
/* Write those that are kept, each as "TIME TEXT". */
void	 drift_write(const struct hand *, FILE *);

#endif
