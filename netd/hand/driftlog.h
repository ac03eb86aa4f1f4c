/* SPDX-License-Identifier: ISC */
/*
 * The changes by others that the hand puts right: a count, and a log line for
 * each.
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
 * Count and log that another program's change is put right, whoever found it.
 * The network and the prefix may be NULL.  What a network lacks before all of it
 * was there is no change of others, and passes in silence; those without a
 * network call this for what they had set themselves.
 */
void	 drift_say(struct hand *, const struct knet *, const char *what,
	    const struct prefix *);
/* The same for a number of peers. */
void	 drift_say_peers(struct knet *, uint32_t count);
/* Write those that are kept, each as "TIME TEXT". */
void	 drift_write(const struct hand *, FILE *);

#endif
