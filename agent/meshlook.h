/* SPDX-License-Identifier: ISC */
/*
 * Looks at the counters of WireGuard, which move the paths of a network.
 */

#ifndef MESHLOOK_H
#define MESHLOOK_H

#include "meshnet.h"

/* Ask for the counters. */
void	 meshnet_look(struct meshnet *);
void	 meshnet_stat(struct meshnet *, const struct msg_peer_stat *);
void	 meshnet_stats_end(struct meshnet *, bool good);
/* True if the next look should come soon. */
bool	 meshnet_doubt(struct meshnet *);

#endif
