/* SPDX-License-Identifier: ISC */
/*
 * The file that means maintenance while it exists.
 */

#ifndef MAINTENANCE_H
#define MAINTENANCE_H

struct config;
struct netd;
struct proc;

int	 maintenance_init(struct netd *);
/* Watch the file that the current configuration names, and tell leased. */
void	 maintenance_watch(struct netd *);
/* Tell leased whether the file exists. */
int	 maintenance_send(struct proc *, const struct config *);

#endif
