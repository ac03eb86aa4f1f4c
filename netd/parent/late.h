/* SPDX-License-Identifier: ISC */
/*
 * Listeners that could not be opened yet.
 */

#ifndef LATE_H
#define LATE_H

struct late;
struct netd;

/* Try again every second, for as long as the suite runs.  NULL: no memory. */
struct late *late_new(struct netd *);
void	 late_free(struct late *);

#endif
