/* SPDX-License-Identifier: ISC */
/*
 * The full tunnel of a device over rtnetlink: messages only, no decisions.
 */

#ifndef NL_TUNNEL_H
#define NL_TUNNEL_H

#include "kern_ops.h"
#include "nl.h"

/* As in struct kern_ops. */
int	 nl_tunnel_set(struct nl_conn *, const struct kern_tunnel *);
int	 nl_tunnel_clear(struct nl_conn *);

#endif
