/* SPDX-License-Identifier: ISC */
/*
 * The links of tunnels of GRE as the kernel has them.
 */

#ifndef GRE_LIST_H
#define GRE_LIST_H

#include "kern_ops.h"
#include "nl.h"

#define GRE_RTPROT	84	/* for the many routes into tunnels */
#define GRE_MARK	"spg:"	/* an alias is "spg:NETWORK:KEY" */
#define GRE_DOOMED	0x73700044U	/* the group of links that go now */

struct gre_link {
	int		 ifindex;
	uint32_t	 number;	/* at the end of its name */
	char		 network[NETNAME_SIZE];
	bool		 others;	/* has our name, but is not ours */
	bool		 half;		/* has no alias yet, or is down */
	bool		 doomed;
	uint8_t		 key[WGKEY_LEN];
	struct prefix	 remote;
	uint8_t		 naddrs;	/* with routes */
	struct prefix	 addrs[PEER_ADDRS_MAX];
	uint64_t	 rx, tx;
};

struct gre {
	struct gre_link	*links;		/* the links of all networks */
	size_t		 n;
	size_t		 max;
};

/* Add a link, or take one out.  Returns 0, or -1 with errno ENOMEM. */
int	 gre_list_add(struct gre *, const struct gre_link *);
void	 gre_list_drop(struct gre *, struct gre_link *);
/* The link of a key in the device's network, if it is whole, or NULL. */
struct gre_link *
gre_list_find(const struct gre *, const struct wg_dev *, const uint8_t *key);
/* True if the link belongs to the network. */
bool	 gre_list_has(const struct wg_dev *, const struct gre_link *);
/*
 * Read the links of the network and the routes into them anew.  Returns 0, or
 * -1 with errno.
 */
int	 gre_list_links(struct gre *, struct nl_conn *, const struct wg_dev *);
int	 gre_list_routes(struct gre *, struct nl_conn *, const struct wg_dev *);
/* See tunnel_find in struct kern_ops. */
int	 gre_list_seek(struct nl_conn *, kern_tunnel *want, const void *,
	    char name[IFNAME_SIZE]);

#endif
