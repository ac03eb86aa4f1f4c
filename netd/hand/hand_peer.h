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
/* Take a checked wish into the wanted state, not queued.  NULL: no memory. */
struct wish *peer_want(struct knet *, const struct msg_peer_set *);
/* Work on the queues of a network for a moment. */
void	 peer_work(struct knet *);
/* Compare a dump with the wanted state and queue the difference. */
void	 peer_resync(struct knet *, struct difference *);
void	 peer_expire(struct hand *);
void	 peer_arm_expiry(struct hand *);
/* Wishes outside the network's (new) pools go. */
void	 peer_recheck(struct knet *);

#endif
