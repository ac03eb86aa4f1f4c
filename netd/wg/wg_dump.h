/* SPDX-License-Identifier: ISC */
/*
 * Parsing the kernel's answer to WG_CMD_GET_DEVICE.
 */

#ifndef WG_DUMP_H
#define WG_DUMP_H

#include <linux/netlink.h>

#include "snapshot.h"

/*
 * Put one message of the answer into the snapshot.  A peer with many allowed
 * addresses takes several messages, each of which continues the last.  Returns
 * 0, or -1 with errno EBADMSG or ENOMEM.
 */
int	 wg_dump_msg(const struct nlmsghdr *, struct snapshot *);

#endif
