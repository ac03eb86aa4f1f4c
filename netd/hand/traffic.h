/* SPDX-License-Identifier: ISC */
/*
 * The counters of the packet filter for each network.
 */

#ifndef TRAFFIC_H
#define TRAFFIC_H

#include <stdint.h>

struct hand;

/* Answer TRAFFIC_GET. */
void	 traffic_tell(struct hand *, uint32_t id);

#endif
