/* SPDX-License-Identifier: ISC */
/*
 * apid between its neighbours and a client: whatever leased and the key holder
 * answer, asked or not, and whatever the parent says, a bad message costs the
 * link and nothing else.
 */

#include "link_rig.h"
#include "proto.h"

int	 LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static int
fd_for(uint32_t type)
{
	static const char load[] = "0.55 0.76 10.75 1/100 4711\n";

	if (type == MSG_CONF_PROC)
		return (rig_file(load, sizeof(load) - 1));
	return (-1);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	rig_run(data, size, fd_for);
	return (0);
}
