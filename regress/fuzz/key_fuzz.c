/* SPDX-License-Identifier: ISC */
/*
 * apid-key between the parent and a front: whatever they say, a bad message
 * costs the link and nothing else.
 */

#include "link_rig.h"
#include "proto.h"

int	 LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static int
fd_for(uint32_t type)
{
	return (-1);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	rig_run(data, size, fd_for);
	return (0);
}
