/* SPDX-License-Identifier: ISC */
/*
 * The public key and the port of each network, from the hand to the fronts,
 * which tell devices.  The parent keeps the last ones for fronts that start
 * later, and looks at nothing but the name of the network.
 */

#ifndef RELAY_H
#define RELAY_H

#include "proto.h"

struct netd;
struct proc;

/* The hand says this: tell all fronts, if it is new. */
void	 relay_server(struct netd *, const struct msg_hand_server *);
/* Tell one front everything that is known. */
void	 relay_all(struct proc *);
/* Forget networks that the configuration has no more. */
void	 relay_prune(struct netd *);

#endif
