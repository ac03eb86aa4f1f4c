/* SPDX-License-Identifier: ISC */
/*
 * Addresses that a network reserves without being told to.
 */

#ifndef RESERVE_H
#define RESERVE_H

#include "config.h"

/*
 * The gateway's addresses on its other networks are reserved if a pool of this
 * network has them.  m is a copy of the network.  Returns 0, or -1 if there are
 * too many of them.
 */
int	 reserve_own(struct msg_conf_network *m, const struct config *);

#endif
