/* SPDX-License-Identifier: ISC */
/*
 * A user space WireGuard, over its UAPI connection.
 */

#ifndef WG_UAPI_H
#define WG_UAPI_H

#include "kern_ops.h"
#include "snapshot.h"

#define UAPI_TEXT	160

struct wg_uapi {
	char		*buf;
	char		 text[UAPI_TEXT];	/* why the last one failed */
};

/* Returns 0, or -1 with errno ENOMEM. */
int	 wg_uapi_open(struct wg_uapi *);
void	 wg_uapi_close(struct wg_uapi *);

/*
 * As in struct kern_ops, over the non-blocking connection fd, which stays the
 * caller's.  errno EPIPE: the connection has ended or is out of step, and
 * cannot be used any more.
 */
int	 wg_uapi_set(struct wg_uapi *, int fd, const uint8_t *priv, int port);
int	 wg_uapi_mark(struct wg_uapi *, int fd, uint32_t mark);
int wg_uapi_peers(struct wg_uapi *, int fd, const struct peer_op *, size_t n);
int	 wg_uapi_dump(struct wg_uapi *, int fd, struct snapshot *);

#endif
