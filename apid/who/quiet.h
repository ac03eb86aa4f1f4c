/* SPDX-License-Identifier: ISC */
/*
 * Keeps the log readable: what is said of one identity is said once a minute,
 * and never more than so many lines a second in all.
 */

#ifndef QUIET_H
#define QUIET_H

#include <stdbool.h>

#include "clock.h"

#define QUIET_MS		60000
#define QUIET_PER_SECOND	20

struct quiet;

/* NULL with errno ENOMEM. */
struct quiet *quiet_new(void);
void	 quiet_free(struct quiet *);	/* NULL is fine */

/*
 * Whether to say now what is about topic (any text).  *left_out is the number
 * of lines that the limit in all has swallowed since the last yes.
 */
bool	 quiet_may(struct quiet *, const char *topic, struct mono now,
	    unsigned int *left_out);

#endif
