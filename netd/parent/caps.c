/* SPDX-License-Identifier: ISC */
/*
 * The capabilities that netd itself must have.  A container or a unit may have
 * taken one away, and a later failure would not say which one is missing.
 */

#include <linux/capability.h>

#include <stdbool.h>

#include "caps.h"
#include "log.h"
#include "privs.h"

static const struct {
	unsigned int	 cap;
	bool		 needed;
	const char	*name;
	const char	*use;
} caps[] = {
	{ CAP_NET_ADMIN, true, "NET_ADMIN", "networks cannot be set up" },
	{ CAP_SETUID, true, "SETUID", "the other processes would be root" },
	{ CAP_SETGID, true, "SETGID", "the other processes would be root" },
	{ CAP_SETPCAP, false, "SETPCAP",
	    "the bounding set of the other processes stays as it is" },
};

int
caps_check(void)
{
	uint32_t have;
	size_t i;
	int r = 0;

	if (privs_effective(&have) == -1) {
		log_warn("cannot read our capabilities");
		return (0);
	}
	for (i = 0; i < sizeof(caps) / sizeof(caps[0]); i++) {
		if ((have & 1U << caps[i].cap) != 0)
			continue;
		log_warnx(
		    "the capability CAP_%s is missing: %s; add it to CapabilityBoundingSet= of the unit, or with --cap-add %s to the container",
		    caps[i].name, caps[i].use, caps[i].name);
		if (caps[i].needed)
			r = -1;
	}
	return (r);
}
