/* SPDX-License-Identifier: ISC */
/*
 * Peers that were on an adopted interface before us.
 */

#ifndef CLAIM_H
#define CLAIM_H

struct knet;

/*
 * Before the first sync: note that peers which nobody wants yet may be claimed.
 */
void	 net_claims_begin(struct knet *);
/* End this time if it is over. */
void	 net_claims_end(struct knet *);

#endif
