/* SPDX-License-Identifier: ISC */
/*
 * Peers that an interface has and leased does not know yet.
 */

#ifndef CLAIM_H
#define CLAIM_H

#include <stdbool.h>
#include <stdint.h>

struct knet;

/*
 * Before a sync: if this is the first one of an adopted network, or if leased
 * says that peers stay for keep_s seconds, those that nobody wants may be
 * claimed.
 */
void	 net_claims_begin(struct knet *, uint32_t keep_s);
/*
 * The device was read: foreign peers that others have changed, so that they can
 * be taken over as they are, may be claimed from now on.
 */
void	 net_claims_changed(struct knet *);
/* Log how many there are, once they are known. */
void	 net_claims_tell(struct knet *);
/* End this time if it is over, or now. */
void	 net_claims_end(struct knet *, bool now);

#endif
