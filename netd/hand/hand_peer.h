/* SPDX-License-Identifier: ISC */
/*
 * Wishes for peers, and the work on them.
 */

#ifndef HAND_PEER_H
#define HAND_PEER_H

#include <stdint.h>

#include "proto.h"
#include "reconcile.h"
#include "wanted.h"

struct hand;
struct knet;

void	 peer_set(struct hand *, uint32_t id, const struct msg_peer_set *);
void	 peer_del(struct hand *, uint32_t id, const struct msg_peer_del *);
/*
 * Add a checked wish to the wanted state without queueing it.  Returns NULL if
 * there is no memory.
 */
struct wish *peer_want(struct knet *, const struct msg_peer_set *);
/* Work on the queues of a network, for a bounded time. */
void	 peer_work(struct knet *);
/* Compare a dump with the wanted state and queue the difference. */
void	 peer_resync(struct knet *, struct difference *);
void	 peer_expire(struct hand *);
void	 peer_arm_expiry(struct hand *);
/* Drop all addresses that are outside the network's pools. */
void	 peer_recheck(struct knet *);

#endif
