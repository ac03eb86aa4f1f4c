/* SPDX-License-Identifier: ISC */
/*
 * Lists and states for the operator.
 */

#ifndef CONTROL_SHOW_H
#define CONTROL_SHOW_H

#include "ctl_conn.h"

/* Show the networks, with the counters if these are there. */
void	 show_networks(struct conn *);
void	 show_start(struct conn *, const struct msg_ctl_show *);
void	 show_page(struct conn *);	/* connection is writable */

#endif
