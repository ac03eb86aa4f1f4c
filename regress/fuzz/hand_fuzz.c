/* SPDX-License-Identifier: ISC */
/*
 * netd-hand with a kernel in memory, as captured neighbours would talk to it:
 * whatever the parent and leased say, in whatever order, it ends by itself, and
 * no peer is outside of the pools that it was given.
 */

#include <string.h>

#include "link_rig.h"
#include "proto.h"

int	 LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static int
fd_for(uint32_t type)
{
	static const char key[] =
	    "QAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAEA=\n";

	if (type == MSG_CONF_WGKEY)
		return (rig_file(key, sizeof(key) - 1));
	if (type == MSG_CONF_SYSCTL)
		return (rig_file("0\n", 2));
	if (type == MSG_CONF_UAPI)
		return (rig_end());
	return (-1);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	rig_run(data, size, fd_for);
	return (0);
}
