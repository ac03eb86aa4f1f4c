/* SPDX-License-Identifier: ISC */
/*
 * Routes and rules with our mark over rtnetlink: messages only, no decisions.
 */

#ifndef NL_ROUTE_H
#define NL_ROUTE_H

#include "kern_ops.h"
#include "nl.h"

/* As in struct kern_ops. */
int	 nl_route_list(struct nl_conn *, uint32_t table, int ifindex,
	    struct kern_routes *);
int	 nl_route_add(struct nl_conn *, const struct kern_route *);
int	 nl_route_del(struct nl_conn *, const struct kern_route *);
int	 nl_route_other(struct nl_conn *, uint32_t table, uint8_t *proto);
int nl_route_connected(struct nl_conn *, int ifindex, struct kern_routes *);
int	 nl_route_default(struct nl_conn *, uint8_t family, int ifindex,
	    struct kern_route *);
int	 nl_rule_list(struct nl_conn *, struct kern_rules *);
int	 nl_rule_add(struct nl_conn *, const struct kern_rule *);
int	 nl_rule_del(struct nl_conn *, const struct kern_rule *);

#endif
