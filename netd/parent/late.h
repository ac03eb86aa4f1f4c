/* SPDX-License-Identifier: ISC */
/*
 * Listeners that could not be opened yet.
 */

#ifndef LATE_H
#define LATE_H

struct late;
struct netd;

/*
 * Try again every second, for as long as the suite runs, and say which address
 * can be listened on now.  Returns NULL without memory.
 */
struct late *
late_new(struct netd *, void (*free_now)(struct netd *, const char *address));
void	 late_free(struct late *);
/*
 * Each uplink that was configured since netd has started, by number; "" behind
 * the last.  The hand puts back what a hand before has set for one that is no
 * longer wanted.
 */
void	 late_remember(struct late *, const char *uplink);
/*
 * Remember the interfaces whose accept_ra is as a hand sets it, as long as
 * enough room stays: one may have left the configuration while netd did not
 * run.  The hand knows by its notes which it has set.
 */
void	 late_recall(struct late *);
const char *late_uplink(const struct late *, unsigned int i);

#endif
