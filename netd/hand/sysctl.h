/* SPDX-License-Identifier: ISC */
/*
 * Forwarding and the uplinks' sysctl files.
 */

#ifndef SYSCTL_H
#define SYSCTL_H

#include <stdbool.h>

#include "conf.h"

#define SYSCTL_UPLINKS	2	/* forwarding comes before */
#define SYSCTLS		(SYSCTL_UPLINKS + NETWORKS_MAX)

struct hand;

struct ksysctl {
	int		 fd;		/* -1: none */
	bool		 changed;
	char		 old[16];
	char		 interface[IFNAME_SIZE];	/* of an uplink's */
	int		 ifindex;
};

void	 sysctl_init(struct ksysctl [SYSCTLS]);
void	 sysctl_close(struct ksysctl [SYSCTLS]);
/* Take another configuration's descriptors out of it. */
void	 sysctl_take(struct hand *, struct ksysctl [SYSCTLS]);
/*
 * Forwarding on if a network wants it.  Old values are kept.  Returns how many
 * were on and are on again.
 */
unsigned int sysctl_ensure(struct hand *);
void	 sysctl_undo(struct hand *);

#endif
