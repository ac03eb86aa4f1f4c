/* SPDX-License-Identifier: ISC */
/*
 * Keeps the log readable: a line about one identity is logged once a minute,
 * and only so many lines in each second.
 */

#ifndef QUIET_H
#define QUIET_H

#include <stdbool.h>

#include "clock.h"

#define QUIET_MS		60000
#define QUIET_PER_SECOND	20

struct quiet;

/* Returns NULL with errno ENOMEM. */
struct quiet *quiet_new(void);
void	 quiet_free(struct quiet *);	/* NULL is allowed */

/*
 * Returns whether to log a line about topic (any text) now.  *left_out is the
 * number of lines that the limit for each second has dropped since the last
 * true.
 */
bool	 quiet_may(struct quiet *, const char *topic, struct mono now,
	    unsigned int *left_out);

#endif
