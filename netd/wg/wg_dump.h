/* SPDX-License-Identifier: ISC */
/*
 * Reading what the kernel answers to WG_CMD_GET_DEVICE.
 */

#ifndef WG_DUMP_H
#define WG_DUMP_H

#include <linux/netlink.h>

#include "snapshot.h"

/*
 * Put one message of the answer into the snapshot.  A peer with many allowed
 * addresses comes in several messages, and goes on where it stopped.  Returns
 * 0, or -1 with errno EBADMSG or ENOMEM.
 */
int	 wg_dump_msg(const struct nlmsghdr *, struct snapshot *);

#endif
