/* SPDX-License-Identifier: ISC */
/*
 * Tunnels of GRE over IPv6, as clients of autoygg have them: one link for each
 * peer, with a route for each of its addresses.  A peer's key is kept in the
 * alias of its link, so that it is known again after a restart.
 */

#ifndef GRE_H
#define GRE_H

#include "gre_list.h"

struct snapshot;

void	 gre_close(struct gre *);
/*
 * As in struct kern_ops.  The device names the network and has the beginning of
 * its links' names.  A link that was left half made is removed.
 */
int	 gre_peers(struct gre *, struct nl_conn *, const struct wg_dev *,
    const struct peer_op *, size_t n);
int	 gre_dump(struct gre *, struct nl_conn *, const struct wg_dev *,
    struct snapshot *);

#endif
