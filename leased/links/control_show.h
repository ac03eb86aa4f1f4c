/* SPDX-License-Identifier: ISC */
/*
 * Lists and states for the operator.
 */

#ifndef CONTROL_SHOW_H
#define CONTROL_SHOW_H

#include "ctl_conn.h"

void	 show_start(struct conn *, const struct msg_ctl_show *);
void	 show_page(struct conn *);	/* connection is writable */

#endif
