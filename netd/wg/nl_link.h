/* SPDX-License-Identifier: ISC */
/*
 * Links and their addresses over rtnetlink: messages only, no decisions.
 */

#ifndef NL_LINK_H
#define NL_LINK_H

#include "kern_ops.h"
#include "nl.h"

/* As in struct kern_ops. */
int	 nl_link_get(struct nl_conn *, const char *, struct kern_link *);
int	 nl_link_there(struct nl_conn *, int ifindex);
int nl_link_find(struct nl_conn *, const char *, unsigned int skip,
    char name[IFNAME_SIZE], struct kern_link *);
int	 nl_link_add(struct nl_conn *, const char *);
int	 nl_link_del(struct nl_conn *, int);
int	 nl_link_set(struct nl_conn *, int, const struct kern_linkset *);
int nl_addr_list(struct nl_conn *, int, struct kern_addr *, size_t, size_t *);
int nl_addr_others(struct nl_conn *, int, kern_want *, const void *,
    struct prefix *, size_t, size_t *);
int	 nl_addr_add(struct nl_conn *, int, const struct prefix *);
int	 nl_addr_del(struct nl_conn *, int, const struct prefix *);

#endif
