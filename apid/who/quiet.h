/* SPDX-License-Identifier: ISC */
/*
 * Keeps the log readable: a line about one identity is logged once a minute,
 * and only so many lines of one kind in each second.  What strangers can make
 * us say takes no room from what others do.
 */

#ifndef QUIET_H
#define QUIET_H

#include <stdbool.h>

#include "clock.h"

#define QUIET_MS		60000
#define QUIET_PER_SECOND	20

enum quiet_kind {
	QUIET_STRANGER,		/* clients that have proved nothing */
	QUIET_REFUSED,		/* refusals of clients that are known */
	QUIET_CHANGE,		/* changes that were granted */
	QUIET_OWN,		/* troubles of our own */
	QUIET_KINDS
};

struct quiet;

/* Returns NULL with errno ENOMEM. */
struct quiet *quiet_new(void);
void	 quiet_free(struct quiet *);	/* NULL is allowed */

/* Returns whether to log a line about topic (any text) now. */
bool
quiet_may(struct quiet *, enum quiet_kind, const char *topic, struct mono now);
/*
 * The number of lines of this kind that the limit for each second has dropped
 * since the last call.
 */
unsigned int quiet_dropped(struct quiet *, enum quiet_kind);
/* The subject of the kind, for the line with that number. */
const char *quiet_about(enum quiet_kind);

#endif
