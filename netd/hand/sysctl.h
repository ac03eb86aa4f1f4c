/* SPDX-License-Identifier: ISC */
/*
 * The sysctls for forwarding, and those of the uplinks.
 */

#ifndef SYSCTL_H
#define SYSCTL_H

#include <stdbool.h>

#include "conf.h"

#define SYSCTL_FORWARDS	2
#define SYSCTL_MARK	2	/* src_valid_mark, for a full tunnel */
#define SYSCTL_UPLINKS	3	/* uplinks are set before forwarding */
#define SYSCTLS		(SYSCTL_UPLINKS + NETWORKS_MAX)

struct hand;

struct ksysctl {
	int		 fd;		/* -1: none */
	bool		 changed;
	bool		 recalled;	/* the notes were looked at */
	bool		 said;		/* that it is not put back */
	char		 old[16];
	char		 interface[IFNAME_SIZE];	/* the uplink, or "" */
	int		 ifindex;
};

void	 sysctl_init(struct ksysctl [SYSCTLS]);
void	 sysctl_close(struct ksysctl [SYSCTLS]);
/* Take over the descriptors of another configuration. */
void	 sysctl_take(struct hand *, struct ksysctl [SYSCTLS]);
/* The file of an uplink that came, or was made again.  Takes over fd. */
void	 sysctl_uplink(struct hand *, const char *interface, int fd);
/*
 * Switch forwarding on if a network needs it, and src_valid_mark for a full
 * tunnel, and keep the old values.
 */
void	 sysctl_ensure(struct hand *);
void	 sysctl_undo(struct hand *);

#endif
