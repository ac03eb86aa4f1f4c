/* SPDX-License-Identifier: ISC */
/*
 * The state of the networks of a mesh.
 */

#ifndef MNET_STATE_H
#define MNET_STATE_H

#include "addr.h"

struct hand;
struct knet;

/* A network of a mesh, also one that waits for its key, or NULL. */
struct knet *mnet_find(struct hand *, const char *network);
/* Tell agentd the state of the network if it is news. */
void	 mnet_tell(struct knet *);
/* Tell it the states of all. */
void	 mnet_tell_all(struct hand *);
/* A route of the network cannot be set. */
void	 mnet_no_route(struct knet *, const struct prefix *);

#endif
