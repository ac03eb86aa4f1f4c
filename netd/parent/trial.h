/* SPDX-License-Identifier: ISC */
/*
 * Checking a configuration with the programs that would use it.
 */

#ifndef TRIAL_H
#define TRIAL_H

struct config;
struct netd;

/*
 * Open what the configuration names, have it checked, and note all errors in
 * it.  n has the names of file and directory.  Returns the exit status that a
 * process gave which could not check, or 0.
 */
int	 trial_run(struct netd *n, struct config *);

#endif
