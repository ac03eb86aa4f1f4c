/* SPDX-License-Identifier: ISC */
/*
 * The users of the children.
 */

#ifndef USERS_H
#define USERS_H

#define USERS_NOBODY	65534	/* for netd -n, in the place of a missing one */

struct netd;

/* Fill in uid, gid and ctl_gid.  Exits if one is missing. */
void	 users_find(struct netd *);

#endif
