/* SPDX-License-Identifier: ISC */
/*
 * The interface of a network under another name than is configured.
 */

#ifndef RENAMED_H
#define RENAMED_H

#include "kern_ops.h"

struct knet;

/*
 * Find the interface, and its name.  Returns 0, or -1 with errno; ENODEV: no
 * interface is known to be that of the network.
 */
int renamed_find(struct knet *, char name[IFNAME_SIZE], struct kern_link *);

#endif
