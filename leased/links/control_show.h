/* SPDX-License-Identifier: ISC */
/*
 * What an operator may look at.
 */

#ifndef CONTROL_SHOW_H
#define CONTROL_SHOW_H

#include "ctl_conn.h"

void	 show_start(struct conn *, const struct msg_ctl_show *);
void	 show_page(struct conn *);	/* the connection takes more */

#endif
