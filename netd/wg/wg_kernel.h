/* SPDX-License-Identifier: ISC */
/*
 * The kernel's WireGuard, over generic netlink.
 */

#ifndef WG_KERNEL_H
#define WG_KERNEL_H

#include "kern_ops.h"
#include "nl.h"
#include "snapshot.h"

struct wg_kernel {
	struct nl_conn	 nl;
	uint16_t	 family;	/* 0: not known yet */
};

/*
 * Open the socket and look for the family, which may appear later.  Returns 0,
 * or -1 with errno.
 */
int	 wg_kernel_open(struct wg_kernel *);
void	 wg_kernel_close(struct wg_kernel *);
/* Look for the family again.  Returns 0, or -1 with errno, such as ENOENT. */
int	 wg_kernel_find(struct wg_kernel *);

/*
 * As in struct kern_ops, by interface index.  nl.text says why a call failed.
 */
int wg_kernel_set(struct wg_kernel *, int, const uint8_t *priv, int port);
int	 wg_kernel_mark(struct wg_kernel *, int, uint32_t mark);
int wg_kernel_peers(struct wg_kernel *, int, const struct peer_op *, size_t n);
int	 wg_kernel_dump(struct wg_kernel *, int, struct snapshot *);

#endif
