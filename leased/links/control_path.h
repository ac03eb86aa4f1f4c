/* SPDX-License-Identifier: ISC */
/*
 * For sallyctl: the paths of meshes as the devices report them.
 */

#ifndef CONTROL_PATH_H
#define CONTROL_PATH_H

#include "ctl_conn.h"

void	 paths_show(struct conn *, const struct msg_ctl_agent *);
/* Continue the list. */
void	 paths_more(struct conn *);

#endif
