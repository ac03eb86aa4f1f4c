/* SPDX-License-Identifier: ISC */
/*
 * CTL_SHOW of what the hand has: the packet filter, routes, corrections, and
 * the counters of networks.
 */

#ifndef CONTROL_HAND_H
#define CONTROL_HAND_H

#include "ctl_conn.h"

void	 hand_show_start(struct conn *);
/* Ask for the next page, when the client has read the last one. */
void	 hand_show_page(struct conn *);
/* The answers of the hand to our question id. */
void hand_show_line(struct leased *, uint32_t id, const struct msg_hand_line *);
void hand_show_end(struct leased *, uint32_t id, const struct msg_hand_shown *);
/*
 * Get the counters of networks, and show these then.  A hand that does not
 * answer keeps nobody from seeing the rest.
 */
void	 hand_counts_start(struct conn *);
void	 hand_counts_end(struct leased *, uint32_t id);

#endif
