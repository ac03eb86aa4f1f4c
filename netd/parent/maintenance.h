/* SPDX-License-Identifier: ISC */
/*
 * The file whose presence means maintenance.
 */

#ifndef MAINTENANCE_H
#define MAINTENANCE_H

struct config;
struct netd;
struct proc;

int	 maintenance_init(struct netd *);
/* Watch the file that the configuration in force names, and tell leased. */
void	 maintenance_watch(struct netd *);
/* Tell leased whether the file is there. */
int	 maintenance_send(struct proc *, const struct config *);

#endif
